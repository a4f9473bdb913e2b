"""The drills of docs/guides/drills.md, command by command as they stand there, in a running exercise federation."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU, CASSOR, FictionalDate, FictionalRecord, drama_phone
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.state_files import write_state_file
from symbolon.node.errors import NodeError
from symbolon.protocol.directory_changes import DirectoryChangeKind
from symbolon.protocol.handling import RecordKind, SubjectCategory
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import MemberCode

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "drills.md"
PATIENCE_S = 120.0


def blocks_of(drill: str) -> list[str]:
    """The command blocks of one drill, in order."""
    text = GUIDE.read_text(encoding="utf-8")
    return re.findall(rf"^<!-- drill: {drill} -->\n```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def follow(drill: str, folder: Path, **environment: str) -> str:
    """Do what the guide says, a command after the other; everything that was printed."""
    blocks = blocks_of(drill)
    assert blocks
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    told = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", "".join(blocks)],
        cwd=folder,
        env={**environment, "PATH": programs, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert told.returncode == 0, f"{told.stdout}\n{told.stderr}"
    return told.stdout


def phone_record(number: str, phone: str) -> FictionalRecord:
    return FictionalRecord(number, "", RecordKind.PHONE, SubjectCategory.SUSPECT, phone=phone)


def person_record(number: str, name: str) -> FictionalRecord:
    """One who is found by vectors, not by a number: in a blind federation the operators hold shares of it."""
    born = FictionalDate(1988, 4, 17)
    return FictionalRecord(
        number, "", RecordKind.PERSON, SubjectCategory.SUSPECT, latin_name=name, born=born, nationality="XC", sex="M"
    )


def publish(federation: Federation, state: MemberCode, *records: FictionalRecord) -> None:
    file = federation.servers.folder / f"{state}-{records[0].local_id}.csv"
    file.write_bytes(write_state_file(state, records))
    federation.nodes[state].import_file(file, CASE_FOLDER / f"{state.lower()}.toml")
    federation.nodes[state].publish()


@pytest.fixture(scope="module", params=["blind", "open"])
def comparison(request: pytest.FixtureRequest) -> str:
    """How the federation compares: the drills are the same."""
    return str(request.param)


@pytest.fixture(scope="module")
def federation(comparison: str) -> Iterator[Federation]:
    """Three states, a hit between any two of them, all of it in epoch 1."""
    with Federation(blind=comparison == "blind") as federation:
        federation.start()
        with_cassor, between_others = (drama_phone(number) for number in range(2))
        publish(federation, AMARA, person_record("A-B", "Somchai Rattanakosin"), phone_record("A-C", with_cassor))
        publish(federation, BELANU, person_record("B-A", "Somchai Rattanakosin"), phone_record("B-C", between_others))
        publish(federation, CASSOR, phone_record("C-A", with_cassor), phone_record("C-B", between_others))
        federation.wait_until("Handing in", lambda: len(live_records(federation)) == 6, PATIENCE_S)
        federation.wait_until("Matching", federation.is_settled, PATIENCE_S)
        yield federation


@pytest.fixture(scope="module")
def desks(federation: Federation) -> Iterator[dict[MemberCode, StateDesk]]:
    with ExitStack() as stack:
        yield {code: stack.enter_context(node.desk()) for code, node in federation.nodes.items()}


@pytest.fixture(scope="module")
def after_expulsion(
    federation: Federation,
    desks: dict[MemberCode, StateDesk],
    comparison: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Federation:
    """The federation after the drill, in which each state had two hits before."""
    assert {code: len(states_of(desk)) for code, desk in desks.items()} == dict.fromkeys(desks, 2)
    folder, run = tmp_path_factory.mktemp("drill"), str(federation.servers.folder)
    follow("expelled-member", folder, RUN=run)
    if comparison == "blind":
        follow("expelled-member-blind", folder, RUN=run)
    return federation


def live_records(federation: Federation) -> list[tuple[str, int]]:
    """The owner and the epoch of every encoding at the hub."""
    with psycopg.connect(federation.servers.postgres.superuser_conninfo("hub")) as connection:
        return connection.execute("select member, key_epoch from encoded_version").fetchall()


def states_of(desk: StateDesk) -> dict[str, JointState]:
    """Each hit of a state: the own record's number -> the hit's state."""
    return {entry.own_record: entry.state for entry in desk.queue()}


def test_expulsion_and_new_epoch_are_one_version_which_says_nothing_of_any_other_member(
    after_expulsion: Federation,
) -> None:
    changes = after_expulsion.nodes[AMARA].signed_versions()[1].changes
    assert {DirectoryChangeKind.MEMBER_EXPELLED, DirectoryChangeKind.EPOCH_ADDED} <= {each.kind for each in changes}
    assert {each.member for each in changes} == {CASSOR, None}
    assert {each.epoch for each in changes} == {2, None}


def test_the_version_counts_without_the_signature_of_the_expelled(after_expulsion: Federation) -> None:
    versions = after_expulsion.nodes[AMARA].signed_versions()
    assert [version.signed_by for version in versions] == [("XA", "XB", "XC"), ("XA", "XB"), ("XA", "XB")]


def test_nothing_of_the_expelled_and_nothing_of_the_old_epoch_is_left_at_the_hub(after_expulsion: Federation) -> None:
    assert sorted(live_records(after_expulsion)) == [("XA", 2), ("XA", 2), ("XB", 2), ("XB", 2)]


def test_the_others_hold_one_new_key_which_the_expelled_does_not_have(after_expulsion: Federation) -> None:
    nodes = after_expulsion.nodes
    assert nodes[AMARA].key_checks() == nodes[BELANU].key_checks()
    assert nodes[AMARA].key_checks().keys() == {2}
    assert nodes[CASSOR].key_checks().keys() == {1}


def test_hits_with_the_expelled_ended_and_the_others_stand(
    after_expulsion: Federation, desks: dict[MemberCode, StateDesk]
) -> None:
    assert states_of(desks[AMARA]) == {"A-B": JointState.ALERTED, "A-C": JointState.WITHDRAWN}
    assert states_of(desks[BELANU]) == {"B-A": JointState.ALERTED, "B-C": JointState.WITHDRAWN}


def test_the_expelled_reaches_the_hub_no_more(after_expulsion: Federation) -> None:
    with pytest.raises(NodeError, match="expelled"):
        after_expulsion.nodes[CASSOR].sign_directory({})


def test_what_the_others_publish_still_meets_and_what_the_expelled_publishes_meets_nothing(
    after_expulsion: Federation, desks: dict[MemberCode, StateDesk]
) -> None:
    phone = drama_phone(9)
    publish(after_expulsion, CASSOR, phone_record("C-NEW", phone))
    publish(after_expulsion, AMARA, phone_record("A-NEW", phone))
    publish(after_expulsion, BELANU, phone_record("B-NEW", phone))
    for state, number in ((AMARA, "A-NEW"), (BELANU, "B-NEW")):
        after_expulsion.wait_until(
            "The hit",
            lambda desk=desks[state], number=number: states_of(desk).get(number) is JointState.ALERTED,
            PATIENCE_S,
        )
    assert "C-NEW" not in states_of(desks[CASSOR])
    assert {member for member, _epoch in live_records(after_expulsion)} == {"XA", "XB"}


def test_shares_are_renewed_and_what_is_published_afterwards_still_meets(
    after_expulsion: Federation, desks: dict[MemberCode, StateDesk], comparison: str, tmp_path: Path
) -> None:
    if comparison == "open":
        pytest.skip("An open federation has no shares.")
    told = follow("refresh", tmp_path, RUN=str(after_expulsion.servers.folder))
    assert "shares-refreshed" in told
    publish(after_expulsion, AMARA, person_record("A-LATE", "Wichai Thongprasert"))
    publish(after_expulsion, BELANU, person_record("B-LATE", "Wichai Thongprasert"))
    after_expulsion.wait_until(
        "The hit", lambda: states_of(desks[AMARA]).get("A-LATE") is JointState.ALERTED, PATIENCE_S
    )


def test_a_node_comes_back_from_its_backup_with_a_whole_log(federation: Federation, tmp_path: Path) -> None:
    told = follow(
        "backup",
        tmp_path,
        RUN=str(federation.servers.folder),
        EMPTY=federation.servers.postgres.create_party("drill"),
    )
    assert "The backup is whole: XA" in told
    assert "The audit log is whole" in told
    assert "records-imported" in told
    assert list(tmp_path.iterdir()) == []
