"""Forms the next batch of submissions or withdrawals: what is formed never changes again.

In a blind federation encodings are shared out here, canaries join them, and their tokens must be known: while those
cannot be had, the submissions wait, and withdrawals go ahead of them.

Submissions go in a random order, not in that in which they were published: whoever sees them arrive, and has the list
that they were published from, would else know by its place whose each is. What is said of one record keeps its order,
and no submission overtakes a withdrawal.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

from symbolon.node.domain.outbox import LARGEST_BATCH, BatchEntry, OutboxKind, OutgoingBatch, next_attempt
from symbolon.node.domain.tokens import KeyedToken, token_place
from symbolon.node.errors import HubNotNow, HubRefused, NoDirectory
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.hub_line import WORKER
from symbolon.node.services.obtain_tokens import ObtainTokens, WrongProof
from symbolon.node.services.send_canaries import MOST_CANARIES, SendCanaries
from symbolon.node.services.share_encodings import OpenItem, ShareEncodings, is_blind
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import new_batch_id

LARGEST_BODY: Final = 6_000_000
"""Bytes of items in one batch; what the hub takes at once is larger."""
_ROOM_FOR_CANARIES: Final = 1_500_000
"""Bytes of a batch that its records leave to canaries, beside `MOST_CANARIES` places."""

Unsent = Sequence[tuple[int, BatchEntry]]


@dataclass(frozen=True, slots=True)
class _Lacking:
    """Keyed tokens, by epoch, whose values are to be had before there is a batch."""

    directory: FederationDirectory
    tokens: Mapping[int, frozenset[KeyedToken]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a batch holds, as it goes over the wire, and how many of the items are records that waited."""

    items: list[Any] = field(repr=False)
    canaries: list[Any]
    records: int


class FormBatch:
    """Takes items that may travel together, of the kind that waits longest. One at a time: the worker sees to that."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        draws: Draws,
        share_encodings: ShareEncodings,
        obtain_tokens: ObtainTokens,
        send_canaries: SendCanaries,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._share_encodings = share_encodings
        self._obtain_tokens = obtain_tokens
        self._send_canaries = send_canaries

    def __call__(self) -> OutgoingBatch | None:
        """The next batch, stored; None while nothing can go out.

        Raises:
            HubUnavailable: the hub is away, and tokens are needed.

        """
        while True:
            with self._unit_of_work.begin() as work:
                formed = self._formed(work)
            if not isinstance(formed, _Lacking):
                return formed
            self._obtain(formed)

    def _formed(self, work: Work) -> OutgoingBatch | _Lacking | None:
        now = self._draws.now()
        unsent = _together(self._unsent(work, now))
        if not unsent:
            return None
        kind = unsent[0][1].kind
        directory = work.directory.find()
        if directory is None:
            raise NoDirectory
        if kind is OutboxKind.SUBMISSION and is_blind(directory):
            content = self._shared(work, unsent, directory)
            if isinstance(content, _Lacking):
                return content
        else:
            content = _Content([parse_json(entry.payload) for _, entry in unsent], [], len(unsent))
        batch_id = new_batch_id(self._draws.uuid())
        body: dict[str, Any] = {"batch_id": batch_id, "items": content.items}
        if kind is OutboxKind.SUBMISSION:
            body["canaries"] = content.canaries
        batch = OutgoingBatch(batch_id, kind, canonical_bytes(body), 0)
        work.outbox.add_batch(batch, [number for number, _ in unsent[: content.records]], now)
        work.audit.record(AuditAct.BATCH_SENT, WORKER, batch_id, {"kind": kind.value, "items": len(content.items)})
        return batch

    def _unsent(self, work: Work, now: datetime) -> Unsent:
        wait = work.tokens.wait()
        if wait is not None and wait.until > now:
            return work.outbox.lock_unsent_withdrawals(LARGEST_BATCH)
        oldest = work.outbox.lock_unsent(1)
        if not oldest or oldest[0][1].kind is OutboxKind.WITHDRAWAL:
            return work.outbox.lock_unsent(LARGEST_BATCH)
        return work.outbox.lock_unsent_submissions(LARGEST_BATCH)

    def _shared(self, work: Work, unsent: Unsent, directory: FederationDirectory) -> _Content | _Lacking:
        """The items in the form in which they may leave, as many as one body takes, with canaries among them."""
        opened = [self._share_encodings.open(entry) for _, entry in unsent[: LARGEST_BATCH - MOST_CANARIES]]
        sought: dict[int, set[KeyedToken]] = defaultdict(set)
        for each in opened:
            sought[each.item.key_epoch] |= each.tokens
        known = {epoch: work.tokens.known(token_place(directory, epoch), tokens) for epoch, tokens in sought.items()}
        lacking = {epoch: frozenset(tokens - known[epoch].keys()) for epoch, tokens in sought.items()}
        if any(lacking.values()):
            return _Lacking(directory, lacking)
        work.tokens.end_wait()
        records = opened[: _fitting(opened, LARGEST_BODY - _ROOM_FOR_CANARIES)]
        due = self._send_canaries.due(work, records)
        due = due[: _fitting([canary.opened for canary in due], _ROOM_FOR_CANARIES)]
        # Shared out in the order in which they stand, since operators see when each was.
        mixed = self._send_canaries.among([(each, known[each.item.key_epoch]) for each in records], due)
        items = [to_wire(self._share_encodings.share(each, directory, values)) for each, values in mixed]
        return _Content(items, [to_wire(canary.mark) for canary in due], len(records))

    def _obtain(self, lacking: _Lacking) -> None:
        try:
            for epoch, tokens in lacking.tokens.items():
                if tokens:
                    self._obtain_tokens(lacking.directory, epoch, tuple(tokens))
        except (HubNotNow, HubRefused, WrongProof) as error:
            # Submissions wait; nothing else does.
            self._wait(error.problem)

    def _wait(self, problem: Problem) -> None:
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            earlier = work.tokens.wait()
            attempts = 1 if earlier is None else earlier.attempts + 1
            work.tokens.note_wait(problem, now, attempts, next_attempt(now, attempts, self._draws.jitter()))
            if earlier is None or earlier.problem is not problem:
                detail = {"kind": "tokens", "problem": problem.value}
                work.audit.record(AuditAct.MESSAGE_REFUSED, WORKER, None, detail)


def _fitting(items: Sequence[OpenItem], most: int) -> int:
    """How many of them, from the first on, take no more bytes of a body than these; the first at any rate."""
    sizes = accumulate(item.shared_bytes for item in items)
    return max(min(1, len(items)), sum(size <= most for size in sizes))


def _together(unsent: Unsent) -> Unsent:
    """The longest beginning that may travel together: one kind, no record twice, not too many bytes."""
    chosen: list[tuple[int, BatchEntry]] = []
    seen: set[str] = set()
    size = 0
    for number, entry in unsent:
        size += len(entry.payload)
        if chosen and (entry.kind is not chosen[0][1].kind or entry.reference in seen or size > LARGEST_BODY):
            break
        seen.add(entry.reference)
        chosen.append((number, entry))
    return chosen
