"""What a restored node makes of what the hub says, and what a node tells a restored hub. All of it pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hits import VoteView
from symbolon.node.domain.records import Publication, Record
from symbolon.protocol.handling import HoldRuling, Namespace
from symbolon.protocol.known_ledgers import known_ledger
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import (
    Alert,
    KindAgreement,
    KnownHit,
    ReconciliationHit,
    ReconciliationRecord,
    VoteCustody,
)
from symbolon.protocol.references import IncarnationId

REVISED_SINCE: Final = (
    "It was revised after the backup was made, and the hub has that revision: revise it again as it was."
)
"""What is said of a record whose newest content was lost; no identifier is in it."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """That this node's database came from a backup; `reconciled_at` None: it has not agreed with the hub yet."""

    backup_made_at: datetime
    restored_at: datetime
    reconciled_at: datetime | None


class HubStep(StrEnum):
    """How far this node is with telling a restored hub what it knows."""

    TELL = "tell"
    SEND = "send"
    """What the hub lacks is on its way."""
    VOTES = "votes"
    """All was told and sent; votes and messages follow once the hub knows its hits again."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class HubLife:
    """The incarnation of the hub that this node last agreed with, or is agreeing with."""

    incarnation: IncarnationId
    step: HubStep


def after_restore(record: Record, at_hub: ReconciliationRecord | None) -> Record:
    """The record of a restored node, by what the hub holds of it. Versions never go back.

    Withdrawn since stays withdrawn; published since is published. What was revised since keeps the hub's version and
    its encodings, and says that its content here is the older one: to publish the older content as if it were newer
    could take the protection off somebody.
    """
    if at_hub is None or record.version > at_hub.version:
        return _newer_here(record, at_hub)
    if at_hub.withdrawn:
        return replace(
            record, publication=Publication.WITHDRAWN, version=at_hub.version, hub_version=None, refusal=None
        )
    if record.publication in (Publication.WITHDRAWING, Publication.WITHDRAWN) and record.version == at_hub.version:
        return record
    refusal = None if record.version == at_hub.version else REVISED_SINCE
    return replace(
        record,
        publication=Publication.PUBLISHED,
        version=at_hub.version,
        hub_version=at_hub.version,
        refusal=refusal,
    )


def _newer_here(record: Record, at_hub: ReconciliationRecord | None) -> Record:
    if record.publication is Publication.QUEUED:
        held = None if at_hub is None or at_hub.withdrawn else at_hub.version
        return replace(record, hub_version=held)
    return record


def is_unwithdrawn(record: Record, at_hub: ReconciliationRecord) -> bool:
    """Whether the hub holds what this node withdrew: it is to be withdrawn again."""
    return not at_hub.withdrawn and record.publication is Publication.WITHDRAWN


def lost_rounds(at_hub: ReconciliationHit, own: tuple[VoteView, ...]) -> tuple[int, ...]:
    """The rounds in which this side voted after the backup was made: the votes are out, and their words lost here."""
    kept = {vote.round for vote in own if vote.not_delivered is None}
    newest = at_hub.ledger.round
    out = range(1, newest + (at_hub.own_vote is not VoteCustody.NONE))
    return tuple(number for number in out if number not in kept)


def known_hit(hit: Hit, counterpart_votes: Sequence[VoteView]) -> KnownHit:
    """What a restored hub is told of a hit: the alert by which it knows it again, and how far it went."""
    alert = Alert(
        hit_id=hit.hit_id,
        own_reference=hit.own_reference,
        counterpart=hit.counterpart,
        counterpart_reference=hit.counterpart_reference,
        # An alert is of one of two states; where the hit stands now is said beside it.
        state=JointState.HELD if hit.ledger.state is JointState.HELD else JointState.ALERTED,
        band=hit.band,
        agreement=tuple(KindAgreement(line.kind, line.agreement) for line in hit.agreement),
        counterpart_offence_group=hit.counterpart_offence_group,
        counterpart_record_kind=hit.counterpart_record_kind,
        urgency=hit.urgency,
        namespace=Namespace.PROTECTED if hit.protected else Namespace.GENERAL,
        schema_id=hit.schema_id,
        key_epoch=hit.key_epoch,
        detected_at=hit.detected_at,
        alerted_at=hit.alerted_at,
        exercise=hit.exercise,
    )
    return KnownHit(
        alert=alert,
        ledger=known_ledger(hit.ledger),
        opened_round=max((vote.round for vote in counterpart_votes), default=0),
        safety_hold=hit.holds_for_safety,
        released=hit.hold_decision is HoldRuling.RELEASE,
    )
