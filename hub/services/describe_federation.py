"""The directory's versions, and the one that is proposed."""

from symbolon.hub.ports import Store
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.messages import MAX_HISTORY, DirectoryProposal, FederationHistory
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class DescribeFederation:
    """The use case of `GET /v1/federation`."""

    def __init__(self, store: Store, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode, after: int) -> bytes:
        """The versions after one (0: from the founding), signed for this member; the oldest of them where many."""
        now = self._clock.now()
        with self._store.work() as work:
            # Asking for it is a visit too, for a candidate the only one.
            work.members.note_visit(member, now)
            history = FederationHistory(
                incarnation=work.members.federation().incarnation,
                versions=work.directory.history(after, MAX_HISTORY),
            )
        return self._sign(history, member, now).to_bytes()


class ShowProposal:
    """The use case of `GET /v1/federation/proposal`."""

    def __init__(self, store: Store, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode) -> bytes:
        """What is proposed, and who signed it so far, signed for this member."""
        with self._store.work() as work:
            signed_by = tuple(signature.member for signature in work.directory.signatures())
            proposal = DirectoryProposal(work.directory.proposal(), signed_by)
        return self._sign(proposal, member, self._clock.now()).to_bytes()
