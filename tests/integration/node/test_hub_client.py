"""The client of the hub: which certificate it shows, and what it makes of the hub's refusals."""

import ssl
from pathlib import Path

import httpx
import pytest

from symbolon.node.errors import HubRefused, HubUnavailable
from symbolon.node.gateway import hub_client
from symbolon.node.gateway.hub_client import HttpHubClient
from symbolon.protocol.problems import Problem
from symbolon.runtime.tls import TlsFiles


def files(number: int) -> TlsFiles:
    return TlsFiles(Path(f"member-{number}.pem"), Path(f"member-{number}.key"))


def test_a_new_certificate_is_shown_from_the_next_request_on_without_a_restart() -> None:
    in_use = [files(1)]
    shown: list[TlsFiles] = []

    def context(own: TlsFiles) -> ssl.SSLContext:
        shown.append(own)
        return ssl.create_default_context()

    client = HttpHubClient("https://127.0.0.1:1", lambda: (in_use[0],), context)
    for number in (1, 1, 2, 2):
        in_use[0] = files(number)
        with pytest.raises(HubUnavailable):
            client.fetch_history(0)
    assert shown == [files(1), files(2)]
    client.close()


@pytest.mark.parametrize(
    ("problem", "passes"),
    [
        (Problem.REPLAYED, True),
        (Problem.OUT_OF_ORDER, True),
        (Problem.NOT_YET_VALID, True),
        (Problem.MEMBER_SUSPENDED, True),
        (Problem.NOT_YET_A_MEMBER, True),
        (Problem.STALE_VERSION, False),
        (Problem.VALIDITY_TOO_LONG, False),
    ],
)
def test_what_may_pass_is_tried_again_and_what_cannot_is_not(
    problem: Problem, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(403, json={"type": f"urn:symbolon:problem:{problem.value}", "status": 403})

    monkeypatch.setattr(
        hub_client.HttpHubClient,
        "_client",
        lambda _self, _shown: httpx.Client(base_url="https://hub", transport=httpx.MockTransport(refuse)),
    )
    client = HttpHubClient("https://hub", lambda: (files(1),), lambda _own: ssl.create_default_context())
    with pytest.raises(HubUnavailable if passes else HubRefused):
        client.fetch_proposal()


def test_where_the_hub_forgot_the_certificate_in_use_the_newer_one_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[TlsFiles] = []

    def client_for(_self: HttpHubClient, shown: TlsFiles) -> httpx.Client:
        def answer(_request: httpx.Request) -> httpx.Response:
            tried.append(shown)
            if shown == files(1):
                return httpx.Response(401, json={"type": "urn:symbolon:problem:unauthenticated", "status": 401})
            return httpx.Response(200, json={"deliveries": []})

        return httpx.Client(base_url="https://hub", transport=httpx.MockTransport(answer))

    monkeypatch.setattr(HttpHubClient, "_client", client_for)
    client = HttpHubClient("https://hub", lambda: (files(1), files(2)), lambda _own: ssl.create_default_context())
    assert client.fetch_deliveries(0, 10) == ()
    assert tried == [files(1), files(2)]
