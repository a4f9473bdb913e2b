"""What officers see of drafts: the list of what waits for whom, and one draft as it would leave."""

from dataclasses import dataclass, field, fields
from datetime import datetime

from symbolon.node.domain.drafts import DraftAction, DraftId, DraftState
from symbolon.node.domain.forms import DraftForm
from symbolon.node.domain.leaving import Leaving
from symbolon.protocol.handling import HandlingCode, Urgency
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import AttachmentId, HitId, MemberCode, RequestId


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in the list; those that wait for this officer's word come first, then by time."""

    draft_id: DraftId
    hit_id: HitId
    exchange_id: RequestId | None
    counterpart: MemberCode
    purpose: Purpose
    state: DraftState
    urgency: Urgency
    drafted_by: str
    drafted_at: datetime
    submitted_at: datetime | None
    remark: str = field(repr=False)
    protected: bool
    non_punishment: bool
    exercise: bool
    actions: tuple[DraftAction, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a form that differs from what was submitted before."""

    name: str
    before: object = field(repr=False)
    after: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class PastSubmission:
    """When a draft was shown to a second officer before, and what they said."""

    submitted_at: datetime
    returned_by: str | None
    remark: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that leaves with a draft."""

    attachment_id: AttachmentId
    file_name: str = field(repr=False)
    media_type: str
    size: int
    sha256: str
    handling_code: HandlingCode


@dataclass(frozen=True, slots=True)
class DraftView:
    """One draft: exactly what leaves, to whom, under which line on every page, and what has changed since last time.

    ``leaves`` is None while the form is not complete; ``missing`` says then in which field
    (none where what it answers is gone), and what to do.
    ``content_digest`` is what `approve_draft` asks for.
    """

    line: DraftLine
    content: DraftForm = field(repr=False)
    leaves: Leaving | None = field(repr=False)
    content_digest: str | None
    page_mark: str | None
    attachments: tuple[AttachedFile, ...]
    changes: tuple[FieldChange, ...]
    history: tuple[PastSubmission, ...]
    missing: tuple[str, str] | None


def changes_between(before: DraftForm | None, after: DraftForm) -> tuple[FieldChange, ...]:
    """The fields in which two states of one form differ, in the form's order; none where there was nothing before."""
    if before is None or type(before) is not type(after):
        return ()
    pairs = ((each.name, getattr(before, each.name), getattr(after, each.name)) for each in fields(after))
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)
