"""One line a request: the route's template, never what stood in its place."""

import asyncio
import io
import json
import logging

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from prometheus_client import CollectorRegistry, generate_latest

from symbolon.runtime.logs import configure_logging, get_logger
from symbolon.runtime.metrics import RequestMetrics
from symbolon.runtime.request_log import RequestLog

PLANTED = "somchai-planted"


@pytest.fixture
def stream(monkeypatch):
    stream = io.StringIO()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    configure_logging("hub", "web", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def client(registry):
    router = APIRouter(prefix="/v1")

    @router.get("/people/{name}")
    def person(name: str, request: Request) -> dict[str, str]:
        get_logger().info("inside")
        return {"request_id": request.state.request_id}

    @router.get("/broken/{name}")
    def broken(name: str) -> None:
        raise ValueError(name)

    app = FastAPI()
    app.include_router(router)
    app.add_middleware(RequestLog, metrics=RequestMetrics(registry))
    return Client(app)


class Client:
    """Calls an application without a server between."""

    def __init__(self, app):
        self._app = app

    def request(self, method, path, **options):
        async def call():
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="https://hub") as client:
                return await client.request(method, path, **options)

        return asyncio.run(call())

    def get(self, path, **options):
        return self.request("GET", path, **options)


def lines_of(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_logged_by_its_route_template(client, stream):
    client.get(f"/v1/people/{PLANTED}?q={PLANTED}", headers={"X-Name": PLANTED})
    line = lines_of(stream)[-1]
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        "/v1/people/{name}",
        200,
    )
    assert line["ms"] >= 0
    assert PLANTED not in stream.getvalue()


def test_every_line_of_a_request_and_its_answer_carry_the_same_id(client, stream):
    answer = client.get("/v1/people/x")
    inside, outside = lines_of(stream)
    assert inside["event"] == "inside"
    assert inside["request_id"] == outside["request_id"] == answer.headers["x-request-id"]
    assert answer.json()["request_id"] == outside["request_id"]


def test_two_requests_have_two_ids(client, stream):
    client.get("/v1/people/x")
    client.get("/v1/people/x")
    assert len({line["request_id"] for line in lines_of(stream)}) == 2


def test_an_unknown_path_is_not_repeated(client, stream):
    client.get(f"/{PLANTED}")
    assert lines_of(stream)[-1]["route"] == "unmatched"
    assert PLANTED not in stream.getvalue()


def test_an_invented_method_is_not_repeated(client, stream):
    client.request("PLANTED", "/v1/people/x")
    assert lines_of(stream)[-1]["method"] == "OTHER"
    assert "PLANTED" not in stream.getvalue()


def test_a_request_that_fails_without_an_answer_is_logged(client, stream):
    client.get(f"/v1/broken/{PLANTED}")
    line = lines_of(stream)[-1]
    assert (line["route"], line["status"]) == ("/v1/broken/{name}", 499)
    assert PLANTED not in stream.getvalue()


def test_requests_are_counted_by_route_and_status(client, registry, stream):
    client.get("/v1/people/x")
    client.get("/v1/people/y")
    rendered = generate_latest(registry).decode()
    assert 'symbolon_http_requests_total{method="GET",route="/v1/people/{name}",status="200"} 2.0' in rendered
    assert 'symbolon_http_request_seconds_count{route="/v1/people/{name}"} 2.0' in rendered
