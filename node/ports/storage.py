"""What the services need of the node's storage: one protocol per aggregate, and the transaction over all."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from symbolon.node.ports.hit_stores import ExchangeStore, HitStore, InboxStore
from symbolon.node.ports.record_stores import OutboxStore, RecordStore
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory, MemberCard
from symbolon.protocol.references import (
    MemberCode,
)


class DirectoryStore(Protocol):
    """The member directory that the hub signed last, the cards that members are known by, and keys that they sent."""

    def find(self) -> FederationDirectory | None:
        """The newest directory; None before the node joined."""
        ...

    def save(self, directory: FederationDirectory, now: datetime) -> None:
        """Store a directory unless a newer one is there."""
        ...

    def pinned_cards(self) -> Mapping[MemberCode, MemberCard]:
        """The card that each member is known by here, also of those who left."""
        ...

    def pin_card(self, card: MemberCard, now: datetime) -> None:
        """Know a member by this card from now on."""
        ...

    def refuse_cards(self, cards: Sequence[MemberCard], now: datetime) -> None:
        """Note which cards of the newest directory were not taken; those noted before are forgotten."""
        ...

    def refused_cards(self) -> tuple[MemberCard, ...]:
        """The cards of the newest directory that were not taken."""
        ...

    def keep_key_offer(self, envelope: Envelope, now: datetime) -> None:
        """Keep a linkage key as it came, sealed; the sender's newest takes the place of an older one."""
        ...

    def key_offer(self, sender: MemberCode) -> Envelope | None:
        """The linkage key that this member sent and nobody has accepted yet."""
        ...

    def key_offers(self) -> tuple[MemberCode, ...]:
        """Whose linkage keys wait to be accepted."""
        ...

    def drop_key_offer(self, sender: MemberCode) -> None:
        """Keep this member's linkage key no longer."""
        ...


class AuditTrail(Protocol):
    """The audit log, within the transaction of the act."""

    def record(self, act: AuditAct, actor: str, subject: str | None, detail: Detail) -> None:
        """Leave one leaf."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction over everything that the node stores."""

    records: RecordStore
    outbox: OutboxStore
    inbox: InboxStore
    hits: HitStore
    exchange: ExchangeStore
    directory: DirectoryStore
    audit: AuditTrail


class UnitOfWork(Protocol):
    """Begins transactions: committed when the block ends, rolled back when it raises."""

    def begin(self) -> AbstractContextManager[Work]:
        """One transaction."""
        ...
