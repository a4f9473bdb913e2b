"""Shows how this node stands with pairs that are found past the hub, for its status and its page of the federation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from symbolon.node.domain.pairs_standing import LATELY, PairsStanding, warnings_of
from symbolon.node.ports.storage import Work
from symbolon.protocol.messages import FederationDirectory, Opening
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class PairsPastHub:
    """Where nothing is found past the hub: None, and no warnings."""

    standing: PairsStanding | None = None
    warnings: tuple[str, ...] = ()


def pairs_past_hub(
    work: Work, directory: FederationDirectory | None, own: MemberCode, now: datetime, every: timedelta
) -> PairsPastHub:
    """How far this node is; `every`: at which intervals members tell each other."""
    if directory is None or directory.comparison.opening is not Opening.RECEIVERS:
        return PairsPastHub()
    standing = work.pairs.standing(now - LATELY)
    others = [member.code for member in directory.active_members if member.code != own]
    return PairsPastHub(standing, warnings_of(standing, others, now, every))
