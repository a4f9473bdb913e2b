"""How hits end and begin again: closing, reopening, and pairs that were dismissed."""

import json

import pytest

from symbolon.matching.identifiers import RecordIdentifiers, parse_birth_date, parse_person_name
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotAllowedNow
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import SubjectCategory, Urgency, Verdict
from symbolon.protocol.lifecycle import HitAction, JointState
from symbolon.protocol.messages import Purpose, Submission
from symbolon.protocol.references import HitId

from .asking import AUTHORISER, ask
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair
from .hit_stories import confirmed, view, vote


def both(pair: Pair, hit_id: HitId) -> set[JointState]:
    return {view(node, hit_id).summary.joint_state for node in (pair.xa, pair.xb)}


def test_either_side_closes_a_confirmed_hit_that_nobody_asks_about(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.xb.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    assert both(pair, hit_id) == {JointState.CLOSED}
    assert [entry.by for entry in view(pair.xa, hit_id).timeline][-1] == "XB"


def test_a_hit_with_an_open_exchange_is_not_closed(pair: Pair) -> None:
    hit_id = confirmed(pair)
    ask(pair.xa, hit_id)
    pair.exchange()
    with pytest.raises(NotAllowedNow):
        pair.xb.services.close_hit(FOCAL_POINT, hit_id)


def test_an_authoriser_reopens_a_closed_hit_with_a_reason_and_it_is_confirmed_again(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.xa.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    with pytest.raises(Forbidden):
        pair.xa.services.reopen_hit(FOCAL_POINT, hit_id, "There is more")
    with pytest.raises(InvalidDraft):
        pair.xa.services.reopen_hit(AUTHORISER, hit_id, "")
    pair.xa.services.reopen_hit(AUTHORISER, hit_id, "There is more")
    pair.exchange()
    assert both(pair, hit_id) == {JointState.CONFIRMED}
    assert [each.text for each in view(pair.xa, hit_id).reasons] == ["There is more"]


def test_a_hit_that_was_never_confirmed_is_voted_on_again_in_a_round_of_its_own(pair: Pair) -> None:
    hit_id = pair.hit()
    vote(pair, hit_id, Verdict.SAME, Verdict.DIFFERENT)
    assert both(pair, hit_id) == {JointState.UNRESOLVED}
    pair.xb.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    pair.xa.services.reopen_hit(AUTHORISER, hit_id, "A new photograph")
    pair.exchange()
    assert (both(pair, hit_id), view(pair.xb, hit_id).round) == ({JointState.ALERTED}, 2)
    assert HitAction.VOTE in view(pair.xb, hit_id).summary.actions
    vote(pair, hit_id, Verdict.SAME, Verdict.SAME)
    assert both(pair, hit_id) == {JointState.CONFIRMED}


def test_after_ninety_days_it_stays_closed(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.xa.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    pair.draws.later(days=91)
    with pytest.raises(NodeError):
        pair.xa.services.reopen_hit(AUTHORISER, hit_id, "Too late")


def test_of_two_closings_that_cross_one_counts_and_nothing_is_left_on_its_way(pair: Pair) -> None:
    hit_id = confirmed(pair)
    for node in (pair.xa, pair.xb):
        node.services.close_hit(FOCAL_POINT, hit_id)
    pair.exchange()
    assert both(pair, hit_id) == {JointState.CLOSED}
    assert not any(view(node, hit_id).summary.is_on_its_way for node in (pair.xa, pair.xb))


def named_again(pair: Pair) -> list[HitId]:
    """The hits that the last submission of Amara's asks to look at again."""
    submissions = [each for each in pair.hub.handed_in if each.sender == "XA" and each.purpose is Purpose.SUBMISSION]
    return list(submissions[-1].read(Submission).items[-1].reconsider)


def dismissed(pair: Pair) -> HitId:
    hit_id = pair.hit()
    vote(pair, hit_id, Verdict.DIFFERENT, Verdict.DIFFERENT)
    assert both(pair, hit_id) == {JointState.NOT_SAME}
    return hit_id


def revise(pair: Pair, change: RecordChange) -> None:
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", change)
    pair.exchange()


def test_a_dismissed_pair_comes_back_when_a_life_is_at_risk(pair: Pair) -> None:
    hit_id = dismissed(pair)
    revise(pair, RecordChange(urgency=Urgency.U1))
    assert named_again(pair) == [hit_id]


def test_a_corrected_spelling_brings_no_dismissed_pair_back_and_a_new_name_and_date_do(pair: Pair) -> None:
    hit_id = dismissed(pair)
    corrected = RecordIdentifiers(
        names=(parse_person_name("Somchai Jaidi"),), birth_date=parse_birth_date("1990-05-03")
    )
    revise(pair, RecordChange(identifiers=corrected))
    assert named_again(pair) == []
    another = RecordIdentifiers(names=(parse_person_name("Anan Suk"),), birth_date=parse_birth_date("1988-01-02"))
    revise(pair, RecordChange(identifiers=another))
    assert named_again(pair) == [hit_id]


def test_what_is_remembered_of_a_judged_record_says_nothing_of_it(pair: Pair) -> None:
    dismissed(pair)
    (row,) = pair.xa.rows("judged_facts")
    facts = json.dumps(row["facts"])
    assert "omchai" not in facts
    assert "1990" not in facts
    # The other side's digests of the same words are others: each record has a key of its own.
    (there,) = pair.xb.rows("judged_facts")
    assert row["facts"] != there["facts"]


def test_a_record_that_becomes_a_victims_takes_its_hit_and_exchange_from_everybody_else(pair: Pair) -> None:
    hit_id = confirmed(pair)
    ask(pair.xa, hit_id)
    pair.xa.services.revise_record(FOCAL_POINT, "A-1", RecordChange(category=SubjectCategory.VICTIM))
    assert pair.xa.services.list_hits(FOCAL_POINT) == ()
    assert pair.xa.services.list_drafts(FOCAL_POINT) == ()
    (summary,) = pair.xa.services.list_hits(PROTECTION_OFFICER)
    assert (summary.joint_state, summary.protected) == (JointState.HELD, True)
    assert summary.actions == (HitAction.SAFETY_HOLD,)
    # The request had not gone out: it does not, before its own protection officer has decided.
    pair.exchange()
    assert view(pair.xb, hit_id).exchanges == ()
    assert view(pair.xb, hit_id).summary.joint_state is JointState.HELD
