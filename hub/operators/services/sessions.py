"""The jobs of a session at one operator: frames in, frames out, opening shares at the end.

A session belongs to one connection of a coordinator, and its name is of all three operators' making. What does not fit
spoils its job and never the session: the coordinator asks again under a new number.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from symbolon.hub.operators.errors import OutOfOrder, Spoiled
from symbolon.matching.blind.batch import Batch
from symbolon.matching.blind.bit_planes import Planes
from symbolon.matching.blind.dot_products import Lanes
from symbolon.matching.blind.errors import BlindError
from symbolon.matching.blind.frames import Frame
from symbolon.matching.blind.holdings import Holding, Verdict
from symbolon.matching.blind.opening import opening_shares
from symbolon.matching.blind.party import Outgoing, Seat
from symbolon.matching.blind.session import OperatorSession
from symbolon.matching.blind.streams import NONCE_BYTES, BatchNumber, SessionId, session_of

MOST_SESSIONS: Final = 64
MOST_RUNNING: Final = 64
"""Batches of a session at a time."""
MOST_EARLY_BYTES: Final = 32 * 1024 * 1024
_MOST_PROVING: Final = 2
"""Proofs of a session at a time."""
_MOST_EARLY: Final = 256
"""Frames of sessions that the coordinator has begun elsewhere already and not here; of so many bytes together."""
_MOST_ENDED: Final = 1024
"""Sessions that are remembered when they are over: their last frames may still come."""

SendFrame = Callable[[int, bytes], None]
"""Carries a frame to another operator."""


class Asker(Protocol):
    """Who asked for a batch, and is told what becomes of it."""

    def opening(self, shares: bytes) -> None:
        """Carry the opening shares of all queries of a batch."""
        ...

    def sealed_opening(self, sealed: bytes) -> None:
        """Carry what is sealed for a member."""
        ...

    def spoilt(self, number: BatchNumber, reason: str) -> None:
        """Say that a batch which was begun cannot be finished."""
        ...


@dataclass(frozen=True, slots=True)
class PlaceAndKeys:
    """Who this operator is towards the others: its point of the line, and by each other the key that only two know."""

    place: int
    pair_keys: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Running:
    batch: Batch
    scope: Planes
    asker: "Asker"


@dataclass(frozen=True, slots=True)
class Spoilable:
    """Who waits for a proof: told what came of it, or why nothing did."""

    concluded: Callable[[Verdict], None]
    spoilt: Callable[[str], None]


class ComparisonSession:
    """The batches of one session. Any thread may call: frames are taken one at a time."""

    def __init__(self, operator: PlaceAndKeys, name: SessionId, send_frame: SendFrame) -> None:
        self.name = name
        self._place = operator.place
        self._session = OperatorSession(Seat(operator.place, name, operator.pair_keys))
        self._send_frame = send_frame
        self._running: dict[BatchNumber, _Running | Spoilable] = {}
        self._turn = threading.Lock()

    def announce(self, batch: Batch, scope: Planes, asker: Asker) -> None:
        """Make room for a batch before it is multiplied; raises `Spoiled` where early frames do not fit it."""
        with self._turn, self._spoiling(batch.number):
            self._make_room()
            self._running[batch.number] = _Running(batch, scope, asker)
            self._session.announce(batch)

    def prove(self, number: BatchNumber, subject: bytes, nonce: bytes, holding: Holding, asker: Spoilable) -> None:
        """Begin to find which of what is held are bits; raises `Spoiled`."""
        with self._turn, self._spoiling(number):
            self._make_room()
            proofs = [each for each, running in self._running.items() if isinstance(running, Spoilable)]
            for older in sorted(proofs)[: len(proofs) + 1 - _MOST_PROVING]:
                # Another operator refused it; what this one holds for it is much.
                self._give_up(older, "too many proofs at a time")
            self._running[number] = asker
            self._carry(self._session.prove(number, subject, nonce, holding))
            self._finish(number)

    def start(self, batch: Batch, products: Lanes) -> None:
        """Begin the part that is computed together; raises `Spoiled`."""
        with self._turn, self._spoiling(batch.number):
            self._carry(self._session.start(batch.number, products))
            self._finish(batch.number)

    def receive(self, sender: int, data: bytes, number: BatchNumber) -> None:
        """Take another operator's frame; raises `Spoiled` where it does not fit."""
        with self._turn, self._spoiling(number):
            self._carry(self._session.receive(sender, data))
            self._finish(number)

    def lose_peer(self) -> None:
        """Give up all that runs: what another operator sent, or was sent, may be lost."""
        with self._turn:
            for number in list(self._running):
                self._give_up(number, "another operator went away")

    @contextmanager
    def _spoiling(self, number: BatchNumber) -> Iterator[None]:
        try:
            yield
        except (BlindError, Spoiled) as error:
            running = self._running.get(number)
            self._forget(number)
            if running is not None:
                _say_spoilt(running, number, str(error))
            if isinstance(error, Spoiled):
                raise
            raise Spoiled(f"A batch cannot be finished: {error}.") from error

    def _finish(self, number: BatchNumber) -> None:
        running = self._running.get(number)
        if isinstance(running, Spoilable):
            verdict = self._session.verdict(number)
            if verdict is not None:
                del self._running[number]
                running.concluded(verdict)
            return
        result = None if running is None else self._session.result(number)
        if running is None or result is None:
            return
        del self._running[number]
        shares = opening_shares(self.name, running.batch, self._place, result, running.scope)
        running.asker.opening(b"".join(share.to_bytes() for share in shares))

    def _give_up(self, number: BatchNumber, reason: str) -> None:
        running = self._running[number]
        self._forget(number)
        _say_spoilt(running, number, reason)

    def _make_room(self) -> None:
        while len(self._running) >= MOST_RUNNING:
            # Another operator refused it, and its frames never come.
            self._give_up(min(self._running), "too many batches at a time")

    def _forget(self, number: BatchNumber) -> None:
        self._running.pop(number, None)
        self._session.drop(number)

    def _carry(self, outgoing: list[Outgoing]) -> None:
        for recipient, frame in outgoing:
            self._send_frame(recipient, frame)


def _say_spoilt(running: _Running | Spoilable, number: BatchNumber, reason: str) -> None:
    if isinstance(running, Spoilable):
        running.spoilt(reason)
    else:
        running.asker.spoilt(number, reason)


class Sessions:
    """All sessions of an operator, and the frames of sessions that are not begun here yet."""

    def __init__(self, operator: PlaceAndKeys, random_bytes: Callable[[int], bytes], send_frame: SendFrame) -> None:
        self._operator = operator
        self._random_bytes = random_bytes
        self._send_frame = send_frame
        self._sessions: dict[SessionId, ComparisonSession] = {}
        self._early: deque[tuple[int, bytes]] = deque()
        self._ended: deque[SessionId] = deque(maxlen=_MOST_ENDED)
        self._turn = threading.Lock()

    def nonce(self) -> bytes:
        """Draw the operator's part of a new session's name."""
        return self._random_bytes(NONCE_BYTES)

    def begin(self, own_nonce: bytes, nonces: Sequence[bytes]) -> ComparisonSession:
        """Begin a session; raises `OutOfOrder` where this operator's own nonce is not in its place, or too many run."""
        first, second, third = nonces
        if nonces[self._operator.place] != own_nonce:
            raise OutOfOrder("A session's name must hold the nonce that this operator drew for it.")
        session = ComparisonSession(self._operator, session_of((first, second, third)), self._send_frame)
        with self._turn:
            if len(self._sessions) >= MOST_SESSIONS:
                raise OutOfOrder(f"No more than {MOST_SESSIONS} sessions run at a time: end one first.")
            self._sessions[session.name] = session
            kept = list(self._early)
            mine: list[tuple[int, bytes]] = []
            self._early.clear()
            for sender, data in kept:
                (mine if Frame.from_bytes(data).session == session.name else self._early).append((sender, data))
            # With the turn: a frame that comes now is taken after those that came before it.
            try:
                for sender, data in mine:
                    session.receive(sender, data, Frame.from_bytes(data).batch)
            except BaseException:
                del self._sessions[session.name]
                raise
        return session

    def end(self, session: ComparisonSession) -> None:
        """Forget a session whose coordinator went away."""
        with self._turn:
            if self._sessions.pop(session.name, None) is not None:
                self._ended.append(session.name)

    def lose_peer(self) -> None:
        """Another operator went away: the coordinators are told of all that it was part of."""
        with self._turn:
            sessions = list(self._sessions.values())
        for session in sessions:
            session.lose_peer()

    def end_all(self) -> None:
        """Forget every session, and what came for others: nothing of them is finished."""
        with self._turn:
            self._ended.extend(self._sessions)
            self._sessions.clear()
            self._early.clear()

    def receive(self, sender: int, data: bytes) -> None:
        """Take a frame of another operator; raises `Spoiled` where it does not fit."""
        try:
            frame = Frame.from_bytes(data)
        except BlindError as error:
            raise Spoiled(f"A message between operators cannot be read: {error}.") from error
        with self._turn:
            session = self._sessions.get(frame.session)
            if session is None:
                self._keep_early(sender, data, frame.session)
                return
        session.receive(sender, data, frame.batch)

    def _keep_early(self, sender: int, data: bytes, name: SessionId) -> None:
        if name in self._ended:
            return
        self._early.append((sender, data))
        while len(self._early) > _MOST_EARLY or sum(len(kept) for _, kept in self._early) > MOST_EARLY_BYTES:
            self._early.popleft()
