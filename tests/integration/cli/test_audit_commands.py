"""`symbolon audit` on a real log, through either role's home."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from symbolon.cli import audit_app
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.problems import BrokenChain
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.migrations import migrate


@pytest.fixture
def conninfo(fresh_database: Callable[[str], str]) -> str:
    conninfo = fresh_database("audit commands")
    migrate(conninfo, "symbolon.runtime")
    return conninfo


@pytest.fixture(params=["node", "hub"])
def home(request: pytest.FixtureRequest, tmp_path: Path, conninfo: str) -> Path:
    """A home of either role, whose log has three leaves in their places."""
    party = PartyHome(tmp_path / "home")
    party.create()
    party.write_settings(request.param, f"database = {json.dumps(conninfo)}\n")
    log = HashChainAuditLog(SystemClock(), uuid4)
    with Database(conninfo) as database, database.transaction() as tx:
        log.record(tx, AuditAct.RECORDS_IMPORTED, "clerk", None, {"records": 12})
        log.record(tx, AuditAct.VOTE_CAST, "focal.xa", str(uuid4()), {"round": 1})
        log.record(tx, AuditAct.VOTE_CAST, "focal.xb", str(uuid4()), {"round": 1})
        assert log.sequence(tx) == 3
    return party.path


def run(*words: str) -> str:
    ran = CliRunner().invoke(audit_app, words, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


def lines(home: Path, *options: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in run("query", "--home", str(home), "--json", *options).splitlines()]


def test_leaves_are_listed_newest_first(home: Path) -> None:
    assert [leaf["actor"] for leaf in lines(home)] == ["focal.xb", "focal.xa", "clerk"]


def test_leaves_are_narrowed_by_act_and_actor(home: Path) -> None:
    assert [leaf["place"] for leaf in lines(home, "--act", "vote-cast", "--actor", "focal.xa")] == [2]


def test_leaves_are_narrowed_by_time(home: Path) -> None:
    tomorrow = datetime.now(UTC).replace(year=2100)
    assert lines(home, "--since", tomorrow.strftime("%Y-%m-%d")) == []


def test_a_query_is_in_the_log_itself(home: Path) -> None:
    lines(home)
    assert lines(home)[0]["act"] == "audit-queried"


def test_an_act_that_does_not_exist_is_refused_with_those_that_do(home: Path) -> None:
    refused = CliRunner().invoke(audit_app, ["query", "--home", str(home), "--act", "vote"])
    assert refused.exit_code == 2
    assert "vote-cast" in refused.output


def test_a_whole_log_gives_its_head_and_runs_through_it_later(home: Path) -> None:
    head = json.loads(run("verify", "--home", str(home), "--json"))
    assert head["size"] == 3
    assert "whole" in run("verify", "--home", str(home), "--noted", f"{head['size']}:{head['chain_hash']}")


def test_a_head_that_was_never_the_logs_is_found(home: Path) -> None:
    with pytest.raises(BrokenChain):
        run("verify", "--home", str(home), "--noted", f"3:{'00' * 32}")


def test_a_changed_leaf_is_found(home: Path, conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("alter table audit_leaf disable trigger user")
        connection.execute("update audit_leaf set actor = 'nobody' where actor = 'focal.xa'")
    with pytest.raises(BrokenChain) as broken:
        run("verify", "--home", str(home))
    assert broken.value.at == 2


def test_a_folder_that_is_no_home_is_a_mistake_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationMistake, match=r"node\.toml, hub\.toml and operator\.toml"):
        run("verify", "--home", str(tmp_path))
