"""How an event reaches an own system."""

from typing import Protocol

from symbolon.node.domain.webhooks import WebhookEvent


class WebhookPost(Protocol):
    """Sends one event."""

    def __call__(self, event: WebhookEvent, body: bytes, headers: dict[str, str]) -> str | None:
        """Send it; None where it was taken, else why it was not, as a short sentence without what was answered."""
        ...
