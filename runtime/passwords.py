"""Passwords: hashed and proved with argon2id (RFC 9106, the parameters of its second recommended option).

A hash takes 64 MiB and a twentieth of a second on purpose, so it is a thing to queue for: few at once, few waiting,
and everybody else is told to come back. People in their own browsers queue apart, so that guesses from elsewhere do not
keep them waiting, however many. Nothing here touches the database: who hashes must hold no transaction, or guesses at
passwords would take the connections of everybody's pages.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from symbolon.protocol.problems import Problem
from symbolon.runtime.errors import RuntimeFault

LONGEST_PASSWORD: Final = 256

_HASHER: Final = PasswordHasher()


class TooManySignIns(RuntimeFault):
    """More people (or guesses) knock than wait their turn: nothing was checked, and nothing counted."""

    def __init__(self) -> None:
        super().__init__("Too many people sign in at this moment. Wait a few seconds, then try again.")
        self.problem = Problem.TOO_MANY_REQUESTS


class WaitingRoom:
    """Lets a few in at once and a few more wait; turns the rest away."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.size = at_once + waiting
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it while the block runs. Raises :class:`TooManySignIns` when the room is full."""
        if not self._places.acquire(blocking=False):
            raise TooManySignIns
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


ROOM_OF_STRANGERS: Final = WaitingRoom(at_once=2, waiting=8)
ROOM_OF_KNOWN_BROWSERS: Final = WaitingRoom(at_once=1, waiting=8)


def hash_password(password: str) -> str:
    """The hash to store for a password. Raises :class:`TooManySignIns`."""
    with ROOM_OF_KNOWN_BROWSERS.turn():
        return _HASHER.hash(password)


def is_right(password_hash: str | None, password: str, *, in_known_browser: bool = False) -> bool:
    """Whether the password is that of the hash; None stands for a login that does not exist, and is never right.

    Nobody's password takes as long to check as somebody's, so that guessing logins tells nothing.
    Raises :class:`TooManySignIns`.
    """
    if len(password) > LONGEST_PASSWORD:
        return False
    with (ROOM_OF_KNOWN_BROWSERS if in_known_browser else ROOM_OF_STRANGERS).turn():
        try:
            _HASHER.verify(_hash_of_nobody() if password_hash is None else password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def get_ready() -> None:
    """Hash nobody's password before the first guess comes: afterwards it takes no longer than somebody's."""
    _hash_of_nobody()


def renewed(password_hash: str, password: str) -> str:
    """The stored hash of a right password, or one with today's parameters where it was made with older ones."""
    return hash_password(password) if _HASHER.check_needs_rehash(password_hash) else password_hash


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash("nobody has this password")
