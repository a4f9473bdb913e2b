"""Canaries of blind comparison: records of nobody that a node sends among its own."""

from collections import Counter
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.simulators.token_operators import PLACES

from symbolon.matching.blind.canaries import CanaryForm as Form
from symbolon.matching.blind.canaries import CanaryName, known_answer
from symbolon.matching.blind.ring import RING_16, RowOfElements
from symbolon.matching.blind.shared_record import Outline, shares_in
from symbolon.matching.similarity import reaches
from symbolon.node.services import send_canaries
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.messages import Canary, CanaryForm, Purpose, Submission, SubmissionItem
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import new_incarnation_id
from symbolon.runtime import certificates
from symbolon.runtime.sql_loader import Query

from .blind_pairs import SCHEMA, SOMCHAI, BlindPair, blind_pair
from .conftest import NodeUnderTest

ANONG = "A-2,C-1,Anong Srisai,1991-01-01,suspect,all,+66815550000,"
PROTECTED = "A-3,C-1,Anong Srisai,1991-01-01,victim,all,+66815550000,"
NUMBER_ALONE = "A-4,C-1,,,suspect,all,+66815559999,"
ALL_FORMS = {(0, form) for form in CanaryForm}


@pytest.fixture
def blind(
    node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate
) -> Iterator[BlindPair]:
    """Two nodes of a federation that compares blind, with the linkage key of its first epoch."""
    with blind_pair(node_databases, tmp_path, authority) as pair:
        yield pair


@pytest.fixture
def never_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of later records none is followed by a canary."""
    monkeypatch.setattr(send_canaries, "ONE_IN", 10**9)


@pytest.fixture
def always_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_canaries, "ONE_IN", 1)


def sent(pair: BlindPair) -> list[tuple[Canary, SubmissionItem]]:
    return list(pair.hub.canaries.values())


def vectors(pair: BlindPair, sender: NodeUnderTest, item: SubmissionItem) -> dict[str, list[bytes]]:
    """What three operators hold of an item, put together."""
    outline = Outline.from_bytes(SCHEMA, item.envelopes[0])
    shares = [shares_in(SCHEMA, outline, pair.opened(sender, item, place)) for place in PLACES]
    found: dict[str, list[bytes]] = {}
    for place in outline.places(SCHEMA):
        row = RowOfElements(RING_16, place.bits)
        one, other, third = (row.read(held[place]) for held in shares)
        found.setdefault(place.what, []).append(_bits(row, row.plus(row.plus(one, other), third)))
    return found


def _bits(row: RowOfElements, thrice: int) -> bytes:
    """The vector of which this is three times the row of elements."""
    pairs = {row.ring.elements_of_byte[byte][: 2 * row.ring.word_bytes]: byte for byte in range(4)}
    third = row.ring.third
    word = row.ring.word_bytes
    data = row.write(thrice)
    lanes = [
        (int.from_bytes(data[at : at + word], "little") * third % row.ring.modulus).to_bytes(word, "little")
        for at in range(0, len(data), word)
    ]
    bits = sum(pairs[lanes[at] + lanes[at + 1]] << at for at in range(0, len(lanes), 2))
    return bits.to_bytes(row.vector_bits // 8, "little")


@pytest.mark.usefixtures("never_followed")
def test_with_the_first_record_of_a_kind_go_three_canaries_and_with_the_next_none(blind: BlindPair) -> None:
    blind.xa.publish(SOMCHAI)
    assert {(canary.number, canary.form) for canary, _ in sent(blind)} == ALL_FORMS
    blind.xa.publish(ANONG.replace("Anong", "Malee"))
    first, *others = [each for each in blind.hub.handed_in if each.purpose is Purpose.SUBMISSION]
    assert len(first.read(Submission).canaries) == 3
    assert not any(each.read(Submission).canaries for each in others)
    assert len(blind.xa.rows("canary")) == 3


@pytest.mark.usefixtures("never_followed")
def test_records_that_meet_others_have_canaries_of_their_own(blind: BlindPair) -> None:
    blind.xa.publish(SOMCHAI)
    blind.xa.publish(PROTECTED)
    namespaces = Counter(item.namespace for _, item in sent(blind))
    assert set(namespaces.values()) == {3}
    assert len(namespaces) == 2


def test_a_canary_has_the_shape_of_a_record_beside_it(blind: BlindPair) -> None:
    reference = blind.xa.publish(SOMCHAI)
    record = blind.hub.live[reference]
    for _, item in sent(blind):
        assert [len(each) for each in item.envelopes] == [len(each) for each in record.envelopes]
        like, own = (Outline.from_bytes(SCHEMA, each.envelopes[0]) for each in (record, item))
        assert (own.profiles, own.explanations, own.whole) == (like.profiles, like.explanations, like.whole)
        assert {kind: len(values) for kind, values in own.tokens.items()} == {
            kind: len(values) for kind, values in like.tokens.items()
        }


@pytest.mark.usefixtures("never_followed")
def test_canaries_stand_at_any_place_of_a_batch(blind: BlindPair) -> None:
    places = set()
    for _ in range(40):
        with blind.xa.unit_of_work.begin() as work:
            work.canaries.forget_all_but([])
        blind.hub.canaries.clear()
        blind.xa.publish(SOMCHAI.replace("1990-05-03", f"1990-05-{1 + len(blind.hub.handed_in) % 28:02}"))
        batch = [each for each in blind.hub.handed_in if each.purpose is Purpose.SUBMISSION][-1].read(Submission)
        marked = {canary.reference for canary in batch.canaries}
        places.add(next(place for place, item in enumerate(batch.items) if item.reference not in marked))
    assert places == {0, 1, 2, 3}


@pytest.mark.usefixtures("always_followed")
def test_two_nodes_that_hold_one_linkage_key_make_canaries_that_fit_together(blind: BlindPair) -> None:
    for number in range(3):
        blind.xa.publish(SOMCHAI.replace("A-1", f"A-{number}").replace("Jaidee", f"Jaidee{'n' * number}"))
    mine = {each.reference: (each, item) for each, item in sent(blind)}
    blind.xb.publish(SOMCHAI.replace("A-1", "B-1"))
    theirs = [each for each in sent(blind) if each[0].reference not in mine]
    threshold = {profile.id: profile.threshold for profile in SCHEMA.profiles}
    seen = Counter[bool]()
    for one, item in mine.values():
        for other, against in theirs:
            expected = known_answer(*(CanaryName(each.number, Form(each.form.value)) for each in (one, other)))
            here, there = vectors(blind, blind.xa, item), vectors(blind, blind.xb, against)
            for what in here.keys() & there.keys() & threshold.keys():
                assert any(reaches(a, b, threshold[what]) for a in here[what] for b in there[what]) == expected
                seen[expected] += 1
    assert seen[True]
    assert seen[False]


@pytest.mark.usefixtures("always_followed")
def test_later_records_are_followed_by_canaries_of_any_number(blind: BlindPair) -> None:
    rows = (SOMCHAI.replace("A-1", f"A-{number}").replace("AA1234567", f"AA{number:07}") for number in range(24))
    for row in rows:
        blind.xa.publish(row)
    assert len(sent(blind)) == 24 + 3
    assert {canary.number for canary, _ in sent(blind)} == {0, 1, 2, 3}


def test_a_record_of_numbers_alone_takes_no_canary_along(blind: BlindPair) -> None:
    blind.xa.publish(NUMBER_ALONE)
    assert not sent(blind)


@pytest.mark.usefixtures("never_followed")
def test_a_canary_that_was_not_taken_goes_with_the_next_records(blind: BlindPair) -> None:
    blind.hub.refuse_canaries = Problem.ENCODING_REFUSED
    blind.xa.publish(SOMCHAI)
    assert len(blind.hub.live) == 1
    assert not blind.xa.rows("canary")
    blind.hub.refuse_canaries = None
    blind.xa.publish(SOMCHAI.replace("1990-05-03", "1990-05-04"))
    assert len(sent(blind)) == len(blind.xa.rows("canary")) == 3


def _erased(pair: BlindPair) -> None:
    with pair.xa.unit_of_work.begin() as work:
        work.canaries.forget(list(pair.hub.canaries))


def _closed(pair: BlindPair) -> None:
    with pair.xa.unit_of_work.begin() as work:
        work.canaries.forget_all_but([2])


def _restored(pair: BlindPair) -> None:
    pair.xa.hub_services.refresh_directory()
    pair.xa.hub_services.reconcile_with_hub()
    pair.hub.incarnation = new_incarnation_id(uuid4())
    pair.xa.hub_services.refresh_directory()
    with pytest.raises(Exception):  # noqa: B017  the simulated hub has no reconciliation
        pair.xa.hub_services.reconcile_with_hub()


@pytest.mark.parametrize("gone", [_erased, _closed, _restored])
@pytest.mark.usefixtures("never_followed")
def test_new_canaries_go_out_where_an_operator_erased_them_or_the_hub_was_restored(
    blind: BlindPair,
    gone: Callable[[Any], None],
) -> None:
    blind.xa.publish(SOMCHAI)
    gone(blind)
    assert not blind.xa.rows("canary")
    blind.xa.publish(SOMCHAI.replace("1990-05-03", "1990-05-04"))
    assert len(sent(blind)) == 6


def test_nothing_of_a_canary_is_among_the_node_s_records(blind: BlindPair) -> None:
    blind.xa.publish(SOMCHAI)
    references = {canary.reference for canary, _ in sent(blind)}
    assert references
    for table in ("record", "outbox_item", "record_encoding"):
        assert not [row for row in blind.xa.rows(table) if str(row["reference"]) in references]


def test_a_submission_that_waits_for_its_answer_when_the_node_is_renewed_has_no_canaries(blind: BlindPair) -> None:
    waiting = b'{"batch_id":"00000000-0000-4000-8000-000000000001","items":[]}'
    with blind.xa.database.transaction() as tx:
        tx.execute(
            Query(
                "wait",
                "for a test",
                "insert into outbox_batch (batch_id, kind, body, next_attempt_at, created_at)"
                " values (%(id)s, 'submission', %(body)s, now(), now())",
            ),
            id="00000000-0000-4000-8000-000000000001",
            body=waiting,
        )
        migration = resources.files("symbolon.node").joinpath("migrations/0019_canaries.sql").read_text()
        tx.execute(Query("renew", "for a test", migration[migration.index("update outbox_batch") :]))
    [row] = blind.xa.rows("outbox_batch")
    body = parse_json(bytes(row["body"]))  # type: ignore[call-overload]  # a bytea column
    assert from_wire(Submission, body).canaries == ()
