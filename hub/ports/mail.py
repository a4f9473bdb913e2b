"""What waits for members, which batches and messages were taken, and which envelopes were received."""

import asyncio
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from symbolon.protocol.messages import Purpose
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import BatchId, DeliveryId, MemberCode, MessageId
from symbolon.protocol.replay import Lane


@dataclass(frozen=True, slots=True)
class AnsweredBatch:
    """A batch that the hub answered: hex SHA-256 of its body, and the bytes of the signed receipt."""

    body_digest: str
    receipt: bytes


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A signed envelope, as canonical JSON bytes, that a member has not acknowledged."""

    delivery_id: DeliveryId
    envelope: bytes


@dataclass(frozen=True, slots=True)
class NotedMessage:
    """A message that was here before: hex SHA-256 of its body, and the problem that it was refused by, if it was."""

    body_digest: str
    problem: Problem | None


class BatchStore(Protocol):
    """Batches that were answered."""

    def find(self, member: MemberCode, batch_id: BatchId) -> AnsweredBatch | None:
        """The answer that the member's batch got, if it was here before."""

    def keep(
        self, member: MemberCode, batch_id: BatchId, purpose: Purpose, answer: AnsweredBatch, now: datetime
    ) -> None:
        """Keep the answer for when the batch comes again."""


class MailStore(Protocol):
    """What waits for each member, and which messages were taken."""

    def post(
        self, delivery_id: DeliveryId, member: MemberCode, purpose: Purpose, envelope: bytes, now: datetime
    ) -> None:
        """Put a signed envelope into the member's queue, and wake whoever waits for it at commit."""

    def waiting(self, member: MemberCode, limit: int) -> tuple[WaitingDelivery, ...]:
        """The member's oldest unacknowledged deliveries."""

    def acknowledge(self, member: MemberCode, delivery_ids: Collection[DeliveryId], now: datetime) -> int:
        """The member has these: their envelopes go. How many were still waiting."""

    def note_message(
        self, sender: MemberCode, message_id: MessageId, body_digest: str, now: datetime
    ) -> NotedMessage | None:
        """Note that a message was taken. None where it is new, else as what it was noted before.

        Waits for another transaction that is noting the same id.
        """

    def note_refusal(self, sender: MemberCode, message_id: MessageId, problem: Problem) -> None:
        """A message that was noted was refused, for good."""

    def purge(self, member: MemberCode) -> int:
        """Nothing waits for the member any more; how many deliveries went."""

    def supersede(self, purpose: Purpose) -> None:
        """What was posted for this purpose, and not acknowledged, is outdated: nobody gets it any more."""

    def ring(self, member: MemberCode) -> None:
        """Wake whoever waits for the member's deliveries, at commit: how it stands has changed."""


class ReplayStore(Protocol):
    """Envelopes that were taken, so that none is taken twice or after a later one."""

    def note_nonce(self, sender: MemberCode, nonce: bytes, keep_until: datetime) -> bool:
        """Keep a nonce; False where it lies here already. Waits for a transaction that is noting the same."""

    def move_lane(self, lane: Lane, issued_at: datetime) -> datetime:
        """Let the lane go on to this moment, never back; its newest moment. Nobody else moves it meanwhile."""

    def forget(self, now: datetime) -> int:
        """Forget the nonces of envelopes that count no longer; how many."""


class DeliveryBell(Protocol):
    """Rings where somebody waits when something was posted for a member."""

    def waiting(self, member: MemberCode) -> AbstractContextManager[asyncio.Event]:
        """A bell that rings (is set) from now on whenever something may wait for the member.

        It may ring for nothing, and it rings for everyone after it could not hear for a while: look, then wait again.
        """

    async def hear(self) -> None:
        """Listen until cancelled; one connection for all who wait."""
