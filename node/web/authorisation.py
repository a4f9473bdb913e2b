"""Who may open which page of a node's desk: one row for each route, held by the application itself.

What a person then sees of it is decided where it is decided for everybody: in the services, by the same rights.
"""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.actors import Right
from symbolon.runtime.authorisation import RouteKey
from symbolon.runtime.desk_access import COMMON_ROUTES, SIGNED_IN, DeskRule, holding, people_routes


def both(address: str, *rights: Right) -> Mapping[RouteKey, DeskRule]:
    """A page with a form, and what the form sends."""
    return dict.fromkeys((("GET", address), ("POST", address)), holding(*rights))


DESK: Final[Mapping[RouteKey, DeskRule]] = {
    **COMMON_ROUTES,
    **people_routes(Right.MANAGE_PEOPLE),
    ("GET", "/inbox"): holding(Right.VIEW_HITS),
    ("GET", "/inbox/queue"): holding(Right.VIEW_HITS, by_person=False),
    ("GET", "/inbox.csv"): holding(Right.VIEW_HITS),
    ("GET", "/holds"): holding(Right.RELEASE_HOLD),
    ("GET", "/exchanges"): holding(Right.VIEW_HITS),
    ("GET", "/hits/{hit_id}"): holding(Right.VIEW_HITS),
    ("POST", "/hits/{hit_id}/justification"): holding(Right.HANDLE_PROTECTED),
    ("POST", "/hits/{hit_id}/acknowledge"): holding(Right.ACKNOWLEDGE_HIT),
    ("POST", "/hits/{hit_id}/assign"): holding(Right.ASSIGN_HIT),
    ("POST", "/hits/{hit_id}/recommend"): holding(Right.RECOMMEND),
    ("POST", "/hits/{hit_id}/vote"): holding(Right.CAST_VOTE),
    ("POST", "/hits/{hit_id}/extra-fields"): holding(Right.DRAFT_RELEASE),
    ("POST", "/hits/{hit_id}/extra-fields/answer"): holding(Right.DRAFT_RELEASE),
    ("POST", "/hits/{hit_id}/extra-fields/show"): holding(Right.DRAFT_RELEASE),
    ("POST", "/hits/{hit_id}/release"): holding(Right.RELEASE_HOLD),
    ("POST", "/hits/{hit_id}/safety-hold"): holding(Right.HOLD_FOR_SAFETY),
    ("POST", "/holds/safety-hold"): holding(Right.HOLD_FOR_SAFETY),
    ("POST", "/hits/{hit_id}/close"): holding(Right.END_HIT),
    ("POST", "/hits/{hit_id}/reopen"): holding(Right.REOPEN_HIT),
    **both("/hits/{hit_id}/request", Right.OPEN_REQUEST),
    **both("/hits/{hit_id}/inform", Right.OPEN_REQUEST),
    **both("/hits/{hit_id}/note", Right.DRAFT_RELEASE),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/reply", Right.ANSWER_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/clarification-answer", Right.OPEN_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/accept", Right.ANSWER_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/clarify", Right.ANSWER_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/refuse", Right.REFUSE_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/recall", Right.OPEN_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/formal-route", Right.OPEN_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/feedback", Right.OPEN_REQUEST),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/close", Right.END_HIT),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/onward-use", Right.DRAFT_RELEASE),
    **both("/hits/{hit_id}/exchanges/{exchange_id}/onward-decision", Right.DRAFT_RELEASE),
    ("GET", "/hits/{hit_id}/exchanges/{exchange_id}/pass-on"): holding(Right.DRAFT_RELEASE),
    ("GET", "/drafts"): holding(Right.DRAFT_RELEASE, Right.APPROVE_RELEASE),
    ("GET", "/hits/{hit_id}/drafts/{draft_id}"): holding(Right.DRAFT_RELEASE, Right.APPROVE_RELEASE),
    **both("/hits/{hit_id}/drafts/{draft_id}/edit", Right.DRAFT_RELEASE),
    ("POST", "/hits/{hit_id}/drafts/{draft_id}/submit"): holding(Right.DRAFT_RELEASE),
    ("POST", "/hits/{hit_id}/drafts/{draft_id}/approve"): holding(Right.APPROVE_RELEASE),
    ("POST", "/hits/{hit_id}/drafts/{draft_id}/return"): holding(Right.APPROVE_RELEASE),
    ("POST", "/hits/{hit_id}/drafts/{draft_id}/discard"): holding(Right.DRAFT_RELEASE),
    **both("/hits/{hit_id}/meeting", Right.DRAFT_RELEASE),
    **both("/hits/{hit_id}/meetings/{meeting_id}/change", Right.DRAFT_RELEASE),
    ("POST", "/hits/{hit_id}/meetings/{meeting_id}/answer"): holding(Right.DRAFT_RELEASE),
    ("GET", "/hits/{hit_id}/meetings/{meeting_id}/calendar"): holding(Right.VIEW_HITS),
    **both("/hits/{hit_id}/contact", Right.DRAFT_RELEASE),
    ("GET", "/hits/{hit_id}/pack"): holding(Right.VIEW_HITS),
    ("GET", "/focal-points"): holding(Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points.csv"): holding(Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points/call"): holding(Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points/duty"): holding(Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points/duty.csv"): holding(Right.VIEW_FOCAL_POINTS),
    ("POST", "/focal-points/pings/{ping_id}/answer"): holding(Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points/own"): holding(Right.MANAGE_FOCAL_POINTS),
    ("GET", "/focal-points/own.toml"): holding(Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/toml"): holding(Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/general"): holding(Right.MANAGE_FOCAL_POINTS),
    ("GET", "/focal-points/own/desk"): holding(Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/desk"): holding(Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/desk/remove"): holding(Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/staff"): holding(Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/publish"): holding(Right.MANAGE_FOCAL_POINTS),
    ("GET", "/escalations"): holding(Right.VIEW_HITS, Right.VIEW_AUDIT),
    ("GET", "/escalations.csv"): holding(Right.VIEW_HITS, Right.VIEW_AUDIT),
    ("GET", "/interests"): holding(Right.VIEW_HITS),
    ("POST", "/interests"): holding(Right.VIEW_HITS),
    ("POST", "/interests/end"): holding(Right.VIEW_HITS),
    ("GET", "/notices"): SIGNED_IN,
    ("POST", "/notices"): SIGNED_IN,
    ("GET", "/agreements"): holding(Right.VIEW_FOCAL_POINTS),
    ("GET", "/agreements/{state}"): holding(Right.VIEW_FOCAL_POINTS),
    ("POST", "/agreements/{state}"): holding(Right.AGREE_PAIR),
    ("POST", "/agreements/{state}/sign"): holding(Right.AGREE_PAIR),
    ("GET", "/federation"): holding(Right.VIEW_FEDERATION),
    ("GET", "/expiry"): holding(Right.VIEW_FEDERATION),
    ("GET", "/audit"): holding(Right.VIEW_AUDIT),
}
