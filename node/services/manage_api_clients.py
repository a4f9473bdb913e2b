"""Makes, lists and revokes the programs that may act by the API, and lets a protection officer open protected hits."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.api_clients import (
    TOKEN_BYTES,
    ApiClient,
    ClientDraft,
    ClientMistake,
    check_client,
    new_token,
)
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.protocol.audit_log import AuditAct


class ManageApiClients:
    """What the administrator does about clients, and the one thing that only a protection officer does."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def add(self, actor: Actor, draft: ClientDraft) -> str:
        """Make a client; its token, which is shown this once and kept nowhere.

        Raises:
            Forbidden: the actor is no administrator.
            ClientMistake: nobody may have such a client, or one had this name at any time.

        """
        _require(actor)
        now = self._draws.now()
        check_client(draft, now)
        client_id = self._draws.uuid()
        token, digest = new_token(client_id, self._draws.random_bytes(TOKEN_BYTES))
        client = ApiClient(
            client_id=client_id,
            name=draft.name,
            roles=draft.roles,
            scopes=draft.scopes,
            token_digest=digest,
            added_by=actor.login,
            added_at=now,
            expires_at=draft.expires_at,
        )
        with self._unit_of_work.begin() as work:
            if not work.api_clients.add(client):
                raise ClientMistake(
                    "A client has, or had, this name: give another, so that the log tells the two apart."
                )
            detail = {
                "roles": " ".join(sorted(draft.roles)),
                "scopes": " ".join(sorted(draft.scopes)),
                "expires_at": draft.expires_at.isoformat(timespec="seconds"),
            }
            work.audit.record(AuditAct.CLIENT_ADDED, actor.login, str(client_id), detail)
        return token

    def list(self, actor: Actor) -> tuple[ApiClient, ...]:
        """Every client that ever was, by name; for administrators and protection officers."""
        if not (actor.permits(Right.MANAGE_API) or actor.permits(Right.HANDLE_PROTECTED)):
            raise Forbidden("Clients are the administrator's.")
        with self._unit_of_work.begin() as work:
            return work.api_clients.list()

    def grant_protected(self, actor: Actor, name: str) -> None:
        """Let a client see victims' and minors' hits.

        Raises:
            Forbidden: the actor is no protection officer.
            NotFound: there is no such client.
            ClientMistake: its scopes do not ask for that.

        """
        if not actor.permits(Right.HANDLE_PROTECTED):
            raise Forbidden("Only a protection officer lets a program see victims' and minors' hits.")
        with self._unit_of_work.begin() as work:
            client = _found(work, name)
            if not client.awaits_grant or not client.counts_at(self._draws.now()):
                raise ClientMistake("The client does not wait for this: its scopes ask for none, or it was given.")
            work.api_clients.grant(client.client_id, actor.login, self._draws.now())
            work.audit.record(AuditAct.CLIENT_GRANTED, actor.login, str(client.client_id), {})

    def revoke(self, actor: Actor, name: str) -> None:
        """Let a client's token open nothing from now on; a protection officer may do it with who sees protected hits.

        Raises:
            Forbidden: the actor is neither.
            NotFound: there is no such client, or a protection officer named one that sees no protected hit.

        """
        with self._unit_of_work.begin() as work:
            if not (actor.permits(Right.MANAGE_API) or actor.permits(Right.HANDLE_PROTECTED)):
                raise Forbidden("Clients are the administrator's.")
            client = _found(work, name)
            if not actor.permits(Right.MANAGE_API) and client.protected_by is None:
                raise NotFound("There is no such client among those that see protected hits.")
            if client.revoked_at is None:
                work.api_clients.revoke(client.client_id, actor.login, self._draws.now())
                work.audit.record(AuditAct.CLIENT_REVOKED, actor.login, str(client.client_id), {})


def _require(actor: Actor) -> None:
    if not actor.permits(Right.MANAGE_API):
        raise Forbidden("Clients are the administrator's.")


def _found(work: Work, name: str) -> ApiClient:
    client = work.api_clients.lock_named(name)
    if client is None:
        raise NotFound("There is no such client: `symbolon node api-client list` shows them.")
    return client
