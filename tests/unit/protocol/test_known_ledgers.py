"""What several parties know of one hit, told and put together after a restore."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import Exchange, HitLedger
from symbolon.protocol.known_ledgers import (
    FIRST_VERSIONS,
    MOST_STEPS,
    furthest,
    is_behind,
    is_possible,
    known_ledger,
    ledger_from,
    with_own_track,
)
from symbolon.protocol.lifecycle import EXCHANGE_STATES, HIT_STATES, JointState
from symbolon.protocol.messages import KnownLedger
from symbolon.protocol.references import MemberCode, RequestId, parse_hit_id

XA, XB = MemberCode("XA"), MemberCode("XB")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HIT = parse_hit_id("00000000-0000-4000-8000-000000000001")
TRACKS = [RequestId(f"00000000-0000-4000-8000-00000000001{number}") for number in range(3)]


def exchanges() -> st.SearchStrategy[tuple[Exchange, ...]]:
    one = st.builds(
        Exchange,
        st.sampled_from(TRACKS),
        st.sampled_from([XA, XB]),
        st.sampled_from(Urgency),
        st.sampled_from(sorted(EXCHANGE_STATES)),
        st.integers(1, 9),
        st.just(NOW),
        st.integers(0, 2),
    )
    return st.lists(one, max_size=3, unique_by=lambda each: each.exchange_id).map(tuple)


ledgers = st.builds(
    HitLedger,
    st.just(HIT),
    st.just((XA, XB)),
    st.sampled_from(sorted(HIT_STATES)),
    st.integers(0, 9),
    st.just(NOW),
    exchanges=exchanges(),
)


@given(ledgers)
def test_a_ledger_goes_over_the_wire_and_back(ledger):
    told = from_wire(KnownLedger, to_wire(known_ledger(ledger)))
    assert ledger_from(told, HIT, (XA, XB)) == ledger


@given(ledgers, ledgers)
def test_together_two_parties_know_the_newest_of_each_track(one, other):
    together = furthest((one, other))
    assert together.version == max(one.version, other.version)
    for track in TRACKS:
        known = [each for each in (one.exchange(track), other.exchange(track)) if each is not None]
        newest = together.exchange(track)
        assert (newest is None) == (not known)
        assert newest is None or newest.version == max(each.version for each in known)


@given(ledgers, ledgers)
def test_nobody_is_behind_what_is_known_together(one, other):
    together = furthest((one, other))
    assert not is_behind(together, one)
    assert not is_behind(together, other)
    assert is_behind(one, together) == (one != together)


@given(ledgers, ledgers)
def test_another_s_own_track_leaves_the_exchanges(one, other):
    mixed = with_own_track(one, other)
    assert (mixed.state, mixed.version, mixed.exchanges) == (other.state, other.version, one.exchanges)


EXCHANGE = Exchange(TRACKS[0], XA, Urgency.U2, JointState.REQUESTED, 1, NOW)
LEDGER = known_ledger(HitLedger(HIT, (XA, XB), JointState.CONFIRMED, 2, NOW, exchanges=(EXCHANGE,)))
[TOLD] = LEDGER.exchanges


@pytest.mark.parametrize(
    "impossible",
    [
        replace(LEDGER, state=JointState.DETECTED),
        replace(LEDGER, state=JointState.ACCEPTED),
        replace(LEDGER, version=FIRST_VERSIONS + MOST_STEPS + 1),
        replace(LEDGER, first_round=2),
        replace(LEDGER, round=4),
        replace(LEDGER, state=JointState.CLOSED),
        replace(LEDGER, closed_from=JointState.CONFIRMED),
        replace(LEDGER, exchanges=(TOLD, TOLD)),
        replace(LEDGER, exchanges=(replace(TOLD, receiver=MemberCode("XC")),)),
        replace(LEDGER, exchanges=(replace(TOLD, state=JointState.ALERTED),)),
        replace(LEDGER, exchanges=(replace(TOLD, version=MOST_STEPS + 1),)),
    ],
)
def test_a_ledger_that_no_hit_can_have_is_told_from_one_that_may_be(impossible):
    assert is_possible(LEDGER, (XA, XB))
    assert not is_possible(impossible, (XA, XB))
