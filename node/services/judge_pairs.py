"""Dismissed stays dismissed: remembers what a record said when a pair was judged, and says which pairs come back."""

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.own_identifiers import identifier_lines
from symbolon.node.domain.records import RecordContent
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import Work
from symbolon.protocol.handling import IdentifierKind
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.references import HitId, RecordReference
from symbolon.protocol.suppression import RecordFacts, hits_to_reconsider, record_facts

_KEY_BYTES = 32
MOST_RECONSIDERED = 100


class RememberJudged:
    """Keeps, beside a hit that both sides judged not the same, digests of what the own record said then."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def __call__(self, work: Work, hit: Hit, _step: TrackStep) -> None:
        """Remember it, under the record's own key, which never leaves this node."""
        record = work.records.find(hit.own_reference)
        if record is None:
            return
        key = work.judged.key_of(record.reference)
        if key is None:
            key = self._draws.random_bytes(_KEY_BYTES)
            work.judged.add_key(record.reference, key)
        work.judged.remember(hit, facts_of(record.content, key))


def pairs_to_reconsider(work: Work, reference: RecordReference, content: RecordContent) -> tuple[HitId, ...]:
    """The hits that the hub is told of because this content of the record brings them back.

    None of those that it knows by aliases: beside the record they would tell it what these stand for.
    """
    return tuple(hit_id for hit_id in brought_back(work, reference, content) if work.pairs.of_hit(hit_id) is None)


def brought_back(work: Work, reference: RecordReference, content: RecordContent) -> tuple[HitId, ...]:
    """The hits, judged not the same, that this content of the record brings back: it changed materially since."""
    judged = work.judged.facts_of(reference)
    key = work.judged.key_of(reference) if judged else None
    if key is None:
        return ()
    return hits_to_reconsider(judged, facts_of(content, key))[:MOST_RECONSIDERED]


def facts_of(content: RecordContent, key: bytes) -> RecordFacts:
    """What a record says, as digests; capitals and blanks make no other value."""
    values: dict[IdentifierKind, list[str]] = {}
    for line in identifier_lines(content.identifiers):
        values.setdefault(line.kind, []).append(" ".join(line.text.casefold().split()))
    return record_facts(values, content.urgency, key)
