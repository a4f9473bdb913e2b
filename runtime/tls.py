"""TLS 1.3 between the parties and to the pages, and who is at the other end of a request.

The server's own part, which puts the client's certificate into the ASGI scope, is in :mod:`tls_protocol`: whoever only
calls needs no web server.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symbolon.runtime import certificates
from symbolon.runtime.errors import ConfigurationMistake


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
