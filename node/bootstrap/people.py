"""The people of a node: what its pages and its commands manage them by."""

from typing import Final

from symbolon.node.bootstrap.opening import Node
from symbolon.node.domain.actors import Role, role_conflict
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.registry import PeopleRules, Registry

RULES: Final = PeopleRules(
    roles=tuple(role.value for role in Role), manager=Role.ADMINISTRATOR.value, conflict=role_conflict
)


def registry_of(node: Node) -> Registry:
    """The node's people. Until it has joined a federation, it is not known to be live."""

    def is_exercise() -> bool:
        with node.unit_of_work.begin() as work:
            membership = work.directory.membership()
        return membership is None or membership.exercise

    return Registry(
        database=node.database,
        clock=node.clock,
        audit=node.audit_log,
        vault=node.vault,
        rules=RULES,
        party=f"{node.settings.name} ({node.settings.code})",
        settings=node.settings.people,
        is_exercise=is_exercise,
    )


def people_office(node: Node) -> PeopleOffice:
    """The acts on the accounts of the node's people."""
    return PeopleOffice(registry_of(node))
