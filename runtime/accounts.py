"""The people who sign in to a party's pages, and the proof that it is they.

Passwords are hashed with argon2id (RFC 9106, the parameters of its second recommended option). Each function works
in the transaction that is passed in, so that an account and the audit leaf of its making commit together.
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "accounts")

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
FREE_ATTEMPTS: Final = 4
LONGEST_REFUSAL: Final = timedelta(seconds=60)

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_ROLE: Final = re.compile(r"[a-z][a-z_]{1,39}")
_HASHER: Final = PasswordHasher()
# Hashing takes 64 MiB a time: no more than two at once, however many people (or guesses) knock.
_HASHING: Final = threading.BoundedSemaphore(2)


class AccountMistake(RuntimeFault):
    """An account cannot be made or changed as asked. The message is one sentence that says what to do."""


class LoginTaken(AccountMistake):
    """Somebody already has this login."""


class WeakPassword(AccountMistake):
    """The password is too short, too long, or the login itself."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person: ``login`` is their key, ``roles`` are names that the role's own domain gives a meaning."""

    login: str
    display_name: str
    roles: frozenset[str]
    created_at: datetime
    last_sign_in_at: datetime | None
    disabled_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """An account from a row of ``find_account`` or ``list_accounts``."""
        return cls(
            login=row["login"],
            display_name=row["display_name"],
            roles=frozenset(row["roles"]),
            created_at=row["created_at"],
            last_sign_in_at=row["last_sign_in_at"],
            disabled_at=row["disabled_at"],
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a try at a password: whether the login exists, whether it was right, until when to wait."""

    is_known: bool
    is_right: bool = False
    refused_until: datetime | None = None


def add_user(tx: Transaction, login: str, password: str, roles: Iterable[str], display_name: str = "") -> None:
    """Add a person who may sign in. Raises :class:`LoginTaken`, :class:`WeakPassword` or :class:`AccountMistake`."""
    if not _LOGIN.fullmatch(login):
        raise AccountMistake("A login has 2 to 64 characters: lower-case letters, digits, '.', '_', '-' or '@'.")
    names = sorted(set(roles))
    if not names or not all(_ROLE.fullmatch(name) for name in names):
        raise AccountMistake("Give at least one role, in lower-case letters with '_' between words.")
    require_strength(password, login)
    row = tx.fetch_one(
        QUERIES["add_account"],
        login=login,
        display_name=display_name.strip() or login,
        password_hash=_hash(password),
        roles=names,
    )
    if row is None:
        raise LoginTaken("This login is taken: choose another, or change the existing account.")


def find_user(tx: Transaction, login: str) -> Account | None:
    """The person with this login, or None."""
    row = tx.fetch_one(QUERIES["find_account"], login=login)
    return None if row is None else Account.from_row(row)


def list_users(tx: Transaction) -> tuple[Account, ...]:
    """Everyone with an account, by login."""
    return tuple(Account.from_row(row) for row in tx.fetch_all(QUERIES["list_accounts"]))


def check_password(tx: Transaction, login: str, password: str, now: datetime) -> Attempt:
    """Check a password and count the attempt.

    Returns and does not raise on a wrong one, since the count of wrong ones must be committed. After
    ``FREE_ATTEMPTS`` wrong ones in a row the login waits: two seconds, doubling up to ``LONGEST_REFUSAL``, short
    enough that nobody can lock a focal point out of an urgent case.
    """
    row = tx.fetch_one(QUERIES["lock_credentials"], login=login) if _LOGIN.fullmatch(login) else None
    if row is not None and row["refused_until"] is not None and row["refused_until"] > now:
        return Attempt(is_known=True, refused_until=row["refused_until"])
    right = _verify(_hash_of_nobody() if row is None else row["password_hash"], password)
    if row is None or row["disabled_at"] is not None:
        return Attempt(is_known=row is not None)
    if not right:
        over = row["failed_attempts"] + 1 - FREE_ATTEMPTS
        until = now + min(LONGEST_REFUSAL, timedelta(seconds=2 ** min(over, 10))) if over > 0 else None
        tx.execute(QUERIES["note_failed_attempt"], login=login, refused_until=until)
        return Attempt(is_known=True, refused_until=until)
    if _HASHER.check_needs_rehash(row["password_hash"]):
        tx.execute(QUERIES["set_password_hash"], login=login, password_hash=_hash(password))
    tx.execute(QUERIES["note_sign_in"], login=login, now=now)
    return Attempt(is_known=True, is_right=True)


def change_password(tx: Transaction, login: str, new_password: str) -> None:
    """Give a person a new password. Raises :class:`WeakPassword`, or :class:`AccountMistake` for an unknown login."""
    require_strength(new_password, login)
    password_hash = _hash(new_password)
    if tx.execute(QUERIES["set_password_hash"], login=login, password_hash=password_hash) == 0:
        raise AccountMistake("Nobody has this login.")


def require_strength(password: str, login: str) -> None:
    """Raises :class:`WeakPassword` when a password is too short, too long, or the login itself."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters: four unrelated words do well."
        )
    if password.casefold().strip() == login.casefold():
        raise WeakPassword("The password must not be the login.")


@cache
def _hash_of_nobody() -> str:
    """A login that does not exist costs as much time as one that does, so that guessing tells nothing."""
    return _hash("nobody has this password")


def _hash(password: str) -> str:
    with _HASHING:
        return _HASHER.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        with _HASHING:
            return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
