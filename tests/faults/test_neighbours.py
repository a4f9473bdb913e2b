"""Parties share a server in the exercise, and nothing else: no role opens another party's database."""

from itertools import permutations
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.party import put_password_apart
from symbolon.runtime.home import PartyHome

PARTIES = ("hub", "xa", "xb")


@pytest.fixture(scope="module")
def conninfos(postgres_server: EmbeddedPostgres) -> dict[str, str]:
    return {party: postgres_server.create_party(f"neighbour_{party}") for party in PARTIES}


@pytest.mark.parametrize(("party", "neighbour"), list(permutations(PARTIES, 2)))
def test_a_party_cannot_open_a_neighbours_database(conninfos: dict[str, str], party: str, neighbour: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(make_conninfo(conninfos[party], dbname=f"neighbour_{neighbour}"))


@pytest.mark.parametrize(("party", "neighbour"), list(permutations(PARTIES, 2)))
def test_a_party_cannot_sign_in_as_its_neighbour(conninfos: dict[str, str], party: str, neighbour: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(make_conninfo(conninfos[party], user=f"neighbour_{neighbour}"))


def test_a_party_can_open_its_own_database(conninfos: dict[str, str]) -> None:
    for conninfo in conninfos.values():
        psycopg.connect(conninfo).close()


def test_a_partys_settings_hold_no_password(tmp_path: Path) -> None:
    without, file = put_password_apart(PartyHome(tmp_path / "xa"), "host=/run dbname=xa user=xa password=opensesame")
    assert "opensesame" not in without
    assert file.read_text() == "opensesame"
    assert file.stat().st_mode & 0o077 == 0
