"""Which scope and which right each address of the API needs: one row for each route, held by the application itself.

What a client then sees is decided in the services, as for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from symbolon.node.domain.actors import Right
from symbolon.node.domain.api_clients import Scope
from symbolon.runtime.authorisation import RouteKey


@dataclass(frozen=True, slots=True)
class ApiRule:
    """Who may have a route: clients with the scope and one of the rights; no right named: the scope is enough."""

    scope: Scope | None = None
    any_of: frozenset[Right] = frozenset()
    is_public: bool = False


def _with(scope: Scope, *rights: Right) -> ApiRule:
    return ApiRule(scope, frozenset(rights))


_HIT: Final = "/hits/{hit_id}"
_DRAFT: Final = f"{_HIT}/drafts/{{draft_id}}"
_IN: Final = f"{_HIT}/exchanges/{{exchange_id}}"
_FILE: Final = f"{_HIT}/files/{{attachment_id}}"
_UPLOAD: Final = f"{_HIT}/uploads/{{upload_id}}"
_SUBJECT: Final = "/data-subjects/{reference}"
_DRAFTS_READ: Final = (Right.DRAFT_RELEASE, Right.APPROVE_RELEASE)

API: Final[Mapping[RouteKey, ApiRule]] = {
    ("GET", "/openapi.json"): ApiRule(is_public=True),
    ("GET", "/client"): ApiRule(),
    ("GET", "/hits"): _with(Scope.HITS_READ, Right.VIEW_HITS),
    ("GET", _HIT): _with(Scope.HITS_READ, Right.VIEW_HITS),
    ("GET", f"{_HIT}/asked-before"): _with(Scope.HITS_READ, Right.VIEW_HITS),
    ("GET", f"{_HIT}/pack"): _with(Scope.HITS_READ, Right.VIEW_HITS),
    ("GET", "/officers"): _with(Scope.HITS_ACT, Right.ASSIGN_HIT),
    ("POST", f"{_HIT}/justification"): _with(Scope.PROTECTED, Right.HANDLE_PROTECTED),
    ("POST", f"{_HIT}/acknowledge"): _with(Scope.HITS_ACT, Right.ACKNOWLEDGE_HIT),
    ("POST", f"{_HIT}/assignment"): _with(Scope.HITS_ACT, Right.ASSIGN_HIT),
    ("POST", f"{_HIT}/recommendation"): _with(Scope.HITS_ACT, Right.RECOMMEND),
    ("POST", f"{_HIT}/extra-fields"): _with(Scope.HITS_ACT, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/extra-fields/answer"): _with(Scope.HITS_ACT, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/extra-fields/show"): _with(Scope.HITS_ACT, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/hold-ruling"): _with(Scope.HITS_ACT, Right.RELEASE_HOLD),
    ("POST", f"{_HIT}/safety-hold"): _with(Scope.HITS_ACT, Right.HOLD_FOR_SAFETY),
    ("POST", f"{_HIT}/close"): _with(Scope.HITS_ACT, Right.END_HIT),
    ("POST", f"{_HIT}/reopen"): _with(Scope.HITS_ACT, Right.REOPEN_HIT),
    ("POST", f"{_HIT}/contacts"): _with(Scope.HITS_ACT, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/votes"): _with(Scope.VOTE, Right.CAST_VOTE),
    ("GET", "/drafts"): _with(Scope.DRAFTS, *_DRAFTS_READ),
    ("GET", _DRAFT): _with(Scope.DRAFTS, *_DRAFTS_READ),
    ("GET", f"{_HIT}/request-form"): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("GET", f"{_HIT}/information-form"): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("GET", f"{_IN}/reply-form"): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/drafts"): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("PUT", _DRAFT): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("POST", f"{_DRAFT}/submit"): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("POST", f"{_DRAFT}/discard"): _with(Scope.DRAFTS, Right.DRAFT_RELEASE),
    ("GET", "/releases"): _with(Scope.RELEASE, Right.APPROVE_RELEASE),
    ("GET", f"{_HIT}/releases/{{draft_id}}"): _with(Scope.RELEASE, Right.APPROVE_RELEASE),
    ("POST", f"{_HIT}/releases/{{draft_id}}/approve"): _with(Scope.RELEASE, Right.APPROVE_RELEASE),
    ("POST", f"{_HIT}/releases/{{draft_id}}/return"): _with(Scope.RELEASE, Right.APPROVE_RELEASE),
    ("POST", f"{_IN}/decision"): _with(Scope.EXCHANGES, Right.ANSWER_REQUEST, Right.REFUSE_REQUEST),
    ("POST", f"{_IN}/clarification"): _with(Scope.EXCHANGES, Right.ANSWER_REQUEST),
    ("POST", f"{_IN}/recall"): _with(Scope.EXCHANGES, Right.OPEN_REQUEST),
    ("POST", f"{_IN}/formal-route"): _with(Scope.EXCHANGES, Right.OPEN_REQUEST),
    ("POST", f"{_IN}/feedback"): _with(Scope.EXCHANGES, Right.OPEN_REQUEST),
    ("POST", f"{_IN}/close"): _with(Scope.EXCHANGES, Right.END_HIT),
    ("POST", f"{_IN}/onward-use"): _with(Scope.EXCHANGES, Right.DRAFT_RELEASE),
    ("GET", f"{_IN}/pass-on"): _with(Scope.EXCHANGES, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/meetings"): _with(Scope.EXCHANGES, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/meetings/{{meeting_id}}/answer"): _with(Scope.EXCHANGES, Right.DRAFT_RELEASE),
    ("GET", f"{_HIT}/meetings/{{meeting_id}}/calendar"): _with(Scope.HITS_READ, Right.VIEW_HITS),
    ("GET", "/focal-points"): _with(Scope.DESKS_READ, Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points/duty"): _with(Scope.DESKS_READ, Right.VIEW_FOCAL_POINTS),
    ("GET", "/who-to-call"): _with(Scope.DESKS_READ, Right.VIEW_FOCAL_POINTS),
    ("GET", "/pings"): _with(Scope.DESKS_READ, Right.VIEW_FOCAL_POINTS),
    ("GET", "/agreements"): _with(Scope.DESKS_READ, Right.VIEW_FOCAL_POINTS),
    ("GET", "/focal-points/own"): _with(Scope.DESKS_WRITE, Right.MANAGE_FOCAL_POINTS),
    ("PUT", "/focal-points/own"): _with(Scope.DESKS_WRITE, Right.MANAGE_FOCAL_POINTS),
    ("PUT", "/focal-points/own/staff"): _with(Scope.DESKS_WRITE, Right.MANAGE_FOCAL_POINTS),
    ("POST", "/focal-points/own/publish"): _with(Scope.DESKS_WRITE, Right.MANAGE_FOCAL_POINTS),
    ("POST", "/pings/{ping_id}/answer"): _with(Scope.DESKS_WRITE, Right.VIEW_FOCAL_POINTS),
    ("POST", "/agreements/{member}"): _with(Scope.DESKS_WRITE, Right.AGREE_PAIR),
    ("POST", "/agreements/{member}/sign"): _with(Scope.DESKS_WRITE, Right.AGREE_PAIR),
    ("GET", "/escalations"): _with(Scope.HITS_READ, Right.VIEW_HITS, Right.VIEW_AUDIT),
    ("GET", "/interests"): _with(Scope.HITS_READ, Right.VIEW_HITS),
    ("POST", "/interests"): _with(Scope.HITS_ACT, Right.VIEW_HITS),
    ("POST", "/interests/end"): _with(Scope.HITS_ACT, Right.VIEW_HITS),
    ("GET", "/records"): _with(Scope.RECORDS_READ, Right.CHANGE_RECORDS),
    ("POST", "/records/revise"): _with(Scope.RECORDS_WRITE, Right.CHANGE_RECORDS),
    ("POST", "/records/publish"): _with(Scope.RECORDS_WRITE, Right.CHANGE_RECORDS),
    ("POST", "/records/withdraw"): _with(Scope.RECORDS_WRITE, Right.CHANGE_RECORDS),
    ("GET", "/cases/export"): _with(Scope.RECORDS_READ, Right.VIEW_HITS),
    ("POST", "/cases/import"): _with(Scope.RECORDS_WRITE, Right.CHANGE_RECORDS),
    ("GET", "/reviews"): _with(Scope.RETENTION, Right.REVIEW_RETENTION, Right.LEGAL_HOLD),
    ("GET", "/reviews/{reference}"): _with(Scope.RETENTION, Right.REVIEW_RETENTION, Right.LEGAL_HOLD),
    ("POST", "/reviews/{reference}/renew"): _with(Scope.RETENTION, Right.REVIEW_RETENTION),
    ("POST", "/reviews/{reference}/withdraw"): _with(Scope.RETENTION, Right.REVIEW_RETENTION),
    ("POST", "/reviews/{reference}/legal-hold"): _with(Scope.RETENTION, Right.LEGAL_HOLD),
    ("GET", "/purges"): _with(Scope.RETENTION, Right.REVIEW_RETENTION),
    ("POST", "/data-subjects/search"): _with(Scope.DATA_SUBJECTS, Right.DATA_SUBJECTS),
    ("GET", "/data-subjects"): _with(Scope.DATA_SUBJECTS, Right.DATA_SUBJECTS),
    ("GET", f"{_SUBJECT}/export"): _with(Scope.DATA_SUBJECTS, Right.DATA_SUBJECTS),
    ("GET", f"{_SUBJECT}/proofs"): _with(Scope.DATA_SUBJECTS, Right.DATA_SUBJECTS),
    ("POST", f"{_SUBJECT}/correct"): _with(Scope.DATA_SUBJECTS, Right.DATA_SUBJECTS),
    ("POST", f"{_SUBJECT}/erase"): _with(Scope.DATA_SUBJECTS, Right.DATA_SUBJECTS),
    ("GET", "/audit"): _with(Scope.AUDIT_OWN),
    ("GET", "/federation"): _with(Scope.FEDERATION, Right.VIEW_FEDERATION),
    ("GET", "/expiry"): _with(Scope.FEDERATION, Right.VIEW_FEDERATION),
    ("GET", f"{_HIT}/files"): _with(Scope.FILES_READ, Right.VIEW_HITS),
    ("GET", _FILE): _with(Scope.FILES_READ, Right.VIEW_HITS),
    ("POST", f"{_FILE}/name"): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
    ("DELETE", _FILE): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
    ("POST", f"{_HIT}/uploads"): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
    ("GET", _UPLOAD): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
    ("PUT", _UPLOAD): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
    ("POST", f"{_UPLOAD}/complete"): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
    ("DELETE", _UPLOAD): _with(Scope.FILES_WRITE, Right.DRAFT_RELEASE),
}
"""Without ``/api/v1``."""
