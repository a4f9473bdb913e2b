"""The client of the hub: which certificate it shows, and what it makes of the hub's refusals."""

import ssl
from pathlib import Path

import httpx
import pytest

from symbolon.node.errors import HubNotNow, HubRefused, HubShutsOut, HubUnavailable
from symbolon.node.gateway import hub_client
from symbolon.node.gateway.hub_client import HttpHubClient
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
    ("problem", "raised"),
    [
        ("replayed", HubNotNow),
        ("out-of-order", HubNotNow),
        ("not-yet-valid", HubNotNow),
        ("unknown-member", HubNotNow),
        ("service-unavailable", HubNotNow),
        ("a-problem-of-a-newer-program", HubNotNow),
        ("member-suspended", HubShutsOut),
        ("not-yet-a-member", HubShutsOut),
        ("too-many-requests", HubShutsOut),
        ("stale-version", HubRefused),
        ("validity-too-long", HubRefused),
    ],
)
def test_what_may_pass_is_told_apart_from_what_cannot_and_from_a_node_that_is_shut_out(
    problem: str, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = httpx.Response(403, json={"type": f"urn:symbolon:problem:{problem}", "status": 403})
    with pytest.raises(raised) as found:
        client_that_hears(answer, monkeypatch).fetch_proposal()
    assert found.type is raised


def test_an_answer_that_is_not_the_hubs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HubUnavailable) as found:
        client_that_hears(httpx.Response(502, text="Bad gateway"), monkeypatch).fetch_proposal()
    assert found.type is HubUnavailable


def client_that_hears(answer: httpx.Response, monkeypatch: pytest.MonkeyPatch) -> HttpHubClient:
    monkeypatch.setattr(
        hub_client.HttpHubClient,
        "_client",
        lambda _self, _shown: httpx.Client(base_url="https://hub", transport=httpx.MockTransport(lambda _: answer)),
    )
    return HttpHubClient("https://hub", lambda: (files(1),), lambda _own: ssl.create_default_context())


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
