"""The hub's channels to the three operators: one session, jobs and what they opened.

A line that breaks takes its session along: all three are called anew, and the jobs that ran are asked again by whoever
asked them. Nothing is kept here that PostgreSQL does not hold.
"""

import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsDisagree, OperatorsLate
from symbolon.hub.gateway.operator_calls import OperatorAddress, OperatorCalls
from symbolon.hub.ports.operators import Opened, SealedBits
from symbolon.matching.blind.batch import Batch
from symbolon.matching.blind.errors import BlindError, MisdirectedFrame
from symbolon.matching.blind.opening import OpeningShare, opened_records
from symbolon.matching.blind.ring import RING_16
from symbolon.matching.blind.streams import SessionId
from symbolon.protocol.messages_operators import Call, Channel, OperatorMessage, Refusal
from symbolon.protocol.messages_sessions import (
    OPERATORS,
    Announced,
    AskNonce,
    CompareRows,
    SessionBegin,
    SessionBegun,
    SessionNonce,
    Spoilt,
)
from symbolon.protocol.opening_sealing import SealedShares
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode
from symbolon.runtime.links import Arrival, LinkBroken


class _Job:
    """A batch whose opening shares are on their way."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.done: Future[Opened] = Future()
        self.begun_at = time.monotonic()
        self._shares: dict[int, list[OpeningShare]] = {}

    @property
    def missing(self) -> tuple[int, ...]:
        """Who has opened nothing yet."""
        return tuple(place for place in range(OPERATORS) if place not in self._shares)

    def take(self, place: int, data: bytes) -> bool:
        """Keep what the operator opens whose line it came over; whether all three have.

        Raises `MisdirectedFrame` where it speaks for another one, or a second time.
        """
        shares = OpeningShare.all_from_bytes(self.batch, data)
        if place in self._shares or any(share.operator != place for share in shares):
            raise MisdirectedFrame("an operator opens its own shares, once")
        self._shares[place] = shares
        return len(self._shares) == OPERATORS

    def open(self, session: SessionId) -> None:
        """Put the shares together."""
        by_query = zip(*self._shares.values(), strict=True)
        found = [tuple(opened_records(RING_16, self.batch, session, shares).tolist()) for shares in by_query]
        self.done.set_result(found)


class _SealedJob:
    """A batch whose bits come sealed for members; nothing of them opens here."""

    def __init__(self, job: CompareRows, receivers: frozenset[MemberCode]) -> None:
        self.done: Future[SealedBits] = Future()
        self.begun_at = time.monotonic()
        self._job = job
        self._wanted = {(receiver, place) for receiver in receivers for place in range(OPERATORS)}
        self._shares: dict[tuple[MemberCode, int], SealedShares] = {}

    @property
    def missing(self) -> tuple[int, ...]:
        """Who has not sealed everything yet."""
        return tuple(sorted({place for _receiver, place in self._wanted - self._shares.keys()}))

    def take(self, session: SessionId, shares: SealedShares, place: int) -> bool:
        """Keep what one operator sealed for one member; whether all is there."""
        if shares.session != session or shares.place != place or (shares.receiver, place) not in self._wanted:
            raise MalformedMessage("A sealed opening is for nobody who was to have one.")
        self._shares[shares.receiver, place] = shares
        return self._shares.keys() == self._wanted

    def carry(self, session: SessionId) -> None:
        """Hand on what came, as it is."""
        by_receiver = {
            receiver: tuple(self._shares[receiver, each] for each in range(OPERATORS))
            for receiver, _place in self._wanted
        }
        self.done.set_result(SealedBits(session, self._job, by_receiver))


class OperatorLines(OperatorCalls):
    """One session with the three operators. Any thread may ask."""

    def __init__(self, addresses: Mapping[int, OperatorAddress], context: ssl.SSLContext, patience_s: float) -> None:
        """Call all and begin a session; `patience_s`: how long an answer, or a result, is waited for.

        Raises `OperatorAway` where one does not answer, `OperatorRefused` where one refuses.
        """
        self._order = threading.Lock()
        self._jobs: dict[int, _Job | _SealedJob] = {}
        super().__init__(addresses, context, patience_s)
        try:
            self.session = self._begin()
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._watch, name="operators", daemon=True).start()

    def begin(self, job: CompareRows, batch: Batch) -> "Future[Opened]":
        """Give a job to all three, without waiting; what comes of it, the future brings. Raises `OperatorAway`.

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

    def ask_all(self, message: OperatorMessage) -> "dict[int, Future[OperatorMessage]]":
        """Ask all three what has a number among jobs, without waiting (`answers`)."""
        with self._order:
            return {place: self._ask(place, message) for place in self._links}

    def _announce(self, job: CompareRows, running: "_Job | _SealedJob") -> None:
        with self._turn:
            self._jobs[job.number] = running
        try:
            with self._order:
                asked = {place: self._ask(place, job) for place in self._links}
        except BaseException:
            with self._turn:
                self._jobs.pop(job.number, None)
            raise
        for place, future in asked.items():
            future.add_done_callback(partial(self._take_announcement, place, job.number))

    def _begin(self) -> SessionId:
        nonces = self.call_all(dict.fromkeys(self._links, AskNonce()), SessionNonce)
        begin = SessionBegin(tuple(nonces[place].nonce for place in sorted(nonces)))
        begun = {each.session for each in self.call_all(dict.fromkeys(self._links, begin), SessionBegun).values()}
        if len(begun) != 1:
            raise OperatorsDisagree
        return SessionId(begun.pop())

    def _watch(self) -> None:
        """End the session where a job is late: whoever asks calls the operators anew, and those who did not open it
        are named.
        """
        while not self.is_broken:
            time.sleep(min(1.0, self._patience_s / 4))
            latest = time.monotonic() - self._patience_s
            with self._turn:
                late = next((job for job in self._jobs.values() if job.begun_at < latest), None)
                failed = [] if late is None else self._give_up()
            if late is not None:
                self._give_back(failed, OperatorsLate(late.missing))
                self.close()

    def _take(self, place: int, arrival: Arrival) -> None:
        if arrival.kind == Channel.SEALED_OPENING:
            self._take_sealed(place, SealedShares.from_bytes(arrival.payload))
            return
        if arrival.kind != Channel.OPENING:
            super()._take(place, arrival)
            return
        try:
            self._take_opening(place, arrival.payload)
        except BlindError as error:
            raise LinkBroken("An operator opened what cannot be read.") from error

    def _take_announcement(self, place: int, number: int, answer: "Future[OperatorMessage]") -> None:
        """A job that one operator does not begin fails; the others give it up when newer ones come."""
        if answer.exception() is not None:
            # The line broke, and all that ran over it failed.
            return
        message = answer.result()
        if isinstance(message, Refusal):
            self._fail_job(number, OperatorRefused(place, message.code, message.reason, message.member))
        elif not isinstance(message, Announced):
            self._fail_job(number, OperatorsDisagree())

    def _fail_job(self, number: int, error: Exception) -> None:
        with self._turn:
            job = self._jobs.pop(number, None)
        if job is not None and not job.done.done():
            job.done.set_exception(error)

    def _take_answer(self, place: int, call: Call) -> None:
        if isinstance(call.message, Spoilt):
            self._fail_job(call.message.number, OperatorRefused(place, "spoiled", call.message.reason))
            return
        super()._take_answer(place, call)

    def _take_opening(self, place: int, data: bytes) -> None:
        number = OpeningShare.batch_of(data)
        try:
            with self._turn:
                job = self._jobs.get(number)
                if not isinstance(job, _Job) or not job.take(place, data):
                    # It failed and nobody waits for it any more, or the others' shares are to come; or an operator
                    # opens what is for members alone.
                    return
                del self._jobs[number]
        except BlindError as error:
            self._fail_job(number, OperatorsDisagree())
            raise LinkBroken("An operator opened what does not belong to its job.") from error
        try:
            job.open(self.session)
        except BlindError as error:
            job.done.set_exception(OperatorsDisagree())
            raise LinkBroken("The operators opened different things.") from error

    def _take_sealed(self, place: int, shares: SealedShares) -> None:
        with self._turn:
            job = self._jobs.get(shares.number)
            if not isinstance(job, _SealedJob) or not job.take(self.session, shares, place):
                return
            del self._jobs[shares.number]
        job.carry(self.session)

    def _give_up(self) -> list["Future[Any]"]:
        failed: list[Future[Any]] = [*super()._give_up(), *(job.done for job in self._jobs.values())]
        self._jobs.clear()
        return failed
