"""Two epochs of the linkage key side by side: nothing is lost or doubled, and nothing of the old one stays."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.simulators.hub_members import LINKAGE_KEYS, SCHEMA_BYTES, SCHEMA_DIGEST, body_of, item, under_epoch

from symbolon.hub.bootstrap.commands import close_epoch, open_epoch
from symbolon.hub.domain.members import Standing
from symbolon.hub.errors import EpochNotOpen, EpochNotReady, NotPossible
from symbolon.hub.services import erase_closed_epochs
from symbolon.hub.services.open_epoch import Because, EpochDraft
from symbolon.matching.linkage_schema import schema_digest
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.epochs import references_digest
from symbolon.protocol.handling import Namespace
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import EpochErasureReceipt, SubmissionReceipt, WithdrawalReceipt
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.runtime.sql_loader import Query

_COUNT = Query(
    "count",
    "for a test",
    """
select (select count(*) from encoding where key_epoch = %(epoch)s)
     + (select count(*) from blind_record where key_epoch = %(epoch)s)
""",
)
ROUTINE = EpochDraft(None, Because.ROTATION)

pytestmark = pytest.mark.parametrize("comparison", ["open", "blind"])


def _open(bench: Any, asked: EpochDraft = ROUTINE) -> None:
    open_epoch(bench.hub)(asked)
    bench.co_sign("XA", "XB")


def _close(bench: Any, **other: Any) -> None:
    close_epoch(bench.hub)(1, **other)
    bench.co_sign("XA", "XB")


def _all_hold_the_key(bench: Any, epoch: int = 2) -> None:
    for member in bench.members.values():
        bench.api.note_epoch_progress(member.code, member.progress(epoch))


def _encodings(bench: Any, epoch: int) -> int:
    with bench.hub.database.transaction() as tx:
        return int(tx.fetch_value(_COUNT, epoch=epoch))


def _hits(bench: Any) -> int:
    return sum(state.hits for state in bench.hub.show_status()().hits_by_state)


def _problems(bench: Any, member: Any, *items: Any) -> list[Problem | None]:
    receipt = body_of(bench.submit(member, *items), SubmissionReceipt)
    return [outcome.problem for outcome in receipt.outcomes]


def _pair(bench: Any, person: Any) -> tuple[Any, Any]:
    """A record of Amara's and one of Belanu's of the same person, compared."""
    ours, theirs = item(person), item(person)
    bench.submit(bench.amara, ours)
    bench.submit(bench.belanu, theirs)
    assert bench.worker.find_matches() == 1
    return ours, theirs


# Opening


def test_encodings_of_an_epoch_are_taken_once_the_members_have_signed_it(bench: Any, person: Any) -> None:
    own = item(person)
    assert _problems(bench, bench.amara, own) == [None]
    open_epoch(bench.hub)(ROUTINE)
    assert _problems(bench, bench.amara, under_epoch(own, person, 2)) == [Problem.WRONG_KEY_EPOCH]
    bench.co_sign("XA", "XB")
    assert _problems(bench, bench.amara, under_epoch(own, person, 2)) == [None]
    assert AuditAct.EPOCH_OPENED in bench.acts()


def test_an_expulsion_and_a_new_epoch_are_one_proposal(bench: Any) -> None:
    _open(bench, EpochDraft(None, Because.EXPULSION, (MemberCode("XC"),)))
    assert bench.directory().version == 2
    assert [epoch.epoch for epoch in bench.directory().epochs] == [1, 2]
    with bench.hub.store.work() as work:
        assert work.members.find(MemberCode("XC")).standing is Standing.EXPELLED


def test_a_rehearsed_emergency_changes_nothing(bench: Any) -> None:
    asked = EpochDraft(None, Because.EXPULSION, (MemberCode("XC"),))
    outlook = open_epoch(bench.hub)(asked, dry_run=True)
    assert any("XC" in change for change in outlook.changes)
    assert any("Epoch 2" in change for change in outlook.changes)
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None
        assert work.members.find(MemberCode("XC")).standing is Standing.ACTIVE


def test_a_third_epoch_is_not_opened(bench: Any) -> None:
    _open(bench)
    with pytest.raises(NotPossible):
        open_epoch(bench.hub)(ROUTINE)


def test_an_epoch_may_bring_another_schema_and_both_are_matched_each_by_its_own(bench: Any, person: Any) -> None:
    ours, theirs = _pair(bench, person)
    content = json.dumps({**json.loads(SCHEMA_BYTES), "id": "symbolon-2027-1"}).encode()
    _open(bench, EpochDraft(content, Because.ROTATION))
    digest = schema_digest(content)
    assert bench.directory().newest_epoch.schema_digest == digest

    def newly(record: Any) -> Any:
        return replace(under_epoch(record, person, 2), schema_id="symbolon-2027-1", schema_digest=digest)

    wrong = replace(newly(ours), schema_digest=SCHEMA_DIGEST)
    assert _problems(bench, bench.amara, wrong) == [Problem.UNKNOWN_SCHEMA]
    assert _problems(bench, bench.amara, newly(ours)) == [None]
    assert _problems(bench, bench.belanu, newly(theirs)) == [None]
    assert bench.worker.find_matches() == 0
    third = item(person, key_epoch=2, schema_id="symbolon-2027-1", schema_digest=digest)
    assert _problems(bench, bench.cassor, third) == [None]
    assert bench.worker.find_matches() == 2


def test_a_schema_that_cannot_be_used_opens_nothing(bench: Any) -> None:
    with pytest.raises(NotPossible):
        open_epoch(bench.hub)(EpochDraft(b'{"id": "nonsense"}', Because.ROTATION))
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None


# Overlap


def test_a_record_that_is_encoded_again_changes_no_hit_and_makes_none_twice(bench: Any, person: Any) -> None:
    ours, theirs = _pair(bench, person)
    _open(bench)
    bench.acknowledge_all()
    bench.submit(bench.amara, under_epoch(ours, person, 2))
    bench.submit(bench.belanu, under_epoch(theirs, person, 2))
    assert bench.worker.find_matches() == 0
    assert _hits(bench) == 1
    assert bench.purposes(bench.amara) == bench.purposes(bench.belanu) == []


def test_records_under_different_epochs_alone_are_not_compared(bench: Any, person: Any) -> None:
    _open(bench)
    bench.submit(bench.amara, item(person, key_epoch=1))
    bench.submit(bench.belanu, item(person, key_epoch=2))
    assert bench.worker.find_matches() == 0


def test_a_newly_published_record_is_found_by_those_that_are_not_encoded_again_yet(bench: Any, person: Any) -> None:
    bench.submit(bench.amara, item(person))
    _open(bench)
    new = item(person)
    assert _problems(bench, bench.belanu, new, under_epoch(new, person, 2)) == [None, None]
    assert bench.worker.find_matches() == 1


def test_a_pair_that_only_the_new_epoch_shows_is_found_when_both_are_encoded_again(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    _open(bench)
    bench.submit(bench.belanu, item(person, key_epoch=2))
    assert bench.worker.find_matches() == 0
    bench.submit(bench.amara, under_epoch(own, person, 2))
    assert bench.worker.find_matches() == 1
    [alert] = bench.alerts(bench.belanu)
    assert alert.key_epoch == 2


def test_a_new_version_replaces_the_encodings_of_every_epoch(bench: Any, person: Any, somebody_else: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    _open(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    newer = item(somebody_else, reference=own.reference, version=2, key_epoch=2)
    assert _problems(bench, bench.amara, newer) == [None]
    assert (_encodings(bench, 1), _encodings(bench, 2)) == (0, 1)
    assert _problems(bench, bench.amara, under_epoch(newer, somebody_else, 1)) == [None]
    bench.submit(bench.belanu, item(person))
    assert bench.worker.find_matches() == 0


def test_a_withdrawal_erases_the_encodings_of_every_epoch(bench: Any, person: Any) -> None:
    own, _theirs = _pair(bench, person)
    _open(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    answer = bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(own.reference))
    [outcome] = body_of(answer, WithdrawalReceipt).outcomes
    assert (outcome.erased_encodings, outcome.hits_closed) == (2, 1)
    assert _problems(bench, bench.amara, under_epoch(own, person, 2)) == [Problem.STALE_VERSION]
    assert bench.told(bench.belanu) == [Event.WITHDRAWN]


def test_a_reclassification_during_the_overlap_holds_the_hit_once(bench: Any, person: Any) -> None:
    own, _theirs = _pair(bench, person)
    _open(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    newer = replace(item(person, reference=own.reference, version=2), namespace=Namespace.PROTECTED)
    assert _problems(bench, bench.amara, newer, under_epoch(newer, person, 2)) == [None, None]
    assert bench.told(bench.belanu) == [Event.HELD]


def test_what_is_compared_again_waits_behind_what_was_never_compared(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.worker.find_matches()
    _open(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    new = item(person)
    bench.submit(bench.belanu, new)
    with bench.hub.store.work() as work:
        first, _second = work.records.take_waiting(10, datetime.now(UTC))
        assert work.records.lock_handles([first])[first].reference == new.reference


# Progress and closing


def test_progress_is_kept_by_member_and_a_key_unlike_the_others_is_seen(bench: Any) -> None:
    _open(bench)
    for member in (bench.amara, bench.belanu):
        bench.api.note_epoch_progress(member.code, member.progress(2, total=9, encoded=4))
    bench.api.note_epoch_progress(bench.cassor.code, bench.cassor.progress(2, key=LINKAGE_KEYS[3]))
    with pytest.raises(EpochNotReady, match="XC holds another key"):
        close_epoch(bench.hub)(1)


def test_progress_in_an_epoch_that_is_not_open_is_refused(bench: Any) -> None:
    with pytest.raises(EpochNotOpen):
        bench.api.note_epoch_progress(bench.amara.code, bench.amara.progress(2))


def test_an_epoch_is_not_closed_while_a_record_is_encoded_under_it_alone(bench: Any, person: Any) -> None:
    own, _theirs = _pair(bench, person)
    _open(bench)
    _all_hold_the_key(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    with pytest.raises(EpochNotReady, match="XB has 0 of its 1 records"):
        close_epoch(bench.hub)(1)
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None


def test_closing_erases_every_old_encoding_and_leaves_every_hit(bench: Any, person: Any) -> None:
    own, theirs = _pair(bench, person)
    _open(bench)
    _all_hold_the_key(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    bench.submit(bench.belanu, under_epoch(theirs, person, 2))
    bench.worker.find_matches()
    _close(bench)
    assert bench.worker.erase_closed_epochs() == 2
    assert (_encodings(bench, 1), _encodings(bench, 2)) == (0, 2)
    bench.worker.refresh_index()
    assert bench.indexed() == 2
    assert _hits(bench) == 1
    bench.submit(bench.cassor, item(person, key_epoch=2))
    assert bench.worker.find_matches() == 2


def test_each_owner_gets_one_receipt_that_names_its_records(bench: Any, person: Any) -> None:
    ours = [item(person) for _ in range(3)]
    theirs = item(person)
    bench.submit(bench.amara, *ours)
    bench.submit(bench.belanu, theirs)
    _open(bench)
    _close(bench, leave_behind=True)
    bench.worker.erase_closed_epochs()
    bench.worker.erase_closed_epochs()
    [receipt] = bench.messages(bench.amara, EpochErasureReceipt)
    assert (receipt.epoch, receipt.erased_encodings, receipt.records) == (1, 3, 3)
    assert receipt.references_digest == references_digest([record.reference for record in ours])
    [other] = bench.messages(bench.belanu, EpochErasureReceipt)
    assert other.references_digest == references_digest([theirs.reference])
    assert bench.messages(bench.cassor, EpochErasureReceipt) == []
    assert bench.acts().count(AuditAct.EPOCH_ERASED) == 1


def test_erasure_goes_on_where_a_killed_worker_left_it(bench: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(erase_closed_epochs, "RECORDS_PER_RUN", 2)
    ours = [item(person) for _ in range(5)]
    bench.submit(bench.amara, *ours)
    _open(bench)
    _close(bench, leave_behind=True)
    with bench.hub.store.work() as work:
        assert bench.worker.erase_closed_epochs._run(work) == 2
    # Killed here, and started anew.
    another = bench.another_worker()
    assert another.erase_closed_epochs() == 3
    [receipt] = bench.messages(bench.amara, EpochErasureReceipt)
    assert receipt.references_digest == references_digest([record.reference for record in ours])


def test_many_workers_erase_at_once_and_each_owner_gets_one_receipt(bench: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(erase_closed_epochs, "RECORDS_PER_RUN", 2)
    bench.submit(bench.amara, *[item(person) for _ in range(7)])
    _open(bench)
    _close(bench, leave_behind=True)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: bench.worker.erase_closed_epochs(), range(4))) == 7
    assert len(bench.messages(bench.amara, EpochErasureReceipt)) == 1


def test_a_submission_that_races_with_the_closing_is_taken_before_it_or_refused_after_it(
    bench: Any, person: Any
) -> None:
    _open(bench)
    close_epoch(bench.hub)(1, leave_behind=True)
    bench.sign("XA")
    last = bench.belanu.approval(bench.proposal())
    batches = [bench.cassor.submission(item(person)) for _ in range(6)]
    with ThreadPoolExecutor(2) as pool:
        closing = pool.submit(bench.api.approve_directory, bench.belanu.code, last)
        receipts = [bench.api.accept_submission(bench.cassor.code, batch) for batch in batches]
        closing.result()
    taken = [body_of(receipt, SubmissionReceipt).outcomes[0].problem is None for receipt in receipts]
    assert taken == sorted(taken, reverse=True)
    bench.worker.erase_closed_epochs()
    assert _encodings(bench, 1) == 0
    assert _problems(bench, bench.cassor, item(person)) == [Problem.WRONG_KEY_EPOCH]
    if any(taken):
        [receipt] = bench.messages(bench.cassor, EpochErasureReceipt)
        assert receipt.erased_encodings == sum(taken)


def test_a_record_that_was_left_behind_is_compared_again_when_it_is_encoded_anew(bench: Any, person: Any) -> None:
    own, theirs = _pair(bench, person)
    _open(bench)
    bench.submit(bench.amara, under_epoch(own, person, 2))
    _close(bench, leave_behind=True)
    bench.worker.erase_closed_epochs()
    bench.submit(bench.cassor, item(person, key_epoch=2))
    assert bench.worker.find_matches() == 1
    bench.submit(bench.belanu, under_epoch(theirs, person, 2))
    assert bench.worker.find_matches() == 1
    assert _hits(bench) == 3


def test_a_record_withdrawn_while_its_epoch_is_erased_stands_in_one_receipt_only(bench: Any, person: Any) -> None:
    own = [item(person) for _ in range(2)]
    bench.submit(bench.amara, *own)
    _open(bench)
    _close(bench, leave_behind=True)
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(own[0].reference))
    bench.worker.erase_closed_epochs()
    [receipt] = bench.messages(bench.amara, EpochErasureReceipt)
    assert receipt.references_digest == references_digest([own[1].reference])


def test_an_epoch_change_while_submissions_go_on_finds_what_a_run_without_it_finds(bench: Any) -> None:
    people = [_somebody(number) for number in range(12)]
    records: dict[str, list[tuple[Any, Any]]] = {code: [] for code in bench.members}

    def publish(numbers: range, *epochs: int) -> None:
        for code, member in bench.members.items():
            for number in numbers:
                first, *others = epochs
                own = item(people[number], key_epoch=first)
                records[code].append((own, people[number]))
                bench.submit(member, own, *[under_epoch(own, people[number], epoch) for epoch in others])

    publish(range(4), 1)
    _open(bench)
    _all_hold_the_key(bench)
    published_before = {code: list(found) for code, found in records.items()}
    publish(range(4, 8), 1, 2)
    for code, found in published_before.items():
        bench.submit(bench.members[code], *[under_epoch(record, person, 2) for record, person in found])
        bench.worker.find_matches()
    _close(bench)
    publish(range(8, 12), 2)
    bench.worker.erase_closed_epochs()
    bench.worker.find_matches()
    # Twelve people, each at three states: three pairs for each.
    assert _hits(bench) == 36
    assert _encodings(bench, 1) == 0
    assert _encodings(bench, 2) == 36


def _somebody(number: int) -> Any:
    from symbolon.matching.identifier_types import BirthDate, Document, DocumentType, PersonName, RecordIdentifiers

    names = (
        "Anan",
        "Bopha",
        "Chanda",
        "Dewi",
        "Erlangga",
        "Farida",
        "Gayatri",
        "Hassan",
        "Indah",
        "Jaya",
        "Keo",
        "Lina",
    )
    return RecordIdentifiers(
        names=(PersonName(f"{names[number]} {names[-number]}wati"),),
        birth_date=BirthDate(1960 + number, 1 + number, 3 + number),
        documents=(Document(DocumentType.PASSPORT, "XAA", f"Q{number}93{number}45{number}"),),
    )


# The index


def test_removals_that_every_index_made_are_forgotten(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.worker.refresh_index()
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(own.reference))
    changes = Query("changes", "for a test", "select count(*) from index_change")
    bench.worker.tidy_up()
    with bench.hub.database.transaction() as tx:
        assert tx.fetch_value(changes) == 1
    bench.worker.refresh_index()
    bench.worker.tidy_up()
    with bench.hub.database.transaction() as tx:
        assert tx.fetch_value(changes) == 0


def test_an_index_that_missed_forgotten_removals_begins_anew(bench: Any, person: Any) -> None:
    from symbolon.hub.storage.open_comparator import OpenComparator

    if bench.operators is not None:
        pytest.skip("this is of the open comparator's own index")
    asleep = OpenComparator(bench.hub.linkage_schemas())
    own, stays = item(person), item(person)
    bench.submit(bench.amara, own, stays)
    with bench.hub.store.work() as work:
        asleep.refresh(work)
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(own.reference))
    bench.worker.refresh_index()
    bench.worker.tidy_up()
    with bench.hub.store.work() as work:
        asleep.refresh(work)
    assert len(asleep) == 1
