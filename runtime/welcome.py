"""How an account begins, or begins anew: with a token that somebody was handed, a password and a second factor.

The token is good once and for minutes. Who opens it is shown a fresh second factor, which travels in their page,
sealed: whoever opens the token at another time is shown another. The account changes only when its first code is right,
the password is strong, and (for a party's first account) a login is chosen.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import accounts, doors, passwords, second_factor, sessions
from symbolon.runtime.accounts import AccountMistake
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.doors import Knock
from symbolon.runtime.gatekeeper import UNKNOWN_LOGIN, Entry, open_session
from symbolon.runtime.registry import Registry
from symbolon.runtime.second_factor import Enrolment
from symbolon.runtime.spelled_secrets import SECRET_BYTES, spell, spelled_digest
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, SealBroken

QUERIES: Final = load_queries("symbolon.runtime", "tokens")
_LABEL: Final = "one-time token"


class BadToken(AccountMistake):
    """The token is none, was used, or is too old."""

    def __init__(self) -> None:
        super().__init__("This token is not good, or not any more: check it, or ask the administrator for a new one.")


class TokenWait(AccountMistake):
    """Too many wrong tokens came from one place."""

    def __init__(self) -> None:
        super().__init__("Too many wrong tokens came from here: wait a minute, then try again.")


class WrongCode(AccountMistake):
    """The code is not the one that the authenticator shows now."""

    def __init__(self) -> None:
        super().__init__(
            "This is not the code that the authenticator shows now: check the clock of the telephone, and type the"
            " password and the next code."
        )


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token to hand to its person, and until when it is good. It is told once and stored nowhere."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedToken:
    """Whom a token is for; ``login`` is None for a party's first account, whose person chooses one."""

    login: str | None
    display_name: str
    enrolment: Enrolment = field(repr=False)
    proposed: str = field(repr=False)
    """The secret of the enrolment, sealed: the page brings it back with its first code."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What the person filled in; ``login`` counts for a party's first account only."""

    login: str
    display_name: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    proposed: str = field(repr=False)
    """:attr:`OpenedToken.proposed` of the page that they filled in."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A person who has all that they need: they are signed in, and are shown their recovery codes this once."""

    login: str
    entry: Entry
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _FirstCode:
    """A person's first right code, by which the secret that they were shown becomes their second factor."""

    login: str
    factor: bytes = field(repr=False)
    step: int
    given_at: datetime


class WelcomeOffice:
    """Opens tokens and completes accounts."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def open(self, typed: str, knock: Knock) -> OpenedToken:
        """What a token is for, with a fresh second factor to enrol. Raises :class:`BadToken`, :class:`TokenWait`."""
        return self._opened(typed, second_factor.new_factor(self._registry.random_bytes), knock)

    def open_again(self, typed: str, proposed: str, knock: Knock) -> OpenedToken:
        """The same with the second factor of a page that comes back. Raises :class:`BadToken`, :class:`TokenWait`."""
        return self._opened(typed, self._proposed(spelled_digest(typed, _LABEL), proposed), knock)

    def complete(self, typed: str, person: NewPerson, knock: Knock) -> Arrival:
        """Set the account's password and second factor, and sign its person in.

        Raises :class:`BadToken`, :class:`TokenWait`, :class:`WrongCode`,
        :class:`symbolon.runtime.accounts.AccountMistake` or :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        self._find_open(typed, knock)
        digest = spelled_digest(typed, _LABEL)
        password_hash = passwords.hash_password(person.password)
        now = self._registry.clock.now()
        with self._registry.database.transaction() as tx:
            row = tx.fetch_one(QUERIES["lock_token"], token_digest=digest, now=now)
            if row is None or self._is_late(tx, row):
                raise BadToken
            login = row["login"] or person.login
            accounts.require_strength(person.password, login)
            factor = self._proposed(digest, person.proposed)
            step = second_factor.step_of_code(factor, person.code, now)
            if step is None:
                raise WrongCode
            if row["login"] is None:
                accounts.invite_user(tx, login, row["roles"], person.display_name)
                self._registry.audit.record(tx, AuditAct.USER_ADDED, login, login, {"roles": " ".join(row["roles"])})
            if not accounts.set_password(tx, login, password_hash, now):
                raise BadToken
            tx.execute(QUERIES["use_token"], token_digest=digest, now=now)
            return self._arrive(tx, _FirstCode(login, factor, step, now), knock)

    def _arrive(self, tx: Transaction, first: _FirstCode, knock: Knock) -> Arrival:
        login, now = first.login, first.given_at
        sealed = self._registry.vault.seal(first.factor, second_factor.place_of(login))
        second_factor.enrol_factor(tx, login, sealed, first.step, now)
        codes = second_factor.renew_recovery_codes(tx, login, self._registry.random_bytes, now)
        # Whoever had the account's password before has nothing of it any more.
        ended = sessions.end_all(tx, login, now)
        doors.forget_browsers(tx, login)
        entry = open_session(tx, self._registry, doors.Door(login, knock, is_known=False, refused_until=None), now)
        for act, detail in (
            (AuditAct.USER_CHANGED, {"password": True, "sessions": ended}),
            (AuditAct.SECOND_FACTOR_ENROLLED, {"recovery_codes": len(codes)}),
            (AuditAct.SIGNED_IN, {"by_token": True}),
        ):
            self._registry.audit.record(tx, act, login, login, detail)
        return Arrival(login, entry, codes)

    def _opened(self, typed: str, factor: bytes, knock: Knock) -> OpenedToken:
        row = self._find_open(typed, knock)
        name = row["login"] or "administrator"
        enrolment = second_factor.describe_factor(factor, name, self._registry.party)
        sealed = self._registry.vault.seal(factor, _place_of(spelled_digest(typed, _LABEL)))
        return OpenedToken(row["login"], row["display_name"] or "", enrolment, sealed.hex())

    def _find_open(self, typed: str, knock: Knock) -> Row:
        with self._registry.database.transaction() as tx:
            row = self._find(tx, spelled_digest(typed, _LABEL), knock)
        if row is None:
            raise BadToken
        return row

    def _find(self, tx: Transaction, digest: bytes, knock: Knock) -> Row | None:
        now = self._registry.clock.now()
        stranger = Knock(None, knock.address)
        door = doors.find_door(tx, doors.NO_LOGIN, stranger, now)
        if door.refused_until is not None:
            raise TokenWait
        row = tx.fetch_one(QUERIES["lock_token"], token_digest=digest, now=now)
        if row is None or self._is_late(tx, row):
            doors.count_wrong(tx, door, now)
            self._registry.audit.record(tx, AuditAct.SIGN_IN_REFUSED, UNKNOWN_LOGIN, detail={"by_token": True})
            return None
        return row

    def _is_late(self, tx: Transaction, row: Row) -> bool:
        """Whether a token for the party's first account came after somebody else was given that role."""
        return row["login"] is None and accounts.has_anybody(tx, self._registry.rules.manager)

    def _proposed(self, digest: bytes, proposed: str) -> bytes:
        try:
            return self._registry.vault.open(bytes.fromhex(proposed), _place_of(digest))
        except (ValueError, SealBroken):
            # Another token's page, or none of ours.
            raise BadToken from None


def _place_of(token_digest: bytes) -> Place:
    return Place("one_time_token", "proposed_factor", token_digest.hex())


def issue_token(tx: Transaction, registry: Registry, by: str, login: str | None, roles: tuple[str, ...]) -> IssuedToken:
    """A new token for a person (None: for the party's first account), in place of those that wait to be used."""
    now = registry.clock.now()
    token = spell(registry.random_bytes(SECRET_BYTES))
    expires_at = now + registry.settings.token_lifetime
    tx.execute(QUERIES["withdraw_tokens"], login=login)
    tx.execute(
        QUERIES["add_token"],
        token_digest=spelled_digest(token, _LABEL),
        login=login,
        roles=list(roles),
        issued_by=by,
        now=now,
        expires_at=expires_at,
    )
    registry.audit.record(
        tx, AuditAct.TOKEN_ISSUED, by, login, {"minutes": int(registry.settings.token_lifetime.total_seconds() // 60)}
    )
    return IssuedToken(token, expires_at)
