"""Keeping: reviews, renewals, withdrawals by a person, legal holds, purges; what data subjects may ask for."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from symbolon.node.domain.data_subjects import DataSubjectAct, ErasureReport, FoundRecord, LeafProof, SubjectQuery
from symbolon.node.domain.purges import PurgeLine
from symbolon.node.domain.retention import (
    Due,
    RecordReview,
    RenewalReason,
    ReviewLine,
    ReviewOrder,
    ReviewQuery,
    WithdrawalGround,
)
from symbolon.node.services.answer_data_subject import ExportForm
from symbolon.node.web.api.operations import Blob, Call, Operation, PageOf, page_of
from symbolon.node.web.api.records import read_identifiers
from symbolon.protocol.canonical import EmbeddedObject
from symbolon.protocol.references import RecordReference


@dataclass(frozen=True, slots=True)
class RenewalBody:
    """Until when a record is kept, and why."""

    until: date
    reason: RenewalReason
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WithdrawalBody:
    """Why a record is taken back."""

    ground: WithdrawalGround
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LegalHoldBody:
    """Lay a legal hold on a record, or lift it."""

    holds: bool
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentifiersBody:
    """All identifiers of a record as they are to be."""

    identifiers: EmbeddedObject = field(repr=False)


def _reference(call: Call) -> RecordReference:
    found: RecordReference = call.path["reference"]
    return found


def _reviews(call: Call) -> PageOf:
    query = ReviewQuery(
        call.params.choice("due", Due) or Due.WITHIN_60,
        call.params.text("case"),
        call.params.choice("sort", ReviewOrder) or ReviewOrder.REVIEW_DATE,
    )
    lines = call.services.desk.retention.list_reviews(call.caller.actor, query)
    return page_of(lines, call.params, lambda line: str(line.reference))


def _purges(call: Call) -> PageOf:
    lines = call.services.desk.retention.list_purges(call.caller.actor)
    return page_of(lines, call.params, lambda line: str(line.purge_id))


def _export(call: Call) -> Blob:
    form = call.params.choice("form", ExportForm) or ExportForm.JSON
    content = call.services.desk.retention.export_data_subject(call.caller.actor, _reference(call), form)
    media_type, ending = ("application/json", "json") if form is ExportForm.JSON else ("text/plain", "txt")
    return Blob(content, media_type, f"data-subject-{_reference(call)}.{ending}")


def _correct(call: Call) -> dict[str, str]:
    identifiers = read_identifiers(call.body.identifiers)
    effect = call.services.desk.retention.correct_data_subject(call.caller.actor, _reference(call), identifiers)
    return {"effect": effect.value}


_PAGING: Final = {"limit": "How many at once.", "cursor": "Where to go on."}
_REVIEW: Final = "/reviews/{reference}"
_SUBJECT: Final = "/data-subjects/{reference}"

RETENTION: Final = (
    Operation(
        "GET",
        "/reviews",
        "List records to be reviewed",
        _reviews,
        gives=tuple[ReviewLine, ...],
        params={
            "due": "within-60 (usual), within-30, within-7, overdue, on-hold or all.",
            "case": "One case.",
            "sort": "review-date (usual), local-id, case or publication.",
            **_PAGING,
        },
    ),
    Operation(
        "GET",
        _REVIEW,
        "Show a record's reviews",
        lambda call: call.services.desk.retention.show_review(call.caller.actor, _reference(call)),
        gives=RecordReview,
    ),
    Operation(
        "POST",
        f"{_REVIEW}/renew",
        "Keep a record longer",
        lambda call: call.services.desk.retention.renew_record(
            call.caller.actor, _reference(call), call.body.until, call.body.reason, call.body.text
        ),
        takes=RenewalBody,
        example={"until": "2027-03-01", "reason": "investigation-goes-on", "text": "The trial begins in May."},
    ),
    Operation(
        "POST",
        f"{_REVIEW}/withdraw",
        "Take a record back",
        lambda call: call.services.desk.retention.withdraw_record(
            call.caller.actor, _reference(call), call.body.ground, call.body.text
        ),
        takes=WithdrawalBody,
        example={"ground": "no-longer-needed", "text": "The case is closed."},
    ),
    Operation(
        "POST",
        f"{_REVIEW}/legal-hold",
        "Lay a legal hold on a record, or lift it",
        lambda call: call.services.desk.retention.set_legal_hold(
            call.caller.actor, _reference(call), holds=call.body.holds, reason=call.body.reason
        ),
        takes=LegalHoldBody,
        example={"holds": True, "reason": "Order of the district court."},
    ),
    Operation(
        "GET",
        "/purges",
        "List who has purged, and who is overdue",
        _purges,
        gives=tuple[PurgeLine, ...],
        params=_PAGING,
    ),
    Operation(
        "POST",
        "/data-subjects/search",
        "Find what is held about a person",
        lambda call: call.services.desk.retention.find_data_subject(call.caller.actor, call.body),
        takes=SubjectQuery,
        gives=tuple[FoundRecord, ...],
        example={"local_id": "P-0001"},
        description="A POST, so that nobody's name stands in an address or a log.",
    ),
    Operation(
        "GET",
        "/data-subjects",
        "List what was done for data subjects",
        lambda call: call.services.desk.retention.list_data_subject_acts(call.caller.actor),
        gives=tuple[DataSubjectAct, ...],
    ),
    Operation(
        "GET",
        f"{_SUBJECT}/export",
        "Export all that is held about a record",
        _export,
        params={"form": "json (usual) or text."},
    ),
    Operation(
        "GET",
        f"{_SUBJECT}/proofs",
        "Show what the log proves about a record",
        lambda call: call.services.desk.retention.list_data_subject_acts.proofs(call.caller.actor, _reference(call)),
        gives=tuple[LeafProof, ...],
    ),
    Operation(
        "POST",
        f"{_SUBJECT}/correct",
        "Correct a record's identifiers",
        _correct,
        takes=IdentifiersBody,
        example={"identifiers": {"names": [{"text": "Somchai Jaidee", "language": "th"}]}},
    ),
    Operation(
        "POST",
        f"{_SUBJECT}/erase",
        "Erase all that is held about a record",
        lambda call: call.services.desk.retention.erase_data_subject(call.caller.actor, _reference(call)),
        gives=ErasureReport,
    ),
)
