"""Lets people in and out: passwords, sessions and their audit leaves, each in one transaction."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import accounts, sessions
from symbolon.runtime.accounts import Account
from symbolon.runtime.audit_store import AuditLog
from symbolon.runtime.clock import Clock
from symbolon.runtime.database import Database
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
        """Try a password. Right or wrong, the attempt is counted and leaves a leaf."""
        now = self._clock.now()
        with self._database.transaction() as tx:
            attempt = accounts.check_password(tx, login, password, now)
            if attempt.is_right:
                token = sessions.start(tx, login, secrets.token_bytes(sessions.TOKEN_BYTES), now)
                self._audit.record(tx, AuditAct.SIGNED_IN, login)
                return Entry(token)
            self._audit.record(tx, AuditAct.SIGN_IN_REFUSED, login if attempt.is_known else UNKNOWN_LOGIN)
        return Entry(wait=_wait(attempt.refused_until, now))

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

        Raises :class:`symbolon.runtime.accounts.WeakPassword`.
        """
        now = self._clock.now()
        accounts.require_strength(new_password, session.login)
        with self._database.transaction() as tx:
            # A wrong one is committed as an attempt, as at the sign-in page.
            if not accounts.check_password(tx, session.login, password, now).is_right:
                self._audit.record(tx, AuditAct.SIGN_IN_REFUSED, session.login)
                return False
            accounts.change_password(tx, session.login, new_password)
            ended = sessions.end_all(tx, session.login, now, keep=session)
            self._audit.record(tx, AuditAct.SIGNED_OUT, session.login, detail={"sessions": ended})
            return True

    def show_account(self, session: Session) -> AccountView:
        """What a person's account page shows."""
        with self._database.transaction() as tx:
            return AccountView(
                accounts.find_user(tx, session.login), sessions.list_open(tx, session, self._clock.now())
            )


def _wait(refused_until: datetime | None, now: datetime) -> timedelta | None:
    return None if refused_until is None else refused_until - now
