"""A victim's hit is shown to who says why; each look says so in the log, and the words lie sealed."""

import pytest
from tests.integration.node.conftest import FOCAL_POINT, PROTECTION_OFFICER, Pair

from symbolon.node.domain.justification import JustificationNeeded, ViewReason, Visit
from symbolon.node.errors import InvalidDraft, NotFound
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId

MORNING, EVENING = Visit("session of the morning"), Visit("session of the evening")
WORDS = "She asked us to look whether he was found."


@pytest.fixture
def held(pair: Pair) -> HitId:
    ours = pair.xa.publish("A-1,C-1,Somchai Jaidee,1990-05-03,victim,all,,")
    theirs = pair.xb.publish("B-1,C-1,Somchai Jaidee,1990-05-03,suspect,all,,")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, told=("XA",))
    pair.exchange()
    return hit_id


def give(pair: Pair, hit_id: HitId, visit: Visit = MORNING, reason: ViewReason = ViewReason.PROTECT) -> None:
    pair.xa.services.give_justification(PROTECTION_OFFICER, hit_id, visit, reason, WORDS)


def test_without_a_reason_a_victims_hit_is_not_shown(pair: Pair, held: HitId) -> None:
    with pytest.raises(JustificationNeeded):
        pair.xa.services.view_hit(PROTECTION_OFFICER, held, MORNING)
    assert pair.xa.leaves(AuditAct.HIT_VIEWED) == []


def test_each_look_leaves_the_reasons_code_in_the_log(pair: Pair, held: HitId) -> None:
    give(pair, held)
    for _ in range(2):
        assert pair.xa.services.view_hit(PROTECTION_OFFICER, held, MORNING).summary.protected
    assert pair.xa.leaves(AuditAct.JUSTIFICATION_GIVEN) == [{"reason": "protect"}]
    assert pair.xa.leaves(AuditAct.PROTECTED_VIEWED) == [{"reason": "protect"}] * 2


def test_a_reason_counts_for_a_quarter_of_an_hour(pair: Pair, held: HitId) -> None:
    give(pair, held)
    pair.xa.draws.later(minutes=14)
    assert pair.xa.services.view_hit(PROTECTION_OFFICER, held, MORNING)
    pair.xa.draws.later(minutes=1)
    with pytest.raises(JustificationNeeded):
        pair.xa.services.view_hit(PROTECTION_OFFICER, held, MORNING)


def test_a_form_that_comes_back_is_not_lost_when_the_quarter_of_an_hour_is_over(pair: Pair, held: HitId) -> None:
    give(pair, held)
    pair.xa.draws.later(minutes=29)
    assert pair.xa.services.view_hit.again(PROTECTION_OFFICER, held, MORNING)
    with pytest.raises(JustificationNeeded):
        pair.xa.services.view_hit.again(PROTECTION_OFFICER, held, EVENING)
    pair.xa.draws.later(minutes=1)
    with pytest.raises(JustificationNeeded):
        pair.xa.services.view_hit.again(PROTECTION_OFFICER, held, MORNING)


def test_a_reason_counts_for_its_own_visit_alone(pair: Pair, held: HitId) -> None:
    give(pair, held)
    with pytest.raises(JustificationNeeded):
        pair.xa.services.view_hit(PROTECTION_OFFICER, held, EVENING)


def test_the_newest_reason_is_the_one_that_is_logged(pair: Pair, held: HitId) -> None:
    give(pair, held)
    give(pair, held, reason=ViewReason.REVIEW)
    pair.xa.services.view_hit(PROTECTION_OFFICER, held, MORNING)
    assert pair.xa.leaves(AuditAct.PROTECTED_VIEWED) == [{"reason": "review"}]


def test_the_words_lie_sealed_and_are_in_no_log(pair: Pair, held: HitId) -> None:
    give(pair, held)
    (row,) = pair.xa.rows("justification")
    assert (row["login"], row["reason"]) == (PROTECTION_OFFICER.login, "protect")
    assert WORDS.encode() not in bytes(row["sealed_text"])  # type: ignore[arg-type]
    assert WORDS not in str(pair.xa.rows("audit_leaf"))


def test_a_general_hit_needs_no_reason(pair: Pair) -> None:
    hit_id = pair.hit()
    assert pair.xa.services.view_hit(FOCAL_POINT, hit_id, MORNING).summary.hit_id == hit_id
    assert pair.xa.leaves(AuditAct.PROTECTED_VIEWED) == []


def test_a_reason_opens_nothing_to_who_may_not_know_of_the_hit(pair: Pair, held: HitId) -> None:
    with pytest.raises(NotFound):
        pair.xa.services.give_justification(FOCAL_POINT, held, MORNING, ViewReason.OTHER, WORDS)
    with pytest.raises(NotFound):
        pair.xa.services.view_hit(FOCAL_POINT, held, MORNING)
    assert pair.xa.rows("justification") == []


@pytest.mark.parametrize("words", ["", "x" * 501])
def test_a_reason_without_words_is_none(pair: Pair, held: HitId, words: str) -> None:
    with pytest.raises(InvalidDraft):
        pair.xa.services.give_justification(PROTECTION_OFFICER, held, MORNING, ViewReason.OTHER, words)
