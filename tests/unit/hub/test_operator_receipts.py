"""An operator's receipt is carried to its owner where its operator signed it for this owner, and else set aside."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from symbolon.hub.domain.operator_receipts import ReceivedReceipt, checked_receipt
from symbolon.hub.services.forward_erasures import ForwardErasures
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import ErasedVersion, OperatorErasure
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import MemberCode, parse_record_reference
from symbolon.runtime.clock import SystemClock

KEYS = [SigningKey.generate(bytes([place + 1]) * 32) for place in range(3)]
CARDS = tuple(SimpleNamespace(place=place, signing_key=key.public.to_bytes()) for place, key in enumerate(KEYS))
DIRECTORY: Any = SimpleNamespace(federation="exercise-2026", exercise=True, comparison=SimpleNamespace(operators=CARDS))
ERASURE = OperatorErasure(
    federation="exercise-2026",
    exercise=True,
    place=1,
    number=7,
    owner=MemberCode("XA"),
    records=(ErasedVersion(parse_record_reference("00000000-0000-4000-8000-000000000004"), 2),),
    erased_at=datetime(2026, 11, 22, tzinfo=UTC),
)


def received(erasure: OperatorErasure = ERASURE, key: SigningKey = KEYS[1], **changed: Any) -> ReceivedReceipt:
    content = canonical_bytes(to_wire(erasure))
    receipt = ReceivedReceipt(1, 7, MemberCode("XA"), content, key.sign(erasure.signed_bytes()))
    return replace(receipt, **changed)


BAD = (
    (received(content=b"no receipt"), Problem.MALFORMED_MESSAGE),
    (received(content=b"{}"), Problem.MALFORMED_MESSAGE),
    (received(key=KEYS[2]), Problem.BAD_SIGNATURE),
    (received(place=2), Problem.WRONG_SENDER),
    (received(owner=MemberCode("XB")), Problem.WRONG_AUDIENCE),
    (received(replace(ERASURE, federation="another")), Problem.WRONG_FEDERATION),
    (received(replace(ERASURE, exercise=False)), Problem.WRONG_FEDERATION),
)


@dataclass
class Hub:
    """What the service sees of the hub."""

    waiting: list[ReceivedReceipt]
    known: tuple[str, ...] = ("XA", "XB")
    posted: list[Any] = field(default_factory=list)
    aside: list[tuple[int, Problem]] = field(default_factory=list)
    leaves: list[Any] = field(default_factory=list)

    def forward(self) -> int:
        work = SimpleNamespace(
            directory=SimpleNamespace(in_effect=lambda: DIRECTORY),
            members=SimpleNamespace(find=lambda code: code if code in self.known else None),
            operators=SimpleNamespace(
                take_erasures=self._take, set_aside=self._set_aside, settle_erasures=lambda _: None
            ),
            audit=lambda *leaf: self.leaves.append(leaf),
        )
        post: Any = lambda _work, owner, receipt, _now: self.posted.append((owner, receipt.erasure))  # noqa: E731
        return ForwardErasures(_Store(work), post, SystemClock())()  # type: ignore[arg-type]  # of the store, its work alone

    def _take(self, limit: int) -> list[ReceivedReceipt]:
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def _set_aside(self, receipt: ReceivedReceipt, reason: Problem) -> None:
        self.aside.append((receipt.place, reason))


class _Store:
    def __init__(self, work: Any) -> None:
        self._work = work

    def work(self) -> "_Store":
        return self

    def __enter__(self) -> Any:
        return self._work

    def __exit__(self, *_: object) -> None:
        return None


@pytest.mark.parametrize(("receipt", "problem"), BAD)
def test_only_what_the_operator_signed_to_this_owner_is_a_receipt(receipt: ReceivedReceipt, problem: Problem) -> None:
    with pytest.raises(ProtocolError) as refused:
        checked_receipt(receipt, DIRECTORY)
    assert refused.value.problem is problem


def test_a_bad_receipt_keeps_no_other_one_back() -> None:
    hub = Hub([receipt for receipt, _ in BAD] + [received()])
    assert hub.forward() == 1
    assert hub.posted == [("XA", ERASURE)]
    assert hub.aside == [(receipt.place, problem) for receipt, problem in BAD]
    assert len(hub.leaves) == len(BAD)


def test_a_receipt_for_somebody_who_is_no_member_is_set_aside() -> None:
    hub = Hub([received()], known=("XB",))
    assert hub.forward() == 0
    assert hub.aside == [(1, Problem.UNKNOWN_MEMBER)]
