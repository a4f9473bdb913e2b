"""Two epochs side by side: published under both, encoded again behind what is new, told to the hub, and closed."""

from collections.abc import Collection
from uuid import uuid4

import pytest

from symbolon.hub.domain.directory_drafts import with_epoch, without_epoch
from symbolon.matching.linkage_schema import schema_digest
from symbolon.node.bootstrap.services import build_hub_services, build_services, schema_bytes
from symbolon.node.domain.import_report import ImportChoices
from symbolon.node.domain.reconciliation import HubLife, HubStep
from symbolon.node.domain.records import Publication
from symbolon.node.errors import NoLinkageKey, NoLinkageSchema
from symbolon.node.services import reencode_records
from symbolon.node.services.revise_record import RecordChange
from symbolon.node.storage.encodings import PostgresEncodings
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.epochs import references_digest
from symbolon.protocol.handling import SubjectCategory, Urgency
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import EpochErasureReceipt, Submission
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import RecordReference, new_incarnation_id

from .conftest import FOCAL_POINT, HEADER, NodeUnderTest, Pair

OTHER_SCHEMA = schema_bytes().replace(b'"symbolon-2026-2"', b'"symbolon-2026-3"')
ROWS = tuple(
    f"A-{number},C-1,Somchai Jaidee{'xyzuvw'[number]},1990-05-0{number + 1},suspect,all,," for number in range(6)
)


def open_epoch(pair: Pair, schema_id: str = "symbolon-2026-2", schema: bytes | None = None) -> None:
    """Epoch 2 comes into effect; its key is not here yet."""
    pair.hub.propose(with_epoch(schema_id, schema_digest(schema or schema_bytes())))
    pair.hub.co_sign()
    for node in (pair.xa, pair.xb):
        node.hub_services.refresh_directory()


def close_first_epoch(pair: Pair) -> None:
    pair.hub.propose(without_epoch(1))
    pair.hub.co_sign()
    pair.xa.hub_services.refresh_directory()


def bring_key(node: NodeUnderTest, epoch: int = 2) -> None:
    node.keys.add(LinkageKey.generate(epoch, bytes([epoch]) * 32))


def publish(pair: Pair, *rows: str) -> None:
    pair.xa.import_text("\n".join((HEADER, *rows, "")), choices=ImportChoices(revise_changed=True))
    pair.xa.services.publish_records(FOCAL_POINT)
    pair.xa.deliver()


def at_hub(pair: Pair, epoch: int) -> set[RecordReference]:
    return {reference for reference, each in pair.hub.encodings if each == epoch}


def reencode(pair: Pair) -> int:
    done = 0
    while step := pair.xa.services.reencode_records():
        done += step
        pair.xa.deliver()
    return done


def test_what_is_published_during_the_overlap_goes_out_under_both_keys(pair: Pair) -> None:
    open_epoch(pair)
    bring_key(pair.xa)
    publish(pair, *ROWS)
    assert len(at_hub(pair, 1)) == len(at_hub(pair, 2)) == len(ROWS)
    assert {pair.xa.record(f"A-{number}").publication for number in range(6)} == {Publication.PUBLISHED}
    batches = [each.read(Submission) for each in pair.hub.handed_in]
    assert all(len({item.reference for item in batch.items}) == len(batch.items) for batch in batches)
    assert len(batches) == 2


def test_before_the_new_key_is_here_records_go_out_under_the_old_one(pair: Pair) -> None:
    open_epoch(pair)
    publish(pair, ROWS[0])
    assert (len(at_hub(pair, 1)), len(at_hub(pair, 2))) == (1, 0)
    assert pair.xa.record("A-0").publication is Publication.PUBLISHED


def test_published_records_are_encoded_again_in_the_background(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(pair, *ROWS)
    open_epoch(pair)
    assert pair.xa.services.reencode_records() == 0
    bring_key(pair.xa)
    monkeypatch.setattr(reencode_records, "CHUNK", 4)
    assert reencode(pair) == len(ROWS)
    assert at_hub(pair, 2) == at_hub(pair, 1)
    assert {item.version for item in pair.hub.encodings.values()} == {1}
    assert [leaf["records"] for leaf in pair.xa.leaves(AuditAct.RECORDS_REENCODED)] == [4, 2]  # type: ignore[index]
    (standing,) = [each for each in pair.xa.services.show_status().epochs if each.epoch == 2]
    assert (standing.records_encoded, standing.records_total) == (6, 6)


def test_the_progress_says_how_fast_it_goes_and_how_long_the_rest_takes(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(pair, *ROWS)
    open_epoch(pair)
    bring_key(pair.xa)
    monkeypatch.setattr(reencode_records, "CHUNK", 2)

    def progress() -> tuple[int, int, int | None]:
        standing = pair.xa.services.show_status().epochs[1]
        return standing.records_encoded, standing.encoded_a_minute, standing.minutes_left

    assert progress() == (0, 0, None)
    pair.xa.services.reencode_records()
    pair.xa.deliver()
    assert progress() == (2, 2, 2)
    pair.draws.later(minutes=5)
    assert progress() == (2, 0, None)
    reencode(pair)
    assert progress() == (6, 4, 0)


def test_a_re_encoding_that_is_killed_goes_on_and_sends_nothing_twice(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(pair, *ROWS)
    open_epoch(pair)
    bring_key(pair.xa)
    monkeypatch.setattr(reencode_records, "CHUNK", 2)
    pair.xa.services.reencode_records()
    pair.hub.lose_answers = 1
    pair.xa.deliver()
    pair.xa.restart()
    pair.draws.later(minutes=2)
    pair.xa.deliver()
    assert reencode(pair) == 4
    sent = [(item.reference, item.key_epoch) for each in pair.hub.handed_in for item in each.read(Submission).items]
    under_the_new = [reference for reference, epoch in sent if epoch == 2]
    assert len(set(under_the_new)) == len(ROWS)
    # One batch was sent twice, as it was, because its answer was lost.
    assert len(under_the_new) == len(ROWS) + 2


def test_what_is_new_goes_before_what_is_encoded_again(pair: Pair) -> None:
    publish(pair, ROWS[0])
    open_epoch(pair)
    bring_key(pair.xa)
    pair.xa.import_text("\n".join((HEADER, ROWS[1], "")))
    pair.xa.services.publish_records(FOCAL_POINT)
    assert pair.xa.services.reencode_records() == 0
    pair.xa.deliver()
    assert pair.xa.services.reencode_records() == 1


def test_a_correction_during_the_overlap_supersedes_under_both_keys(pair: Pair) -> None:
    open_epoch(pair)
    bring_key(pair.xa)
    publish(pair, ROWS[0])
    pair.xa.services.revise_record(FOCAL_POINT, "A-0", RecordChange(urgency=Urgency.U1))
    pair.xa.deliver()
    reference = pair.xa.record("A-0").reference
    assert [pair.hub.encodings[reference, epoch].version for epoch in (1, 2)] == [2, 2]
    assert reencode(pair) == 0


def test_a_withdrawn_record_is_not_encoded_again(pair: Pair) -> None:
    publish(pair, *ROWS[:2])
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-0"])
    pair.xa.deliver()
    open_epoch(pair)
    bring_key(pair.xa)
    assert reencode(pair) == 1
    assert at_hub(pair, 2) == {pair.xa.record("A-1").reference}


def test_a_reclassified_record_leaves_the_hub_under_both_keys(pair: Pair) -> None:
    open_epoch(pair)
    bring_key(pair.xa)
    publish(pair, ROWS[0])
    pair.xa.services.revise_record(FOCAL_POINT, "A-0", RecordChange(category=SubjectCategory.VICTIM))
    pair.xa.deliver()
    assert pair.hub.encodings == {}
    assert reencode(pair) == 0


def test_a_refusal_under_one_epoch_does_not_refuse_a_record_that_the_hub_has_under_another(pair: Pair) -> None:
    publish(pair, ROWS[0])
    open_epoch(pair)
    bring_key(pair.xa)
    pair.hub.refusals[pair.xa.record("A-0").reference] = Problem.ENCODING_REFUSED
    reencode(pair)
    assert pair.xa.record("A-0").publication is Publication.PUBLISHED
    (standing,) = [each for each in pair.xa.services.show_status().epochs if each.epoch == 2]
    assert (standing.records_encoded, standing.records_refused) == (0, 1)
    assert reencode(pair) == 0


def test_a_record_that_is_refused_under_both_is_refused(pair: Pair) -> None:
    open_epoch(pair)
    bring_key(pair.xa)
    pair.xa.import_text("\n".join((HEADER, ROWS[0], "")))
    pair.hub.refusals[pair.xa.record("A-0").reference] = Problem.ENCODING_REFUSED
    pair.xa.services.publish_records(FOCAL_POINT)
    pair.xa.deliver()
    assert pair.xa.record("A-0").publication is Publication.REFUSED


def test_an_epoch_with_another_schema_is_encoded_with_that_schema(pair: Pair) -> None:
    schemas = (schema_bytes(), OTHER_SCHEMA)
    open_epoch(pair, "symbolon-2026-3", OTHER_SCHEMA)
    pair.xa.services = build_services(pair.xa.tools, schemas)
    pair.xa.hub_services = build_hub_services(pair.xa.tools, pair.xa.client, schemas)
    bring_key(pair.xa)
    publish(pair, ROWS[0])
    reference = pair.xa.record("A-0").reference
    items = [pair.hub.encodings[reference, epoch] for epoch in (1, 2)]
    assert [item.schema_id for item in items] == ["symbolon-2026-2", "symbolon-2026-3"]
    assert [item.schema_digest for item in items] == [schema_digest(schema) for schema in schemas]


def test_a_program_without_the_new_schema_goes_on_under_the_old_one_and_says_what_is_missing(pair: Pair) -> None:
    open_epoch(pair, "symbolon-2026-3", OTHER_SCHEMA)
    bring_key(pair.xa)
    publish(pair, ROWS[0])
    assert (len(at_hub(pair, 1)), len(at_hub(pair, 2))) == (1, 0)
    standings = {each.epoch: each.schema_here for each in pair.xa.services.show_status().epochs}
    assert standings == {1: True, 2: False}


def test_publishing_without_any_key_or_schema_says_which_one_is_missing(pair: Pair) -> None:
    pair.xa.import_text("\n".join((HEADER, ROWS[0], "")))
    (pair.xa.folder / "XA" / "keys" / "linkage-1").unlink()
    with pytest.raises(NoLinkageKey, match="ceremony status"):
        pair.xa.services.publish_records(FOCAL_POINT)
    pair.xa.services = build_services(pair.xa.tools, (OTHER_SCHEMA,))
    with pytest.raises(NoLinkageSchema, match="install the release"):
        pair.xa.services.publish_records(FOCAL_POINT)


def test_the_hub_is_told_how_far_the_node_is_and_only_when_that_changes(pair: Pair) -> None:
    publish(pair, *ROWS)
    open_epoch(pair)
    assert pair.xa.hub_services.report_progress() == 2
    assert pair.xa.hub_services.report_progress() == 0
    assert not pair.hub.progress[pair.xa.code, 2].key_held
    bring_key(pair.xa)
    reencode(pair)
    assert pair.xa.hub_services.report_progress() == 1
    told = pair.hub.progress[pair.xa.code, 2]
    assert (told.key_held, told.records_encoded, told.records_total) == (True, 6, 6)
    key = pair.xa.keys.find(2)
    assert key is not None
    assert told.key_check_value == key.check_value()


def test_a_closed_epoch_is_forgotten_and_what_was_queued_for_it_stays_here(pair: Pair) -> None:
    open_epoch(pair)
    bring_key(pair.xa)
    pair.xa.import_text("\n".join((HEADER, ROWS[0], "")))
    pair.xa.services.publish_records(FOCAL_POINT)
    close_first_epoch(pair)
    pair.xa.deliver()
    assert (len(at_hub(pair, 1)), len(at_hub(pair, 2))) == (0, 1)
    assert pair.xa.record("A-0").publication is Publication.PUBLISHED
    assert {row["epoch"] for row in pair.xa.rows("record_encoding")} == {2}
    assert {leaf["epoch"] for leaf in pair.xa.leaves(AuditAct.EPOCH_CLOSED)} == {1}  # type: ignore[index]


def test_what_was_queued_for_a_closed_epoch_alone_goes_out_under_the_next_once_its_key_is_here(pair: Pair) -> None:
    open_epoch(pair)
    pair.xa.import_text("\n".join((HEADER, ROWS[0], "")))
    pair.xa.services.publish_records(FOCAL_POINT)
    close_first_epoch(pair)
    assert pair.xa.record("A-0").publication is Publication.QUEUED
    assert reencode(pair) == 0
    bring_key(pair.xa)
    assert reencode(pair) == 1
    assert at_hub(pair, 2) == {pair.xa.record("A-0").reference}
    assert pair.xa.record("A-0").publication is Publication.PUBLISHED


def test_a_correction_that_was_on_its_way_when_its_epoch_was_closed_goes_out_under_the_next(pair: Pair) -> None:
    publish(pair, ROWS[0])
    open_epoch(pair)
    corrected = "\n".join((HEADER, ROWS[0].replace("1990", "1991"), ""))
    pair.xa.import_text(corrected, choices=ImportChoices(revise_changed=True))
    close_first_epoch(pair)
    bring_key(pair.xa)
    reencode(pair)
    record = pair.xa.record("A-0")
    assert (record.publication, record.hub_version) == (Publication.PUBLISHED, 2)
    assert at_hub(pair, 2) == {record.reference}


def test_a_record_that_the_hub_refuses_for_its_closed_epoch_is_encoded_again_under_the_next(pair: Pair) -> None:
    """The hub had the version that closes the epoch, and this node not yet."""
    open_epoch(pair)
    pair.xa.import_text("\n".join((HEADER, ROWS[0], "")))
    pair.xa.services.publish_records(FOCAL_POINT)
    reference = pair.xa.record("A-0").reference
    pair.hub.refusals[reference] = Problem.WRONG_KEY_EPOCH
    pair.xa.deliver()
    assert pair.xa.record("A-0").publication is Publication.QUEUED
    assert reencode(pair) == 0, "it is not tried under the same epoch for ever"
    pair.hub.refusals.clear()
    close_first_epoch(pair)
    bring_key(pair.xa)
    reencode(pair)
    assert at_hub(pair, 2) == {reference}


def test_an_idle_node_does_not_look_through_its_records_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(pair, *ROWS)
    open_epoch(pair)
    bring_key(pair.xa)
    reencode(pair)
    pair.xa.hub_services.report_progress()
    pair.xa.services.reencode_records()
    looked: list[str] = []
    for name in ("unencoded", "counts"):
        monkeypatch.setattr(PostgresEncodings, name, lambda *_a, name=name, **_k: looked.append(name))
    assert pair.xa.services.reencode_records() == 0
    assert pair.xa.hub_services.report_progress() == 0
    assert looked == []


@pytest.mark.parametrize("change", ["a directory", "a key", "a hub that forgot"])
def test_an_idle_node_looks_through_its_records_again_after(pair: Pair, change: str) -> None:
    publish(pair, *ROWS)
    if change == "a key":
        open_epoch(pair)
    assert pair.xa.services.reencode_records() == 0
    if change == "a directory":
        bring_key(pair.xa)
        open_epoch(pair)
    if change == "a key":
        bring_key(pair.xa)
    if change == "a hub that forgot":
        with pair.xa.unit_of_work.begin() as work:
            work.encodings.forget([pair.xa.record("A-0").reference])
            life = HubLife(new_incarnation_id(uuid4()), HubStep.SEND)
            work.reconciliation.note_hub_life(life, pair.draws.now())
    assert pair.xa.services.reencode_records() > 0


def receipt_for(pair: Pair, references: Collection[RecordReference]) -> None:
    receipt = EpochErasureReceipt(1, len(references), len(references), references_digest(references), pair.draws.now())
    pair.hub.deliver("XA", receipt)
    pair.xa.receive()


def through_an_epoch(pair: Pair) -> set[RecordReference]:
    """Publish under one epoch, move to the next, close the first; what the hub had under it."""
    publish(pair, *ROWS)
    open_epoch(pair)
    bring_key(pair.xa)
    reencode(pair)
    had = at_hub(pair, 1)
    close_first_epoch(pair)
    return had


def test_a_receipt_that_names_what_was_at_the_hub_agrees_and_the_epochs_key_is_thrown_away(pair: Pair) -> None:
    had = through_an_epoch(pair)
    assert pair.xa.keys.find(1) is not None, "kept until the receipt is in"
    receipt_for(pair, had)
    with pair.xa.unit_of_work.begin() as work:
        (kept,) = work.encodings.receipts()
    assert (kept.own_records, kept.agrees) == (len(had), True)
    assert pair.xa.keys.find(1) is None
    assert pair.xa.keys.find(2) is not None
    assert pair.xa.rows("closed_encoding") == []
    assert pair.xa.services.show_status().warnings == ()


@pytest.mark.parametrize("told", ["fewer", "as many others"])
def test_a_receipt_that_names_something_else_is_audited_and_shown(pair: Pair, told: str) -> None:
    had = sorted(through_an_epoch(pair))
    receipt_for(pair, had[1:] if told == "fewer" else [*had[1:], RecordReference(str(uuid4()))])
    (leaf,) = pair.xa.leaves(AuditAct.EPOCH_ERASED)
    assert leaf["agrees"] is False  # type: ignore[index]
    assert leaf["own_records"] == len(had)  # type: ignore[index]
    (warning,) = pair.xa.services.show_status().warnings
    assert "receipt for epoch 1" in warning
    assert "ask the hub's operator" in warning


def test_a_receipt_for_an_epoch_of_a_far_future_is_refused(pair: Pair) -> None:
    pair.hub.deliver("XA", EpochErasureReceipt(9, 0, 0, references_digest(()), pair.draws.now()))
    pair.xa.receive()
    assert [row["problem"] for row in pair.xa.rows("inbox_delivery")] == [Problem.WRONG_KEY_EPOCH]


def test_the_receipt_for_a_closed_epoch_is_kept_as_it_came(pair: Pair) -> None:
    publish(pair, ROWS[0])
    open_epoch(pair)
    receipt = EpochErasureReceipt(1, 1, 1, references_digest(at_hub(pair, 1)), pair.draws.now())
    pair.hub.deliver("XA", receipt)
    pair.xa.receive()
    with pair.xa.unit_of_work.begin() as work:
        assert work.encodings.receipts() == (), "it waits for the version that closes the epoch"
    close_first_epoch(pair)
    pair.xa.hub_services.receive_deliveries.retry_waiting()
    with pair.xa.unit_of_work.begin() as work:
        (kept,) = work.encodings.receipts()
    assert (kept.epoch, kept.erased_encodings, kept.records) == (1, 1, 1)
    assert b"epoch-erasure-receipt" in kept.envelope
    assert pair.xa.leaves(AuditAct.EPOCH_ERASED)
