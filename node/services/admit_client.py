"""Finds out which program is behind a token, for each request anew: a token that was revoked opens nothing at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.api_clients import ApiClient, UnknownToken, client_of_token, is_its_token
from symbolon.node.domain.justification import Visit
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct

_NOTED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that was admitted."""

    client: ApiClient
    actor: Actor
    visit: Visit
    """For how long a reason to look at a protected hit counts is the justification's own business."""


class AdmitClient:
    """Admits the holder of a token."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, token: str) -> Caller:
        """Say who holds the token; raises `UnknownToken` when it opens nothing now, whatever the reason."""
        said = client_of_token(token)
        if said is None:
            raise UnknownToken
        client_id, digest = said
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            client = work.api_clients.find(client_id)
            if client is None or not is_its_token(client, digest) or not client.counts_at(now):
                raise UnknownToken
            if client.last_used_at is None or now - client.last_used_at >= _NOTED_EVERY:
                work.api_clients.note_use(client_id, now)
        return Caller(client, client.actor, Visit(f"client {client_id}"))

    def note_refusal(self, caller: Caller, route: str) -> None:
        """Leave a leaf of a request that the client had no right to make; `route` is the template of its address."""
        with self._unit_of_work.begin() as work:
            work.audit.record(AuditAct.ACCESS_REFUSED, caller.actor.login, None, {"route": route})
