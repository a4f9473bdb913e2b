"""How the next version of the directory is drafted, step by step."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.hub.domain.directory_drafts import (
    HANDOVER,
    Ends,
    Founding,
    amend,
    found,
    gives_up_key,
    with_card,
    with_epoch,
    with_member,
    with_policies,
    with_standing,
    without_candidate,
    without_epoch,
    without_new_card,
    without_proposed_epoch,
)
from symbolon.hub.errors import NotPossible
from symbolon.protocol.federation import check_quorum
from symbolon.protocol.messages import FederationDirectory, LinkageEpoch, Member, MemberCard, MemberStanding
from symbolon.protocol.references import MemberCode

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FOUNDING = Founding("exercise-tests", True, bytes(32), LinkageEpoch(1, "schema", "d" * 64))
ENDS = Ends(date(2028, 3, 1), date(2027, 3, 1))


def member(code: str) -> Member:
    card = MemberCard(MemberCode(code), f"State {code}", code.encode().ljust(32), bytes(32), None, "0" * 64)
    return Member(card, MemberStanding.ACTIVE, NOW, date(2028, 1, 1), date(2027, 1, 1), ())


def directory(*codes: str) -> FederationDirectory:
    return found(FOUNDING, [member(code) for code in codes], NOW)


def test_the_founding_version_lists_its_members_by_code_and_names_no_version_before_it() -> None:
    draft = directory("XB", "XA")
    assert [each.code for each in draft.members] == ["XA", "XB"]
    assert (draft.version, draft.previous_digest, draft.policies.signing_quorum) == (1, None, 2)


def test_a_draft_follows_from_the_version_in_effect() -> None:
    known = directory("XA", "XB")
    draft = amend(known, None, with_member(member("XC")), LATER)
    assert draft is not None
    assert (draft.version, draft.previous_digest, draft.issued_at) == (2, known.digest(), LATER)


def test_a_second_act_amends_the_draft_and_makes_no_second_version() -> None:
    known = directory("XA", "XB", "XC")
    first = amend(known, None, with_member(member("XD")), LATER)
    second = amend(known, first, with_epoch("schema", "d" * 64), LATER)
    assert second is not None
    assert (second.version, len(second.members), len(second.epochs)) == (2, 4, 2)


def test_an_act_that_changes_nothing_leaves_the_draft_with_its_signatures() -> None:
    known = directory("XA", "XB", "XC")
    suspend = with_standing(known, MemberCode("XC"), MemberStanding.SUSPENDED, LATER)
    draft = amend(known, None, suspend, LATER)
    assert amend(known, draft, suspend, LATER + timedelta(hours=1)) == draft


def test_taking_back_the_only_change_leaves_no_draft() -> None:
    known = directory("XA", "XB", "XC")
    draft = amend(known, None, with_standing(known, MemberCode("XC"), MemberStanding.SUSPENDED, LATER), LATER)
    assert amend(known, draft, with_standing(known, MemberCode("XC"), MemberStanding.ACTIVE, LATER), LATER) is None


def test_a_majority_stays_the_majority_when_members_come_and_go() -> None:
    known = directory("XA", "XB", "XC")
    four = amend(known, None, with_member(member("XD")), LATER)
    two = amend(known, None, with_standing(known, MemberCode("XC"), MemberStanding.EXPELLED, LATER), LATER)
    assert four is not None
    assert two is not None
    assert (four.policies.signing_quorum, two.policies.signing_quorum) == (3, 2)


def test_a_quorum_that_was_chosen_is_kept() -> None:
    known = directory("XA", "XB", "XC", "XD", "XE", "XF", "XG")
    six_of_seven = amend(known, None, with_policies(6, None, None), LATER)
    eight = amend(known, six_of_seven, with_member(member("XH")), LATER)
    assert eight is not None
    assert eight.policies.signing_quorum == 6


@given(st.lists(st.sampled_from(["XA", "XB", "XC", "XD"]), max_size=4, unique=True), st.integers(4, 5))
def test_no_draft_has_a_quorum_that_the_members_would_refuse(gone: list[str], quorum: int) -> None:
    draft: FederationDirectory | None = directory("XA", "XB", "XC", "XD", "XE", "XF")
    known = draft
    draft = amend(known, draft, with_policies(quorum, None, None), LATER)
    for code in gone:
        draft = amend(known, draft, with_standing(known, MemberCode(code), MemberStanding.EXPELLED, LATER), LATER)
    if draft is not None:
        check_quorum(draft)


def test_of_two_active_members_none_is_suspended_by_the_directory() -> None:
    known = directory("XA", "XB")
    with pytest.raises(NotPossible):
        amend(known, None, with_standing(known, MemberCode("XA"), MemberStanding.SUSPENDED, LATER), LATER)


def test_nobody_is_suspended_who_is_not_listed() -> None:
    known = directory("XA", "XB")
    with pytest.raises(NotPossible):
        amend(known, None, with_standing(known, MemberCode("XC"), MemberStanding.SUSPENDED, LATER), LATER)


def test_the_last_state_is_not_taken_off_a_draft() -> None:
    with pytest.raises(NotPossible):
        amend(None, directory("XA"), without_candidate(MemberCode("XA")), LATER)


def test_a_new_card_keeps_the_former_key_for_what_was_signed_before() -> None:
    known = directory("XA", "XB")
    card = replace(member("XA").card, signing_key=b"new".ljust(32))
    draft = amend(known, None, with_card(known, card, ENDS, keeps_former=True), LATER)
    assert draft is not None
    listed = draft.member_of(MemberCode("XA"))
    assert listed is not None
    [retired] = listed.retired_keys
    assert (listed.card, retired.signing_key) == (card, member("XA").card.signing_key)
    assert (retired.retired_at, listed.keys_expire_on) == (LATER + HANDOVER, ENDS.keys_expire_on)


def test_after_a_compromise_the_former_key_is_not_listed() -> None:
    known = directory("XA", "XB")
    card = replace(member("XA").card, signing_key=b"new".ljust(32))
    draft = amend(known, None, with_card(known, card, ENDS, keeps_former=False), LATER)
    assert draft is not None
    assert draft.members[0].retired_keys == ()


def test_asking_for_new_keys_twice_retires_the_key_in_effect_and_not_one_that_never_was() -> None:
    known = directory("XA", "XB")
    draft: FederationDirectory | None = None
    for text in (b"first", b"second"):
        card = replace(member("XA").card, signing_key=text.ljust(32))
        draft = amend(known, draft, with_card(known, card, ENDS, keeps_former=True), LATER)
    assert draft is not None
    assert [key.signing_key for key in draft.members[0].retired_keys] == [member("XA").card.signing_key]


def test_an_epoch_is_opened_after_the_newest_and_the_older_one_closed() -> None:
    known = directory("XA", "XB")
    both = amend(known, None, with_epoch("newer", "e" * 64), LATER)
    assert both is not None
    assert [epoch.epoch for epoch in both.epochs] == [1, 2]
    after = amend(both, None, without_epoch(1), LATER)
    assert after is not None
    assert [epoch.epoch for epoch in after.epochs] == [2]


def test_there_are_never_three_epochs() -> None:
    known = directory("XA", "XB")
    both = amend(known, None, with_epoch("newer", "e" * 64), LATER)
    with pytest.raises(NotPossible):
        amend(known, both, with_epoch("newest", "f" * 64), LATER)


@pytest.mark.parametrize("number", [1, 7])
def test_the_newest_epoch_and_one_that_is_not_open_are_not_closed(number: int) -> None:
    known = directory("XA", "XB")
    with pytest.raises(NotPossible):
        amend(known, None, without_epoch(number), LATER)


@pytest.mark.parametrize("quorum", [0, 1, 3, 4])
def test_the_quorum_is_a_majority_and_leaves_out_one_member(quorum: int) -> None:
    known = directory("XA", "XB", "XC")
    with pytest.raises(NotPossible):
        amend(known, None, with_policies(quorum, None, None), LATER)


def test_no_draft_is_issued_before_the_version_that_it_follows() -> None:
    known = directory("XA", "XB")  # By a clock that ran ahead.
    draft = amend(known, None, with_member(member("XC")), NOW - timedelta(hours=1))
    assert draft is not None
    assert draft.issued_at == known.issued_at


def test_a_member_that_is_to_be_expelled_keeps_the_card_in_effect() -> None:
    known = directory("XA", "XB", "XC")
    card = replace(member("XC").card, signing_key=b"new".ljust(32))
    fishing = amend(known, None, with_card(known, card, ENDS, keeps_former=True), LATER)
    expelled = amend(known, fishing, with_standing(known, MemberCode("XC"), MemberStanding.EXPELLED, LATER), LATER)
    assert expelled is not None
    assert expelled.members[2] == replace(known.members[2], standing=MemberStanding.EXPELLED, standing_since=LATER)
    with pytest.raises(NotPossible):
        amend(known, expelled, with_card(known, card, ENDS, keeps_former=True), LATER)


def test_a_new_card_is_taken_back_and_leaves_what_else_is_proposed() -> None:
    known = directory("XA", "XB", "XC")
    card = replace(member("XC").card, signing_key=b"new".ljust(32))
    draft = amend(known, None, with_epoch("newer", "e" * 64), LATER)
    both = amend(known, draft, with_card(known, card, ENDS, keeps_former=True), LATER)
    assert amend(known, both, without_new_card(known, MemberCode("XC")), LATER) == draft
    with pytest.raises(NotPossible):
        amend(known, draft, without_new_card(known, MemberCode("XC")), LATER)


def test_a_former_key_counts_from_the_last_draft_on() -> None:
    known = directory("XA", "XB")
    card = replace(member("XA").card, signing_key=b"new".ljust(32))
    draft = amend(known, None, with_card(known, card, ENDS, keeps_former=True), LATER)
    weeks_later = LATER + timedelta(weeks=5)
    amended = amend(known, draft, with_member(member("XC")), weeks_later)
    assert amended is not None
    assert amended.members[0].retired_keys[0].retired_at == weeks_later + HANDOVER


@pytest.mark.parametrize(("keeps_former", "given_up"), [(True, False), (False, True)])
def test_a_draft_tells_whether_a_key_is_given_up_as_compromised(*, keeps_former: bool, given_up: bool) -> None:
    known = directory("XA", "XB")
    card = replace(member("XA").card, signing_key=b"new".ljust(32))
    draft = amend(known, None, with_card(known, card, ENDS, keeps_former=keeps_former), LATER)
    assert gives_up_key(known, draft, MemberCode("XA")) is given_up
    assert not gives_up_key(known, None, MemberCode("XA"))


def _overlap() -> FederationDirectory:
    both = amend(directory("XA", "XB"), None, with_epoch("newer", "e" * 64), LATER)
    assert both is not None
    return both


def _epochs(draft: FederationDirectory | None) -> list[int]:
    assert draft is not None
    return [epoch.epoch for epoch in draft.epochs]


def test_in_the_middle_of_a_change_an_emergency_replaces_the_newer_epoch() -> None:
    known = _overlap()
    emergency = amend(known, None, with_epoch("newest", "f" * 64, known), LATER)
    assert _epochs(emergency) == [1, 3]
    assert _epochs(amend(known, emergency, with_epoch("other", "f" * 64, known), LATER)) == [1, 3]
    closing = amend(known, None, without_epoch(1), LATER)
    assert _epochs(amend(known, closing, with_epoch("newest", "f" * 64, known), LATER)) == [2, 3]


def test_an_epoch_that_is_only_proposed_is_replaced_under_its_own_number() -> None:
    known = directory("XA", "XB")
    rotation = amend(known, None, with_epoch("newer", "e" * 64), LATER)
    assert _epochs(amend(known, rotation, with_epoch("newest", "f" * 64, known), LATER)) == [1, 2]


def test_an_epoch_that_is_only_proposed_is_taken_back() -> None:
    known = _overlap()
    replaced = amend(known, None, with_epoch("newest", "f" * 64, known), LATER)
    assert amend(known, replaced, without_proposed_epoch(known, 3), LATER) is None
    for number in (1, 2, 7):
        with pytest.raises(NotPossible):
            amend(known, replaced, without_proposed_epoch(known, number), LATER)
