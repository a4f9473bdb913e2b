"""A member that lost its keys, or whose certificate lapsed, comes back by a new request, without being expelled.

It cannot sign a rotation; the operator vouches for it instead, and the members compare its new card as any other.
"""

import hashlib
from datetime import datetime

from symbolon.hub.domain.directory_drafts import with_standing
from symbolon.hub.domain.members import Standing
from symbolon.hub.errors import EnrolmentRefused
from symbolon.hub.ports import PendingRotation, Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory
from symbolon.hub.services.enrol_member import Founder, check_fingerprint
from symbolon.hub.services.rotate_keys import ProposeNewCard
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import canonical_bytes, to_wire
from symbolon.protocol.messages import EnrolmentRequest, MemberStanding, RotationRequest, Welcome
from symbolon.protocol.references import HUB
from symbolon.runtime import certificates
from symbolon.runtime.clock import Clock


class ReplaceCard:
    """The use case of `symbolon hub enrol --replace`."""

    def __init__(self, store: Store, founder: Founder, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._founder = founder
        self._draft = draft
        self._propose = ProposeNewCard(founder.office, draft)
        self._clock = clock

    def __call__(self, request: EnrolmentRequest, fingerprint: str | None) -> Welcome:
        """Propose the new card, and give what the member needs to join; the same request again gets the same.

        The certificate serves from now on, and what the lost key signed before counts no longer once the card is in
        effect. A suspended member stays so until then. Raises `EnrolmentRefused`, `CertificateRefused`, or
        `MalformedMessage` for keys that a card may not carry.
        """
        check_fingerprint(request, fingerprint)
        with self._store.work() as work:
            work.records.order_commits()
            _refuse_unless_listed(work, request)
            now = self._clock.now()
            certificate_pem = _given_before(work, request, now) or self._replace(work, request, now)
        return self._founder.welcome(certificate_pem)

    def _replace(self, work: Work, request: EnrolmentRequest, now: datetime) -> str:
        rotation = RotationRequest(
            signing_key=request.signing_key,
            sealing_key=request.sealing_key,
            hybrid_sealing_key=request.hybrid_sealing_key,
            csr_pem=request.csr_pem,
            retire_old_at_once=True,
        )
        # No directory gives a card to a member that is not active in it (`verify_succession`).
        known = work.directory.in_effect()
        self._draft(work, with_standing(known, request.code, MemberStanding.ACTIVE, now), "replacement", now)
        certificate = self._propose(work, request.code, rotation, now)
        work.members.keep_rotation(request.code, PendingRotation(_digest(request), certificate), now)
        work.audit(AuditAct.MEMBER_ENROLLED, HUB, request.code, {"replaced": True})
        return certificate.pem


def _refuse_unless_listed(work: Work, request: EnrolmentRequest) -> None:
    present = work.members.find(request.code)
    if present is None or present.standing is Standing.EXPELLED:
        raise EnrolmentRefused("No member of this code is there to come back: enrol the state without --replace.")
    if present.standing is Standing.CANDIDATE:
        raise EnrolmentRefused(
            "This state is a candidate yet: take it off the proposal with `symbolon hub member expel`, and enrol it "
            "anew without --replace."
        )


def _given_before(work: Work, request: EnrolmentRequest, now: datetime) -> str | None:
    """The certificate that this very request was given, whether its card still waits or is in effect."""
    pending = work.members.rotation(request.code)
    if pending is not None and pending.request_digest == _digest(request):
        return pending.certificate.pem
    present, given = work.members.find(request.code), work.members.enrolment(request.code)
    if present is None or given is None:
        return None
    keys = (present.card.signing_key, present.card.sealing_key, present.card.hybrid_sealing_key)
    if keys != (request.signing_key, request.sealing_key, request.hybrid_sealing_key):
        return None
    pem = given.certificate_pem.encode()
    # A lapsed certificate is a reason to come back with the keys of before.
    if certificates.expires_at(pem) <= now or not certificates.is_for_request(pem, request.csr_pem.encode()):
        return None
    return given.certificate_pem


def _digest(request: EnrolmentRequest) -> str:
    return hashlib.sha256(canonical_bytes(to_wire(request))).hexdigest()
