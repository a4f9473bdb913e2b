"""The worker process: outbox, deliveries, clocks."""

from collections.abc import Callable
from typing import Final

from symbolon.node.bootstrap.opening import Node
from symbolon.node.bootstrap.services import HubServices, build_hub_services
from symbolon.node.domain.membership import own_card
from symbolon.node.errors import NotJoined
from symbolon.node.gateway.enrolment import AUTHORITY, HUB_URL
from symbolon.node.gateway.hub_client import HttpHubClient
from symbolon.node.gateway.webhook_post import HttpWebhookPost
from symbolon.node.jobs.worker import Worker, WorkerTasks
from symbolon.node.ports.outside import HubClient
from symbolon.node.services.deliver_webhooks import DeliverWebhooks
from symbolon.node.services.forget_api_acts import ForgetApiActs
from symbolon.node.services.send_notices import SendNotices
from symbolon.node.storage.outbox import OUTBOX_CHANNEL
from symbolon.node.storage.worker_lock import PostgresWorkerLock
from symbolon.runtime.mail import SmtpPost
from symbolon.runtime.tls import TlsFiles, client_context

WORKER_LOGIN: Final = "worker"


def build_hub_client(node: Node) -> HttpHubClient:
    """A client of this federation's hub, which shows the certificate that the directory lists now.

    Raises:
        NotJoined: there is none yet.

    """
    tls = node.home.tls
    if not tls.has(HUB_URL):
        raise NotJoined
    hub_url = node.settings.hub_url or tls.read(HUB_URL).decode()
    authority = tls.file(AUTHORITY)
    return HttpHubClient(hub_url, lambda: _certificates(node), lambda own: client_context(own, authority))


def build_commands(node: Node, hub: HubClient) -> HubServices:
    """The services of the commands that wait for the hub's answer."""
    return build_hub_services(node.tools, hub)


def build_worker(node: Node, hub: HubClient) -> Worker:
    """The node's worker."""
    services = build_hub_services(node.tools, hub)
    tasks = WorkerTasks(
        deliver_outbox=services.deliver_outbox,
        receive_deliveries=services.receive_deliveries,
        retry_waiting=services.receive_deliveries.retry_waiting,
        sequence_audit=_sequencer(node),
        retry_own_faults=node.services.retry_deliveries.after_own_faults,
        withdraw_expired=lambda: node.services.withdraw_records.expired(WORKER_LOGIN),
        refresh_directory=services.refresh_directory,
        await_founding=services.refresh_directory.first,
        advance_ceremonies=node.services.advance_ceremonies,
        report_progress=services.report_progress,
        keep_and_purge=node.services.keep_and_purge,
        move_attachments=services.move_attachments,
        tell_pairs=node.tools.tell_pairs,
        reconcile_with_hub=services.reconcile_with_hub,
        reencode_records=node.services.reencode_records,
        keep_focal_points=services.keep_focal_points,
        escalate_due_clocks=node.services.escalate_due_clocks,
        tell_stale_desks=node.services.tell_stale_desks,
        send_notices=build_send_notices(node),
        deliver_webhooks=build_deliver_webhooks(node),
        forget_api_acts=ForgetApiActs(node.unit_of_work, node.draws),
        listen=lambda: node.database.listen(OUTBOX_CHANNEL),
    )
    return Worker(tasks, PostgresWorkerLock(node.database), node.draws)


def build_send_notices(node: Node) -> SendNotices:
    """What sends officers their mails, by the server of the settings; without one, nothing is sent."""
    settings = node.settings
    post = None if settings.mail is None else SmtpPost(settings.mail)
    desk = f"{settings.name} ({settings.code})"
    return SendNotices(node.unit_of_work, node.draws, post, desk=desk, desk_url=settings.desk_url)


def build_deliver_webhooks(node: Node) -> DeliverWebhooks:
    """What tells own systems of news; until the node has joined a federation, it is not known to be live."""

    def is_exercise() -> bool:
        with node.unit_of_work.begin() as work:
            membership = work.directory.membership()
        return membership is None or membership.exercise

    return DeliverWebhooks(node.unit_of_work, node.draws, HttpWebhookPost(is_exercise))


def _certificates(node: Node) -> tuple[TlsFiles, ...]:
    """The files of every certificate that the hub issued: the one that the directory lists first, then the newest."""
    with node.unit_of_work.begin() as work:
        card = own_card(work.directory.find(), node.settings.code)
    issued = {
        generation.number: fingerprint
        for generation in reversed(node.keys.generations())
        if (fingerprint := node.keys.certificate_fingerprint(generation.number)) is not None
    }
    if not issued:
        raise NotJoined
    listed = None if card is None else card.certificate_fingerprint
    return tuple(node.keys.tls_files(number) for number in sorted(issued, key=lambda each: issued[each] != listed))


def _sequencer(node: Node) -> Callable[[], int]:
    def sequence() -> int:
        with node.database.transaction() as tx:
            return node.audit_log.sequence(tx)

    return sequence
