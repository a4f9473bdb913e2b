import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.conftest import FreshDatabase
from typer.testing import CliRunner

from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.cli import app
from symbolon.node.errors import NodeError, NotJoined
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.messages import EnrolmentRequest, FederationDirectory, MemberCard, Welcome, card_fingerprint
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates

MAPPING = """
[record]
local_id = "id"
kind = "person"
category = { column = "role" }
[fields]
names = "name"
birth_date = "born"
"""
CSV = "id,name,born,role\nA-1,Somchai Jaidee,1990-05-03,suspect\nA-2,Nok Sukjai,1985-02-11,\n"


class Commands:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._runner = CliRunner()

    def __call__(self, *arguments: object) -> Any:
        result = self._runner.invoke(app, [*map(str, arguments), "--home", str(self._home)], prog_name="node")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command logs to the standard error of its own process, which ends with the test here."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "case.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


@pytest.fixture
def node(folder: Path, fresh_database: FreshDatabase) -> Commands:
    commands = Commands(folder / "xa")
    conninfo = fresh_database("commands")
    result = commands(
        "init", "--code", "XA", "--name", "Amara", "--database", conninfo, "--out", folder / "request.json"
    )
    assert result.exit_code == 0, result.output
    return commands


def welcome_for(folder: Path) -> Welcome:
    now = datetime.now(UTC)
    request = from_wire(EnrolmentRequest, parse_json((folder / "request.json").read_bytes()))
    authority = certificates.new_authority("development", now)
    certificate = certificates.issue_client_certificate(authority, request.csr_pem.encode(), "XA", now)
    own = MemberCard(
        request.code,
        request.name,
        request.signing_key,
        request.sealing_key,
        certificates.fingerprint(certificate),
    )
    other = MemberCard(MemberCode("XB"), "Belanu", bytes(range(32)), b"\x09" + bytes(31), "0" * 64)
    schema = schema_bytes()
    directory = FederationDirectory(
        federation="exercise-commands",
        exercise=True,
        version=1,
        members=(own, other),
        hub_signing_key=SigningKey.generate(bytes(32)).public.to_bytes(),
        schema_id=LinkageSchema.from_bytes(schema).id,
        schema_digest=schema_digest(schema),
        key_epoch=1,
    )
    return Welcome(directory, certificate.decode(), authority.certificate_pem.decode(), "https://localhost:1")


def test_a_node_is_set_up_joins_and_publishes_by_commands(node: Commands, folder: Path) -> None:
    welcome = welcome_for(folder)
    (folder / "welcome.json").write_bytes(canonical_bytes(to_wire(welcome)))
    assert "exercise-commands" in node("join", folder / "welcome.json").output
    assert "check value" in node("linkage-key", "create").output
    report = json.loads(node("import", folder / "case.csv", "--mapping", folder / "map.toml", "--json").stdout)
    assert (report["outcome"], report["new"], report["without_category"]) == ("taken", 2, 1)
    published = json.loads(node("publish", "--json").stdout)
    assert (published["queued"], published["without_category"]) == (1, ["A-2"])
    assert "revis" not in node("revise", "A-1", "--urgency", "U1").output
    assert json.loads(node("withdraw", "A-1", "--json").stdout)["withdrawn"] == 1
    fingerprint = card_fingerprint(welcome.directory.members[1])
    assert "on its way" in node("linkage-key", "share", "XB", "--fingerprint", fingerprint).output
    with pytest.raises(NodeError, match="No linkage key of that member"):
        node("linkage-key", "accept", "XB", "--fingerprint", fingerprint)
    with pytest.raises(NodeError, match="No changed card"):
        node("trust", "XB", "--fingerprint", fingerprint)
    assert json.loads(node("identity", "--json").stdout)["cards"]["XB"] == fingerprint
    listed = node("deliveries", "--refused", "--json")
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "0 deliveries" in node("deliveries", "retry").output
    status = json.loads(node("status", "--json").stdout)
    assert status["records"] == {"unpublished": 1, "withdrawn": 1}
    assert status["outbox"]["messages"] == 1
    assert len(status["linkage_key_check"]) == 32


def test_a_second_init_keeps_keys_and_settings(node: Commands, folder: Path) -> None:
    before = json.loads(node("identity", "--json").stdout)
    node("init", "--code", "XA", "--name", "Amara", "--out", folder / "request.json")
    assert json.loads(node("identity", "--json").stdout) == before


def test_a_welcome_for_another_member_is_refused(node: Commands, folder: Path) -> None:
    welcome = to_wire(welcome_for(folder))
    directory = welcome["directory"]
    assert isinstance(directory, dict)
    directory["members"] = []
    (folder / "welcome.json").write_bytes(canonical_bytes(welcome))
    with pytest.raises(Exception, match="another member"):
        node("join", folder / "welcome.json")


def test_the_linkage_key_is_not_shared_on_a_wrong_fingerprint(node: Commands, folder: Path) -> None:
    (folder / "welcome.json").write_bytes(canonical_bytes(to_wire(welcome_for(folder))))
    node("join", folder / "welcome.json")
    node("linkage-key", "create")
    with pytest.raises(Exception, match="do not share"):
        node("linkage-key", "share", "XB", "--fingerprint", "0000 0000")


def test_publishing_before_joining_says_what_to_do(node: Commands, folder: Path) -> None:
    node("import", folder / "case.csv", "--mapping", folder / "map.toml")
    with pytest.raises(NotJoined, match="node join"):
        node("publish")


def test_publish_names_the_nearest_state_for_a_code_that_is_nobodys(node: Commands, folder: Path) -> None:
    (folder / "welcome.json").write_bytes(canonical_bytes(to_wire(welcome_for(folder))))
    node("join", folder / "welcome.json")
    node("linkage-key", "create")
    (folder / "map.toml").write_text(MAPPING.replace("[fields]", 'comparable_with = { except = ["XBB"] }\n[fields]'))
    node("import", folder / "case.csv", "--mapping", folder / "map.toml")
    assert "did you mean XB?" in node("publish").output
    assert json.loads(node("publish", "--expect", "XBB", "--json").stdout)["queued"] == 1


def test_the_list_of_records_is_printed_and_exported(node: Commands, folder: Path) -> None:
    rows = CSV + "=1+1,Ying Rakdee,1992-07-21,\n"
    (folder / "case.csv").write_text(rows, encoding="utf-8")
    node("import", folder / "case.csv", "--mapping", folder / "map.toml")
    printed = node("records", "--category-not-set").output
    assert "A-2: category not set, unpublished" in printed
    assert "--category" in printed
    assert "A-1" not in printed
    listed = json.loads(node("records", "--unpublished", "--sort", "changed", "--json").stdout)
    assert {record["local_id"] for record in listed} == {"A-1", "A-2", "=1+1"}
    exported = node("records", "--csv").stdout
    assert exported.startswith("local_id,case_id,reference,")
    assert "\n'=1+1," in exported
    assert "Somchai" not in exported


def test_a_bad_file_ends_with_a_report_by_line_and_status_1(node: Commands, folder: Path) -> None:
    (folder / "bad.csv").write_text(CSV.replace("1990-05-03", "1990-13-03"), encoding="utf-8")
    result = node("import", folder / "bad.csv", "--mapping", folder / "map.toml")
    assert result.exit_code == 1
    assert "bad.csv, line 2, column “born”" in result.output
    assert "--good-rows" in result.output


def test_private_keys_are_readable_by_their_owner_alone(node: Commands, folder: Path) -> None:
    keys = [file for part in ("keys", "tls") for file in (folder / "xa" / part).iterdir()]
    assert keys
    assert {file.stat().st_mode & 0o777 for file in keys} == {0o600}


def test_people_are_added_with_roles_of_a_node_only(node: Commands, folder: Path) -> None:
    (folder / "password").write_text("correct horse battery\n", encoding="utf-8")
    password = ("--password-file", folder / "password")
    assert node("user", "add", "fp", "--role", "focal_point", *password).exit_code == 0
    assert node("inbox", "--as", "fp", "--json").stdout == ""
    with pytest.raises(Exception, match="does not exist"):
        node("user", "add", "op", "--role", "operator", *password)
