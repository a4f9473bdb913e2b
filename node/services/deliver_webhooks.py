"""Tells own systems what happened: at least once, the events of one hit in their order, with pauses that grow."""

import json
from datetime import timedelta
from typing import Final

from symbolon.node.domain.webhooks import (
    EVENT_HEADER,
    MOST_TRIES,
    SIGNATURE_HEADER,
    WebhookEvent,
    next_try,
    signature,
)
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.ports.webhook_post import WebhookPost
from symbolon.protocol.audit_log import AuditAct

_AT_ONCE: Final = 50
_LEASE: Final = timedelta(minutes=15)
_KEPT_FOR: Final = timedelta(days=7)
_WORKER: Final = "worker"


class DeliverWebhooks:
    """Delivers what is due. Killed in between, it delivers again: a receiver knows an event by its id."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, post: WebhookPost) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._post = post

    def __call__(self) -> int:
        """Deliver one round; how many events were taken."""
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            work.webhooks.forget(now - _KEPT_FOR)
            events = work.webhooks.take_due(now, _LEASE, _AT_ONCE)
        return sum(self._deliver(event) for event in events)

    def _deliver(self, event: WebhookEvent) -> bool:
        now = self._draws.now()
        said = {**event.payload, "id": str(event.event_id), "happened_at": _instant(event)}
        body = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            EVENT_HEADER: str(event.event_id),
            SIGNATURE_HEADER: signature(event.webhook.secret, now, body),
        }
        failure = self._post(event, body, headers)
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            if failure is None:
                work.webhooks.delivered(event.event_id, now)
                return True
            gives_up = event.attempts + 1 >= MOST_TRIES
            again = None if gives_up else next_try(now, event.attempts + 1, self._draws.jitter())
            work.webhooks.failed(event, failure, again, now)
            if gives_up:
                webhook_id = str(event.webhook.webhook_id)
                work.audit.record(AuditAct.WEBHOOK_GIVEN_UP, _WORKER, webhook_id, {"attempts": event.attempts + 1})
        return False


def _instant(event: WebhookEvent) -> str:
    return event.happened_at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
