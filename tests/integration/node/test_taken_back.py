"""What was approved before a record became a victim's or minor's does not leave on that approval (invariant 6)."""

from dataclasses import replace

import pytest

from symbolon.node.domain.drafts import RECORD_IS_PROTECTED_NOW, DraftState
from symbolon.node.errors import NotAllowedNow
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import HoldRuling, SubjectCategory, Verdict
from symbolon.protocol.lifecycle import JointState, SideState
from symbolon.protocol.references import HitId

from .asking import REQUEST, SECOND_PROTECTION_OFFICER, ask, release
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from .hit_stories import confirmed, view
from .test_attachments import attach, named


def protect(node: NodeUnderTest) -> None:
    change = RecordChange(category=SubjectCategory.MINOR)
    node.services.revise_record(PROTECTION_OFFICER, "A-1", change)


def release_hold(pair: Pair, hit_id: HitId) -> None:
    pair.draws.later(minutes=5)
    pair.exchange()
    pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    pair.draws.later(minutes=5)
    pair.exchange()


def drafts(node: NodeUnderTest) -> list[object]:
    return [row["state"] for row in node.rows("release_draft")]


def test_an_approved_request_does_not_leave_once_the_record_is_a_minors(pair: Pair) -> None:
    hit_id = confirmed(pair)
    pair.hub.away = True
    ask(pair.xa, hit_id)
    protect(pair.xa)
    pair.hub.away = False
    release_hold(pair, hit_id)
    assert view(pair.xb, hit_id).exchanges == ()
    (line,) = pair.xa.services.list_drafts(PROTECTION_OFFICER)
    assert (line.state, line.remark) == (DraftState.RETURNED, RECORD_IS_PROTECTED_NOW)
    # A protection officer takes the draft over, a second one releases it; now it bears the marks.
    draft_id = line.draft_id
    pair.xa.services.save_draft(PROTECTION_OFFICER, hit_id, None, REQUEST, draft_id)
    release(pair.xa, draft_id, PROTECTION_OFFICER, SECOND_PROTECTION_OFFICER)
    pair.exchange()
    (exchange,) = view(pair.xb, hit_id).exchanges
    assert exchange.thread[0].message.marks.non_punishment
    assert exchange.thread[0].message.marks.minor


def test_what_only_waited_for_its_approval_is_drafted_anew_too(pair: Pair) -> None:
    hit_id = confirmed(pair)
    draft_id = pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, REQUEST, None)
    pair.xa.services.submit_draft(FOCAL_POINT, draft_id)
    protect(pair.xa)
    assert drafts(pair.xa) == [DraftState.RETURNED]


def test_a_released_file_goes_no_further(pair: Pair) -> None:
    hit_id = confirmed(pair)
    attachment_id = attach(pair.xa, hit_id)
    pair.hub.away = True
    ask(pair.xa, hit_id, replace(REQUEST, attachments=named(attachment_id)))
    protect(pair.xa)
    pair.hub.away = False
    release_hold(pair, hit_id)
    assert pair.xa.hub_services.move_attachments() == 0
    assert [row["released_at"] for row in pair.xa.rows("attachment")] == [None]
    assert pair.xb.rows("attachment") == []


def test_of_what_the_hub_may_have_the_hub_is_asked_and_what_it_lacks_comes_back(pair: Pair) -> None:
    hit_id = confirmed(pair)
    ask(pair.xa, hit_id)
    pair.hub.away = True
    pair.xa.deliver()
    protect(pair.xa)
    assert drafts(pair.xa) == [DraftState.SENT]
    pair.hub.away = False
    pair.draws.later(minutes=5)
    pair.xa.deliver()
    pair.xa.receive()
    with pytest.raises(NotAllowedNow, match="asking it"):
        pair.xa.services.release_hold(PROTECTION_OFFICER, hit_id, HoldRuling.RELEASE)
    release_hold(pair, hit_id)
    assert drafts(pair.xa) == [DraftState.RETURNED]
    assert view(pair.xb, hit_id).exchanges == ()


def test_of_what_the_hub_has_only_the_answer_was_lost(pair: Pair) -> None:
    hit_id = confirmed(pair)
    ask(pair.xa, hit_id)
    pair.hub.lose_answers = 1
    pair.xa.deliver()
    protect(pair.xa)
    release_hold(pair, hit_id)
    assert drafts(pair.xa) == [DraftState.SENT]
    shown = pair.xa.services.show_hit(PROTECTION_OFFICER, hit_id)
    assert [each.state for each in shown.exchanges] == [JointState.REQUESTED]
    assert [each.state for each in view(pair.xb, hit_id).exchanges] == [JointState.REQUESTED]


def test_an_unsent_vote_is_the_protection_officers_to_cast(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.hub.away = True
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    protect(pair.xa)
    pair.hub.away = False
    release_hold(pair, hit_id)
    assert pair.hub.votes[hit_id, 1] == {}
    shown = pair.xa.services.show_hit(PROTECTION_OFFICER, hit_id)
    assert shown.summary.side_state is SideState.ACKED
    pair.xa.services.cast_vote(PROTECTION_OFFICER, hit_id, Verdict.DIFFERENT, "Not her")
    pair.xa.deliver()
    assert list(pair.hub.votes[hit_id, 1]) == ["XA"]
