"""The operator enrols a state, after comparing the fingerprint of its request over the phone.

It is a candidate, which may read and sign the directory; a member it is when the members have signed a version that
lists it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from symbolon.hub.domain.directory_drafts import DEFAULT_POLICIES, Founding, with_member
from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.domain.members import EnrolledMember, Standing
from symbolon.hub.errors import CertificateRefused, EnrolmentRefused
from symbolon.hub.ports import Enrolment, IssuedCertificate, Store, Work
from symbolon.hub.services.add_operator import founding_cards
from symbolon.hub.services.draft_directory import DraftDirectory
from symbolon.hub.services.sign_message import HubIdentity
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.codec import whole_milliseconds
from symbolon.protocol.messages import (
    EnrolmentRequest,
    FederationPolicies,
    LinkageEpoch,
    MemberCard,
    Welcome,
    enrolment_fingerprint,
)
from symbolon.protocol.messages_comparison import OPEN_COMPARISON, Comparing, Comparison, Opening
from symbolon.protocol.references import HUB, MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.certificates import BadCertificate, KeyAndCertificate
from symbolon.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class CertificateOffice:
    """What members are given: certificates of this authority, and the hub's address."""

    authority: KeyAndCertificate = field(repr=False)
    hub_url: str

    def issue(self, csr_pem: str, code: MemberCode, policies: FederationPolicies, now: datetime) -> IssuedCertificate:
        """A client certificate; raises `CertificateRefused` for a request that is not the member's own."""
        lifetime = timedelta(days=policies.certificate_lifetime_days)
        try:
            pem = certificates.issue_client_certificate(self.authority, csr_pem.encode(), code, now, lifetime)
        except BadCertificate as error:
            raise CertificateRefused(str(error)) from None
        return IssuedCertificate(CertificateFingerprint(certificates.fingerprint(pem)), pem.decode())


@dataclass(frozen=True, slots=True)
class Founder:
    """Who founds the federation and enrols its members: the hub, its office, and the epoch that it begins with."""

    identity: HubIdentity
    office: CertificateOffice
    first_epoch: LinkageEpoch
    opening: Opening = Opening.HUB
    """To whom match bits open, where operators were added."""

    def welcome(self, certificate_pem: str) -> Welcome:
        """What a state needs to join, with its certificate."""
        return Welcome(
            certificate_pem=certificate_pem,
            ca_pem=self.office.authority.certificate_pem.decode(),
            hub_url=self.office.hub_url,
            hub_signing_key=self.identity.signing_key.public.to_bytes(),
            federation=self.identity.federation,
            exercise=self.identity.exercise,
        )


class EnrolMember:
    """The use case of `symbolon hub enrol`."""

    def __init__(self, store: Store, founder: Founder, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._founder = founder
        self._draft = draft
        self._clock = clock

    def __call__(self, request: EnrolmentRequest, fingerprint: str | None) -> Welcome:
        """Enrol, and give what the state needs to join; the same request again is given the same certificate.

        `fingerprint` is what the state read out; None where nobody asked for it. Raises `EnrolmentRefused`, or
        `CertificateRefused` for a certificate request that is not the member's own.
        """
        if request.code == HUB:
            raise EnrolmentRefused("The hub is no member: the state enrols under its own code.")
        check_fingerprint(request, fingerprint)
        now = self._clock.now()
        with self._store.work() as work:
            work.records.order_commits()
            certificate_pem = _enrolled_before(work, request) or self._enrol(work, request, now)
            if work.directory.in_effect() is None and work.directory.proposal() is None:
                self._draft.begin(work, self._founding(work), now)
        return self._founder.welcome(certificate_pem)

    def _enrol(self, work: Work, request: EnrolmentRequest, now: datetime) -> str:
        known = work.directory.in_effect() or work.directory.proposal()
        policies = DEFAULT_POLICIES if known is None else known.policies
        certificate = self._founder.office.issue(request.csr_pem, request.code, policies, now)
        member = _candidate(request, certificate, policies, now)
        work.members.enrol(member, Enrolment(enrolment_fingerprint(request), certificate.pem), now)
        work.audit(AuditAct.MEMBER_ENROLLED, HUB, request.code, {})
        if known is not None:
            self._draft(work, with_member(member.as_listed()), "enrolment", now)
        return certificate.pem

    def _founding(self, work: Work) -> Founding:
        """The terms of the first version. Encodings from before there was a directory are of no epoch of it."""
        older = work.epochs.every_epoch()
        identity, first_epoch = self._founder.identity, self._founder.first_epoch
        cards = founding_cards(work)
        number = max(older, default=first_epoch.epoch - 1) + 1
        return Founding(
            federation=identity.federation,
            exercise=identity.exercise,
            hub_signing_key=identity.signing_key.public.to_bytes(),
            epoch=replace(first_epoch, epoch=number),
            comparison=Comparison(Comparing.BLIND, cards, self._founder.opening) if cards else OPEN_COMPARISON,
        )


def check_fingerprint(request: EnrolmentRequest, fingerprint: str | None) -> None:
    """Refuse (`EnrolmentRefused`) a request of which the state read out another fingerprint; None: nobody asked."""
    if fingerprint is not None and _digits(fingerprint) != _digits(enrolment_fingerprint(request)):
        raise EnrolmentRefused("The fingerprint is not this request's: do not enrol, and ask the state again.")


def _enrolled_before(work: Work, request: EnrolmentRequest) -> str | None:
    """The certificate that this very request was given before; raises `EnrolmentRefused` where another has the code."""
    present = work.members.find(request.code)
    if present is None:
        return None
    if present.standing is Standing.EXPELLED:
        if work.records.has_live(request.code):
            raise EnrolmentRefused(
                "The records of this state's former membership are still being erased: let the hub's worker run, and "
                "enrol it again when `symbolon hub status` shows none of them."
            )
        return None
    given = work.members.enrolment(request.code)
    if given is not None and given.request_fingerprint == enrolment_fingerprint(request):
        return given.certificate_pem
    raise EnrolmentRefused(
        "A member of this code is enrolled already, by another request: where it lost its keys or its certificate "
        "lapsed, give --replace."
    )


def _candidate(
    request: EnrolmentRequest, certificate: IssuedCertificate, policies: FederationPolicies, now: datetime
) -> EnrolledMember:
    return EnrolledMember(
        card=MemberCard(
            code=request.code,
            name=request.name,
            signing_key=request.signing_key,
            sealing_key=request.sealing_key,
            hybrid_sealing_key=request.hybrid_sealing_key,
            certificate_fingerprint=certificate.fingerprint,
        ),
        standing=Standing.CANDIDATE,
        standing_since=whole_milliseconds(now),
        keys_expire_on=now.date() + timedelta(days=policies.key_lifetime_days),
        certificate_expires_on=certificates.expires_at(certificate.pem.encode()).date(),
    )


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()
