"""A bundle opens for its operator alone, and is believed only as its member signed it."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulators.signed_federation import SignedFederation

from symbolon.protocol.handling import ComparableWith, ComparisonMode, Namespace
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import SigningKey
from symbolon.protocol.membership_problems import RetiredKeyUsed
from symbolon.protocol.messages_membership import FederationDirectory, LinkageEpoch, MemberStanding, RetiredKey
from symbolon.protocol.problems import BadSignature, ProtocolError, UnsealFailed, WrongSender
from symbolon.protocol.references import MemberCode, RecordReference
from symbolon.protocol.share_sealing import (
    SEALED_LONGER,
    ShareContext,
    ShareSigner,
    ShareTerms,
    SignedShares,
    open_shares,
    seal_shares,
)

SCHEMA = sha256(b"schema").hexdigest()
MEMBERS = SignedFederation("test-federation", LinkageEpoch(1, "symbolon-2026-1", SCHEMA))
DIRECTORY = MEMBERS.newest
OPERATOR, OTHER = HybridSealingKey.generate(os.urandom(32)), HybridSealingKey.generate(os.urandom(32))
NOW = datetime(2026, 11, 22, 12, 0, 0, 123_000, tzinfo=UTC)
XA, XB = MemberCode("XA"), MemberCode("XB")
CONTEXT = ShareContext("test-federation", XA, 1, RecordReference("11111111-2222-4333-8444-555555555555"), 3, SCHEMA, 1)
TERMS = ShareTerms(Namespace.GENERAL, ComparableWith.only(XB), ("strict", "explain/name"))
BUNDLE = bytes(range(256)) * 4


def sealed(
    context: ShareContext = CONTEXT, terms: ShareTerms = TERMS, key: SigningKey = MEMBERS.keys["XA"], at: datetime = NOW
) -> bytes:
    return seal_shares(BUNDLE, OPERATOR.public, context, terms, ShareSigner(key, at))


def opened(
    what: bytes,
    context: ShareContext = CONTEXT,
    terms: ShareTerms = TERMS,
    directory: FederationDirectory = DIRECTORY,
) -> SignedShares:
    return open_shares(what, OPERATOR, context, terms, directory)


def with_member(code: MemberCode, **changes: object) -> FederationDirectory:
    """The directory, with something else said of one member."""
    members = tuple(
        replace(each, **changes) if each.code == code else each  # type: ignore[arg-type]  # any field, by its name
        for each in DIRECTORY.members
    )
    return replace(DIRECTORY, members=members)


def test_an_operator_opens_what_was_signed_and_sealed_for_it() -> None:
    found = opened(sealed())
    assert (found.bundle, found.signed_at) == (BUNDLE, NOW)
    assert len(sealed()) == len(BUNDLE) + SEALED_LONGER


def test_the_digest_is_of_what_was_signed_and_not_of_its_sealing() -> None:
    assert opened(sealed()).digest == opened(sealed()).digest
    later = sealed(at=NOW + timedelta(milliseconds=1))
    assert opened(later).digest != opened(sealed()).digest


@pytest.mark.parametrize(
    "changed",
    [
        {"federation": "another"}, {"sender": XB}, {"place": 2}, {"version": 4}, {"epoch": 2},
        {"reference": RecordReference("11111111-2222-4333-8444-555555555556")},
        {"schema_digest": sha256(b"laxer thresholds").hexdigest()},
    ],
)  # fmt: skip
def test_a_bundle_that_is_moved_does_not_open(changed: dict[str, object]) -> None:
    with pytest.raises(UnsealFailed):
        opened(sealed(), context=replace(CONTEXT, **changed))  # type: ignore[arg-type]  # any field, by its name


@pytest.mark.parametrize(
    "changed",
    [
        {"namespace": Namespace.PROTECTED}, {"comparable_with": ComparableWith(ComparisonMode.ALL)},
        {"vectors": ("explain/name", "strict")}, {"vectors": ("strict",)},
    ],
)  # fmt: skip
def test_a_hub_cannot_say_other_terms_than_the_member_signed(changed: dict[str, object]) -> None:
    with pytest.raises(BadSignature):
        opened(sealed(), terms=replace(TERMS, **changed))  # type: ignore[arg-type]  # any field, by its name


def test_a_hub_cannot_make_a_record_of_its_own_nor_of_another_member() -> None:
    strange = SigningKey.generate(os.urandom(32))
    for key in (strange, MEMBERS.keys["XB"]):
        with pytest.raises(BadSignature):
            opened(sealed(key=key))
    nobody = replace(CONTEXT, sender=MemberCode("XQ"))
    with pytest.raises(WrongSender):
        opened(sealed(context=nobody, key=strange), context=nobody)


def test_a_signature_of_one_operators_bundle_is_worth_nothing_at_another() -> None:
    elsewhere = replace(CONTEXT, place=2)
    with pytest.raises(UnsealFailed):
        open_shares(sealed(), OTHER, CONTEXT, TERMS, DIRECTORY)
    with pytest.raises(UnsealFailed):
        opened(sealed(context=elsewhere))


def test_a_retired_key_counts_for_what_it_signed_before_and_a_compromised_one_for_nothing() -> None:
    card = DIRECTORY.members[0].card
    renewed = replace(card, signing_key=SigningKey.generate(os.urandom(32)).public.to_bytes())
    retired = RetiredKey(card.signing_key, NOW)
    kept, compromised = with_member(XA, card=renewed, retired_keys=(retired,)), with_member(XA, card=renewed)
    before = sealed(at=NOW - timedelta(milliseconds=1))
    assert opened(before, directory=kept).bundle == BUNDLE
    with pytest.raises(RetiredKeyUsed):
        opened(sealed(), directory=kept)
    with pytest.raises(BadSignature):
        opened(before, directory=compromised)


def test_a_suspended_member_is_heard_for_what_it_signed_before_and_an_expelled_one_for_nothing() -> None:
    before = sealed(at=NOW - timedelta(milliseconds=1))
    suspended = with_member(XA, standing=MemberStanding.SUSPENDED, standing_since=NOW)
    assert opened(before, directory=suspended).bundle == BUNDLE
    with pytest.raises(WrongSender):
        opened(sealed(), directory=suspended)
    with pytest.raises(WrongSender):
        opened(before, directory=with_member(XA, standing=MemberStanding.EXPELLED, standing_since=NOW))


@given(at=st.integers(0, len(BUNDLE) + SEALED_LONGER - 1), bit=st.integers(0, 7))
def test_no_changed_bit_goes_unnoticed(at: int, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= 1 << bit
    with pytest.raises(ProtocolError):
        opened(bytes(changed))


SEALED = sealed()


@given(st.binary(max_size=200))
def test_whatever_else_was_sealed_is_refused_in_the_tree_of_the_protocol(plain: bytes) -> None:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    from symbolon.protocol.share_sealing import _info

    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    with pytest.raises(ProtocolError):
        opened(suite.encrypt(plain, OPERATOR.public.exchange_key(), info=_info(CONTEXT)))
