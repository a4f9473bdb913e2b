"""What waits to go out, and when it is tried again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from symbolon.protocol.messages import Purpose, StateNotice
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HUB, BatchId, HitId, MemberCode, MessageId, RecordReference
from symbolon.protocol.replay import member_lane

LARGEST_BATCH = 1_000
"""Items that the hub takes in one batch."""

FIRST_PAUSE = timedelta(seconds=0.25)
LONGEST_PAUSE = timedelta(seconds=60)
_NEXT = timedelta(milliseconds=1)


class OutboxKind(StrEnum):
    """What a batch holds; submissions and withdrawals travel strictly in order."""

    SUBMISSION = "submission"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A submission or withdrawal item that waits for its batch: `payload` is its canonical JSON."""

    kind: OutboxKind
    reference: RecordReference
    version: int
    payload: bytes = field(repr=False)
    key_epoch: int | None = None
    """The epoch of the linkage key that a submission was encoded under."""


@dataclass(frozen=True, slots=True)
class OutgoingBatch:
    """A batch that was formed: its id and body never change, whatever is retried."""

    batch_id: BatchId
    kind: OutboxKind
    body: bytes = field(repr=False)
    attempts: int


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Of which linkage key a message speaks: its epoch, and the attempt of its ceremony (None: it is shared)."""

    epoch: int
    attempt: int | None


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message to the hub or, sealed, to another member.

    `body` is canonical JSON; it changes only where it is sealed again, for other keys of its recipient. `step` is the
    one that it takes, on its own or beside what is sealed.
    """

    message_id: MessageId
    purpose: Purpose
    audience: MemberCode
    hit_id: HitId | None
    body: bytes = field(repr=False)
    attempts: int = 0
    key_place: KeyPlace | None = None
    step: StateNotice | None = None
    tried: bool = False
    """It went out, and the hub did not say that it lacks it."""
    in_doubt: bool = False
    """It was approved before the record became a victim's or minor's, and the hub may have it."""


@dataclass(frozen=True, slots=True)
class OwnLane:
    """Messages of this node whose times of issue must rise, or the later ones are refused as out of order.

    To the hub, and by way of it, they are those of one purpose; to a member those about one hit, or about none.
    """

    audience: MemberCode
    topic: str


def lanes_to_hub(purpose: Purpose) -> tuple[OwnLane, ...]:
    """The lane of what is for the hub itself."""
    return (OwnLane(HUB, purpose.value),)


def lanes_to_member(audience: MemberCode, hit_id: HitId | None, purpose: Purpose) -> tuple[OwnLane, ...]:
    """The lanes of what the hub relays: the hub compares it, and so does the member."""
    return (*lanes_to_hub(purpose), OwnLane(audience, member_lane(audience, hit_id).topic))


def next_issue(now: datetime, newest: datetime | None) -> datetime:
    """The time of issue that follows the newest of a lane: now, unless this clock was set back since."""
    return now if newest is None or newest < now else newest + _NEXT


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What the hub said of one batch item; `problem` None = accepted; `detail` is the sentence that it may add."""

    reference: RecordReference
    version: int | None
    problem: Problem | None
    detail: str | None = None
    key_epoch: int | None = None
    """The epoch of a submission's encoding."""

    @property
    def reason(self) -> str | None:
        """Why it was refused, for its owner: the hub's own sentence, or the problem's."""
        return None if self.problem is None else self.detail or self.problem.title


def next_attempt(now: datetime, attempts: int, jitter: float) -> datetime:
    """When to try again after `attempts` failures: doubling pauses with full jitter.

    `jitter` is drawn uniformly from [0, 1]; half of the pause is always kept. Source: Brooker, *Exponential Backoff And
    Jitter*, AWS Architecture Blog, 2015.
    """
    doublings: int = min(max(attempts - 1, 0), 16)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << doublings))
    return now + pause * (0.5 + 0.5 * jitter)
