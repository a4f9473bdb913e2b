"""Three operators that keep in step over a road that the test owns: it loses, changes and adds what they tell."""

import os
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from tests.simulators.operator_bench import DIGEST, PLACES, SCHEMA, SCHEMA_BYTES, random_scalar, segment

from symbolon.hub.operators.services.among_operators import AmongOperators, PairKeys
from symbolon.hub.operators.services.held_rows import FillRows, HeldRows, RowsInUse
from symbolon.hub.operators.services.keep_standing import KeepStanding
from symbolon.hub.operators.storage.secrets import OperatorSecrets
from symbolon.hub.operators.storage.segments import ShareSegments
from symbolon.hub.operators.storage.shares import NewShares, OperatorStore
from symbolon.hub.operators.storage.standings import Standing
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.sharing import share
from symbolon.protocol.messages_peers import Doing, PeerMessage, parse_peer_message, peer_message_bytes
from symbolon.protocol.messages_sessions import RowAddress
from symbolon.protocol.oprf_sharing import Line
from symbolon.protocol.references import MemberCode, new_record_reference
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.home import SecretFolder
from symbolon.runtime.migrations import migrate

WIDTH = RowOfElements(RING_16, SCHEMA.vector_bits)
Meddle = Callable[[int, int, PeerMessage], PeerMessage | None]


@dataclass
class SteppedClock:
    """Stands still but for the steps that a test takes."""

    moment: datetime = datetime(2031, 5, 4, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class StandingBench:
    """`meddle` sees every message (sender, receiver, message) before it arrives; None loses it."""

    folder: Path
    conninfos: Sequence[str]
    meddle: Meddle = field(default=lambda _sender, _receiver, message: message)
    parties: dict[int, KeepStanding] = field(default_factory=dict)
    rows: dict[int, RowsInUse] = field(default_factory=dict)
    keys: dict[int, PairKeys] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)
    """Operators whose sessions were ended."""
    number: int = 0
    clock: SteppedClock = field(default_factory=SteppedClock)

    def __post_init__(self) -> None:
        self.road: deque[tuple[int, int, bytes]] = deque()
        self.databases = [Database(each, max_size=3) for each in self.conninfos]
        self.card_secrets = {frozenset(pair): os.urandom(32) for pair in ((0, 1), (1, 2), (2, 0))}
        lines = [Line(random_scalar(), random_scalar()) for _ in PLACES]
        self.commitments = {place: line.commitment for place, line in enumerate(lines)}
        for place in PLACES:
            migrate(self.conninfos[place], "symbolon.hub.operators")
            self.databases[place].open()
            self.secrets(place).keep_line(lines[place])
            with self.store(place).work() as work:
                work.keep_schema(DIGEST, SCHEMA_BYTES)
                work.segments.keep(segment(1, "XA", SCHEMA.profiles[0].id))
            self.start(place)

    def store(self, place: int) -> OperatorStore:
        return OperatorStore(self.databases[place], HashChainAuditLog(SystemClock(), uuid4))

    def secrets(self, place: int) -> OperatorSecrets:
        folder = SecretFolder(self.folder / f"secrets{place}")
        folder.path.mkdir(mode=0o700, exist_ok=True)
        return OperatorSecrets(folder)

    def files(self, place: int, prefix: str) -> list[str]:
        return sorted(each.name for each in (self.folder / f"secrets{place}").glob(f"{prefix}*"))

    def start(self, place: int) -> None:
        """Begin a process over what is there: what another had in memory is gone."""
        self.road = deque(each for each in self.road if each[0] != place)
        others = {other: self.card_secrets[frozenset((place, other))] for other in PLACES if other != place}
        self.rows[place] = FillRows(self.store(place), ShareSegments(self.folder / f"segments{place}"))()
        self.keys[place] = PairKeys(tuple(others), lambda: self.ended.append(place))

        def tell(receiver: int, message: PeerMessage) -> None:
            self.road.append((place, receiver, peer_message_bytes(message)))

        operator = AmongOperators(place, others, self.keys[place], self.commitments)
        self.parties[place] = KeepStanding(
            operator,
            self.store(place),
            self.rows[place],
            self.secrets(place),
            tell,
            self.clock,
            secrets.token_bytes,
        )
        self.parties[place].begin()

    def turn(self, *places: int) -> None:
        """Let these (all, if none is named) do their next step, and everybody hear what was told."""
        self.clock.moment += timedelta(seconds=11)
        for place in places or tuple(self.parties):
            self.parties[place].tick()
        while self.road:
            sender, receiver, data = self.road.popleft()
            self.arrive(sender, receiver, parse_peer_message(data))

    def arrive(self, sender: int, receiver: int, message: PeerMessage) -> None:
        came = self.meddle(sender, receiver, message)
        if came is not None and receiver in self.parties:
            self.parties[receiver].hear(sender, peer_message_bytes(came))

    def until(self, settled: Callable[[], bool], *places: int) -> None:
        for _ in range(40):
            if settled():
                return
            self.turn(*places)
        raise AssertionError([self.standing(place) for place in PLACES])

    def at(self, generation: int, *places: int) -> bool:
        """Whether these (all, if none is named) work at a generation, with keys that they agreed on."""
        return all(
            (self.standing(place).doing, self.standing(place).generation) == (Doing.WORKING, generation)
            and self.held(place).keys_agreed
            for place in places or PLACES
        )

    def standing(self, place: int) -> Standing:
        with self.store(place).work() as work:
            return work.standings.own()

    def held(self, place: int) -> HeldRows:
        with self.rows[place].reading() as held:
            return held

    def order(self, place: int, doing: Doing) -> None:
        """What the operator's command writes."""
        with self.store(place).work() as work:
            work.standings.note(Standing(work.standings.own().generation, doing))

    def add(self, handle: int, vector: bytes | None = None) -> None:
        """Have each operator hold its share of a record, as after the next change of the hub."""
        self.number += 1
        reference = new_record_reference(uuid4())
        parts = share(WIDTH, vector or os.urandom(SCHEMA.vector_bits // 8), secrets.token_bytes(WIDTH.size))
        for place, part in zip(PLACES, parts, strict=True):
            with self.rows[place].changing() as held, self.store(place).work() as work:
                work.drop(handle)
                record = NewShares(handle, reference, 1, MemberCode("XA"), part, (RowAddress(1, handle),), True)
                work.put_all([record], datetime.now(UTC))
                work.note_progress(self.number)
                held.number = self.number
                held.described = work.segments.all()

    def bundles(self, place: int) -> dict[int, bytes]:
        with self.store(place).work() as work:
            return {record.handle: record.bundle for record in work.shares_after(0)}

    def close(self) -> None:
        for database in self.databases:
            database.close()
