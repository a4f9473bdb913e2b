"""Pairs that were found past the hub, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from symbolon.node.domain.pairs import NumberedVersion, Pair, PairNames
from symbolon.node.domain.pairs_standing import Contact, PairsStanding
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.handling import Band
from symbolon.protocol.messages import SideOfPair
from symbolon.protocol.references import HitId, MemberCode, PairId, RecordReference, new_pair_id, new_record_reference
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Vault

QUERIES: Final = load_queries("symbolon.node.storage", "pairs")


class PostgresPairs:
    """See `symbolon.node.ports.pair_store.PairStore`."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def names_of(self, own_handle: int, other_handle: int, key_epoch: int) -> PairNames:
        """What a pair that this side finds is called: the same whenever it is found, also after a restore."""

        def drawn(what: str) -> UUID:
            digest = self._vault.lookup_digest(f"found_pair.{what}", f"{own_handle} {other_handle} {key_epoch}")
            return UUID(bytes=digest[:16], version=4)

        return PairNames(
            new_pair_id(drawn("pair")), new_record_reference(drawn("own")), new_record_reference(drawn("other"))
        )

    def number(self, versions: Sequence[NumberedVersion]) -> None:
        """Keep what the hub calls these versions; the same again changes nothing."""
        self._tx.execute(
            QUERIES["keep_numbers"],
            handles=[each.handle for each in versions],
            references=[each.reference for each in versions],
            versions=[each.version for each in versions],
            key_epochs=[each.key_epoch for each in versions],
            names=[each.name for each in versions],
        )

    def numbered(self, handle: int) -> NumberedVersion | None:
        """The own version of this number."""
        row = self._tx.fetch_one(QUERIES["find_number"], handle=handle)
        if row is None:
            return None
        return NumberedVersion(
            row["handle"], RecordReference(str(row["reference"])), row["version"], row["key_epoch"], row["name"]
        )

    def add(self, pair: Pair) -> bool:
        """Keep a pair; False where it was found before."""
        row = self._tx.fetch_one(
            QUERIES["add_pair"],
            **_changing(pair),
            is_finder=pair.is_finder,
            counterpart=pair.counterpart,
            own_reference=pair.own_reference,
            own_version=pair.own_version,
            other_handle=pair.other_handle,
            other_name=pair.other_name,
            own_handle=pair.own_handle,
            own_name=pair.own_name,
            band=pair.band,
            key_epoch=pair.key_epoch,
            own_alias=pair.own_alias,
            other_alias=pair.other_alias,
            found_at=pair.found_at,
            brings_back=pair.brings_back,
            known_as=pair.known_as,
        )
        return row is not None

    def save(self, pair: Pair) -> None:
        """Keep how far it has come."""
        self._tx.execute(QUERIES["save_pair"], **_changing(pair))

    def find(self, pair_id: PairId) -> Pair | None:
        """One pair, locked."""
        return _maybe(self._tx.fetch_one(QUERIES["find_pair"], pair_id=pair_id))

    def of_alias(self, alias: RecordReference) -> Pair | None:
        """The pair of which this stands for the own side, locked."""
        return _maybe(self._tx.fetch_one(QUERIES["find_pair_of_alias"], alias=alias))

    def of_hit(self, hit_id: HitId) -> Pair | None:
        """The pair that a hit is on, locked."""
        return _maybe(self._tx.fetch_one(QUERIES["find_pair_of_hit"], hit_id=hit_id))

    def of_record(self, reference: RecordReference) -> tuple[Pair, ...]:
        """The pairs of an own record, oldest first."""
        return tuple(map(_pair, self._tx.fetch_all(QUERIES["list_pairs_of_record"], reference=reference)))

    def to_tell(self, members: Collection[MemberCode], limit: int) -> tuple[Pair, ...]:
        """Pairs that these are told of, or answered about, locked; those told before without an answer come last."""
        rows = self._tx.fetch_all(QUERIES["list_pairs_to_tell"], members=list(members), limit=limit)
        return tuple(map(_pair, rows))

    def note_told(self, member: MemberCode, pair_ids: Collection[PairId], now: datetime) -> None:
        """A message for a member was queued that tells of these."""
        self._tx.execute(QUERIES["note_contact_told"], member=member, now=now)
        self._tx.execute(QUERIES["note_told"], pair_ids=list(pair_ids), now=now)

    def note_heard(self, member: MemberCode, now: datetime) -> None:
        """A message of a member was taken."""
        self._tx.execute(QUERIES["note_contact_heard"], member=member, now=now)

    def note_problem(self, session: bytes, number: int, now: datetime) -> None:
        """An opening cannot be true."""
        self._tx.execute(QUERIES["note_problem"], session=session, number=number, now=now)

    def standing(self, since: datetime) -> PairsStanding:
        """What waits of pairs that everybody here may know of; complaints of openings since then."""
        contacts = tuple(
            Contact(MemberCode(row["member"]), row["told_at"], row["heard_at"])
            for row in self._tx.fetch_all(QUERIES["list_contacts"])
        )
        row = self._tx.fetch_one(QUERIES["count_standing"], since=since) or {}
        return PairsStanding(**row, contacts=contacts)

    def to_declare(self, now: datetime, limit: int) -> tuple[Pair, ...]:
        """Pairs whose declaration is due, locked."""
        return tuple(map(_pair, self._tx.fetch_all(QUERIES["list_pairs_to_declare"], now=now, limit=limit)))

    def under_way(self) -> int:
        """How many pairs wait to be told, answered or declared, whoever may know of them."""
        return int(self._tx.fetch_value(QUERIES["count_under_way"]))

    def ended(self, limit: int) -> tuple[Pair, ...]:
        """Pairs that are not over and whose own record is gone, locked."""
        return tuple(map(_pair, self._tx.fetch_all(QUERIES["list_ended_pairs"], limit=limit)))

    def next_round(self) -> datetime | None:
        """When the others are told next; None before the first time."""
        row = self._tx.fetch_one(QUERIES["find_round"])
        return None if row is None else row["next_at"]

    def set_round(self, next_at: datetime) -> None:
        """Note when the others are told next."""
        self._tx.execute(QUERIES["set_round"], next_at=next_at)


def _changing(pair: Pair) -> dict[str, object]:
    return {
        "pair_id": pair.pair_id,
        "other_side": None if pair.other_side is None else Jsonb(to_wire(pair.other_side)),
        "to_tell": pair.to_tell,
        "to_answer": pair.to_answer,
        "declare_at": pair.declare_at,
        "hit_id": pair.hit_id,
        "is_over": pair.is_over,
    }


def _maybe(row: Row | None) -> Pair | None:
    return None if row is None else _pair(row)


def _pair(row: Row) -> Pair:
    return Pair(
        pair_id=PairId(str(row["pair_id"])),
        is_finder=row["is_finder"],
        counterpart=MemberCode(row["counterpart"]),
        own_reference=RecordReference(str(row["own_reference"])),
        own_version=row["own_version"],
        other_handle=row["other_handle"],
        other_name=row["other_name"],
        own_handle=row["own_handle"],
        own_name=row["own_name"],
        other_side=None if row["other_side"] is None else from_wire(SideOfPair, row["other_side"]),
        band=Band(row["band"]),
        key_epoch=row["key_epoch"],
        own_alias=RecordReference(str(row["own_alias"])),
        other_alias=RecordReference(str(row["other_alias"])),
        to_tell=row["to_tell"],
        to_answer=row["to_answer"],
        declare_at=row["declare_at"],
        hit_id=None if row["hit_id"] is None else HitId(str(row["hit_id"])),
        is_over=row["is_over"],
        found_at=row["found_at"],
        brings_back=row["brings_back"],
        known_as=None if row["known_as"] is None else PairId(str(row["known_as"])),
    )
