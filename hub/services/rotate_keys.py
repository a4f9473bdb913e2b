"""A member asks for new keys: it is given a certificate at once, and its card changes when the members have signed."""

from datetime import datetime, timedelta

from symbolon.hub.domain.directory_drafts import Ends, gives_up_key, with_card, without_new_card
from symbolon.hub.errors import NotPossible, NotYetAMember, RotationPending
from symbolon.hub.ports import IssuedCertificate, PendingRotation, Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.hub.services.enrol_member import CertificateOffice
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.sign_message import SignMessage
from symbolon.protocol.envelope import Envelope, body_digest
from symbolon.protocol.messages import FederationDirectory, MemberCard, RotationAnswer, RotationRequest
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.clock import Clock


class RotateKeys:
    """The use case of `POST /v1/rotations`."""

    def __init__(
        self,
        store: Store,
        open_envelope: OpenEnvelope,
        sign_message: SignMessage,
        propose: "ProposeNewCard",
        clock: Clock,
    ) -> None:
        self._store = store
        self._open = open_envelope
        self._sign = sign_message
        self._propose = propose
        self._clock = clock

    def __call__(self, member: MemberCode, envelope: Envelope) -> bytes:
        """The certificate for the new keys, signed for the member; the same request again gets the same.

        Raises a `ProtocolError` or a `HubError`.
        """
        now = self._clock.now()
        with self._store.work() as work:
            work.records.order_commits()
            request = self._open(work, envelope, member, RotationRequest, now)
            digest = body_digest(envelope)
            pending = work.members.rotation(member)
            if pending is None or pending.request_digest != digest:
                _refuse_second(work, member, request, pending)
                pending = PendingRotation(digest, self._propose(work, member, request, now))
                work.members.keep_rotation(member, pending, now)
        return self._sign(RotationAnswer(pending.certificate.pem), member, now).to_bytes()


class ProposeNewCard:
    """Issues the certificate, and puts the new card into the proposal."""

    def __init__(self, office: CertificateOffice, draft: DraftDirectory) -> None:
        self._office = office
        self._draft = draft

    def __call__(self, work: Work, member: MemberCode, request: RotationRequest, now: datetime) -> IssuedCertificate:
        """The new certificate; with it the member may connect from now on, and with its old one until it is over."""
        known = work.directory.in_effect()
        present = None if known is None else known.card_of(member)
        if known is None or present is None:
            raise NotYetAMember
        certificate = self._office.issue(request.csr_pem, member, known.policies, now)
        card = MemberCard(
            code=member,
            name=present.name,
            signing_key=request.signing_key,
            sealing_key=request.sealing_key,
            hybrid_sealing_key=request.hybrid_sealing_key,
            certificate_fingerprint=certificate.fingerprint,
        )
        step = with_card(known, card, ends_of(known, certificate, now), keeps_former=not request.retire_old_at_once)
        self._draft(work, step, "rotation", now)
        return certificate


class DropRotation:
    """The use case of `symbolon hub federation drop --rotation`."""

    def __init__(self, store: Store, draft: DraftDirectory, clock: Clock) -> None:
        self._store = store
        self._draft = draft
        self._clock = clock

    def __call__(self, code: MemberCode, *, dry_run: bool = False) -> Outlook:
        """Take a member's new card off the proposal, with the certificate for it. Raises `NotPossible`."""
        with self._store.work(rehearse=dry_run) as work:
            work.records.order_commits()
            known = work.directory.in_effect()
            if known is None:
                raise NotPossible("The federation is not founded yet: no member has asked for new keys.")
            outlook = self._draft(work, without_new_card(known, code), "rotation-dropped", self._clock.now())
            work.members.drop_rotation(code)
        return outlook


def _refuse_second(work: Work, member: MemberCode, request: RotationRequest, pending: PendingRotation | None) -> None:
    """Each request discards the others' signatures, so one waits at a time; the first word of a compromise does not."""
    known = work.directory.in_effect()
    if pending is None or known is None:
        return
    if not request.retire_old_at_once or gives_up_key(known, work.directory.proposal(), member):
        raise RotationPending


def ends_of(known: FederationDirectory, certificate: IssuedCertificate, now: datetime) -> Ends:
    """Until when new keys and their certificate serve."""
    return Ends(
        keys_expire_on=now.date() + timedelta(days=known.policies.key_lifetime_days),
        certificate_expires_on=certificates.expires_at(certificate.pem.encode()).date(),
    )
