"""Between alert and vote: the side track, and the round for more."""

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.errors import Forbidden, InvalidDraft, NotAllowedNow, NotFound
from symbolon.protocol.handling import IdentifierKind, Verdict
from symbolon.protocol.lifecycle import HitAction, JointState, SideState
from symbolon.protocol.messages import ShownField
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import HitId

from .asking import AUTHORISER, INVESTIGATOR
from .conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from .hit_stories import view, vote

NAME = IdentifierKind.NAME


def test_the_other_side_sees_when_this_side_saw_the_alert_and_nothing_else_of_its_side_track(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.acknowledge_hit(FOCAL_POINT, hit_id)
    pair.xa.services.assign_hit(FOCAL_POINT, hit_id, INVESTIGATOR.login)
    pair.xa.services.recommend(INVESTIGATOR, hit_id, Verdict.SAME, "The scar fits")
    pair.exchange()
    there = view(pair.xb, hit_id)
    assert there.side.counterpart_acknowledged_at is not None
    assert there.side.counterpart_acknowledged_at == view(pair.xa, hit_id).side.acknowledged_at
    assert (there.side.assigned_to, there.side.recommended) == (None, None)
    everything = repr([pair.xb.rows(table) for table in ("hit", "inbox_delivery", "audit_leaf")])
    assert INVESTIGATOR.login not in everything


def test_an_investigator_recommends_and_only_the_focal_point_votes(pair: Pair) -> None:
    hit_id = pair.hit()
    with pytest.raises(NotAllowedNow):
        pair.xa.services.recommend(INVESTIGATOR, hit_id, Verdict.SAME, "Before anybody asked")
    pair.xa.services.assign_hit(FOCAL_POINT, hit_id, INVESTIGATOR.login)
    pair.xa.services.recommend(INVESTIGATOR, hit_id, Verdict.DIFFERENT, "Another father's name")
    side = view(pair.xa, hit_id).side
    assert (side.assigned_to, side.recommended, side.recommendation) == (
        INVESTIGATOR.login,
        Verdict.DIFFERENT,
        "Another father's name",
    )
    assert view(pair.xa, hit_id).summary.side_state is SideState.VERIFYING
    with pytest.raises(Forbidden):
        pair.xa.services.cast_vote(INVESTIGATOR, hit_id, Verdict.SAME, "")
    with pytest.raises(Forbidden):
        pair.xa.services.recommend(FOCAL_POINT, hit_id, Verdict.SAME, "My own advice")


def test_a_recommendation_lies_sealed_and_is_named_in_no_leaf(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.assign_hit(FOCAL_POINT, hit_id, INVESTIGATOR.login)
    pair.xa.services.recommend(INVESTIGATOR, hit_id, Verdict.DIFFERENT, "Another father's name")
    assert "father" not in repr([pair.xa.rows("hit"), pair.xa.rows("audit_leaf")])


def unsure(pair: Pair) -> HitId:
    hit_id = pair.hit()
    vote(pair, hit_id, Verdict.UNSURE, Verdict.SAME)
    assert view(pair.xa, hit_id).summary.joint_state is JointState.NEEDS_MORE
    return hit_id


def shown_to(node: NodeUnderTest, hit_id: HitId) -> list[tuple[IdentifierKind, str]]:
    values = [each.shown_there for each in view(node, hit_id).proposals if each.shown_there is not None]
    return [(shown.kind, shown.text) for value in values for shown in value.shown]


def test_both_sides_see_exactly_the_kinds_that_they_agreed_on(pair: Pair) -> None:
    hit_id = unsure(pair)
    pair.xa.services.propose_extra_fields(FOCAL_POINT, hit_id, [IdentifierKind.BIRTH_DATE], "The day decides")
    pair.exchange()
    assert HitAction.ANSWER_FIELD in view(pair.xb, hit_id).summary.actions
    with pytest.raises(NotAllowedNow):
        pair.xa.services.show_extra_fields(FOCAL_POINT, hit_id)
    pair.xb.services.answer_extra_fields(FOCAL_POINT, hit_id, True)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        # Who agreed on the kinds is not who lets the values go.
        with pytest.raises(Forbidden):
            node.services.show_extra_fields(FOCAL_POINT, hit_id)
        node.services.show_extra_fields(AUTHORISER, hit_id)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        assert shown_to(node, hit_id) == [(IdentifierKind.BIRTH_DATE, "1990-05-03")]
    passed = b"".join(envelope.to_bytes() for envelope in pair.hub.handed_in)
    assert b"1990-05-03" not in passed
    vote(pair, hit_id, Verdict.SAME, Verdict.SAME)
    assert view(pair.xa, hit_id).summary.joint_state is JointState.CONFIRMED


def test_nothing_is_shown_where_the_other_side_does_not_agree(pair: Pair) -> None:
    hit_id = unsure(pair)
    pair.xa.services.propose_extra_fields(FOCAL_POINT, hit_id, [IdentifierKind.NAME], "The name decides")
    pair.exchange()
    pair.xb.services.answer_extra_fields(FOCAL_POINT, hit_id, False)
    pair.exchange()
    for node in (pair.xa, pair.xb):
        with pytest.raises(NotAllowedNow):
            node.services.show_extra_fields(FOCAL_POINT, hit_id)
    assert HitAction.PROPOSE_FIELD in view(pair.xa, hit_id).summary.actions


def test_fields_are_proposed_between_the_rounds_alone_and_three_at_most(pair: Pair) -> None:
    hit_id = pair.hit()
    with pytest.raises(NotAllowedNow):
        pair.xa.services.propose_extra_fields(FOCAL_POINT, hit_id, [IdentifierKind.NAME], "Too early")
    vote(pair, hit_id, Verdict.UNSURE, Verdict.SAME)
    for kinds in ([], list(IdentifierKind)):
        with pytest.raises(InvalidDraft):
            pair.xa.services.propose_extra_fields(FOCAL_POINT, hit_id, kinds, "All of it")


def test_values_that_nobody_agreed_on_are_refused_and_not_kept(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    hit_id = unsure(pair)
    pair.xa.services.propose_extra_fields(FOCAL_POINT, hit_id, [IdentifierKind.BIRTH_DATE], "The day decides")
    pair.exchange()
    pair.xb.services.answer_extra_fields(FOCAL_POINT, hit_id, True)
    pair.exchange()

    # A node that breaks the rule: it shows of its record what was not agreed on.
    with monkeypatch.context() as patched:
        patched.setattr("symbolon.node.services.agree_fields.ShownField", lambda _kind, text: ShownField(NAME, text))
        pair.xb.services.show_extra_fields(AUTHORISER, hit_id)
    pair.exchange()
    assert shown_to(pair.xa, hit_id) == []
    assert [row["problem"] for row in pair.xa.rows("inbox_delivery") if row["problem"]] == [Problem.NOT_DISCLOSED]


def test_who_does_not_see_the_hit_cannot_learn_of_it_by_acting(pair: Pair) -> None:
    hit_id = pair.hit()
    for act in (
        lambda: pair.xa.services.acknowledge_hit(PROTECTION_OFFICER, hit_id),
        lambda: pair.xa.services.assign_hit(PROTECTION_OFFICER, hit_id, "inv"),
        lambda: pair.xa.services.close_hit(PROTECTION_OFFICER, hit_id),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_officer_who_was_asked_recommends_and_nobody_else(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xa.services.assign_hit(FOCAL_POINT, hit_id, INVESTIGATOR.login)
    another = Actor("inv-2", frozenset({Role.INVESTIGATOR}))
    assert HitAction.RECOMMEND not in pair.xa.services.show_hit(another, hit_id).summary.actions
    with pytest.raises(Forbidden):
        pair.xa.services.recommend(another, hit_id, Verdict.SAME, "Me too")
