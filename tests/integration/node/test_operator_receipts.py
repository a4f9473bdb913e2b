"""Of each withdrawn record a node knows which operator signed that its share is gone, and which one is overdue."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from symbolon.node.domain.receipts import OperatorProof
from symbolon.protocol.references import RecordReference
from symbolon.runtime import certificates

from .blind_pairs import SOMCHAI, BlindPair, blind_pair
from .conftest import FOCAL_POINT, NodeUnderTest


@pytest.fixture
def blind(
    node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate
) -> Iterator[BlindPair]:
    """Two nodes of a federation that compares blind, with the linkage key of its first epoch."""
    with blind_pair(node_databases, tmp_path, authority) as pair:
        yield pair


def withdrawn(pair: BlindPair) -> RecordReference:
    pair.queue(pair.xa, SOMCHAI)
    pair.xa.deliver()
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    return pair.xa.record("A-1").reference


def signed(node: NodeUnderTest, place: int, reference: RecordReference, **ago: float) -> None:
    """An operator says that its share is gone."""
    now = node.draws.now()
    with node.unit_of_work.begin() as work:
        work.encodings.note_operator_receipts(place, {reference: 1}, now - timedelta(**ago), now)


def operators(node: NodeUnderTest) -> tuple[OperatorProof, ...]:
    (proof,) = node.services.withdraw_records.proofs(FOCAL_POINT, "A-1")
    return proof.operators


def warnings(node: NodeUnderTest) -> list[str]:
    return [each for each in node.services.show_status().warnings if each.startswith("Operator")]


def test_each_operator_is_waited_for_and_overdue_after_a_day(blind: BlindPair) -> None:
    reference = withdrawn(blind)
    signed(blind.xa, 1, reference)
    assert [(each.place, each.erased_at is not None, each.is_overdue) for each in operators(blind.xa)] == [
        (0, False, False),
        (1, True, False),
        (2, False, False),
    ]
    assert warnings(blind.xa) == []
    blind.xa.draws.later(hours=25)
    assert [each.is_overdue for each in operators(blind.xa)] == [True, False, True]
    assert [each.split(" has not signed")[0][:10] for each in warnings(blind.xa)] == ["Operator 0", "Operator 2"]
    for place in (0, 2):
        signed(blind.xa, place, reference, hours=1)
    assert not any(each.is_overdue for each in operators(blind.xa))
    assert warnings(blind.xa) == []


def test_what_an_operator_signed_of_an_earlier_withdrawal_does_not_count(blind: BlindPair) -> None:
    reference = withdrawn(blind)
    signed(blind.xa, 0, reference, hours=2)
    blind.xa.draws.later(hours=25)
    assert operators(blind.xa)[0].is_overdue


def test_the_newest_word_of_an_operator_counts_and_what_is_no_record_is_nobodys(blind: BlindPair) -> None:
    reference = withdrawn(blind)
    signed(blind.xa, 0, reference)
    signed(blind.xa, 0, reference, hours=2)
    signed(blind.xa, 0, RecordReference("00000000-0000-4000-8000-000000000004"))
    assert operators(blind.xa)[0].erased_at is not None
