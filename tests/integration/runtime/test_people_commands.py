"""``user``: the commands about people, the same at both roles."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from symbolon.node.bootstrap.people import RULES
from symbolon.runtime.accounts import UnknownPerson
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.migrations import migrate
from symbolon.runtime.people import LastManager, NotInExercise, PeopleOffice
from symbolon.runtime.people_commands import people_commands
from symbolon.runtime.registry import PeopleSettings, Registry
from symbolon.runtime.vault import DataKeys, Vault

TOKEN = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}")


@pytest.fixture
def registry(fresh_database):
    conninfo = fresh_database("people")
    migrate(conninfo, "symbolon.runtime")
    with Database(conninfo) as database:
        yield Registry(
            database=database,
            clock=SystemClock(),
            audit=HashChainAuditLog(SystemClock(), uuid4),
            vault=Vault(lambda: DataKeys({1: bytes(32)}, bytes(32))),
            rules=RULES,
            party="Amara (XA)",
            settings=PeopleSettings(second_factor_is_optional=True, token_lifetime=timedelta(minutes=15)),
            is_exercise=lambda: True,
        )


@pytest.fixture
def run(registry, tmp_path):
    """Runs a command in the home of an exercise's party; a live one's with ``live``."""

    def run(*arguments, live=False):
        party = replace(registry, is_exercise=lambda: not live)

        @contextmanager
        def open_office(_home):
            yield PeopleOffice(party)

        app = people_commands(open_office, "People.")
        return CliRunner().invoke(app, [*arguments, "--home", str(tmp_path)])

    return run


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("quiet harbour lantern 7\n")
    return str(file)


def test_an_account_is_made_with_a_token(run):
    result = run("add", "mara", "--role", "focal_point", "--name", "Mara Okonedo")
    assert result.exit_code == 0, result.output
    assert TOKEN.search(result.output)


def test_an_exercise_may_do_with_a_password_alone(run, password_file):
    arguments = ("add", "mara", "--role", "focal_point", "--password-file", password_file, "--without-second-factor")
    assert run(*arguments).exit_code == 0
    (person,) = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    assert (person["login"], person["state"]) == ("mara", "without second factor")


def test_a_live_party_may_not(run, password_file):
    arguments = ("add", "mara", "--role", "focal_point", "--password-file", password_file, "--without-second-factor")
    assert isinstance(run(*arguments, live=True).exception, NotInExercise)


@pytest.mark.parametrize("one", ["--without-second-factor", "--password-file=nowhere"])
def test_the_two_options_for_exercises_go_together(run, one):
    result = run("add", "mara", "--role", "focal_point", one)
    assert isinstance(result.exception, ConfigurationMistake)
    assert "go together" in str(result.exception)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_password_file_that_cannot_be_read_is_named(run, tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    arguments = ("add", "mara", "--role", "focal_point", "--password-file", str(file), "--without-second-factor")
    result = run(*arguments)
    assert isinstance(result.exception, ConfigurationMistake)
    assert str(file) in str(result.exception)


def test_people_are_listed_with_how_they_stand(run):
    run("add", "adam", "--role", "administrator")
    run("add", "mara", "--role", "focal_point", "--role", "protection_officer", "--name", "Mara Okonedo")
    run("disable", "mara")
    lines = run("list").output.splitlines()
    assert [line.split()[:2] for line in lines] == [["adam", "invited"], ["mara", "disabled"]]
    assert "focal_point,protection_officer" in lines[1]
    assert lines[1].endswith("Mara Okonedo")


def test_roles_are_given_in_place_of_others(run):
    run("add", "mara", "--role", "focal_point")
    assert run("roles", "mara", "--role", "investigator", "--role", "authoriser").exit_code == 0
    assert json.loads(run("list", "--json").output)["roles"] == ["authoriser", "investigator"]


def test_a_disabled_person_is_enabled_again(run):
    run("add", "mara", "--role", "focal_point")
    run("disable", "mara")
    assert run("enable", "mara").exit_code == 0
    assert json.loads(run("list", "--json").output)["state"] == "invited"


@pytest.mark.parametrize("command", ["token", "reset-second-factor"])
def test_who_lost_something_gets_a_token(run, command):
    run("add", "mara", "--role", "focal_point")
    assert TOKEN.search(run(command, "mara").output)


def test_signing_out_says_of_how_many_browsers(run):
    run("add", "mara", "--role", "focal_point")
    assert "signed out of 0 browsers" in run("sign-out", "mara").output


@pytest.mark.parametrize("command", ["disable", "enable", "token", "reset-second-factor", "sign-out"])
def test_somebody_who_is_not_there_is_a_mistake_with_a_sentence(run, command):
    assert isinstance(run(command, "nobody").exception, UnknownPerson)


def test_the_last_administrator_is_not_disabled(run):
    run("add", "adam", "--role", "administrator")
    assert isinstance(run("disable", "adam").exception, LastManager)


def test_the_first_token_is_issued_until_somebody_manages_people(registry, run):
    office = PeopleOffice(registry)
    assert office.issue_first_token("command") is not None
    assert office.issue_first_token("command") is not None
    run("add", "adam", "--role", "administrator")
    assert office.issue_first_token("command") is None
