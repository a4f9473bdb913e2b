"""The linkage-key ceremony: whoever disappears or lies, honest members come to one key or to none."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.thoroughness import examples

from symbolon.protocol.key_ceremony import (
    Ceremony,
    CeremonyState,
    DisputeReason,
    Stage,
    agreed_key,
    awaited,
    begin,
    commitment_to,
    confirmed_check_value,
    derive_key,
    disputes_of,
    hear,
    join,
    messages_due,
    newest_attempt_heard,
    proceed,
    restart,
    settled_transcript,
    share_linkage_key,
    stage_of,
    take_linkage_key,
    transcript_of,
)
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.membership_problems import (
    CeremonyDisputed,
    CeremonyStepRefused,
    KeyNotConfirmed,
    NotAParticipant,
    UnknownCeremony,
)
from symbolon.protocol.messages import KeyCommitment, KeyConfirmation, KeyReveal, MemberStanding
from symbolon.protocol.messages_epochs import MAX_ATTEMPTS
from symbolon.protocol.problems import MalformedMessage, WrongFederation
from symbolon.protocol.references import CeremonyId, MemberCode

CODES = tuple(MemberCode(f"X{letter}") for letter in "ABCDE")
XA, XB, XC = CODES[:3]
CONTRIBUTIONS = {code: bytes([0xC0 + place]) * 32 for place, code in enumerate(CODES)}


def ceremony_of(members=3, quorum=2):
    return Ceremony(CeremonyId("5f" * 32), "exercise-a", 4, CODES[:members], quorum)


def everybody_joined(ceremony):
    return {code: join(begin(ceremony, code), CONTRIBUTIONS[code]) for code in ceremony.participants}


def exchange(states, silent=()):
    """Deliver everything that is due, again and again, until nothing changes."""
    while True:
        before = dict(states)
        for sender in states:
            for message in messages_due(before[sender]) if sender not in silent else ():
                for receiver in states:
                    if receiver != sender:
                        states[receiver] = hear(states[receiver], sender, message)
        if states == before:
            return states


def said(state, kind):
    return next(message for message in messages_due(state) if isinstance(message, kind))


def keys_of(states):
    return {agreed_key(state) for state in states.values()}


def test_members_that_all_take_part_come_to_one_key():
    states = exchange(everybody_joined(ceremony_of()))
    assert {stage_of(state) for state in states.values()} == {Stage.AGREED}
    (key,) = keys_of(states)
    assert key.epoch == 4


def test_the_key_is_what_the_formula_says():
    ceremony = ceremony_of()
    states = exchange(everybody_joined(ceremony))
    commitments = {code: commitment_to(ceremony.ceremony_id, 1, code, CONTRIBUTIONS[code]) for code in CODES[:3]}
    contributions = [CONTRIBUTIONS[code] for code in CODES[:3]]
    assert keys_of(states) == {derive_key(ceremony, 1, contributions, transcript_of(commitments))}


def test_the_stages_follow_each_other():
    ceremony = ceremony_of()
    state, others = begin(ceremony, XA), everybody_joined(ceremony)
    seen = [(stage_of(state), awaited(state))]
    state = join(state, CONTRIBUTIONS[XA])
    seen.append((stage_of(state), awaited(state)))
    for kind in (KeyCommitment, KeyReveal, KeyConfirmation):
        exchange(others)
        for code in (XB, XC):
            state = hear(state, code, said(others[code], kind))
            seen.append((stage_of(state), awaited(state)))
    assert seen == [
        (Stage.COMMITTING, (XA, XB, XC)),
        (Stage.COMMITTING, (XB, XC)),
        (Stage.COMMITTING, (XC,)),
        (Stage.REVEALING, (XB, XC)),
        (Stage.REVEALING, (XC,)),
        (Stage.CONFIRMING, (XB, XC)),
        (Stage.AGREED, ()),
        (Stage.AGREED, ()),
    ]


def test_nothing_is_shown_before_every_commitment_that_counts_lies_here():
    states = everybody_joined(ceremony_of())
    state = hear(states[XA], XB, said(states[XB], KeyCommitment))
    assert [type(message) for message in messages_due(state)] == [KeyCommitment]
    state = hear(state, XC, said(states[XC], KeyCommitment))
    assert [type(message) for message in messages_due(state)] == [KeyCommitment, KeyReveal]


def test_nothing_is_due_of_a_member_that_has_not_joined():
    assert messages_due(begin(ceremony_of(), XA)) == ()


@settings(max_examples=examples(40), deadline=None)
@given(members=st.integers(1, 4), quorum=st.integers(1, 4), chance=st.randoms(use_true_random=False))
def test_any_order_of_messages_with_repetitions_leads_to_one_key(members, quorum, chance):
    states = everybody_joined(ceremony_of(members, min(members, quorum)))
    sent, waiting = set(), []
    while True:
        due = {(sender, message) for sender, state in states.items() for message in messages_due(state)} - sent
        sent |= due
        # Everything is delivered twice, in any order.
        waiting += [
            (*each, receiver) for each in sorted(due, key=repr) for receiver in states if receiver != each[0]
        ] * 2
        if not waiting:
            break
        sender, message, receiver = waiting.pop(chance.randrange(len(waiting)))
        states[receiver] = hear(states[receiver], sender, message)
    assert {stage_of(state) for state in states.values()} == {Stage.AGREED}
    assert len(keys_of(states)) == 1


@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_a_node_that_starts_again_and_reads_its_facts_in_any_order_is_where_it_was(data):
    ceremony = ceremony_of()
    others = exchange(everybody_joined(ceremony))
    messages = [(code, message) for code in (XB, XC) for message in messages_due(others[code])]
    heard = data.draw(st.permutations(messages))[: data.draw(st.integers(0, len(messages)))]
    before, after = join(begin(ceremony, XA), CONTRIBUTIONS[XA]), begin(ceremony, XA)
    for sender, message in heard:
        before = hear(before, sender, message)
    for sender, message in data.draw(st.permutations(heard)):
        after = hear(after, sender, message)
    after = join(after, CONTRIBUTIONS[XA])
    assert (stage_of(after), messages_due(after)) == (stage_of(before), messages_due(before))


def test_joining_again_with_the_same_contribution_changes_nothing():
    state = join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA])
    assert join(state, CONTRIBUTIONS[XA]) == state
    with pytest.raises(CeremonyStepRefused):
        join(state, CONTRIBUTIONS[XB])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_contribution_has_32_bytes(length):
    with pytest.raises(MalformedMessage):
        join(begin(ceremony_of(), XA), bytes(length))


# Somebody is missing.


@given(missing=st.sampled_from([XA, XB, XC]))
def test_without_one_that_never_committed_the_others_proceed_to_one_key(missing):
    ceremony = ceremony_of()
    states = {code: state for code, state in everybody_joined(ceremony).items() if code != missing}
    exchange(states)
    assert {stage_of(state) for state in states.values()} == {Stage.COMMITTING}
    states = exchange({code: proceed(state, [missing]) for code, state in states.items()})
    assert len(keys_of(states)) == 1
    assert None not in keys_of(states)


def test_fewer_than_the_quorum_make_no_key():
    state = join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA])
    for step in (proceed, restart):
        with pytest.raises(CeremonyStepRefused, match="2 members"):
            step(state, [XB, XC])
    with pytest.raises(CeremonyStepRefused, match="2 members"):
        proceed(proceed(state, [XB]), [XC])


def test_a_member_leaves_out_neither_itself_nor_a_stranger():
    state = join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA])
    for step in (proceed, restart):
        with pytest.raises(CeremonyStepRefused, match="itself"):
            step(state, [XA])
        with pytest.raises(NotAParticipant):
            step(state, [CODES[4]])


def test_what_counts_is_not_changed_once_it_is_settled():
    states = everybody_joined(ceremony_of())
    for code in (XB, XC):
        states[XA] = hear(states[XA], code, said(states[code], KeyCommitment))
    with pytest.raises(CeremonyStepRefused, match="new attempt"):
        proceed(states[XA], [XC])


@given(vanished=st.sampled_from([XA, XB, XC]))
def test_one_that_vanishes_between_commitment_and_reveal_stops_the_attempt_and_not_the_next(vanished):
    ceremony = ceremony_of()
    states = everybody_joined(ceremony)
    for sender in states:
        for receiver in states:
            if receiver != sender:
                states[receiver] = hear(states[receiver], sender, said(states[sender], KeyCommitment))
    exchange(states, silent=[vanished])
    left = {code: state for code, state in states.items() if code != vanished}
    assert {awaited(state) for state in left.values()} == {(vanished,)}
    assert keys_of(left) == {None}
    left = {code: join(restart(state, [vanished]), CONTRIBUTIONS[code]) for code, state in left.items()}
    exchange(left)
    assert len(keys_of(left)) == 1
    assert None not in keys_of(left)


def test_a_new_attempt_gives_another_key_even_with_the_same_contributions():
    first = exchange(everybody_joined(ceremony_of()))
    begun_anew = {code: restart(state) for code, state in everybody_joined(ceremony_of()).items()}
    second = exchange({code: join(state, CONTRIBUTIONS[code]) for code, state in begun_anew.items()})
    assert not keys_of(first) & keys_of(second)


def test_a_new_attempt_forgets_the_contribution_and_who_was_left_out():
    state = proceed(join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA]), [XB])
    again = restart(state)
    assert (again.attempt, again.contribution, again.without) == (2, None, frozenset())


def test_what_was_said_in_another_attempt_does_not_count_in_this_one():
    states = everybody_joined(ceremony_of())
    state = join(restart(states[XA]), CONTRIBUTIONS[XA])
    for code in (XB, XC):
        state = hear(state, code, said(states[code], KeyCommitment))
    assert awaited(state) == (XB, XC)


def test_who_is_behind_sees_that_the_others_began_anew():
    states = everybody_joined(ceremony_of())
    assert newest_attempt_heard(states[XA]) == 1
    behind = states[XA]
    for code in (XB, XC):
        ahead = join(restart(states[code]), CONTRIBUTIONS[code])
        behind = hear(behind, code, said(ahead, KeyCommitment))
    assert newest_attempt_heard(behind) == 2
    assert stage_of(join(restart(behind), CONTRIBUTIONS[XA])) is Stage.REVEALING


def attempt_of(state, attempt):
    return KeyCommitment(state.ceremony.ceremony_id, state.ceremony.epoch, attempt, bytes(32))


def test_one_member_does_not_use_up_the_attempts_of_a_ceremony():
    state = everybody_joined(ceremony_of())[XA]
    state = hear(state, XC, attempt_of(state, MAX_ATTEMPTS))
    assert newest_attempt_heard(state) == 1
    state = hear(state, XB, attempt_of(state, 3))
    assert newest_attempt_heard(state) == 3, "as far as more than half of the others came"


def test_who_was_left_out_does_not_lead_the_others_on():
    state = restart(everybody_joined(ceremony_of())[XA], [XC])
    state = hear(state, XC, attempt_of(state, MAX_ATTEMPTS))
    assert newest_attempt_heard(state) == 2
    state = hear(state, XB, attempt_of(state, 4))
    assert newest_attempt_heard(state) == 4


def test_a_ceremony_that_led_to_a_key_is_not_begun_anew():
    states = exchange(everybody_joined(ceremony_of()))
    with pytest.raises(CeremonyStepRefused, match="new epoch"):
        restart(states[XA])


def test_attempts_come_to_an_end():
    state = replace(begin(ceremony_of(), XA), attempt=MAX_ATTEMPTS)
    with pytest.raises(CeremonyStepRefused, match="too often"):
        restart(state)


def test_who_is_left_out_neither_counts_nor_stops_the_others():
    states = everybody_joined(ceremony_of())
    late = states.pop(XC)
    states = {code: proceed(state, [XC]) for code, state in states.items()}
    exchange(states)
    for code in (XA, XB):
        late = hear(late, code, said(states[code], KeyCommitment))
    for message in messages_due(late):
        states[XA] = hear(states[XA], XC, message)
    assert stage_of(states[XA]) is Stage.AGREED


def test_who_was_left_out_sees_that_the_others_count_on_others():
    states = everybody_joined(ceremony_of())
    late = states.pop(XC)
    states = exchange({code: proceed(state, [XC]) for code, state in states.items()})
    for code in (XA, XB):
        for message in messages_due(states[code]):
            late = hear(late, code, message)
    assert {(dispute.member, dispute.reason) for dispute in disputes_of(late)} == {
        (XA, DisputeReason.COUNTS_ON_OTHERS),
        (XB, DisputeReason.COUNTS_ON_OTHERS),
    }


# Somebody lies.


def settled_with(state, others):
    for code in (XB, XC):
        state = hear(state, code, said(others[code], KeyCommitment))
    return state


@pytest.fixture
def others():
    """The three states of members that said everything."""
    return exchange(everybody_joined(ceremony_of()))


@pytest.fixture
def settled(others):
    """XA's state when all commitments lie there."""
    return settled_with(join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA]), others)


def reasons(state):
    return [(dispute.member, dispute.reason) for dispute in disputes_of(state)]


def test_two_commitments_of_one_member_are_found_and_nothing_is_shown(others):
    state = join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA])
    state = hear(state, XB, said(others[XB], KeyCommitment))
    state = hear(state, XC, said(others[XC], KeyCommitment))
    state = hear(state, XB, replace(said(others[XB], KeyCommitment), commitment=bytes(32)))
    assert reasons(state) == [(XB, DisputeReason.SAID_TWO_THINGS)]
    assert stage_of(state) is Stage.DISPUTED
    assert [type(message) for message in messages_due(state)] == [KeyCommitment]
    with pytest.raises(CeremonyDisputed, match="XB") as disputed:
        agreed_key(state)
    assert disputed.value.members == (XB,)


@pytest.mark.parametrize("kind", [KeyReveal, KeyConfirmation])
def test_two_reveals_or_confirmations_of_one_member_are_found(settled, others, kind):
    field = "contribution" if kind is KeyReveal else "key_check_value"
    message = said(others[XB], kind)
    lie = replace(message, **{field: bytes(len(getattr(message, field)))})
    state = hear(hear(settled, XB, message), XB, lie)
    assert (XB, DisputeReason.SAID_TWO_THINGS) in reasons(state)


def test_only_two_contradicting_messages_are_kept(others):
    state = begin(ceremony_of(), XA)
    for number in range(50):
        state = hear(state, XB, replace(said(others[XB], KeyCommitment), commitment=bytes([number]) * 32))
    assert len(state.heard) == 2


def test_a_member_that_tells_each_other_member_something_else_is_found_by_the_transcripts():
    ceremony = ceremony_of()
    states = everybody_joined(ceremony)
    liar = states.pop(XC)
    for code, contribution in ((XA, b"1" * 32), (XB, b"2" * 32)):
        commitment = commitment_to(ceremony.ceremony_id, 1, XC, contribution)
        states[code] = hear(states[code], XC, replace(said(liar, KeyCommitment), commitment=commitment))
    exchange(states)
    assert reasons(states[XA]) == [(XB, DisputeReason.COUNTS_ON_OTHERS)]
    assert reasons(states[XB]) == [(XA, DisputeReason.COUNTS_ON_OTHERS)]


def test_a_reveal_that_counts_on_other_commitments_stops_the_ceremony(settled, others):
    state = hear(settled, XB, replace(said(others[XB], KeyReveal), transcript=bytes(32)))
    assert reasons(state) == [(XB, DisputeReason.COUNTS_ON_OTHERS)]
    assert [type(message) for message in messages_due(state)] == [KeyCommitment]


def test_a_contribution_that_was_not_committed_to_stops_the_ceremony(settled, others):
    state = hear(settled, XB, replace(said(others[XB], KeyReveal), contribution=b"x" * 32))
    assert reasons(state) == [(XB, DisputeReason.BROKEN_COMMITMENT)]


def test_a_commitment_cannot_be_used_by_another_member_or_in_another_attempt():
    ceremony = ceremony_of()
    commitments = {
        commitment_to(ceremony_id, attempt, member, CONTRIBUTIONS[XA])
        for ceremony_id in (ceremony.ceremony_id, CeremonyId("60" * 32))
        for attempt in (1, 2)
        for member in (XA, XB)
    }
    assert len(commitments) == 8


def test_a_copied_commitment_cannot_be_opened(settled, others):
    state = join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA])
    state = hear(state, XB, said(others[XB], KeyCommitment))
    state = hear(state, XC, said(others[XB], KeyCommitment))
    reveal = said(others[XB], KeyReveal)
    state = hear(state, XC, replace(reveal, transcript=settled_transcript(state)))
    assert reasons(state) == [(XC, DisputeReason.BROKEN_COMMITMENT)]


def test_two_members_with_the_same_contribution_are_found():
    ceremony = ceremony_of()
    states = {code: join(begin(ceremony, code), CONTRIBUTIONS[XB]) for code in (XB, XC)}
    states[XA] = join(begin(ceremony, XA), CONTRIBUTIONS[XA])
    exchange(states)
    assert reasons(states[XA]) == [(XB, DisputeReason.SAME_CONTRIBUTION), (XC, DisputeReason.SAME_CONTRIBUTION)]


def test_a_confirmation_of_another_key_is_found_unless_a_quorum_agrees(settled, others):
    state = settled
    for code in (XB, XC):
        state = hear(state, code, said(others[code], KeyReveal))
    other_key = replace(said(others[XC], KeyConfirmation), key_check_value=bytes(16))
    state = hear(state, XC, other_key)
    assert reasons(state) == [(XC, DisputeReason.OTHER_KEY)]
    assert stage_of(state) is Stage.DISPUTED
    state = hear(state, XB, said(others[XB], KeyConfirmation))
    assert stage_of(state) is Stage.AGREED


def test_who_lies_about_the_key_does_not_keep_the_others_from_agreeing(others):
    states = everybody_joined(ceremony_of())
    liar = exchange(dict(others))[XC]
    for code in (XA, XB):
        for message in (said(liar, KeyCommitment), said(liar, KeyReveal)):
            states[code] = hear(states[code], XC, message)
        for value in (bytes(16), b"\x01" * 16):
            states[code] = hear(states[code], XC, replace(said(liar, KeyConfirmation), key_check_value=value))
    honest = exchange({code: states[code] for code in (XA, XB)})
    assert keys_of(honest) == {agreed_key(others[XA])}


def test_who_was_left_out_but_reveals_is_not_compared(others):
    state = proceed(join(begin(ceremony_of(), XA), CONTRIBUTIONS[XA]), [XC])
    state = hear(state, XB, said(others[XB], KeyCommitment))
    state = hear(state, XC, said(others[XC], KeyReveal))
    assert disputes_of(state) == ()
    assert stage_of(state) is Stage.REVEALING


def test_nobody_takes_away_a_key_that_was_agreed_on(others):
    state, key = others[XA], agreed_key(others[XA])
    for message in (
        replace(said(others[XB], KeyCommitment), commitment=bytes(32)),
        replace(said(others[XB], KeyReveal), contribution=bytes(32)),
        replace(said(others[XB], KeyReveal), attempt=2),
    ):
        state = hear(state, XB, message)
    state = hear(state, XC, replace(said(others[XC], KeyConfirmation), attempt=2, key_check_value=bytes(16)))
    assert agreed_key(state) == key


def test_a_reveal_before_the_commitment_gains_nothing(settled, others):
    early = begin(ceremony_of(), XA)
    for code in (XB, XC):
        early = hear(early, code, said(others[code], KeyReveal))
    assert messages_due(early) == ()
    early = settled_with(join(early, CONTRIBUTIONS[XA]), others)
    assert stage_of(early) is Stage.CONFIRMING


@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_whatever_one_member_says_the_honest_ones_never_come_to_different_keys(data):
    ceremony = ceremony_of(3, quorum=2)
    honest = {code: state for code, state in everybody_joined(ceremony).items() if code != XC}
    contributions = [CONTRIBUTIONS[XC], bytes(32), CONTRIBUTIONS[XB]]
    for _ in range(data.draw(st.integers(1, 12))):
        code = data.draw(st.sampled_from([XA, XB]))
        contribution = data.draw(st.sampled_from(contributions))
        transcript = settled_transcript(honest[data.draw(st.sampled_from([XA, XB]))]) or bytes(32)
        place = (ceremony.ceremony_id, ceremony.epoch, 1)
        message = data.draw(
            st.sampled_from(
                [
                    KeyCommitment(*place, commitment_to(ceremony.ceremony_id, 1, XC, contribution)),
                    KeyReveal(*place, contribution, transcript),
                    KeyConfirmation(*place, contribution[:16]),
                ]
            )
        )
        honest[code] = hear(honest[code], XC, message)
        exchange(honest)
    keys = {agreed_key(state) for state in honest.values() if stage_of(state) is not Stage.DISPUTED} - {None}
    assert len(keys) <= 1


# Who is heard.


def test_a_message_of_another_ceremony_or_epoch_is_refused(others):
    for changed in ({"ceremony_id": CeremonyId("60" * 32)}, {"epoch": 5}):
        with pytest.raises(UnknownCeremony):
            hear(others[XA], XB, replace(said(others[XB], KeyCommitment), **changed))


def test_only_the_other_participants_are_heard(others):
    for sender in (XA, CODES[4]):
        with pytest.raises(NotAParticipant):
            hear(others[XA], sender, said(others[XB], KeyCommitment))


def test_a_member_that_came_later_follows_but_does_not_join(others):
    state = begin(ceremony_of(), CODES[4])
    for code in (XA, XB, XC):
        state = hear(state, code, said(others[code], KeyConfirmation))
    with pytest.raises(NotAParticipant):
        join(state, CONTRIBUTIONS[CODES[4]])
    assert take_linkage_key(share_linkage_key(agreed_key(others[XA]), "exercise-a"), state) == agreed_key(others[XA])


def test_who_was_left_out_does_not_join_that_attempt():
    state = replace(begin(ceremony_of(), XA), without=frozenset({XA}))
    with pytest.raises(NotAParticipant):
        join(state, CONTRIBUTIONS[XA])


def test_the_secrets_do_not_show_in_a_repr(others):
    assert "\\xc0" not in repr(others[XA])
    assert "contribution" not in repr(others[XA])


# The ceremony that a directory authorises.


def test_a_directory_authorises_the_ceremony_of_an_epoch_that_it_lists(samples):
    ceremony = Ceremony.authorised_by(samples.DIRECTORY, 2)
    assert (ceremony.participants, ceremony.quorum, ceremony.epoch) == (("XA", "XB"), 2, 2)
    with pytest.raises(CeremonyStepRefused, match="does not list"):
        Ceremony.authorised_by(samples.DIRECTORY, 3)


def test_every_directory_and_epoch_has_a_ceremony_of_its_own(samples):
    founding = samples.FOUNDING
    suspended = replace(founding.members[2], standing=MemberStanding.SUSPENDED)
    ceremonies = [
        Ceremony.authorised_by(founding, 1),
        Ceremony.authorised_by(samples.DIRECTORY, 1),
        Ceremony.authorised_by(samples.DIRECTORY, 2),
        Ceremony.authorised_by(replace(founding, federation="other"), 1),
        Ceremony.authorised_by(replace(founding, members=(*founding.members[:2], suspended)), 1),
    ]
    assert len({ceremony.ceremony_id for ceremony in ceremonies}) == 5


# The key for a member that was absent.


def absent_state(others, *confirming):
    state = begin(ceremony_of(), XC)
    for code in confirming:
        state = hear(state, code, said(others[code], KeyConfirmation))
    return state


def test_a_shared_key_is_taken_once_a_quorum_confirmed_it(others):
    key = agreed_key(others[XA])
    share = share_linkage_key(key, "exercise-a")
    for confirming in ((), (XA,)):
        with pytest.raises(KeyNotConfirmed, match="Too few"):
            take_linkage_key(share, absent_state(others, *confirming))
    assert take_linkage_key(share, absent_state(others, XA, XB)) == key


def test_another_key_than_the_confirmed_one_is_refused(others):
    share = share_linkage_key(LinkageKey(4, b"x" * 32), "exercise-a")
    with pytest.raises(KeyNotConfirmed, match="another"):
        take_linkage_key(share, absent_state(others, XA, XB))


def test_a_shared_key_of_another_federation_or_epoch_or_without_its_check_value_is_refused(others):
    share, state = share_linkage_key(agreed_key(others[XA]), "exercise-a"), absent_state(others, XA, XB)
    for changed, error in (
        ({"federation": "live-a"}, WrongFederation),
        ({"epoch": 5}, UnknownCeremony),
        ({"key": bytes(32)}, MalformedMessage),
        ({"key_check_value": bytes(16)}, MalformedMessage),
    ):
        with pytest.raises(error):
            take_linkage_key(replace(share, **changed), state)


def test_confirmations_of_different_keys_or_attempts_do_not_add_up(others):
    state = absent_state(others, XA)
    value = said(others[XB], KeyConfirmation)
    assert confirmed_check_value(hear(state, XB, replace(value, key_check_value=bytes(16)))) is None
    assert confirmed_check_value(hear(state, XB, replace(value, attempt=2))) is None
    assert confirmed_check_value(hear(state, XB, value)) == value.key_check_value


def test_two_values_with_a_quorum_each_confirm_neither(others):
    state = begin(ceremony_of(3, quorum=1), XC)
    value = said(others[XB], KeyConfirmation)
    state = hear(hear(state, XA, value), XB, replace(value, key_check_value=bytes(16)))
    assert confirmed_check_value(state) is None


def test_a_state_is_frozen():
    with pytest.raises(AttributeError):
        begin(ceremony_of(), XA).attempt = 2


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=5, unique=True))
def test_every_contribution_counts_and_their_order_does_not(contributions):
    ceremony = ceremony_of()
    key = derive_key(ceremony, 1, contributions, bytes(32))
    assert derive_key(ceremony, 1, list(reversed(contributions)), bytes(32)) == key
    without_one = [
        derive_key(ceremony, 1, contributions[:place] + contributions[place + 1 :], bytes(32))
        for place in range(len(contributions))
        if len(contributions) > 1
    ]
    assert key not in without_one
    assert all(one != other for one, other in pairwise([key, *without_one]))


def test_the_transcript_names_who_committed_to_what():
    one, two = bytes(32), b"\x01" * 32
    transcripts = {
        transcript_of(commitments)
        for commitments in ({XA: one, XB: two}, {XA: two, XB: one}, {XA: one}, {XA: one, XB: two, XC: one})
    }
    assert len(transcripts) == 4
    assert transcript_of({XA: one, XB: two}) == transcript_of({XB: two, XA: one})


def test_a_ceremony_state_holds_nothing_but_facts():
    assert CeremonyState.__slots__ == ("ceremony", "own", "attempt", "without", "contribution", "heard")
