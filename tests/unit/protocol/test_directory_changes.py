"""What is told of a new version: every difference, and nothing else."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from symbolon.protocol.directory_changes import DirectoryChangeKind, changes_between
from symbolon.protocol.messages import FederationDirectory, LinkageEpoch, Member, MemberStanding

Kind = DirectoryChangeKind


@pytest.fixture
def old(samples):
    return samples.FOUNDING


def kinds(old, new):
    return [change.kind for change in changes_between(old, new)]


def with_member(directory, **changed):
    first, *others = directory.members
    return replace(directory, members=(replace(first, **changed), *others))


def test_the_same_directory_has_no_changes(old):
    assert changes_between(old, old) == ()


def test_at_the_beginning_every_member_and_epoch_is_new(old):
    assert kinds(None, old) == [Kind.MEMBER_ADDED] * 3 + [Kind.EPOCH_ADDED]
    assert [change.card for change in changes_between(None, old)][:3] == [member.card for member in old.members]


def test_the_sample_s_second_version_changes_a_card_its_dates_a_standing_and_the_epochs(samples, old):
    changes = changes_between(old, samples.DIRECTORY)
    assert [(change.kind, change.member or change.epoch) for change in changes] == [
        (Kind.CARD_CHANGED, "XA"),
        (Kind.TERMS_CHANGED, "XA"),
        (Kind.MEMBER_EXPELLED, "XC"),
        (Kind.TERMS_CHANGED, "XC"),
        (Kind.EPOCH_ADDED, 2),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (MemberStanding.ACTIVE, MemberStanding.SUSPENDED, Kind.MEMBER_SUSPENDED),
        (MemberStanding.ACTIVE, MemberStanding.EXPELLED, Kind.MEMBER_EXPELLED),
        (MemberStanding.SUSPENDED, MemberStanding.EXPELLED, Kind.MEMBER_EXPELLED),
        (MemberStanding.SUSPENDED, MemberStanding.ACTIVE, Kind.MEMBER_REINSTATED),
        (MemberStanding.EXPELLED, MemberStanding.ACTIVE, Kind.MEMBER_REINSTATED),
    ],
)
def test_a_change_of_standing_is_told_by_its_name(old, before, after, kind):
    assert kinds(with_member(old, standing=before), with_member(old, standing=after)) == [kind]


def test_a_changed_card_comes_with_the_card_to_compare(old):
    card = replace(old.members[0].card, sealing_key=bytes(32))
    (change,) = changes_between(old, with_member(old, card=card))
    assert (change.kind, change.card, change.member) == (Kind.CARD_CHANGED, card, "XA")


def test_every_change_of_a_directory_s_field_is_told(samples, old):
    changed = {
        "federation": "other",
        "exercise": False,
        "hub_signing_key": bytes(32),
        "members": old.members[:2],
        "epochs": (LinkageEpoch(1, "another", samples.DIGEST),),
        "policies": replace(old.policies, signing_quorum=3),
        "comparison": samples.BLIND_FOUNDING.comparison,
    }
    untold = {"version", "previous_digest", "issued_at"}
    assert set(changed) | untold == {field.name for field in fields(FederationDirectory)}
    told = [kinds(old, replace(old, **{name: value})) for name, value in changed.items()]
    assert told == [
        [Kind.FEDERATION_CHANGED],
        [Kind.FEDERATION_CHANGED],
        [Kind.HUB_KEY_CHANGED],
        [Kind.MEMBER_REMOVED],
        [Kind.EPOCH_CHANGED],
        [Kind.POLICY_CHANGED],
        [*[Kind.OPERATOR_CHANGED] * 3, Kind.FEDERATION_CHANGED],
    ]


def test_every_change_of_a_member_s_field_is_told(samples, old):
    day = timedelta(days=1)
    member = old.members[0]
    changed = {
        "card": replace(member.card, name="Other"),
        "standing": MemberStanding.SUSPENDED,
        "standing_since": member.standing_since + day,
        "keys_expire_on": member.keys_expire_on + day,
        "certificate_expires_on": member.certificate_expires_on + day,
        "retired_keys": samples.DIRECTORY.members[0].retired_keys,
    }
    assert set(changed) == {field.name for field in fields(Member)}
    for name, value in changed.items():
        assert len(changes_between(old, with_member(old, **{name: value}))) == 1


def test_a_closed_epoch_is_told(samples, old):
    both = samples.DIRECTORY
    closed = replace(both, epochs=both.epochs[1:])
    assert [(change.kind, change.epoch) for change in changes_between(both, closed)] == [(Kind.EPOCH_REMOVED, 1)]


def test_a_new_member_that_is_not_active_is_told_as_such(old):
    suspended = with_member(old, standing=MemberStanding.SUSPENDED)
    assert "suspended" in changes_between(None, suspended)[0].text


def test_every_change_is_told_in_a_sentence(samples, old):
    for change in (*changes_between(None, old), *changes_between(old, samples.DIRECTORY)):
        assert change.text[0].isupper() or change.text[0].isdigit()
        assert change.text.endswith(".")
