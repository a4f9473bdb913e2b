"""Who may do what at the hub's desk: roles, rights, and the one table between them."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class Role(StrEnum):
    """A role of a person at the hub."""

    OPERATOR = "operator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """One kind of act at the desk; nothing there shows a record, a vote or a message."""

    VIEW_STATUS = "view-status"
    VIEW_FEDERATION = "view-federation"
    VIEW_CLOCKS = "view-clocks"
    VIEW_HOLDS = "view-holds"
    MANAGE_PEOPLE = "manage-people"
    VIEW_AUDIT = "view-audit"


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset({Right.VIEW_STATUS, Right.VIEW_FEDERATION, Right.VIEW_CLOCKS, Right.MANAGE_PEOPLE}),
    # Oversight: the log and the statistics, holds that nobody decides, and no say in who else may sign in.
    Role.AUDITOR: frozenset({Right.VIEW_STATUS, Right.VIEW_CLOCKS, Right.VIEW_HOLDS, Right.VIEW_AUDIT}),
}


def rights_of(role_names: Collection[str]) -> frozenset[Right]:
    """The rights that come with stored role names; a name that is no role of the hub's gives none."""
    return frozenset(right for name in role_names if name in set(Role) for right in RIGHTS[Role(name)])


def role_conflict(names: Collection[str]) -> str | None:
    """Why one account may not have these roles together, as a sentence; None where it may."""
    if {Role.OPERATOR, Role.AUDITOR} <= set(names):
        return "Nobody audits what they operate: give this account one role, or make a second account."
    return None
