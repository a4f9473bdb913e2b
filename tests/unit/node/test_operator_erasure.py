"""A node takes an operator's receipt only where the operator of the directory signed it, for this state."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from symbolon.node.errors import UnreadableDelivery
from symbolon.node.services.receive_operator_erasure import ReceiveOperatorErasure
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import ErasedVersion, OperatorErasure, OperatorErasureReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, parse_record_reference

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


@dataclass
class Envelope:
    """An envelope that was verified."""

    receipt: OperatorErasureReceipt

    def read(self, _kind: type) -> OperatorErasureReceipt:
        return self.receipt


def taken(erasure: OperatorErasure, key: SigningKey, directory: Any = DIRECTORY) -> list[Any]:
    leaves: list[Any] = []
    canaries = SimpleNamespace(forget=lambda _references: None)
    work: Any = SimpleNamespace(audit=SimpleNamespace(record=lambda *leaf: leaves.append(leaf)), canaries=canaries)
    envelope: Any = Envelope(OperatorErasureReceipt(erasure, key.sign(erasure.signed_bytes())))
    ReceiveOperatorErasure(MemberCode("XA"))(work, envelope, directory)
    return leaves


def test_a_receipt_that_its_operator_signed_leaves_a_leaf() -> None:
    [(act, _actor, subject, detail)] = taken(ERASURE, KEYS[1])
    assert (act, subject, detail) == (AuditAct.OPERATOR_ERASED, None, {"operator": 1, "records": 1})


@pytest.mark.parametrize(
    ("erasure", "key", "problem"),
    [
        (ERASURE, KEYS[2], Problem.BAD_SIGNATURE),
        (replace(ERASURE, owner=MemberCode("XB")), KEYS[1], Problem.WRONG_AUDIENCE),
        (replace(ERASURE, federation="another"), KEYS[1], Problem.WRONG_AUDIENCE),
        (replace(ERASURE, exercise=False), KEYS[1], Problem.WRONG_AUDIENCE),
    ],
)
def test_a_receipt_of_somebody_else_or_for_somebody_else_is_not_taken(
    erasure: OperatorErasure, key: SigningKey, problem: Problem
) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        taken(erasure, key)
    assert refused.value.problem is problem


def test_where_comparison_is_open_there_are_no_operators() -> None:
    directory = SimpleNamespace(**{**vars(DIRECTORY), "comparison": SimpleNamespace(operators=())})
    with pytest.raises(UnreadableDelivery):
        taken(ERASURE, KEYS[1], directory)
