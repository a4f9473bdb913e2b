"""Keeping, purging and answering data subjects by command, as an administrator's script would."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.node.test_commands import CSV, Commands, _own_logging, folder, node

from symbolon.node.errors import Forbidden, NotAllowedNow, NotFound

__all__ = ["_own_logging", "folder", "node"]


@pytest.fixture
def filled(node: Commands, folder: Path) -> Commands:
    """A node with two general records, a protected one, and its officers."""
    rows = f"{CSV}A-3,Malee Srisai,2004-01-09,victim\n"
    (folder / "case.csv").write_text(rows, encoding="utf-8")
    assert node("import", folder / "case.csv", "--mapping", folder / "map.toml").exit_code == 0
    for login, role in (("focal", "focal_point"), ("judge", "authoriser"), ("shield", "protection_officer")):
        assert node("user", "add", login, "--role", role).exit_code == 0
    return node


def listed(node: Commands, *arguments: str) -> list[dict[str, Any]]:
    result = node("retention", "list", "--due", "all", "--json", *arguments)
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def test_the_queue_is_listed_as_json_and_csv_without_protected_records(filled: Commands) -> None:
    assert [row["record"] for row in listed(filled, "--as", "focal")] == ["A-1", "A-2"]
    assert [row["record"] for row in listed(filled, "--as", "shield")] == ["A-3"]
    text = filled("retention", "list", "--due", "all", "--csv", "--as", "focal").stdout
    assert [row["record"] for row in csv.DictReader(io.StringIO(text))] == ["A-1", "A-2"]


def test_a_record_is_renewed_and_held_by_command(filled: Commands) -> None:
    until = listed(filled, "--as", "focal")[0]["review_date"]
    later = f"{int(until[:4]) + 1}{until[4:]}" if not until.endswith("02-29") else f"{int(until[:4]) + 1}-02-28"
    words = ("--text", "The trial goes on")
    renewed = filled(
        "retention", "renew", "A-1", "--as", "focal", "--until", later, "--reason", "court-proceedings", *words
    )
    assert renewed.stdout == f"kept until {later}\n"
    assert filled("retention", "hold", "A-1", "--as", "judge", *words).exit_code == 0
    (held, _other) = sorted(listed(filled, "--as", "focal"), key=lambda row: str(row["record"]))
    assert (held["review_date"], held["legal_hold"], held["renewals"]) == (later, True, 1)
    with pytest.raises(NotAllowedNow):
        filled("withdraw", "A-1", "--as", "focal")
    with pytest.raises(Forbidden):
        filled("retention", "release", "A-1", "--as", "focal", *words)
    assert filled("retention", "release", "A-1", "--as", "judge", *words).stdout == "the legal hold is lifted\n"


def test_a_data_subject_is_found_written_out_and_erased_by_command(filled: Commands, folder: Path) -> None:
    query = ("--name", "Somchai Jaidee", "--born", "1990-05-03")
    found = json.loads(filled("data-subject", "find", "--as", "focal", "--json", *query).stdout)
    assert [row["record"] for row in found] == ["A-1"]
    out = folder / "subject.json"
    assert filled("data-subject", "export", "A-1", "--as", "focal", "--json", "--out", out).exit_code == 0
    assert json.loads(out.read_bytes())["record"]["local_id"] == "A-1"
    assert out.stat().st_mode & 0o077 == 0
    assert filled("data-subject", "erase", "A-1", "--as", "focal").exit_code == 2
    report = json.loads(filled("data-subject", "erase", "A-1", "--as", "focal", "--yes", "--json").stdout)
    assert "data-subject-erased" in {proof["act"] for proof in report["proofs"]}
    assert json.loads(filled("data-subject", "find", "--as", "focal", "--json", *query).stdout) == []


def test_a_protected_record_and_one_that_is_not_there_are_refused_alike_by_command(filled: Commands) -> None:
    sentences = set()
    for local_id in ("A-3", "A-77"):
        with pytest.raises(NotFound) as refused:
            filled("retention", "hold", local_id, "--as", "judge", "--text", "Court order")
        sentences.add(str(refused.value))
    assert len(sentences) == 1


def test_without_purges_the_list_of_purges_is_empty(filled: Commands) -> None:
    assert json.loads(filled("purges", "--as", "focal", "--json").stdout) == []
