"""From an id to a draft and its hit, both locked, for one act of one officer; and where what is drafted would go."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.drafts import AS_INFORMATION, Draft, DraftId, ReleaseRule
from symbolon.node.domain.forms import OnwardDecisionForm
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.leaving import Departure
from symbolon.node.domain.messages import of_kind
from symbolon.node.errors import Forbidden, NoDirectory, NotAllowedNow, NotFound
from symbolon.node.ports.storage import Work
from symbolon.node.services.protection_marks import marks_of
from symbolon.protocol.lifecycle import Event, JointState, step_of
from symbolon.protocol.messages import OnwardUseRequest
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HitId, NoteId

_ROWS = {
    Purpose.REQUEST: step_of(JointState.CONFIRMED, Event.REQUESTED),
    Purpose.SPONTANEOUS_INFORMATION: step_of(JointState.CONFIRMED, Event.SPONTANEOUS),
    Purpose.CLARIFICATION_ANSWER: step_of(JointState.CLARIFY, Event.CLARIFIED),
    Purpose.REPLY: step_of(JointState.ACCEPTED, Event.RESPONDED),
}
_DRAFTING_RIGHTS = (Right.DRAFT_RELEASE, Right.APPROVE_RELEASE)


def release_rule(hit: Hit, purpose: Purpose) -> ReleaseRule:
    """Whose four eyes the release of such a message about this hit needs."""
    return ReleaseRule(_ROWS.get(purpose, AS_INFORMATION), hit.protected)


def hit_to_draft_on(work: Work, actor: Actor, hit_id: HitId, right: Right = Right.DRAFT_RELEASE) -> Hit:
    """The hit, locked, for somebody who may draft about it, or decide on what was drafted.

    Raises:
        NotFound: there is no such hit, or the actor may not know of it (invariant 10).
        Forbidden: the actor sees the hit but lacks the right.

    """
    hit = work.hits.lock(hit_id)
    if hit is None or not may_see(actor, hit):
        raise NotFound("There is no such hit in your queue.")
    if not actor.permits_on_hit(right, protected=hit.protected):
        raise Forbidden("Your role does not allow this: ask the focal point, the authoriser or the protection officer.")
    return hit


def draft_to_act_on(work: Work, actor: Actor, draft_id: DraftId, right: Right) -> tuple[Draft, Hit]:
    """The draft and its hit, both locked; the hit first, as everywhere.

    Raises:
        NotFound: there is no such draft, or the actor may not know of it.
        Forbidden: the actor sees the draft but lacks the right.

    """
    found = work.drafts.find(draft_id)
    hit = work.hits.lock(hit_of(found, draft_id))
    draft = work.drafts.lock(draft_id)
    if hit is None or draft is None or not may_see_drafts(actor, hit):
        raise NotFound("There is no such draft in your queue.")
    if not actor.permits_on_hit(right, protected=hit.protected):
        raise Forbidden("Your role does not allow this: ask the focal point, the authoriser or the protection officer.")
    return draft, hit


def hit_of(draft: Draft | None, draft_id: DraftId) -> HitId:
    """The hit to look for: of a draft that is not there, one that is not there either.

    So that a draft that somebody may not know of takes no other statements than one that does not exist.
    """
    return HitId(draft_id) if draft is None else draft.hit_id


def may_see_drafts(actor: Actor, hit: Hit) -> bool:
    """Whether the actor may know of drafts about the hit: who drafts, or decides on what is drafted (invariant 6)."""
    permitted = (actor.permits_on_hit(right, protected=hit.protected) for right in _DRAFTING_RIGHTS)
    return may_see(actor, hit) and any(permitted)


def departure_of(work: Work, hit: Hit, draft: Draft) -> Departure:
    """Where a draft's message would go, and with which marks.

    Raises:
        NoDirectory: nobody's keys are known.
        NotAllowedNow: it answers what is no longer there.

    """
    directory = work.directory.find()
    if directory is None:
        raise NoDirectory
    return Departure(
        federation=directory.federation,
        sender=hit.own,
        recipient=hit.counterpart,
        hit_id=hit.hit_id,
        exchange_id=draft.exchange_id,
        note_id=NoteId(draft.draft_id),
        marks=marks_of(work, hit),
        asked=_asked(work, hit, draft),
    )


def _asked(work: Work, hit: Hit, draft: Draft) -> OnwardUseRequest | None:
    form = draft.content
    if not isinstance(form, OnwardDecisionForm):
        return None
    asked = of_kind(work.messages.of_hit(hit.hit_id), OnwardUseRequest)
    for stored, request in asked:
        if stored.direction is Direction.RECEIVED and request.onward_use_id == form.onward_use_id:
            return request
    raise NotAllowedNow("The request for onward use is no longer there: load the page again.")
