"""A person gets an account at the hub's desk."""

from collections.abc import Collection
from typing import Final

from symbolon.hub.errors import UnknownRole
from symbolon.hub.ports import Store
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HUB
from symbolon.runtime.accounts import add_user

ROLES: Final = frozenset({"operator", "auditor"})


class AddOperator:
    """The use case of `symbolon hub user add`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, login: str, password: str, roles: Collection[str], display_name: str) -> None:
        """Add the account and its audit leaf. Raises `UnknownRole` or an `AccountMistake`."""
        if not roles or not ROLES.issuperset(roles):
            raise UnknownRole(ROLES)
        with self._store.work() as work:
            add_user(work.transaction, login, password, roles, display_name)
            work.audit(AuditAct.USER_ADDED, HUB, login, {"roles": " ".join(sorted(roles))})
