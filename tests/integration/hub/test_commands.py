"""The facilitator's commands, as they are typed."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.simulators.command_line import typed
from tests.simulators.hub_members import SimulatedMember

from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import Welcome, enrolment_fingerprint
from symbolon.protocol.references import MemberCode

Hub = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hub(fresh_database: Callable[[str], str], tmp_path: Path) -> Hub:
    """Runs `symbolon hub …` on a home that was initialised."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return typed("hub", *arguments, "--home", str(tmp_path / "home"))

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
    assert (welcome.federation, welcome.exercise) == ("exercise-tests", True)
    [member] = json.loads(hub("member", "list", "--json").stdout)
    assert (member["code"], member["standing"]) == ("XA", "candidate")


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


def _enrol(hub: Hub, tmp_path: Path, code: str) -> "subprocess.CompletedProcess[str]":
    request = tmp_path / f"request {code}.json"
    request.write_bytes(canonical_bytes(to_wire(SimulatedMember(MemberCode(code)).enrolment_request())))
    return hub("enrol", str(request), "--out", str(tmp_path / f"welcome {code}.json"))


def test_enrolling_tells_what_is_proposed_and_who_has_to_sign_it(hub: Hub, tmp_path: Path) -> None:
    _enrol(hub, tmp_path, "XA")
    told = _enrol(hub, tmp_path, "XB").stdout
    assert "XB (State XB) becomes a member." in told
    assert "2 of XA, XB have signed it" in told
    shown = json.loads(hub("federation", "show", "--json").stdout)
    assert (shown["in_effect"], shown["proposed"], shown["signers"]) == (None, 1, ["XA", "XB"])


def test_a_candidate_is_taken_off_and_a_dry_run_takes_off_nobody(hub: Hub, tmp_path: Path) -> None:
    _enrol(hub, tmp_path, "XA")
    _enrol(hub, tmp_path, "XB")
    rehearsed = hub("member", "expel", "XB", "--dry-run")
    assert rehearsed.stdout.endswith("This was a dry run: nothing was changed.\n")
    assert json.loads(hub("federation", "show", "--json").stdout)["signers"] == ["XA", "XB"]
    assert hub("member", "expel", "XB").returncode == 0
    assert json.loads(hub("federation", "show", "--json").stdout)["signers"] == ["XA"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("member", "suspend", "XZ"),
        ("member", "reinstate", "XZ"),
        ("member", "expel", "XZ"),
        ("epoch", "open", "--because", "compromise"),
        ("epoch", "open", "--expel", "XZ"),
        ("epoch", "close", "1"),
        ("federation", "policy", "--quorum", "2"),
    ],
)
def test_what_does_not_fit_the_federation_is_refused_with_one_sentence(hub: Hub, arguments: tuple[str, ...]) -> None:
    refused = hub(*arguments)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize(
    "arguments", [("member", "suspend", "hub"), ("member", "expel", "xc"), ("federation", "policy")]
)
def test_what_cannot_be_meant_is_a_wrong_use_of_the_command(hub: Hub, arguments: tuple[str, ...]) -> None:
    assert hub(*arguments).returncode == 2


def test_the_status_tells_of_the_proposal_and_of_the_epochs(hub: Hub, tmp_path: Path) -> None:
    _enrol(hub, tmp_path, "XA")
    told = json.loads(hub("status", "--json").stdout)
    assert told["directory"] == {"version": None, "proposed": 1, "signed_by": [], "quorum": 1}
    assert told["epochs"] == []
    assert "version 1 is proposed, 0 of 1 signatures" in hub("status").stdout
    assert hub("epoch", "status").returncode == 0
