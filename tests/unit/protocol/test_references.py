from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol import references
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import (
    HUB,
    PARSERS,
    KeyId,
    MemberCode,
    parse_ceremony_id,
    parse_key_id,
    parse_member_code,
)

UUID_NAMES = [
    "record_reference",
    "hit_id",
    "batch_id",
    "message_id",
    "delivery_id",
    "request_id",
    "leaf_id",
    "incarnation_id",
]


@pytest.mark.parametrize("name", UUID_NAMES)
@given(drawn=st.uuids())
def test_a_new_id_is_taken_back(name, drawn):
    made = getattr(references, f"new_{name}")(drawn)
    assert getattr(references, f"parse_{name}")(made) == made


@pytest.mark.parametrize("name", UUID_NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "00000000-0000-4000-8000-00000000000A",
        "{00000000-0000-4000-8000-000000000001}",
        "00000000000040008000000000000001",
        "00000000-0000-4000-8000-000000000001\n",
        " 00000000-0000-4000-8000-000000000001",
        "٠0000000-0000-4000-8000-000000000001",
    ],
)
def test_another_spelling_of_an_id_is_refused_and_not_repeated(name, text):
    with pytest.raises(MalformedMessage) as refusal:
        getattr(references, f"parse_{name}")(text)
    assert not text.strip() or text.strip() not in str(refusal.value).split()


@pytest.mark.parametrize("text", ["XA", "XAB", "hub"])
def test_a_member_code_is_two_or_three_capitals_or_the_hub(text):
    assert parse_member_code(text) == text


@pytest.mark.parametrize("text", ["", "X", "XABC", "xa", "XA\n", "X1", "ХА", "HUB", "Hub"])
def test_another_spelling_of_a_member_code_is_refused(text):
    with pytest.raises(MalformedMessage):
        parse_member_code(text)


@pytest.mark.parametrize("text", ["", "0" * 15, "0" * 17, "G" * 16, "A" * 16, "0" * 16 + "\n"])
def test_another_spelling_of_a_key_id_is_refused(text):
    with pytest.raises(MalformedMessage):
        parse_key_id(text)


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n"])
def test_another_spelling_of_a_ceremony_id_is_refused(text):
    with pytest.raises(MalformedMessage):
        parse_ceremony_id(text)


def test_the_codec_has_a_parser_for_every_type_of_reference():
    named = {value for value in vars(references).values() if getattr(value, "__supertype__", None) is str}
    assert named == set(PARSERS)
    assert {MemberCode, KeyId} < named
    assert HUB == "hub"


def test_the_makers_take_the_uuid_as_it_was_drawn():
    assert references.new_hit_id(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"
