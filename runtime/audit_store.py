"""A party's audit log in its PostgreSQL: leaves written in the transactions of the acts, a chain over them.

A place in the chain taken inside each act's transaction would make all acts wait for one another. So an act only
writes its leaf and queues it; one sequencer at a time gives the queued leaves their places (:meth:`sequence`, about
once a second). The chain itself is ``protocol.audit_log``; a Merkle log can take its place behind the same port.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from psycopg.types.json import Jsonb

from symbolon.protocol.audit_log import (
    GENESIS,
    AuditAct,
    ChainEntry,
    ChainHead,
    Detail,
    Leaf,
    chain,
    leaf_hash,
    verify_chain,
)
from symbolon.protocol.problems import BrokenChain, MalformedMessage
from symbolon.protocol.references import new_leaf_id, parse_leaf_id
from symbolon.runtime.clock import Clock
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "audit")

# Any constant will do, as long as every process takes the same.
_SEQUENCER_LOCK: Final = 0x53594D42_41554449
_PAGE: Final = 1000


class AuditLog(Protocol):
    """What a service needs: leaves a trace of an act, in the transaction of the act."""

    def record(
        self, tx: Transaction, act: AuditAct, actor: str, subject: str | None = None, detail: Detail | None = None
    ) -> None:
        """Write one leaf: ``actor`` a login or member code, ``subject`` an opaque id, ``detail`` counts and codes."""
        ...


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which leaves to list; None lets all pass. ``until`` is exclusive."""

    act: AuditAct | None = None
    actor: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class RecordedLeaf:
    """A leaf and its place in the chain, counted from 1; None while it waits for one."""

    place: int | None
    leaf: Leaf


class HashChainAuditLog:
    """The audit log as a hash chain, in the tables of ``0001_audit.sql``. Clock and UUIDs are passed in."""

    def __init__(self, clock: Clock, new_uuid: Callable[[], UUID]) -> None:
        self._clock = clock
        self._new_uuid = new_uuid

    def record(
        self, tx: Transaction, act: AuditAct, actor: str, subject: str | None = None, detail: Detail | None = None
    ) -> None:
        """Write one leaf in the transaction of the act and queue it for its place."""
        leaf = Leaf(new_leaf_id(self._new_uuid()), self._clock.now(), act, actor, subject, dict(detail or {}))
        # A leaf that cannot be hashed must fail its own act, not the sequencer.
        leaf_hash(leaf)
        tx.execute(
            QUERIES["insert_leaf"],
            leaf_id=leaf.leaf_id,
            recorded_at=leaf.recorded_at,
            act=leaf.act.value,
            actor=leaf.actor,
            subject=leaf.subject,
            detail=Jsonb(leaf.detail),
        )

    def sequence(self, tx: Transaction, limit: int = 5000) -> int:
        """Give up to ``limit`` queued leaves their places; return how many. 0 while another transaction does so."""
        if not tx.fetch_value(QUERIES["become_the_sequencer"], lock=_SEQUENCER_LOCK):
            return 0
        head = self.head(tx)
        places = []
        for row in tx.fetch_all(QUERIES["take_unplaced_leaves"], limit=limit):
            leaf = _leaf(row)
            head = ChainHead(head.size + 1, chain(head.chain_hash, leaf_hash(leaf)))
            places.append({"place": head.size, "leaf_id": leaf.leaf_id, "chain_hash": head.chain_hash})
        if places:
            tx.execute_many(QUERIES["insert_place"], places)
        return len(places)

    def head(self, tx: Transaction) -> ChainHead:
        """The end of the chain: note it elsewhere, and :meth:`verify` will find a log that was cut off before it."""
        row = tx.fetch_one(QUERIES["find_last_place"])
        return ChainHead(0, GENESIS) if row is None else ChainHead(row["place"], row["chain_hash"])

    def query(self, tx: Transaction, wanted: AuditFilter) -> tuple[RecordedLeaf, ...]:
        """The leaves that pass the filter, newest first."""
        rows = tx.fetch_all(
            QUERIES["query_leaves"],
            act=None if wanted.act is None else wanted.act.value,
            actor=wanted.actor,
            subject=wanted.subject,
            since=wanted.since,
            until=wanted.until,
            limit=wanted.limit,
        )
        return tuple(RecordedLeaf(row["place"], _leaf(row)) for row in rows)

    def about(self, tx: Transaction, subject: str) -> tuple[tuple[RecordedLeaf, bytes | None], ...]:
        """Every leaf about one subject, the oldest first, with the chain's hash at its place, if it has one."""
        rows = tx.fetch_all(QUERIES["list_about"], subject=subject)
        return tuple((RecordedLeaf(row["place"], _leaf(row)), row["chain_hash"]) for row in rows)

    def entries(self, tx: Transaction) -> Iterator[ChainEntry]:
        """The chain in order, page by page. Raises :class:`BrokenChain` at a place that holds no readable leaf."""
        after = 0
        while rows := tx.fetch_all(QUERIES["list_places"], after=after, limit=_PAGE):
            for row in rows:
                yield _entry(row)
            after = rows[-1]["place"]

    def verify(self, tx: Transaction, noted: ChainHead | None = None) -> ChainHead:
        """Check the whole log; return its head.

        ``noted`` is a head that was noted elsewhere earlier: the log must still run through it. Raises
        :class:`BrokenChain` with the first wrong place, when a leaf was changed, removed, inserted or moved.
        """
        passed = noted is None or noted.size == 0

        def watched() -> Iterator[ChainEntry]:
            nonlocal passed
            for entry in self.entries(tx):
                if noted is not None and entry.place == noted.size:
                    if entry.chain_hash != noted.chain_hash:
                        raise BrokenChain(at=entry.place)
                    passed = True
                yield entry

        head = verify_chain(watched())
        if not passed or tx.fetch_value(QUERIES["count_lost_leaves"]) > 0:
            raise BrokenChain(at=head.size + 1)
        return head


def _entry(row: Row) -> ChainEntry:
    try:
        leaf = _leaf(row)
        # Values that no act writes have no canonical bytes: somebody else wrote them.
        leaf_hash(leaf)
    except (ValueError, MalformedMessage):
        raise BrokenChain(at=row["place"]) from None
    return ChainEntry(row["place"], leaf, row["chain_hash"])


def _leaf(row: Row) -> Leaf:
    return Leaf(
        leaf_id=parse_leaf_id(str(row["leaf_id"])),
        recorded_at=row["recorded_at"],
        act=AuditAct(row["act"]),
        actor=row["actor"],
        subject=row["subject"],
        detail=row["detail"],
    )
