"""What the API keeps: its clients, what they did under a key, and the addresses that are told of news."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from symbolon.node.domain.api_acts import ActKey, StoredAnswer
from symbolon.node.domain.api_clients import ApiClient
from symbolon.node.domain.api_uploads import Upload, UploadPlace
from symbolon.node.domain.webhooks import Webhook, WebhookEvent, WebhookLine
from symbolon.protocol.references import AttachmentId, HitId


class ApiClientStore(Protocol):
    """The programs that may act by the API."""

    def add(self, client: ApiClient) -> bool:
        """Store a client; False when one had this name at any time."""
        ...

    def find(self, client_id: UUID) -> ApiClient | None:
        """One client, revoked or not."""
        ...

    def lock_named(self, name: str) -> ApiClient | None:
        """One client that is about to change."""
        ...

    def list(self) -> tuple[ApiClient, ...]:
        """Every client that ever was, by name."""
        ...

    def grant(self, client_id: UUID, login: str, now: datetime) -> None:
        """A protection officer lets it see protected hits."""
        ...

    def revoke(self, client_id: UUID, login: str, now: datetime) -> None:
        """Its token opens nothing any more."""
        ...

    def note_use(self, client_id: UUID, now: datetime) -> None:
        """Its token was shown."""
        ...


class ApiActStore(Protocol):
    """What acts came to that were sent with an idempotency key."""

    def begin(self, key: ActKey, request_digest: bytes, now: datetime) -> bool:
        """Take a key; False when it is taken. Waits for an act under the same key that is under way."""
        ...

    def find(self, key: ActKey) -> tuple[bytes, StoredAnswer] | None:
        """The digest of the request that took the key, and its answer."""
        ...

    def finish(self, key: ActKey, answer: StoredAnswer) -> None:
        """Keep the answer, in the transaction of the act."""
        ...

    def forget(self, before: datetime) -> int:
        """Take away what is older; how many they were."""
        ...


class WebhookStore(Protocol):
    """The addresses that are told of what happens, and what each is still to be told."""

    def add(self, webhook: Webhook) -> None:
        """Store an address."""
        ...

    def list(self) -> tuple[WebhookLine, ...]:
        """Those in force, with how many events wait and what went wrong the last time."""
        ...

    def find(self, webhook_id: UUID) -> Webhook | None:
        """One in force."""
        ...

    def remove(self, webhook_id: UUID, now: datetime) -> bool:
        """Tell it nothing more, and forget what it was still to be told; False when it is not in force."""
        ...

    def add_trial(self, event_id: UUID, webhook_id: UUID, now: datetime) -> None:
        """Put an event that says nothing into its queue."""
        ...

    def take_due(self, now: datetime, lease: timedelta, limit: int) -> Sequence[WebhookEvent]:
        """The first undelivered event of each hit at each address, as far as it is due; nobody else has it meanwhile.

        What has become a protected hit's is dropped at an address that may not hear of it.
        """
        ...

    def delivered(self, event_id: UUID, now: datetime) -> None:
        """The address took it."""
        ...

    def failed(self, event: WebhookEvent, why: str, next_attempt_at: datetime | None, now: datetime) -> None:
        """It did not; `next_attempt_at` None: it is not tried again."""
        ...

    def forget_hit(self, hit_id: HitId) -> int:
        """Take away what was told of a hit, and what is to be told of its messages; how many events."""
        ...

    def forget(self, before: datetime) -> int:
        """Take away what was told, or given up, before."""
        ...


class UploadStore(Protocol):
    """Files of programs that come in parts."""

    def add(self, upload: Upload, now: datetime) -> None:
        """Store an upload of which nothing has come."""
        ...

    def find(self, client_id: UUID, place: UploadPlace) -> Upload | None:
        """One upload of a client."""
        ...

    def lock(self, upload_id: UUID) -> None:
        """Let nobody else change it until the transaction ends."""
        ...

    def add_part(self, upload_id: UUID, starts_at: int, part: bytes) -> None:
        """Store the next part."""
        ...

    def parts(self, upload_id: UUID) -> tuple[int, ...]:
        """Where the parts begin, in order."""
        ...

    def part(self, upload_id: UUID, starts_at: int) -> bytes | None:
        """One part."""
        ...

    def finish(self, upload_id: UUID, attachment_id: AttachmentId) -> None:
        """The file is attached; its parts are not needed any more."""
        ...

    def remove(self, upload_id: UUID) -> None:
        """Given up."""
        ...

    def forget(self, before: datetime) -> int:
        """Take away what was begun before; how many they were."""
        ...
