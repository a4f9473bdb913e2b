"""Finds out whether somebody was asked about the same subject before, on any channel; and notes contacts by hand."""

from collections.abc import Iterator

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.contacts import AskedBefore, ContactId, PastContact
from symbolon.node.domain.disclosure import may_see
from symbolon.node.domain.form_rules import check_limits
from symbolon.node.domain.forms import ContactForm
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import Visit
from symbolon.node.errors import InvalidDraft, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.draft_access import hit_to_draft_on
from symbolon.node.services.justified_look import look_at
from symbolon.node.services.list_hits import seen_hits
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.references import HitId

_THIS_SYSTEM = "this system"


class FindAskedBefore:
    """Hints, newest first. Of hits that the actor may not know of, nothing is told (invariants 6 and 10)."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit | None = None) -> tuple[AskedBefore, ...]:
        """Exchanges on other hits of the same record, or with the same record of the other side; noted contacts.

        Raises:
            JustificationNeeded: the hit is protected, and no reason was given in this visit, or too long ago.
            NotFound: there is no such hit, or the actor may not know of it.

        """
        with self._unit_of_work.begin() as work:
            hit = work.hits.find(hit_id)
            if hit is None or not may_see(actor, hit):
                raise NotFound("There is no such hit in your queue.")
            look_at(work, actor, hit, visit, self._draws.now())
            alike = tuple(each for each in seen_hits(work, actor) if _same_subject(each, hit))
            hints = (*_exchanges(alike, hit_id), *_contacts(work, alike))
            work.audit.record(AuditAct.ASKED_BEFORE_VIEWED, actor.login, hit_id, {"hints": len(hints)})
        return tuple(sorted(hints, key=lambda hint: hint.on, reverse=True))


class NoteContact:
    """Keeps a contact on another channel with the record that it was about."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, form: ContactForm) -> ContactId:
        """Keep it; returns its id.

        Raises:
            InvalidDraft: a field needs a change.
            NotFound: there is no such hit in the actor's queue.
            Forbidden: the actor may not draft.

        """
        check_limits(form)
        if form.on > self._draws.now().date():
            raise InvalidDraft("on", "A contact that was made is of a day that has passed, or of today.")
        with self._unit_of_work.begin() as work:
            hit = hit_to_draft_on(work, actor, hit_id)
            contact_id = ContactId(str(self._draws.uuid()))
            work.contacts.add(PastContact(contact_id, hit.own_reference, form, actor.login))
            work.audit.record(AuditAct.CONTACT_NOTED, actor.login, contact_id, {"hit": hit_id})
        return contact_id


def _same_subject(one: Hit, other: Hit) -> bool:
    if one.own_reference == other.own_reference:
        return True
    return (one.counterpart, one.counterpart_reference) == (other.counterpart, other.counterpart_reference)


def _exchanges(alike: tuple[Hit, ...], but: HitId) -> Iterator[AskedBefore]:
    for hit in alike:
        for exchange in hit.shown.exchanges if hit.hit_id != but else ():
            yield AskedBefore(
                on=exchange.since.date(),
                counterpart=hit.counterpart,
                channel=_THIS_SYSTEM,
                hit_id=hit.hit_id,
                exchange_id=exchange.exchange_id,
                state=exchange.state,
                reference="",
                remark="",
            )


def _contacts(work: Work, alike: tuple[Hit, ...]) -> Iterator[AskedBefore]:
    for contact in work.contacts.of_records({hit.own_reference for hit in alike}):
        content = contact.content
        yield AskedBefore(
            on=content.on,
            counterpart=content.counterpart,
            channel=content.channel,
            hit_id=None,
            exchange_id=None,
            state=None,
            reference=content.reference,
            remark=content.remark,
        )
