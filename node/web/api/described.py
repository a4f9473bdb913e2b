"""The OpenAPI document of the API, made of its operations: each with what it takes, gives, needs, and an example."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from symbolon.node.domain.api_acts import KEPT_FOR
from symbolon.node.web.api.operations import Operation
from symbolon.node.web.api.rows import ApiRule
from symbolon.runtime.authorisation import RouteKey

Described = Mapping[str, Any]
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:symbolon:problem:CODE"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence: what is wrong, where, what to do."},
        "location": {"type": "string"},
        "request_id": {"type": "string"},
    },
}
_REFUSALS: Final = {
    "401": "No token, or none that counts now.",
    "403": (
        "The client's scopes or roles do not include this; or four eyes are missing; or the hit is protected, and no"
        " reason was given to look at it (`justification-needed`)."
    ),
    "404": "There is no such thing, or none that this client may know of.",
    "405": "The address takes another method.",
    "409": "The state does not allow this now.",
    "413": "The body is too large.",
    "422": "Something in the request needs correcting; or its key came with another request.",
    "429": "Too many requests: wait as long as `Retry-After` says.",
    "503": "Try again in a moment.",
}
_PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")
_FIELD: Final = re.compile(r"\w+")


class _Schema(GenerateJsonSchema):
    """What our own reader and writer do that pydantic would not."""

    def bytes_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002 - as pydantic calls it
        return {"type": "string", "contentEncoding": "base64url"}


def describe(operations: Sequence[Operation], rows: Mapping[RouteKey, ApiRule], files: Described = {}) -> Described:  # noqa: B006 - never changed
    """The document (OpenAPI 3.1)."""
    refs, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, rows[operation.method, operation.address], refs)
        paths.setdefault(f"/api/v1{operation.address}", {})[operation.method.lower()] = described
    for address, methods in files.items():
        paths.setdefault(f"/api/v1{address}", {}).update(methods)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Symbolon node API",
            "version": "1",
            "description": "Everything that a page of the node does, for the state's own systems: docs/guides/api.md.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**schemas, "Problem": _PROBLEM},
        },
    }


def needs(rule: ApiRule) -> str:
    """Which scope and rights an address needs, as one line."""
    parts = [] if rule.scope is None else [f"scope `{rule.scope.value}`"]
    if rule.any_of:
        parts.append("a role with " + " or ".join(f"`{right}`" for right in sorted(rule.any_of)))
    return "Needs " + (" and ".join(parts) or "a token that counts") + "."


def refusals(*others: str) -> dict[str, Any]:
    """The answers that refuse, with those of this operation alone."""
    texts = {**_REFUSALS, **dict.fromkeys(others, "What the request was made about has changed since.")}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": text, "content": content} for status, text in sorted(texts.items())}


def path_parameters(address: str) -> list[dict[str, Any]]:
    """The ids that an address holds."""
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(address)
    ]


def _operation(operation: Operation, rule: ApiRule, refs: Mapping[Any, Any]) -> dict[str, Any]:
    parameters = path_parameters(operation.address)
    for name, text in operation.params.items():
        parameters.append({"name": name, "in": "query", "description": text, "schema": {"type": "string"}})
    if operation.acts:
        hours = int(KEPT_FOR.total_seconds() // 3600)
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": f"The same key again within {hours} hours gives the same answer and does nothing twice.",
                "schema": {"type": "string", "maxLength": 128},
            }
        )
    on_hit = operation.acts and "{hit_id}" in operation.address
    if on_hit:
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "description": "The `ETag` of the hit as it was read; 412 when it has changed since.",
                "schema": {"type": "string"},
            }
        )
    described: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "description": " ".join(filter(None, (operation.description, needs(rule)))),
        "tags": [operation.group],
        "parameters": parameters,
        "responses": {**_answers(operation, refs), **refusals(*(["412"] if on_hit else []))},
    }
    body = _body(operation, refs)
    if body is not None:
        described["requestBody"] = body
    return described


def _body(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any] | None:
    if operation.takes is None:
        return None
    if operation.takes is bytes:
        kinds = ("application/json", "text/csv")
        return {"required": True, "content": {kind: {"schema": {}} for kind in kinds}}
    media = {"schema": refs[operation.takes, "validation"], "example": operation.example}
    return {"required": True, "content": {"application/json": media}}


def _answers(operation: Operation, refs: Mapping[Any, Any]) -> dict[str, Any]:
    if operation.gives is None:
        content: dict[str, Any] = {} if operation.acts else {"*/*": {"schema": {}}}
        return (
            {
                "200": {"description": "Done, with what there is to say.", "content": content},
                "201": {"description": "Made; `Location` says where it is.", "content": content},
                "204": {"description": "Done."},
            }
            if operation.acts
            else {"200": {"description": "What was asked for.", "content": content}}
        )
    schema: Any = refs[operation.gives, "serialization"]
    if "cursor" in operation.params:
        schema = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": schema, "next": {"type": ["string", "null"]}},
        }
    return {"200": {"description": "What was asked for.", "content": {"application/json": {"schema": schema}}}}


def _schemas(operations: Sequence[Operation]) -> tuple[Mapping[Any, Any], dict[str, Any]]:
    wanted: dict[tuple[Any, str], TypeAdapter[Any]] = {}
    for operation in operations:
        if operation.takes is not None and operation.takes is not bytes:
            wanted[operation.takes, "validation"] = TypeAdapter(operation.takes)
        if operation.gives is not None:
            wanted[operation.gives, "serialization"] = TypeAdapter(operation.gives)
    refs, document = TypeAdapter.json_schemas(
        [(kind, mode, adapter) for (kind, mode), adapter in wanted.items()],  # type: ignore[misc]  # modes as texts
        ref_template="#/components/schemas/{model}",
        schema_generator=_Schema,
    )
    return refs, dict(document.get("$defs", {}))


def _name(operation: Operation) -> str:
    return "_".join([operation.method.lower(), *_FIELD.findall(operation.address)])
