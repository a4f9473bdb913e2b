"""What names a victim, a witness or a minor is nowhere in the database in clear, and their officers still find it."""

import psycopg
import pytest
from tests.integration.vault.conftest import ROWS, Office

from symbolon.node.bootstrap.backup import rotate_node_key
from symbolon.node.bootstrap.opening import COMMAND, open_node
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.import_report import ImportOutcome
from symbolon.node.domain.record_list import RecordFilter, RecordOrder
from symbolon.node.services.revise_record import RecordChange
from symbolon.node.storage import open_rows
from symbolon.protocol.handling import SubjectCategory
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.vault import SealBroken

OFFICER = Actor("protection", frozenset({Role.PROTECTION_OFFICER, Role.INVESTIGATOR, Role.ADMINISTRATOR}))
PROTECTED = ("Malee", "1985-01-20", "VICTIM-1", "Anong", "1979-11-30", "WITNESS-1", "Niran", "2019-02-14", "MINOR-1")


def name_of(office: Office, local_id: str) -> str:
    with office.node.unit_of_work.begin() as work:
        record = work.records.find_by_local_id(local_id)
    assert record is not None
    return record.content.identifiers.names[0].text


def test_nothing_that_names_a_protected_person_is_stored_in_clear(office: Office) -> None:
    stored = office.everything_stored()
    assert "Somchai Jaidee" in stored
    assert [word for word in PROTECTED if word in stored] == []


def test_their_records_are_found_by_the_states_own_id(office: Office) -> None:
    assert name_of(office, "VICTIM-1") == "Malee Srisuk"
    assert name_of(office, "MINOR-1") == "Niran Wongsa"
    assert name_of(office, "SUSPECT-1") == "Somchai Jaidee"


def test_they_are_listed_in_the_order_of_ids_beside_the_others(office: Office) -> None:
    listed = office.node.services.list_records(OFFICER, RecordFilter())
    assert [record.local_id for record in listed] == ["MINOR-1", "SUSPECT-1", "VICTIM-1", "WITNESS-1"]
    by_case = office.node.services.list_records(OFFICER, RecordFilter(case_id="C-1", order=RecordOrder.CASE))
    assert [record.local_id for record in by_case] == ["SUSPECT-1", "VICTIM-1", "WITNESS-1"]


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    assert office.write(*ROWS) is ImportOutcome.NOTHING_NEW


def test_a_suspect_who_becomes_a_victim_is_sealed(office: Office) -> None:
    office.node.services.revise_record(OFFICER, "SUSPECT-1", RecordChange(category=SubjectCategory.VICTIM))
    stored = office.everything_stored()
    assert "Somchai" not in stored
    assert "SUSPECT-1" not in stored
    assert name_of(office, "SUSPECT-1") == "Somchai Jaidee"


def test_a_victim_who_is_one_no_longer_is_opened(office: Office) -> None:
    office.node.services.revise_record(OFFICER, "VICTIM-1", RecordChange(category=SubjectCategory.UNKNOWN))
    assert "Malee Srisuk" in office.everything_stored()
    assert name_of(office, "VICTIM-1") == "Malee Srisuk"


def test_the_database_itself_takes_no_protected_record_in_clear(office: Office) -> None:
    with psycopg.connect(office.node.settings.conninfo) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update record set category = 'victim' where local_id = 'SUSPECT-1'")


def test_a_sealed_value_in_another_row_does_not_open(office: Office) -> None:
    with psycopg.connect(office.node.settings.conninfo) as connection:
        connection.execute(
            "update record set sealed = other.sealed from record as other"
            " where record.category = 'victim' and other.category = 'minor'"
        )
    with pytest.raises(SealBroken, match="restore the database"):
        name_of(office, "VICTIM-1")


def test_without_the_node_key_nothing_opens(office: Office) -> None:
    office.node.home.secrets.replace("node-key", b"ab" * 32 + b"\n")
    with pytest.raises(ConfigurationMistake, match="put the file back"):
        office.reopen()


def put_back_in_clear(office: Office) -> None:
    """The database as an older release left it."""
    with office.node.unit_of_work.begin() as work:
        records = [work.records.find_by_local_id(row.split(",")[0]) for row in ROWS]
    with psycopg.connect(office.node.settings.conninfo) as connection:
        for name in ("record_sealed_whole", "record_of_the_protected_is_sealed", "record_has_lookup"):
            connection.execute(f"alter table record drop constraint {name}")
        for record in records:
            assert record is not None
            connection.execute(
                "update record set sealed = null, lookup = null, local_id = %s, identifiers = %s::jsonb,"
                " content_digest = %s where reference = %s",
                (
                    record.content.local_id,
                    psycopg.types.json.Jsonb(record.content.identifiers.to_json()),
                    record.content_digest,
                    record.reference,
                ),
            )
    assert "Malee Srisuk" in office.everything_stored()


def test_what_an_older_release_stored_in_clear_is_sealed_at_the_next_start(office: Office) -> None:
    put_back_in_clear(office)
    office.reopen()
    stored = office.everything_stored()
    assert [word for word in PROTECTED if word in stored] == []
    assert name_of(office, "VICTIM-1") == "Malee Srisuk"
    assert name_of(office, "SUSPECT-1") == "Somchai Jaidee"


def test_a_start_that_was_killed_while_it_sealed_is_gone_on_with(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back_in_clear(office)
    monkeypatch.setattr(open_rows, "CHUNK", 1)
    seal, calls = open_rows.sealed_record, []

    def dies_at_the_third(*given: object) -> bytes:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return seal(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(open_rows, "sealed_record", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        office.reopen()
    office.reopen()
    stored = office.everything_stored()
    assert [word for word in PROTECTED if word in stored] == []


def test_a_rotated_node_key_opens_everything_and_the_old_one_nothing(office: Office) -> None:
    old_key = office.node.home.secrets.read("node-key")
    before = name_of(office, "VICTIM-1")
    report = rotate_node_key(office.node)(COMMAND)
    assert report.data_keys == 2
    assert old_key.strip() not in office.node.home.secrets.read("node-key")
    office.reopen()
    assert name_of(office, "VICTIM-1") == before
    office.node.home.secrets.replace("node-key", old_key)
    with pytest.raises(ConfigurationMistake, match="put the file back"):
        office.reopen()


def test_an_open_process_meets_what_was_sealed_under_a_newer_data_key(office: Office) -> None:
    running = office.node
    rotate_node_key(office.node)(COMMAND)
    office.node = open_node(running.home, "command")
    office.write("VICTIM-2,C-3,Kamon Rattana,1992-08-08,victim")
    with running.database, running.unit_of_work.begin() as work:
        record = work.records.find_by_local_id("VICTIM-2")
    assert record is not None
    assert record.content.identifiers.names[0].text == "Kamon Rattana"


def test_a_rotation_may_be_broken_off_and_given_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    rotate = rotate_node_key(office.node)
    monkeypatch.setattr(type(office.node.home.keys), "seal_again_alone", lambda _folder: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        rotate(COMMAND)
    monkeypatch.undo()
    office.reopen()
    assert name_of(office, "VICTIM-1") == "Malee Srisuk"
    rotate_node_key(office.node)(COMMAND)
    assert len(office.node.home.secrets.read("node-key").split()) == 1
    office.reopen()
    assert name_of(office, "MINOR-1") == "Niran Wongsa"


def test_a_rehearsed_rotation_changes_nothing(office: Office) -> None:
    key, stored = office.node.home.secrets.read("node-key"), office.everything_stored()
    report = rotate_node_key(office.node)(COMMAND, rehearse=True)
    assert report.key_files == len(office.node.home.keys.names())
    assert office.node.home.secrets.read("node-key") == key
    assert office.everything_stored() == stored
