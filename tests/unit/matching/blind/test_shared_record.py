"""A record in a blind federation: the outline that all may see, the bundles of which one says nothing."""

import hashlib
import secrets
from collections.abc import Callable
from importlib import resources

import pytest

from symbolon.matching import identifiers as ids
from symbolon.matching.blind.errors import MalformedShare
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.shared_record import Outline, outline_of, share_bundles, shares_in
from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema

PERSON = ids.RecordIdentifiers(
    names=(ids.parse_person_name("Rahima Khatun"), ids.parse_person_name("রহিমা খাতুন")),
    birth_date=ids.parse_birth_date("1990-05-03"),
    documents=(ids.parse_document("AB1234567", "passport", "XA"),),
)


@pytest.fixture(scope="module")
def schema() -> LinkageSchema:
    package, name = DEFAULT_SCHEMA_RESOURCE
    return LinkageSchema.from_bytes(resources.files(package).joinpath(name).read_bytes())


@pytest.fixture(scope="module")
def encode(schema: LinkageSchema) -> Callable[[ids.RecordIdentifiers], EncodedRecord]:
    return RecordEncoder(schema, lambda label: hashlib.sha256(label.encode()).digest()).encode


def outlined(schema: LinkageSchema, record: EncodedRecord) -> Outline:
    values = {
        (kind, token): hashlib.sha256(b"value" + token).digest()[:16]
        for kind, tokens in record.tokens.items()
        for token in tokens
    }
    return outline_of(schema, record, values)


def test_an_outline_survives_its_bytes(schema: LinkageSchema, encode: Callable[..., EncodedRecord]) -> None:
    outline = outlined(schema, encode(PERSON))
    assert Outline.from_bytes(schema, outline.to_bytes()) == outline


def test_an_outline_holds_no_keyed_token_and_no_vector(
    schema: LinkageSchema, encode: Callable[..., EncodedRecord]
) -> None:
    record = encode(PERSON)
    told = outlined(schema, record).to_bytes()
    held = [
        each for values in (record.profiles, record.tokens, record.explanations) for v in values.values() for each in v
    ]
    assert held
    assert not any(each in told for each in held)


def test_any_two_bundles_give_the_vectors_back(schema: LinkageSchema, encode: Callable[..., EncodedRecord]) -> None:
    record = encode(PERSON)
    outline = outlined(schema, record)
    bundles = share_bundles(record, secrets.token_bytes)
    first, second = (shares_in(schema, outline, bundle) for bundle in bundles[:2])
    vectors = [vector for values in (record.profiles, record.explanations) for vs in values.values() for vector in vs]
    assert [place.bits for place in outline.places(schema)] == [len(vector) * 8 for vector in vectors]
    for place, vector in zip(outline.places(schema), vectors, strict=True):
        row = RowOfElements(RING_16, place.bits)
        one, other = row.read(first[place]), row.read(second[place])
        # a + r and a + rω give a: r(ω - 1) is their difference, and -(2 + ω)/3 the inverse of ω - 1... so a is
        # the value at 0 of the line: a = one - r with r = (other - one)/(ω - 1). Instead of dividing, (ω - 1)·a.
        left = row.minus(row.times_omega(row.embed(vector)), row.embed(vector))
        right = row.minus(row.times_omega(one), other)
        assert left == right


def test_one_bundle_is_different_each_time(encode: Callable[..., EncodedRecord]) -> None:
    record = encode(PERSON)
    assert share_bundles(record, secrets.token_bytes)[0] != share_bundles(record, secrets.token_bytes)[0]


@pytest.mark.parametrize("change", [b"", b"\x00"])
def test_a_bundle_of_another_length_is_refused(
    schema: LinkageSchema, encode: Callable[..., EncodedRecord], change: bytes
) -> None:
    record = encode(PERSON)
    bundle = share_bundles(record, secrets.token_bytes)[0]
    with pytest.raises(MalformedShare):
        shares_in(schema, outlined(schema, record), bundle + change if change else bundle[:-1])


def test_every_shorter_and_longer_outline_is_refused(
    schema: LinkageSchema, encode: Callable[..., EncodedRecord]
) -> None:
    told = outlined(schema, encode(PERSON)).to_bytes()
    for wrong in (*(told[:end] for end in range(len(told))), told + b"\x00"):
        with pytest.raises(MalformedShare):
            Outline.from_bytes(schema, wrong)


def test_more_vectors_than_the_schema_allows_are_refused(
    schema: LinkageSchema, encode: Callable[..., EncodedRecord]
) -> None:
    told = bytearray(outlined(schema, encode(PERSON)).to_bytes())
    told[1] = schema.max_names + 1
    with pytest.raises(MalformedShare):
        Outline.from_bytes(schema, bytes(told))


def test_an_outline_of_nothing_is_refused(schema: LinkageSchema) -> None:
    fixed = 1 + len(schema.profiles) + 2 * len(schema.explanations) + len(schema.token_kinds)
    with pytest.raises(MalformedShare):
        Outline.from_bytes(schema, b"\x01" + bytes(fixed - 1))
