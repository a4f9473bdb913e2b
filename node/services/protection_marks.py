"""The protection marks of a hit: what either side has said goes with everything that follows."""

from functools import reduce

from symbolon.node.domain.hit import Hit
from symbolon.node.ports.storage import Work
from symbolon.protocol.disclosure_rules import marks_to_send
from symbolon.protocol.exchange_terms import ProtectionMarks


def marks_of(work: Work, hit: Hit) -> ProtectionMarks:
    """The marks that the next message about a hit bears at least."""
    said = (getattr(each.message, "marks", None) for each in work.messages.of_hit(hit.hit_id) if each.counts)
    own = ProtectionMarks(non_punishment=hit.non_punishment, minor=hit.minor, victim_risk="")
    return reduce(marks_to_send, (marks for marks in said if isinstance(marks, ProtectionMarks)), own)
