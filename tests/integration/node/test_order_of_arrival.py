"""Records arrive in no order that somebody else may have; what is said of one record arrives in its own."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symbolon.node.domain.outbox import BatchEntry, OutboxKind
from symbolon.node.services import form_batch
from symbolon.node.services.form_batch import FormBatch
from symbolon.node.services.send_canaries import MOST_CANARIES
from symbolon.node.services.share_encodings import ShareEncodings
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.messages import Submission
from symbolon.protocol.references import RecordReference
from symbolon.runtime import certificates

from .blind_pairs import BlindPair, blind_pair
from .conftest import FOCAL_POINT, HEADER, NodeUnderTest, Pair

REGISTER = [f"A-{number:02},C-1,Somchai Jaidee,1990-05-{number + 1:02},suspect,all,," for number in range(24)]
SUBMISSION, WITHDRAWAL = OutboxKind.SUBMISSION, OutboxKind.WITHDRAWAL
Said = tuple[OutboxKind, int]


def publish_one_by_one(pair: Pair, rows: Sequence[str]) -> list[RecordReference]:
    """As somebody does who works through a sorted list, while nothing goes out."""
    for row in rows:
        pair.xa.import_text(f"{HEADER}\n{row}\n")
        pair.xa.services.publish_records(FOCAL_POINT)
    return [pair.xa.record(row.partition(",")[0]).reference for row in rows]


def arrived(pair: Pair) -> list[list[RecordReference]]:
    return [[item.reference for item in envelope.read(Submission).items] for envelope in pair.hub.handed_in]


def test_a_register_does_not_arrive_in_its_order(pair: Pair) -> None:
    register = publish_one_by_one(pair, REGISTER)
    pair.xa.deliver()
    (batch,) = arrived(pair)
    assert sorted(batch) == sorted(register)
    assert batch != register


def test_nor_do_its_batches(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_batch, "LARGEST_BATCH", 8)
    register = publish_one_by_one(pair, REGISTER)
    pair.xa.deliver()
    batches = arrived(pair)
    assert [len(batch) for batch in batches] == [8, 8, 8]
    assert sorted(chain.from_iterable(batches)) == sorted(register)
    # Each third of the register in its own batch, in whatever order within: a chance of one in 10 milliards.
    assert {frozenset(batch) for batch in batches} != {frozenset(register[at : at + 8]) for at in (0, 8, 16)}


@pytest.fixture
def blind(
    node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate
) -> Iterator[BlindPair]:
    with blind_pair(node_databases, tmp_path, authority) as pair:
        yield pair


def test_a_batch_is_formed_of_the_records_whose_tokens_were_obtained_for_it(
    blind: BlindPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_batch, "LARGEST_BATCH", MOST_CANARIES + 4)
    phones = [f"{row[:-1]}+6681234{number:04}," for number, row in enumerate(REGISTER[:12])]
    blind.xa.import_text("\n".join((HEADER, *phones, "")))
    blind.xa.services.publish_records(FOCAL_POINT)
    blind.xa.deliver()
    # One request for each batch: had the next try chosen others, they would have lacked theirs.
    assert [len(request.elements) for request in blind.operators.asked] == [4, 4, 4]


@pytest.fixture
def references(pair: Pair) -> list[RecordReference]:
    """Of records that are there; what waits of them was sent."""
    found = publish_one_by_one(pair, REGISTER[:4])
    pair.xa.deliver()
    return found


def sent_of(node: NodeUnderTest, said: Sequence[Said], references: Sequence[RecordReference]) -> list[list[int]]:
    """What is said of records, by number, goes out in these batches."""
    entries = [
        BatchEntry(kind, references[record], 1, canonical_bytes({"said": number}))
        for number, (kind, record) in enumerate(said)
    ]
    unused = Mock(spec=())
    form = FormBatch(node.unit_of_work, node.draws, Mock(spec=ShareEncodings), unused, unused)
    with node.unit_of_work.begin() as work:
        work.outbox.add_items(entries, node.draws.now())
    batches = []
    while batch := form():
        batches.append([item["said"] for item in parse_json(batch.body)["items"]])
    return batches


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.sampled_from(OutboxKind), st.integers(0, 3)), max_size=12))
def test_nothing_newer_overtakes(pair: Pair, references: list[RecordReference], said: list[Said]) -> None:
    """Of one record whatever was said before goes before; of a withdrawal and anything else, what was said before."""
    batches = sent_of(pair.xa, said, references)
    sent = [number for batch in batches for number in batch]
    assert sorted(sent) == list(range(len(said)))
    batch_of = {number: at for at, batch in enumerate(batches) for number in batch}
    for later, (kind, record) in enumerate(said):
        for earlier, (kind_before, record_before) in enumerate(said[:later]):
            if record == record_before:
                assert batch_of[earlier] < batch_of[later]
            if WITHDRAWAL in (kind, kind_before):
                assert sent.index(earlier) < sent.index(later)
