"""Two real nodes, a real hub and three real operators, each a process with a database of its own."""

from collections.abc import Iterator

import pytest

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU


@pytest.fixture(scope="module")
def federation() -> Iterator[Federation]:
    """Two states whose federation compares blind, with the case imported."""
    with Federation({AMARA: "Amara", BELANU: "Belanu"}, blind=True) as federation:
        federation.start()
        for code, node in federation.nodes.items():
            name = code.lower()
            node.import_file(CASE_FOLDER / f"{name}.csv", CASE_FOLDER / f"{name}.toml")
        yield federation


def test_hits_reach_both_sides_and_every_operator_holds_a_share_of_what_has_vectors(federation: Federation) -> None:
    for node in federation.nodes.values():
        node.publish()
    federation.wait_until("Comparing blind", federation.is_settled, 120.0)
    federation.wait_until(
        "Telling both sides", lambda: all(node.status().hits for node in federation.nodes.values()), 60.0
    )
    blind = federation.hub.status().blind
    standings = blind.operators
    live = sum(count.live for count in federation.hub.status().records)
    assert [each.place for each in standings] == [0, 1, 2]
    assert all(each.trouble is None for each in standings)
    assert len({each.records for each in standings}) == 1
    assert 0 < standings[0].records - blind.canaries.held <= live
    assert blind.canaries.answers > 0
