"""However often a worker looks, and whenever it starts anew, a clock is told of once at each level, never too early."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from tests.integration.node.watch.conftest import MONDAY

from symbolon.node.bootstrap.services import build_services


def told(node):
    """Each clock and level that was noted, with its moment and the moment at which it is due."""
    return [(row["clock"], row["level"], row["noted_at"], row["due_at"]) for row in node.rows("escalation")]


def moments(chance: Random) -> list[datetime]:
    """Looks of two weeks, some of them close together and some after a day or more in which no worker ran."""
    moment, found = MONDAY, []
    while moment < MONDAY + timedelta(days=14):
        moment += timedelta(minutes=chance.choice((1, 7, 45, 180, 900, 3000)))
        found.append(moment)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_whenever_a_worker_looks_and_starts_anew_each_level_is_told_once_and_in_time(desk_pair, seed):
    node, chance = desk_pair.xa, Random(seed)  # noqa: S311 - moments that can be repeated
    desk_pair.publish(node)
    desk_pair.exchange()
    desk_pair.pair.hit()
    looks = moments(chance)
    for moment in looks:
        desk_pair.at(moment)
        if chance.random() < 0.3:
            node.services = build_services(node.tools)
        node.services.escalate_due_clocks()
    noted = told(node)
    assert Counter((clock, level) for clock, level, _, _ in noted).most_common(1)[0][1] == 1
    assert {level for _, level, _, _ in noted} == {"three-quarters", "over"}
    for _, level, noted_at, due_at in noted:
        if level == "over":
            # At the first look after it was due, and at none before.
            after = next(moment for moment in looks if moment >= due_at)
            assert due_at <= noted_at < after + timedelta(seconds=1)
