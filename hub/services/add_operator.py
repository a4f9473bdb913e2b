"""The facilitator adds an operator of blind comparison, after comparing the fingerprint of its request by phone.

With the third operator the directory lists all of them; what its members sign is by whom their records are compared.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from symbolon.hub.domain.directory_drafts import with_operators
from symbolon.hub.errors import CertificateRefused, EnrolmentRefused, NotPossible
from symbolon.hub.ports import SeatedOperator, Store, Work
from symbolon.hub.services.draft_directory import DraftDirectory, Outlook
from symbolon.hub.services.sign_message import HubIdentity
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.messages_comparison import (
    Comparing,
    OperatorCard,
    OperatorContact,
    OperatorRequest,
    OperatorWelcome,
    operator_request_fingerprint,
)
from symbolon.protocol.messages_sessions import OPERATORS
from symbolon.protocol.references import HUB
from symbolon.runtime import certificates
from symbolon.runtime.certificates import BadCertificate, KeyAndCertificate
from symbolon.runtime.clock import Clock
from symbolon.runtime.home import SecretFolder

COORDINATOR_KEY: Final = "coordinator-key.pem"
COORDINATOR_CERTIFICATE: Final = "coordinator.pem"
_COORDINATOR: Final = "coordinator"
_RENEWED_BEFORE: Final = timedelta(days=60)


class AddOperator:
    """The use case of `symbolon hub operator add`; given again, it renews what is about to end."""

    def __init__(
        self,
        store: Store,
        identity: HubIdentity,
        authority: Callable[[], KeyAndCertificate],
        tls: SecretFolder,
        draft: DraftDirectory,
        clock: Clock,
    ) -> None:
        """`tls`: where the hub keeps the certificate by which the operators know it."""
        self._store = store
        self._identity = identity
        self._authority = authority
        self._tls = tls
        self._draft = draft
        self._clock = clock

    def __call__(
        self, request: OperatorRequest, host: str, port: int, fingerprint: str | None
    ) -> tuple[tuple[OperatorWelcome, ...], Outlook | None]:
        """The welcomes of all that were added so far, and what is proposed, if the federation has a directory.

        Raises:
            EnrolmentRefused: the request is another's, or for another federation.
            CertificateRefused: the request for a certificate is not the operator's own.
            NotPossible: the federation compares openly.

        """
        identity, now = self._identity, self._clock.now()
        if (request.federation, request.exercise) != (identity.federation, identity.exercise):
            raise EnrolmentRefused("The request is for another federation, or for an exercise where this is live.")
        if fingerprint is not None and _digits(fingerprint) != _digits(operator_request_fingerprint(request)):
            raise EnrolmentRefused("The fingerprint is not this request's: do not add it, and ask the operator again.")
        coordinator = self._coordinator(now)
        with self._store.work() as work:
            work.records.order_commits()
            known = work.directory.in_effect()
            if known is not None and known.comparison.mode is not Comparing.BLIND:
                raise NotPossible(
                    "The federation compares openly since its founding: found another one to compare blind."
                )
            self._seat(work, request, (host, port), now)
            seated = work.operators.all()
            outlook = None
            if len(seated) == OPERATORS and (known or work.directory.proposal()) is not None:
                cards = tuple(each.contact.card for each in seated)
                outlook = self._draft(work, with_operators(cards), "operators", now)
        return tuple(self._welcome(each, seated, coordinator) for each in seated), outlook

    def _seat(self, work: Work, request: OperatorRequest, address: tuple[str, int], now: datetime) -> None:
        before = next((each for each in work.operators.all() if each.contact.card.place == request.place), None)
        printed = operator_request_fingerprint(request)
        host, port = address
        pem = None
        if before is not None and before.request_fingerprint == printed:
            old = before.certificate_pem.encode()
            if certificates.expires_at(old) > now + _RENEWED_BEFORE and certificates.hosts_of(old) == (host,):
                pem = before.certificate_pem
        if pem is None:
            pem = self._issue(request, host, now)
        card = OperatorCard(
            place=request.place,
            name=request.name,
            signing_key=request.signing_key,
            sealing_key=request.sealing_key,
            agreement_key=request.agreement_key,
            # The token key outlives whoever held a share of it: who takes a place is given the share of that place.
            token_commitment=request.token_commitment if before is None else before.contact.card.token_commitment,
            certificate_fingerprint=certificates.fingerprint(pem.encode()),
        )
        operator = SeatedOperator(OperatorContact(card, host, port), pem, printed)
        if operator != before:
            work.operators.seat(operator, now)
            work.audit(AuditAct.OPERATOR_JOINED, HUB, None, {"place": request.place, "again": before is not None})

    def _issue(self, request: OperatorRequest, host: str, now: datetime) -> str:
        try:
            return certificates.issue_mutual_certificate(
                self._authority(), request.csr_pem.encode(), f"operator-{request.place}", (host,), now
            ).decode()
        except BadCertificate as error:
            raise CertificateRefused(str(error)) from None

    def _coordinator(self, now: datetime) -> str:
        """By which certificate the hub calls the operators; made with the first of them, and anew before it ends."""
        tls = self._tls
        if tls.has(COORDINATOR_CERTIFICATE):
            present = tls.read(COORDINATOR_CERTIFICATE)
            if certificates.expires_at(present) > now + _RENEWED_BEFORE:
                return certificates.fingerprint(present)
        key = certificates.new_private_key()
        request = certificates.new_signing_request(key, _COORDINATOR)
        pem = certificates.issue_client_certificate(self._authority(), request, _COORDINATOR, now)
        tls.replace(COORDINATOR_KEY, key)
        tls.replace(COORDINATOR_CERTIFICATE, pem)
        return certificates.fingerprint(pem)

    def _welcome(
        self, operator: SeatedOperator, seated: tuple[SeatedOperator, ...], coordinator: str
    ) -> OperatorWelcome:
        return OperatorWelcome(
            federation=self._identity.federation,
            exercise=self._identity.exercise,
            place=operator.contact.card.place,
            certificate_pem=operator.certificate_pem,
            ca_pem=self._authority().certificate_pem.decode(),
            coordinator_fingerprint=coordinator,
            operators=tuple(each.contact for each in seated),
        )


def founding_cards(work: Work) -> tuple[OperatorCard, ...]:
    """The operators that the founding lists; raises `EnrolmentRefused` where some are added and some are missing."""
    seated = work.operators.all()
    if seated and len(seated) < OPERATORS:
        raise EnrolmentRefused("The federation is to compare blind: add all three operators before its members.")
    return tuple(each.contact.card for each in seated)


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()
