"""Whatever goes into a federation is afterwards only where it is listed that it may be."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.faults.canaries import Keeper, Run, audit_leaves, with_metrics
from tests.faults.test_nothing_leaks import files_below, in_all_spellings, rows_of

from symbolon.exercise import party
from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU

# Where nothing of what was planted may ever be, whatever it is.
CLOSED = ("audit leaves", "logs", "metrics of the hub", "metrics of the node", "temporary files", "hub's database")


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    run = Run()
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        federation = Federation({AMARA: "Amara", BELANU: "Belanu"})
        temporary = federation.servers.folder / "tmp"
        environment = party.party_environment()
        patch.setattr(party, "party_environment", lambda: {**environment, "TMPDIR": str(temporary)})
        stack.enter_context(federation)
        temporary.mkdir()
        temporary.chmod(0o777)
        metrics = with_metrics(federation)
        federation.start()
        keeper = Keeper(federation, run)
        keeper.import_files()
        keeper.exchange()
        keeper.begin_an_account()
        keeper.knock()
        keeper.back_up()
        for name, url in metrics.items():
            run.places[name] = httpx.get(url, trust_env=False).content
        gather(federation, run, temporary)
        yield run


def gather(federation: Federation, run: Run, temporary: Path) -> None:
    """Everything that was written, by place."""
    servers = federation.servers
    databases = {name: servers.postgres.superuser_conninfo(name) for name in ("hub", "xa", "xb")}
    run.places |= {
        "commands": b"".join(run.commands),
        "logs": b"".join(files_below(servers.logs)),
        "temporary files": b"".join(files_below(temporary)),
        "audit leaves": b"".join(audit_leaves(conninfo) for conninfo in databases.values()),
        "hub's database": rows_of(databases["hub"]),
        "hub's home": b"".join(files_below(federation.hub.home.path)),
        "broker's files": b"".join(files_below(servers.folder / "mq")),
        "Amara's database": rows_of(databases["xa"]),
        "Amara's home": b"".join(files_below(federation.nodes[AMARA].home.path)),
        "Belanu's database": rows_of(databases["xb"]),
        "PostgreSQL's files": b"".join(files_below(servers.folder / "pg")),
    }


def where(run: Run, text: str) -> set[str]:
    wanted = (text.encode(), text.lower().encode(), text.upper().encode())
    return {place for place, content in run.places.items() if any(each in content for each in wanted)}


def test_every_place_was_written_to(run: Run) -> None:
    empty = {place for place, content in run.places.items() if not content}
    assert empty <= {"temporary files"}
    assert len(run.places) == 15


def test_no_canary_is_where_it_may_not_be(run: Run) -> None:
    found = {(canary.what, canary.text): where(run, canary.text) - canary.may_be_in for canary in run.canaries}
    assert {canary: places for canary, places in found.items() if places} == {}
    assert len(run.canaries) > 50


def test_no_canary_is_there_in_another_spelling(run: Run) -> None:
    searched = {place: in_all_spellings(run.places[place]) for place in CLOSED}
    found = {
        (canary.what, place)
        for canary in run.canaries
        for place, content in searched.items()
        if canary.text.encode() in content or canary.text.lower().encode() in content
    }
    assert found == set()


def test_the_search_finds_what_may_be_found(run: Run) -> None:
    for canary in run.canaries:
        if "Amara's database" in canary.may_be_in:
            assert "Amara's database" in where(run, canary.text), canary.what
