"""A node's settings: `node.toml` in its home, overridden by the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import HUB, MemberCode, parse_member_code
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.mail import MailSettings, read_mail_settings
from symbolon.runtime.registry import PeopleSettings, read_people_settings
from symbolon.runtime.settings import open_settings

ROLE = "node"


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node needs to know before it opens its database."""

    code: MemberCode
    name: str
    conninfo: str = field(repr=False)
    listen_host: str
    desk_port: int
    metrics_port: int | None
    """Where the web process shows its metrics, on loopback; None: nowhere."""
    hub_url: str | None
    """Where the hub is, if elsewhere than the welcome says."""
    postgres_tools: Path | None
    """Where `pg_dump` and `pg_restore` are; None: on the PATH."""
    people: PeopleSettings
    mail: MailSettings | None
    """The server that sends officers' notices; None: none are sent."""
    pairs_every: timedelta
    """At which intervals the other members are told of pairs, where the hub learns of none."""
    desk_url: str | None
    """Where officers find the desk, for the links in their mails; None: mails have none."""


def load_settings(home: PartyHome, environment: Mapping[str, str]) -> NodeSettings:
    """Read and check the settings.

    Raises:
        ConfigurationMistake: one sentence that names the setting and says what to do.

    """
    reader = open_settings(home, ROLE, environment)
    settings = NodeSettings(
        code=checked_code(reader.text("code")),
        name=reader.text("name"),
        conninfo=reader.database_conninfo(),
        listen_host=reader.text("listen_host", "127.0.0.1"),
        desk_port=reader.port("desk_port", 8443),
        metrics_port=reader.optional_port("metrics_port"),
        hub_url=reader.https_url("hub_url") if reader.optional_text("hub_url") is not None else None,
        postgres_tools=Path(tools).expanduser() if (tools := reader.optional_text("postgres_tools")) else None,
        people=read_people_settings(reader),
        mail=read_mail_settings(reader),
        pairs_every=timedelta(seconds=reader.number("pairs_every_seconds", 900, lowest=1, highest=86_400)),
        desk_url=reader.https_url("desk_url") if reader.optional_text("desk_url") is not None else None,
    )
    # Which of the two keeps the node key, `runtime.key_services` reads for itself: key files are opened before this.
    reader.optional_text("node_key_file")
    reader.optional_text("node_key_command")
    reader.refuse_unknown()
    return settings


def checked_code(text: str) -> MemberCode:
    """The member's own code.

    Raises:
        ConfigurationMistake: it is not a member's code.

    """
    try:
        code = parse_member_code(text)
    except MalformedMessage:
        raise ConfigurationMistake("The setting 'code' must be two or three capital letters, such as XA.") from None
    if code == HUB:
        raise ConfigurationMistake("The setting 'code' must be a member's code: hub is the hub's own.")
    return code
