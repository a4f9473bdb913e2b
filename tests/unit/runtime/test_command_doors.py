"""Commands behind doors: every one is found, and none imports its neighbours."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

ROLES = ["symbolon.node.cli", "symbolon.hub.cli"]


def commands_of(app: typer.Typer) -> set[str]:
    return set(typer.main.get_group(app).commands)


@pytest.mark.parametrize("role", ROLES)
def test_every_command_that_a_module_adds_has_a_door(role: str) -> None:
    package = importlib.import_module(role)
    for module in pkgutil.iter_modules(package.__path__, f"{role}."):
        # Measured in the clear: a room of its own, with an application of its own.
        if not module.name.endswith(".evaluate"):
            importlib.import_module(module.name)
    assert commands_of(package.commands) == set(package.DOORS)


@pytest.mark.parametrize("role", ROLES)
def test_behind_every_door_is_its_command(role: str) -> None:
    package = importlib.import_module(role)
    group = typer.main.get_group(package.app)
    assert list(group.commands) == list(package.DOORS)
    assert [group.commands[name].name for name in package.DOORS] == list(package.DOORS)
    assert group.commands.get("nonsense") is None


def names_in(app: typer.Typer) -> Iterator[list[str]]:
    """The names that are given within each group: of two of one name, one cannot be reached."""
    commands = [
        each.name or typer.main.get_command_name(each.callback.__name__)
        for each in app.registered_commands
        if each.callback
    ]
    yield commands + [str(each.name) for each in app.registered_groups]
    for each in app.registered_groups:
        if each.typer_instance is not None:
            yield from names_in(each.typer_instance)


@pytest.mark.parametrize("role", ROLES)
def test_no_two_commands_of_a_group_have_one_name(role: str) -> None:
    package = importlib.import_module(role)
    for module in set(package.DOORS.values()):
        importlib.import_module(f"{role}.{module}")
    for names in names_in(package.commands):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("role", ROLES)
def test_help_lists_every_command(role: str) -> None:
    package = importlib.import_module(role)
    told = CliRunner().invoke(package.app, ["--help"])
    assert told.exit_code == 0
    assert package.commands.info.help in " ".join(told.output.split())
    assert set(package.DOORS) <= set(told.output.split())


@pytest.mark.parametrize(
    ("role", "command", "neighbours"),
    [
        ("symbolon.node.cli", "status", {"symbolon.node.cli.records", "symbolon.node.cli.backup"}),
        ("symbolon.hub.cli", "beat", {"symbolon.hub.cli.backup", "symbolon.hub.bootstrap", "symbolon.hub.services"}),
        ("symbolon.hub.cli", "operator", {"symbolon.hub.cli.setup", "symbolon.hub.bootstrap", "symbolon.hub.storage"}),
    ],
)
def test_a_command_imports_none_of_its_neighbours(role: str, command: str, neighbours: set[str]) -> None:
    asked = f"""
import sys, typer, {role} as role
assert typer.main.get_group(role.app).commands[{command!r}]
print(*sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not neighbours & set(ran.stdout.split())
