"""Pairs that the hub does not see: two members declare one, and it becomes a hit like any other. All of it pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.domain.hits import Explanation
from symbolon.hub.domain.ids import PartitionId
from symbolon.hub.domain.partitions import Partition
from symbolon.hub.domain.records import Handling, RecordEntry
from symbolon.protocol.handling import (
    Agreement,
    ComparableWith,
    IdentifierKind,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
)
from symbolon.protocol.messages import Alert, PairDeclaration
from symbolon.protocol.references import MemberCode, RecordReference

Side = tuple[RecordReference, MemberCode, Namespace, Urgency]
"""An alias, whose it is, and what the hub must know of it to treat a hit rightly."""

ALIVE_FOR: Final = timedelta(days=730)
"""How long a reference stands for a side. All alike: its owner withdraws it when the record goes."""


def mirrors(one: PairDeclaration, by: MemberCode, other: PairDeclaration, by_other: MemberCode) -> bool:
    """Whether two members declared the same pair, each from its own side."""
    return (
        (one.pair_id, one.key_epoch, one.band) == (other.pair_id, other.key_epoch, other.band)
        and (one.own_alias, one.counterpart_alias) == (other.counterpart_alias, other.own_alias)
        and (one.counterpart, other.counterpart) == (by_other, by)
        and one.is_finder is not other.is_finder
    )


def held_alone(declaration: PairDeclaration) -> bool:
    """Whether the pair is a hit before the other side knows of it: its finder's protection officer must let it go."""
    return declaration.is_finder and declaration.is_protected


def own_side(declaration: PairDeclaration, member: MemberCode) -> Side:
    """What a declaration says of its own side."""
    namespace = Namespace.PROTECTED if declaration.is_protected else Namespace.GENERAL
    return declaration.own_alias, member, namespace, declaration.urgency


def other_side(declaration: PairDeclaration) -> Side:
    """What stands for the other side until that declares the pair too."""
    return declaration.counterpart_alias, declaration.counterpart, Namespace.GENERAL, declaration.urgency


def sides_of_alert(alert: Alert, member: MemberCode) -> tuple[Side, Side]:
    """What stood for the two sides, as a member that was told of a hit says after the hub forgot it."""
    return (
        (alert.own_reference, member, alert.namespace, alert.urgency),
        (alert.counterpart_reference, alert.counterpart, Namespace.GENERAL, alert.urgency),
    )


def partition_of_alias(member: MemberCode, namespace: Namespace) -> Partition:
    """An alias is compared with nothing; its owner's allow-list was kept when its record was."""
    return Partition(member, namespace, ComparableWith.all_members())


def alias_entry(side: Side, partition_id: PartitionId, now: datetime) -> RecordEntry:
    """A record that stands for a side. Of the kind and offence it says nothing: the sides tell each other."""
    reference, member, namespace, urgency = side
    return RecordEntry(
        reference=reference,
        member=member,
        version=1,
        is_withdrawn=False,
        partition_id=partition_id,
        handling=Handling(
            partition=partition_of_alias(member, namespace),
            record_kind=RecordKind.PERSON,
            offence_group=OffenceGroup.OTHER,
            urgency=urgency,
            review_date=(now + ALIVE_FOR).date(),
        ),
        handles={},
    )


def protected_from_now(entry: RecordEntry, partition_id: PartitionId) -> RecordEntry:
    """The alias once its owner said that it stands for a protected record."""
    partition = partition_of_alias(entry.member, Namespace.PROTECTED)
    return replace(entry, partition_id=partition_id, handling=replace(entry.handling, partition=partition))


def explanation_of(declaration: PairDeclaration) -> Explanation:
    """Which kinds agree, nobody computed: it would have told of the pair."""
    return Explanation(declaration.band, dict.fromkeys(IdentifierKind, Agreement.UNKNOWN))
