"""The only place that wires a hub: settings and home in, processes and services out."""

import os
import secrets
import socket
from dataclasses import dataclass
from importlib import resources
from typing import Final
from uuid import uuid4

from celery import Celery, signals

from symbolon.hub.domain.acceptance import LinkageTerms
from symbolon.hub.jobs.freshness import keep_fresh
from symbolon.hub.jobs.tasks import BEAT_SCHEDULE, WorkerServices, register_tasks
from symbolon.hub.jobs.wake_up import CeleryWakeUp
from symbolon.hub.ports import EncodingIntake, Federation, MatchingWakeUp
from symbolon.hub.services.accept_submission import AcceptSubmission
from symbolon.hub.services.acknowledge_deliveries import AcknowledgeDeliveries
from symbolon.hub.services.add_operator import AddOperator
from symbolon.hub.services.admit_batches import AdmitBatches
from symbolon.hub.services.answer_batch import AnswerBatch
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.services.change_hits import ChangeHits
from symbolon.hub.services.decide_hold import DecideHold
from symbolon.hub.services.deposit_vote import DepositVote
from symbolon.hub.services.describe_federation import DescribeFederation
from symbolon.hub.services.enrol_member import EnrolMember, EnrolmentOffice
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.hub.services.expire_records import ExpireRecords
from symbolon.hub.services.find_matches import FindMatches
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.identify_member import IdentifyMember
from symbolon.hub.services.initialise_hub import (
    AUTHORITY_CERTIFICATE,
    AUTHORITY_KEY,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    FoundFederation,
    HubDraft,
    PrepareHome,
)
from symbolon.hub.services.list_deliveries import ListDeliveries
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.raise_alert import RaiseAlerts
from symbolon.hub.services.refresh_index import RefreshIndex
from symbolon.hub.services.relay_message import RelayMessage
from symbolon.hub.services.sequence_audit import SequenceAudit
from symbolon.hub.services.show_status import ShowStatus
from symbolon.hub.services.sign_message import HubIdentity, PostMessage, SignMessage
from symbolon.hub.services.withdraw_records import WithdrawRecords
from symbolon.hub.settings import HubSettings, load_settings
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.hub.storage.unit_of_work import PostgresStore
from symbolon.hub.web.api_app import create_api
from symbolon.hub.web.desk_app import create_desk_app
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema, schema_digest
from symbolon.protocol.keys import KeyPurpose, SigningKey
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.certificates import KeyAndCertificate
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
from symbolon.runtime.tls import TlsFiles, mutual_server_context, server_context

_PACKAGE: Final = "symbolon.hub"
_FIRST_KEY_EPOCH: Final = 1
_CLOCK: Final[Clock] = SystemClock()

# A task is a wake-up; two threads, so that the audit log never waits for a long comparison.
_WORKER_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class Hub:
    """What every process of a hub stands on."""

    home: PartyHome
    settings: HubSettings
    database: Database
    audit_log: HashChainAuditLog
    store: PostgresStore
    identity: HubIdentity

    def sign_message(self) -> SignMessage:
        """Signs as this hub."""
        return SignMessage(self.identity, uuid4)

    def post_message(self) -> PostMessage:
        """Posts as this hub."""
        return PostMessage(self.sign_message(), uuid4)

    def change_hits(self) -> ChangeHits:
        """Changes this hub's hits."""
        return ChangeHits(self.post_message(), exercise=self.identity.exercise)

    def show_status(self) -> ShowStatus:
        """The numbers of the status page."""
        return ShowStatus(self.store, _CLOCK)

    def add_operator(self) -> AddOperator:
        """Lets people sign in to the desk."""
        return AddOperator(self.store)

    def enrol_member(self) -> EnrolMember:
        """Makes states members, with certificates of this hub's development authority."""
        tls = self.home.tls
        authority = KeyAndCertificate(tls.read(AUTHORITY_KEY), tls.read(AUTHORITY_CERTIFICATE))
        return EnrolMember(self.store, self.identity, EnrolmentOffice(authority, self.settings.hub_url), _CLOCK)


def initialise(home: PartyHome, draft: HubDraft) -> Hub:
    """Make the home and the tables, found the federation; what is there already stays."""
    PrepareHome(home, _CLOCK, secrets.token_bytes)(draft)
    settings = load_settings(home, os.environ)
    migrate(settings.database, _PACKAGE)
    hub = _open(home, settings, connections=1)
    _schema, terms = _agreed_schema()
    federation = Federation(name=settings.federation, exercise=settings.exercise, directory_version=1, terms=terms)
    FoundFederation(hub.store)(federation)
    _refuse_another_federation(hub)
    return hub


def open_hub(home: PartyHome, process: str, *, connections: int = 2) -> Hub:
    """A hub that was initialised. Raises `ConfigurationMistake` where settings and database do not fit together."""
    settings = load_settings(home, os.environ)
    configure_logging("hub", process, level=settings.log_level)
    migrate(settings.database, _PACKAGE)
    hub = _open(home, settings, connections=connections)
    _refuse_another_federation(hub)
    return hub


def build_listeners(home: PartyHome) -> list[Listener]:
    """The web process: the members' API over mutual TLS, and the operator's desk."""
    hub = open_hub(home, "web", connections=16)
    schema, _terms = _agreed_schema()
    wake = CeleryWakeUp(create_celery(hub.settings))
    api = create_api(build_api_services(hub, OpenEncodings(schema), wake), PostgresDeliveryBell(hub.settings.database))
    desk = create_desk_app(
        hub.show_status(),
        Gatekeeper(hub.database, _CLOCK, hub.audit_log),
        Desk(code="hub", name=hub.settings.federation, kind="Hub", exercise=hub.settings.exercise),
    )
    files = TlsFiles(certificate=home.tls.file(SERVER_CERTIFICATE), private_key=home.tls.private_file(SERVER_KEY))
    mutual = mutual_server_context(files, home.tls.file(AUTHORITY_CERTIFICATE))
    host = hub.settings.listen_host
    return [
        Listener(api, host, hub.settings.api_port, mutual),
        Listener(desk, host, hub.settings.desk_port, server_context(files)),
        *metrics_listeners(hub.settings.metrics_port),
    ]


def build_api_services(hub: Hub, intake: EncodingIntake, wake: MatchingWakeUp) -> ApiServices:
    """The use cases of the members' API."""
    store, post = hub.store, hub.post_message()
    open_envelope = OpenEnvelope(hub.identity)
    answer = AnswerBatch(store, AdmitBatches(), open_envelope, hub.sign_message(), _CLOCK)
    change_hits = hub.change_hits()
    hand_over = HandOverVotes(post)
    return ApiServices(
        identify_member=IdentifyMember(store),
        describe_federation=DescribeFederation(store, hub.identity, hub.sign_message(), _CLOCK),
        accept_submission=AcceptSubmission(answer, intake, change_hits, wake),
        withdraw_records=WithdrawRecords(answer, EraseRecords(intake, change_hits), wake),
        deposit_vote=DepositVote(store, open_envelope, hand_over, _CLOCK),
        relay_message=RelayMessage(store, open_envelope, post, _CLOCK),
        decide_hold=DecideHold(store, open_envelope, change_hits, hand_over, _CLOCK),
        list_deliveries=ListDeliveries(store, _CLOCK),
        acknowledge_deliveries=AcknowledgeDeliveries(store, open_envelope, _CLOCK),
    )


def build_worker_services(hub: Hub) -> WorkerServices:
    """The use cases of the worker; the comparison is compiled and its index loaded when this returns."""
    if hub.settings.numba_cache is not None:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(hub.settings.numba_cache))
    # Imported here: the web process does without numpy and numba.
    from symbolon.hub.storage.open_comparator import OpenComparator
    from symbolon.matching.index import warm_up

    schema, _terms = _agreed_schema()
    warm_up(schema)
    comparator = OpenComparator(schema)
    post = hub.post_message()
    raise_alerts = RaiseAlerts(comparator, post, uuid4, exercise=hub.identity.exercise)
    erase = EraseRecords(comparator, hub.change_hits())
    worker_id = f"{socket.gethostname()}-{os.getpid()}"
    services = WorkerServices(
        find_matches=FindMatches(hub.store, comparator, raise_alerts, _CLOCK),
        sequence_audit=SequenceAudit(hub.store, hub.audit_log),
        refresh_index=RefreshIndex(hub.store, comparator, _CLOCK, worker_id),
        expire_records=ExpireRecords(hub.store, erase, post, _CLOCK, uuid4),
    )
    services.refresh_index()
    return services


def create_celery(settings: HubSettings) -> Celery:
    """The Celery application: no results, no remote control, no waiting for a broker that is away."""
    app = Celery("symbolon-hub", broker=settings.broker, set_as_current=False)
    app.conf.update(
        beat_schedule=BEAT_SCHEDULE,
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2,
        broker_transport_options=_transport_options(settings.broker),
        result_backend=None,
        task_default_delivery_mode="transient",
        task_default_queue="symbolon-hub",
        task_ignore_result=True,
        worker_enable_remote_control=False,
        worker_prefetch_multiplier=1,
    )
    return app


def run_worker(home: PartyHome) -> None:
    """The worker process, until it is told to stop."""
    hub = open_hub(home, "worker", connections=5)
    services = build_worker_services(hub)
    app = create_celery(hub.settings)
    register_tasks(app, services)
    keep_fresh(services.refresh_index)
    _keep_our_logging()
    app.Worker(
        pool="threads",
        concurrency=_WORKER_THREADS,
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    ).start()


def run_beat(home: PartyHome) -> None:
    """The process that sends the regular wake-ups, until it is told to stop. It keeps nothing on disk."""
    settings = load_settings(home, os.environ)
    configure_logging("hub", "beat", level=settings.log_level)
    app = create_celery(settings)
    _keep_our_logging()
    app.Beat(scheduler_cls="celery.beat:Scheduler", quiet=True).run()


def _open(home: PartyHome, settings: HubSettings, *, connections: int) -> Hub:
    database = Database(settings.database, application_name="symbolon hub", max_size=connections)
    database.open()
    audit_log = HashChainAuditLog(_CLOCK, uuid4)
    return Hub(
        home=home,
        settings=settings,
        database=database,
        audit_log=audit_log,
        store=PostgresStore(database, audit_log),
        identity=HubIdentity(
            federation=settings.federation,
            exercise=settings.exercise,
            signing_key=SigningKey.from_bytes(home.keys.read(KeyPurpose.SIGNING)),
        ),
    )


def _agreed_schema() -> tuple[LinkageSchema, LinkageTerms]:
    package, name = DEFAULT_SCHEMA_RESOURCE
    content = resources.files(package).joinpath(name).read_bytes()
    schema = LinkageSchema.from_bytes(content)
    return schema, LinkageTerms(schema_id=schema.id, schema_digest=schema_digest(content), key_epoch=_FIRST_KEY_EPOCH)


def _refuse_another_federation(hub: Hub) -> None:
    with hub.store.work() as work:
        federation = work.members.federation()
    if (federation.name, federation.exercise) != (hub.settings.federation, hub.settings.exercise):
        raise ConfigurationMistake(
            "The database is another federation's, or an exercise's where the hub is live, or the reverse: "
            "check the settings 'federation', 'exercise' and 'database'."
        )
    _schema, terms = _agreed_schema()
    if (federation.terms.schema_id, federation.terms.schema_digest) != (terms.schema_id, terms.schema_digest):
        raise ConfigurationMistake(
            "The members agreed on another linkage schema than this program has: install theirs."
        )


def _transport_options(broker: str) -> dict[str, object]:
    if broker.startswith("redis"):
        return {"socket_connect_timeout": 2, "socket_timeout": 5, "retry_on_timeout": False}
    # Without the broker's confirmation, a message into a connection that just died seems to be sent.
    return {"confirm_publish": True}


def _keep_our_logging() -> None:
    signals.setup_logging.connect(_leave_logging_alone)


def _leave_logging_alone(**_settings: object) -> None:
    """Celery configures logging only where nobody else is connected to this signal."""
