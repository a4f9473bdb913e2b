"""Members that talk to a hub's application by HTTP, each under its certificate, without a socket between them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from symbolon.protocol.canonical import parse_json
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode

Application = Callable[..., Awaitable[None]]
_URN = "urn:symbolon:problem:"


def shown_certificate(app: Application, certificate_pem: str | None) -> Application:
    """The application as it is reached over TLS by whoever showed this certificate (ASGI TLS extension 0.2)."""
    extension = {"tls": {"client_cert_chain": [] if certificate_pem is None else [certificate_pem]}}

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, "extensions": {**(scope.get("extensions") or {}), **extension}}
        await app(scope, receive, send)

    return application


@dataclass(slots=True)
class MembersOverHttp:
    """The hub's application, and the certificate of each member. A context manager."""

    app: Application
    certificates: Mapping[MemberCode, str]
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def ask(self, member: MemberCode | None, method: str, path: str, **options: Any) -> httpx.Response:
        """One request of a member; None: of somebody without a certificate."""
        certificate = None if member is None else self.certificates[member]
        return self._runner.run(self._ask(shown_certificate(self.app, certificate), method, path, options))

    def post(self, member: MemberCode | None, path: str, content: bytes | Envelope) -> httpx.Response:
        """Hand in an envelope, or what claims to be one."""
        body = content.to_bytes() if isinstance(content, Envelope) else content
        return self.ask(member, "POST", path, content=body, headers={"content-type": "application/json"})

    async def _ask(self, app: Application, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="https://hub.test") as client:
            return await client.request(method, path, **options)


def problem_of(response: httpx.Response) -> Problem | None:
    """The problem for which a request was refused, or None where it was not."""
    if response.is_success:
        return None
    document = parse_json(response.content)
    assert isinstance(document, dict)
    return Problem(str(document["type"]).removeprefix(_URN))
