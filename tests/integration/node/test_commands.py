import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.conftest import FreshDatabase
from tests.simulators.hub_in_memory import FEDERATION, HubClientInMemory, HubInMemory
from typer.testing import CliRunner

from symbolon.matching.linkage_schema import LinkageSchema, schema_digest
from symbolon.node.bootstrap import worker as worker_bootstrap
from symbolon.node.bootstrap.services import schema_bytes
from symbolon.node.cli import app
from symbolon.node.errors import NodeError, NoDirectory
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.node.gateway.member_keys import MemberKeyFiles
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.keys import LinkageKey, SealingKey, SigningKey
from symbolon.protocol.messages import EnrolmentRequest, MemberCard, Welcome, card_fingerprint, welcome_fingerprint
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.home import PartyHome

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


@dataclass
class Federation:
    """A hub and another state, for a node that is run by commands; the network between is the process itself."""

    hub: HubInMemory
    other: SigningKey
    welcome: Path
    fingerprint: str

    def co_sign(self, folder: Path) -> None:
        """The node's administrator signs beside the other state's, and the version comes into effect."""
        self.hub.keys = {MemberCode("XB"): self.other, MemberCode("XA"): _signing_key(folder)}
        self.hub.co_sign()


def _signing_key(folder: Path) -> SigningKey:
    return MemberKeyFiles(PartyHome(folder / "xa"), MemberCode("XA")).generations()[0].signing_key


@pytest.fixture
def federation(folder: Path, node: Commands, monkeypatch: pytest.MonkeyPatch) -> Federation:
    """XA is enrolled beside XB, and its welcome lies in the folder."""
    del node
    now = datetime.now(UTC)
    schema = schema_bytes()
    hub = HubInMemory(LinkageSchema.from_bytes(schema).id, schema_digest(schema), lambda: datetime.now(UTC))
    request = from_wire(EnrolmentRequest, parse_json((folder / "request.json").read_bytes()))
    authority = certificates.new_authority("development", now)
    certificate = certificates.issue_client_certificate(authority, request.csr_pem.encode(), "XA", now)
    hub.enrol(
        MemberCard(
            request.code,
            request.name,
            request.signing_key,
            request.sealing_key,
            request.hybrid_sealing_key,
            certificates.fingerprint(certificate),
        )
    )
    other = SigningKey.generate(bytes(range(32)))
    sealing = SealingKey.generate(bytes(range(1, 33))).public.to_bytes()
    hub.enrol(MemberCard(MemberCode("XB"), "Belanu", other.public.to_bytes(), sealing, None, "0" * 64))
    welcome = Welcome(
        certificate.decode(),
        authority.certificate_pem.decode(),
        "https://localhost:1",
        hub.signing_key.public.to_bytes(),
        FEDERATION,
        True,
    )
    (folder / "welcome.json").write_bytes(canonical_bytes(to_wire(welcome)))

    class Client(HubClientInMemory):
        def close(self) -> None:
            """There are no connections."""

    monkeypatch.setattr(worker_bootstrap, "build_hub_client", lambda opened: Client(hub, opened.settings.code))
    return Federation(hub, other, folder / "welcome.json", welcome_fingerprint(welcome))


@pytest.fixture
def member(node: Commands, folder: Path, federation: Federation) -> Commands:
    """A node that joined, signed, and has the linkage key."""
    node("join", federation.welcome, "--fingerprint", federation.fingerprint)
    card = card_fingerprint(federation.hub.cards[MemberCode("XB")])
    assert "waits for other members" in node("federation", "sign", "--compared", f"XB={card}").output
    federation.co_sign(folder)
    # The command looks for newer versions before it says that there is nothing to sign.
    with pytest.raises(NodeError, match="No new version"):
        node("federation", "sign", "--dry-run")
    LinkageKeyFiles(PartyHome(folder / "xa").keys).add(LinkageKey.generate(1, bytes(32)))
    return node


def test_a_node_is_set_up_joins_and_publishes_by_commands(member: Commands, folder: Path) -> None:
    report = json.loads(member("import", folder / "case.csv", "--mapping", folder / "map.toml", "--json").stdout)
    assert (report["outcome"], report["new"], report["without_category"]) == ("taken", 2, 1)
    published = json.loads(member("publish", "--json").stdout)
    assert (published["queued"], published["without_category"]) == (1, ["A-2"])
    assert "revis" not in member("revise", "A-1", "--urgency", "U1").output
    assert json.loads(member("withdraw", "A-1", "--json").stdout)["withdrawn"] == 1
    listed = member("deliveries", "--refused", "--json")
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "0 deliveries" in member("deliveries", "retry").output
    status = json.loads(member("status", "--json").stdout)
    assert status["records"] == {"unpublished": 1, "withdrawn": 1}
    (epoch,) = status["epochs"]
    assert (epoch["epoch"], len(epoch["key_check"])) == (1, 32)
    assert "epoch 1" in member("status").output


def test_the_directory_is_shown_signed_and_told_by_commands(
    node: Commands, folder: Path, federation: Federation
) -> None:
    assert "exercise-simulated" in node("join", federation.welcome, "--fingerprint", federation.fingerprint).output
    looked = node("federation", "sign", "--dry-run").output
    card = card_fingerprint(federation.hub.cards[MemberCode("XB")])
    assert f"compare the card of XB: {card}" in looked
    assert "Nothing was signed" in looked
    with pytest.raises(NodeError, match="Compare the card of XB"):
        node("federation", "sign")
    with pytest.raises(NodeError, match="do not sign"):
        node("federation", "sign", "--compared", "XB=0000 0000")
    node("federation", "sign", "--compared", f"XB={card}")
    shown = json.loads(node("federation", "show", "--json").stdout)
    assert (shown["version"], shown["proposal"]["waits_for_this_node"]) == (0, False)
    federation.co_sign(folder)
    node("keys", "rotate")
    node("federation", "sign")
    assert "version 1" in node("federation", "show").output
    (first,) = [json.loads(line) for line in node("federation", "history", "--json").stdout.splitlines()]
    assert first["signed_by"] == ["XA", "XB"]
    assert node("identity").output.count("own card, generation") == 2


def test_keys_are_rotated_by_commands_and_the_fingerprint_to_read_out_is_printed(member: Commands) -> None:
    assert "nothing was changed" in member("keys", "rotate", "--dry-run").output
    printed = member("keys", "rotate").output
    generations = [json.loads(line) for line in member("keys", "status", "--json").stdout.splitlines()]
    assert [each["in_use"] for each in generations] == [True, False]
    assert generations[1]["card_fingerprint"] in printed


def test_the_ceremony_is_held_by_commands(member: Commands, folder: Path) -> None:
    (folder / "xa" / "keys" / "linkage-1").unlink()
    assert "ceremony join" in member("ceremony", "status").output
    assert "nothing was changed" in member("ceremony", "join", "--dry-run").output
    assert "Wait for XB" in member("ceremony", "join").output
    with pytest.raises(ProtocolError, match="2 members"):
        member("ceremony", "proceed", "--without", "XB")
    assert "attempt 2" in member("ceremony", "restart").output
    (view,) = [json.loads(line) for line in member("ceremony", "status", "--json").stdout.splitlines()]
    assert (view["attempt"], view["stage"], view["joined"]) == (2, "committing", True)
    with pytest.raises(NodeError, match="no linkage key"):
        member("ceremony", "share", "XB")


def test_the_expiry_board_is_printed(member: Commands) -> None:
    lines = [json.loads(line) for line in member("expiry", "--json").stdout.splitlines()]
    assert [(line["member"], line["what"]) for line in lines[:2]] == [("XA", "certificate"), ("XB", "certificate")]
    assert "The keys of XB end on" in member("expiry").output


def test_a_second_init_keeps_keys_and_settings(node: Commands, folder: Path) -> None:
    before = json.loads(node("identity", "--json").stdout)
    node("init", "--code", "XA", "--name", "Amara", "--out", folder / "request.json")
    assert json.loads(node("identity", "--json").stdout) == before


def test_a_welcome_is_not_taken_on_a_wrong_fingerprint(node: Commands, federation: Federation) -> None:
    with pytest.raises(NodeError, match="do not join"):
        node("join", federation.welcome, "--fingerprint", "0000 0000")


def test_publishing_before_joining_says_what_to_do(node: Commands, folder: Path) -> None:
    node("import", folder / "case.csv", "--mapping", folder / "map.toml")
    with pytest.raises(NoDirectory, match="federation show"):
        node("publish")


def test_publish_names_the_nearest_state_for_a_code_that_is_nobodys(member: Commands, folder: Path) -> None:
    node = member
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


def test_people_are_added_with_roles_of_a_node_only(node: Commands) -> None:
    assert node("user", "add", "focal", "--role", "focal_point").exit_code == 0
    assert node("inbox", "--as", "focal", "--json").stdout == ""
    with pytest.raises(Exception, match="one role at least"):
        node("user", "add", "op", "--role", "operator")
