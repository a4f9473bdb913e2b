"""From the hub to a node about hits, how it is delivered, and what a node decides about a held hit."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar

from symbolon.protocol.canonical import EmbeddedObject
from symbolon.protocol.handling import (
    Agreement,
    Band,
    HoldRuling,
    IdentifierKind,
    Namespace,
    OffenceGroup,
    RecordKind,
    Urgency,
)
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import DeliveryId, HitId, MemberCode, RecordReference
from symbolon.protocol.wire_limits import Counter, SchemaId, Tally, entries, one_of


@dataclass(frozen=True, slots=True)
class KindAgreement:
    """Whether the two records agree in one kind of identifier."""

    kind: IdentifierKind
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Alert:
    """A hit, as one of its two parties is told of it: nothing of the other's record but what is listed here.

    ``state`` is HELD where this party's protection officer is to decide before the other side learns of the hit.
    ``state_version`` is the version of the hit's own track with which the receiver's ledger begins; its votes are in
    their first round then. Neither it nor ``detected_at`` says whether, or for how long, the hit was held before: the
    hub counts each hit from a number of its own, and names the moment of the alert. ``namespace`` is PROTECTED where
    the receiver's own record is a victim's or minor's.
    """

    PURPOSE: ClassVar[Purpose] = Purpose.ALERT

    hit_id: HitId
    own_reference: RecordReference
    counterpart: MemberCode
    counterpart_reference: RecordReference
    state: Annotated[JointState, one_of(JointState.ALERTED, JointState.HELD)]
    band: Band
    agreement: Annotated[tuple[KindAgreement, ...], entries(0, len(IdentifierKind))]
    counterpart_offence_group: OffenceGroup
    counterpart_record_kind: RecordKind
    urgency: Urgency
    namespace: Namespace
    schema_id: SchemaId
    key_epoch: Counter
    detected_at: datetime
    alerted_at: datetime
    exercise: bool
    state_version: Tally = 1


@dataclass(frozen=True, slots=True)
class HoldDecision:
    """The owner of a protected record releases a held hit to both parties, or closes it unseen by the other."""

    PURPOSE: ClassVar[Purpose] = Purpose.HOLD_DECISION

    hit_id: HitId
    decision: HoldRuling


@dataclass(frozen=True, slots=True)
class Delivery:
    """One envelope that waits at the hub for a node, as JSON; delivered until acknowledged."""

    PURPOSE: ClassVar[Purpose] = Purpose.DELIVERY

    delivery_id: DeliveryId
    envelope: EmbeddedObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeliveryAcknowledgement:
    """A node has stored these deliveries; the hub need not keep them for it."""

    PURPOSE: ClassVar[Purpose] = Purpose.DELIVERY_ACKNOWLEDGEMENT

    delivery_ids: Annotated[tuple[DeliveryId, ...], entries(1, 1_000)]
