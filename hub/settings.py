"""The hub's settings: `hub.toml` in its home, overridden by the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from symbolon.hub.domain.attachments import PAIR_QUOTA
from symbolon.hub.domain.operators import DAILY_TOKENS
from symbolon.protocol.messages_comparison import Opening
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.mail import MailSettings, is_mail_address, read_mail_settings
from symbolon.runtime.registry import PeopleSettings, read_people_settings
from symbolon.runtime.settings import SettingsReader, open_settings

ROLE: Final = "hub"
BROKER_SCHEMES: Final = ("redis://", "rediss://", "redis+socket://", "amqp://", "amqps://")


_MIB: Final = 1024 * 1024
_AT_ONCE: Final = "at-once"
_DIGEST: Final = "digest"


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Who is told by mail of clocks that are over, desks that do not answer and purges that are not confirmed.

    `digest_every`: at most one mail in this time, zero for each at once. What risks a life is told at once in any case.
    """

    mail: MailSettings
    recipients: tuple[str, ...] = field(repr=False)
    digest_every: timedelta
    desk_url: str


@dataclass(frozen=True, slots=True)
class HubSettings:
    """One hub process's settings. Without `metrics_port` the web process shows no metrics."""

    federation: str
    exercise: bool
    database: str = field(repr=False)
    broker: str = field(repr=False)
    hub_url: str
    listen_host: str
    api_port: int
    desk_port: int
    metrics_port: int | None
    log_level: str
    people: PeopleSettings
    postgres_tools: Path | None = None
    """Where `pg_dump` and `pg_restore` are; None: on the PATH."""
    attachment_quota: int = PAIR_QUOTA
    """How many bytes of two members' files lie here at once."""
    daily_tokens: int = DAILY_TOKENS
    """How many tokens one member may have evaluated in a day, where the federation compares blind."""
    opening: Opening = Opening.HUB
    """Founding a federation that compares blind: to whom its match bits open. Fixed with the founding."""
    notices: NoticeSettings | None = None
    """How the facilitator is told by mail; None: by the desk's pages alone."""


def load_settings(home: PartyHome, environment: Mapping[str, str]) -> HubSettings:
    """Read the settings; raises `ConfigurationMistake` with one sentence."""
    reader = open_settings(home, ROLE, environment)
    tools = reader.optional_text("postgres_tools")
    settings = HubSettings(
        federation=reader.text("federation"),
        exercise=reader.flag("exercise", default=True),
        database=reader.database_conninfo(),
        broker=reader.text("broker"),
        hub_url=reader.https_url("hub_url"),
        listen_host=reader.text("listen_host", "127.0.0.1"),
        api_port=reader.port("api_port", 8443),
        desk_port=reader.port("desk_port", 8444),
        metrics_port=reader.optional_port("metrics_port"),
        log_level=reader.text("log_level", "info"),
        people=read_people_settings(reader),
        postgres_tools=None if tools is None else Path(tools).expanduser(),
        attachment_quota=reader.number("attachment_quota_mib", PAIR_QUOTA // _MIB, lowest=1, highest=1_000_000) * _MIB,
        daily_tokens=reader.number("daily_tokens", DAILY_TOKENS, lowest=1, highest=2**53 - 1),
        notices=_read_notice_settings(reader),
        opening=_read_opening(reader),
    )
    # Which of the two keeps the key that key files are sealed under, `runtime.key_services` reads for itself.
    reader.optional_text("hub_key_file")
    reader.optional_text("hub_key_command")
    reader.refuse_unknown()
    if not settings.broker.startswith(BROKER_SCHEMES):
        raise ConfigurationMistake(f"The setting 'broker' must begin with one of {', '.join(BROKER_SCHEMES)}.")
    if settings.people.second_factor_is_optional and not settings.exercise:
        raise ConfigurationMistake(
            "The setting 'second_factor' must be 'required' at a live hub: 'optional' is for exercises."
        )
    return settings


def _read_notice_settings(reader: SettingsReader) -> NoticeSettings | None:
    mail = read_mail_settings(reader)
    recipients = tuple(each.strip() for each in (reader.optional_text("notice_to") or "").split(",") if each.strip())
    when = reader.text("notice_when", _AT_ONCE)
    hours = reader.number("notice_digest_hours", 24, lowest=1, highest=168)
    desk_url = reader.https_url("desk_url") if reader.optional_text("desk_url") is not None else _desk_beside(reader)
    if mail is None:
        return None
    if not recipients or not all(is_mail_address(each) for each in recipients):
        raise ConfigurationMistake(
            "The setting 'notice_to' must name who is told by mail: one address or several, with commas between."
        )
    if when not in (_AT_ONCE, _DIGEST):
        raise ConfigurationMistake("The setting 'notice_when' must be 'at-once' or 'digest'.")
    return NoticeSettings(mail, recipients, timedelta(hours=hours) if when == _DIGEST else timedelta(0), desk_url)


def _read_opening(reader: SettingsReader) -> Opening:
    try:
        return Opening(reader.text("opening", Opening.HUB.value))
    except ValueError:
        raise ConfigurationMistake("The setting 'opening' must be 'hub' or 'receivers'.") from None


def _desk_beside(reader: SettingsReader) -> str:
    """The desk listens on the API's host, unless a proxy stands before it and `desk_url` says where."""
    return f"https://{urlsplit(reader.https_url('hub_url')).hostname}:{reader.port('desk_port', 8444)}"
