"""TLS 1.3 between the parties and to the pages, and the client's certificate in the ASGI scope.

No ASGI server puts the peer's certificate where an application can see it. :class:`PeerCertificateProtocol` does, in
the form of the ASGI TLS extension 0.2 (https://asgi.readthedocs.io/en/latest/specs/tls.html).
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from symbolon.runtime import certificates
from symbolon.runtime.errors import ConfigurationMistake

# The number of TLS 1.3 in a handshake (RFC 8446, section 4.2.1).
_TLS_1_3: Final = 0x0304


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate (with its chain) and its private key, both PEM files."""

    certificate: Path
    private_key: Path


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """Who is at the other end: the certificate's common name and its SHA-256 in hexadecimal."""

    common_name: str
    fingerprint: str


def server_context(own: TlsFiles) -> ssl.SSLContext:
    """For pages that a browser opens: TLS 1.3, no client certificate."""
    return _with_own_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), own)


def mutual_server_context(own: TlsFiles, authority: Path) -> ssl.SSLContext:
    """For the members: TLS 1.3, and a client certificate of ``authority`` or no connection."""
    context = server_context(own)
    context.verify_mode = ssl.CERT_REQUIRED
    return _trusting(context, authority)


def client_context(own: TlsFiles, authority: Path) -> ssl.SSLContext:
    """For a node that calls the hub: TLS 1.3, shows its own certificate, trusts ``authority`` and nothing else."""
    return _with_own_certificate(_trusting(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), authority), own)


def trusting_context(authority: Path) -> ssl.SSLContext:
    """For a client without a certificate, such as a health check of a page: trusts ``authority`` and nothing else."""
    return _trusting(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), authority)


def peer_certificate(scope: Mapping[str, Any]) -> PeerCertificate | None:
    """The verified client certificate of a request, or None when the connection has none.

    Raises :class:`symbolon.runtime.certificates.BadCertificate` when it has no single common name.
    """
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    if not chain:
        return None
    pem = chain[0].encode()
    return PeerCertificate(certificates.common_name(pem), certificates.fingerprint(pem))


class PeerCertificateProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, which also tells the application about the TLS connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn itself
        """Note the peer's certificate once for all requests of the connection."""
        super().connection_made(transport)
        connection = transport.get_extra_info("ssl_object")
        if connection is not None:
            self.app = _told_of_tls(self.app, _tls_extension(connection))


def _tls_extension(connection: ssl.SSLObject) -> dict[object, object]:
    certificate = connection.getpeercert(binary_form=True)
    cipher = connection.cipher()
    return {
        "server_cert": None,
        "client_cert_chain": [] if certificate is None else [ssl.DER_cert_to_PEM_cert(certificate)],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": _TLS_1_3 if connection.version() == "TLSv1.3" else None,
        "cipher_suite": None if cipher is None else cipher[0],
    }


def _told_of_tls(app: ASGI3Application, extension: dict[object, object]) -> ASGI3Application:
    async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        # The lifespan has no connection: what arrives over one is a request.
        if scope["type"] != "lifespan":
            scope["extensions"] = {**(scope.get("extensions") or {}), "tls": extension}
        await app(scope, receive, send)

    return application


def _with_own_certificate(context: ssl.SSLContext, own: TlsFiles) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(own.certificate, own.private_key)
    except (OSError, ssl.SSLError):
        raise ConfigurationMistake(
            f"The certificate {own.certificate} and its key {own.private_key} cannot be read, or are not of one pair."
        ) from None
    return context


def _trusting(context: ssl.SSLContext, authority: Path) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(cafile=authority)
    except (OSError, ssl.SSLError):
        raise ConfigurationMistake(f"The authority's certificate {authority} cannot be read.") from None
    return context
