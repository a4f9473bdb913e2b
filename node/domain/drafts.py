"""A draft on its way to a second officer: its states, who may do what with it, and the digest of what leaves.

What the second officer approves is named by its digest (:func:`symbolon.node.domain.leaving.digest_of`), so that a
draft that was changed, or would leave under other marks than they saw, does not go out on their word.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from symbolon.node.domain.actors import Actor, is_client
from symbolon.node.domain.forms import DraftForm
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow
from symbolon.protocol.lifecycle import Event, JointState, Office, Step, step_of
from symbolon.protocol.lifecycle_problems import FourEyesMissing, NotTheirs
from symbolon.protocol.lifecycle_rights import Officer, check_release, offices_for
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, RequestId

DraftId = NewType("DraftId", str)

LONGEST_REMARK: Final = 1_000
OTHER_SIDE_WAS_QUICKER: Final = "The other side was quicker: look at the exchange again, then decide again."
"""The remark on a draft whose message the hub refused because another step was taken first."""
RECORD_IS_PROTECTED_NOW: Final = (
    "The record became a victim's or minor's before this left: a protection officer decides anew whether it may."
)
"""The remark on a draft that was taken back, submitted or approved, when its record came under protection."""


class DraftState(StrEnum):
    """How far a draft has come. SENT and DISCARDED are the end, unless the hub refuses what was sent."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SENT = "sent"
    DISCARDED = "discarded"


class DraftAction(StrEnum):
    """What an officer may do with a draft."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    DISCARD = "discard"


OPEN: Final = frozenset({DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED})
_TAKEN_FROM: Final = {
    DraftAction.CHANGE: frozenset({DraftState.DRAFT, DraftState.RETURNED}),
    DraftAction.SUBMIT: frozenset({DraftState.DRAFT, DraftState.RETURNED}),
    DraftAction.APPROVE: frozenset({DraftState.SUBMITTED}),
    DraftAction.RETURN: frozenset({DraftState.SUBMITTED}),
    DraftAction.DISCARD: OPEN,
}
"""From which states each action is taken."""

AS_INFORMATION: Final = step_of(JointState.CONFIRMED, Event.SPONTANEOUS)
"""The row whose offices hold for what is released without being a step: a note, the leave to pass something on."""


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """Whose four eyes a release needs: by its row of the table, and by whether the own record is protected."""

    step: Step
    protected: bool

    def officer(self, actor: Actor) -> Officer:
        """The officer that an actor is on such a hit."""
        return Officer(actor.login, actor.offices_on_hit(protected=self.protected))

    def may_draft(self, actor: Actor) -> bool:
        """Whether the actor has one of the offices of which one drafts."""
        return bool(offices_for(self.step, protected=self.protected) & self.officer(actor).offices)

    def is_writer(self, officer: Officer, draft: "Draft") -> bool:
        """Whether the draft is this officer's to change: its drafter's, or a protection officer's who takes it over."""
        if officer.login == draft.drafted_by:
            return True
        offices = offices_for(self.step, protected=self.protected)
        return self.protected and not offices & draft.offices and bool(offices & officer.offices)

    def refusal(self, drafter: Officer, approver: Officer) -> str | None:
        """Why these two may not release it together, as a sentence; None where they may."""
        if is_client(drafter.login) and is_client(approver.login):
            return "A program drafted it, and no program releases what a program wrote: let a person release it."
        try:
            check_release(self.step, drafter, approver, protected=self.protected)
        except (FourEyesMissing, NotTheirs) as refused:
            return str(refused)
        return None


@dataclass(frozen=True, slots=True)
class Submission:
    """One time that a draft was shown to a second officer, and what they said to it."""

    content: DraftForm = field(repr=False)
    content_digest: str
    submitted_at: datetime
    returned_by: str | None
    remark: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. ``version`` counts its changes; ``exchange_id`` of a request is the one that it will open.

    ``offices`` are those of its drafter when it was last changed: four eyes are judged by them.
    """

    draft_id: DraftId
    hit_id: HitId
    exchange_id: RequestId | None
    purpose: Purpose
    content: DraftForm = field(repr=False)
    state: DraftState
    drafted_by: str
    offices: frozenset[Office]
    drafted_at: datetime
    submitted_at: datetime | None = None
    decided_by: str | None = None
    remark: str = field(default="", repr=False)
    version: int = 1
    content_digest: str | None = None
    """What was submitted (:func:`symbolon.node.domain.leaving.digest_of`); None while nothing is."""
    submissions: tuple[Submission, ...] = field(default=(), repr=False)
    """Former submissions, the oldest first; the present one is the draft itself."""

    @property
    def earlier(self) -> DraftForm | None:
        """What was submitted the last time before: a second officer sees what has changed since."""
        return self.submissions[-1].content if self.submissions else None

    @property
    def drafter(self) -> Officer:
        """Who drafted it, in the offices of that time."""
        return Officer(self.drafted_by, self.offices)


def draft_actions(draft: Draft, actor: Actor, rule: ReleaseRule) -> tuple[DraftAction, ...]:
    """What this officer may do with the draft now, by its state and by four eyes; in the order of `DraftAction`."""
    allowed = {action for action in DraftAction if draft.state in _TAKEN_FROM[action]}
    if not rule.is_writer(rule.officer(actor), draft):
        allowed -= {DraftAction.CHANGE, DraftAction.SUBMIT}
    if not rule.may_draft(actor):
        allowed -= {DraftAction.CHANGE, DraftAction.SUBMIT, DraftAction.DISCARD}
    if rule.refusal(draft.drafter, rule.officer(actor)) is not None:
        allowed -= {DraftAction.APPROVE, DraftAction.RETURN}
    return tuple(action for action in DraftAction if action in allowed)


def changed(draft: Draft, form: DraftForm, by: Officer, now: datetime, rule: ReleaseRule) -> Draft:
    """The draft with other content, by its own drafter; or by the protection officer whose draft it becomes.

    Raises:
        NotAllowedNow: it lies with a second officer, or is over.
        Forbidden: somebody else drafted it.

    """
    _check(draft, DraftAction.CHANGE, by=draft.drafted_by if rule.is_writer(by, draft) else by.login)
    return replace(
        draft,
        content=form,
        drafted_by=by.login,
        offices=by.offices,
        drafted_at=now,
        state=DraftState.DRAFT,
        version=draft.version + 1,
        content_digest=None,
        submitted_at=None,
    )


def submitted(draft: Draft, by: Officer, content_digest: str, now: datetime) -> Draft:
    """The draft, shown to a second officer; raises as :func:`changed` does."""
    _check(draft, DraftAction.SUBMIT, by=by.login)
    return replace(
        draft,
        state=DraftState.SUBMITTED,
        submitted_at=now,
        decided_by=None,
        remark="",
        version=draft.version + 1,
        content_digest=content_digest,
    )


def approved(draft: Draft, actor: Actor, rule: ReleaseRule, seen: str, leaving: str) -> Draft:
    """The draft, released by a second officer who saw what has the digest ``seen``; ``leaving`` is what would leave.

    Raises:
        NotAllowedNow: it was not submitted, or is not what the officer saw.
        Forbidden: the officer drafted it, or has not the office to release it.

    """
    _check(draft, DraftAction.APPROVE)
    refusal = rule.refusal(draft.drafter, rule.officer(actor))
    if refusal is not None:
        raise Forbidden(refusal)
    if not seen == leaving == draft.content_digest:
        raise NotAllowedNow("What would leave is no longer what you saw: load the page and read it again.")
    return replace(draft, state=DraftState.SENT, decided_by=actor.login, version=draft.version + 1)


def returned(draft: Draft, actor: Actor, rule: ReleaseRule, remark: str) -> Draft:
    """The draft, given back with a remark by a second officer who could have released it.

    Raises:
        InvalidDraft: the remark is missing or too long.
        NotAllowedNow: it was not submitted.
        Forbidden: the officer drafted it, or has not the office to release it.

    """
    if not 1 <= len(remark.strip()) <= LONGEST_REMARK:
        raise InvalidDraft("remark", f"Say in 1 to {LONGEST_REMARK} characters what is to be changed.")
    _check(draft, DraftAction.RETURN)
    if rule.refusal(draft.drafter, rule.officer(actor)) is not None:
        raise Forbidden("Who may release it returns it: another officer than the drafter, with the office for it.")
    return _given_back(draft, actor.login, remark.strip())


def refused_by_hub(draft: Draft, remark: str = OTHER_SIDE_WAS_QUICKER) -> Draft:
    """The draft whose message never reached the other side: it is its drafter's again, and needs a new approval.

    Raises:
        NotAllowedNow: it was not sent.

    """
    if draft.state is not DraftState.SENT:
        raise NotAllowedNow("Only what was sent comes back.")
    return _given_back(draft, draft.decided_by, remark)


def taken_back(draft: Draft) -> Draft:
    """The draft of a hit that came under protection: what was submitted or sent is to be drafted anew.

    Raises:
        NotAllowedNow: it was neither.

    """
    if draft.state not in (DraftState.SUBMITTED, DraftState.SENT):
        raise NotAllowedNow("Only what was submitted or sent is taken back.")
    return _given_back(draft, draft.decided_by, RECORD_IS_PROTECTED_NOW)


def discarded(draft: Draft, actor: Actor, rule: ReleaseRule) -> Draft:
    """The draft, thrown away: by its drafter, or by another officer who could have drafted it, as nothing leaves.

    Raises:
        NotAllowedNow: it is over.
        Forbidden: the actor has none of the offices.

    """
    _check(draft, DraftAction.DISCARD)
    if not rule.may_draft(actor):
        raise Forbidden("Who may draft it may discard it: ask the focal point or the protection officer.")
    return replace(draft, state=DraftState.DISCARDED, decided_by=actor.login, version=draft.version + 1)


def _given_back(draft: Draft, by: str | None, remark: str) -> Draft:
    past = Submission(draft.content, draft.content_digest or "", draft.submitted_at or draft.drafted_at, by, remark)
    return replace(
        draft,
        state=DraftState.RETURNED,
        decided_by=by,
        remark=remark,
        version=draft.version + 1,
        content_digest=None,
        submissions=(*draft.submissions, past),
    )


def _check(draft: Draft, action: DraftAction, by: str | None = None) -> None:
    if draft.state not in _TAKEN_FROM[action]:
        raise NotAllowedNow(f"The draft is {draft.state.value} now and takes no {action.value}: load the page again.")
    if by is not None and by != draft.drafted_by:
        raise Forbidden("Another officer drafted this: ask them, or write a draft of your own.")
