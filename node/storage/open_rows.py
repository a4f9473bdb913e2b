"""Seals what an older release stored in clear, before a process of the node does anything else."""

from collections.abc import Callable
from typing import Final

from psycopg.types.json import Jsonb

from symbolon.node.domain.sealed_categories import is_sealed
from symbolon.node.storage.hits import reason_place
from symbolon.node.storage.records import LOCAL_ID_LABEL, sealed_record
from symbolon.protocol.handling import SubjectCategory
from symbolon.protocol.references import HitId
from symbolon.runtime.database import Database, Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Vault

QUERIES: Final = load_queries("symbolon.node.storage", "open_rows")
CHUNK: Final = 500


def seal_open_rows(database: Database, vault: Vault) -> int:
    """Seal whatever lies open that should not, in transactions of some hundred rows; how many rows were done.

    It may be killed at any point: the next start goes on.
    """
    done = 0
    for seal_chunk in (_seal_records, _seal_votes):
        done += _to_the_end(database, vault, seal_chunk)
    return done


def _to_the_end(database: Database, vault: Vault, seal_chunk: Callable[[Transaction, Vault], int]) -> int:
    done = 0
    while True:
        with database.transaction() as tx:
            sealed = seal_chunk(tx, vault)
        done += sealed
        if sealed < CHUNK:
            return done


def _seal_records(tx: Transaction, vault: Vault) -> int:
    rows = tx.fetch_all(QUERIES["lock_open_records"], limit=CHUNK)
    tx.execute_many(QUERIES["seal_record"], [_record_parameters(row, vault) for row in rows])
    return len(rows)


def _record_parameters(row: Row, vault: Vault) -> dict[str, object]:
    local_id, identifiers, digest = row["local_id"], row["identifiers"], bytes(row["content_digest"])
    closed = is_sealed(None if row["category"] is None else SubjectCategory(row["category"]))
    return {
        "reference": row["reference"],
        "lookup": vault.lookup_digest(LOCAL_ID_LABEL, local_id),
        "sealed": sealed_record(vault, str(row["reference"]), local_id, digest, identifiers) if closed else None,
        "local_id": None if closed else local_id,
        "identifiers": None if closed else Jsonb(identifiers),
        "content_digest": None if closed else digest,
    }


def _seal_votes(tx: Transaction, vault: Vault) -> int:
    rows = tx.fetch_all(QUERIES["lock_open_votes"], limit=CHUNK)
    for row in rows:
        place = reason_place(HitId(str(row["hit_id"])), row["round"], row["side"])
        sealed = vault.seal(row["reason"].encode(), place)
        tx.execute(
            QUERIES["seal_vote"], hit_id=row["hit_id"], round=row["round"], side=row["side"], sealed_reason=sealed
        )
    return len(rows)
