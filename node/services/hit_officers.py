"""Who the officers of a hit are by name: what is for named persons alone is theirs."""

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.restricted import acted_on
from symbolon.node.ports.storage import Work


def officers_of(work: Work, hit: Hit) -> frozenset[str]:
    """Who is assigned to the hit, voted on it, drafted or released what was sent about it."""
    own, _ = work.hits.votes(hit.hit_id)
    drafters = (draft.drafted_by for draft in work.drafts.of_hit(hit.hit_id))
    return acted_on(hit, work.messages.of_hit(hit.hit_id), (*(vote.voter for vote in own), *drafters))
