"""Requests to an application as its OpenAPI document describes them, right and wrong, by schemathesis.

``FUZZ_SECONDS`` says how long each application is tried (``make schemathesis``); without it, a few requests to each
address. Anything but a server error is an answer.
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from tests.thoroughness import examples

EXAMPLES = examples(4)
EXAMPLES_A_ROUND = 60

Send = Callable[[dict[str, Any], st.DataObject], httpx.Response]
"""Sends one request (method, path, query, headers, body), filled in as the application needs it; may draw."""

Tally = Counter[tuple[str, int]]
"""How often an operation was answered with a status."""


def attack(document: dict[str, Any], send: Send) -> Tally:
    """Ask for everything that the document describes; raises where an answer is a server error."""
    seconds = float(os.environ.get("FUZZ_SECONDS", "0"))
    schema = schemathesis.openapi.from_dict(document)
    operations = [result.ok() for result in schema.get_all_operations()]
    end, tally = time.monotonic() + seconds, Tally()
    while True:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _attack_operation(operation, mode, send, tally, EXAMPLES_A_ROUND if seconds else EXAMPLES)
        if time.monotonic() >= end:
            return tally


def _attack_operation(operation: Any, mode: GenerationMode, send: Send, tally: Tally, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = send(_request_of(case), data)
        tally[operation.label, answer.status_code] += 1
        assert not _is_server_error(answer), f"{operation.label}: {answer.status_code} {answer.text[:500]}"

    if _can_be_generated(operation, mode):
        ask()


def _is_server_error(answer: httpx.Response) -> bool:
    """Not: that the party is not ready, said with the time to come again."""
    return answer.status_code >= 500 and not (answer.status_code == 503 and "retry-after" in answer.headers)


def _can_be_generated(operation: Any, mode: GenerationMode) -> bool:
    """Nothing can be wrong about an operation that takes nothing."""
    takes = any((operation.path_parameters, operation.query, operation.headers, operation.cookies, operation.body))
    return mode is GenerationMode.POSITIVE or takes


def _request_of(case: Any) -> dict[str, Any]:
    """The case as plain values; what no client can put on the line is left out."""
    body = case.body
    return {
        "method": case.method,
        "path": case.formatted_path,
        "query": {str(name): value for name, value in dict(case.query or {}).items()},
        "headers": {_one_line(name): _one_line(value) for name, value in dict(case.headers or {}).items()},
        "body": None if type(body).__name__ == "NotSet" else body,
    }


def _one_line(value: object) -> bytes:
    return "".join(str(value).splitlines()).encode("utf-8", "replace")
