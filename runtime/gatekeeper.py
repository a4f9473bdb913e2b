"""Lets people in and out: passwords, second factors, sessions and their audit leaves.

Each outcome and its leaf are one transaction. No password is hashed inside one (see ``accounts``). A try is refused,
wrong or right as a whole: nobody learns which of login, password and code was wrong.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import accounts, doors, passwords, second_factor, sessions
from symbolon.runtime.accounts import Account, AccountMistake, Credentials
from symbolon.runtime.database import Transaction
from symbolon.runtime.doors import Door, Knock
from symbolon.runtime.metrics import SIGN_INS
from symbolon.runtime.registry import Registry
from symbolon.runtime.sessions import OpenSession, Session

UNKNOWN_LOGIN = "unknown"
"""Stands in the audit log for a login that does not exist: what was typed there may have been a password."""


class TriesRefused(AccountMistake):
    """Nobody looked at a password, right or wrong: too many wrong ones came before."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(f"Too many wrong tries. Wait {seconds} seconds, then try again.")


class Outcome(StrEnum):
    """What became of a try at signing in."""

    IN = "in"
    WRONG = "wrong"
    REFUSED = "refused"
    """Nobody looked at it: too many wrong ones came before."""
    NO_SECOND_FACTOR = "no-second-factor"
    """All was right, and the person has to enrol a second factor first, with a token."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed into the sign-in page; ``code`` is that of an authenticator, or a recovery code."""

    login: str
    password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a sign-in. ``token`` and ``browser_token`` are for the cookies of who came in."""

    outcome: Outcome
    token: str = field(default="", repr=False)
    browser_token: str = field(default="", repr=False)
    wait: timedelta = timedelta(0)
    """How long a refusal lasts."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """A try whose password was looked at: ``new_hash`` is what to store when it was right, None when it was not."""

    code: str = field(repr=False)
    door: Door
    checked: Credentials | None
    new_hash: str | None = field(repr=False)
    needs_second_factor: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """A person's own account page."""

    account: Account
    open_sessions: tuple[OpenSession, ...]
    recovery_codes_left: int


class Gatekeeper:
    """Knows who may come in. One for each party's desk."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        passwords.get_ready()

    def enter(self, attempt: Attempt, knock: Knock) -> Entry:
        """Try to sign in. Whatever comes of it is counted and leaves a leaf.

        Raises :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        door, checked = self._approach(attempt.login, knock)
        new_hash = None if door.refused_until else _prove(attempt.password, checked, door)
        tried = _Tried(attempt.code, door, checked, new_hash, self._registry.needs_second_factor)
        now = self._registry.clock.now()
        with self._registry.database.transaction() as tx:
            entry = self._judge(tx, tried, now)
            act = AuditAct.SIGNED_IN if entry.outcome is Outcome.IN else AuditAct.SIGN_IN_REFUSED
            actor = UNKNOWN_LOGIN if checked is None else checked.login
            self._registry.audit.record(tx, act, actor, detail={"known_browser": door.is_known})
        SIGN_INS.count(entry.outcome.value, known_browser=door.is_known)
        return entry

    def resume(self, token: str, *, by_person: bool) -> Session | None:
        """The session of a cookie; ``by_person`` False for a page that refreshes itself."""
        with self._registry.database.transaction() as tx:
            return sessions.resume(tx, token, self._registry.clock.now(), by_person=by_person)

    def leave(self, session: Session) -> None:
        """Sign this browser out."""
        self.end_session(session, session.session_id)

    def end_session(self, session: Session, session_id: UUID) -> bool:
        """Sign one of the person's own browsers out; False when it is none of theirs."""
        with self._registry.database.transaction() as tx:
            ended = sessions.end(tx, session.login, session_id, self._registry.clock.now())
            if ended:
                self._registry.audit.record(tx, AuditAct.SIGNED_OUT, session.login)
        return ended

    def leave_elsewhere(self, session: Session) -> None:
        """Sign the person's other browsers out."""
        with self._registry.database.transaction() as tx:
            self._end_others(tx, session, self._registry.clock.now())

    def change_password(self, session: Session, password: str, new_password: str, knock: Knock) -> bool:
        """Change the person's own password, and sign their other browsers out; False when the present one is wrong.

        Raises :class:`symbolon.runtime.accounts.WeakPassword`, :class:`TriesRefused` or
        :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        accounts.require_strength(new_password, session.login)
        door, checked = self._approach_open(session, knock)
        proved = _prove(password, checked, door)
        new_hash = None if proved is None else passwords.hash_password(new_password)
        now = self._registry.clock.now()
        with self._registry.database.transaction() as tx:
            if checked is None or new_hash is None or not accounts.note_right(tx, checked, new_hash, now):
                self._note_wrong(tx, session, door, now)
                return False
            self._registry.audit.record(tx, AuditAct.USER_CHANGED, session.login, session.login, {"password": True})
            self._end_others(tx, session, now)
            return True

    def confirm(self, session: Session, password: str, code: str, knock: Knock) -> bool:
        """Whether this is the person's own password, and the code one of their second factor if they have one: asked
        before what a borrowed browser must not do.

        Raises :class:`TriesRefused` or :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        door, checked = self._approach_open(session, knock)
        proved = _prove(password, checked, door)
        now = self._registry.clock.now()
        with self._registry.database.transaction() as tx:
            if checked is not None and proved is not None and self._has_second_factor(tx, checked, code, now):
                return True
            self._note_wrong(tx, session, door, now)
            return False

    def note_refusal(self, session: Session, route: str) -> None:
        """Leave a leaf when somebody asked for what they may not see or do; ``route`` is a template, without ids."""
        with self._registry.database.transaction() as tx:
            self._registry.audit.record(tx, AuditAct.ACCESS_REFUSED, session.login, detail={"route": route})

    def show_account(self, session: Session) -> AccountView:
        """What a person's account page shows."""
        with self._registry.database.transaction() as tx:
            account = accounts.find_user(tx, session.login)
            if account is None:
                raise accounts.UnknownPerson
            return AccountView(
                account,
                sessions.list_open(tx, session.login, self._registry.clock.now()),
                second_factor.count_recovery_codes(tx, session.login),
            )

    def _approach(self, login: str, knock: Knock) -> tuple[Door, Credentials | None]:
        with self._registry.database.transaction() as tx:
            return doors.find_door(tx, login, knock, self._registry.clock.now()), accounts.find_credentials(tx, login)

    def _approach_open(self, session: Session, knock: Knock) -> tuple[Door, Credentials | None]:
        door, checked = self._approach(session.login, knock)
        if door.refused_until is not None:
            with self._registry.database.transaction() as tx:
                self._registry.audit.record(tx, AuditAct.SIGN_IN_REFUSED, session.login)
            raise TriesRefused(door.refused_until - self._registry.clock.now())
        return door, checked

    def _judge(self, tx: Transaction, tried: _Tried, now: datetime) -> Entry:
        # A try that nobody looked at counts neither way, even when the refusal has ended since.
        door, checked = tried.door, tried.checked
        present = door if door.refused_until else doors.find_door(tx, door.login, door.knock, now)
        if present.refused_until is not None:
            return Entry(Outcome.REFUSED, wait=present.refused_until - now)
        if checked is None or tried.new_hash is None or not self._has_second_factor(tx, checked, tried.code, now):
            return self._wrong(tx, door, now)
        if checked.factor_sealed is None and tried.needs_second_factor:
            return Entry(Outcome.NO_SECOND_FACTOR)
        if not accounts.note_right(tx, checked, tried.new_hash, now):
            return Entry(Outcome.WRONG)
        return open_session(tx, self._registry, door, now)

    def _has_second_factor(self, tx: Transaction, checked: Credentials, code: str, now: datetime) -> bool:
        """Whether the code is right, which uses it up; who has no second factor needs no code."""
        if checked.factor_sealed is None:
            return True
        login = checked.login
        if second_factor.looks_like_code(code):
            factor = self._registry.vault.open(checked.factor_sealed, second_factor.place_of(login))
            step = second_factor.step_of_code(factor, code, now)
            return step is not None and second_factor.use_step(tx, login, step)
        if not second_factor.use_recovery_code(tx, login, code, now):
            return False
        left = second_factor.count_recovery_codes(tx, login)
        self._registry.audit.record(tx, AuditAct.RECOVERY_CODE_USED, login, login, {"left": left})
        return True

    def _wrong(self, tx: Transaction, door: Door, now: datetime) -> Entry:
        count = doors.count_wrong(tx, door, now)
        if not count.is_counted and count.refused_until is not None:
            return Entry(Outcome.REFUSED, wait=count.refused_until - now)
        return Entry(Outcome.WRONG)

    def _note_wrong(self, tx: Transaction, session: Session, door: Door, now: datetime) -> None:
        doors.count_wrong(tx, door, now)
        self._registry.audit.record(tx, AuditAct.SIGN_IN_REFUSED, session.login)

    def _end_others(self, tx: Transaction, session: Session, now: datetime) -> None:
        ended = sessions.end_all(tx, session.login, now, keep=session)
        self._registry.audit.record(tx, AuditAct.SESSIONS_ENDED, session.login, session.login, {"sessions": ended})


def open_session(tx: Transaction, registry: Registry, door: Door, now: datetime) -> Entry:
    """Sign the browser in that came through this door; it is known from now on."""
    # One that somebody else planted, or knows from another account's browser, becomes nobody's.
    known = door.knock.browser_token if door.is_known else None
    browser_token = known or doors.new_browser_token(registry.random_bytes(doors.BROWSER_TOKEN_BYTES))
    doors.let_through(tx, door, browser_token, now)
    token = sessions.start(tx, door.login, door.knock.browser, registry.random_bytes(sessions.TOKEN_BYTES), now)
    return Entry(Outcome.IN, token, browser_token)


def _prove(password: str, checked: Credentials | None, door: Door) -> str | None:
    """The hash to store when the password is right, else None; called outside any transaction."""
    password_hash = None if checked is None else checked.password_hash
    if not passwords.is_right(password_hash, password, in_known_browser=door.is_known) or password_hash is None:
        return None
    return passwords.renewed(password_hash, password)
