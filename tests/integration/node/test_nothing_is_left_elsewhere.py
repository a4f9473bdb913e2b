"""What is beside the exchange goes with a withdrawn record too: meetings, reasons, programs' answers and files."""

from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from tests.integration.node.conftest import FOCAL_POINT, NodeUnderTest, Pair
from tests.integration.node.test_nothing_is_left import _clear_vaults, found, in_hub, story
from tests.integration.node.test_purges import keep

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.api_acts import ActKey
from symbolon.node.domain.forms import MeetingForm
from symbolon.node.domain.purges import PurgeState
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.references import HitId

__all__ = ["_clear_vaults", "story"]

BESIDE = ("zqagenda", "zqattendee", "zqanswerofapi", "zqpartoffile", "zqreasonofhold", "zqwordsofreopening")
CLIENT = uuid4()


@pytest.fixture
def beside(pair: Pair, story: HitId) -> HitId:
    """The story, with everything beside it, at the node that is to purge."""
    meeting = MeetingForm(
        "zqagenda",
        datetime(2031, 6, 2, 2, 0, tzinfo=UTC),
        datetime(2031, 6, 2, 3, 0, tzinfo=UTC),
        "UTC",
        ("zqattendee",),
        handling_code=HandlingCode.H1,
    )
    pair.xa.services.propose_meeting(FOCAL_POINT, story, meeting)
    pair.exchange()
    officer = Actor("vpo", frozenset({Role.PROTECTION_OFFICER}))
    pair.xb.services.hold_for_safety(officer, story, True, "zqreasonofhold")
    pair.xb.services.hold_for_safety(officer, story, False, "zqwordsofreopening")
    for node in (pair.xa, pair.xb):
        kept_for_programs(node, story)
    pair.exchange()
    return story


def kept_for_programs(node: NodeUnderTest, hit_id: HitId) -> None:
    """An answer of the API that is kept for a day, and a file that came in part."""
    with psycopg.connect(node.conninfo) as connection:
        connection.execute(
            "insert into api_client (client_id, name, roles, scopes, token_digest, added_by, added_at, expires_at)"
            " values (%s, 'cases', '{focal_point}', '{}', %s, 'admin', now(), now())",
            (CLIENT, bytes(32)),
        )
        connection.execute(
            "insert into api_upload (upload_id, client_id, hit_id, sealed_about, size, begun_at)"
            " values (%s, %s, %s, %s, 9, now())",
            (CLIENT, CLIENT, hit_id, b"\x01zqpartoffile"),
        )
        connection.execute("insert into api_upload_part values (%s, 0, 12, %s)", (CLIENT, b"\x01zqpartoffile"))
        # As it lies sealed: the vaults of these tests seal nothing, and the answer's own wrapping would hide it.
        connection.execute(
            "insert into api_act (client_id, key, request_digest, sealed_answer, acted_at)"
            " values (%s, 'k', %s, %s, now())",
            (CLIENT, bytes(32), b"\x01zqanswerofapi"),
        )


def test_all_of_it_is_there_before(pair: Pair, beside: HitId) -> None:
    assert beside
    assert found(pair.xb, BESIDE) == set(BESIDE)


def test_nothing_of_it_is_left_after_a_withdrawal_and_an_act_is_done_no_second_time(pair: Pair, beside: HitId) -> None:
    assert beside
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert found(pair.xb, BESIDE) == set()
    assert in_hub(pair, BESIDE) == set()
    with pair.xb.unit_of_work.begin() as work:
        key = ActKey(CLIENT, "k")
        assert work.api_acts.find(key) is None
        assert not work.api_acts.begin(key, bytes(32), pair.draws.now())


def test_nothing_of_it_is_left_at_the_owner_after_an_erasure(pair: Pair, beside: HitId) -> None:
    assert beside
    pair.xa.services.retention.erase_data_subject(FOCAL_POINT, pair.xa.record("A-1").reference)
    pair.exchange()
    keep(pair)
    for node in (pair.xa, pair.xb):
        assert found(node, BESIDE) == set()


def test_a_holder_that_has_not_purged_in_time_is_named(pair: Pair, beside: HitId) -> None:
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.xa.deliver()
    pair.xa.receive()
    pair.xa.services.keep_and_purge()
    pair.draws.later(hours=25)
    (line,) = [each for each in pair.xa.services.retention.list_purges(FOCAL_POINT) if each.hit_id == beside]
    assert (line.holder, line.state) == ("XB", PurgeState.OVERDUE)
