"""Two real federations with the same people, by open and by blind comparison, and all that somebody holds in each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from tests.privacy.invented_state import Populations
from tests.privacy.wiretap import HUB, Message, Multiplied, Wiretap
from tests.simulators.hub_members import FEDERATION, SimulatedMember, item
from tests.simulators.operator_bench import PLACES, OperatorBench, three_operators

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import Hub, initialise, open_hub
from symbolon.hub.bootstrap.worker import blind_comparator, build_worker_services, open_comparator
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.hub.storage.blind_encodings import BlindEncodings
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.matching.identifier_types import RecordIdentifiers
from symbolon.protocol.references import MemberCode
from symbolon.runtime.home import PartyHome

Lend = Callable[[str], str]
"""Gives an empty database: its conninfo."""
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Every row of every table of a party's database."""
Words = npt.NDArray[np.int16]

_BATCH = 100
_OTHERS_AT_ONCE = 22
_RECOMPUTE_ONE_IN = 1
"""Every job twice, under two rotations: each operator is seen in more than one role."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """By which references the attacked state's files, and the other state's, were submitted: for judging alone."""

    files: Sequence[str]
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class OpenHubView:
    """What an open hub holds."""

    tables: Tables
    submitted: Submitted
    alerts: int


@dataclass(frozen=True, slots=True)
class OperatorView:
    """Everything that one operator of a blind federation holds or ever received."""

    place: int
    tables: Tables
    segments: Mapping[int, bytes]
    received: Sequence[Message]
    computed: Sequence[Multiplied]

    def shares_by_reference(self) -> Mapping[str, Mapping[str, Words]]:
        """The first share of each kind that a record has, by reference and kind."""
        described = {each["segment"]: each for each in self.tables["segment"]}
        found: dict[str, dict[str, Words]] = {}
        for record in self.tables["shared_record"]:
            of_record = found.setdefault(record["reference"], {})
            bundle, at = np.frombuffer(record["bundle"], dtype="<i2"), 0
            for segment in record["segments"]:
                what, bits = described[segment]["what"], described[segment]["bits"]
                of_record.setdefault(what, bundle[at : at + bits])
                at += bits
        return found


@dataclass(frozen=True, slots=True)
class BlindFederationView:
    """What each of four parties holds: the hub and three operators."""

    hub: Tables
    hub_received: Sequence[Message]
    operators: Sequence[OperatorView]
    submitted: Submitted
    alerts: int


def view_of_open(folder: Path, lend: Lend, people: Populations) -> OpenHubView:
    """Run a federation with open comparison over these people."""
    with _hub(folder, lend) as (hub, conninfo):
        running = _Running(
            api=build_api_services(hub, OpenEncodings(hub.linkage_schemas()), _NOBODY_WAKES),
            worker=build_worker_services(hub, open_comparator(hub)),
        )
        first, second = _found(hub, running, None)
        submitted = Submitted(
            running.submit(first, people.files, _BATCH), running.submit(second, people.others, _BATCH)
        )
        return OpenHubView(_dump(conninfo), submitted, running.alerts)


def view_of_blind(folder: Path, lend: Lend, people: Populations) -> BlindFederationView:
    """Run a federation with blind comparison over these people, by three operators over TLS, all of it overheard."""
    tap = Wiretap()
    with tap.listening(), _hub(folder, lend) as (hub, conninfo), three_operators(folder, lend, FEDERATION) as bench:
        room = bench.room()
        comparator = blind_comparator(hub, room, recompute_one_in=_RECOMPUTE_ONE_IN)
        running = _Running(
            api=build_api_services(hub, BlindEncodings(hub.linkage_schemas()), _NOBODY_WAKES),
            worker=build_worker_services(hub, comparator),
        )
        first, second = _found(hub, running, bench)
        submitted = Submitted(
            running.submit(first, people.files, _BATCH), running.submit(second, people.others, _OTHERS_AT_ONCE)
        )
        room.close()
        tap.sort(bench)
        operators = [_view(folder, bench, tap, place) for place in PLACES]
        return BlindFederationView(_dump(conninfo), tap.received[HUB], operators, submitted, running.alerts)


@dataclass(slots=True)
class _Running:
    """A hub's services."""

    api: Any
    worker: Any
    alerts: int = 0

    def submit(self, member: SimulatedMember, people: Sequence[RecordIdentifiers], at_once: int) -> Sequence[str]:
        """Submit in batches, each compared before the next; the references."""
        items = [item(person) for person in people]
        for start in range(0, len(items), at_once):
            self.api.accept_submission(member.code, member.submission(*items[start : start + at_once]))
            self.alerts += self.worker.find_matches()
        return [each.reference for each in items]


def _found(hub: Hub, running: _Running, operators: OperatorBench | None) -> Sequence[SimulatedMember]:
    """Two member states."""
    members = [SimulatedMember(MemberCode(code)) for code in ("XA", "XB")]
    enrol = hub.enrol_member()
    for member in members:
        member.share = None if operators is None else operators.share_item
        enrol(member.enrolment_request(), None)
    with hub.store.work() as work:
        proposed = work.directory.proposal()
    assert proposed is not None
    for member in members:
        running.api.approve_directory(member.code, member.approval(proposed))
    return members


def _view(folder: Path, bench: OperatorBench, tap: Wiretap, place: int) -> OperatorView:
    segments = {int(file.stem): file.read_bytes() for file in (folder / f"segments{place}").glob("*.rows")}
    tables = _dump(bench.conninfos[place])
    return OperatorView(place, tables, segments, tap.received[place], tap.computed[place])


def _dump(conninfo: str) -> Tables:
    with psycopg.connect(conninfo, row_factory=dict_row) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return {
            each["tablename"]: connection.execute(
                sql.SQL("select * from {}").format(sql.Identifier(each["tablename"]))
            ).fetchall()
            for each in tables
        }


@contextmanager
def _hub(folder: Path, lend: Lend) -> Iterator[tuple[Hub, str]]:
    conninfo = lend("hub")
    settings: dict[str, str | int | bool] = {
        "federation": FEDERATION, "exercise": True, "database": conninfo, "broker": "redis://127.0.0.1:1/0",
        "hub_url": "https://localhost:8443", "api_port": 0, "desk_port": 0,
    }  # fmt: skip
    home = PartyHome(folder / "hub")
    initialise(home, HubDraft(FEDERATION, settings, ("localhost",))).database.close()
    hub = open_hub(home, "privacy", connections=6)
    try:
        yield hub, conninfo
    finally:
        hub.database.close()


_NOBODY_WAKES = WakeUps(match=lambda: None, clear_away=lambda: None)
