"""Records and cases: listed, published, revised, withdrawn; cases in and out."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from symbolon.matching.errors import IdentifierError
from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.record_list import ListedRecord, RecordFilter, RecordOrder
from symbolon.node.domain.records import Publication
from symbolon.node.errors import InvalidDraft
from symbolon.node.services.revise_record import RecordChange
from symbolon.node.services.withdraw_records import WithdrawalReport
from symbolon.node.web.api.operations import Call, Operation, PageOf, page_of
from symbolon.protocol.canonical import EmbeddedObject
from symbolon.protocol.handling import ComparableWith, OffenceGroup, SubjectCategory, Urgency


@dataclass(frozen=True, slots=True)
class ChangeBody:
    """What is to change of a record; null stays as it is. ``identifiers`` takes the place of all there are."""

    local_id: str = field(repr=False)
    category: SubjectCategory | None = None
    offence_group: OffenceGroup | None = None
    urgency: Urgency | None = None
    review_date: date | None = None
    comparable_with: ComparableWith | None = None
    identifiers: EmbeddedObject = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SelectionBody:
    """Some records by their own ids, or all of a case that this client may know of."""

    local_ids: tuple[str, ...] = field(default=(), repr=False)
    case_id: str | None = field(default=None, repr=False)


def read_identifiers(value: EmbeddedObject) -> RecordIdentifiers:
    """Identifiers as the API writes them. Raises `InvalidDraft`; no cell is repeated."""
    try:
        return RecordIdentifiers.from_json(value)
    except IdentifierError as error:
        raise InvalidDraft(
            f"identifiers.{error.field}", f"identifiers.{error.field}: {error.what}; {error.what_to_do}."
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidDraft("identifiers", "identifiers: write them as an answer of this API shows them.") from None


def _list(call: Call) -> PageOf:
    params = call.params
    wanted = RecordFilter(
        publications=params.choices("publication", Publication),
        refused=params.truth("refused"),
        category_not_set=params.truth("category_not_set"),
        case_id=params.text("case") or None,
        review_before=params.day("review_before"),
        order=params.choice("sort", RecordOrder) or RecordOrder.LOCAL_ID,
    )
    lines = call.services.list_records(call.caller.actor, wanted)
    return page_of(lines, params, lambda line: str(line.reference))


def _revise(call: Call) -> dict[str, str]:
    body: ChangeBody = call.body
    change = RecordChange(
        category=body.category,
        offence_group=body.offence_group,
        urgency=body.urgency,
        review_date=body.review_date,
        comparable_with=body.comparable_with,
        identifiers=read_identifiers(body.identifiers) if body.identifiers else None,
    )
    call.services.known_records(call.caller.actor, (body.local_id,))
    effect = call.services.revise_record(call.caller.actor, body.local_id, change)
    return {"effect": effect.value}


def _publish(call: Call) -> dict[str, object]:
    body: SelectionBody = call.body
    known = call.services.known_records(call.caller.actor, body.local_ids, body.case_id)
    report = call.services.publish_records(call.caller.actor, known)
    without = tuple(local_id for local_id in report.without_category if local_id in known)
    return {"queued": report.queued, "refused": report.refused, "without_category": without}


def _withdraw(call: Call) -> WithdrawalReport:
    body: SelectionBody = call.body
    known = call.services.known_records(call.caller.actor, body.local_ids, body.case_id)
    return call.services.withdraw_records(call.caller.actor, known)


RECORDS: Final = (
    Operation(
        "GET",
        "/records",
        "List records",
        _list,
        gives=tuple[ListedRecord, ...],
        params={
            "publication": "How far they have come, commas between.",
            "refused": "true: refused ones alone.",
            "category_not_set": "true: those alone.",
            "case": "One case.",
            "review_before": "A day.",
            "sort": "local-id (usual), case, publication, review-date or changed.",
            "limit": "How many at once.",
            "cursor": "Where to go on.",
        },
        description="No identifier of a subject is in it; an export of a case holds them.",
    ),
    Operation(
        "POST",
        "/records/revise",
        "Revise a record",
        _revise,
        takes=ChangeBody,
        example={"local_id": "P-0001", "urgency": "U1"},
    ),
    Operation(
        "POST",
        "/records/publish",
        "Publish records",
        _publish,
        takes=SelectionBody,
        example={"case_id": "2026/118"},
    ),
    Operation(
        "POST",
        "/records/withdraw",
        "Withdraw records",
        _withdraw,
        takes=SelectionBody,
        example={"local_ids": ["P-0001"]},
    ),
)
