"""An operator's home is made once, and joins with the welcome that answers its own request alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from symbolon.hub.operators.bootstrap.opening import Operator, initialise, open_operator
from symbolon.hub.operators.errors import DirectoryRefused, NotJoined, OutOfOrder
from symbolon.hub.operators.services.join_federation import OperatorDraft
from symbolon.protocol.messages_comparison import OperatorCard, OperatorContact, OperatorRequest, OperatorWelcome
from symbolon.protocol.messages_peers import Doing
from symbolon.runtime import certificates
from symbolon.runtime.home import PartyHome

FreshDatabase = Callable[[str], str]
AUTHORITY = certificates.new_authority("test", datetime.now(UTC))


def begun(home: Path, conninfo: str, place: int = 0) -> OperatorRequest:
    settings: dict[str, str | int | bool] = {
        "federation": "exercise-2026", "exercise": True, "place": place, "name": f"Body {place}",
        "database": conninfo, "listen_host": "127.0.0.1", "listen_port": 0,
    }  # fmt: skip
    return initialise(PartyHome(home), OperatorDraft("exercise-2026", True, place, f"Body {place}", settings))


def welcome_for(*requests: OperatorRequest) -> OperatorWelcome:
    """What the hub would write for the first of them."""
    now = datetime.now(UTC)
    issued = [
        certificates.issue_mutual_certificate(
            AUTHORITY, request.csr_pem.encode(), f"operator-{request.place}", ("localhost",), now
        )
        for request in requests
    ]
    contacts = [
        OperatorContact(
            OperatorCard(
                request.place, request.name, request.signing_key, request.sealing_key, request.agreement_key,
                request.token_commitment, certificates.fingerprint(pem),
            ),
            "localhost",
            8450 + request.place,
        )
        for request, pem in zip(requests, issued, strict=True)
    ]  # fmt: skip
    first = requests[0]
    return OperatorWelcome(
        first.federation, first.exercise, first.place, issued[0].decode(), AUTHORITY.certificate_pem.decode(),
        "5f" * 32, tuple(contacts),
    )  # fmt: skip


@contextmanager
def opened(home: Path) -> Iterator[Operator]:
    operator = open_operator(PartyHome(home), "test")
    with operator.database:
        yield operator


def test_beginning_again_gives_the_same_request(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    conninfo = fresh_database("operator0")
    assert begun(tmp_path / "home", conninfo) == begun(tmp_path / "home", conninfo)


def test_before_the_founding_there_is_nothing_to_confirm(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    begun(tmp_path / "home", fresh_database("operator0"))
    with opened(tmp_path / "home") as operator:
        found = operator.report().directory
        assert (found.version, found.founding, found.confirmed_at, found.cards_differ) == (0, None, None, False)
        with pytest.raises(DirectoryRefused, match="no founding"):
            operator.confirm("0000")


def test_nothing_secret_lies_open_in_the_home(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    begun(tmp_path / "home", fresh_database("operator0"))
    keys = PartyHome(tmp_path / "home").keys
    assert set(keys.names()) >= {"signing", "hybrid-sealing", "agreement", "token-line"}
    for name in keys.names():
        assert keys.read(name) not in keys.file(name).read_bytes()
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "home").rglob("*"))


def test_an_operator_joins_and_joins_again_when_more_are_known(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    requests = [begun(tmp_path / str(place), fresh_database(f"operator{place}"), place) for place in range(3)]
    with opened(tmp_path / "0") as operator:
        with pytest.raises(NotJoined, match="has not joined yet"):
            operator.running()
        assert not operator.join(welcome_for(requests[0])).is_complete
        with pytest.raises(NotJoined, match="not known yet"):
            operator.running()
        assert operator.join(welcome_for(*requests)).is_complete
        running = operator.running()
        assert running.port
        running.stop()


def test_a_welcome_that_answers_another_request_is_refused(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    own = begun(tmp_path / "own", fresh_database("own"))
    other = begun(tmp_path / "other", fresh_database("other"))
    good = welcome_for(own)
    card = good.operators[0].card
    refused = {
        "answers another request": welcome_for(other),
        "another federation": replace(good, federation="another"),
        "not the one of its card": replace(
            good, operators=(replace(good.operators[0], card=replace(card, certificate_fingerprint="00" * 32)),)
        ),
        "two operators at one place": replace(good, operators=good.operators * 2),
    }
    with opened(tmp_path / "own") as operator:
        for sentence, welcome in refused.items():
            with pytest.raises(NotJoined, match=sentence):
                operator.join(welcome)
        with pytest.raises(NotJoined, match="has not joined yet"):
            operator.running()
        operator.join(good)


def test_a_database_serves_one_operator(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    conninfo = fresh_database("operator")
    first, second = begun(tmp_path / "0", conninfo), begun(tmp_path / "1", conninfo, 1)
    with opened(tmp_path / "0") as operator:
        operator.join(welcome_for(first))
    with opened(tmp_path / "1") as operator, pytest.raises(NotJoined, match="another operator's"):
        operator.join(welcome_for(second))


def test_a_refresh_is_not_ordered_of_an_operator_that_is_restored(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    begun(tmp_path / "home", fresh_database("operator"))
    with opened(tmp_path / "home") as operator:
        operator.order(Doing.RESTORING)
        with pytest.raises(OutOfOrder, match="begins when it works"):
            operator.order(Doing.REFRESHING)
        assert operator.report().standing.doing is Doing.RESTORING
