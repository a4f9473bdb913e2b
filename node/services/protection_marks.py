"""The protection marks of a hit: what either side has said goes with everything that follows."""

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.records import Record
from symbolon.node.ports.storage import Work
from symbolon.protocol.disclosure_rules import marks_to_send
from symbolon.protocol.exchange_terms import ProtectionMarks
from symbolon.protocol.handling import SubjectCategory


def marks_of(work: Work, hit: Hit) -> ProtectionMarks:
    """The marks that the next message about a hit bears at least: the own record's, and what either side said before.

    Of several risk notes the newest counts; the other two marks only ever add up.
    """
    marks = _own_marks(hit, work.records.find(hit.own_reference))
    for stored in work.messages.of_hit(hit.hit_id):
        said = getattr(stored.message, "marks", None)
        if stored.counts and isinstance(said, ProtectionMarks):
            marks = marks_to_send(said, marks)
    return marks


def _own_marks(hit: Hit, record: Record | None) -> ProtectionMarks:
    is_minor = record is not None and record.content.category is SubjectCategory.MINOR
    return ProtectionMarks(non_punishment=hit.non_punishment, minor=hit.minor or is_minor, victim_risk="")
