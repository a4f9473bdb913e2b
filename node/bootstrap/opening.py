"""Making a node's home, and opening it: what the commands and every process start from."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from symbolon.node.bootstrap.services import NodeServices, build_services
from symbolon.node.domain.actors import Actor, Role, parse_roles
from symbolon.node.errors import Forbidden
from symbolon.node.gateway.draws import SystemDraws
from symbolon.node.gateway.enrolment import (
    NodeFiles,
)
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.node.services.correspondence import Correspondence, NodeIdentity
from symbolon.node.settings import ROLE, NodeSettings, load_settings
from symbolon.node.storage.open_rows import seal_open_rows
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import Welcome
from symbolon.protocol.references import MemberCode
from symbolon.runtime.accounts import add_user, find_user
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import Clock, SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.home import PartyHome
from symbolon.runtime.key_services import key_service_of
from symbolon.runtime.logs import configure_logging
from symbolon.runtime.migrations import migrate
from symbolon.runtime.vault import Vault, open_vault

PACKAGE: Final = "symbolon.node"
COMMAND: Final = Actor("command", frozenset({Role.ADMINISTRATOR}))
"""Who runs a command in the node's home without saying who they are: they hold its keys, so they administer it."""


@dataclass(frozen=True, slots=True)
class NodeDraft:
    """What the administrator says of a new node; `settings` are the entries of its settings file."""

    code: MemberCode
    name: str
    settings: Mapping[str, str | int]
    desk_hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node that is set up: what the commands and the processes start from."""

    home: PartyHome
    settings: NodeSettings
    identity: NodeIdentity
    database: Database
    clock: Clock
    audit_log: HashChainAuditLog
    vault: Vault
    unit_of_work: PostgresUnitOfWork
    linkage_keys: LinkageKeyFiles
    draws: SystemDraws
    services: NodeServices

    def actor(self, login: str) -> Actor:
        """Somebody with an account, with the roles that they have now.

        Raises:
            Forbidden: nobody has this login, or it is disabled.

        """
        with self.database.transaction() as tx:
            account = find_user(tx, login)
        if account is None or account.disabled_at is not None:
            raise Forbidden("Nobody who may act has this login: `symbolon node user add` makes one.")
        return Actor(account.login, parse_roles(tuple(account.roles)))

    def add_user(self, login: str, password: str, roles: tuple[str, ...], display_name: str) -> None:
        """Let a person sign in to the desk.

        Raises:
            ConfigurationMistake: a role is none of a node's.
            AccountMistake: the login or the password cannot be used.

        """
        unknown = sorted(set(roles) - set(Role))
        if unknown:
            raise ConfigurationMistake(f"The role {unknown[0]} does not exist: use {', '.join(Role)}.")
        with self.database.transaction() as tx:
            add_user(tx, login, password, roles, display_name)
            self.audit_log.record(tx, AuditAct.USER_ADDED, COMMAND.login, login, {"roles": len(roles)})

    def join(self, welcome: Welcome) -> None:
        """Become a member of the federation that the welcome is from."""
        NodeFiles(self.home).keep_welcome(self.identity.code, welcome)
        self.services.join_federation(COMMAND.login, welcome.directory, self.identity)

    def member_names(self) -> Mapping[MemberCode, str]:
        """The names of the federation's members, as the directory has them now."""
        with self.unit_of_work.begin() as work:
            directory = work.directory.find()
        return {} if directory is None else {card.code: card.name for card in directory.members}


def initialise(home: PartyHome, draft: NodeDraft) -> Node:
    """Make a node's home, keys, certificates and tables. May be repeated: what is there stays."""
    home.create()
    if not home.settings_file(ROLE).is_file():
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in draft.settings.items()]
        home.write_settings(ROLE, "\n".join((*lines, "")))
    draws = SystemDraws(SystemClock())
    files = NodeFiles(home)
    files.make_keys(draft.code, draws)
    files.make_desk_certificate(draft.name, draft.desk_hosts, draws)
    node = open_node(home, "command")
    with node.unit_of_work.begin() as work:
        work.audit.record(AuditAct.PARTY_INITIALISED, COMMAND.login, None, {"code": node.settings.code})
    return node


def open_node(home: PartyHome, process: str, environment: Mapping[str, str] | None = None) -> Node:
    """Open a node's home and database, brought to this program's version; logs go to standard error.

    Raises:
        ConfigurationMistake: a setting or a key is not as it must be.
        DatabaseUnavailable: PostgreSQL does not answer.

    """
    settings = load_settings(home, os.environ if environment is None else environment)
    configure_logging(settings.code, f"node {process}")
    home.keys.seal_what_lies_open()
    identity = NodeFiles(home).identity(settings.code)
    migrate(settings.conninfo, PACKAGE)
    database = Database(settings.conninfo, application_name=f"symbolon node {process}")
    clock = SystemClock()
    audit_log = HashChainAuditLog(clock, uuid4)
    vault = open_vault(database, key_service_of(home.path, os.environ), clock.now())
    seal_open_rows(database, vault)
    unit_of_work = PostgresUnitOfWork(database, audit_log, vault)
    linkage_keys = LinkageKeyFiles(home.keys)
    draws = SystemDraws(clock)
    return Node(
        home=home,
        settings=settings,
        identity=identity,
        database=database,
        clock=clock,
        audit_log=audit_log,
        vault=vault,
        unit_of_work=unit_of_work,
        linkage_keys=linkage_keys,
        draws=draws,
        services=build_services(unit_of_work, draws, linkage_keys, Correspondence(identity)),
    )
