"""Programs and addresses of the desk of paper."""

from typing import Any, cast
from uuid import UUID

from symbolon.node.domain.actors import Actor, Right, Role
from symbolon.node.domain.api_clients import ApiClient, ClientDraft, Scope, check_client
from symbolon.node.domain.webhooks import WebhookLine, check_url
from symbolon.node.errors import NotFound
from symbolon.node.services.api_administration import ApiAdministration
from symbolon.runtime.clock import Clock

TOKEN = "symbolon.paper.token"
SECRET = "paper secret"
ADDRESS = UUID(int=8001)


class PaperApi:
    """One program that waits for its grant, and one address."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.acts: list[tuple[str, str]] = []

    def services(self) -> ApiAdministration:
        return ApiAdministration(
            cast("Any", _PaperClients(self, self._clock)), cast("Any", _PaperWebhooks(self, self._clock))
        )


class _PaperClients:
    def __init__(self, paper: PaperApi, clock: Clock) -> None:
        self._paper, self._clock = paper, clock

    def list(self, _actor: Actor) -> tuple[ApiClient, ...]:
        now = self._clock.now()
        return (
            ApiClient(
                client_id=UUID(int=8000),
                name="shelter",
                roles=frozenset({Role.PROTECTION_OFFICER}),
                scopes=frozenset({Scope.HITS_READ, Scope.PROTECTED}),
                token_digest=bytes(32),
                added_by="adam",
                added_at=now,
                expires_at=now.replace(year=now.year + 1),
            ),
        )

    def add(self, actor: Actor, draft: ClientDraft) -> str:
        check_client(draft, self._clock.now())
        self._paper.acts.append(("add", actor.login))
        return TOKEN

    def grant_protected(self, actor: Actor, name: str) -> None:
        self._known(name)
        self._paper.acts.append(("grant", actor.login))

    def revoke(self, actor: Actor, name: str) -> None:
        if not actor.permits(Right.MANAGE_API):
            raise NotFound("There is no such client among those that see protected hits.")
        self._known(name)
        self._paper.acts.append(("revoke", actor.login))

    def _known(self, name: str) -> None:
        if name != "shelter":
            raise NotFound("There is no such client.")


class _PaperWebhooks:
    def __init__(self, paper: PaperApi, clock: Clock) -> None:
        self._paper, self._clock = paper, clock

    def list(self, actor: Actor) -> tuple[WebhookLine, ...]:
        line = WebhookLine(
            ADDRESS, "https://cases.example/", False, "adam", self._clock.now(), 3, 0, "It answered 500."
        )
        return (line,) if actor.permits(Right.MANAGE_API) else ()

    def add(self, actor: Actor, url: str, *, protected: bool, authority: str | None) -> tuple[UUID, str]:  # noqa: ARG002 - as the service
        check_url(url, is_exercise=True)
        self._paper.acts.append((f"address {protected}", actor.login))
        return ADDRESS, SECRET

    def try_out(self, actor: Actor, webhook_id: UUID) -> None:
        self._known(actor, webhook_id, "try")

    def remove(self, actor: Actor, webhook_id: UUID) -> None:
        self._known(actor, webhook_id, "remove")

    def _known(self, actor: Actor, webhook_id: UUID, act: str) -> None:
        if webhook_id != ADDRESS or not actor.permits(Right.MANAGE_API):
            raise NotFound("There is no such address.")
        self._paper.acts.append((act, actor.login))
