"""Facts of judged pairs in PostgreSQL; the keys of their digests sealed."""

from collections.abc import Collection, Mapping
from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.hit import Hit
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.references import HitId, RecordReference
from symbolon.protocol.suppression import RecordFacts
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "judged")


class PostgresJudged:
    """Judged pairs within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def key_of(self, reference: RecordReference) -> bytes | None:
        """The record's key (32 bytes); None before it has one."""
        row = self._tx.fetch_one(QUERIES["find_key"], reference=reference)
        return None if row is None else self._vault.open(bytes(row["sealed_key"]), _place(reference))

    def add_key(self, reference: RecordReference, key: bytes) -> None:
        """Give a record its key; one that it has already stays."""
        self._tx.execute(QUERIES["add_key"], reference=reference, sealed_key=self._vault.seal(key, _place(reference)))

    def remember(self, hit: Hit, facts: RecordFacts) -> None:
        """Keep what the own record said when this hit was judged, in the place of an earlier hit of the same pair."""
        self._tx.execute(QUERIES["forget_pair"], hit_id=hit.hit_id)
        self._tx.execute(
            QUERIES["add_facts"], hit_id=hit.hit_id, reference=hit.own_reference, facts=Jsonb(to_wire(facts))
        )

    def facts_of(self, reference: RecordReference) -> Mapping[HitId, RecordFacts]:
        """What a record said at each of its judgements, by hit."""
        rows = self._tx.fetch_all(QUERIES["list_facts"], reference=reference)
        return {HitId(str(row["hit_id"])): from_wire(RecordFacts, row["facts"]) for row in rows}

    def judged_among(self, references: Collection[RecordReference]) -> frozenset[RecordReference]:
        """Those of these records of which a judgement is remembered."""
        rows = self._tx.fetch_all(QUERIES["list_judged"], references=list(references))
        return frozenset(RecordReference(str(row["reference"])) for row in rows)

    def forget_record(self, reference: RecordReference) -> int:
        """Take away facts and key of a record that is erased; how many judgements were remembered."""
        forgotten = self._tx.execute(QUERIES["forget_facts"], reference=reference)
        self._tx.execute(QUERIES["forget_key"], reference=reference)
        return forgotten


def _place(reference: RecordReference) -> Place:
    return Place("record_fact_key", "sealed_key", reference)
