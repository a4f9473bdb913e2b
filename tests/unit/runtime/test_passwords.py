"""Passwords are hashed a few at once; who finds the waiting room full is turned away."""

import threading

import pytest

from symbolon.runtime import passwords
from symbolon.runtime.passwords import TooManySignIns, WaitingRoom


@pytest.fixture(autouse=True)
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the parameters of the product, which other tests do without."""
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher())


def test_a_hash_takes_as_much_memory_and_work_as_recommended():
    assert passwords.hash_password("quiet harbour lantern 7").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_is_right_for_its_own_hash_alone():
    stored = passwords.hash_password("quiet harbour lantern 7")
    assert passwords.is_right(stored, "quiet harbour lantern 7")
    assert not passwords.is_right(stored, "quiet harbour lantern 8")
    assert not passwords.is_right("no hash at all", "quiet harbour lantern 7")


def test_no_password_is_right_for_a_login_that_does_not_exist():
    assert not passwords.is_right(None, "nobody has this password")


def test_a_hash_with_older_parameters_is_renewed_and_todays_is_kept():
    stored = passwords.hash_password("quiet harbour lantern 7")
    assert passwords.renewed(stored, "quiet harbour lantern 7") == stored
    older = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("quiet harbour lantern 7")
    renewed = passwords.renewed(older, "quiet harbour lantern 7")
    assert renewed != older
    assert passwords.is_right(renewed, "quiet harbour lantern 7")


def test_a_full_waiting_room_turns_the_next_one_away_at_once():
    room, inside, leave = WaitingRoom(at_once=1, waiting=1), threading.Semaphore(0), threading.Event()

    def stay():
        with room.turn():
            inside.release()
            leave.wait(10)

    people = [threading.Thread(target=stay) for _ in range(2)]
    for person in people:
        person.start()
    assert inside.acquire(timeout=10)
    while room._places.acquire(blocking=False):  # until the second one waits
        room._places.release()
    with pytest.raises(TooManySignIns), room.turn():
        pass
    leave.set()
    for person in people:
        person.join(10)
    with room.turn():
        pass
