"""The operator's commands on a federation at work, as they are typed: the rehearsed emergency from end to end."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulators.hub_members import SimulatedMember, item, under_epoch

Typed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def typed(bench: Any) -> Typed:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "symbolon.cli", "hub", *arguments, "--home", str(bench.hub.home.path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_an_expulsion_with_a_new_epoch_is_rehearsed_done_and_finished(bench: Any, person: Any, typed: Typed) -> None:
    ours, theirs = item(person), item(person)
    bench.submit(bench.amara, ours)
    bench.submit(bench.belanu, theirs)
    bench.submit(bench.cassor, item(person))
    bench.worker.find_matches()

    emergency = ("epoch", "open", "--because", "expulsion", "--expel", "XC")
    rehearsed = typed(*emergency, "--dry-run")
    assert rehearsed.returncode == 0
    assert "XC would be suspended" in rehearsed.stdout
    assert "Epoch 2 opens" in rehearsed.stdout
    assert "nothing was changed" in rehearsed.stdout
    assert {member["standing"] for member in json.loads(typed("member", "list", "--json").stdout)} == {"active"}

    assert typed(*emergency).returncode == 0
    standings = {member["code"]: member["standing"] for member in json.loads(typed("member", "list", "--json").stdout)}
    assert standings == {"XA": "active", "XB": "active", "XC": "suspended"}
    bench.co_sign("XA", "XB")
    bench.worker.clear_away()

    refused = typed("epoch", "close", "1")
    assert refused.returncode == 1
    assert "XA does not hold the key of epoch 2 yet." in refused.stderr
    for member, record in ((bench.amara, ours), (bench.belanu, theirs)):
        bench.api.note_epoch_progress(member.code, member.progress(2))
        bench.submit(member, under_epoch(record, person, 2))
    told = json.loads(typed("epoch", "status", "--json").stdout)
    assert [(each["member"], each["epoch"], each["encoded"]) for each in told["progress"]] == [
        ("XA", 1, 1),
        ("XB", 1, 1),
        ("XA", 2, 1),
        ("XB", 2, 1),
    ]
    assert typed("epoch", "close", "1").returncode == 0
    bench.co_sign("XA", "XB")
    bench.worker.clear_away()
    assert "Epoch 1 (symbolon-2026-2): closed and erased" in typed("epoch", "status").stdout


def test_a_member_is_suspended_and_reinstated(bench: Any, typed: Typed) -> None:
    assert "XC is suspended at this hub" in typed("member", "suspend", "XC").stdout
    assert "2 of XA, XB, XC have signed it" in typed("federation", "show").stdout
    assert "Nothing is proposed" in typed("member", "reinstate", "XC").stdout


def test_a_policy_is_proposed(bench: Any, typed: Typed) -> None:
    assert "3 members sign a version" in typed("federation", "policy", "--quorum", "3").stdout
    bench.co_sign("XA", "XB")
    assert bench.directory().policies.signing_quorum == 3


def test_the_list_of_members_warns_of_what_expires(bench: Any, typed: Typed) -> None:
    typed("federation", "policy", "--key-days", "20", "--certificate-days", "5")
    bench.co_sign("XA", "XB")
    bench.api.rotate_keys(bench.amara.code, bench.amara.rotation(SimulatedMember(bench.amara.code)))
    bench.co_sign("XB", "XC")
    listed = {member["code"]: member for member in json.loads(typed("member", "list", "--json").stdout)}
    assert (listed["XA"]["keys_notice"], listed["XA"]["certificate_notice"]) == ("within-30", "within-7")
    assert (listed["XB"]["keys_notice"], listed["XB"]["certificate_notice"]) == ("none", "none")
    assert "XA: its certificate expires on" in typed("status").stdout
