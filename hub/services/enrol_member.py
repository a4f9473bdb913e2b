"""The operator makes a state a member, after comparing the fingerprint of its request over the phone."""

from dataclasses import dataclass, field

from symbolon.hub.errors import EnrolmentRefused
from symbolon.hub.ports import Enrolment, Store, Work
from symbolon.hub.services.describe_federation import directory_of
from symbolon.hub.services.sign_message import HubIdentity
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages import EnrolmentRequest, MemberCard, Welcome, enrolment_fingerprint
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.certificates import KeyAndCertificate
from symbolon.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class EnrolmentOffice:
    """What a new member is given: a certificate of this authority, and the hub's address."""

    authority: KeyAndCertificate = field(repr=False)
    hub_url: str


class EnrolMember:
    """The use case of `symbolon hub enrol`."""

    def __init__(self, store: Store, identity: HubIdentity, office: EnrolmentOffice, clock: Clock) -> None:
        self._store = store
        self._identity = identity
        self._office = office
        self._clock = clock

    def __call__(self, request: EnrolmentRequest, fingerprint: str | None) -> Welcome:
        """Enrol, and give what the new member needs to join; the same request again is given the same certificate.

        `fingerprint` is what the state read out; None where nobody asked for it. Raises `EnrolmentRefused`, or
        `BadCertificate` for a certificate request that is not the member's own.
        """
        if request.code == HUB:
            raise EnrolmentRefused("The hub is no member: the state enrols under its own code.")
        if fingerprint is not None and _digits(fingerprint) != _digits(enrolment_fingerprint(request)):
            raise EnrolmentRefused("The fingerprint is not this request's: do not enrol, and ask the state again.")
        now = self._clock.now()
        certificate = certificates.issue_client_certificate(
            self._office.authority, request.csr_pem.encode(), request.code, now
        )
        asked = Enrolment(enrolment_fingerprint(request), certificate.decode())
        with self._store.work() as work:
            given = _enrolled_before(work, asked, request.code)
            if given is None:
                work.members.enrol(_card(request, certificate), asked, now)
                work.audit(AuditAct.MEMBER_ENROLLED, HUB, request.code, {})
            directory = directory_of(work, self._identity)
        return Welcome(
            directory=directory,
            certificate_pem=(given or asked).certificate_pem,
            ca_pem=self._office.authority.certificate_pem.decode(),
            hub_url=self._office.hub_url,
        )


def _enrolled_before(work: Work, asked: Enrolment, code: MemberCode) -> Enrolment | None:
    """What this very request was given before; raises `EnrolmentRefused` where another one has the code."""
    if work.members.find(code) is None:
        return None
    given = work.members.enrolment(code)
    if given is None or given.request_fingerprint != asked.request_fingerprint:
        raise EnrolmentRefused("A member of this code is enrolled already, by another request.")
    return given


def _card(request: EnrolmentRequest, certificate: bytes) -> MemberCard:
    return MemberCard(
        code=request.code,
        name=request.name,
        signing_key=request.signing_key,
        sealing_key=request.sealing_key,
        certificate_fingerprint=certificates.fingerprint(certificate),
    )


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()
