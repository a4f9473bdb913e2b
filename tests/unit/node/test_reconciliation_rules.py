"""What a restored node makes of what the hub holds of a record."""

from datetime import UTC, date, datetime

import pytest

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.reconciliation import REVISED_SINCE, after_restore, lost_rounds
from symbolon.node.domain.records import Publication, Record, RecordContent
from symbolon.protocol.handling import ComparableWith, OffenceGroup, RecordKind, SubjectCategory, Urgency
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages import KnownLedger, ReconciliationHit, ReconciliationRecord, VoteCustody
from symbolon.protocol.references import HitId, MemberCode, RecordReference

REFERENCE = RecordReference("11111111-1111-4111-8111-111111111111")
P = Publication
NOW = datetime(2031, 5, 4, tzinfo=UTC)


def record(publication: Publication, version: int) -> Record:
    content = RecordContent(
        local_id="A-1",
        case_id="C-1",
        kind=RecordKind.PERSON,
        category=SubjectCategory.SUSPECT,
        offence_group=OffenceGroup.SMUGGLING,
        urgency=Urgency.U2,
        review_date=None,
        comparable_with=ComparableWith.all_members(),
        identifiers=RecordIdentifiers(),
    )
    hub_version = version if publication is P.PUBLISHED else None
    return Record(REFERENCE, version, publication, content, date(2030, 1, 1), bytes(32), hub_version, None)


def at_hub(version: int, *, withdrawn: bool = False) -> ReconciliationRecord:
    return ReconciliationRecord(REFERENCE, version, () if withdrawn else (1,), withdrawn)


@pytest.mark.parametrize(
    ("here", "there", "publication", "version"),
    [
        (record(P.PUBLISHED, 2), at_hub(2, withdrawn=True), P.WITHDRAWN, 2),
        (record(P.UNPUBLISHED, 1), at_hub(1, withdrawn=True), P.WITHDRAWN, 1),
        (record(P.QUEUED, 1), at_hub(3, withdrawn=True), P.WITHDRAWN, 3),
        # Reclassified before the backup was made: it waits to be published again.
        (record(P.UNPUBLISHED, 3), at_hub(2, withdrawn=True), P.UNPUBLISHED, 3),
        # Queued for its next version after a withdrawal: that is still on its way.
        (record(P.QUEUED, 3), at_hub(2, withdrawn=True), P.QUEUED, 3),
        (record(P.UNPUBLISHED, 1), at_hub(1), P.PUBLISHED, 1),
        (record(P.QUEUED, 1), at_hub(1), P.PUBLISHED, 1),
        (record(P.PUBLISHED, 1), at_hub(1), P.PUBLISHED, 1),
        (record(P.WITHDRAWING, 1), at_hub(1), P.WITHDRAWING, 1),
        (record(P.QUEUED, 2), at_hub(1), P.QUEUED, 2),
        (record(P.PUBLISHED, 1), None, P.PUBLISHED, 1),
    ],
)
def test_a_record_is_brought_to_where_the_hub_has_it(here, there, publication, version):
    after = after_restore(here, there)
    assert (after.publication, after.version) == (publication, version)


def test_a_record_that_was_revised_since_keeps_the_hubs_version_and_says_that_its_content_is_older():
    after = after_restore(record(P.PUBLISHED, 1), at_hub(4))
    assert (after.publication, after.version, after.hub_version) == (P.PUBLISHED, 4, 4)
    assert after.refusal == REVISED_SINCE


def test_no_version_ever_goes_back():
    for publication in Publication:
        for here in range(1, 4):
            for there in range(1, 4):
                for withdrawn in (False, True):
                    before = record(publication, here)
                    after = after_restore(before, at_hub(there, withdrawn=withdrawn))
                    assert after.version >= here


def hit(custody: VoteCustody, number: int) -> ReconciliationHit:
    hit_id = HitId("22222222-2222-4222-8222-222222222222")
    ledger = KnownLedger(JointState.ALERTED, 1, NOW, number, 1, None, None, ())
    return ReconciliationHit(hit_id, REFERENCE, MemberCode("XB"), REFERENCE, ledger, custody, False, False)


@pytest.mark.parametrize(
    ("custody", "number", "rounds"),
    [
        (VoteCustody.NONE, 1, ()),
        (VoteCustody.NONE, 2, (1,)),
        (VoteCustody.LIES_AT_HUB, 1, (1,)),
        (VoteCustody.HANDED_OVER, 1, (1,)),
        (VoteCustody.LIES_AT_HUB, 2, (1, 2)),
    ],
)
def test_votes_that_are_out_and_not_here_are_lost(custody, number, rounds):
    assert lost_rounds(hit(custody, number), ()) == rounds
