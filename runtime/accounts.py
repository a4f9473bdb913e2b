"""The people who sign in to a party's pages: their logins, roles and passwords.

Each function works in the transaction that is passed in, so that an account and the audit leaf of its making commit
together. Checking a password takes three steps, since hashing takes its time and a transaction must not wait for it:
:func:`find_credentials` in one transaction, ``passwords.is_right`` outside any, :func:`note_right` in another, which
looks once more whether the password is still the one that was checked. Wrong ones are counted in ``doors``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from symbolon.protocol.problems import Problem
from symbolon.runtime import passwords
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.errors import RuntimeFault
from symbolon.runtime.passwords import LONGEST_PASSWORD
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "accounts")

SHORTEST_PASSWORD: Final = 12
LONGEST_NAME: Final = 80
ACCOUNT_STATES: Final = ("active", "without second factor", "invited", "disabled")

RESERVED_LOGINS: Final = frozenset({"command", "unknown", "worker", "hub"})
"""What stands as an actor in audit logs without being a person."""
# Codes of members have two letters, or three (ISO 3166); given names of three letters are left to people.
_MEMBER_CODE: Final = re.compile(r"[a-z]{2}")
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_ROLE: Final = re.compile(r"[a-z][a-z_]{1,39}")


class AccountMistake(RuntimeFault):
    """An account cannot be made or changed as asked. The message is one sentence that says what to do."""

    problem = Problem.INVALID_INPUT


class LoginTaken(AccountMistake):
    """Somebody already has this login."""


class WeakPassword(AccountMistake):
    """The password is too short, too long, or the login itself."""


class UnknownPerson(AccountMistake):
    """Nobody has this login."""

    problem = Problem.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("Nobody has this login here: check it in the list of people.")


@dataclass(frozen=True, slots=True)
class Account:
    """One person: ``login`` is their key, ``roles`` are names that the role's own domain gives a meaning."""

    login: str
    display_name: str
    roles: frozenset[str]
    created_at: datetime
    last_sign_in_at: datetime | None
    disabled_at: datetime | None
    second_factor_since: datetime | None
    """Since when the person has a second factor; None without one."""
    has_password: bool
    """False for a person who has not used their token yet."""

    @property
    def state(self) -> str:
        """How the account stands, in words: one of :data:`ACCOUNT_STATES`."""
        if self.disabled_at is not None:
            return "disabled"
        if not self.has_password:
            return "invited"
        return "active" if self.second_factor_since is not None else "without second factor"

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
            second_factor_since=row["second_factor_since"],
            has_password=row["has_password"],
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a try is checked against, as it was at the moment of reading; None where the account has none."""

    login: str
    password_hash: str | None = field(repr=False)
    factor_sealed: bytes | None = field(repr=False)


def add_user(tx: Transaction, login: str, password: str, roles: Iterable[str], display_name: str = "") -> None:
    """Add a person with a password. Raises :class:`LoginTaken`, :class:`WeakPassword` or :class:`AccountMistake`."""
    names = checked_roles(roles)
    require_login(login)
    require_strength(password, login)
    _add(tx, login, passwords.hash_password(password), names, display_name)


def invite_user(tx: Transaction, login: str, roles: Iterable[str], display_name: str = "") -> None:
    """Add a person who gets a password with a token. Raises :class:`LoginTaken` or :class:`AccountMistake`."""
    require_login(login)
    _add(tx, login, None, checked_roles(roles), display_name)


def find_user(tx: Transaction, login: str) -> Account | None:
    """The person with this login, or None."""
    row = tx.fetch_one(QUERIES["find_account"], login=login)
    return None if row is None else Account.from_row(row)


def lock_user(tx: Transaction, login: str) -> Account:
    """The person with this login, who is about to be changed. Raises :class:`UnknownPerson`."""
    row = tx.fetch_one(QUERIES["lock_account"], login=login) if _LOGIN.fullmatch(login) else None
    if row is None:
        raise UnknownPerson
    return Account.from_row(row)


def list_users(tx: Transaction) -> tuple[Account, ...]:
    """Everyone with an account, by login."""
    return tuple(Account.from_row(row) for row in tx.fetch_all(QUERIES["list_accounts"]))


def lock_holders_of(tx: Transaction, role: str) -> frozenset[str]:
    """The logins of those who have a role and are not disabled, locked until the transaction ends."""
    return frozenset(row["login"] for row in tx.fetch_all(QUERIES["lock_holders_of_role"], role=role))


def has_anybody(tx: Transaction, role: str) -> bool:
    """Whether anybody was ever given this role."""
    return bool(tx.fetch_value(QUERIES["count_accounts_with_role"], role=role))


def find_credentials(tx: Transaction, login: str) -> Credentials | None:
    """What to check a try against; None for a login that does not exist."""
    row = tx.fetch_one(QUERIES["find_credentials"], login=login) if _LOGIN.fullmatch(login) else None
    if row is None:
        return None
    return Credentials(row["login"], row["password_hash"], row["second_factor_sealed"])


def note_right(tx: Transaction, checked: Credentials, password_hash: str, now: datetime) -> bool:
    """Note a right password and store its hash anew (the same, one with newer parameters, or a new password's).

    False when it does not count any more: since the credentials were read, the password or the second factor was
    changed, or the account disabled.
    """
    row = tx.fetch_one(
        QUERIES["note_right_password"],
        login=checked.login,
        checked_hash=checked.password_hash,
        checked_factor=checked.factor_sealed,
        password_hash=password_hash,
        now=now,
    )
    return row is not None


def set_password(tx: Transaction, login: str, password_hash: str, now: datetime) -> bool:
    """Give a person who comes in by a token this password; False when the account is disabled."""
    return tx.fetch_one(QUERIES["set_password"], login=login, password_hash=password_hash, now=now) is not None


def set_roles(tx: Transaction, login: str, roles: frozenset[str]) -> None:
    """Give a person these roles in place of theirs."""
    tx.execute(QUERIES["set_roles"], login=login, roles=sorted(roles))


def set_disabled(tx: Transaction, login: str, disabled_at: datetime | None) -> None:
    """Let nobody sign in with this login from now on; None: let its person in again."""
    tx.execute(QUERIES["set_disabled"], login=login, disabled_at=disabled_at)


def checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Role names as they are stored. Raises :class:`AccountMistake`."""
    names = tuple(sorted(set(roles)))
    if not names or not all(_ROLE.fullmatch(name) for name in names):
        raise AccountMistake("Give at least one role, in lower-case letters with '_' between words.")
    return names


def require_login(login: str) -> None:
    """Raises :class:`AccountMistake` for what cannot be a login."""
    if not _LOGIN.fullmatch(login):
        raise AccountMistake(
            "A login has 2 to 64 characters: lower-case letters, digits, '.', '_', '-' or '@', a letter or digit first."
        )
    if login in RESERVED_LOGINS or _MEMBER_CODE.fullmatch(login):
        raise AccountMistake(
            "The audit log uses this word for something else (a member's code, a program): choose another login."
        )


def require_strength(password: str, login: str) -> None:
    """Raises :class:`WeakPassword` when a password is too short, too long, or the login itself."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters: four unrelated words do well."
        )
    if password.casefold().strip() == login.casefold():
        raise WeakPassword("The password must not be the login.")


def _add(tx: Transaction, login: str, password_hash: str | None, roles: tuple[str, ...], display_name: str) -> None:
    name = " ".join(display_name.split()) or login
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountMistake(f"A name has at most {LONGEST_NAME} characters, and none that cannot be printed.")
    row = tx.fetch_one(
        QUERIES["add_account"], login=login, display_name=name, password_hash=password_hash, roles=list(roles)
    )
    if row is None:
        raise LoginTaken("This login is taken: choose another, or change the existing account.")
