"""The members' API as its own OpenAPI document describes it: no request of a member is answered with a server error."""

import copy
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from tests.fuzz.described_api import attack
from tests.fuzz.mangling import SOME_VALUES
from tests.integration.hub.test_mutations import (
    BLIND_ADDRESS,
    OCCASIONS,
    PAIR_ADDRESSES,
    RECEIVED,
    XA,
    Stage,
    places_in,
    signed,
    stage,
)
from tests.simulators.members_over_http import problem_of
from tests.vectors.samples import OPENING_PROBLEM, PAIR_DECLARATION, PAIR_END

from symbolon.hub.bootstrap.backup import proceed_without
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.messages import Purpose, TokenRequest
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.references import new_delivery_id
from symbolon.protocol.ristretto import base_times, small

__all__ = ["stage"]


@pytest.fixture(params=["at work", "after a restore"])
def templates(request: pytest.FixtureRequest, stage: Stage) -> dict[str, list[Envelope]]:
    """For each address, messages that XA could send."""
    made: dict[str, list[Envelope]] = {}
    for occasion in OCCASIONS:
        path, envelope = occasion(stage)
        made.setdefault(path, []).append(envelope)
    tokens = TokenRequest((base_times(small(7)),))
    made[BLIND_ADDRESS] = [stage.amara.envelope(tokens, Purpose.TOKEN_REQUEST)]
    for path, message in zip(PAIR_ADDRESSES, (PAIR_DECLARATION, PAIR_END, OPENING_PROBLEM), strict=True):
        made[path] = [stage.amara.envelope(message, message.PURPOSE)]
    if request.param == "at work":
        proceed_without(stage.bench.hub)()
    return made


def test_no_request_of_a_member_is_answered_with_a_server_error(
    stage: Stage, templates: dict[str, list[Envelope]]
) -> None:
    live = live_ids(stage)
    problems: set[Problem | None] = set()

    def send(request: dict[str, Any], data: st.DataObject) -> Any:
        content = None
        if request["method"].upper() == "POST":
            content = _handed_in(stage, templates[_as_posted(request["path"])], request["body"], live, data)
        elif request["body"] is not None:
            content = _as_bytes(request["body"])
        # Waiting for what does not come would take the time of all other requests.
        query = {**request["query"], "wait": 0} if "wait" in request["query"] else request["query"]
        headers = {**request["headers"], b"content-type": b"application/json"}
        answer = stage.members.ask(
            XA, request["method"], request["path"], params=query, headers=headers, content=content
        )
        problems.add(problem_of(answer))
        return answer

    described = stage.members.ask(XA, "GET", "/openapi.json").json()
    tally = attack(described, send)
    assert {path for path, _methods in described["paths"].items()} == {label.split(" ")[1] for label, _status in tally}
    # Not all of them were stopped at the door.
    assert problems > {None, Problem.MALFORMED_MESSAGE}


def _as_posted(path: str) -> str:
    """The address under which there are messages to send, whichever file it was drawn for."""
    return f"/v1/attachments/{RECEIVED}/received" if path.endswith("/received") else path


def live_ids(stage: Stage) -> list[str]:
    """What the hub knows by its id, whoever's it is."""
    with stage.bench.hub.store.work() as work:
        incarnation = work.members.federation().incarnation
    hits = [alert.hit_id for alert in stage.alerts.values()]
    records = [
        reference for alert in stage.alerts.values() for reference in (alert.own_reference, alert.counterpart_reference)
    ]
    deliveries = [each.delivery_id for member in stage.bench.members.values() for each in stage.bench.mail(member)]
    return [incarnation, *hits, *records, *deliveries[:6], *stage.bench.members]


def _handed_in(stage: Stage, templates: list[Envelope], described: Any, live: list[str], data: st.DataObject) -> bytes:
    """The body as it was described; or a real message with some of its values, and signed as a member would."""
    how = data.draw(st.sampled_from(("blended", "blended", "blended", "signed", "as described")))
    template = data.draw(st.sampled_from(templates))
    content: dict[str, Any] = {**template.to_json(), **_fresh(stage)}
    body = described.get("body") if isinstance(described, dict) else None
    if how == "as described":
        return _as_bytes(described)
    if how == "signed" and isinstance(body, dict):
        content["body"] = body
    else:
        content["body"] = copy.deepcopy(content["body"])
        if "batch_id" in content["body"] and data.draw(st.booleans()):
            content["body"]["batch_id"] = str(uuid4())
        # What hypothesis draws first should come furthest.
        values = [*live, *(_at(body, path) for path in places_in(body)), *SOME_VALUES]
        places = [path for path in places_in(content["body"]) if path]
        for path in data.draw(st.lists(st.sampled_from(places), max_size=3)) if places else ():
            _put(content["body"], path, data.draw(st.sampled_from(values)))
    try:
        return signed(Envelope.from_json(parse_json(canonical_bytes(content))), stage.amara.signing_key).to_bytes()
    except MalformedMessage:
        return _as_bytes(content)


def _fresh(stage: Stage) -> dict[str, Any]:
    """A nonce, a message id and times of now, as for each try."""
    now = stage.amara.acknowledgement(new_delivery_id(uuid4())).to_json()
    return {name: now[name] for name in ("nonce", "message_id", "issued_at", "expires_at")}


def _as_bytes(value: Any) -> bytes:
    return json.dumps(value, default=str).encode("utf-8", "surrogatepass")


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    try:
        _at(value, path[:-1])[path[-1]] = new
    except (KeyError, IndexError, TypeError):
        # An earlier change took the place away.
        return
