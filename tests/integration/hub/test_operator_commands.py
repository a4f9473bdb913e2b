"""The operator's commands on a federation at work, as they are typed: the rehearsed emergency from end to end."""

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.simulators import command_line
from tests.simulators.hub_members import SimulatedMember, item, under_epoch

from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import Welcome, enrolment_fingerprint
from symbolon.runtime import certificates
from symbolon.runtime.tls import TlsFiles, mutual_server_context

Typed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def typed(bench: Any) -> Typed:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return command_line.typed("hub", *arguments, "--home", str(bench.hub.home.path))

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
    assert "keys serve 400 days" in typed("federation", "policy", "--key-days", "400").stdout
    bench.co_sign("XA", "XB")
    assert bench.directory().policies.key_lifetime_days == 400


def test_a_quorum_of_one_or_of_all_is_refused(bench: Any, typed: Typed) -> None:
    for quorum in ("1", "3"):
        refused = typed("federation", "policy", "--quorum", quorum)
        assert refused.returncode == 1
        assert "the signing quorum is 2 at least" in refused.stderr


def test_what_is_only_proposed_is_taken_back(bench: Any, typed: Typed) -> None:
    typed("epoch", "open")
    bench.api.rotate_keys(bench.amara.code, bench.amara.rotation(SimulatedMember(bench.amara.code)))
    assert "XA (State XA) has a new card" in typed("federation", "show").stdout
    assert "Epoch 2 opens" in typed("federation", "drop", "--rotation", "XA").stdout
    assert "Nothing is proposed" in typed("epoch", "drop", "2").stdout


def test_the_list_of_members_warns_of_what_expires(bench: Any, typed: Typed) -> None:
    typed("federation", "policy", "--key-days", "20", "--certificate-days", "5")
    bench.co_sign("XA", "XB")
    bench.api.rotate_keys(bench.amara.code, bench.amara.rotation(SimulatedMember(bench.amara.code)))
    bench.co_sign("XB", "XC")
    listed = {member["code"]: member for member in json.loads(typed("member", "list", "--json").stdout)}
    assert (listed["XA"]["keys_notice"], listed["XA"]["certificate_notice"]) == ("within-30", "within-7")
    assert (listed["XB"]["keys_notice"], listed["XB"]["certificate_notice"]) == ("none", "none")
    assert "XA: its certificate expires on" in typed("status").stdout


def test_a_member_that_lost_its_keys_is_taken_back(bench: Any, typed: Typed, tmp_path: Path) -> None:
    member = SimulatedMember(bench.cassor.code)
    request = member.enrolment_request()
    (tmp_path / "request.json").write_bytes(canonical_bytes(to_wire(request)))
    arguments = ("enrol", str(tmp_path / "request.json"), "--out", str(tmp_path / "welcome.json"))
    refused = typed(*arguments)
    assert (refused.returncode, "give --replace" in refused.stderr) == (1, True)
    told = typed(*arguments, "--replace", "--fingerprint", enrolment_fingerprint(request))
    assert told.returncode == 0
    assert "XC (State XC) has a new card" in told.stdout
    welcome = from_wire(Welcome, parse_json((tmp_path / "welcome.json").read_bytes()))
    assert certificates.is_for_request(welcome.certificate_pem.encode(), request.csr_pem.encode())
    bench.co_sign("XA", "XB")
    assert bench.directory().card_of(member.code).signing_key == request.signing_key


def test_the_hubs_own_certificate_is_rehearsed_and_renewed_for_the_same_names(bench: Any, typed: Typed) -> None:
    tls = bench.hub.home.tls
    before = {name: tls.read(name) for name in ("hub.pem", "hub-key.pem")}
    assert "nothing was changed" in typed("certificate", "renew", "--dry-run").stdout
    assert {name: tls.read(name) for name in before} == before
    assert "takes it at its next start" in typed("certificate", "renew").stdout
    assert all(tls.read(name) != content for name, content in before.items())
    assert certificates.hosts_of(tls.read("hub.pem")) == ("localhost", "127.0.0.1")
    files = TlsFiles(certificate=tls.file("hub.pem"), private_key=tls.private_file("hub-key.pem"))
    mutual_server_context(files, tls.file("authority.pem"))
    assert bench.acts()[-1] is AuditAct.KEYS_ROTATED


def test_the_status_warns_of_the_end_of_the_hubs_own_certificate(bench: Any, typed: Typed) -> None:
    assert "hub: its certificate" not in typed("status").stdout
    tls = bench.hub.home.tls
    long_ago = bench.now() - timedelta(days=377)
    tls.replace(
        "hub.pem", certificates.issue_server_certificate(bench.hub.authority(), ["hub"], long_ago).certificate_pem
    )
    assert "hub: its certificate expires on" in typed("status").stdout
    assert json.loads(typed("status", "--json").stdout)["certificate_notice"] == "within-30"
