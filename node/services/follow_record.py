"""A standing interest in a record: set, listed, ended by hand or by itself; only in a record that one may see."""

from datetime import datetime

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.interests import LONGEST_INTEREST, USUAL_INTEREST, Interest, InterestLine
from symbolon.node.domain.records import Record
from symbolon.node.errors import Forbidden, InvalidDraft, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Namespace, namespace_of
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import parse_record_reference


class FollowRecord:
    """Each person's own interests: nobody sees another's."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def set(self, actor: Actor, record: str, until: datetime | None = None) -> None:
        """Follow a record, named by its reference or its local id, until a time (None: ninety days).

        Raises:
            Forbidden: the actor sees no hits.
            NotFound: there is no such record, or none that this person may know of (told apart to nobody).
            InvalidDraft: the end is past, or more than a year away.

        """
        now = self._draws.now()
        ends = until or now + USUAL_INTEREST
        if not now < ends <= now + LONGEST_INTEREST:
            raise InvalidDraft("until", "Choose an end within a year from now: an interest ends by itself.")
        with self._unit_of_work.begin() as work:
            found = _seen(work, actor, record)
            work.interests.put(Interest(found.reference, actor.login, ends, now))
            work.audit.record(AuditAct.INTEREST_CHANGED, actor.login, found.reference, {"follows": True})

    def end(self, actor: Actor, record: str) -> None:
        """Follow a record no more; raises as :meth:`set` does."""
        with self._unit_of_work.begin() as work:
            found = _seen(work, actor, record)
            work.interests.remove(found.reference, actor.login)
            work.audit.record(AuditAct.INTEREST_CHANGED, actor.login, found.reference, {"follows": False})

    def list(self, actor: Actor) -> tuple[InterestLine, ...]:
        """What this person follows now, the first to end first; what they may not see any more is left out."""
        _require_hits(actor)
        with self._unit_of_work.begin() as work:
            interests = work.interests.of_login(actor.login, self._draws.now())
            records = {each.reference: each for each in work.records.many([one.reference for one in interests])}
        return tuple(
            InterestLine(interest, record.content.local_id, record.content.case_id)
            for interest in interests
            if (record := records.get(interest.reference)) is not None and _may_know(actor, record)
        )


def _seen(work: Work, actor: Actor, record: str) -> Record:
    _require_hits(actor)
    try:
        found = work.records.find(parse_record_reference(record))
    except MalformedMessage:
        found = work.records.find_by_local_id(record)
    if found is None or not _may_know(actor, found):
        raise NotFound("There is no such record among those that you may see: check its number.")
    return found


def _may_know(actor: Actor, record: Record) -> bool:
    category = record.content.category
    protected = category is not None and namespace_of(category) is Namespace.PROTECTED
    return actor.permits_on_hit(Right.VIEW_HITS, protected=protected)


def _require_hits(actor: Actor) -> None:
    if not actor.permits(Right.VIEW_HITS):
        raise Forbidden("Your role does not include hits: ask your administrator who may follow a record.")
