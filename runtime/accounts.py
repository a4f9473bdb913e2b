"""The people who sign in to a party's pages, and what is counted when they try their password.

Each function works in the transaction that is passed in, so that an account and the audit leaf of its making commit
together. Checking a password takes three steps, since hashing takes its time and a transaction must not wait for it:
:func:`find_credentials` in one transaction, ``passwords.is_right`` outside any, :func:`note_right` or
:func:`note_wrong` in another, which look once more whether the login still takes a try.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from symbolon.runtime import passwords
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.passwords import LONGEST_PASSWORD
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "accounts")

SHORTEST_PASSWORD: Final = 12
FREE_ATTEMPTS: Final = 4
LONGEST_REFUSAL: Final = timedelta(seconds=60)

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_ROLE: Final = re.compile(r"[a-z][a-z_]{1,39}")


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
class Credentials:
    """What a try at a password is checked against, as it was at the moment of reading."""

    login: str
    password_hash: str = field(repr=False)
    refused_until: datetime | None
    """Until when the login takes no try; None when it took one at that moment."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a try at a password: whether it counts as right, and until when the login now takes none."""

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
        password_hash=passwords.hash_password(password),
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


def find_credentials(tx: Transaction, login: str, now: datetime) -> Credentials | None:
    """What to check a password against; None for a login that does not exist."""
    row = tx.fetch_one(QUERIES["find_credentials"], login=login, now=now) if _LOGIN.fullmatch(login) else None
    return None if row is None else Credentials(row["login"], row["password_hash"], row["refused_until"])


def note_right(tx: Transaction, checked: Credentials, password_hash: str, now: datetime) -> Attempt:
    """Count a right password and store its hash anew (the same, one with newer parameters, or a new password's).

    It is not right any more when, since the credentials were read, wrong ones had the login refused, the password was
    changed, or the account was disabled.
    """
    row = tx.fetch_one(
        QUERIES["note_right_password"],
        login=checked.login,
        checked_hash=checked.password_hash,
        password_hash=password_hash,
        now=now,
    )
    return _refused_meanwhile(tx, checked.login, now) if row is None else Attempt(is_right=True)


def note_wrong(tx: Transaction, checked: Credentials, now: datetime) -> Attempt:
    """Count a wrong password; one of several at once that comes after a refusal began is refused and not counted.

    After ``FREE_ATTEMPTS`` wrong ones in a row the login waits: two seconds, doubling up to ``LONGEST_REFUSAL``, short
    enough that nobody can lock a focal point out of an urgent case.
    """
    row = tx.fetch_one(
        QUERIES["note_wrong_password"],
        login=checked.login,
        free_attempts=FREE_ATTEMPTS,
        longest_refusal=LONGEST_REFUSAL,
        now=now,
    )
    return _refused_meanwhile(tx, checked.login, now) if row is None else Attempt(refused_until=row["refused_until"])


def require_strength(password: str, login: str) -> None:
    """Raises :class:`WeakPassword` when a password is too short, too long, or the login itself."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters: four unrelated words do well."
        )
    if password.casefold().strip() == login.casefold():
        raise WeakPassword("The password must not be the login.")


def _refused_meanwhile(tx: Transaction, login: str, now: datetime) -> Attempt:
    found = find_credentials(tx, login, now)
    return Attempt(refused_until=None if found is None else found.refused_until)
