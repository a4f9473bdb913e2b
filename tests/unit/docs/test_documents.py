"""What the documents name exists: files, links, make targets, commands and their options."""

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from symbolon.cli import ROOMS, audit_app
from symbolon.protocol.audit_log import AuditAct

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ROOM_FOLDERS = ("protocol", "matching", "runtime", "node", "hub", "exercise", "tests", "docs", "requirements", "src")


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def code_of(document: Path) -> list[str]:
    """Code spans, and the lines of code blocks."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [*spans, *(line for block in blocks for line in block.replace("\\\n", " ").splitlines())]


def room_commands(room: str) -> TyperGroup:
    app = audit_app if room == "audit" else importlib.import_module(ROOMS[room][0]).app
    return typer.main.get_group(app)


def documented_commands() -> list[tuple[str, str]]:
    return [
        (name_of(document), code)
        for document in DOCUMENTS
        for code in code_of(document)
        if code.startswith("symbolon ") and code.split()[1] in {*ROOMS, "audit"}
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_and_pictures_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_named_files_exist(document: Path) -> None:
    named = [code for code in code_of(document) if re.fullmatch(rf"(?:{'|'.join(ROOM_FOLDERS)})/[\w./*-]*", code)]
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_named_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z%-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    benchmarks = {f"bench-{file.stem}" for file in (ROOT / "benchmarks").glob("*.py")}
    named = {code.split()[1] for code in code_of(document) if re.match(r"make [a-z]", code)}
    assert named <= targets | benchmarks


@pytest.mark.parametrize(("document", "code"), documented_commands())
def test_named_commands_and_their_options_exist(document: str, code: str) -> None:
    words = shlex.split(code.replace("…", ""))[1:]
    command: Any = room_commands(words.pop(0))
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        name = words.pop(0)
        if name in {"…", "COMMAND"}:
            return
        assert name in command.commands, f"{document}: there is no command {name}"
        command = command.commands[name]
    options = {"--help"} | {
        option for parameter in command.params for option in parameter.opts + parameter.secondary_opts
    }
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options


def test_every_make_target_is_explained_by_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (\S+)", makefile, re.MULTILINE))
    assert phony == set(re.findall(r"^([a-z_-]+):.*## ", makefile, re.MULTILINE))


def test_every_act_that_the_auditors_guide_names_is_one_of_the_logs() -> None:
    named = {code for code in code_of(ROOT / "docs/guides/auditor.md") if re.fullmatch(r"[a-z]+(-[a-z]+)+", code)}
    assert len(named) > 20
    assert named <= {act.value for act in AuditAct}
