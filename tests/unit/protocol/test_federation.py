"""Which version of the directory follows which, who signs it, and whose key counts when."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.federation import (
    ExpiryNotice,
    allowed_quorums,
    check_quorum,
    key_that_signed,
    majority,
    notice_level,
    required_signatures,
    sign_directory,
    verify_signature,
    verify_succession,
)
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.membership_problems import BrokenSuccession, NotCoSigned, OlderVersion, RetiredKeyUsed
from symbolon.protocol.messages import (
    FederationDirectory,
    LinkageEpoch,
    MemberStanding,
    RetiredKey,
    SignedDirectory,
    directory_fingerprint,
)
from symbolon.protocol.problems import BadSignature, MalformedMessage
from symbolon.protocol.references import HUB, MemberCode, key_id_of

MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def founding(samples):
    return samples.FOUNDING


@pytest.fixture
def following(samples):
    return samples.DIRECTORY


def test_the_founding_is_taken_when_everybody_signed_it(samples):
    verify_succession(None, samples.SIGNED_FOUNDING)


def test_a_version_is_taken_when_a_quorum_of_those_active_before_signed_it(samples, founding, following):
    verify_succession(founding, samples.signed(following, samples.XA, samples.XB))
    # XC is expelled by this version, and was active in the one before it: its signature counts too.
    verify_succession(founding, samples.signed(following, samples.XA, samples.XC))
    verify_succession(founding, samples.signed(following, samples.XC, samples.XB, samples.XA))


def test_an_expelled_member_has_no_say_in_the_version_after(samples, following):
    after = replace(following, version=3, previous_digest=following.digest())
    signatures = (
        sign_directory(after, samples.XA, samples.XA_NEXT_KEY),
        sign_directory(after, samples.XC, samples.SIGNING_KEYS[samples.XC]),
    )
    with pytest.raises(NotCoSigned, match="no say"):
        verify_succession(following, SignedDirectory(after, signatures))


def test_the_version_after_a_rotation_is_signed_with_the_new_key(samples, following):
    after = replace(following, version=3, previous_digest=following.digest())
    by_xb = sign_directory(after, samples.XB, samples.SIGNING_KEYS[samples.XB])
    verify_succession(
        following, SignedDirectory(after, (sign_directory(after, samples.XA, samples.XA_NEXT_KEY), by_xb))
    )
    old = sign_directory(after, samples.XA, samples.SIGNING_KEYS[samples.XA])
    with pytest.raises(BadSignature):
        verify_succession(following, SignedDirectory(after, (old, by_xb)))


def test_a_suspended_member_does_not_found_and_does_not_sign(samples, founding):
    suspended = replace(founding.members[2], standing=MemberStanding.SUSPENDED)
    directory = replace(founding, members=(*founding.members[:2], suspended))
    verify_succession(None, samples.signed(directory, samples.XA, samples.XB))
    with pytest.raises(NotCoSigned):
        verify_succession(None, samples.signed(directory, samples.XA, samples.XB, samples.XC))


def test_the_hub_cannot_go_back_to_an_older_version(samples, founding, following):
    for known in (founding, following):
        with pytest.raises(OlderVersion):
            verify_succession(known, samples.SIGNED_FOUNDING)


def test_a_refused_directory_of_the_samples_has_the_problem_that_it_says(samples, refusals, refusal_of):
    for name, problem, known, offered in refusals.directories(samples):
        assert refusal_of(lambda known=known, offered=offered: verify_succession(known, offered)) is problem, name


def test_an_epoch_may_be_opened_closed_or_followed(samples, founding):
    first = founding.epochs[0]
    second, third = replace(first, epoch=2, schema_id="other"), replace(first, epoch=3)
    for before, after in (
        ((first,), (first, second)),
        ((first, second), (second,)),
        ((first, second), (second, third)),
        ((first,), (second,)),
        ((first, second), (first, third)),
        ((first, third), (third,)),
    ):
        known = replace(founding, epochs=before)
        offered = replace(known, version=2, previous_digest=known.digest(), epochs=after)
        verify_succession(known, samples.signed(offered, samples.XA, samples.XB))


def test_the_newest_epoch_goes_only_when_another_follows_so_that_its_number_is_not_used_again(samples, founding):
    both = replace(founding, epochs=(*founding.epochs, replace(founding.epochs[0], epoch=2)))
    offered = replace(both, version=2, previous_digest=both.digest(), epochs=founding.epochs)
    with pytest.raises(BrokenSuccession, match="newest epoch"):
        verify_succession(both, samples.signed(offered, samples.XA, samples.XB))


def test_only_an_active_member_is_given_a_card(samples, founding):
    third = founding.members[2]
    for standing in (MemberStanding.SUSPENDED, MemberStanding.EXPELLED):
        for before in (founding.members, founding.members[:2]):
            known = replace(founding, members=before)
            card = replace(third.card, certificate_fingerprint="00" * 32)
            members = (*founding.members[:2], replace(third, standing=standing, card=card))
            offered = replace(known, version=2, previous_digest=known.digest(), members=members)
            with pytest.raises(BrokenSuccession, match="not active"):
                verify_succession(known, samples.signed(offered, samples.XA, samples.XB))


def test_a_closed_epoch_does_not_come_back(samples, founding):
    first = founding.epochs[0]
    second = replace(first, epoch=2)
    replaced = replace(founding, epochs=(first, replace(first, epoch=3)))
    offered = replace(replaced, version=2, previous_digest=replaced.digest(), epochs=(first, second))
    with pytest.raises(BrokenSuccession, match="epoch"):
        verify_succession(replaced, samples.signed(offered, samples.XA, samples.XB))
    known = replace(founding, epochs=(replace(first, epoch=2),))
    for epochs in ((first,), (first, replace(first, epoch=2)), (replace(first, epoch=2, schema_digest="00" * 32),)):
        offered = replace(known, version=2, previous_digest=known.digest(), epochs=epochs)
        with pytest.raises(BrokenSuccession, match="epoch"):
            verify_succession(known, samples.signed(offered, samples.XA, samples.XB))


@pytest.mark.parametrize("quorum", [1, 3, 4])
def test_a_quorum_of_one_of_all_or_of_more_is_refused_before_it_takes_effect(founding, quorum):
    check_quorum(founding)
    with pytest.raises(BrokenSuccession, match=f"{quorum} signatures of 3 active members"):
        check_quorum(replace(founding, policies=replace(founding.policies, signing_quorum=quorum)))


def test_a_federation_of_one_member_is_none(founding):
    suspended = tuple(replace(member, standing=MemberStanding.SUSPENDED) for member in founding.members[1:])
    with pytest.raises(BrokenSuccession, match="two"):
        check_quorum(replace(founding, members=(founding.members[0], *suspended)))


@given(active=st.integers(2, 250))
def test_every_quorum_that_is_allowed_is_a_majority_and_can_do_without_one_of_three_members(active):
    allowed = allowed_quorums(active)
    assert 2 <= min(allowed) == majority(active)
    assert max(allowed) < active or active == 2


def test_the_hub_checks_one_signature_as_the_members_will(samples, founding, following):
    for signature in samples.SIGNED_DIRECTORY.signatures:
        verify_signature(founding, following, signature)
    with pytest.raises(NotCoSigned):
        verify_signature(founding, following, sign_directory(following, HUB, samples.SIGNING_KEYS[HUB]))
    with pytest.raises(BadSignature):
        verify_signature(founding, following, samples.SIGNED_FOUNDING.signatures[0])


def test_the_founding_needs_all_and_a_later_version_the_quorum(founding, following):
    assert required_signatures(None, founding).quorum == 3
    assert required_signatures(founding, following).quorum == 2
    assert set(required_signatures(founding, following).signers) == {"XA", "XB", "XC"}
    assert set(required_signatures(following, following).signers) == {"XA", "XB"}


@given(active=st.integers(1, 250))
def test_two_majorities_always_share_a_member(active):
    assert 2 * majority(active) > active
    assert majority(active) <= active


@given(signing=st.sets(st.sampled_from(["XA", "XB", "XC"])))
def test_exactly_the_sets_that_reach_the_quorum_put_a_version_in_effect(samples, signing):
    offered = samples.signed(samples.DIRECTORY, *map(MemberCode, sorted(signing)))
    if len(signing) >= 2:
        verify_succession(samples.FOUNDING, offered)
    else:
        with pytest.raises(NotCoSigned, match="Too few"):
            verify_succession(samples.FOUNDING, offered)


# What a directory may hold.


def test_a_directory_lists_a_member_once(founding):
    with pytest.raises(MalformedMessage, match="once"):
        replace(founding, members=(founding.members[0], founding.members[0]))


def test_the_hub_is_no_member(founding):
    member = founding.members[0]
    with pytest.raises(MalformedMessage, match="hub"):
        replace(member, card=replace(member.card, code=HUB))


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1), (3, 2)])
def test_a_directory_lists_the_older_epoch_first(founding, numbers):
    with pytest.raises(MalformedMessage, match="epoch"):
        replace(founding, epochs=tuple(LinkageEpoch(number, "s", "5f" * 32) for number in numbers))


def test_only_the_first_version_names_none_before_it(founding):
    for changed in ({"version": 2}, {"previous_digest": "5f" * 32}):
        with pytest.raises(MalformedMessage, match="first version"):
            replace(founding, **changed)


def test_a_directory_finds_members_cards_and_epochs(samples, following):
    assert following.member_of(samples.XC).standing is MemberStanding.EXPELLED
    assert following.card_of(samples.XB).name == following.member_of(samples.XB).name == "Belanu"
    assert following.card_of(samples.XC) is None
    assert following.card_of(MemberCode("XD")) is None
    assert following.member_of(MemberCode("XD")) is None
    assert [member.code for member in following.active_members] == ["XA", "XB"]
    assert (following.oldest_epoch.epoch, following.newest_epoch.epoch) == (1, 2)
    assert following.epoch(2) is following.newest_epoch
    assert following.epoch(3) is None


def test_active_members_come_in_the_order_of_their_codes(founding):
    reordered = replace(founding, members=tuple(reversed(founding.members)))
    assert [member.code for member in reordered.active_members] == ["XA", "XB", "XC"]


def test_the_digest_covers_every_field(samples, founding, following):
    digests = {founding.digest()}
    for field in fields(FederationDirectory):
        changed = {field.name: getattr(following, field.name)}
        if field.name in ("version", "previous_digest"):
            changed = {"version": 2, "previous_digest": founding.digest() if field.name == "version" else "00" * 32}
        elif field.name in ("federation", "exercise", "hub_signing_key", "policies", "comparison"):
            changed[field.name] = {
                "federation": "other",
                "exercise": False,
                "hub_signing_key": bytes(32),
                "policies": replace(founding.policies, key_lifetime_days=1),
                "comparison": samples.BLIND_FOUNDING.comparison,
            }[field.name]
        digests.add(replace(founding, **changed).digest())
    assert len(digests) == 1 + len(fields(FederationDirectory))


def test_how_records_are_compared_stays_as_it_was_founded(samples, founding, following):
    offered = replace(following, comparison=samples.BLIND_FOUNDING.comparison)
    with pytest.raises(BrokenSuccession, match="fixed at the founding"):
        verify_succession(founding, samples.signed(offered, samples.XA, samples.XB))


def test_to_whom_match_bits_open_stays_as_it_was_founded(samples):
    founding = samples.RECEIVERS_FOUNDING
    offered = replace(
        founding, version=2, previous_digest=founding.digest(), comparison=samples.BLIND_FOUNDING.comparison
    )
    with pytest.raises(BrokenSuccession, match="fixed at the founding"):
        verify_succession(founding, samples.signed(offered, samples.XA, samples.XB))


def test_a_directory_s_fingerprint_is_the_first_half_of_its_digest(founding):
    assert directory_fingerprint(founding).replace(" ", "") == founding.digest()[:32]


# Whose key counts when.


def test_the_present_key_counts_at_any_time(samples, following):
    member = following.member_of(samples.XA)
    assert key_that_signed(member, samples.XA_NEXT_KEY.key_id, samples.NOW) == samples.XA_NEXT_KEY.public


def test_a_retired_key_counts_for_what_was_issued_before_it_was_retired(samples, following):
    member, old = following.member_of(samples.XA), samples.SIGNING_KEYS[samples.XA]
    retired_at = member.retired_keys[0].retired_at
    assert key_that_signed(member, old.key_id, retired_at - MILLISECOND) == old.public
    with pytest.raises(RetiredKeyUsed):
        key_that_signed(member, old.key_id, retired_at)


def test_a_key_that_was_compromised_does_not_count_at_all(samples, following):
    member = replace(following.member_of(samples.XA), retired_keys=())
    with pytest.raises(BadSignature):
        key_that_signed(member, samples.SIGNING_KEYS[samples.XA].key_id, samples.NOW)


def test_another_member_s_key_does_not_count(samples, following):
    with pytest.raises(BadSignature):
        key_that_signed(following.member_of(samples.XA), samples.SIGNING_KEYS[samples.XB].key_id, samples.NOW)


def test_of_several_retired_keys_the_named_one_is_given(samples, following):
    older = SigningKey.generate(b"o" * 32)
    member = following.member_of(samples.XA)
    both = replace(member, retired_keys=(RetiredKey(older.public.to_bytes(), samples.NOW), *member.retired_keys))
    found = key_that_signed(both, samples.SIGNING_KEYS[samples.XA].key_id, samples.NOW)
    assert key_id_of(found.to_bytes()) == samples.SIGNING_KEYS[samples.XA].key_id


# How near an expiry is.


@pytest.mark.parametrize(
    ("days_left", "notice"),
    [
        (61, ExpiryNotice.NONE),
        (60, ExpiryNotice.WITHIN_60),
        (31, ExpiryNotice.WITHIN_60),
        (30, ExpiryNotice.WITHIN_30),
        (8, ExpiryNotice.WITHIN_30),
        (7, ExpiryNotice.WITHIN_7),
        (0, ExpiryNotice.WITHIN_7),
        (-1, ExpiryNotice.EXPIRED),
    ],
)
def test_the_warnings_come_60_30_and_7_days_ahead(days_left, notice):
    today = date(2026, 3, 1)
    assert notice_level(today + timedelta(days=days_left), today) is notice


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), st.integers(-500, 500))
def test_a_warning_never_becomes_milder_as_time_passes(today, days_left):
    levels = list(ExpiryNotice)
    expires_on = today + timedelta(days=days_left)
    assert levels.index(notice_level(expires_on, today)) <= levels.index(
        notice_level(expires_on, today + timedelta(days=1))
    )
