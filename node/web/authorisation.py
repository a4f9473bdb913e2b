"""Who may open which page of a node's desk: one row for each route, held by the application itself.

What a person then sees of it is decided where it is decided for everybody: in the services, by the same rights.
"""

from collections.abc import Mapping
from typing import Final

from symbolon.node.domain.actors import Right
from symbolon.runtime.authorisation import RouteKey
from symbolon.runtime.desk_access import COMMON_ROUTES, DeskRule, holding, people_routes

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
    ("POST", "/hits/{hit_id}/vote"): holding(Right.CAST_VOTE),
    ("POST", "/hits/{hit_id}/release"): holding(Right.RELEASE_HOLD),
    ("GET", "/hits/{hit_id}/request"): holding(Right.OPEN_REQUEST),
    ("POST", "/hits/{hit_id}/request"): holding(Right.OPEN_REQUEST),
    ("GET", "/hits/{hit_id}/requests/{request_id}/reply"): holding(Right.ANSWER_REQUEST),
    ("POST", "/hits/{hit_id}/requests/{request_id}/reply"): holding(Right.ANSWER_REQUEST),
    ("GET", "/federation"): holding(Right.VIEW_FEDERATION),
    ("GET", "/expiry"): holding(Right.VIEW_FEDERATION),
    ("GET", "/audit"): holding(Right.VIEW_AUDIT),
}
