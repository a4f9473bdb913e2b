"""The hub's settings: `hub.toml` in its home, overridden by the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.registry import PeopleSettings, read_people_settings
from symbolon.runtime.settings import open_settings

ROLE: Final = "hub"
BROKER_SCHEMES: Final = ("redis://", "rediss://", "redis+socket://", "amqp://", "amqps://")


@dataclass(frozen=True, slots=True)
class HubSettings:
    """One hub process's settings. `numba_cache` None leaves the choice to numba; without `metrics_port`
    the web process shows no metrics.
    """

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
    numba_cache: Path | None
    people: PeopleSettings
    postgres_tools: Path | None = None
    """Where `pg_dump` and `pg_restore` are; None: on the PATH."""


def load_settings(home: PartyHome, environment: Mapping[str, str]) -> HubSettings:
    """Read the settings; raises `ConfigurationMistake` with one sentence."""
    reader = open_settings(home, ROLE, environment)
    numba_cache = reader.optional_text("numba_cache")
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
        numba_cache=None if numba_cache is None else Path(numba_cache).expanduser(),
        people=read_people_settings(reader),
        postgres_tools=None if tools is None else Path(tools).expanduser(),
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
