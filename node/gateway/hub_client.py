"""The hub over HTTPS: every connection goes out from the node and shows the node's certificate."""

import ssl
import threading
from collections.abc import Callable
from typing import Any, Final

import httpx

from symbolon.node.errors import HubNotNow, HubRefused, HubShutsOut, HubUnavailable
from symbolon.protocol.canonical import JsonValue, parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Delivery
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import AttachmentId
from symbolon.runtime.tls import TlsFiles

_ANSWER_S: Final = 60.0
_CONNECT_S: Final = 5.0
_URN: Final = "urn:symbolon:problem:"

# What is wrong with this node's standing, whatever it hands in: it may be mended.
_SHUTS_OUT: Final = frozenset(
    {
        Problem.UNAUTHENTICATED,
        Problem.FORBIDDEN,
        Problem.NOT_YET_A_MEMBER,
        Problem.MEMBER_SUSPENDED,
        Problem.MEMBER_EXPELLED,
        Problem.TOO_MANY_REQUESTS,
    }
)
# What is wrong with the clocks, the keys, the addressee or the hub, not with what was handed in: it may be mended too,
# and keeps nothing else from going out.
_PASSING: Final = frozenset(
    {
        Problem.UNKNOWN_MEMBER,
        Problem.BAD_SIGNATURE,
        Problem.WRONG_SENDER,
        Problem.WRONG_AUDIENCE,
        Problem.WRONG_FEDERATION,
        Problem.EXPIRED,
        # Signed anew in the next try, with a fresh nonce and the time of then.
        Problem.NOT_YET_VALID,
        Problem.REPLAYED,
        Problem.OUT_OF_ORDER,
        Problem.RETIRED_KEY,
        Problem.NOT_FOUND,
        Problem.METHOD_NOT_ALLOWED,
        Problem.TOKEN_BUDGET_SPENT,
        Problem.SERVICE_UNAVAILABLE,
        Problem.INTERNAL,
    }
)


class HttpHubClient:
    """Talks to one hub. Threads may share it: each request takes a connection of its pool.

    Before each request it looks which certificate is in use: a new one is shown from then on, without a restart. Where
    the hub does not know that one, the node's others are tried: the members may have signed for a new certificate, and
    the hub forgotten the old one, before this node could hear of it.
    """

    def __init__(
        self,
        hub_url: str,
        certificates: Callable[[], tuple[TlsFiles, ...]],
        tls: Callable[[TlsFiles], ssl.SSLContext],
    ) -> None:
        """`certificates`: those of this node, the one in use first."""
        self._hub_url = hub_url
        self._certificates = certificates
        self._tls = tls
        self._lock = threading.Lock()
        self._clients: dict[TlsFiles, httpx.Client] = {}

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def fetch_history(self, after: int) -> Envelope:
        """The versions of the directory after one, not yet verified."""
        return _read_envelope(self._request("GET", "/v1/federation", params={"after": after}))

    def fetch_proposal(self) -> Envelope:
        """The proposed version of the directory, not yet verified."""
        return _read_envelope(self._request("GET", "/v1/federation/proposal"))

    def fetch_page(self, path: str, after: str | None) -> Envelope:
        """One page of a listing, after an entry of it, not yet verified."""
        params = {} if after is None else {"after": after}
        return _read_envelope(self._request("GET", path, params=params))

    def post(self, path: str, envelope: Envelope) -> bytes:
        """Hand in an envelope; the body of the hub's answer, empty where it has nothing to say."""
        return self._request("POST", path, content=envelope.to_bytes(), headers={"content-type": "application/json"})

    def put_chunk(self, attachment_id: AttachmentId, number: int, sealed: bytes) -> None:
        """Hand in one sealed chunk of a file that was offered."""
        path = f"/v1/attachments/{attachment_id}/chunks/{number}"
        self._request("PUT", path, content=sealed, headers={"content-type": "application/octet-stream"})

    def fetch_chunk(self, attachment_id: AttachmentId, number: int) -> bytes:
        """One sealed chunk of a file that the other party offered; not yet opened."""
        return self._request("GET", f"/v1/attachments/{attachment_id}/chunks/{number}")

    def fetch_deliveries(self, wait_s: int, limit: int) -> tuple[Delivery, ...]:
        """The oldest deliveries that were not acknowledged; waits up to `wait_s` seconds for the first."""
        timeout = httpx.Timeout(wait_s + _ANSWER_S, connect=_CONNECT_S)
        raw = self._request("GET", "/v1/deliveries", params={"wait": wait_s, "limit": limit}, timeout=timeout)
        try:
            return tuple(from_wire(Delivery, item) for item in _listed(parse_json(raw)))
        except MalformedMessage as error:
            raise HubUnavailable("The hub's list of deliveries cannot be read.") from error

    def _client(self, shown: TlsFiles) -> httpx.Client:
        with self._lock:
            client = self._clients.get(shown)
            if client is None:
                timeout = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
                # Proxies of the environment are not for this: the hub's certificate is checked end to end.
                client = httpx.Client(base_url=self._hub_url, verify=self._tls(shown), timeout=timeout, trust_env=False)
                self._clients[shown] = client
            return client

    def _request(self, method: str, path: str, **options: Any) -> bytes:
        problem: Problem | None = Problem.UNAUTHENTICATED
        is_server_error = False
        for shown in self._certificates():
            try:
                response = self._client(shown).request(method, path, **options)
            except httpx.HTTPError as error:
                raise HubUnavailable("The hub does not answer.") from error
            if response.is_success:
                return response.content
            problem, is_server_error = _problem_of(response), response.is_server_error
            if problem is not Problem.UNAUTHENTICATED:
                break
        if problem is None:
            raise HubUnavailable("Something between this node and the hub answered in its place.")
        if problem in _SHUTS_OUT:
            raise HubShutsOut(problem)
        if is_server_error or problem in _PASSING:
            raise HubNotNow(problem)
        raise HubRefused(problem, f"The hub refused this: {problem.title}")


def _listed(answer: JsonValue) -> list[JsonValue]:
    deliveries = answer.get("deliveries") if isinstance(answer, dict) else None
    if not isinstance(deliveries, list):
        raise MalformedMessage("The answer is no list of deliveries.")
    return deliveries


def _read_envelope(raw: bytes) -> Envelope:
    try:
        return Envelope.from_bytes(raw)
    except MalformedMessage as error:
        raise HubUnavailable("The hub's answer cannot be read.") from error


def _problem_of(response: httpx.Response) -> Problem | None:
    try:
        document = parse_json(response.content)
    except MalformedMessage:
        return None
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str) or not kind.startswith(_URN):
        # Not the hub's own answer: something between here and there.
        return None
    code = kind.removeprefix(_URN)
    # A newer hub may name a problem that this program does not know.
    return Problem(code) if code in set(Problem) else Problem.INTERNAL
