"""Who is behind a request to the API, and whether the row of its address lets them have what they ask for."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from symbolon.node.domain.api_clients import UnknownToken
from symbolon.node.services.admit_client import AdmitClient, Caller
from symbolon.node.web.api.rows import ApiRule
from symbolon.protocol.problems import Problem
from symbolon.runtime.clock import Clock
from symbolon.runtime.problem_responses import Refusal

A_MINUTE: Final = 600
"""So many requests a minute a client may make in the long run, and as many at once."""
WRONG_A_MINUTE: Final = 30
"""So many wrong tokens a minute may come from one address."""
_SECONDS: Final = 60
_REMEMBERED: Final = 10_000
_BEARER: Final = "bearer "


class Pace:
    """A bucket of requests for each name, which fills again by itself (token bucket)."""

    def __init__(self, a_minute: int, clock: Clock) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, name: str) -> int:
        """Take one; 0, or how many seconds to wait where none is left."""
        now = self._clock.now()
        with self._lock:
            left = self._now(name, now)
            if left < 1:
                return max(1, ceil((1 - left) * _SECONDS / self._a_minute))
            self._put(name, left - 1, now)
        return 0

    def wait(self, name: str) -> int:
        """How many seconds to wait before one is left; takes none."""
        with self._lock:
            left = self._now(name, self._clock.now())
        return 0 if left >= 1 else max(1, ceil((1 - left) * _SECONDS / self._a_minute))

    def _now(self, name: str, now: datetime) -> float:
        left, since = self._left.get(name, (float(self._a_minute), now))
        return min(float(self._a_minute), left + max(0.0, (now - since).total_seconds()) * self._a_minute / _SECONDS)

    def _put(self, name: str, left: float, now: datetime) -> None:
        self._left[name] = (left, now)
        self._left.move_to_end(name)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Paces:
    clients: Pace
    strangers: Pace


class ApiAccess:
    """Admits clients to the routes of the API."""

    def __init__(self, admit: AdmitClient, clock: Clock) -> None:
        self._admit = admit
        self._paces = _Paces(Pace(A_MINUTE, clock), Pace(WRONG_A_MINUTE, clock))

    def admit(self, request: Request, rule: ApiRule) -> None:
        """Let a request pass that the rule allows. Raises `HTTPException` (401, 429) or `Refusal`."""
        if rule.is_public:
            return
        caller = self._caller(request)
        request.state.caller = caller
        if rule.scope is not None and rule.scope not in caller.client.scopes:
            raise Refusal(
                Problem.FORBIDDEN, f"This client has not the scope {rule.scope.value}: its administrator gives scopes."
            )
        if rule.any_of and not rule.any_of & caller.actor.rights:
            raise Refusal(Problem.FORBIDDEN, "None of this client's roles includes this: ask your administrator.")

    def note_refusal(self, request: Request) -> None:
        """Leave a leaf of what a client had no right to ask for."""
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is not None:
            self._admit.note_refusal(caller, getattr(request.state, "route_template", "unmatched"))

    def _caller(self, request: Request) -> Caller:
        address = "" if request.client is None else request.client.host
        _refuse_if(self._paces.strangers.wait(address))
        header = request.headers.get("authorization", "")
        token = header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""
        try:
            caller = self._admit(token)
        except UnknownToken as unknown:
            self._paces.strangers.take(address)
            raise HTTPException(401, unknown.sentence, {"WWW-Authenticate": 'Bearer realm="symbolon"'}) from None
        _refuse_if(self._paces.clients.take(str(caller.client.client_id)))
        return caller


def _refuse_if(seconds: int) -> None:
    if seconds:
        raise HTTPException(429, f"Too many requests: wait {seconds} seconds.", {"Retry-After": str(seconds)})
