"""Who may ask for what: one table for each application, held by the application itself.

:func:`enforce` puts a guard between an application and its routes. A request reaches a route only when its address is
written plainly, when one row of the table is about its method and address, and when the row's rule admits whoever asks;
nothing of the route (not even the reading of a body) happens before. A route without a row, a row without a route, and
two routes that one address could mean are mistakes that keep the application from starting.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Generic, TypeVar

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from symbolon.runtime.errors import RuntimeFault

Rule = TypeVar("Rule")
RouteKey = tuple[str, str]
"""A method and the template of an address, such as ``("GET", "/hits/{hit_id}")``."""

BELOW: Final = "/{file}"
"""Ends the template of what is mounted as a whole, such as the static files."""

# Every address of ours is made of these. What is written otherwise (an encoded or doubled slash, a dot segment, a
# backslash, a semicolon, a full URL) means nothing here, whatever a proxy or a framework might make of it.
_PLAIN_ADDRESS: Final = re.compile(rb"/|(?:/(?!\.)[A-Za-z0-9._@-]+)+")
_PARAMETER: Final = re.compile(r"\{[a-z_]+\}")
# A route that answers GET may be asked for its head alone; no route of ours is, but the framework's own.
_AS_GET: Final = "HEAD"


class UnguardedRoutes(RuntimeFault):
    """The routes of an application and the rows of its authorisation table are not the same."""


@dataclass(frozen=True, slots=True)
class _Row(Generic[Rule]):
    template: str
    methods: Mapping[str, Rule]
    address: re.Pattern[str]


def enforce(app: FastAPI, table: Mapping[RouteKey, Rule], admit: Callable[[Request, Rule], None]) -> None:
    """Let ``app`` serve nothing but what ``table`` allows; call it last, when every route is there.

    ``admit`` raises what refuses somebody (an error that the application answers), and may leave on ``request.state``
    whom it found; it runs on the thread pool. Raises :class:`UnguardedRoutes`.
    """
    routes = routes_of(app)
    _refuse_differences(routes, table)
    _refuse_ambiguity({template for _method, template in routes})
    by_template: dict[str, dict[str, Rule]] = {}
    for (method, template), rule in table.items():
        by_template.setdefault(template, {})[method] = rule
    rows = tuple(_Row(template, methods, _address(template)) for template, methods in by_template.items())
    app.router.middleware_stack = _Guard(app.router.middleware_stack, rows, admit)


def routes_of(app: FastAPI) -> tuple[RouteKey, ...]:
    """Every method and address that an application answers, as the application itself tells them."""
    found: set[RouteKey] = set()
    for context in iter_route_contexts(app.routes):
        if isinstance(context.route, Mount):
            found.add(("GET", f"{context.route.path}{BELOW}"))
            continue
        found |= {(method, str(context.path)) for method in context.methods or () if method != _AS_GET}
    return tuple(sorted(found, key=lambda route: (route[1], route[0])))


class _Guard(Generic[Rule]):
    """ASGI middleware between the application's error handling and its router."""

    def __init__(self, app: ASGIApp, rows: tuple[_Row[Rule], ...], admit: Callable[[Request, Rule], None]) -> None:
        self._app = app
        self._rows = rows
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            rule = self._rule(request)
            await run_in_threadpool(self._admit, request, rule)
        await self._app(scope, receive, send)

    def _rule(self, request: Request) -> Rule:
        if not _is_plain(request.scope):
            raise HTTPException(404)
        for row in self._rows:
            if row.address.fullmatch(request.scope["path"]):
                request.state.route_template = row.template
                rule = row.methods.get(request.method)
                if rule is None:
                    raise HTTPException(405, headers={"Allow": ", ".join(sorted(row.methods))})
                return rule
        raise HTTPException(404)


def _is_plain(scope: Scope) -> bool:
    raw = scope.get("raw_path") or b""
    return bool(_PLAIN_ADDRESS.fullmatch(raw)) and raw == str(scope["path"]).encode() and not scope.get("root_path")


def _address(template: str) -> re.Pattern[str]:
    literal = _PARAMETER.split(template)
    return re.compile("[^/]+".join(re.escape(part) for part in literal))


def _refuse_differences(routes: Iterable[RouteKey], table: Mapping[RouteKey, Rule]) -> None:
    without_row = set(routes) - set(table)
    without_route = set(table) - set(routes)
    if without_row or without_route:
        raise UnguardedRoutes(
            f"The authorisation table needs a row for {_listed(without_row)}, and none for {_listed(without_route)}."
        )


def _refuse_ambiguity(templates: Iterable[str]) -> None:
    for one, other in combinations(sorted(templates), 2):
        steps, other_steps = one.split("/"), other.split("/")
        if len(steps) == len(other_steps) and all(
            step == their or "{" in step + their for step, their in zip(steps, other_steps, strict=True)
        ):
            raise UnguardedRoutes(f"One address could mean both {one} and {other}: give one of them another address.")


def _listed(routes: Iterable[RouteKey]) -> str:
    return ", ".join(f"{method} {template}" for method, template in sorted(routes)) or "any other"
