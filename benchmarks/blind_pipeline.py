"""From accepted submissions to alerts in a blind federation: a hub, three operators as processes over TLS, PostgreSQL.

    make bench-blind_pipeline ARGS="--records 2000"

Three states hold so many records each, in several namespaces and under several allow-lists, with as many of the
identifiers as real files have; some people are in two files. After the bulk load, single submissions. The last line is
JSON. `--profile` prints where the hub's worker spends its time.
"""

import argparse
import cProfile
import json
import os
import pstats
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.simulators.hub_members import FEDERATION, SimulatedMember, item
from tests.simulators.operator_processes import OperatorProcesses

from symbolon.exercise.ports import free_ports
from symbolon.exercise.servers import ExerciseServers
from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.opening import Hub, initialise, open_hub
from symbolon.hub.bootstrap.operators import operator_room
from symbolon.hub.bootstrap.worker import blind_comparator, build_worker_services
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.services.initialise_hub import HubDraft
from symbolon.hub.storage.blind_encodings import BlindEncodings
from symbolon.matching.identifier_types import BirthDate, Nationality, PersonName, RecordIdentifiers, Sex, SexCode
from symbolon.protocol.handling import ComparableWith, Namespace
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.references import MemberCode
from symbolon.runtime.home import PartyHome

STATES = ("XA", "XB", "XC")
ONE_IN = 20
"""Of how many jobs one is computed twice."""
_A_BATCH = 100
_SYLLABLES = (
    "ka", "san", "da", "rin", "mo", "ti", "lek", "thi", "an", "bo", "nur", "sai", "wan", "chai", "mei", "lin", "pha",
    "ro", "ma", "ki", "su", "de", "vo", "hai", "quan", "tra",
)  # fmt: skip


def main() -> None:
    arguments = _arguments()
    with ExerciseServers() as servers:
        folder = servers.folder / "operators"
        folder.mkdir()
        hub = _founded_hub(servers)
        conninfos = [servers.postgres.create_party(f"operator{place}") for place in range(3)]
        operators = OperatorProcesses(folder, conninfos, FEDERATION, hub.home.path)
        operators.set_up()
        operators.start(0, 1, 2)
        try:
            figures = _measure(hub, operators, arguments)
        finally:
            operators.close()
            hub.database.close()
    print(json.dumps(figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500, help="records a state")
    parser.add_argument("--singles", type=int, default=20, help="submissions of one record afterwards")
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


def _founded_hub(servers: ExerciseServers) -> Hub:
    settings: dict[str, str | int | bool] = {
        "federation": FEDERATION,
        "exercise": True,
        "database": servers.postgres.create_party("hub"),
        "broker": servers.broker_url,
        "hub_url": "https://localhost:8443",
        "api_port": free_ports(1)[0],
        "desk_port": 0,
    }
    home = PartyHome(servers.folder / "hub")
    initialise(home, HubDraft(FEDERATION, settings, ("localhost", "127.0.0.1"))).database.close()
    return open_hub(home, "benchmark", connections=12)


def _measure(hub: Hub, operators: OperatorProcesses, arguments: argparse.Namespace) -> dict[str, float]:
    room = operator_room(hub)
    jobs: list[float] = []
    begin = room.begin

    def count_and_begin(*asking: object) -> object:
        jobs.append(time.perf_counter())
        return begin(*asking)  # type: ignore[arg-type]  # whatever the hub asks

    room.begin = count_and_begin  # type: ignore[method-assign,assignment]  # counted on its way
    wake = WakeUps(match=lambda: None, clear_away=lambda: None)
    api = build_api_services(hub, BlindEncodings(hub.linkage_schemas()), wake)
    worker = build_worker_services(hub, blind_comparator(hub, room, recompute_one_in=ONE_IN))
    members = _members(hub, api, operators)
    while not all(len(each.reaches) == 2 and each.has_token_share for each in room.status().values()):
        time.sleep(0.1)
    # Kernels are compiled once for a machine, and loaded once by a process.
    for member in members:
        api.accept_submission(member.code, member.submission(*_records(Random(3), 3)))  # noqa: S311  # the same records
    worker.find_matches()
    jobs.clear()
    random = Random(1)  # noqa: S311  # the same records each time
    batches = [
        (member, member.submission(*records[start : start + _A_BATCH]))
        for member in members
        for records in (_records(random, arguments.records),)
        for start in range(0, len(records), _A_BATCH)
    ]
    figures: dict[str, float] = {}
    with _Timed(figures, "submit_s"):
        for member, batch in batches:
            api.accept_submission(member.code, batch)
    with _Timed(figures, "feed_s"):
        worker.refresh_index()
    processor = [_processor_s(pid) for pid in operators.process_ids]
    own = time.process_time()
    profile = cProfile.Profile()
    with _Timed(figures, "seconds"):
        if arguments.profile:
            profile.enable()
        hits = worker.find_matches()
        profile.disable()
    figures["hub_cpu_s"] = round(time.process_time() - own, 2)
    spent = [_processor_s(pid) - before for pid, before in zip(operators.process_ids, processor, strict=True)]
    figures["operator_cpu_s"] = round(max(spent), 2)
    figures["jobs"] = len(jobs)
    figures["hits"] = hits
    figures["records_per_s"] = round(3 * arguments.records / figures["seconds"], 1)
    if arguments.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    figures |= _single_submissions(api, worker.find_matches, members, jobs, arguments.singles)
    room.close()
    return figures


def _single_submissions(
    api: ApiServices, find_matches: object, members: Sequence[SimulatedMember], jobs: list[float], count: int
) -> dict[str, float]:
    random, seconds = Random(2), []  # noqa: S311  # the same records each time
    before = len(jobs)
    for number in range(count):
        member = members[number % len(members)]
        envelope = member.submission(*_records(random, 1))
        started = time.perf_counter()
        api.accept_submission(member.code, envelope)
        find_matches()  # type: ignore[operator]  # the worker's
        seconds.append(time.perf_counter() - started)
    if not seconds:
        return {}
    return {
        "single_s": round(statistics.median(seconds), 3),
        "single_worst_s": round(max(seconds), 3),
        "single_jobs": (len(jobs) - before) / count,
    }


def _members(hub: Hub, api: ApiServices, operators: OperatorProcesses) -> list[SimulatedMember]:
    members = [SimulatedMember(MemberCode(code)) for code in STATES]
    for member in members:
        member.share = operators.share_item
        hub.enrol_member()(member.enrolment_request(), None)
    with hub.store.work() as work:
        proposed = work.directory.proposal()
    assert proposed is not None
    for member in members:
        api.approve_directory(member.code, member.approval(proposed))
    return members


def _records(random: Random, count: int) -> list[SubmissionItem]:
    """Mostly strangers; one in fifty is somebody whom the other states may know too."""
    namespaces = list(Namespace)[:3]
    lists = (*[ComparableWith.all_members()] * 4, ComparableWith.all_but(MemberCode("XD")))
    known = Random(7)  # noqa: S311  # the same people in every state
    crowd = [_person(known) for _ in range(max(1, count // 50))]
    return [
        item(
            crowd[number] if number < len(crowd) else _person(random),
            namespace=random.choice(namespaces),
            comparable_with=random.choice(lists),
        )
        for number in range(count)
    ]


def _person(random: Random) -> RecordIdentifiers:
    def name() -> str:
        return "".join(random.choices(_SYLLABLES, k=random.randint(2, 3))).capitalize()

    return RecordIdentifiers(
        names=tuple(PersonName(f"{name()} {name()} {name()}") for _ in range(random.choice((1, 1, 2)))),
        birth_date=BirthDate(random.randint(1950, 2004), random.randint(1, 12), random.randint(1, 28)),
        nationality=Nationality(random.choice(("THA", "VNM", "MMR"))) if random.random() < 0.6 else None,
        sex=Sex(random.choice(tuple(SexCode))) if random.random() < 0.7 else None,
    )


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Timed:
    """Notes how long a block took."""

    def __init__(self, figures: dict[str, float], name: str) -> None:
        self._figures, self._name = figures, name

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._figures[self._name] = round(time.perf_counter() - self._started, 2)
        print(f"{self._name}: {self._figures[self._name]}", flush=True)


if __name__ == "__main__":
    main()
