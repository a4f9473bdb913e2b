"""Signed-in browsers: who is behind a cookie, for how long, and the token that proves a form came from our own page.

The cookie holds a random token; the database its SHA-256. A session ends after 30 minutes without the person doing
anything (a page that refreshes itself does not count), after 12 hours in any case, and at sign-out.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "sessions")

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
TOKEN_BYTES: Final = 32
_ACTIVITY_STEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser of somebody who signed in. ``csrf_token`` goes into each form of its pages."""

    login: str
    display_name: str
    roles: frozenset[str]
    started_at: datetime
    last_active_at: datetime
    csrf_token: str = field(repr=False)
    token_digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A line of the account page: one browser in which a person is signed in now."""

    started_at: datetime
    last_active_at: datetime
    is_this_one: bool


def start(tx: Transaction, login: str, random_bytes: bytes, now: datetime) -> str:
    """Sign a browser in and return the token for its cookie. ``random_bytes``: 32, fresh from the system's source."""
    if len(random_bytes) != TOKEN_BYTES:
        raise ValueError(f"a session token is made of {TOKEN_BYTES} random bytes")
    token = urlsafe_b64encode(random_bytes).rstrip(b"=").decode("ascii")
    tx.execute(QUERIES["forget_ended_sessions"], started_since=now - ABSOLUTE)
    tx.execute(QUERIES["start_session"], token_digest=_digest(token), login=login, now=now)
    return token


def resume(tx: Transaction, token: str, now: datetime, *, by_person: bool = True) -> Session | None:
    """The session of a cookie, or None when there is none, or no longer.

    ``by_person``: False for a page that refreshes itself, which must not keep an abandoned browser signed in.
    """
    digest = _digest(token)
    row = tx.fetch_one(
        QUERIES["find_session"], token_digest=digest, idle_since=now - IDLE, started_since=now - ABSOLUTE
    )
    if row is None:
        return None
    if by_person and now - row["last_active_at"] >= _ACTIVITY_STEP:
        tx.execute(QUERIES["note_activity"], token_digest=digest, now=now)
    return Session(
        login=row["login"],
        display_name=row["display_name"],
        roles=frozenset(row["roles"]),
        started_at=row["started_at"],
        last_active_at=row["last_active_at"],
        csrf_token=csrf_token(token),
        token_digest=digest,
    )


def end(tx: Transaction, session: Session, now: datetime) -> None:
    """Sign this browser out."""
    tx.execute(QUERIES["end_session"], token_digest=session.token_digest, now=now)


def end_all(tx: Transaction, login: str, now: datetime, keep: Session | None = None) -> int:
    """Sign a person out everywhere, but for ``keep``; returns how many sessions ended."""
    kept_digest = None if keep is None else keep.token_digest
    return tx.execute(QUERIES["end_sessions_of_login"], login=login, kept_digest=kept_digest, now=now)


def list_open(tx: Transaction, session: Session, now: datetime) -> tuple[OpenSession, ...]:
    """Where the person of ``session`` is signed in now, the latest first."""
    rows = tx.fetch_all(
        QUERIES["list_sessions_of_login"],
        login=session.login,
        idle_since=now - IDLE,
        started_since=now - ABSOLUTE,
    )
    return tuple(
        OpenSession(row["started_at"], row["last_active_at"], bytes(row["token_digest"]) == session.token_digest)
        for row in rows
    )


def csrf_token(token: str) -> str:
    """The form token of a session: derived from the cookie's secret, which no other site can read or set."""
    digest = hmac.new(token.encode("utf-8"), b"symbolon/1 form", hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def is_own_form(expected: str, received: str) -> bool:
    """Whether a form carries the token that its session was given, compared in constant time."""
    return hmac.compare_digest(expected.encode("utf-8"), received.encode("utf-8", "replace"))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
