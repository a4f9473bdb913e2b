"""The very commands of the containers, started without Docker, take submissions through to an alert at both sides."""

import json
import time
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from tests.integration.compose.compose_file import read_compose_file
from tests.integration.compose.containers import Containers

# Thirty commands of Python set the federation up, before the first test: on a busy machine that takes its minutes.
pytestmark = [pytest.mark.system_services, pytest.mark.timeout(1200)]

CASE = files("symbolon.exercise.case")
HEALTH_CHECKED = [name for name, service in read_compose_file().items() if service.health_check]
PATIENCE_S = 60.0
LOOK_EVERY_S = 2.0
"""Each look is several commands, in processes of their own."""


@pytest.fixture(scope="module")
def published(containers: Containers) -> Containers:
    """The services, once every state has published its part of the case."""
    for state in ("xa", "xb", "xc"):
        import_and_publish(containers, state)
    return containers


def import_and_publish(containers: Containers, state: str) -> None:
    service = f"{state}-worker"
    table, mapping = (
        containers.copy_into(service, name, CASE.joinpath(name).read_bytes())
        for name in (f"{state}.csv", f"{state}.toml")
    )
    imported = containers.execute(service, "symbolon", "node", "import", table, "--mapping", mapping)
    assert imported.returncode == 0, imported.stderr
    published = containers.execute(service, "symbolon", "node", "publish")
    assert published.returncode == 0, published.stderr


def status_of(containers: Containers, state: str) -> dict[str, object]:
    asked = containers.execute(f"{state}-worker", "symbolon", "node", "status", "--json")
    assert asked.returncode == 0, asked.stderr
    status: dict[str, object] = json.loads(asked.stdout)
    return status


def hits_in_inbox(containers: Containers, state: str) -> dict[str, str]:
    """The hits that the state's focal point sees: id -> the other state."""
    listed = containers.execute(f"{state}-web", "symbolon", "node", "inbox", "--as", f"focal.{state}", "--json")
    assert listed.returncode == 0, listed.stderr
    hits = [json.loads(line) for line in listed.stdout.splitlines()]
    return {hit["hit_id"]: hit["counterpart"] for hit in hits}


@pytest.mark.parametrize("name", HEALTH_CHECKED)
def test_the_health_check_of_a_running_service_succeeds(containers: Containers, name: str) -> None:
    assert containers.is_healthy(name), containers.log(name)


def test_no_process_had_to_be_started_twice(containers: Containers) -> None:
    assert {name: containers.supervisor.starts(name) for name in containers.supervisor.names()} == dict.fromkeys(
        containers.supervisor.names(), 1
    )


@pytest.mark.parametrize("name", ["setup", "founding"])
def test_setting_up_again_changes_nothing(containers: Containers, name: str) -> None:
    again = containers.execute(name, *containers.stage.services[name].command)
    assert (again.returncode, again.stdout) == (0, "")


def test_every_state_signed_the_first_directory_with_the_others(containers: Containers) -> None:
    for state in ("xa", "xb", "xc"):
        shown = containers.execute(f"{state}-worker", "symbolon", "node", "federation", "history", "--json")
        assert shown.returncode == 0, shown.stderr
        (first,) = map(json.loads, shown.stdout.splitlines())
        assert (first["version"], sorted(first["signed_by"])) == (1, ["XA", "XB", "XC"])


def test_every_state_holds_the_linkage_key_that_they_made_together(containers: Containers) -> None:
    checks = {
        epoch["key_check"]
        for state in ("xa", "xb", "xc")
        for epoch in status_of(containers, state)["epochs"]  # type: ignore[attr-defined]
    }
    assert len(checks) == 1
    assert checks != {None}


def test_every_state_signed_the_cards_of_three_operators(containers: Containers) -> None:
    shown = containers.execute("xa-worker", "symbolon", "node", "federation", "show", "--json")
    assert shown.returncode == 0, shown.stderr
    directory = json.loads(shown.stdout)
    assert directory["comparison"] == "blind"
    assert [card["place"] for card in directory["operators"]] == [0, 1, 2]


def test_submissions_of_two_states_become_an_alert_at_both(published: Containers) -> None:
    containers = published
    deadline = time.monotonic() + PATIENCE_S
    while not (shared := set(hits_in_inbox(containers, "xa")) & set(hits_in_inbox(containers, "xb"))):
        assert time.monotonic() < deadline, containers.log("hub-worker")
        time.sleep(LOOK_EVERY_S)
    hit_id = shared.pop()
    assert hits_in_inbox(containers, "xa")[hit_id] == "XB"
    assert hits_in_inbox(containers, "xb")[hit_id] == "XA"


def test_each_operator_holds_shares_and_works_with_the_other_two(published: Containers) -> None:
    def statuses() -> list[dict[str, Any]]:
        asked = [
            published.execute(f"operator{place}-server", "symbolon", "hub", "operator", "status", "--json")
            for place in range(3)
        ]
        assert [each.returncode for each in asked] == [0, 0, 0], asked
        return [json.loads(each.stdout) for each in asked]

    deadline = time.monotonic() + PATIENCE_S
    while not all(status["records"] for status in statuses()):
        assert time.monotonic() < deadline, published.log("hub-worker")
        time.sleep(LOOK_EVERY_S)
    found = statuses()
    assert {status["doing"] for status in found} == {"working"}
    assert all(status["token_key"] for status in found)


@pytest.mark.parametrize("service", ["hub-web", "xa-worker", "operator1-server"])
def test_an_auditor_finds_the_log_of_a_running_party_whole(containers: Containers, service: str) -> None:
    verified = containers.execute(service, "symbolon", "audit", "verify", "--json")
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["ok"]


@pytest.mark.parametrize("neighbour", ["hub", "xb"])
def test_a_database_refuses_the_password_of_another_party(containers: Containers, neighbour: str) -> None:
    password = containers.stage.secret_values["xa_database_password"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=containers.stage.addresses[f"{neighbour}-postgres"],
            dbname="symbolon",
            user="symbolon",
            password=password,
        )


def test_nobody_is_superuser_over_the_network(containers: Containers) -> None:
    password = containers.stage.secret_values["xa_database_password"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=containers.stage.addresses["xa-postgres"], dbname="postgres", user="postgres", password=password
        )
