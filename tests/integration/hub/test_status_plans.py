"""The status page of a large hub reads indexes, not tables."""

from typing import Any

import pytest
from tests.simulators.hub_members import item

from symbolon.runtime.sql_loader import Query, load_queries


@pytest.mark.parametrize(
    ("name", "index"),
    [("count_records", "record_live_by_owner_and_kind"), ("count_hits_by_state", "hit_by_joint_state")],
)
def test_records_and_hits_are_counted_from_an_index_alone(bench: Any, person: Any, name: str, index: str) -> None:
    bench.submit(bench.amara, item(person))
    counted = load_queries("symbolon.hub.storage", "status")[name]
    plan = Query("plan", "for a test", f"explain {counted.text}")
    with bench.hub.database.transaction() as tx:
        # So few rows would be read from the table otherwise.
        tx.execute(Query("plan_as_if_large", "for a test", "set local enable_seqscan = off"))
        tx.execute(Query("no_bitmap", "for a test", "set local enable_bitmapscan = off"))
        told = "\n".join(row["QUERY PLAN"] for row in tx.fetch_all(plan))
    assert f"Index Only Scan using {index}" in told
