"""Signed-in browsers: who is behind a cookie, for how long, and the token that proves a form came from our own page.

The cookie holds a random token; the database its SHA-256. A session ends after 30 minutes without the person doing
anything (a page that refreshes itself does not count), after 12 hours in any case, and at sign-out.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "sessions")

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
TOKEN_BYTES: Final = 32
_ACTIVITY_STEP: Final = timedelta(minutes=1)

# The first that fits: most browsers call themselves by the names of others too.
_BROWSERS: Final = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser of somebody who signed in. ``csrf_token`` goes into each form of its pages."""

    session_id: UUID
    login: str
    display_name: str
    roles: frozenset[str]
    started_at: datetime
    last_active_at: datetime
    csrf_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser in which a person is signed in now; ``browser`` is how it calls itself, in two words."""

    session_id: UUID
    started_at: datetime
    last_active_at: datetime
    browser: str


def start(tx: Transaction, login: str, browser: str, random_bytes: bytes, now: datetime) -> str:
    """Sign a browser in and return the token for its cookie. ``random_bytes``: 32, fresh from the system's source."""
    if len(random_bytes) != TOKEN_BYTES:
        raise ValueError(f"a session token is made of {TOKEN_BYTES} random bytes")
    token = urlsafe_b64encode(random_bytes).rstrip(b"=").decode("ascii")
    tx.execute(QUERIES["forget_ended_sessions"], started_since=now - ABSOLUTE)
    tx.execute(QUERIES["start_session"], token_digest=_digest(token), login=login, browser=browser, now=now)
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
        session_id=row["session_id"],
        login=row["login"],
        display_name=row["display_name"],
        roles=frozenset(row["roles"]),
        started_at=row["started_at"],
        last_active_at=row["last_active_at"],
        csrf_token=csrf_token(token),
    )


def end(tx: Transaction, login: str, session_id: UUID, now: datetime) -> bool:
    """Sign one of a person's browsers out; False when it is none of theirs, or was signed out before."""
    return tx.fetch_one(QUERIES["end_session"], login=login, session_id=session_id, now=now) is not None


def end_all(tx: Transaction, login: str, now: datetime, keep: Session | None = None) -> int:
    """Sign a person out everywhere, but for ``keep``; returns how many sessions ended."""
    kept = None if keep is None else keep.session_id
    return tx.execute(QUERIES["end_sessions_of_login"], login=login, kept=kept, now=now)


def list_open(tx: Transaction, login: str, now: datetime) -> tuple[OpenSession, ...]:
    """Where a person is signed in now, the latest first."""
    rows = tx.fetch_all(
        QUERIES["list_sessions_of_login"], login=login, idle_since=now - IDLE, started_since=now - ABSOLUTE
    )
    return tuple(
        OpenSession(row["session_id"], row["started_at"], row["last_active_at"], row["browser"]) for row in rows
    )


def count_open(tx: Transaction, now: datetime) -> Mapping[str, int]:
    """In how many browsers each person is signed in now, by login."""
    rows = tx.fetch_all(QUERIES["count_open_sessions"], idle_since=now - IDLE, started_since=now - ABSOLUTE)
    return {row["login"]: row["open_sessions"] for row in rows}


def browser_text(user_agent: str) -> str:
    """What a browser calls itself, in the two words by which a person knows it again; empty when it says neither.

    >>> browser_text("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36")
    'Chrome on Linux'
    """
    name = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((system for mark, system in _SYSTEMS if mark in user_agent), "")
    return " on ".join(word for word in (name, system) if word)


def csrf_token(token: str) -> str:
    """The form token of a session: derived from the cookie's secret, which no other site can read or set."""
    digest = hmac.new(token.encode("utf-8"), b"symbolon/1 form", hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def is_own_form(expected: str, received: str) -> bool:
    """Whether a form carries the token that its session was given, compared in constant time."""
    return hmac.compare_digest(expected.encode("utf-8"), received.encode("utf-8", "replace"))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
