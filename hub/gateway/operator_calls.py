"""The hub's calls to operators of blind comparison, and their answers: what needs no session and computes nothing.

The web process stands on this alone; jobs are in `operator_lines`.
"""

import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused, OperatorsDisagree
from symbolon.protocol.messages_operators import Call, Channel, OperatorMessage, Refusal
from symbolon.protocol.problems import MalformedMessage
from symbolon.runtime.links import Arrival, Link, LinkBroken, dial

A = TypeVar("A", bound=OperatorMessage)


@dataclass(frozen=True, slots=True)
class OperatorAddress:
    """Where an operator is, and by which certificate it is known (SHA-256, hexadecimal)."""

    host: str
    port: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """Where the operators are, how the hub shows itself, and how long it waits for an answer."""

    addresses: Mapping[int, OperatorAddress]
    context: Callable[[], ssl.SSLContext]
    patience_s: float
    tree: bool
    """Whether the carry is found in few rounds: where round trips are long."""


class OperatorCalls:
    """Lines to some of the operators. Any thread may ask."""

    def __init__(self, addresses: Mapping[int, OperatorAddress], context: ssl.SSLContext, patience_s: float) -> None:
        """Call all; `patience_s`: how long an answer is waited for. Raises `OperatorAway` where one is not there."""
        self._patience_s = patience_s
        self._turn = threading.Lock()
        self._number = 0
        self._waiting: dict[tuple[int, int], Future[OperatorMessage]] = {}
        self._links: dict[int, Link] = {}
        calling = 0
        try:
            for place, address in sorted(addresses.items()):
                calling = place
                self._links[place] = dial(address.host, address.port, context, address.fingerprint)
                threading.Thread(target=self._read, args=(place,), name="operator", daemon=True).start()
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

    def answers(self, asked: "Mapping[int, Future[OperatorMessage]]", answer: type[A]) -> dict[int, A]:
        """Wait for what several do together: where one refuses, the others never answer. Raises as `call`."""
        until = time.monotonic() + self._patience_s
        waiting = {future: place for place, future in asked.items()}
        while waiting:
            done, _ = wait(waiting, max(0.0, until - time.monotonic()), FIRST_COMPLETED)
            for future in done or tuple(waiting):
                place = waiting.pop(future)
                if not future.done() or isinstance(future.result(), Refusal):
                    self._wait(place, future, answer, 0.0)
        return {place: self._wait(place, future, answer) for place, future in asked.items()}

    def close(self) -> None:
        """Hang up."""
        for link in self._links.values():
            link.close()

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

    def _wait(
        self, place: int, future: "Future[OperatorMessage]", answer: type[A], patience_s: float | None = None
    ) -> A:
        try:
            message = future.result(self._patience_s if patience_s is None else patience_s)
        except TimeoutError as late:
            # Nobody knows what else it would not answer: it is called anew.
            self._links[place].close()
            with self._turn:
                self._waiting = {asked: each for asked, each in self._waiting.items() if each is not future}
            raise OperatorAway(place) from late
        if isinstance(message, Refusal):
            raise OperatorRefused(place, message.code, message.reason, message.member)
        if not isinstance(message, answer):
            raise OperatorsDisagree
        return message

    def _read(self, place: int) -> None:
        link = self._links[place]
        try:
            while True:
                self._take(place, link.receive())
        except (LinkBroken, MalformedMessage) as broken:
            link.close()
            self._fail(place, broken)

    def _take(self, place: int, arrival: Arrival) -> None:
        """Take what came over a line. Raises `LinkBroken` or `MalformedMessage` to have it closed."""
        self._take_answer(place, Call.from_bytes(arrival.payload))

    def _take_answer(self, place: int, call: Call) -> None:
        with self._turn:
            future = self._waiting.pop((place, call.number), None)
        if future is not None:
            future.set_result(call.message)

    def _fail(self, place: int, cause: Exception) -> None:
        away = OperatorAway(place)
        away.__cause__ = cause
        with self._turn:
            failed = self._give_up()
        self._give_back(failed, away)

    def _give_back(self, failed: Sequence["Future[Any]"], error: Exception) -> None:
        for future in failed:
            if not future.done():
                future.set_exception(error)

    def _give_up(self) -> list["Future[Any]"]:
        """Whatever is waited for, and is waited for no more."""
        failed = [*self._waiting.values()]
        self._waiting.clear()
        return failed
