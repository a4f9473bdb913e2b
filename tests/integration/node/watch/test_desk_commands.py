"""Desks, clocks and followed records from a terminal; nothing of it needs the hub."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.node.test_commands import Commands, _own_logging, federation, folder, member, node
from tests.integration.node.watch.conftest import DESKS

from symbolon.node.errors import Forbidden, InvalidDraft

__all__ = ["_own_logging", "federation", "folder", "member", "node"]


@pytest.fixture
def desk(member: Commands, folder: Path) -> Commands:
    """A node whose focal point published three desks."""
    assert member("user", "add", "focal", "--role", "focal_point").exit_code == 0
    assert member("user", "add", "adam", "--role", "administrator").exit_code == 0
    year = datetime.now(UTC).year
    text = DESKS.replace("2031-12-31", (datetime.now(UTC).date() + timedelta(days=200)).isoformat())
    (folder / "desks.toml").write_text(text.replace("2031", str(year)), encoding="utf-8")
    published = member("focal-points", "publish", folder / "desks.toml", "--as", "focal")
    assert "Version 1 is signed" in published.output
    return member


def test_whom_to_call_is_said_by_subject_and_language(desk: Commands) -> None:
    answer = json.loads(desk("call", "XA", "--about", "minors", "--language", "bn", "--as", "focal", "--json").stdout)
    assert {each["desk"] for each in answer["calls"]} == {"national", "second", "children"}
    assert [each["is_competent"] for each in answer["calls"] if each["desk"] == "children"] == [True]
    text = desk("call", "XA", "--as", "focal").output
    assert "phone: +880 2 5550 100" in text
    assert "The hub has not been heard yet" in text


def test_desks_are_listed_and_narrowed(desk: Commands) -> None:
    assert "National desk" in desk("focal-points", "show", "--as", "focal").output
    listed = desk("focal-points", "show", "--about", "minors", "--as", "focal", "--json").stdout.splitlines()
    assert [json.loads(line)["desk"] for line in listed] == ["children"]


def test_what_is_exported_can_be_published_again(desk: Commands, folder: Path) -> None:
    text = desk("focal-points", "export", "--as", "focal").stdout
    (folder / "again.toml").write_text(text.replace("National desk", "New name"), encoding="utf-8")
    assert "Version 2 is signed" in desk("focal-points", "publish", folder / "again.toml", "--as", "focal").output
    assert "New name" in desk("focal-points", "show", "--as", "focal").output


def test_a_file_with_a_mistake_is_not_published(desk: Commands, folder: Path) -> None:
    (folder / "bad.toml").write_text("valid_until = 2031-12-31\n[[desk]]\nid = 7\n", encoding="utf-8")
    with pytest.raises(InvalidDraft, match="desk 1, id"):
        desk("focal-points", "publish", folder / "bad.toml", "--as", "focal")


def test_people_are_entered_for_a_desk(desk: Commands) -> None:
    assert desk("focal-points", "staff", "national", "focal", "--as", "focal").exit_code == 0
    with pytest.raises(InvalidDraft, match="no account"):
        desk("focal-points", "staff", "national", "nobody", "--as", "focal")


def test_nothing_waits_for_an_answer_and_no_clock_has_run_out(desk: Commands) -> None:
    assert desk("focal-points", "alive", "--as", "focal").stdout == ""
    assert desk("clocks", "--as", "focal").stdout == ""


def test_a_record_is_followed_listed_and_let_go(desk: Commands, folder: Path) -> None:
    desk("import", folder / "case.csv", "--mapping", folder / "map.toml")
    assert "You are told" in desk("follow", "set", "A-1", "--as", "focal").output
    assert "A-1" in desk("follow", "list", "--as", "focal").output
    desk("follow", "end", "A-1", "--as", "focal")
    assert desk("follow", "list", "--as", "focal").stdout == ""


def test_who_has_no_right_to_desks_gets_none(desk: Commands) -> None:
    with pytest.raises(Forbidden):
        desk("call", "XA", "--as", "adam")
