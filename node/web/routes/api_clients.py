"""Programs that act by the API, and own systems that are told of news: made, granted, tried, ended."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from symbolon.node.domain.actors import Right
from symbolon.node.domain.api_clients import USUAL_LIFETIME, ClientDraft, ClientMistake, Scope, read_roles, read_scopes
from symbolon.node.domain.webhooks import WebhookMistake
from symbolon.node.web import wording
from symbolon.node.web.desk_context import DeskContext, actor_of, rights_of
from symbolon.protocol.problems import Problem
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.form_fields import NO_MISTAKES, Fields, FormFields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

NOTICES: Final[Mapping[str, str]] = {
    "client-revoked": "The program's token opens nothing any more.",
    "client-granted": "The program sees victims' and minors' hits from now on.",
    "webhook-tried": "An event that says nothing is on its way: reload to see whether it was taken.",
    "webhook-removed": "The address is told nothing more.",
}
_PAGE: Final = "/api-clients"
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]
_EMPTY: Final = FormFields({})


def _webhook_in_path(webhook_id: str) -> UUID:
    try:
        return UUID(webhook_id)
    except ValueError:
        raise Refusal(Problem.NOT_FOUND, "No address has such an id. Open it from the list of programs.") from None


Webhook = Annotated[UUID, Depends(_webhook_in_path)]


def api_client_routes(desk: DeskContext) -> APIRouter:
    """``/api-clients…`` and ``/webhooks…``."""
    router = APIRouter(include_in_schema=False)
    clients, webhooks = desk.services.api.clients, desk.services.api.webhooks

    def page(
        request: Request,
        session: Session,
        filled: FormFields = _EMPTY,
        mistakes: Mapping[str, str] = NO_MISTAKES,
        made: tuple[str, str] | None = None,
    ) -> Response:
        actor, now = actor_of(session), desk.clock.now()
        return desk.render(
            request,
            "api_clients.html",
            session,
            status=422 if mistakes else 200,
            clients=clients.list(actor),
            webhooks=webhooks.list(actor),
            now=now,
            made=made,
            roles=wording.ROLES,
            scopes=[scope.value for scope in Scope],
            filled=filled,
            mistakes=mistakes,
            usual_end=(now + USUAL_LIFETIME).date().isoformat(),
            may_make=Right.MANAGE_API in rights_of(session),
            may_grant=Right.HANDLE_PROTECTED in rights_of(session),
        )

    @router.get("/api-clients")
    def show_clients(request: Request, session: Visitor) -> Response:
        return page(request, session)

    @router.post("/api-clients")
    def make_client(request: Request, session: Doer, fields: Fields) -> Response:
        try:
            token = clients.add(actor_of(session), _draft(fields))
        except ClientMistake as mistake:
            return page(request, session, fields, {"client": mistake.sentence})
        return page(request, session, made=("token", token))

    @router.post("/api-clients/{name}/revoke")
    def revoke_client(session: Doer, name: str) -> Response:
        clients.revoke(actor_of(session), name)
        return desk.return_to(_PAGE, "client-revoked")

    @router.post("/api-clients/{name}/grant")
    def grant_client(request: Request, session: Doer, name: str) -> Response:
        try:
            clients.grant_protected(actor_of(session), name)
        except ClientMistake as mistake:
            return page(request, session, mistakes={"client": mistake.sentence})
        return desk.return_to(_PAGE, "client-granted")

    @router.post("/webhooks")
    def add_webhook(request: Request, session: Doer, fields: Fields) -> Response:
        actor = actor_of(session)
        # Who registers it decides what it hears of: the administrator's never hear of protected hits.
        protected = not actor.permits(Right.MANAGE_API)
        try:
            _, secret = webhooks.add(
                actor, fields.text("url"), protected=protected, authority=fields.text("authority") or None
            )
        except WebhookMistake as mistake:
            return page(request, session, fields, {"url": mistake.sentence})
        return page(request, session, made=("secret", secret))

    @router.post("/webhooks/{webhook_id}/test")
    def try_webhook(session: Doer, webhook_id: Webhook) -> Response:
        webhooks.try_out(actor_of(session), webhook_id)
        return desk.return_to(_PAGE, "webhook-tried")

    @router.post("/webhooks/{webhook_id}/remove")
    def remove_webhook(session: Doer, webhook_id: Webhook) -> Response:
        webhooks.remove(actor_of(session), webhook_id)
        return desk.return_to(_PAGE, "webhook-removed")

    return router


def _draft(fields: FormFields) -> ClientDraft:
    try:
        last = date.fromisoformat(fields.text("expires"))
    except ValueError:
        raise ClientMistake("Write the last day as year-month-day, such as 2027-03-31.") from None
    return ClientDraft(
        name=fields.text("name"),
        roles=read_roles(fields.choices("role")),
        scopes=read_scopes(fields.choices("scope")),
        expires_at=datetime.combine(last, time.max, UTC),
    )
