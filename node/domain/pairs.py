"""A pair of records that this node and another found past the hub, and how far the two have come with it. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.records import Publication, Record
from symbolon.protocol.handling import Band, Namespace, OffenceGroup, RecordKind
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import FoundPair, KnownPair, PairAnswer, PairDeclaration, SideOfPair
from symbolon.protocol.references import HitId, MemberCode, PairId, RecordReference

AT_HUB = frozenset({Publication.QUEUED, Publication.PUBLISHED})
GONE = frozenset({Publication.WITHDRAWING, Publication.WITHDRAWN, Publication.REFUSED})


@dataclass(frozen=True, slots=True)
class NumberedVersion:
    """The version of an own record that the hub has a number for; `name` is the same for all of the record."""

    handle: int
    reference: RecordReference
    version: int
    key_epoch: int
    name: int


@dataclass(frozen=True, slots=True)
class Pair:
    """One side's view; `other_side` None until the other told of its record."""

    pair_id: PairId
    is_finder: bool
    counterpart: MemberCode
    own_reference: RecordReference
    own_version: int
    other_handle: int
    other_name: int
    own_handle: int
    own_name: int
    other_side: SideOfPair | None
    band: Band
    key_epoch: int
    own_alias: RecordReference
    other_alias: RecordReference
    to_tell: bool
    to_answer: bool
    declare_at: datetime | None
    hit_id: HitId | None
    is_over: bool
    found_at: datetime
    brings_back: bool = False
    """Found by this side although it was judged DIFFERENT: the own record changed materially since."""
    known_as: PairId | None = None
    """Told by the other side while this pair of the same two records was in the way: it may have lost that one."""


@dataclass(frozen=True, slots=True)
class PairNames:
    """The id of a pair, and what stands for its two records at the hub."""

    pair_id: PairId
    own_alias: RecordReference
    other_alias: RecordReference


def side_of(record: Record, version: int) -> SideOfPair:
    """What the other side is told of an own record."""
    content = record.content
    return SideOfPair(record.reference, version, content.kind, content.offence_group, content.urgency)


def told(pair: Pair, own: SideOfPair) -> FoundPair:
    """What a finder says."""
    return FoundPair(
        pair_id=pair.pair_id,
        handle=pair.other_handle,
        finder_handle=pair.own_handle,
        finder_name=pair.own_name,
        key_epoch=pair.key_epoch,
        band=pair.band,
        finder_alias=pair.own_alias,
        other_alias=pair.other_alias,
        finder=own,
        brings_back=pair.brings_back,
    )


def declared(pair: Pair, record: Record) -> PairDeclaration:
    """What the hub is told: nothing that it knows either record by."""
    return PairDeclaration(
        pair_id=pair.pair_id,
        own_alias=pair.own_alias,
        counterpart=pair.counterpart,
        counterpart_alias=pair.other_alias,
        is_finder=pair.is_finder,
        is_protected=record.content.namespace is Namespace.PROTECTED,
        key_epoch=pair.key_epoch,
        band=pair.band,
        urgency=record.content.urgency,
    )


def answered(pair: Pair, answer: PairAnswer, declare_at: datetime) -> Pair:
    """A finder's pair after the other side answered; the first answer counts."""
    if not pair.to_tell or pair.is_over:
        return pair
    if answer.side is None or answer.known is not None:
        return replace(pair, to_tell=False, is_over=True, declare_at=None)
    due = None if pair.hit_id is not None else (pair.declare_at or declare_at)
    return replace(pair, to_tell=False, other_side=answer.side, declare_at=due)


def named_to_finder(pair: Pair) -> KnownPair:
    """A pair as which this side knows what the other side found anew."""
    return KnownPair(pair.pair_id, pair.is_finder, pair.own_alias, pair.other_alias, pair.key_epoch, pair.band)


def in_the_way(known: Iterable[tuple[Pair, Hit | None]]) -> PairId | None:
    """The pair that another find of the same two records gives way to; only one that the other side was told of."""
    found = [
        pair
        for pair, hit in known
        if pair.other_side is not None and not (pair.is_over if hit is None else hit.is_withdrawn)
    ]
    return found[-1].pair_id if found else None


def adopted(found: Pair, answer: PairAnswer, known: KnownPair, now: datetime, declare_at: datetime) -> Pair:
    """A pair that this side had lost, as the other side knows it, in the place of what was found anew."""
    return replace(
        found,
        pair_id=known.pair_id,
        is_finder=not known.is_finder,
        other_side=answer.side,
        band=known.band,
        key_epoch=known.key_epoch,
        own_alias=known.other_alias,
        other_alias=known.own_alias,
        to_tell=False,
        to_answer=False,
        declare_at=declare_at,
        hit_id=None,
        is_over=False,
        found_at=now,
        brings_back=False,
    )


def is_new(
    known: Iterable[tuple[Pair, Hit | None]],
    version: int,
    same_version: Callable[[Pair], bool],
    brought_back: Callable[[Hit], bool],
) -> bool:
    """Whether a pair of two records is worth a hit, by the pairs of the same two so far.

    As the hub judges where it knows the records: one that is open is in the way, one that was judged DIFFERENT stays
    so until a record changed materially, one that ended otherwise comes back with a new version of either. Of several
    judgements the last counts, and at once: the clock that closes a hit so judged is not waited for, since nothing
    compares the records again when it does.
    """
    is_dismissed = False
    for pair, hit in known:
        if hit is None:
            if not pair.is_over:
                return False
            continue
        if hit.is_withdrawn:
            continue
        is_closed = hit.ledger.state is JointState.CLOSED
        if (hit.ledger.closed_from if is_closed else hit.ledger.state) is JointState.NOT_SAME:
            is_dismissed = not brought_back(hit)
        elif not is_closed or (pair.own_version == version and same_version(pair)):
            return False
    return not is_dismissed


def crosses(own: Pair, told_of: FoundPair) -> bool:
    """Whether an own find that was not answered yet gives way to the other side's find of the same pair."""
    return own.is_finder and own.to_tell and not own.is_over and told_of.pair_id < own.pair_id


def is_live(record: Record | None, number: NumberedVersion) -> bool:
    """Whether the version that was compared is still the one that counts."""
    return record is not None and record.publication in AT_HUB and record.version == number.version


def by_aliases(hit: Hit, pair: Pair | None) -> Hit:
    """The hit as the hub may be told of it: where it knows neither record, by what stands for them."""
    if pair is None:
        return hit
    return replace(
        hit,
        own_reference=pair.own_alias,
        counterpart_reference=pair.other_alias,
        counterpart_offence_group=OffenceGroup.OTHER,
        counterpart_record_kind=RecordKind.PERSON,
    )
