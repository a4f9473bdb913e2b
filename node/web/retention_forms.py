"""Forms about keeping records and answering data subjects, from text to what the services take."""

from datetime import date
from enum import StrEnum
from typing import TypeVar

from symbolon.matching.errors import IdentifierError
from symbolon.matching.identifiers import (
    Document,
    RecordIdentifiers,
    parse_birth_date,
    parse_document,
    parse_nationality,
    parse_person_name,
    parse_phone,
    parse_place,
    parse_sex,
)
from symbolon.node.domain.data_subjects import SubjectQuery
from symbolon.node.domain.retention import Due, RenewalReason, ReviewOrder, ReviewQuery, WithdrawalGround
from symbolon.node.errors import InvalidDraft
from symbolon.runtime.form_fields import FormFields

Choice = TypeVar("Choice", bound=StrEnum)


def parse_review_query(due: str = "", case: str = "", sort: str = "") -> ReviewQuery:
    """The query of the page's address; what it does not know counts as not said."""
    return ReviewQuery(
        due=Due(due) if due in set(Due) else Due.WITHIN_60,
        case_id=case.strip(),
        order=ReviewOrder(sort) if sort in set(ReviewOrder) else ReviewOrder.REVIEW_DATE,
    )


def read_renewal(fields: FormFields) -> tuple[date, RenewalReason, str]:
    """The new review date, why, and in words. Raises `InvalidDraft`."""
    return _day(fields, "until"), _choice(fields, "reason", RenewalReason), fields.text("text")


def read_withdrawal(fields: FormFields) -> tuple[WithdrawalGround, str]:
    """Why a record is taken back, and in words. Raises `InvalidDraft`."""
    return _choice(fields, "ground", WithdrawalGround), fields.text("words")


def read_subject_query(fields: FormFields) -> SubjectQuery:
    """Whom somebody asks about."""
    return SubjectQuery(
        local_id=fields.text("local_id"),
        name=fields.text("name"),
        birth_date=fields.text("birth_date"),
        document_number=fields.text("document_number"),
    )


def read_correction(fields: FormFields, known: RecordIdentifiers) -> RecordIdentifiers:
    """What the record is to say of its subject; kinds that the form does not ask for stay as they are.

    Raises `InvalidDraft` with the field that cannot be read.
    """
    languages = {name.text: name.language for name in known.names}
    field = "names"
    try:
        names = tuple(parse_person_name(line, languages.get(line)) for line in _lines(fields, "names"))
        field = "birth_date"
        born = fields.text("birth_date")
        birth_date = parse_birth_date(born) if born else None
        field = "nationality"
        nationality = fields.text("nationality")
        sex, place = fields.text("sex"), fields.text("place")
        nationality_read = parse_nationality(nationality) if nationality else None
        field = "sex"
        sex_read = parse_sex(sex) if sex else None
        field = "place"
        place_read = parse_place(place) if place else None
        field = "documents"
        documents = tuple(_document(line) for line in _lines(fields, "documents"))
        field = "phones"
        phones = tuple(parse_phone(line) for line in _lines(fields, "phones"))
    except IdentifierError as unreadable:
        raise InvalidDraft(field, f"{unreadable.what.capitalize()}: {unreadable.what_to_do}.") from unreadable
    return RecordIdentifiers(
        names=names,
        birth_date=birth_date,
        nationality=nationality_read,
        sex=sex_read,
        place=place_read,
        documents=documents,
        phones=phones,
        vessels=known.vessels,
        vehicles=known.vehicles,
        accounts=known.accounts,
        online_handles=known.online_handles,
    )


def fields_of_correction(known: RecordIdentifiers) -> dict[str, str]:
    """The form as it begins: what the record says now."""
    born = known.birth_date
    parts = [] if born is None else [f"{born.year:04d}", *(f"{each:02d}" for each in (born.month, born.day) if each)]
    return {
        "names": "\n".join(name.text for name in known.names),
        "birth_date": "-".join(parts),
        "nationality": "" if known.nationality is None else known.nationality.code,
        "sex": "" if known.sex is None else known.sex.code.value,
        "place": "" if known.place is None else known.place.text,
        "documents": "\n".join(
            " ".join(part for part in (each.type.value, each.issuer or "-", each.number) if part)
            for each in known.documents
        ),
        "phones": "\n".join(phone.e164 for phone in known.phones),
    }


def _document(line: str) -> Document:
    parts = line.split()
    if len(parts) < 3:
        return parse_document(parts[-1] if parts else "")
    kind, issuer, *number = parts
    return parse_document(" ".join(number), kind, "" if issuer == "-" else issuer)


def _lines(fields: FormFields, name: str) -> list[str]:
    return [line.strip() for line in fields.text(name).splitlines() if line.strip()]


def _choice(fields: FormFields, name: str, kind: type[Choice]) -> Choice:
    try:
        return kind(fields.text(name))
    except ValueError:
        raise InvalidDraft(name, "Choose one of these.") from None


def _day(fields: FormFields, name: str) -> date:
    try:
        return date.fromisoformat(fields.text(name))
    except ValueError:
        raise InvalidDraft(name, "Write the day as year-month-day, such as 2026-03-31.") from None
