"""What everything that has to do with people stands on, at either role: their database, their rules, their secrets."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import Clock
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.settings import SettingsReader
from symbolon.runtime.vault import Vault

OPTIONAL: Final = "optional"
REQUIRED: Final = "required"


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """How a party treats its people; ``second_factor_is_optional`` counts in an exercise and nowhere else."""

    second_factor_is_optional: bool
    token_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """What a role of the federation says about its people."""

    roles: tuple[str, ...]
    manager: str
    """The role that manages people: somebody always has it."""
    conflict: Callable[[Collection[str]], str | None]
    """Why one person may not have these roles together, as a sentence; None where they may."""


@dataclass(frozen=True, slots=True)
class Registry:
    """One party's people. ``party`` is how an authenticator application names it, such as ``Amara (XA)``."""

    database: Database
    clock: Clock
    audit: HashChainAuditLog
    vault: Vault
    rules: PeopleRules
    party: str
    settings: PeopleSettings
    is_exercise: Callable[[], bool]
    """Whether the party trains, as it is known now: a node learns it when it joins."""
    random_bytes: Callable[[int], bytes] = secrets.token_bytes

    @property
    def needs_second_factor(self) -> bool:
        """Whether nobody signs in with a password alone: always, but in an exercise that says otherwise."""
        return not (self.settings.second_factor_is_optional and self.is_exercise())


def read_people_settings(reader: SettingsReader) -> PeopleSettings:
    """The settings ``second_factor`` and ``token_minutes``. Raises :class:`ConfigurationMistake`."""
    second_factor = reader.text("second_factor", REQUIRED)
    if second_factor not in (REQUIRED, OPTIONAL):
        raise ConfigurationMistake(
            f"The setting 'second_factor' must be '{REQUIRED}', or '{OPTIONAL}' at a party of an exercise."
        )
    minutes = reader.number("token_minutes", 15, lowest=5, highest=7 * 24 * 60)
    return PeopleSettings(second_factor == OPTIONAL, timedelta(minutes=minutes))
