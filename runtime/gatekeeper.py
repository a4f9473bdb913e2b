"""Lets people in and out: passwords, sessions and their audit leaves.

Each outcome and its leaf are one transaction. No password is hashed inside one (see ``accounts``).
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import accounts, passwords, sessions
from symbolon.runtime.accounts import Account, Attempt, Credentials
from symbolon.runtime.audit_store import AuditLog
from symbolon.runtime.clock import Clock
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.sessions import OpenSession, Session

UNKNOWN_LOGIN = "unknown"
"""Stands in the audit log for a login that does not exist: what was typed there may have been a password."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a sign-in: the token for the cookie, or None and perhaps how long to wait."""

    token: str | None = field(default=None, repr=False)
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """A person's own account page."""

    account: Account | None
    open_sessions: tuple[OpenSession, ...]


class Gatekeeper:
    """Knows who may come in. One for each party's desk."""

    def __init__(self, database: Database, clock: Clock, audit: AuditLog) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def enter(self, login: str, password: str) -> Entry:
        """Try a password. Right or wrong, the attempt is counted and leaves a leaf.

        Raises :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        checked = self._find_credentials(login)
        proved = _prove(password, checked)
        new_hash = None if proved is None else passwords.renewed(proved.password_hash, password)
        now = self._clock.now()
        with self._database.transaction() as tx:
            attempt = _note(tx, checked, new_hash, now)
            if checked is not None and attempt.is_right:
                token = sessions.start(tx, checked.login, secrets.token_bytes(sessions.TOKEN_BYTES), now)
                self._audit.record(tx, AuditAct.SIGNED_IN, checked.login)
                return Entry(token)
            self._audit.record(tx, AuditAct.SIGN_IN_REFUSED, UNKNOWN_LOGIN if checked is None else checked.login)
        return Entry(wait=None if attempt.refused_until is None else attempt.refused_until - now)

    def resume(self, token: str, *, by_person: bool) -> Session | None:
        """The session of a cookie; ``by_person`` False for a page that refreshes itself."""
        with self._database.transaction() as tx:
            return sessions.resume(tx, token, self._clock.now(), by_person=by_person)

    def leave(self, session: Session) -> None:
        """Sign this browser out."""
        with self._database.transaction() as tx:
            sessions.end(tx, session, self._clock.now())
            self._audit.record(tx, AuditAct.SIGNED_OUT, session.login)

    def leave_elsewhere(self, session: Session) -> None:
        """Sign the person's other browsers out."""
        with self._database.transaction() as tx:
            ended = sessions.end_all(tx, session.login, self._clock.now(), keep=session)
            self._audit.record(tx, AuditAct.SIGNED_OUT, session.login, detail={"sessions": ended})

    def change_password(self, session: Session, password: str, new_password: str) -> bool:
        """Change the person's own password, and sign their other browsers out; False when the present one is wrong.

        Raises :class:`symbolon.runtime.accounts.WeakPassword` or :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        accounts.require_strength(new_password, session.login)
        checked = self._find_credentials(session.login)
        new_hash = None if _prove(password, checked) is None else passwords.hash_password(new_password)
        now = self._clock.now()
        with self._database.transaction() as tx:
            # A wrong one is committed as an attempt, as at the sign-in page.
            if not _note(tx, checked, new_hash, now).is_right:
                self._audit.record(tx, AuditAct.SIGN_IN_REFUSED, session.login)
                return False
            ended = sessions.end_all(tx, session.login, now, keep=session)
            self._audit.record(tx, AuditAct.SIGNED_OUT, session.login, detail={"sessions": ended})
            return True

    def note_refusal(self, session: Session, route: str) -> None:
        """Leave a leaf when somebody asked for what they may not see or do; ``route`` is a template, without ids."""
        with self._database.transaction() as tx:
            self._audit.record(tx, AuditAct.ACCESS_REFUSED, session.login, detail={"route": route})

    def show_account(self, session: Session) -> AccountView:
        """What a person's account page shows."""
        with self._database.transaction() as tx:
            return AccountView(
                accounts.find_user(tx, session.login), sessions.list_open(tx, session, self._clock.now())
            )

    def _find_credentials(self, login: str) -> Credentials | None:
        with self._database.transaction() as tx:
            return accounts.find_credentials(tx, login, self._clock.now())


def _prove(password: str, checked: Credentials | None) -> Credentials | None:
    """The credentials when the password is theirs; called outside any transaction. A refused login is not tried."""
    if checked is None:
        passwords.is_right(None, password)
        return None
    return checked if checked.refused_until is None and passwords.is_right(checked.password_hash, password) else None


def _note(tx: Transaction, checked: Credentials | None, new_hash: str | None, now: datetime) -> Attempt:
    """Count a try; ``new_hash`` is what to store after a right one, None after a wrong one."""
    if checked is None:
        return Attempt()
    if checked.refused_until is not None:
        # Nobody looked at the password, so it counts neither way, even when the refusal has ended since.
        return Attempt(refused_until=checked.refused_until)
    if new_hash is None:
        return accounts.note_wrong(tx, checked, now)
    return accounts.note_right(tx, checked, new_hash, now)
