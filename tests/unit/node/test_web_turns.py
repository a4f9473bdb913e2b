"""Whose turn an exchange is, and that a form acts once."""

import threading

import pytest

from symbolon.node.web.form_spec import FormMistakes
from symbolon.node.web.once import OnceEach
from symbolon.node.web.thread import NOBODYS_TURN, OUR_TURN, THEIR_TURN, whose_turn
from symbolon.protocol.lifecycle import EXCHANGE_STATES, JointState

FORM = ("/hits/1", "voted")


@pytest.mark.parametrize(
    ("state", "asking", "asked"),
    [
        (JointState.REQUESTED, THEIR_TURN, OUR_TURN),
        (JointState.CLARIFY, OUR_TURN, THEIR_TURN),
        (JointState.ACCEPTED, THEIR_TURN, OUR_TURN),
        (JointState.PARTIAL, THEIR_TURN, OUR_TURN),
        (JointState.RESPONDED, NOBODYS_TURN, NOBODYS_TURN),
        (JointState.SPONTANEOUS, NOBODYS_TURN, NOBODYS_TURN),
        (JointState.REFUSED, OUR_TURN, THEIR_TURN),
        (JointState.FORMAL_ROUTE, NOBODYS_TURN, NOBODYS_TURN),
        (JointState.RECALLED, NOBODYS_TURN, NOBODYS_TURN),
        (JointState.FEEDBACK_DUE, OUR_TURN, THEIR_TURN),
        (JointState.CLOSED, NOBODYS_TURN, NOBODYS_TURN),
    ],
)
def test_the_side_that_has_the_next_step_has_the_turn(state, asking, asked):
    assert (whose_turn(state, we_receive=True), whose_turn(state, we_receive=False)) == (asking, asked)


def test_both_sides_are_told_of_one_turn_in_every_state_of_an_exchange():
    for state in EXCHANGE_STATES:
        turns = {whose_turn(state, we_receive=True), whose_turn(state, we_receive=False)}
        assert turns in ({OUR_TURN, THEIR_TURN}, {NOBODYS_TURN})


def test_a_form_that_is_sent_twice_acts_once():
    once, acts = OnceEach(), []

    def act():
        acts.append("vote")
        return FORM

    assert [once("a form", act) for _ in range(3)] == [FORM] * 3
    assert acts == ["vote"]


def test_a_form_that_was_refused_may_be_sent_again():
    once, answers = OnceEach(), [FormMistakes({"reason": "Say why."}), None]

    def act():
        if (refusal := answers.pop(0)) is not None:
            raise refusal
        return FORM

    with pytest.raises(FormMistakes):
        once("a form", act)
    assert once("a form", act) == FORM


def test_forms_without_an_id_and_other_forms_each_act():
    once, acts = OnceEach(), []

    def act():
        acts.append("vote")
        return FORM

    for form_id in ("", "", "one", "another"):
        once(form_id, act)
    assert len(acts) == 4


def test_two_sendings_at_the_same_moment_act_once():
    once, acts, both_are_there = OnceEach(), [], threading.Barrier(2)

    def act():
        acts.append("vote")
        return FORM

    def send():
        both_are_there.wait(5)
        once("a form", act)

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert acts == ["vote"]
