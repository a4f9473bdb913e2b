"""Who may ask the hub for what: one row for each route of the members' API, and one for each page of the desk.

A member is who the certificate of its connection says (invariant 10), and is served as it stands in the federation.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from starlette.requests import Request

from symbolon.hub.domain.actors import Right
from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.domain.members import ACTIVE_ONLY, MAY_SIGN, Caller, Standing, refuse_unless
from symbolon.hub.errors import Unauthenticated
from symbolon.runtime.authorisation import RouteKey
from symbolon.runtime.certificates import BadCertificate
from symbolon.runtime.desk_access import COMMON_ROUTES, DeskRule, holding, people_routes
from symbolon.runtime.tls import peer_certificate


class IdentifyCaller(Protocol):
    """Finds the state of a certificate; see `symbolon.hub.services.identify_member.IdentifyMember`."""

    def __call__(self, common_name: str, fingerprint: CertificateFingerprint) -> Caller:
        """The state to which exactly this certificate was issued. Raises `Unauthenticated` or `MemberExpelled`."""
        ...


API: Final[Mapping[RouteKey, frozenset[Standing]]] = {
    # What a state needs to become a member, to be one again, and to see that it is none.
    ("GET", "/v1/health"): MAY_SIGN,
    ("GET", "/v1/federation"): MAY_SIGN,
    ("GET", "/v1/federation/proposal"): MAY_SIGN,
    ("POST", "/v1/federation/approvals"): MAY_SIGN,
    ("GET", "/openapi.json"): MAY_SIGN,
    ("POST", "/v1/rotations"): ACTIVE_ONLY,
    ("POST", "/v1/epochs/progress"): ACTIVE_ONLY,
    ("POST", "/v1/submissions"): ACTIVE_ONLY,
    ("POST", "/v1/withdrawals"): ACTIVE_ONLY,
    ("POST", "/v1/tokens"): ACTIVE_ONLY,
    ("POST", "/v1/pairs"): ACTIVE_ONLY,
    ("POST", "/v1/pairs/ends"): ACTIVE_ONLY,
    ("POST", "/v1/pairs/problems"): ACTIVE_ONLY,
    ("POST", "/v1/votes"): ACTIVE_ONLY,
    ("POST", "/v1/messages"): ACTIVE_ONLY,
    ("POST", "/v1/steps"): ACTIVE_ONLY,
    ("POST", "/v1/acknowledgements"): ACTIVE_ONLY,
    ("POST", "/v1/holds"): ACTIVE_ONLY,
    ("POST", "/v1/safety-holds"): ACTIVE_ONLY,
    ("POST", "/v1/focal-points"): ACTIVE_ONLY,
    ("GET", "/v1/focal-points"): ACTIVE_ONLY,
    ("POST", "/v1/focal-points/answers"): ACTIVE_ONLY,
    ("POST", "/v1/pair-profiles"): ACTIVE_ONLY,
    ("GET", "/v1/pair-profiles"): ACTIVE_ONLY,
    ("POST", "/v1/attachments"): ACTIVE_ONLY,
    ("GET", "/v1/attachments/{attachment_id}/progress"): ACTIVE_ONLY,
    ("PUT", "/v1/attachments/{attachment_id}/chunks/{number}"): ACTIVE_ONLY,
    ("GET", "/v1/attachments/{attachment_id}/chunks/{number}"): ACTIVE_ONLY,
    ("POST", "/v1/attachments/{attachment_id}/received"): ACTIVE_ONLY,
    ("GET", "/v1/deliveries"): ACTIVE_ONLY,
    ("POST", "/v1/deliveries/acknowledgements"): ACTIVE_ONLY,
    ("POST", "/v1/reconciliation/deliveries"): ACTIVE_ONLY,
    ("GET", "/v1/reconciliation/records"): ACTIVE_ONLY,
    ("GET", "/v1/reconciliation/hits"): ACTIVE_ONLY,
    ("POST", "/v1/reconciliation/known-records"): ACTIVE_ONLY,
    ("POST", "/v1/reconciliation/known-hits"): ACTIVE_ONLY,
    ("POST", "/v1/reconciliation/done"): ACTIVE_ONLY,
}
"""How a state must stand for each route of the members' API."""

DESK: Final[Mapping[RouteKey, DeskRule]] = {
    **COMMON_ROUTES,
    **people_routes(Right.MANAGE_PEOPLE),
    ("GET", "/status"): holding(Right.VIEW_STATUS),
    ("GET", "/status/numbers"): holding(Right.VIEW_STATUS, by_person=False),
    ("GET", "/federation"): holding(Right.VIEW_FEDERATION),
    ("GET", "/clocks"): holding(Right.VIEW_CLOCKS),
    ("GET", "/clocks.csv"): holding(Right.VIEW_CLOCKS),
    ("GET", "/audit"): holding(Right.VIEW_AUDIT),
}
"""Who may open each page of the desk."""


def admit_members(identify: IdentifyCaller) -> Callable[[Request, frozenset[Standing]], None]:
    """Admits a state whose standing a row names; the route then finds it as :func:`caller_of`.

    The returned function raises `Unauthenticated`, `NotYetAMember`, `MemberSuspended` or `MemberExpelled`.
    """

    def admit(request: Request, served: frozenset[Standing]) -> None:
        try:
            certificate = peer_certificate(request.scope)
        except BadCertificate:
            raise Unauthenticated from None
        if certificate is None:
            raise Unauthenticated
        caller = identify(certificate.common_name, CertificateFingerprint(certificate.fingerprint))
        refuse_unless(caller.standing, served)
        request.state.caller = caller

    return admit


def caller_of(request: Request) -> Caller:
    """Who was admitted: a dependency of the routes."""
    caller = request.state.caller
    if not isinstance(caller, Caller):
        raise TypeError("the request passed no authorisation table")
    return caller
