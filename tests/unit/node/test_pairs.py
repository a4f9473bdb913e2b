"""A pair that two nodes found past the hub: whether it is new, who of two finders gives way, what an answer changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.vectors.samples import FOUND_PAIR, OTHER_ALIAS, OWN, OWN_ALIAS, OWN_SIDE, PAIR, XB

from symbolon.node.domain.hit import Hit
from symbolon.node.domain.pairs import Pair, answered, crosses, is_new, told
from symbolon.protocol.handling import Band
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import PairAnswer
from symbolon.protocol.references import HitId, PairId

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FOUND = Pair(
    pair_id=PAIR,
    is_finder=True,
    counterpart=XB,
    own_reference=OWN,
    own_version=2,
    other_handle=1_002,
    other_name=12,
    own_handle=1_001,
    own_name=11,
    other_side=None,
    band=Band.STRONG,
    key_epoch=1,
    own_alias=OWN_ALIAS,
    other_alias=OTHER_ALIAS,
    to_tell=True,
    to_answer=False,
    declare_at=None,
    hit_id=None,
    is_over=False,
    found_at=NOW,
)
LOW, HIGH = (PairId(f"{digit * 8}-0000-4000-8000-000000000000") for digit in ("0", "f"))


def hit(state: JointState, closed_from: JointState | None = None) -> Hit:
    """What counts of a hit here."""
    ledger = SimpleNamespace(state=state, closed_from=closed_from)
    withdrawn = JointState.WITHDRAWN in (state, closed_from)
    return cast(Any, SimpleNamespace(ledger=ledger, is_withdrawn=withdrawn))


@pytest.mark.parametrize(
    ("pair", "of_it", "version", "same", "new"),
    [
        (FOUND, None, 2, True, False),
        (FOUND, None, 3, False, False),
        (replace(FOUND, is_over=True), None, 2, True, True),
        (FOUND, hit(JointState.ALERTED), 3, False, False),
        (FOUND, hit(JointState.CLOSED, JointState.NOT_SAME), 3, False, False),
        (FOUND, hit(JointState.CLOSED, JointState.FEEDBACK_DUE), 2, True, False),
        (FOUND, hit(JointState.CLOSED, JointState.FEEDBACK_DUE), 3, True, True),
        (FOUND, hit(JointState.CLOSED, JointState.FEEDBACK_DUE), 2, False, True),
        (FOUND, hit(JointState.WITHDRAWN), 2, True, True),
    ],
)
def test_a_pair_is_new_as_a_hub_would_judge(pair: Pair, of_it: Hit | None, version: int, same: bool, new: bool) -> None:
    assert is_new([(pair, of_it)], version, lambda _pair: same, lambda _hit: False) is new
    assert is_new([], version, lambda _pair: same, lambda _hit: False)


def test_what_was_judged_different_comes_back_once_a_record_changed_materially() -> None:
    dismissed = hit(JointState.CLOSED, JointState.NOT_SAME)
    assert is_new([(FOUND, dismissed)], 3, lambda _pair: False, lambda _hit: True)


def test_what_was_judged_different_is_not_kept_waiting_by_the_clock_that_closes_it() -> None:
    assert is_new([(FOUND, hit(JointState.NOT_SAME))], 3, lambda _pair: False, lambda _hit: True)
    assert not is_new([(FOUND, hit(JointState.NOT_SAME))], 3, lambda _pair: False, lambda _hit: False)


def test_of_several_judgements_the_last_one_counts() -> None:
    first, last = hit(JointState.CLOSED, JointState.NOT_SAME), hit(JointState.CLOSED, JointState.NOT_SAME)
    for changed_since in (True, False):
        known = [(FOUND, first), (FOUND, last)]
        assert is_new(known, 3, lambda _pair: False, lambda of: of is last and changed_since) is changed_since  # noqa: B023


def test_of_two_that_found_a_pair_at_once_the_lower_id_counts_for_both() -> None:
    mine, theirs = replace(FOUND, pair_id=HIGH), replace(FOUND_PAIR, pair_id=LOW)
    assert crosses(mine, theirs)
    assert not crosses(replace(FOUND, pair_id=LOW), replace(FOUND_PAIR, pair_id=HIGH))


def test_what_was_answered_or_told_by_the_other_gives_way_to_nothing() -> None:
    theirs = replace(FOUND_PAIR, pair_id=LOW)
    for pair in (replace(FOUND, to_tell=False), replace(FOUND, is_finder=False), replace(FOUND, is_over=True)):
        assert not crosses(replace(pair, pair_id=HIGH), theirs)


def test_an_answer_lets_a_pair_be_declared_and_a_refusal_ends_it() -> None:
    due = NOW + timedelta(minutes=7)
    taken = answered(FOUND, PairAnswer(PAIR, OWN_SIDE, None), due)
    assert (taken.to_tell, taken.declare_at, taken.other_side) == (False, due, OWN_SIDE)
    refused = answered(FOUND, PairAnswer(PAIR, None, None), due)
    assert (refused.to_tell, refused.declare_at, refused.is_over) == (False, None, True)


def test_the_first_answer_counts() -> None:
    taken = answered(FOUND, PairAnswer(PAIR, OWN_SIDE, None), NOW)
    assert answered(taken, PairAnswer(PAIR, None, None), NOW) == taken


def test_a_pair_whose_hit_was_held_is_declared_no_more() -> None:
    released = replace(FOUND, hit_id=HitId(LOW))
    assert answered(released, PairAnswer(PAIR, OWN_SIDE, None), NOW).declare_at is None


def test_what_is_told_names_the_other_record_by_the_hubs_number_and_aliases_for_both() -> None:
    said = told(FOUND, OWN_SIDE)
    assert (said.handle, said.finder_handle, said.finder_name) == (1_002, 1_001, 11)
    assert (said.finder_alias, said.other_alias) == (OWN_ALIAS, OTHER_ALIAS)
