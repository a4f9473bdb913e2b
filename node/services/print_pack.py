"""Prints a hit and what was said about it; what may not be taken out is named and left out."""

from collections.abc import Sequence
from datetime import datetime

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.messages import StoredMessage
from symbolon.node.domain.pack import Pack, PackSection, PageMarks, strictest_mark
from symbolon.node.domain.pack_sections import hit_section, is_for_evidence, message_section, record_section
from symbolon.node.domain.restricted import originator_of, restrictions_on, why_not_exported
from symbolon.node.errors import Forbidden
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.printing import PackPrinter
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.hit_officers import officers_of
from symbolon.node.services.justified_look import hit_to_take_out
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.disclosure_rules import Export
from symbolon.protocol.references import HitId


class PrintPack:
    """Every page carries its handling code, traffic light, exercise mark and number; evidence, its notice."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, printer: PackPrinter) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._printer = printer

    def __call__(self, actor: Actor, hit_id: HitId, export: Export, visit: Visit) -> bytes:
        """The pack as a PDF.

        Raises:
            NotFound: there is no such hit, or the actor may not know of it.
            JustificationNeeded: it is protected, and no reason was given.
            Forbidden: the actor sees the hit without an office on it.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            hit = hit_to_take_out(work, actor, hit_id, visit, now)
            if not actor.offices_on_hit(protected=hit.protected):
                raise Forbidden("Who has no office on this hit takes nothing of it out.")
            pack = _pack(work, hit, actor, (export, now))
            withheld = sum(section.withheld is not None for section in pack.sections)
            detail = {"as": export.value, "sections": len(pack.sections), "withheld": withheld}
            work.audit.record(AuditAct.PACK_PRINTED, actor.login, hit_id, detail)
        return self._printer(pack)


def _pack(work: Work, hit: Hit, actor: Actor, terms: tuple[Export, datetime]) -> Pack:
    export, now = terms
    messages = tuple(each for each in work.messages.of_hit(hit.hit_id) if each.counts)
    officers = officers_of(work, hit)
    printed: list[StoredMessage] = []
    sections: list[PackSection] = []
    if export is not Export.EVIDENCE:
        record = work.records.find(hit.own_reference)
        sections += [hit_section(hit), *([] if record is None else [record_section(record)])]
    for stored in messages:
        refusal = why_not_exported(stored, hit, actor, officers, (export, now.date()))
        sections.append(message_section(stored, hit, refusal))
        if refusal is None:
            printed.append(stored)
    marks = page_marks(hit, printed, evidence=export is Export.EVIDENCE)
    return Pack(f"Hit with {hit.counterpart}", marks, now, actor.login, tuple(sections))


def page_marks(hit: Hit, printed: Sequence[StoredMessage], *, evidence: bool) -> PageMarks:
    """What every page carries, by what is printed on any of them."""
    given = [restrictions_on(each.message, originator_of(each, hit)) for each in printed]
    return PageMarks(
        handling=strictest_mark([each for each in given if each is not None]),
        exercise=hit.exercise,
        evidence=evidence or any(is_for_evidence(each.message) for each in printed),
    )
