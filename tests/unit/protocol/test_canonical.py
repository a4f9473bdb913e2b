import json
from types import ModuleType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.canonical import DEEPEST_NESTING, LARGEST_INTEGER, canonical_bytes, parse_json
from symbolon.protocol.problems import MalformedMessage

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=30,
)


@given(VALUES)
def test_canonical_bytes_equal_those_of_the_reference_package(value):
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_written_is_read_back_equal(value):
    assert parse_json(canonical_bytes(value)) == value


@given(VALUES)
def test_any_spelling_of_a_value_has_the_same_canonical_bytes(value):
    spelled_out = json.dumps(value, ensure_ascii=True, indent=3).encode()
    assert canonical_bytes(parse_json(spelled_out)) == canonical_bytes(value)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_refused_with_the_domain_s_error(data):
    try:
        value = parse_json(data)
    except MalformedMessage:
        return
    assert parse_json(canonical_bytes(value)) == value


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_what_is_read_strictly_is_what_a_lenient_reader_reads(text):
    try:
        value = parse_json(text.encode())
    except MalformedMessage:
        return
    assert json.loads(text) == value


def test_each_malformed_document_is_refused(generator: ModuleType):
    for name, data in generator.REFUSED_INPUTS.items():
        with pytest.raises(MalformedMessage):
            pytest.fail(f"{name} was read as {parse_json(data)!r}")


def test_a_refusal_does_not_repeat_the_document():
    with pytest.raises(MalformedMessage) as refusal:
        parse_json(b'{"name": "Nok", "name": "Nok"')
    assert "Nok" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        LARGEST_INTEGER + 1,
        -LARGEST_INTEGER - 1,
        "\ud800",
        "a\0b",
        {"\udfff": 1},
        {"\0": 1},
        {1: "x"},
        (1, 2),
        b"bytes",
        {1, 2},
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_that_the_wire_does_not_have_are_not_written(value):
    with pytest.raises(MalformedMessage):
        canonical_bytes({"inside": [value]})


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}], ids=["lists", "objects"])
def test_nesting_is_taken_to_the_limit_and_no_deeper(wrap):
    value = wrap([])
    for _ in range(DEEPEST_NESTING - 2):
        value = wrap(value)
    assert parse_json(canonical_bytes(value)) == value
    with pytest.raises(MalformedMessage):
        canonical_bytes(wrap(value))
    with pytest.raises(MalformedMessage):
        parse_json(json.dumps(wrap(value)).encode())


def test_scalars_at_the_deepest_level_are_taken():
    value = "leaf"
    for _ in range(DEEPEST_NESTING):
        value = [value]
    assert parse_json(canonical_bytes(value)) == value
