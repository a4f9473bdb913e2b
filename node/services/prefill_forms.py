"""Begins a form from what is known: of a request what the hit shows, of anything that gives information nothing."""

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.forms import InformationForm, ReplyForm, RequestForm
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.messages import of_kind
from symbolon.node.domain.records import Record
from symbolon.node.domain.sealed_categories import is_sealed
from symbolon.node.errors import NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.draft_access import hit_to_draft_on
from symbolon.node.services.justified_look import look_at
from symbolon.node.services.protection_marks import marks_of
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.handling import Agreement, SubjectCategory
from symbolon.protocol.messages import Request
from symbolon.protocol.references import HitId, RequestId


class PrefillRequest:
    """The officer writes what only they know; what the hit knows stands there already, and can be taken out."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit | None = None) -> RequestForm:
        """A request that says what agrees, in kinds and never in values.

        Raises:
            NotFound: there is no such hit in the actor's queue. So do the other classes here.
            JustificationNeeded: it is protected, and no reason was given in this visit, or too long ago.
            Forbidden: the actor may not draft.

        """
        with self._unit_of_work.begin() as work:
            hit = hit_to_draft_on(work, actor, hit_id)
            look_at(work, actor, hit, visit, self._draws.now())
            record = work.records.find(hit.own_reference)
            if record is None:
                raise NotFound("There is no such hit in your queue.")
            marks = marks_of(work, hit)
        return _request_form(hit, record, marks)


class PrefillReply:
    """Nothing is released by default: the identifiers that are to be given are chosen one by one."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId, visit: Visit | None = None) -> ReplyForm:
        """One empty answer to each question of the request."""
        with self._unit_of_work.begin() as work:
            hit = hit_to_draft_on(work, actor, hit_id)
            look_at(work, actor, hit, visit, self._draws.now())
            asked = of_kind(work.messages.of_exchange(hit_id, exchange_id), Request)
            if not asked:
                raise NotFound("There is no such request about this hit.")
            marks = marks_of(work, hit)
        _, request = asked[0]
        return ReplyForm(answers=("",) * len(request.questions), marks=marks)


class PrefillInformation:
    """The same for information that nobody asked for."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, hit_id: HitId, visit: Visit | None = None) -> InformationForm:
        """An empty form, with the hit's urgency and marks."""
        with self._unit_of_work.begin() as work:
            hit = hit_to_draft_on(work, actor, hit_id)
            look_at(work, actor, hit, visit, self._draws.now())
            return InformationForm(urgency=hit.urgency, marks=marks_of(work, hit))


def _category(record: Record) -> SubjectCategory:
    """The own record's category, unless it would tell of a victim or a minor: their officer says so on purpose."""
    content = record.content
    return SubjectCategory.UNKNOWN if content.category is None or is_sealed(content.category) else content.category


def _request_form(hit: Hit, record: Record, marks: ProtectionMarks) -> RequestForm:
    agreeing = [line.kind.value.replace("_", " ") for line in hit.agreement if line.agreement is Agreement.AGREE]
    agrees = f"; of the identifiers agree: {', '.join(agreeing)}" if agreeing else ""
    return RequestForm(
        relevance=f"Both states judged the two records the same (comparison: {hit.band.value}{agrees}).",
        offence_group=record.content.offence_group,
        subject_category=_category(record),
        why_this_state=f"State {hit.counterpart} has the other record of hit {hit.hit_id}.",
        urgency=hit.urgency,
        marks=marks,
    )
