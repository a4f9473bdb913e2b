"""An operator's receipts: to each owner, which versions it holds no share of any more."""

from collections.abc import Mapping, Sequence

from symbolon.hub.operators.storage.shares import OperatorWork, Seat
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire, whole_milliseconds
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages_comparison import MOST_ERASED, ErasedVersion, OperatorErasure
from symbolon.protocol.messages_erasures import SignedErasure
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime.clock import Clock


class SignErasures:
    """Leaves receipts in the transaction that erases; the hub carries them to the owners."""

    def __init__(self, signing_key: SigningKey, clock: Clock) -> None:
        self._signing_key = signing_key
        self._clock = clock

    def __call__(
        self, work: OperatorWork, seat: Seat, number: int, gone: Mapping[MemberCode, Sequence[ErasedVersion]]
    ) -> None:
        """Sign what is gone, up to this change of the hub's."""
        now = whole_milliseconds(self._clock.now())
        for owner, versions in sorted(gone.items()):
            for start in range(0, len(versions), MOST_ERASED):
                erasure = OperatorErasure(
                    federation=seat.federation,
                    exercise=seat.exercise,
                    place=seat.place,
                    number=number,
                    owner=owner,
                    records=tuple(versions[start : start + MOST_ERASED]),
                    erased_at=now,
                )
                content = canonical_bytes(to_wire(erasure))
                signature = self._signing_key.sign(erasure.signed_bytes())
                work.erasures.add(SignedErasure(number, owner, content, signature))
            work.audit(AuditAct.OPERATOR_ERASED, HUB, {"records": len(versions)})
