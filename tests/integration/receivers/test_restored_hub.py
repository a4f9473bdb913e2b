"""A hub that learns no pair was restored: it knows its hits again by what stood for the records in them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
from tests.integration.backup.federation import FOCAL_POINT
from tests.integration.receivers.federation import ReceiverFederation
from tests.integration.receivers.test_hits_past_the_hub import SOMCHAI, hits
from tests.integration.receivers.test_what_the_hub_holds import whole_database, words_of

from symbolon.hub.bootstrap.opening import CLOCK
from symbolon.hub.services.begin_reconciliation import BeginReconciliation
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import JointState


def forget_hits_and_begin_anew(federation: ReceiverFederation) -> None:
    """As from a backup that was made before any pair was declared."""
    hub = federation.hub.hub
    with psycopg.connect(hub.settings.database) as connection:
        aliases = [row[0] for row in connection.execute("select reference from pair_alias").fetchall()]
        connection.execute("truncate hit, pair_declaration cascade")
        connection.execute("delete from record where reference = any(%s)", [aliases])
    begin = BeginReconciliation(hub.store, hub.finish_reconciliation(), CLOCK, uuid4)
    begin(datetime.now(UTC) - timedelta(hours=1))


def test_its_members_tell_it_of_their_hits_by_aliases_and_nothing_is_found_twice(
    federation: ReceiverFederation,
) -> None:
    federation["XA"].publish(f"A-1,C-1,{SOMCHAI}")
    federation["XB"].publish(f"B-1,C-1,{SOMCHAI}")
    federation.pump()
    forget_hits_and_begin_anew(federation)
    federation.pump()
    assert hits(federation, "XA") == [("XA A-1", "XB B-1", JointState.ALERTED)]
    assert hits(federation, "XB") == [("XB B-1", "XA A-1", JointState.ALERTED)]
    hit_id = federation["XA"].hit_on("A-1")
    for code in ("XA", "XB"):
        federation[code].node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    federation.pump()
    assert {state for code in ("XA", "XB") for _own, _other, state in hits(federation, code)} == {JointState.CONFIRMED}
    database = whole_database(federation)
    aliases = {str(each["reference"]) for each in database["pair_alias"]}
    names = federation._names()
    assert len(aliases) == 2
    for rows in database.values():
        for each in rows:
            words = words_of(each)
            assert not (any(alias in words for alias in aliases) and any(name in words for name in names))
