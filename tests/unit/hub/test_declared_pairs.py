"""Pairs that a hub does not see: who learns of one, and when two declarations make a hit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.vectors.samples import OTHER_ALIAS, OWN_ALIAS, PAIR, XA, XB, XC

from symbolon.hub.domain.declared_pairs import alias_entry, held_alone, mirrors, own_side, partition_of_alias
from symbolon.hub.domain.ids import PartitionId
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.receivers import receiver_of
from symbolon.protocol.handling import Band, ComparableWith, Namespace, OffenceGroup, RecordKind, Urgency
from symbolon.protocol.messages import PairDeclaration

FINDERS = PairDeclaration(
    pair_id=PAIR,
    own_alias=OWN_ALIAS,
    counterpart=XB,
    counterpart_alias=OTHER_ALIAS,
    is_finder=True,
    is_protected=False,
    key_epoch=1,
    band=Band.STRONG,
    urgency=Urgency.U2,
)
OTHERS = replace(
    FINDERS, own_alias=OTHER_ALIAS, counterpart=XA, counterpart_alias=OWN_ALIAS, is_finder=False, urgency=Urgency.U3
)
GENERAL, PROTECTED = Namespace.GENERAL, Namespace.PROTECTED


@pytest.mark.parametrize(
    ("asking", "asked", "receiver"),
    [(GENERAL, GENERAL, XA), (PROTECTED, GENERAL, XA), (GENERAL, PROTECTED, XB), (PROTECTED, PROTECTED, XA)],
)
def test_of_a_protected_record_nobody_learns_but_its_owner(asking: Namespace, asked: Namespace, receiver: str) -> None:
    one, other = (
        Partition(member, namespace, ComparableWith.all_members()) for member, namespace in ((XA, asking), (XB, asked))
    )
    assert receiver_of(one, other) == receiver


def test_of_two_protected_records_one_owner_learns_whichever_asks() -> None:
    one, other = (Partition(member, PROTECTED, ComparableWith.all_members()) for member in (XA, XB))
    assert receiver_of(one, other) == receiver_of(other, one) == XA


def test_two_declarations_of_one_pair_mirror_each_other() -> None:
    assert mirrors(FINDERS, XA, OTHERS, XB)
    assert mirrors(OTHERS, XB, FINDERS, XA)


@pytest.mark.parametrize(
    "otherwise",
    [
        replace(OTHERS, own_alias=OWN_ALIAS),
        replace(OTHERS, counterpart=XC),
        replace(OTHERS, is_finder=True),
        replace(OTHERS, band=Band.POSSIBLE),
        replace(OTHERS, key_epoch=2),
    ],
)
def test_what_differs_in_any_part_is_another_pair(otherwise: PairDeclaration) -> None:
    assert not mirrors(FINDERS, XA, otherwise, XB)


def test_a_finder_alone_makes_a_hit_where_its_record_is_protected() -> None:
    assert held_alone(replace(FINDERS, is_protected=True))
    assert not held_alone(FINDERS)
    assert not held_alone(replace(OTHERS, is_protected=True))


def test_what_stands_for_a_record_says_nothing_of_it_but_its_urgency_and_whether_it_is_held() -> None:
    entry = alias_entry(own_side(FINDERS, XA), PartitionId(1), datetime(2026, 3, 1, tzinfo=UTC))
    assert entry.partition == partition_of_alias(XA, Namespace.GENERAL)
    assert (entry.handling.record_kind, entry.handling.offence_group) == (RecordKind.PERSON, OffenceGroup.OTHER)
    assert not entry.handles
