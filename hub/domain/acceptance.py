"""Whether an item of a submission is taken, without its encoding (which only the comparator may judge)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from symbolon.hub.domain.partitions import partition_of
from symbolon.hub.domain.records import Handling, RecordEntry, has_expired
from symbolon.protocol.messages import LinkageEpoch, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode, RecordReference


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item goes back to its owner: a closed code, and a sentence that says what to do."""

    problem: Problem
    detail: str


_TWICE = Refusal(Problem.DUPLICATE_IN_BATCH, "The batch has this record twice: the first was taken, send one only.")
_OTHER_HANDLING = Refusal(
    Problem.STALE_VERSION, "This version is here with another handling: send the change as a higher version."
)


def handling_of(member: MemberCode, item: SubmissionItem) -> Handling:
    """What `member`'s item says of its record."""
    return Handling(
        partition=partition_of(member, item),
        record_kind=item.record_kind,
        offence_group=item.offence_group,
        urgency=item.urgency,
        review_date=item.review_date,
    )


def refusals_of(
    items: Sequence[SubmissionItem],
    member: MemberCode,
    current: Mapping[RecordReference, RecordEntry],
    open_epochs: Mapping[int, LinkageEpoch],
    today: date,
) -> list[Refusal | None]:
    """Why each of `member`'s items cannot be taken, or None. `current` are the records of the same references.

    A batch may bring one version of a record under several epochs, and nothing else of it twice.
    """
    first: dict[RecordReference, SubmissionItem] = {}
    seen: set[tuple[RecordReference, int]] = set()
    refusals: list[Refusal | None] = []
    for item in items:
        earlier = first.setdefault(item.reference, item)
        if (item.reference, item.key_epoch) in seen or item.version != earlier.version:
            refusals.append(_TWICE)
        elif handling_of(member, item) != handling_of(member, earlier):
            refusals.append(_OTHER_HANDLING)
        else:
            refusals.append(_refusal_of(item, member, current.get(item.reference), open_epochs, today))
        seen.add((item.reference, item.key_epoch))
    return refusals


def _refusal_of(
    item: SubmissionItem,
    member: MemberCode,
    current: RecordEntry | None,
    open_epochs: Mapping[int, LinkageEpoch],
    today: date,
) -> Refusal | None:
    epoch = open_epochs.get(item.key_epoch)
    if epoch is None:
        return Refusal(
            Problem.WRONG_KEY_EPOCH, "Encoded under an epoch that is not open: encode again under the newest one."
        )
    if (item.schema_id, item.schema_digest) != (epoch.schema_id, epoch.schema_digest):
        return Refusal(
            Problem.UNKNOWN_SCHEMA, "Encoded under another schema than the epoch's: encode again under the agreed one."
        )
    if has_expired(item.review_date, today):
        return Refusal(Problem.EXPIRED, "The review date has passed: review the record and set a new date.")
    return None if current is None else _beside(item, member, current)


def _beside(item: SubmissionItem, member: MemberCode, current: RecordEntry) -> Refusal | None:
    """A higher version takes the place of the current one; the same version may come under another epoch."""
    if current.member != member:
        return Refusal(Problem.FORBIDDEN, "The reference is not this member's: give the record a reference of its own.")
    if item.version > current.version:
        return None
    if item.version < current.version or current.is_withdrawn or item.key_epoch in current.handles:
        return Refusal(Problem.STALE_VERSION, "The hub has this version or a newer one: send a higher version.")
    return None if handling_of(member, item) == current.handling else _OTHER_HANDLING
