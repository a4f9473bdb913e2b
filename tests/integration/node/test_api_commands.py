"""Clients, addresses and cases by command, as an administrator's script would."""

import json
from pathlib import Path

import pytest
from tests.integration.node.test_commands import CSV, Commands, _own_logging, folder, node

from symbolon.node.domain.api_clients import ClientMistake
from symbolon.node.errors import Forbidden

__all__ = ["_own_logging", "folder", "node"]
ADD = ("api-client", "add", "cases", "--roles", "focal_point", "--scopes", "hits:read, vote")


def test_a_client_is_made_listed_and_revoked_and_its_token_is_printed_once(node: Commands) -> None:
    token = node(*ADD).stdout.strip()
    assert token.startswith("symbolon.")
    shown = node("api-client", "list", "--json").stdout
    assert (json.loads(shown)["standing"], json.loads(shown)["scopes"]) == ("active", ["hits:read", "vote"])
    assert token not in shown
    assert node("api-client", "revoke", "cases").exit_code == 0
    assert json.loads(node("api-client", "list", "--json").stdout)["standing"] == "revoked"
    with pytest.raises(ClientMistake):
        node(*ADD)


def test_a_protection_officer_alone_grants_by_command(node: Commands) -> None:
    for login, role in (("focal", "focal_point"), ("shield", "protection_officer")):
        assert node("user", "add", login, "--role", role).exit_code == 0
    scopes = ("--scopes", "hits:read,protected")
    assert node("api-client", "add", "shelter", "--roles", "protection_officer", *scopes).exit_code == 0
    with pytest.raises(Forbidden):
        node("api-client", "grant-protected", "shelter", "--as", "focal")
    assert node("api-client", "grant-protected", "shelter", "--as", "shield").exit_code == 0


def test_an_address_is_added_tried_listed_and_removed(node: Commands) -> None:
    webhook_id, secret = node("webhook", "add", "https://cases.example/events").stdout.split()
    assert node("webhook", "test", webhook_id).exit_code == 0
    listed = node("webhook", "list", "--json").stdout
    assert json.loads(listed)["waiting"] == 1
    assert secret not in listed
    assert node("webhook", "remove", webhook_id).exit_code == 0
    assert node("webhook", "list", "--json").stdout == ""


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_case_goes_out_and_comes_in_by_command(node: Commands, folder: Path, form: str) -> None:
    (folder / "rows.csv").write_text(CSV, encoding="utf-8")
    mapping = folder / "map.toml"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("[fields]", 'case = "id"\n[fields]'), encoding="utf-8"
    )
    assert node("import", folder / "rows.csv", "--mapping", mapping).exit_code == 0
    assert node("user", "add", "focal", "--role", "focal_point").exit_code == 0
    out = folder / f"case.{form}"
    assert node("case", "export", "A-1", "--format", form, "--out", out, "--as", "focal").exit_code == 0
    assert "nothing new" in node("case", "import", out).stdout
    out.write_text(out.read_text(encoding="utf-8").replace("person", "ghost"), encoding="utf-8")
    refused = node("case", "import", out)
    assert refused.exit_code == 1
    assert f"case.{form}, row " in refused.stdout
    assert "field kind: the code is not known" in refused.stdout
