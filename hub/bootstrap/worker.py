"""The worker process, which Celery runs without its own command line."""

import os
import secrets
import socket
from functools import cache
from typing import Final
from uuid import uuid4

from symbolon.hub.bootstrap.broker import create_celery, keep_our_logging
from symbolon.hub.bootstrap.opening import CLOCK, Hub, default_schema, open_hub
from symbolon.hub.jobs.freshness import keep_fresh
from symbolon.hub.jobs.tasks import WorkerServices, register_tasks, run_unless_database_is_away
from symbolon.hub.ports import Comparator
from symbolon.hub.ports.operators import Operators
from symbolon.hub.services.ask_desks import AskDesks
from symbolon.hub.services.close_waiting import CloseWaiting
from symbolon.hub.services.drop_attachments import DropAttachments
from symbolon.hub.services.erase_canaries import EraseCanaries
from symbolon.hub.services.erase_closed_epochs import EraseClosedEpochs
from symbolon.hub.services.erase_expelled import EraseExpelled
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.hub.services.escalate_clocks import EscalateClocks, TellOfHit
from symbolon.hub.services.expire_records import ExpireRecords
from symbolon.hub.services.expire_votes import ExpireVotes
from symbolon.hub.services.find_matches import FindMatches
from symbolon.hub.services.forward_erasures import ForwardErasures
from symbolon.hub.services.mind_operators import MindOperators
from symbolon.hub.services.raise_alert import RaiseAlerts
from symbolon.hub.services.refresh_index import RefreshIndex
from symbolon.hub.services.sequence_audit import SequenceAudit
from symbolon.hub.services.tell_owners import TellOwners
from symbolon.hub.services.tidy_up import TidyUp
from symbolon.hub.services.write_notices import Correspondence, SendMails, WriteNotices
from symbolon.hub.settings import NoticeSettings
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.runtime.home import PartyHome
from symbolon.runtime.mail import SmtpPost

# A task is a wake-up; three threads, so that the audit log waits neither for a long comparison nor for a long erasure.
_WORKER_THREADS: Final = 3


def open_comparator(hub: Hub) -> Comparator:
    """Open comparison, compiled when this returns."""
    # Numba is imported only by the process that compares.
    from symbolon.hub.storage.open_comparator import OpenComparator

    _compile()
    return OpenComparator(hub.linkage_schemas())


@cache
def _compile() -> None:
    """Once for each process."""
    from symbolon.matching.index import warm_up

    content, _epoch = default_schema()
    warm_up(LinkageSchema.from_bytes(content))


def blind_comparator(hub: Hub, operators: Operators, *, recompute_one_in: int) -> Comparator:
    """Blind comparison by these operators; one job in so many is computed twice."""
    from symbolon.hub.storage.blind_canaries import BlindCanaries
    from symbolon.hub.storage.blind_comparator import BlindComparator
    from symbolon.hub.storage.blind_feed import FeedOperators
    from symbolon.hub.storage.blind_jobs import AskOperators

    feed = FeedOperators(operators, hub.store.work, CLOCK, hub.identity.signing_key.sign)
    ask = AskOperators(operators, feed, secrets.randbelow, recompute_one_in)
    return BlindComparator(hub.linkage_schemas(), feed, ask, BlindCanaries(CLOCK, secrets.randbelow))


def receiver_comparator(hub: Hub, operators: Operators, *, recompute_one_in: int) -> Comparator:
    """Blind comparison whose match bits open towards members alone."""
    from symbolon.hub.storage.blind_canaries import BlindCanaries
    from symbolon.hub.storage.blind_feed import FeedOperators
    from symbolon.hub.storage.receiver_comparator import ReceiverComparator
    from symbolon.hub.storage.receiver_jobs import AskForReceivers

    feed = FeedOperators(operators, hub.store.work, CLOCK, hub.identity.signing_key.sign)
    ask = AskForReceivers(operators, feed, secrets.randbelow, recompute_one_in)
    canaries = BlindCanaries(CLOCK, secrets.randbelow)
    return ReceiverComparator(hub.linkage_schemas(), feed, ask, canaries, hub.tell_of_rows)


def build_worker_services(hub: Hub, comparator: Comparator) -> WorkerServices:
    """The use cases of the worker; what is compared is loaded when this returns."""
    post = hub.post_message()
    raise_alerts = RaiseAlerts(comparator, post, uuid4, exercise=hub.identity.exercise)
    erase = EraseRecords(comparator, hub.change_hits())
    notices, tell_of_hit = hub.settings.notices, TellOfHit(post)
    worker_id = f"{socket.gethostname()}-{os.getpid()}"
    mind = MindOperators(hub.store, CLOCK)
    services = WorkerServices(
        find_matches=mind.comparing(FindMatches(hub.store, comparator, raise_alerts, CLOCK)),
        sequence_audit=SequenceAudit(hub.store, hub.audit_log),
        refresh_index=mind.following(RefreshIndex(hub.store, comparator, CLOCK, worker_id)),
        expire_records=ExpireRecords(hub.store, erase, post, CLOCK, uuid4),
        erase_expelled=EraseExpelled(hub.store, erase, CLOCK),
        erase_closed_epochs=EraseClosedEpochs(hub.store, comparator, post, CLOCK),
        tidy_up=TidyUp(hub.store, comparator, EraseCanaries(hub.store, comparator, CLOCK), CLOCK),
        forward_erasures=ForwardErasures(hub.store, post, CLOCK),
        tell_owners=TellOwners(hub.store, post, CLOCK),
        close_waiting=CloseWaiting(hub.store, hub.enter_step(), post, CLOCK),
        escalate_clocks=EscalateClocks(hub.store, tell_of_hit, CLOCK),
        ask_desks=AskDesks(hub.store, post, CLOCK, uuid4, None if notices is None else hub.settings.federation),
        write_notices=_writes_to_nobody if notices is None else _write_notices(hub, notices),
        send_mails=_writes_to_nobody if notices is None else SendMails(hub.store, CLOCK, SmtpPost(notices.mail)),
        drop_attachments=DropAttachments(hub.store, CLOCK),
        expire_votes=ExpireVotes(hub.store, hub.enter_step(), tell_of_hit, CLOCK),
    )
    run_unless_database_is_away(services.refresh_index)
    return services


def _write_notices(hub: Hub, notices: NoticeSettings) -> WriteNotices:
    to = Correspondence(hub.settings.federation, notices.recipients, notices.digest_every, notices.desk_url)
    return WriteNotices(hub.store, CLOCK, uuid4, to)


def _writes_to_nobody() -> int:
    """A hub without a mail server tells its facilitator by its pages alone."""
    return 0


def run_worker(home: PartyHome) -> None:
    """The worker process, until it is told to stop."""
    hub = open_hub(home, "worker", connections=6)
    from symbolon.hub.bootstrap.comparison import ComparatorByDirectory

    comparator = ComparatorByDirectory(hub)
    comparator.prepare()
    services = build_worker_services(hub, comparator)
    app = create_celery(hub.settings)
    register_tasks(app, services)
    keep_fresh(services.refresh_index)
    keep_our_logging()
    app.Worker(
        pool="threads",
        concurrency=_WORKER_THREADS,
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    ).start()
