"""The client of the hub: which certificate it shows, and what it makes of the hub's refusals."""

import ssl
from pathlib import Path

import httpx
import pytest

from symbolon.node.errors import HubNotNow, HubRefused, HubShutsOut, HubUnavailable
from symbolon.node.gateway import hub_client
from symbolon.node.gateway.hub_client import HttpHubClient
from symbolon.protocol.references import AttachmentId
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


def test_chunks_of_a_file_go_and_come_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path, request.content))
        return httpx.Response(200, content=b"\x00sealed") if request.method == "GET" else httpx.Response(204)

    client = client_over(httpx.MockTransport(answer), monkeypatch)
    file = AttachmentId("00000000-0000-4000-8000-000000000001")
    client.put_chunk(file, 7, b"\xffsealed")
    assert client.fetch_chunk(file, 7) == b"\x00sealed"
    path = f"/v1/attachments/{file}/chunks/7"
    assert seen == [("PUT", path, b"\xffsealed"), ("GET", path, b"")]


@pytest.mark.parametrize("broken", [httpx.ReadError("cut"), httpx.WriteError("cut"), httpx.RemoteProtocolError("cut")])
def test_a_line_that_is_cut_amid_a_chunk_is_a_hub_that_is_away(
    broken: httpx.HTTPError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise broken

    client = client_over(httpx.MockTransport(answer), monkeypatch)
    file = AttachmentId("00000000-0000-4000-8000-000000000001")
    with pytest.raises(HubUnavailable):
        client.put_chunk(file, 0, b"sealed")
    with pytest.raises(HubUnavailable):
        client.fetch_chunk(file, 0)


def client_over(transport: httpx.BaseTransport, monkeypatch: pytest.MonkeyPatch) -> HttpHubClient:
    monkeypatch.setattr(
        hub_client.HttpHubClient,
        "_client",
        lambda _self, _shown: httpx.Client(base_url="https://hub", transport=transport),
    )
    return HttpHubClient("https://hub", lambda: (files(1),), lambda _own: ssl.create_default_context())
