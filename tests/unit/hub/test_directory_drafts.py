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
    with_card,
    with_epoch,
    with_member,
    with_policies,
    with_standing,
    without_candidate,
    without_epoch,
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
    known = directory("XA", "XB", "XC")
    all_three = amend(known, None, with_policies(3, None, None), LATER)
    four = amend(known, all_three, with_member(member("XD")), LATER)
    assert four is not None
    assert four.policies.signing_quorum == 3


@given(st.lists(st.sampled_from(["XA", "XB", "XC", "XD"]), max_size=3, unique=True), st.integers(1, 4))
def test_no_draft_asks_for_more_signatures_than_there_are_members(gone: list[str], quorum: int) -> None:
    draft: FederationDirectory | None = directory("XA", "XB", "XC", "XD")
    known = draft
    draft = amend(known, draft, with_policies(quorum, None, None), LATER)
    for code in gone:
        draft = amend(known, draft, with_standing(known, MemberCode(code), MemberStanding.EXPELLED, LATER), LATER)
    if draft is not None:
        check_quorum(draft)


def test_the_last_active_member_is_not_suspended() -> None:
    known = directory("XA")
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
    draft = amend(known, None, with_card(known, card, ENDS, LATER + HANDOVER), LATER)
    assert draft is not None
    listed = draft.member_of(MemberCode("XA"))
    assert listed is not None
    [retired] = listed.retired_keys
    assert (listed.card, retired.signing_key) == (card, member("XA").card.signing_key)
    assert (retired.retired_at, listed.keys_expire_on) == (LATER + HANDOVER, ENDS.keys_expire_on)


def test_after_a_compromise_the_former_key_is_not_listed() -> None:
    known = directory("XA", "XB")
    card = replace(member("XA").card, signing_key=b"new".ljust(32))
    draft = amend(known, None, with_card(known, card, ENDS, None), LATER)
    assert draft is not None
    assert draft.members[0].retired_keys == ()


def test_asking_for_new_keys_twice_retires_the_key_in_effect_and_not_one_that_never_was() -> None:
    known = directory("XA", "XB")
    draft: FederationDirectory | None = None
    for text in (b"first", b"second"):
        card = replace(member("XA").card, signing_key=text.ljust(32))
        draft = amend(known, draft, with_card(known, card, ENDS, LATER + HANDOVER), LATER)
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


@pytest.mark.parametrize("quorum", [0, 3])
def test_the_quorum_is_between_one_and_the_active_members(quorum: int) -> None:
    known = directory("XA", "XB")
    with pytest.raises(NotPossible):
        amend(known, None, with_policies(quorum, None, None), LATER)
