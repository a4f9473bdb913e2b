"""Who calls, by the certificate of the connection, and what they handed in."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.errors import Unauthenticated
from symbolon.hub.services.identify_member import IdentifyMember
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.references import MemberCode
from symbolon.runtime.certificates import BadCertificate
from symbolon.runtime.tls import peer_certificate


async def read_body(request: Request) -> bytes:
    """The body's bytes; how many there may be, a middleware decides."""
    return await request.body()


def read_envelope(body: Annotated[bytes, Depends(read_body)]) -> Envelope:
    """The envelope of the body, on the thread pool: a batch takes a while to parse. Raises `MalformedMessage`."""
    return Envelope.from_bytes(body)


def caller_from(identify_member: IdentifyMember) -> Callable[[Request], MemberCode]:
    """A dependency that gives the member of a request's certificate, or raises `Unauthenticated`."""

    def calling_member(request: Request) -> MemberCode:
        try:
            certificate = peer_certificate(request.scope)
        except BadCertificate:
            raise Unauthenticated from None
        if certificate is None:
            raise Unauthenticated
        return identify_member(certificate.common_name, CertificateFingerprint(certificate.fingerprint))

    return calling_member
