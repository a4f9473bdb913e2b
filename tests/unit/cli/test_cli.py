"""The one door: what it imports, and how every kind of mistake ends."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from symbolon import cli
from symbolon.node.errors import NotFound
from symbolon.runtime.errors import ConfigurationMistake, DatabaseUnavailable


@pytest.fixture(autouse=True)
def logging_that_is_not_set_up() -> Iterator[None]:
    """As in a new process: another test of this one may have set logging up."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def run_python(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=60
    )


def end_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int:
    """The status with which the process ends when a command raises this."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_help_lists_every_room_and_imports_none() -> None:
    ran = run_python(
        """
        import sys
        from symbolon import cli
        sys.argv = ["symbolon", "--help"]
        try:
            cli.main()
        except SystemExit:
            pass
        opened = {"symbolon.node", "symbolon.hub", "symbolon.exercise"} & set(sys.modules)
        assert not opened, opened
        """
    )
    assert ran.returncode == 0, ran.stderr
    for room in ("node", "hub", "exercise", "audit"):
        assert room in ran.stdout


def test_a_nodes_command_loads_neither_the_hub_nor_what_only_the_hub_needs() -> None:
    ran = run_python(
        """
        import sys
        from symbolon import cli
        sys.argv = ["symbolon", "node", "--help"]
        try:
            cli.main()
        except SystemExit:
            pass
        needless = {"numba", "numpy", "celery", "symbolon.hub"} & set(sys.modules)
        assert not needless, needless
        """
    )
    assert ran.returncode == 0, ran.stderr


def test_a_node_runs_where_the_hubs_packages_are_not_installed() -> None:
    ran = run_python(
        """
        import sys
        for name in ("numba", "numpy", "celery", "kombu"):
            sys.modules[name] = None
        import typer
        import symbolon.node.bootstrap.opening, symbolon.node.cli
        assert [*typer.main.get_group(symbolon.node.cli.app).commands.values()]
        """
    )
    assert ran.returncode == 0, ran.stderr


def test_a_room_whose_packages_are_missing_says_what_to_install() -> None:
    ran = run_python(
        """
        import sys
        sys.modules["celery"] = None
        sys.argv = ["symbolon", "hub", "worker", "--home", "."]
        from symbolon.cli import main
        main()
        """
    )
    assert ran.returncode == cli.MISTAKE
    assert "requirements/hub.txt" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unknown_room_is_wrong_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["symbolon", "nodes"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == cli.MISTAKE
    assert "node" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigurationMistake("The setting 'code' is missing: write it in node.toml"), cli.MISTAKE),
        (DatabaseUnavailable("PostgreSQL does not answer: is it running?"), cli.REFUSED),
        (NotFound("There is no such hit."), cli.REFUSED),
    ],
)
def test_a_refusal_is_its_one_sentence(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_with(error, monkeypatch) == status
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(str(error))
    assert told.rstrip().endswith((".", "?"))


def test_what_nobody_foresaw_is_told_without_its_text_or_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_with(ValueError("passport K1234567"), monkeypatch) == cli.FAULT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "K1234567" not in captured.err
    assert "Traceback" not in captured.err
    assert "builtins.ValueError" in captured.err


def test_a_reader_that_has_gone_is_no_fault() -> None:
    program = "import sys; from symbolon import cli; sys.argv = ['symbolon', '--help']; cli.main()"
    piped = f'{sys.executable} -c "{program}" | true'
    ran = subprocess.run(["sh", "-c", piped], capture_output=True, text=True, check=False, timeout=60)
    assert ran.stderr == ""


def test_the_distribution_carries_the_command() -> None:
    assert (Path(sys.executable).parent / "symbolon").exists()
