"""Registers, lists, tries and removes the addresses of own systems that are told of what happens."""

from base64 import urlsafe_b64encode
from uuid import UUID

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.webhooks import SECRET_BYTES, Webhook, WebhookLine, check_url
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct


class ManageWebhooks:
    """An administrator's addresses hear of general hits; a protection officer's own of protected ones too."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def add(self, actor: Actor, url: str, *, protected: bool = False, authority: str | None = None) -> tuple[UUID, str]:
        """Register an address; its id, and the secret under its signatures, which is shown this once.

        Raises:
            Forbidden: the actor is no administrator; or, for protected hits, no protection officer.
            WebhookMistake: no event goes to such an address.

        """
        _require(actor, protected=protected)
        secret = urlsafe_b64encode(self._draws.random_bytes(SECRET_BYTES)).rstrip(b"=").decode("ascii")
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            membership = work.directory.membership()
            check_url(url, is_exercise=membership is None or membership.exercise)
            webhook = Webhook(self._draws.uuid(), url, secret, authority, protected, actor.login, now)
            work.webhooks.add(webhook)
            detail = {"protected": protected}
            work.audit.record(AuditAct.WEBHOOK_ADDED, actor.login, str(webhook.webhook_id), detail)
        return webhook.webhook_id, secret

    def list(self, actor: Actor) -> tuple[WebhookLine, ...]:
        """Those that the actor may remove, with how it goes."""
        kinds = _kinds(actor)
        with self._unit_of_work.begin() as work:
            return tuple(line for line in work.webhooks.list() if line.protected in kinds)

    def remove(self, actor: Actor, webhook_id: UUID) -> None:
        """Tell an address nothing more; raises `Forbidden` and `NotFound`."""
        with self._unit_of_work.begin() as work:
            found = work.webhooks.find(webhook_id)
            if found is None or found.protected not in _kinds(actor):
                raise _unknown()
            work.webhooks.remove(webhook_id, self._draws.now())
            work.audit.record(AuditAct.WEBHOOK_REMOVED, actor.login, str(webhook_id), {})

    def try_out(self, actor: Actor, webhook_id: UUID) -> UUID:
        """Send an event that says nothing; its id. Raises `Forbidden` and `NotFound`."""
        event_id = self._draws.uuid()
        with self._unit_of_work.begin() as work:
            found = work.webhooks.find(webhook_id)
            if found is None or found.protected not in _kinds(actor):
                raise _unknown()
            work.webhooks.add_trial(event_id, webhook_id, self._draws.now())
            work.audit.record(AuditAct.WEBHOOK_TRIED, actor.login, str(webhook_id), {})
        return event_id


def _kinds(actor: Actor) -> frozenset[bool]:
    kinds = {right for right in (Right.MANAGE_API, Right.HANDLE_PROTECTED) if actor.permits(right)}
    if not kinds:
        raise Forbidden("Addresses of own systems are the administrator's.")
    # How much waits at a protection officer's address tells how many victims' hits there are.
    return frozenset({Right.HANDLE_PROTECTED in kinds} if len(kinds) == 1 else {False, True})


def _require(actor: Actor, *, protected: bool) -> None:
    if protected and not actor.permits(Right.HANDLE_PROTECTED):
        raise Forbidden("Only a protection officer lets an own system hear of victims' and minors' hits.")
    if not protected and not actor.permits(Right.MANAGE_API):
        raise Forbidden("Addresses of own systems are the administrator's.")


def _unknown() -> NotFound:
    return NotFound("There is no such address: `symbolon node webhook list` shows them.")
