"""The worker process: outbox, deliveries, clocks."""

from collections.abc import Callable
from typing import Final

from symbolon.node.bootstrap.opening import Node
from symbolon.node.bootstrap.services import build_hub_services
from symbolon.node.errors import NotJoined
from symbolon.node.gateway.enrolment import (
    AUTHORITY,
    HUB_URL,
    MEMBER_CERTIFICATE,
    MEMBER_KEY,
)
from symbolon.node.gateway.hub_client import HttpHubClient
from symbolon.node.jobs.worker import Worker, WorkerTasks
from symbolon.node.ports.outside import HubClient
from symbolon.node.services.correspondence import Correspondence
from symbolon.node.storage.outbox import OUTBOX_CHANNEL
from symbolon.node.storage.worker_lock import PostgresWorkerLock
from symbolon.runtime.tls import TlsFiles, client_context

WORKER_LOGIN: Final = "worker"


def build_hub_client(node: Node) -> HttpHubClient:
    """A client of this federation's hub.

    Raises:
        NotJoined: there is none yet.

    """
    tls = node.home.tls
    if not tls.has(MEMBER_CERTIFICATE):
        raise NotJoined
    hub_url = node.settings.hub_url or tls.read(HUB_URL).decode()
    own = TlsFiles(tls.file(MEMBER_CERTIFICATE), tls.private_file(MEMBER_KEY))
    return HttpHubClient(hub_url, client_context(own, tls.file(AUTHORITY)))


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
