"""Telling own systems what happened: the signature under an event, how often it is tried, which addresses are taken.

An event holds ids, states and counts. It is delivered at least once, and the events of one hit in their order; the id
of an event tells a receiver what it has seen. The signature covers the moment of sending, so that a receiver can refuse
what is older than five minutes: nobody can play an event again later.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from symbolon.node.errors import NodeError
from symbolon.protocol.canonical import JsonObject
from symbolon.protocol.problems import Problem

SIGNATURE_HEADER: Final = "Symbolon-Signature"
EVENT_HEADER: Final = "Symbolon-Event"
REPLAY_WINDOW: Final = timedelta(minutes=5)
SECRET_BYTES: Final = 32
MOST_TRIES: Final = 300
"""With pauses that grow this is days: then the event is given up, and what comes after it goes on."""
_FIRST_PAUSE: Final = timedelta(seconds=1)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_LONGEST_URL: Final = 500


class WebhookMistake(NodeError):
    """An address cannot be taken as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.INVALID_INPUT, sentence)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address of an own system. ``authority``: whom it trusts, as PEM; None: the machine's authorities."""

    webhook_id: UUID
    url: str
    secret: str = field(repr=False)
    authority: str | None = field(repr=False)
    protected: bool
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """An address as it is listed."""

    webhook_id: UUID
    url: str
    protected: bool
    added_by: str
    added_at: datetime
    waiting: int
    given_up: int
    last_failure: str | None


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event on its way to one address."""

    event_id: UUID
    webhook: Webhook
    payload: JsonObject
    happened_at: datetime
    attempts: int


def next_try(now: datetime, tries: int, jitter: float) -> datetime:
    """When to try again after so many failures: pauses that double up to ten minutes, half of each drawn."""
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(tries - 1, 16)))
    return now + pause * (0.5 + 0.5 * jitter)


def check_url(url: str, *, is_exercise: bool) -> None:
    """Refuse an address that no event goes to (:class:`WebhookMistake`).

    Events go by https; in an exercise also by http to this machine itself.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise WebhookMistake("Write the address as https://host:port/path.") from None
    if not host or parts.username or parts.password or parts.fragment or len(url) > _LONGEST_URL or port == 0:
        raise WebhookMistake("Write the address as https://host:port/path, without a name, a password or a #.")
    if not url.isascii() or any(letter <= " " for letter in url):
        raise WebhookMistake("Write the address in plain letters, without blanks.")
    if parts.scheme == "https" or (parts.scheme == "http" and is_exercise and is_loopback(host)):
        return
    raise WebhookMistake("Events go by https; in an exercise also by http to 127.0.0.1. Give such an address.")


def is_loopback(host: str) -> bool:
    """Whether an address is this machine itself, written as a number (a name could come to mean another)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def may_connect(address: IPv4Address | IPv6Address, *, is_exercise: bool) -> bool:
    """Whether events may go to a resolved address.

    Own systems stand in own networks, so private addresses are allowed; the machine itself (outside an exercise),
    link-local addresses (where clouds answer for their metadata), multicast and what is reserved are not.
    """
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address.is_loopback:
        return is_exercise
    return not (address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved)


def signature(secret: str, sent_at: datetime, body: bytes) -> str:
    """The value of the signature header: ``t=SECONDS,v1=HEX``, HMAC-SHA256 over ``SECONDS.BODY``."""
    seconds = int(sent_at.timestamp())
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def is_signed(secret: str, header: str, body: bytes, now: datetime) -> bool:
    """What a receiver does: whether a body was signed by who has the secret, within the last five minutes."""
    said = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = said.get("t", "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > len("9999999999"):
        return False
    seconds = int(stamp)
    if abs(now.timestamp() - seconds) > REPLAY_WINDOW.total_seconds():
        return False
    return hmac.compare_digest(_mac(secret, seconds, body), said.get("v1", ""))


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
