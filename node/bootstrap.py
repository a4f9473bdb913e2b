"""The only place that wires a node: settings in, services out."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final
from uuid import uuid4

from fastapi import FastAPI

from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE
from symbolon.node.domain.actors import Actor, Role, parse_roles
from symbolon.node.errors import Forbidden, NotJoined
from symbolon.node.gateway.draws import SystemDraws
from symbolon.node.gateway.enrolment import (
    AUTHORITY,
    DESK_CERTIFICATE,
    DESK_KEY,
    HUB_URL,
    MEMBER_CERTIFICATE,
    MEMBER_KEY,
    NodeFiles,
)
from symbolon.node.gateway.hub_client import HttpHubClient
from symbolon.node.gateway.linkage_key_files import LinkageKeyFiles
from symbolon.node.jobs.worker import Worker, WorkerTasks
from symbolon.node.ports.outside import Draws, HubClient, LinkageKeys
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.acknowledge_hit import AcknowledgeHit
from symbolon.node.services.answer_request import AnswerRequest
from symbolon.node.services.cast_vote import CastVote
from symbolon.node.services.correspondence import Correspondence, NodeIdentity
from symbolon.node.services.deliver_outbox import DeliverOutbox
from symbolon.node.services.encode_record import EncodeRecord
from symbolon.node.services.federation import JoinFederation, RefreshDirectory
from symbolon.node.services.import_records import ImportRecords
from symbolon.node.services.kept_deliveries import ListDeliveries, RetryDeliveries
from symbolon.node.services.linkage_key import (
    AcceptLinkageKey,
    CreateLinkageKey,
    ReceiveLinkageKey,
    ShareLinkageKey,
)
from symbolon.node.services.list_hits import ListHits
from symbolon.node.services.list_records import ListRecords
from symbolon.node.services.node_services import DeskServices
from symbolon.node.services.open_request import OpenRequest
from symbolon.node.services.publish_records import PublishRecords
from symbolon.node.services.receive_alert import ReceiveAlert
from symbolon.node.services.receive_deliveries import ReceiveDeliveries, TakeMessage
from symbolon.node.services.receive_exchange import ReceiveReply, ReceiveRequest
from symbolon.node.services.receive_notice import ReceiveNotice
from symbolon.node.services.receive_vote import ReceiveVote
from symbolon.node.services.receive_withdrawal_receipt import ReceiveWithdrawalReceipt
from symbolon.node.services.release_hold import ReleaseHold
from symbolon.node.services.revise_record import ReviseRecord
from symbolon.node.services.show_hit import ShowHit
from symbolon.node.services.show_status import ShowStatus
from symbolon.node.services.trust_member import TrustMember
from symbolon.node.services.withdraw_records import WithdrawRecords
from symbolon.node.settings import ROLE, NodeSettings, load_settings
from symbolon.node.storage.outbox import OUTBOX_CHANNEL
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.node.storage.worker_lock import PostgresWorkerLock
from symbolon.node.web.app import create_app
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import Purpose, Welcome
from symbolon.protocol.references import MemberCode
from symbolon.runtime.accounts import add_user, find_user
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import Clock, SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.home import PartyHome
from symbolon.runtime.logs import configure_logging
from symbolon.runtime.metrics import metrics_listeners
from symbolon.runtime.migrations import migrate
from symbolon.runtime.pages import Desk
from symbolon.runtime.serving import Listener
from symbolon.runtime.tls import TlsFiles, client_context, server_context

PACKAGE: Final = "symbolon.node"
WORKER_LOGIN: Final = "worker"
COMMAND: Final = Actor("command", frozenset({Role.ADMINISTRATOR}))
"""Who runs a command in the node's home without saying who they are: they hold its keys, so they administer it."""


@dataclass(frozen=True, slots=True)
class NodeServices(DeskServices):
    """All services of a node that need no hub; the pages need (and should ask for) no more than `DeskServices`."""

    import_records: ImportRecords
    publish_records: PublishRecords
    revise_record: ReviseRecord
    withdraw_records: WithdrawRecords
    list_records: ListRecords
    create_linkage_key: CreateLinkageKey
    share_linkage_key: ShareLinkageKey
    accept_linkage_key: AcceptLinkageKey
    trust_member: TrustMember
    join_federation: JoinFederation
    show_status: ShowStatus
    list_deliveries: ListDeliveries
    retry_deliveries: RetryDeliveries


@dataclass(frozen=True, slots=True)
class HubServices:
    """The services that talk to the hub: the worker's."""

    deliver_outbox: DeliverOutbox
    receive_deliveries: ReceiveDeliveries
    refresh_directory: RefreshDirectory


def schema_bytes() -> bytes:
    """The linkage schema that this program encodes under."""
    package, name = DEFAULT_SCHEMA_RESOURCE
    return resources.files(package).joinpath(name).read_bytes()


def build_services(
    unit_of_work: UnitOfWork, draws: Draws, linkage_keys: LinkageKeys, correspondence: Correspondence
) -> NodeServices:
    """Wire everything that needs no hub."""
    encode_record = EncodeRecord(schema_bytes(), linkage_keys)
    revise_record = ReviseRecord(unit_of_work, draws, encode_record)
    return NodeServices(
        list_hits=ListHits(unit_of_work, draws),
        show_hit=ShowHit(unit_of_work),
        acknowledge_hit=AcknowledgeHit(unit_of_work),
        cast_vote=CastVote(unit_of_work, draws, correspondence),
        open_request=OpenRequest(unit_of_work, draws, correspondence),
        answer_request=AnswerRequest(unit_of_work, draws, correspondence),
        release_hold=ReleaseHold(unit_of_work, draws),
        import_records=ImportRecords(unit_of_work, draws, revise_record),
        publish_records=PublishRecords(unit_of_work, draws, encode_record),
        revise_record=revise_record,
        withdraw_records=WithdrawRecords(unit_of_work, draws),
        list_records=ListRecords(unit_of_work),
        create_linkage_key=CreateLinkageKey(unit_of_work, draws, linkage_keys),
        share_linkage_key=ShareLinkageKey(unit_of_work, draws, linkage_keys, correspondence),
        accept_linkage_key=AcceptLinkageKey(unit_of_work, draws, linkage_keys, correspondence),
        trust_member=TrustMember(unit_of_work, draws),
        join_federation=JoinFederation(unit_of_work, draws),
        show_status=ShowStatus(unit_of_work, draws, linkage_keys),
        list_deliveries=ListDeliveries(unit_of_work),
        retry_deliveries=RetryDeliveries(unit_of_work),
    )


def build_hub_services(
    unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence, hub: HubClient
) -> HubServices:
    """Wire what talks to the hub."""
    takers: dict[Purpose, TakeMessage] = {
        Purpose.ALERT: ReceiveAlert(),
        Purpose.HIT_NOTICE: ReceiveNotice(),
        Purpose.VOTE: ReceiveVote(draws, correspondence),
        Purpose.REQUEST: ReceiveRequest(draws, correspondence),
        Purpose.REPLY: ReceiveReply(draws, correspondence),
        Purpose.LINKAGE_KEY: ReceiveLinkageKey(draws),
        Purpose.WITHDRAWAL_RECEIPT: ReceiveWithdrawalReceipt(draws),
    }
    refresh_directory = RefreshDirectory(unit_of_work, draws, hub, correspondence)
    return HubServices(
        deliver_outbox=DeliverOutbox(unit_of_work, draws, hub, correspondence),
        receive_deliveries=ReceiveDeliveries(unit_of_work, draws, hub, correspondence, takers, refresh_directory),
        refresh_directory=refresh_directory,
    )


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

    def hub_client(self) -> HttpHubClient:
        """A client of this federation's hub.

        Raises:
            NotJoined: there is none yet.

        """
        tls = self.home.tls
        if not tls.has(MEMBER_CERTIFICATE):
            raise NotJoined
        hub_url = self.settings.hub_url or tls.read(HUB_URL).decode()
        own = TlsFiles(tls.file(MEMBER_CERTIFICATE), tls.private_file(MEMBER_KEY))
        return HttpHubClient(hub_url, client_context(own, tls.file(AUTHORITY)))


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
    identity = NodeFiles(home).identity(settings.code)
    migrate(settings.conninfo, PACKAGE)
    database = Database(settings.conninfo, application_name=f"symbolon node {process}")
    clock = SystemClock()
    audit_log = HashChainAuditLog(clock, uuid4)
    unit_of_work = PostgresUnitOfWork(database, audit_log)
    linkage_keys = LinkageKeyFiles(home.keys)
    draws = SystemDraws(clock)
    return Node(
        home=home,
        settings=settings,
        identity=identity,
        database=database,
        clock=clock,
        audit_log=audit_log,
        unit_of_work=unit_of_work,
        linkage_keys=linkage_keys,
        draws=draws,
        services=build_services(unit_of_work, draws, linkage_keys, Correspondence(identity)),
    )


def build_web(node: Node) -> FastAPI:
    """The desk's web application."""
    with node.unit_of_work.begin() as work:
        directory = work.directory.find()
    desk = Desk(node.settings.code, node.settings.name, "node", directory is not None and directory.exercise)
    gatekeeper = Gatekeeper(node.database, node.clock, node.audit_log)
    return create_app(node.services, gatekeeper, desk, node.clock, node.member_names)


def build_listeners(node: Node) -> list[Listener]:
    """Where the desk's pages are served (TLS, no client certificate), and the metrics if they are wanted."""
    tls = node.home.tls
    own = TlsFiles(tls.file(DESK_CERTIFICATE), tls.private_file(DESK_KEY))
    desk = Listener(build_web(node), node.settings.listen_host, node.settings.desk_port, server_context(own))
    return [desk, *metrics_listeners(node.settings.metrics_port)]


def build_worker(node: Node, hub: HubClient) -> Worker:
    """The node's worker."""
    correspondence = Correspondence(node.identity)
    services = build_hub_services(node.unit_of_work, node.draws, correspondence, hub)
    tasks = WorkerTasks(
        deliver_outbox=services.deliver_outbox,
        receive_deliveries=services.receive_deliveries,
        retry_waiting=services.receive_deliveries.retry_waiting,
        sequence_audit=_sequencer(node),
        retry_own_faults=node.services.retry_deliveries.after_own_faults,
        withdraw_expired=lambda: node.services.withdraw_records.expired(WORKER_LOGIN),
        refresh_directory=services.refresh_directory,
        listen=lambda: node.database.listen(OUTBOX_CHANNEL),
    )
    return Worker(tasks, PostgresWorkerLock(node.database), node.draws)


def _sequencer(node: Node) -> Callable[[], int]:
    def sequence() -> int:
        with node.database.transaction() as tx:
            return node.audit_log.sequence(tx)

    return sequence
