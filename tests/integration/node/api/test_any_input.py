"""Whatever a program sends, the API answers: what fits its own description, and what does not."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from tests.integration.node.api.conftest import ApiDesk, Program
from tests.integration.node.hit_stories import confirmed
from tests.thoroughness import examples

from symbolon.node.domain.actors import Role
from symbolon.node.web.api.app import document

PROGRAMS: dict[str, Callable[[ApiDesk], Program]] = {
    "focal": lambda desk: desk.program("focal", Role.FOCAL_POINT),
    "shelter": lambda desk: desk.protected_program("shelter"),
    "releaser": lambda desk: desk.program("releaser", Role.AUTHORISER),
    "backoffice": lambda desk: desk.program("backoffice", Role.ADMINISTRATOR),
}
QUICKLY = settings(
    max_examples=examples(4),
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_input_breaks_the_api(desk: ApiDesk, name: str) -> None:
    hit_id = confirmed(desk.pair)
    program = PROGRAMS[name](desk)
    broken: list[tuple[str, int, str]] = []

    def send(case: schemathesis.Case) -> None:
        case.path_parameters = {
            key: hit_id if key == "hit_id" else value for key, value in case.path_parameters.items()
        }
        sent = case.as_transport_kwargs(base_url=str(desk.http.base_url))
        desk.node.draws.later(seconds=1)
        answer = _sent(desk.http, program.token, sent)
        if answer is not None and answer.status_code >= 500:
            broken.append((sent["method"], answer.status_code, sent["url"]))

    for each in schemathesis.openapi.from_dict(json.loads(json.dumps(document()))).get_all_operations():
        QUICKLY(given(each.ok().as_strategy())(send))()
    assert broken == []


def _sent(http: httpx.Client, token: str, sent: dict[str, Any]) -> httpx.Response | None:
    headers = {key: value for key, value in dict(sent["headers"]).items() if key.lower() != "authorization"}
    content = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
    try:
        return http.request(
            sent["method"],
            sent["url"],
            params=sent.get("params"),
            headers={**headers, "Authorization": f"Bearer {token}"},
            **content,
        )
    except (httpx.InvalidURL, UnicodeError, TypeError, httpx.LocalProtocolError):
        return None  # what the client itself does not send never reaches the node
