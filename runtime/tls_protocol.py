"""The client's certificate in the ASGI scope.

No ASGI server puts the peer's certificate where an application can see it. :class:`PeerCertificateProtocol` does, in
the form of the ASGI TLS extension 0.2 (https://asgi.readthedocs.io/en/latest/specs/tls.html).
"""

import asyncio
import ssl
from typing import Final

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

# The number of TLS 1.3 in a handshake (RFC 8446, section 4.2.1).
_TLS_1_3: Final = 0x0304


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
