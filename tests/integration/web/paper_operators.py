"""What the hub's status page is to show of three operators, in every situation that somebody has to understand."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.integration.web.paper_desk import a_status

from symbolon.hub.domain.operators import BlindStatus, OperatorStanding, SharedNoBits, TokenSpending
from symbolon.hub.domain.status import HubStatus
from symbolon.hub.errors_of_operators import OperatorAway, OperatorRefused
from symbolon.hub.operators.errors import RefusalCode
from symbolon.protocol.references import MemberCode

BODIES = ("The court of audit", "The data protection authority", "The university")
RESTORING = "This operator lost shares: it compares again when the other two have restored them."


def three_operators(now: datetime) -> tuple[OperatorStanding, ...]:
    return tuple(
        OperatorStanding(place, name, 4_024, 0, 3_877, now - timedelta(seconds=1), None, None)
        for place, name in enumerate(BODIES)
    )


def in_trouble(now: datetime, place: int, sentence: str) -> tuple[OperatorStanding, ...]:
    """One that keeps the others from comparing since five minutes."""
    since = now - timedelta(minutes=5)
    return tuple(
        replace(
            each,
            seen_at=since,
            changes_behind=12,
            away_since=since if each.place == place else None,
            trouble=sentence if each.place == place else None,
        )
        for each in three_operators(now)
    )


def situations(now: datetime) -> dict[str, HubStatus]:
    """By name: the status of a hub whose operators are all in step, away, refuse, are behind, do not agree."""
    three = three_operators(now)
    behind = (*three[:2], replace(three[2], number=3_100, changes_behind=924, records=2_990))
    new = tuple(replace(each, number=0, records=0, seen_at=None, changes_behind=4_024) for each in three)
    lost = OperatorRefused(2, RefusalCode.NEEDS_RESTORE, RESTORING).sentence
    blind = {
        "all in step": BlindStatus(three),
        "one away": BlindStatus(in_trouble(now, 1, OperatorAway(1).sentence)),
        "one is restored": BlindStatus(in_trouble(now, 2, lost)),
        "one behind": BlindStatus(behind),
        "not begun": BlindStatus(new),
        "one cannot read": BlindStatus((three[0], replace(three[1], unreadable=3, receipts_refused=2), three[2])),
        "no bits": BlindStatus(three, no_bits=(SharedNoBits(MemberCode("XB"), 4),)),
        "no agreement": BlindStatus(three, now - timedelta(minutes=12)),
        "a member complains": BlindStatus(
            three,
            now - timedelta(minutes=12),
            stopped_because="as XA says of job 7, which opened towards it alone",
            members_check=True,
        ),
    }
    spent = (TokenSpending(MemberCode("XA"), 1_840), TokenSpending(MemberCode("XB"), 196_000))
    return {
        name: replace(a_status(now), blind=replace(each, tokens_today=spent, daily_tokens=200_000))
        for name, each in blind.items()
    }
