"""The member directory, the cards that members are known by, and linkage keys that nobody has accepted yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import FederationDirectory, MemberCard
from symbolon.protocol.references import MemberCode
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.node.storage", "directory")


class PostgresDirectory:
    """The member directory within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def find(self) -> FederationDirectory | None:
        """The newest directory; None before the node joined."""
        body = self._tx.fetch_value(QUERIES["find_directory"])
        return None if body is None else from_wire(FederationDirectory, parse_json(bytes(body)))

    def save(self, directory: FederationDirectory, now: datetime) -> None:
        """Store a directory unless a newer one is there."""
        self._tx.execute(
            QUERIES["save_directory"],
            directory_version=directory.version,
            body=canonical_bytes(to_wire(directory)),
            fetched_at=now,
        )

    def pinned_cards(self) -> Mapping[MemberCode, MemberCard]:
        """The card that each member is known by here, also of those who left."""
        cards = [_card(row) for row in self._tx.fetch_all(QUERIES["list_pinned_cards"])]
        return {card.code: card for card in cards}

    def pin_card(self, card: MemberCard, now: datetime) -> None:
        """Know a member by this card from now on."""
        self._tx.execute(QUERIES["pin_card"], code=card.code, body=canonical_bytes(to_wire(card)), pinned_at=now)
        self._tx.execute(QUERIES["forget_refused_card"], code=card.code)

    def refuse_cards(self, cards: Sequence[MemberCard], now: datetime) -> None:
        """Note which cards of the newest directory were not taken; those noted before are forgotten."""
        self._tx.execute(QUERIES["forget_refused_cards"])
        self._tx.execute_many(
            QUERIES["refuse_card"],
            [{"code": card.code, "body": canonical_bytes(to_wire(card)), "refused_at": now} for card in cards],
        )

    def refused_cards(self) -> tuple[MemberCard, ...]:
        """The cards of the newest directory that were not taken."""
        return tuple(_card(row) for row in self._tx.fetch_all(QUERIES["list_refused_cards"]))

    def keep_key_offer(self, envelope: Envelope, now: datetime) -> None:
        """Keep a linkage key as it came, sealed; the sender's newest takes the place of an older one."""
        self._tx.execute(
            QUERIES["keep_key_offer"],
            sender=envelope.sender,
            envelope=envelope.to_bytes(),
            issued_at=envelope.issued_at,
            received_at=now,
        )

    def key_offer(self, sender: MemberCode) -> Envelope | None:
        """The linkage key that this member sent and nobody has accepted yet."""
        raw = self._tx.fetch_value(QUERIES["find_key_offer"], sender=sender)
        return None if raw is None else Envelope.from_bytes(bytes(raw))

    def key_offers(self) -> tuple[MemberCode, ...]:
        """Whose linkage keys wait to be accepted."""
        return tuple(MemberCode(row["sender"]) for row in self._tx.fetch_all(QUERIES["list_key_offers"]))

    def drop_key_offer(self, sender: MemberCode) -> None:
        """Keep this member's linkage key no longer."""
        self._tx.execute(QUERIES["drop_key_offer"], sender=sender)


def _card(row: Row) -> MemberCard:
    return from_wire(MemberCard, parse_json(bytes(row["body"])))
