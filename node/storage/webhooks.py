"""Addresses of own systems and what they are to be told, in PostgreSQL; the events are written by triggers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from symbolon.node.domain.webhooks import Webhook, WebhookEvent, WebhookLine
from symbolon.protocol.references import HitId
from symbolon.runtime.database import Row, Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "webhooks")


class PostgresWebhooks:
    """Addresses and events within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def add(self, webhook: Webhook) -> None:
        """Store an address."""
        self._tx.execute(
            QUERIES["add_webhook"],
            webhook_id=webhook.webhook_id,
            url=webhook.url,
            sealed_secret=self._vault.seal(webhook.secret.encode(), _place(webhook.webhook_id)),
            authority=webhook.authority,
            protected=webhook.protected,
            added_by=webhook.added_by,
            added_at=webhook.added_at,
        )

    def list(self) -> tuple[WebhookLine, ...]:
        """Those in force, with how many events wait and what went wrong the last time."""
        return tuple(
            WebhookLine(
                webhook_id=row["webhook_id"],
                url=row["url"],
                protected=row["protected"],
                added_by=row["added_by"],
                added_at=row["added_at"],
                waiting=row["waiting"],
                given_up=row["given_up"],
                last_failure=row["last_failure"],
            )
            for row in self._tx.fetch_all(QUERIES["list_webhooks"])
        )

    def find(self, webhook_id: UUID) -> Webhook | None:
        """One in force."""
        row = self._tx.fetch_one(QUERIES["find_webhook"], webhook_id=webhook_id)
        return None if row is None else self._webhook(row)

    def remove(self, webhook_id: UUID, now: datetime) -> bool:
        """Tell it nothing more, and forget what it was still to be told; False when it is not in force."""
        if self._tx.fetch_one(QUERIES["remove_webhook"], webhook_id=webhook_id, now=now) is None:
            return False
        self._tx.execute(QUERIES["forget_events_of"], webhook_id=webhook_id)
        return True

    def add_trial(self, event_id: UUID, webhook_id: UUID, now: datetime) -> None:
        """Put an event that says nothing into its queue."""
        self._tx.execute(QUERIES["add_trial"], event_id=event_id, webhook_id=webhook_id, now=now)

    def take_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[WebhookEvent]:
        """The first undelivered event of each hit at each address, as far as it is due; nobody else has it meanwhile.

        What has become a protected hit's is dropped at an address that may not hear of it.
        """
        self._tx.execute(QUERIES["drop_protected"])
        rows = self._tx.fetch_all(QUERIES["take_due"], now=now, until=now + lease, most=limit)
        events: list[WebhookEvent] = []
        for row in sorted(rows, key=lambda row: row["place"]):
            webhook = self.find(row["webhook_id"])
            if webhook is not None:
                events.append(
                    WebhookEvent(row["event_id"], webhook, row["payload"], row["happened_at"], row["attempts"])
                )
        return events

    def delivered(self, event_id: UUID, now: datetime) -> None:
        """The address took it."""
        self._tx.execute(QUERIES["note_delivered"], event_id=event_id, now=now)

    def failed(self, event: WebhookEvent, why: str, next_attempt_at: datetime | None, now: datetime) -> None:
        """It did not; `next_attempt_at` None: it is not tried again."""
        self._tx.execute(QUERIES["note_failed"], event_id=event.event_id, why=why, next=next_attempt_at, now=now)

    def forget_hit(self, hit_id: HitId) -> int:
        """Take away what was told of a hit, and what is to be told of its messages; how many events."""
        return self._tx.execute(QUERIES["forget_events_of_hit"], hit_id=hit_id)

    def forget(self, before: datetime) -> int:
        """Take away what was told, or given up, before."""
        return self._tx.execute(QUERIES["forget_told"], before=before)

    def _webhook(self, row: Row) -> Webhook:
        return Webhook(
            webhook_id=row["webhook_id"],
            url=row["url"],
            secret=self._vault.open(bytes(row["sealed_secret"]), _place(row["webhook_id"])).decode(),
            authority=row["authority"],
            protected=row["protected"],
            added_by=row["added_by"],
            added_at=row["added_at"],
        )


def _place(webhook_id: UUID) -> Place:
    return Place("webhook", "sealed_secret", str(webhook_id))
