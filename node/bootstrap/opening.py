"""Making a node's home, and opening it: what the commands and every process start from."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from symbolon.node.bootstrap.services import NodeServices, NodeTools, build_services
from symbolon.node.domain.actors import Actor, Role, parse_roles
from symbolon.node.errors import Forbidden
from symbolon.node.gateway.ceremony_files import CeremonyFiles
from symbolon.node.gateway.draws import SystemDraws
from symbolon.node.gateway.enrolment import NodeFiles, enrolment_request
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.node.gateway.member_keys import MemberKeyFiles
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.services.run_ceremony import CeremonyTools
from symbolon.node.settings import ROLE, NodeSettings, load_settings
from symbolon.node.storage.former_exchange import move_former_exchanges
from symbolon.node.storage.open_rows import seal_open_rows
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import EnrolmentRequest, Welcome
from symbolon.protocol.references import MemberCode
from symbolon.runtime.accounts import find_user
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
BEFORE_RECONCILED: Final = frozenset({"restore", "reconcile", "export-directory", "status", "user"})
"""Processes that open a restored node before it has agreed with the hub. No other does: what it did would rest on a
state that is past, and could contradict what this node said since."""
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
    keys: MemberKeyFiles
    database: Database
    clock: Clock
    audit_log: HashChainAuditLog
    vault: Vault
    unit_of_work: PostgresUnitOfWork
    linkage_keys: LinkageKeyFiles
    correspondence: Correspondence
    draws: SystemDraws
    tools: NodeTools
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

    def join(self, welcome: Welcome, fingerprint: str) -> None:
        """Become a member of the federation that the welcome is from, whose fingerprint its operator read out.

        Raises:
            NodeError: the fingerprint is another, or the welcome was made for another node.

        """
        self.services.join_federation(COMMAND.login, welcome, fingerprint)
        NodeFiles(self.home).keep_welcome(welcome)

    def enrolment_request(self) -> EnrolmentRequest:
        """What the hub's operator needs to make this node a member."""
        first = self.keys.generations()[0]
        return enrolment_request(self.keys, first, (self.settings.code, self.settings.name))

    def member_names(self) -> Mapping[MemberCode, str]:
        """The names of the federation's members, as the directory has them now."""
        with self.unit_of_work.begin() as work:
            directory = work.directory.find()
        return {} if directory is None else {member.code: member.name for member in directory.members}


def initialise(home: PartyHome, draft: NodeDraft) -> Node:
    """Make a node's home, keys, certificates and tables. May be repeated: what is there stays."""
    home.create()
    if not home.settings_file(ROLE).is_file():
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in draft.settings.items()]
        home.write_settings(ROLE, "\n".join((*lines, "")))
    draws = SystemDraws(SystemClock())
    MemberKeyFiles(home, draft.code).make(1, draws)
    NodeFiles(home).make_desk_certificate(draft.name, draft.desk_hosts, draws)
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
    if process != "restore":
        home.refuse_unfinished_restore()
    settings = load_settings(home, os.environ if environment is None else environment)
    configure_logging(settings.code, f"node {process}")
    home.keys.seal_what_lies_open()
    keys = MemberKeyFiles(home, settings.code)
    if not keys.generations():
        raise ConfigurationMistake(
            f"The keys of {settings.code} are not in {home.path}: run `symbolon node init` there."
        )
    migrate(settings.conninfo, PACKAGE)
    database = Database(settings.conninfo, application_name=f"symbolon node {process}")
    clock = SystemClock()
    audit_log = HashChainAuditLog(clock, uuid4)
    try:
        vault = open_vault(database, key_service_of(home.path, os.environ), clock.now())
        seal_open_rows(database, vault)
        move_former_exchanges(database, vault, settings.code)
        unit_of_work = PostgresUnitOfWork(database, audit_log, vault, named_by_command=process == "command")
        if process not in BEFORE_RECONCILED:
            _refuse_unreconciled(unit_of_work)
    except BaseException:
        database.close()
        raise
    linkage_keys = LinkageKeyFiles(home.keys)
    draws = SystemDraws(clock)
    correspondence = Correspondence(settings.code, keys)
    ceremony = CeremonyTools(draws, CeremonyFiles(home.keys), linkage_keys, correspondence)
    tools = NodeTools(
        unit_of_work, draws, linkage_keys, keys, correspondence, ceremony, settings.name, settings.pairs_every
    )
    return Node(
        home=home,
        settings=settings,
        keys=keys,
        database=database,
        clock=clock,
        audit_log=audit_log,
        vault=vault,
        unit_of_work=unit_of_work,
        linkage_keys=linkage_keys,
        correspondence=correspondence,
        draws=draws,
        tools=tools,
        services=build_services(tools),
    )


def _refuse_unreconciled(unit_of_work: PostgresUnitOfWork) -> None:
    with unit_of_work.begin() as work:
        restoration = work.reconciliation.restoration()
    if restoration is not None and restoration.reconciled_at is None:
        raise ConfigurationMistake(
            "This node was restored from a backup and does not know what happened since: run `symbolon node reconcile`."
        )
