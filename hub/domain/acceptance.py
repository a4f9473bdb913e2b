"""Whether an item of a submission is taken, without its encoding (which only the comparator may judge)."""

from dataclasses import dataclass
from datetime import date

from symbolon.hub.domain.records import RecordEntry, has_expired
from symbolon.protocol.messages import SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class LinkageTerms:
    """What the members agreed on: schema, its digest (hex SHA-256), and the epoch of the linkage key."""

    schema_id: str
    schema_digest: str
    key_epoch: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item goes back to its owner: a closed code, and a sentence that says what to do."""

    problem: Problem
    detail: str


def refusal_of(
    item: SubmissionItem, member: MemberCode, current: RecordEntry | None, terms: LinkageTerms, today: date
) -> Refusal | None:
    """Why `member`'s item cannot be taken, or None. `current` is the record that has the same reference, if any."""
    if item.schema_id != terms.schema_id or item.schema_digest != terms.schema_digest:
        return Refusal(
            Problem.UNKNOWN_SCHEMA, "Encoded under another linkage schema: refresh the directory and encode again."
        )
    if item.key_epoch != terms.key_epoch:
        return Refusal(Problem.WRONG_KEY_EPOCH, "Encoded under another key epoch: encode again under the current one.")
    if has_expired(item.review_date, today):
        return Refusal(Problem.EXPIRED, "The review date has passed: review the record and set a new date.")
    if current is None:
        return None
    if current.member != member:
        return Refusal(Problem.FORBIDDEN, "The reference is not this member's: give the record a reference of its own.")
    if item.version <= current.version:
        return Refusal(Problem.STALE_VERSION, "The hub has this version or a newer one: send a higher version.")
    return None
