"""The facilitator's commands, as they are typed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.simulators.hub_members import SimulatedMember

from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import Welcome, enrolment_fingerprint
from symbolon.protocol.references import MemberCode

Hub = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hub(fresh_database: Callable[[str], str], tmp_path: Path) -> Hub:
    """Runs `symbolon hub …` on a home that was initialised."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "symbolon.cli", "hub", *arguments, "--home", str(tmp_path / "home")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    database = fresh_database("hub")
    init = (
        *("init", "--federation", "exercise-tests", "--hub-url", "https://localhost:8443"),
        *("--database", database, "--broker", "redis://localhost"),
    )
    assert run(*init).returncode == 0
    return run


def test_a_state_is_enrolled_by_its_request_and_fingerprint(hub: Hub, tmp_path: Path) -> None:
    request = SimulatedMember(MemberCode("XA")).enrolment_request()
    (tmp_path / "request.json").write_bytes(canonical_bytes(to_wire(request)))
    arguments = ("enrol", str(tmp_path / "request.json"), "--out", str(tmp_path / "welcome.json"), "--fingerprint")
    wrong = hub(*arguments, "0000 1111")
    assert (wrong.returncode, (tmp_path / "welcome.json").exists()) == (1, False)
    assert hub(*arguments, enrolment_fingerprint(request).upper()).returncode == 0
    welcome = from_wire(Welcome, parse_json((tmp_path / "welcome.json").read_bytes()))
    assert [card.code for card in welcome.directory.members] == ["XA"]


def test_a_lost_welcome_is_written_again_for_the_same_request_and_for_no_other(hub: Hub, tmp_path: Path) -> None:
    member = SimulatedMember(MemberCode("XA"))
    request = tmp_path / "request.json"
    request.write_bytes(canonical_bytes(to_wire(member.enrolment_request())))
    arguments = ("enrol", str(request), "--out", str(tmp_path / "welcome.json"))
    assert hub(*arguments).returncode == 0
    first = (tmp_path / "welcome.json").read_bytes()
    (tmp_path / "welcome.json").unlink()
    assert hub(*arguments).returncode == 0
    assert (tmp_path / "welcome.json").read_bytes() == first
    request.write_bytes(canonical_bytes(to_wire(SimulatedMember(MemberCode("XA")).enrolment_request())))
    assert hub(*arguments).returncode == 1


def test_a_state_is_not_enrolled_while_its_welcome_cannot_be_written(hub: Hub, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_bytes(canonical_bytes(to_wire(SimulatedMember(MemberCode("XA")).enrolment_request())))
    refused = hub("enrol", str(request), "--out", str(tmp_path / "no folder" / "welcome.json"))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert json.loads(hub("status", "--json").stdout)["members"] == []


def test_initialising_again_changes_nothing(hub: Hub, tmp_path: Path) -> None:
    key = (tmp_path / "home" / "keys" / "signing").read_bytes()
    again = ("init", "--federation", "another", "--hub-url", "https://elsewhere:8443")
    assert hub(*again).returncode == 0
    assert (tmp_path / "home" / "keys" / "signing").read_bytes() == key
    assert 'federation = "exercise-tests"' in (tmp_path / "home" / "hub.toml").read_text()


def test_the_status_is_told_as_json(hub: Hub) -> None:
    told = json.loads(hub("status", "--json").stdout)
    assert (told["members"], told["pending_comparisons"]) == ([], 0)


def test_an_operator_is_added_and_an_unknown_role_is_not(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("three unrelated words\n")
    arguments = ("user", "add", "olga", "--password-file", str(tmp_path / "password"), "--role")
    assert hub(*arguments, "operator").returncode == 0
    assert hub(*arguments, "king").returncode == 1


def test_a_mistake_in_the_settings_stops_the_start_with_one_sentence(hub: Hub, tmp_path: Path) -> None:
    with (tmp_path / "home" / "hub.toml").open("a") as settings:
        settings.write('brokker = "redis://localhost"\n')
    stopped = hub("worker")
    assert stopped.returncode == 2
    assert "brokker" in stopped.stderr
    assert stopped.stderr.count("\n") == 1


def test_an_exercise_database_is_not_opened_by_a_live_hub(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "home" / "hub.toml"
    file.write_text(file.read_text().replace("exercise = true", "exercise = false"))
    assert hub("status").returncode == 2
