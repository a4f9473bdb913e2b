"""Sections come back as they were written, however the stream between was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolon.runtime.backup_sections import BrokenSections, read_sections, write_section

SECTIONS = st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=100)), max_size=6)


@given(SECTIONS, st.integers(1, 50))
def test_sections_come_back_whatever_the_pieces_of_the_stream(sections, step):
    stream = b"".join(piece for name, content in sections for piece in write_section(name, (content,)))
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    assert [(name, b"".join(content)) for name, content in read_sections(pieces)] == sections


def test_a_stream_that_ends_in_a_section_is_refused():
    stream = b"".join(write_section("manifest", (b"content",)))
    with pytest.raises(BrokenSections):
        [b"".join(content) for _name, content in read_sections([stream[:-5]])]


def test_a_section_must_be_read_before_the_next():
    stream = b"".join(write_section("one", (b"1",))) + b"".join(write_section("two", (b"2",)))
    with pytest.raises(BrokenSections):
        [name for name, _content in read_sections([stream])]
