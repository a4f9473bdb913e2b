"""The hub's channels to the three operators: calls and answers, one session, jobs and what they opened.

A line that breaks takes its session along: all three are called anew, and the jobs that ran are asked again by whoever
asked them. Nothing is kept here that PostgreSQL does not hold.
"""

import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from symbolon.hub.errors import OperatorAway, OperatorRefused, OperatorsDisagree
from symbolon.hub.ports.operators import Opened, SealedBits
from symbolon.matching.blind.batch import Batch
from symbolon.matching.blind.errors import BlindError
from symbolon.matching.blind.opening import OpeningShare, opened_records
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import SessionId
from symbolon.protocol.messages_operators import (
    OPERATORS,
    Announced,
    AskNonce,
    Call,
    Channel,
    CompareRows,
    OperatorMessage,
    Refusal,
    SessionBegin,
    SessionBegun,
    SessionNonce,
    Spoilt,
)
from symbolon.protocol.opening_sealing import SealedShares
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode
from symbolon.runtime.links import Link, LinkBroken, dial

A = TypeVar("A", bound=OperatorMessage)


@dataclass(frozen=True, slots=True)
class OperatorAddress:
    """Where an operator is, and by which certificate it is known (SHA-256, hexadecimal)."""

    host: str
    port: int
    fingerprint: str


class _Job:
    """A batch whose opening shares are on their way."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.done: Future[Opened] = Future()
        self._shares: dict[int, list[OpeningShare]] = {query: [] for query in range(batch.queries)}
        self._open: dict[int, tuple[int, ...]] = {}

    def take(self, session: SessionId, data: bytes) -> None:
        share = OpeningShare.from_bytes(self.batch, data)
        shares = self._shares[share.query]
        shares.append(share)
        if len(shares) == OPERATORS:
            rows = opened_records(RING_16, self.batch, session, shares)
            self._open[share.query] = tuple(rows.tolist())
            if len(self._open) == self.batch.queries and not self.done.done():
                self.done.set_result([self._open[query] for query in range(self.batch.queries)])


class _SealedJob:
    """A batch whose bits come sealed for members; nothing of them opens here."""

    def __init__(self, job: CompareRows, receivers: frozenset[MemberCode]) -> None:
        self.done: Future[SealedBits] = Future()
        self._job = job
        self._wanted = {(receiver, place) for receiver in receivers for place in range(OPERATORS)}
        self._shares: dict[tuple[MemberCode, int], SealedShares] = {}

    def take(self, session: SessionId, shares: SealedShares, place: int) -> None:
        if shares.session != session or shares.place != place or (shares.receiver, place) not in self._wanted:
            raise MalformedMessage("A sealed opening is for nobody who was to have one.")
        self._shares[shares.receiver, place] = shares
        if self._shares.keys() == self._wanted and not self.done.done():
            by_receiver = {
                receiver: tuple(self._shares[receiver, each] for each in range(OPERATORS))
                for receiver, _place in self._wanted
            }
            self.done.set_result(SealedBits(session, self._job, by_receiver))


class OperatorLines:
    """One session with the three operators. Any thread may ask."""

    def __init__(
        self,
        addresses: Mapping[int, OperatorAddress],
        context: ssl.SSLContext,
        patience_s: float,
        *,
        in_session: bool = True,
    ) -> None:
        """Call all and begin a session; `patience_s`: how long an answer, or a result, is waited for.

        Jobs need a session of all three; what is no job is asked of any without one.

        Raises `OperatorAway` where one does not answer, `OperatorRefused` where one refuses.
        """
        self._patience_s = patience_s
        self._turn = threading.Lock()
        self._order = threading.Lock()
        self._number = 0
        self._waiting: dict[tuple[int, int], Future[OperatorMessage]] = {}
        self._jobs: dict[int, _Job | _SealedJob] = {}
        self._links: dict[int, Link] = {}
        calling = 0
        try:
            for place, address in sorted(addresses.items()):
                calling = place
                self._links[place] = dial(address.host, address.port, context, address.fingerprint)
                threading.Thread(target=self._read, args=(place,), name="operator", daemon=True).start()
            self.session = self._begin() if in_session else SessionId(bytes(16))
        except LinkBroken as broken:
            self.close()
            raise OperatorAway(calling) from broken
        except BaseException:
            self.close()
            raise

    @property
    def is_broken(self) -> bool:
        """Whether a line is gone: then the session is over."""
        return any(link.is_broken for link in self._links.values())

    def call(self, place: int, message: OperatorMessage, answer: type[A]) -> A:
        """Ask one operator and wait for its answer. Raises `OperatorAway`, `OperatorRefused`."""
        return self._wait(place, self._ask(place, message), answer)

    def call_all(self, messages: Mapping[int, OperatorMessage], answer: type[A]) -> dict[int, A]:
        """Ask several operators at once, each its own. Raises as `call`."""
        asked = {place: self._ask(place, message) for place, message in messages.items()}
        return {place: self._wait(place, future, answer) for place, future in asked.items()}

    def begin(self, job: CompareRows, batch: Batch) -> "Future[Opened]":
        """Give a job to all three; what comes of it, the future brings. Raises as `call`.

        Numbers reach the operators in the order in which jobs are begun: each must be higher than those before it.
        """
        running = _Job(batch)
        self._announce(job, running)
        return running.done

    def begin_sealed(self, job: CompareRows, receivers: frozenset[MemberCode]) -> "Future[SealedBits]":
        """The same for a job whose bits open towards these members alone."""
        running = _SealedJob(job, receivers)
        self._announce(job, running)
        return running.done

    def close(self) -> None:
        """End the session."""
        for link in self._links.values():
            link.close()

    def _announce(self, job: CompareRows, running: "_Job | _SealedJob") -> None:
        with self._turn:
            self._jobs[job.number] = running
        try:
            with self._order:
                asked = {place: self._ask(place, job) for place in self._links}
            for place, future in asked.items():
                self._wait(place, future, Announced)
        except BaseException:
            with self._turn:
                self._jobs.pop(job.number, None)
            raise

    def _begin(self) -> SessionId:
        nonces = self.call_all(dict.fromkeys(self._links, AskNonce()), SessionNonce)
        begin = SessionBegin(tuple(nonces[place].nonce for place in sorted(nonces)))
        begun = {each.session for each in self.call_all(dict.fromkeys(self._links, begin), SessionBegun).values()}
        if len(begun) != 1:
            raise OperatorsDisagree
        return SessionId(begun.pop())

    def _ask(self, place: int, message: OperatorMessage) -> "Future[OperatorMessage]":
        future: Future[OperatorMessage] = Future()
        with self._turn:
            self._number += 1
            number = self._number
            self._waiting[place, number] = future
        try:
            self._links[place].send(Channel.CALL, Call(number, message).to_bytes())
        except LinkBroken as broken:
            raise OperatorAway(place) from broken
        return future

    def _wait(self, place: int, future: "Future[OperatorMessage]", answer: type[A]) -> A:
        try:
            message = future.result(self._patience_s)
        except TimeoutError as late:
            raise OperatorAway(place) from late
        if isinstance(message, Refusal):
            raise OperatorRefused(place, message.code, message.reason)
        if not isinstance(message, answer):
            raise OperatorsDisagree
        return message

    def _read(self, place: int) -> None:
        link = self._links[place]
        try:
            while True:
                arrival = link.receive()
                if arrival.kind == Channel.OPENING:
                    self._take_opening(arrival.payload)
                elif arrival.kind == Channel.SEALED_OPENING:
                    self._take_sealed(place, SealedShares.from_bytes(arrival.payload))
                else:
                    self._take_answer(place, Call.from_bytes(arrival.payload))
        except (LinkBroken, MalformedMessage, BlindError) as broken:
            link.close()
            self._fail(place, broken)

    def _take_answer(self, place: int, call: Call) -> None:
        if isinstance(call.message, Spoilt):
            with self._turn:
                job = self._jobs.pop(call.message.number, None)
            if job is not None and not job.done.done():
                job.done.set_exception(OperatorRefused(place, "spoiled", call.message.reason))
            return
        with self._turn:
            future = self._waiting.pop((place, call.number), None)
        if future is not None:
            future.set_result(call.message)

    def _take_opening(self, data: bytes) -> None:
        number = OpeningShare.batch_of(data)
        with self._turn:
            job = self._jobs.get(number)
            if not isinstance(job, _Job):
                # It failed, or nobody waits for it any more; or an operator opens what is for members alone.
                return
            try:
                job.take(self.session, data)
            except BlindError as error:
                self._jobs.pop(number)
                if not job.done.done():
                    job.done.set_exception(OperatorsDisagree())
                raise LinkBroken("The operators opened different things.") from error
            if job.done.done():
                self._jobs.pop(number)

    def _take_sealed(self, place: int, shares: SealedShares) -> None:
        with self._turn:
            job = self._jobs.get(shares.number)
            if isinstance(job, _SealedJob):
                job.take(self.session, shares, place)
                if job.done.done():
                    self._jobs.pop(shares.number)

    def _fail(self, place: int, cause: Exception) -> None:
        away = OperatorAway(place)
        away.__cause__ = cause
        with self._turn:
            failed: list[Future[Any]] = [*self._waiting.values(), *(job.done for job in self._jobs.values())]
            self._waiting.clear()
            self._jobs.clear()
        for future in failed:
            if not future.done():
                future.set_exception(away)
