"""An operator finds with the other two which records are bits; these get into its rows, and nothing else does.

A member could share out other numbers than bits, and read records by them (docs/BLIND.md, section 10). So a record lies
in PostgreSQL alone until all three have proved it, and where one of them lacks it, it is compared by nobody. What was
proved stays so when shares are refreshed, which changes no value, and when they are restored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from symbolon.hub.operators.errors import MovedOn
from symbolon.hub.operators.services.held_rows import HeldRows, RowsInUse, fill, place_of, place_record, take_out
from symbolon.hub.operators.services.sessions import ComparisonSession, Spoilable
from symbolon.hub.operators.storage.proofs import HeldShares
from symbolon.hub.operators.storage.shares import OperatorStore, OperatorWork
from symbolon.hub.operators.storage.stored_shares import StoredShares
from symbolon.matching.blind.holdings import HeldRecord, Holding, Verdict
from symbolon.matching.blind.streams import NONCE_BYTES, BatchNumber
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages_sessions import Proved, ProveRecords
from symbolon.protocol.references import HUB
from symbolon.runtime.clock import Clock

NO_BITS: Final = "not-bits"
"""Why a record is compared with nothing: it was proved to be something else."""
_ELSEWHERE: Final = "not-at-all-operators"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a proof: told what came of it, or that nothing did."""

    concluded: Callable[[Callable[[], Proved]], None]
    """Given what is left to do, which waits for comparisons that run."""
    spoilt: Callable[[str], None]


class ProveRecordsWithOthers:
    """The use case of a proof."""

    def __init__(
        self, store: OperatorStore, rows: RowsInUse, clock: Clock, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._store = store
        self._rows = rows
        self._clock = clock
        self._random_bytes = random_bytes

    def __call__(self, session: ComparisonSession, job: ProveRecords, asked: Asked) -> None:
        """Begin a proof, in the order of the calls. Raises an `OperatorError` where it cannot begin."""
        with self._rows.reading() as held:
            held.refuse_where_still()
            if (held.number, held.generation) != (job.change, job.generation):
                raise MovedOn("The records changed since: ask again about what is here now.")
            with self._store.work() as work:
                found, is_cut = work.proofs.held_after(job.after)
            holding = Holding(tuple(_held_record(held, each) for each in found), is_cut)
        shares = {each.shares.handle: each.shares.bundle for each in found}

        def conclude(verdict: Verdict) -> None:
            asked.concluded(lambda: self._settle(verdict, shares))

        # Who was told otherwise proves something else, and nothing is concluded.
        subject = canonical_bytes(to_wire(job))
        nonce = self._random_bytes(NONCE_BYTES)
        session.prove(BatchNumber(job.number), subject, nonce, holding, Spoilable(conclude, asked.spoilt))

    def _settle(self, verdict: Verdict, shares: Mapping[int, bytes]) -> Proved:
        """Keep what came out, and put what is proved into its rows; again, it changes nothing."""
        with self._rows.changing() as held:
            with self._store.work() as work:
                number = work.lock_progress()
                if held.number != number:
                    # An earlier change was committed, and its rows could not be written.
                    fill(work, held, number)
                placed = work.proofs.note_proved({handle: shares[handle] for handle in verdict.proved})
                gone = self._take_back(work, verdict, shares)
                waits = work.proofs.first_that_waits()
                if placed or gone:
                    counts = {"proved": len(placed), "refused": len(verdict.refused), "missing": len(verdict.missing)}
                    work.audit(AuditAct.RECORDS_PROVED, HUB, counts)
            if placed or gone:
                _write(held, number, placed, gone)
            return Proved(verdict.up_to, verdict.refused, verdict.missing, waits, held.records)

    def _take_back(self, work: OperatorWork, verdict: Verdict, shares: Mapping[int, bytes]) -> list[StoredShares]:
        """Note what is not to be compared, and keep its shares until its owner withdraws it."""
        gone: list[StoredShares] = []
        for handles, reason in ((verdict.refused, NO_BITS), (verdict.missing, _ELSEWHERE)):
            found = work.proofs.take_back({handle: shares[handle] for handle in handles})
            for record in found:
                work.note_unreadable(record.handle, reason, self._clock.now())
            gone += found
        return gone


def _write(held: HeldRows, number: int, placed: list[StoredShares], gone: list[StoredShares]) -> None:
    # Where this ends amid, the rows are of no change, and are filled anew.
    held.number = -1
    held.segments.begin()
    for record in gone:
        take_out(held, record.handle, record.rows)
    for record in placed:
        place_record(held, record)
    held.settle(number)


def _held_record(held: HeldRows, each: HeldShares) -> HeldRecord:
    shares = each.shares
    return HeldRecord(shares.handle, place_of(held, shares.handle, shares.rows), each.is_proved, shares.bundle)
