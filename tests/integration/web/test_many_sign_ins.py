"""Many passwords at once: no connection is held while one is checked, the count stays exact, the rest come back."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from tests.integration.web.paper_desk import PASSWORD, hidden_field

from symbolon.runtime import doors, passwords
from symbolon.runtime.doors import Knock
from symbolon.runtime.gatekeeper import Attempt, Outcome
from symbolon.runtime.passwords import WaitingRoom
from symbolon.runtime.sql_loader import Query

CONNECTIONS = 8


class SlowCheck:
    """Holds every check of a password until it is told to go on."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()
        self._check = passwords.is_right

    def __call__(self, password_hash: str | None, password: str, *, in_known_browser: bool) -> bool:
        self.begun.release()
        assert self.go_on.wait(30)
        return self._check(password_hash, password, in_known_browser=in_known_browser)


@pytest.fixture
def slow_check(monkeypatch) -> Iterator[SlowCheck]:
    slow = SlowCheck()
    monkeypatch.setattr(passwords, "is_right", slow)
    yield slow
    slow.go_on.set()


def try_in(gatekeeper, login, password):
    return gatekeeper.enter(Attempt(login, password, ""), Knock(None, "192.0.2.7"))


@contextmanager
def guessing(slow_check, gatekeeper, logins, guess="not this one at all"):
    """Guesses at work, each of them in the middle of its check."""
    with ThreadPoolExecutor(len(logins)) as pool:
        tries = [pool.submit(try_in, gatekeeper, login, guess) for login in logins]
        try:
            for _ in logins:
                assert slow_check.begun.acquire(timeout=5), "a try waits for a connection"
            yield tries
        finally:
            slow_check.go_on.set()


def failed_attempts(database, login):
    with database.transaction() as tx:
        text = "select coalesce(max(failed_attempts), 0) from sign_in_login where login_digest = %(digest)s"
        query = Query("look", "", text)
        return tx.fetch_value(query, digest=doors.login_digest(login))


def test_pages_are_answered_while_guesses_at_passwords_are_checked(node_app, visit, gatekeeper, monkeypatch):
    visitor = visit(node_app).sign_in("mara")
    slow = SlowCheck()
    monkeypatch.setattr(passwords, "is_right", slow)
    logins = ["mara", "ines", "nobody", "no-one"] * (CONNECTIONS // 2)
    with guessing(slow, gatekeeper, logins):
        answer = visitor.client.get("/account", timeout=5)
    assert answer.status_code == 200


def test_wrong_passwords_that_come_together_are_counted_one_by_one(gatekeeper, slow_check, database):
    with guessing(slow_check, gatekeeper, ["mara"] * 3):
        pass
    assert failed_attempts(database, "mara") == 3


def test_of_many_guesses_at_once_no_more_count_than_one_after_the_other(gatekeeper, slow_check, database):
    with guessing(slow_check, gatekeeper, ["mara"] * 7) as tries:
        pass
    assert failed_attempts(database, "mara") == doors.FREE_ATTEMPTS + 1
    assert sum(entry.result().outcome is Outcome.REFUSED for entry in tries) == 2


def test_a_right_password_does_not_pass_when_wrong_ones_had_the_login_refused_meanwhile(
    gatekeeper, slow_check, monkeypatch
):
    with guessing(slow_check, gatekeeper, ["mara"], PASSWORD) as (right,):
        monkeypatch.setattr(passwords, "is_right", lambda *_, **__: False)
        for _ in range(doors.FREE_ATTEMPTS + 1):
            try_in(gatekeeper, "mara", "not this one at all")
    assert right.result().outcome is Outcome.REFUSED
    assert right.result().wait > timedelta(0)


def test_a_password_that_was_changed_during_its_check_opens_nothing(gatekeeper, slow_check, monkeypatch, database):
    with guessing(slow_check, gatekeeper, ["mara"], PASSWORD) as (right,), database.transaction() as tx:
        tx.execute(Query("change", "", "update account set password_hash = 'another' where login = 'mara'"))
    assert right.result().outcome is Outcome.WRONG


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_who_finds_too_many_signing_in_is_asked_to_come_back(node_app, visit, monkeypatch, accept, database):
    monkeypatch.setattr(passwords, "ROOM_OF_STRANGERS", WaitingRoom(at_once=0, waiting=0))
    client = visit(node_app).client
    token = hidden_field(client.get("/sign-in").text, "form_token")
    answer = client.post(
        "/sign-in",
        data={"login": "mara", "password": PASSWORD, "form_token": token},
        headers={"Accept": accept},
    )
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too many people sign in at this moment" in answer.text
    assert answer.headers["content-type"].startswith(accept if accept == "text/html" else "application/problem+json")
    assert failed_attempts(database, "mara") == 0


def test_the_waiting_rooms_of_passwords_are_no_larger_than_the_desk_can_spare():
    together = passwords.ROOM_OF_STRANGERS.size + passwords.ROOM_OF_KNOWN_BROWSERS.size
    assert together < 40 / 2  # the web server's threads
