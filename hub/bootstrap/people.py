"""The people of a hub: what its pages and its commands manage them by."""

import os
from typing import Final

from symbolon.hub.bootstrap.opening import CLOCK, Hub
from symbolon.hub.domain.actors import Role, role_conflict
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.registry import PeopleRules, Registry
from symbolon.runtime.vault import open_vault

RULES: Final = PeopleRules(
    roles=tuple(role.value for role in Role), manager=Role.OPERATOR.value, conflict=role_conflict
)


def registry_of(hub: Hub) -> Registry:
    """The hub's people."""
    exercise = hub.settings.exercise
    return Registry(
        database=hub.database,
        clock=CLOCK,
        audit=hub.audit_log,
        vault=open_vault(hub.database, key_service_of(hub.home.path, os.environ), CLOCK.now()),
        rules=RULES,
        party=f"hub of {hub.settings.federation}",
        settings=hub.settings.people,
        is_exercise=lambda: exercise,
    )


def people_office(hub: Hub) -> PeopleOffice:
    """The acts on the accounts of the hub's people."""
    return PeopleOffice(registry_of(hub))
