from hypothesis import given
from hypothesis import strategies as st

from symbolon.protocol.epochs import references_digest
from symbolon.protocol.references import new_record_reference

REFERENCES = st.lists(st.uuids().map(new_record_reference), max_size=5, unique=True)


@given(st.data(), REFERENCES)
def test_a_set_of_references_has_one_digest_in_whatever_order_and_however_often_they_come(data, references):
    reordered = data.draw(st.permutations(references))
    assert references_digest(reordered) == references_digest(references) == references_digest(references * 2)


@given(REFERENCES, REFERENCES)
def test_different_sets_of_references_have_different_digests(one, other):
    assert (references_digest(one) == references_digest(other)) == (set(one) == set(other))
