"""An operator's settings: `operator.toml` in its home, overridden by the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from symbolon.hub.domain.operators import DAILY_TOKENS
from symbolon.runtime.home import PartyHome
from symbolon.runtime.settings import open_settings

ROLE: Final = "operator"
_DAILY_COMPARISONS: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """One operator's settings."""

    federation: str
    exercise: bool
    place: int
    name: str
    database: str = field(repr=False)
    listen_host: str
    listen_port: int
    log_level: str
    daily_comparisons: int
    """Query rows times segments that one member may have compared in a day."""
    daily_tokens: int
    """Tokens that one member may have evaluated in a day."""
    postgres_tools: Path | None


def load_settings(home: PartyHome, environment: Mapping[str, str]) -> OperatorSettings:
    """Read the settings; raises `ConfigurationMistake` with one sentence."""
    reader = open_settings(home, ROLE, environment)
    tools = reader.optional_text("postgres_tools")
    settings = OperatorSettings(
        federation=reader.text("federation"),
        exercise=reader.flag("exercise", default=True),
        place=reader.number("place", 0, lowest=0, highest=2),
        name=reader.text("name"),
        database=reader.database_conninfo(),
        listen_host=reader.text("listen_host", "127.0.0.1"),
        listen_port=reader.port("listen_port", 8450),
        log_level=reader.text("log_level", "info"),
        daily_comparisons=reader.number("daily_comparisons", _DAILY_COMPARISONS, lowest=1, highest=2**53 - 1),
        daily_tokens=reader.number("daily_tokens", DAILY_TOKENS, lowest=1, highest=2**53 - 1),
        postgres_tools=None if tools is None else Path(tools).expanduser(),
    )
    # Which of the two keeps the key that key files are sealed under, `runtime.key_services` reads for itself.
    reader.optional_text("operator_key_file")
    reader.optional_text("operator_key_command")
    reader.refuse_unknown()
    return settings
