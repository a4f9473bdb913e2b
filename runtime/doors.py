"""How often somebody may try a password, and where it is counted: slow for who guesses, open for who works here.

A try comes through one of two doors. In a browser in which the person signed in before (it shows a cookie of ours), it
is counted in that browser alone: nobody else's wrong tries keep the right password out. From anywhere else it is
counted at what was typed as a login, whether or not an account has it, and at the place that it comes from, so that
guesses at one login and guesses at many are both slowed, and nobody learns from it which logins exist. This is the
protocol of device cookies (OWASP, *Slow Down Online Guessing Attacks with Device Cookies*).

Wherever it is counted, the first wrong tries are free; then each refuses the next one for two seconds, doubling up to a
minute: short enough that nobody can lock a focal point, or an office behind one address, out of an urgent case.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "doors")

FREE_ATTEMPTS: Final = 4
FREE_ATTEMPTS_OF_SOURCE: Final = 20
LONGEST_REFUSAL: Final = timedelta(seconds=60)
KNOWN_FOR: Final = timedelta(days=180)
_COUNTED_FOR: Final = timedelta(days=1)
BROWSER_TOKEN_BYTES: Final = 32
NO_LOGIN: Final = "-"
"""Stands for the login where none is typed, such as at a token: no login can be written so. It counts nothing."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Where a try comes from: the browser's cookie if it has one, the address, and how the browser calls itself."""

    browser_token: str | None = field(repr=False)
    address: str = field(repr=False)
    browser: str = ""

    @property
    def browser_digest(self) -> bytes | None:
        """By what the browser is known, if it is."""
        return None if self.browser_token is None else _digest("browser", self.browser_token)

    @property
    def source_digest(self) -> bytes:
        """By what the place is known: an IPv4 address, or the network of an IPv6 one, which is one line's."""
        return _digest("source", _place(self.address))


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one try: ``is_known`` for the person's own browser; None refuses nothing."""

    login: str
    knock: Knock
    is_known: bool
    refused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """What a wrong try led to: whether it was counted, and until when the door now takes none."""

    is_counted: bool
    refused_until: datetime | None


def find_door(tx: Transaction, login: str, knock: Knock, now: datetime) -> Door:
    """Through which door a try at this login comes, as it stands now. The login need not exist."""
    if knock.browser_digest is not None:
        row = tx.fetch_one(
            QUERIES["find_known_browser"],
            browser_digest=knock.browser_digest,
            login=login,
            known_since=now - KNOWN_FOR,
            now=now,
        )
        if row is not None:
            return Door(login, knock, is_known=True, refused_until=row["refused_until"])
    digest = login_digest(login)
    until = tx.fetch_value(QUERIES["find_refusal"], login_digest=digest, source_digest=knock.source_digest, now=now)
    return Door(login, knock, is_known=False, refused_until=until if isinstance(until, datetime) else None)


def count_wrong(tx: Transaction, door: Door, now: datetime) -> Count:
    """Count a wrong try; one of several at once that comes after a refusal began is refused and not counted."""
    if door.is_known:
        row = tx.fetch_one(
            QUERIES["count_wrong_of_browser"],
            browser_digest=door.knock.browser_digest,
            login=door.login,
            free_attempts=FREE_ATTEMPTS,
            longest_refusal=LONGEST_REFUSAL,
            now=now,
        )
        return _refused_meanwhile(tx, door, now) if row is None else Count(True, row["refused_until"])
    if door.login != NO_LOGIN:
        at_login = tx.fetch_one(
            QUERIES["count_wrong_of_login"],
            login_digest=login_digest(door.login),
            free_attempts=FREE_ATTEMPTS,
            longest_refusal=LONGEST_REFUSAL,
            now=now,
        )
        if at_login is None:
            return _refused_meanwhile(tx, door, now)
    tx.fetch_one(
        QUERIES["count_wrong_of_source"],
        source_digest=door.knock.source_digest,
        free_attempts=FREE_ATTEMPTS_OF_SOURCE,
        longest_refusal=LONGEST_REFUSAL,
        now=now,
    )
    return Count(True, find_door(tx, door.login, door.knock, now).refused_until)


def let_through(tx: Transaction, door: Door, browser_token: str, now: datetime) -> None:
    """A right try: the browser is known to be this person's from now on, and the counts of its door start anew."""
    if not door.is_known:
        tx.execute(QUERIES["forgive_login"], login_digest=login_digest(door.login))
    tx.execute(QUERIES["forget_old_logins"], counted_since=now - _COUNTED_FOR)
    tx.execute(QUERIES["forget_old_browsers"], known_since=now - KNOWN_FOR)
    tx.execute(QUERIES["forget_old_sources"], counted_since=now - _COUNTED_FOR)
    tx.execute(QUERIES["know_browser"], browser_digest=_digest("browser", browser_token), login=door.login, now=now)


def forget_browsers(tx: Transaction, login: str) -> None:
    """No browser is known to be this person's any more."""
    tx.execute(QUERIES["forget_browsers_of_login"], login=login)


def login_digest(login: str) -> bytes:
    """By what a login is counted: what was typed may have been a password, and is not stored."""
    return _digest("login", login)


def new_browser_token(random_bytes: bytes) -> str:
    """What a browser is known by, for its cookie. ``random_bytes``: 32, fresh from the system's source."""
    return urlsafe_b64encode(random_bytes).rstrip(b"=").decode("ascii")


def _refused_meanwhile(tx: Transaction, door: Door, now: datetime) -> Count:
    return Count(False, find_door(tx, door.login, door.knock, now).refused_until)


def _place(address: str) -> str:
    try:
        place = ip_address(address)
    except ValueError:
        return "nowhere"
    if isinstance(place, IPv6Address):
        mapped = place.ipv4_mapped
        return place.exploded[:19] if mapped is None else str(mapped)
    return str(place)


def _digest(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"symbolon/1 {kind}\n{text}".encode("utf-8", "replace")).digest()
