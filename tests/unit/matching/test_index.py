import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from tests.thoroughness import examples

from symbolon.matching.encoded_record import EncodedRecord
from symbolon.matching.index import CandidatePair, EncodingIndex, TokenMatch, warm_up
from symbolon.matching.linkage_schema import (
    DEFAULT_SCHEMA_RESOURCE,
    LinkageSchema,
)
from symbolon.matching.scoring import profile_score

FULL, YEAR, PLACE = "name-birth-date", "name-birth-year-nationality", "name-nationality-place"


def vector(seed: int, noise: int = 0) -> bytes:
    """Vectors of one seed are alike; noise takes that many of some 250 bits away."""
    bits = np.random.default_rng(seed).random(1024) < 0.25
    places = np.flatnonzero(bits)
    bits[np.random.default_rng([seed, noise]).permutation(places)[:noise]] = False
    return np.packbits(bits).tobytes()


def record(profiles: dict[str, tuple[bytes, ...]], tokens: dict[str, tuple[bytes, ...]] | None = None) -> EncodedRecord:
    schema = _schema()
    return EncodedRecord(
        profiles={profile.id: profiles.get(profile.id, ()) for profile in schema.profiles},
        explanations=dict.fromkeys(schema.explanations, ()),
        tokens={kind: (tokens or {}).get(kind, ()) for kind in schema.token_kinds},
    )


def _schema() -> LinkageSchema:
    from importlib import resources

    package, name = DEFAULT_SCHEMA_RESOURCE
    return LinkageSchema.from_bytes(resources.files(package).joinpath(name).read_bytes())


@pytest.fixture
def index(schema: LinkageSchema) -> EncodingIndex:
    return EncodingIndex(schema)


def test_alike_records_are_found_in_the_partitions_asked_for(index: EncodingIndex) -> None:
    index.add("XB", 2, record({FULL: (vector(1, 10),)}))
    index.add("XC", 3, record({FULL: (vector(1, 20),)}))
    query = {1: record({FULL: (vector(1),)})}
    assert index.scan(query, ["XB"]) == [CandidatePair(1, 2)]
    assert set(index.scan(query, ["XB", "XC", "XX"])) == {CandidatePair(1, 2), CandidatePair(1, 3)}
    assert index.scan(query, []) == []


def test_a_record_never_meets_itself(index: EncodingIndex) -> None:
    encoded = record({FULL: (vector(1),)}, {"phone": (bytes(16),)})
    index.add("XA", 1, encoded)
    assert index.scan({1: encoded}, ["XA"]) == []
    assert index.lookup_tokens({1: encoded}, ["XA"]) == []


def test_a_pair_with_several_names_is_found_once(index: EncodingIndex) -> None:
    index.add("XB", 2, record({FULL: (vector(1), vector(1, 5), vector(9))}))
    assert index.scan({1: record({FULL: (vector(1), vector(1, 3))})}, ["XB"]) == [CandidatePair(1, 2)]


def test_a_weaker_profile_never_overrules_the_first_that_both_fill(index: EncodingIndex) -> None:
    index.add("XB", 2, record({FULL: (vector(2),), YEAR: (vector(7),)}))
    index.add("XB", 3, record({YEAR: (vector(7),)}))
    query = {1: record({FULL: (vector(1),), YEAR: (vector(7),)})}
    assert index.scan(query, ["XB"]) == [CandidatePair(1, 3)]


def test_records_without_a_profile_in_common_are_not_compared(index: EncodingIndex) -> None:
    index.add("XB", 2, record({FULL: (vector(1),)}))
    assert index.scan({1: record({PLACE: (vector(1),)})}, ["XB"]) == []


def test_tokens_are_found_by_kind_and_partition(index: EncodingIndex) -> None:
    index.add("XB", 2, record({}, {"phone": (b"p" * 16,), "document_ocr": (b"d" * 16,)}))
    index.add("XC", 3, record({}, {"account": (b"p" * 16,)}))
    query = {1: record({}, {"phone": (b"p" * 16, b"q" * 16), "document_ocr": (b"d" * 16,)})}
    assert set(index.lookup_tokens(query, ["XB", "XC"])) == {
        TokenMatch(1, 2, "phone"),
        TokenMatch(1, 2, "document_ocr"),
    }


def test_a_removed_record_is_gone_at_once_and_counted(index: EncodingIndex) -> None:
    encoded = record({FULL: (vector(1), vector(2)), YEAR: (vector(3),)}, {"phone": (b"p" * 16,)})
    index.add("XB", 2, encoded)
    assert index.remove(2) == 4
    assert index.remove(2) == 0
    assert index.scan({1: encoded}, ["XB"]) == []
    assert index.lookup_tokens({1: encoded}, ["XB"]) == []
    assert 2 not in index
    assert len(index) == 0


def test_the_row_of_a_removed_record_serves_another(index: EncodingIndex) -> None:
    index.add("XB", 2, record({FULL: (vector(1),)}))
    index.remove(2)
    index.add("XB", 3, record({FULL: (vector(5),)}))
    assert index.scan({1: record({FULL: (vector(5),)})}, ["XB"]) == [CandidatePair(1, 3)]


def test_a_handle_is_added_once(index: EncodingIndex) -> None:
    index.add("XB", 2, record({FULL: (vector(1),)}))
    with pytest.raises(ValueError, match="already"):
        index.add("XC", 2, record({FULL: (vector(1),)}))


def test_an_index_grows_past_its_first_capacity(index: EncodingIndex) -> None:
    for handle in range(700):
        index.add("XB", handle, record({FULL: (vector(handle),)}))
    queries = {10_000 + handle: record({FULL: (vector(handle, 8),)}) for handle in range(0, 700, 13)}
    assert set(index.scan(queries, ["XB"])) == {CandidatePair(query, query - 10_000) for query in queries}


def test_warming_up_scans_without_error(schema: LinkageSchema) -> None:
    warm_up(schema)


class IndexBesideAPlainList(RuleBasedStateMachine):
    """Whatever is added and removed, a scan finds exactly the pairs that the scoring of each pair says."""

    partitions = st.sampled_from(["XB", "XC", "XD"])
    encodings = st.builds(
        lambda fills, seed, noise: record({profile: (vector(seed + place, noise),) for place, profile in fills}),
        st.sets(st.sampled_from(list(enumerate([FULL, YEAR, PLACE])))),
        st.integers(0, 3),
        st.integers(0, 90),
    )

    def __init__(self) -> None:
        super().__init__()
        self.schema = _schema()
        self.index = EncodingIndex(self.schema)
        self.held: dict[int, tuple[str, EncodedRecord]] = {}

    @rule(partition=partitions, encoding=encodings)
    def add(self, partition: str, encoding: EncodedRecord) -> None:
        handle = max(self.held, default=0) + 1
        self.index.add(partition, handle, encoding)
        self.held[handle] = (partition, encoding)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.held:
            handle = data.draw(st.sampled_from(sorted(self.held)))
            del self.held[handle]
            self.index.remove(handle)

    @rule(encoding=encodings, scope=st.sets(partitions))
    def scan(self, encoding: EncodedRecord, scope: set[str]) -> None:
        expected = {
            CandidatePair(-1, handle)
            for handle, (partition, held) in self.held.items()
            if partition in scope and (score := profile_score(self.schema, encoding, held)) and score.is_match
        }
        assert set(self.index.scan({-1: encoding}, scope)) == expected


TestIndexBesideAPlainList = IndexBesideAPlainList.TestCase
TestIndexBesideAPlainList.settings = settings(max_examples=examples(30), stateful_step_count=25, deadline=None)
