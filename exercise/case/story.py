"""The Lantern case: what each of the three states happens to hold of it (README.md beside this module tells it).

The three CSV files are written from these records by `symbolon.exercise.state_files`. Which of them belong together is
not said here: that is kept apart, in truth.json.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from symbolon.exercise.fiction import (
    AMARA,
    BELANU,
    CASSOR,
    FictionalDate,
    FictionalRecord,
    FictionalVessel,
    imo_number,
)
from symbolon.exercise.invention import Identity, full_date
from symbolon.exercise.names import Language, NameWord, name_list
from symbolon.protocol.handling import ComparableWith, OffenceGroup, RecordKind, SubjectCategory, Urgency
from symbolon.protocol.references import MemberCode


def _named(language: Language, given: str, family: str, sex: str, born: date) -> Identity:
    names = name_list(language)
    return Identity(language, _word(names.given(sex), given), _word(names.family, family), sex, born)


def _word(words: tuple[NameWord, ...], romanised: str) -> NameWord:
    return next(word for word in words if romanised in word.romanisations)


RECRUITER: Final = _named(Language.THAI, "Somchai", "Sisuk", "M", date(1979, 3, 14))
BROKER: Final = _named(Language.BENGALI, "Rafiqul", "Islam", "M", date(1984, 11, 2))
COURIER: Final = _named(Language.MALAY, "Hafiz", "Sulaiman", "M", date(1991, 7, 23))
OVERSEER: Final = _named(Language.BURMESE, "Min Thant", "Hlaing", "M", date(1975, 12, 5))
VICTIM: Final = _named(Language.THAI, "Rattana", "Saithong", "F", date(2001, 8, 19))
CHILD: Final = _named(Language.BENGALI, "Nasrin", "Hossain", "F", date(2010, 5, 6))
REFUGEE: Final = _named(Language.BURMESE, "Khin Myint", "Htet Aung", "F", date(1988, 1, 30))
CAST: Final = (RECRUITER, BROKER, COURIER, OVERSEER, VICTIM, CHILD, REFUGEE)

COURIER_PASSPORT: Final = "KO8150127"
COURIER_PASSPORT_MISREAD: Final = "K08I5O127"
SHARED_PHONE: Final = "+447700900142"
SHIP_IMO: Final = imo_number(218_473)
VAN_PLATE: Final = "NBK 4471"
WAGES_ACCOUNT: Final = "GL004477112093"
JOBS_HANDLE: Final = "golden_lantern_jobs"

_LANTERN: Final = FictionalRecord(
    local_id="",
    case_id="",
    kind=RecordKind.PERSON,
    category=SubjectCategory.SUSPECT,
    urgency=Urgency.U2,
    review_date=date(2034, 6, 30),
)


def _amara() -> tuple[FictionalRecord, ...]:
    file = replace(_LANTERN, case_id="AM-LANTERN")
    return (
        replace(
            file, local_id="AM-0101", native_name=RECRUITER.native_name, born=full_date(RECRUITER.born),
            nationality="XA", sex="M", place="ท่าเรือมณี", offence_group=OffenceGroup.TRAFFICKING_SEXUAL,
        ),
        replace(
            file, local_id="AM-0102", native_name=VICTIM.native_name, born=full_date(VICTIM.born), nationality="XA",
            sex="F", place="บ้านดอนแก้ว", category=SubjectCategory.VICTIM, urgency=Urgency.U1,
            offence_group=OffenceGroup.TRAFFICKING_SEXUAL,
        ),
        replace(
            file, local_id="AM-0103", latin_name=OVERSEER.romanised(0), born=full_date(OVERSEER.born),
            nationality="XC", sex="M",
        ),
        replace(file, local_id="AM-0104", kind=RecordKind.PHONE, phone=SHARED_PHONE),
        replace(
            file, local_id="AM-0105", kind=RecordKind.VESSEL, vessel=FictionalVessel("Andaman Pearl", SHIP_IMO),
            offence_group=OffenceGroup.SMUGGLING,
        ),
        replace(file, local_id="AM-0106", kind=RecordKind.VEHICLE, plate=VAN_PLATE, plate_state="XB"),
        replace(
            file, local_id="AM-0107", kind=RecordKind.ONLINE_HANDLE, platform="telegram",
            handle=f"@{JOBS_HANDLE.title()}", category=SubjectCategory.UNKNOWN,
        ),
        replace(
            file, local_id="AM-0108", native_name="", latin_name=REFUGEE.romanised(0), born=full_date(REFUGEE.born),
            nationality="XA", sex="F", offence_group=OffenceGroup.OTHER, urgency=Urgency.U3,
        ),
    )  # fmt: skip


def _belanu() -> tuple[FictionalRecord, ...]:
    file = replace(_LANTERN, case_id="BEL/24/77")
    return (
        replace(
            file, local_id="BEL-2201", latin_name=RECRUITER.romanised(1), born=full_date(RECRUITER.born),
            nationality="XA", sex="M", offence_group=OffenceGroup.TRAFFICKING_SEXUAL,
        ),
        replace(
            file, local_id="BEL-2202", latin_name=BROKER.romanised(1), born=full_date(BROKER.born), nationality="XC",
            sex="M", passport="BX0184725", passport_issuer="XC",
        ),
        replace(
            file, local_id="BEL-2203", latin_name=COURIER.romanised(0), born=full_date(COURIER.born),
            nationality="XB", sex="M", passport=COURIER_PASSPORT, passport_issuer="XB",
            offence_group=OffenceGroup.DOCUMENT_FRAUD,
        ),
        replace(
            file, local_id="BEL-2204", latin_name=VICTIM.romanised(1), born=full_date(VICTIM.born), nationality="XA",
            sex="F", category=SubjectCategory.WITNESS, offence_group=OffenceGroup.TRAFFICKING_SEXUAL,
        ),
        replace(
            file, local_id="BEL-2205", latin_name=CHILD.romanised(0), born=full_date(CHILD.born), nationality="XC",
            sex="F", category=SubjectCategory.MINOR, urgency=Urgency.U1,
        ),
        replace(
            file, local_id="BEL-2206", kind=RecordKind.VEHICLE, plate=VAN_PLATE.lower().replace(" ", "-"),
            plate_state="XB",
        ),
        replace(
            file, local_id="BEL-2207", kind=RecordKind.ONLINE_HANDLE, platform="telegram", handle=JOBS_HANDLE,
        ),
        replace(
            file, local_id="BEL-2208", kind=RecordKind.ACCOUNT, account=WAGES_ACCOUNT,
            offence_group=OffenceGroup.MONEY_LAUNDERING, comparable_with=ComparableWith.only(CASSOR),
        ),
        # The same ship once more, entered by a clerk who did not say what it is in the case: not published.
        replace(
            file, local_id="BEL-2209", kind=RecordKind.VESSEL, vessel=FictionalVessel("Lucky Heron", SHIP_IMO),
            category=None,
        ),
    )  # fmt: skip


def _cassor() -> tuple[FictionalRecord, ...]:
    file = replace(_LANTERN, case_id="CAS-9/55")
    return (
        replace(
            file, local_id="CAS-701", native_name=BROKER.native_name, born=full_date(BROKER.born), nationality="XC",
            sex="M", place="নীলখালী",
        ),
        replace(
            file, local_id="CAS-702", latin_name=COURIER.romanised(0), born=FictionalDate(COURIER.born.year),
            nationality="XB", sex="M", passport=COURIER_PASSPORT_MISREAD, passport_issuer="XB",
            offence_group=OffenceGroup.DOCUMENT_FRAUD,
        ),
        replace(
            file, local_id="CAS-703", native_name=OVERSEER.native_name, latin_name=OVERSEER.romanised(1),
            born=full_date(OVERSEER.born), nationality="XC", sex="M",
        ),
        replace(
            file, local_id="CAS-704", native_name=CHILD.native_name, born=full_date(CHILD.born), nationality="XC",
            sex="F", place="চর মায়া", category=SubjectCategory.MINOR, urgency=Urgency.U1,
        ),
        replace(file, local_id="CAS-705", kind=RecordKind.PHONE, phone=SHARED_PHONE),
        replace(
            file, local_id="CAS-706", kind=RecordKind.VESSEL, vessel=FictionalVessel("Sea Lotus", SHIP_IMO),
            offence_group=OffenceGroup.SMUGGLING,
        ),
        replace(
            file, local_id="CAS-707", kind=RecordKind.ACCOUNT, account=WAGES_ACCOUNT,
            offence_group=OffenceGroup.MONEY_LAUNDERING,
        ),
        # She fled from Amara, which looks for her (AM-0108): Amara must not learn that she is here.
        replace(
            file, local_id="CAS-708", native_name=REFUGEE.native_name, latin_name=REFUGEE.romanised(0),
            born=full_date(REFUGEE.born), nationality="XA", sex="F", category=SubjectCategory.WITNESS,
            comparable_with=ComparableWith.all_but(AMARA),
        ),
    )  # fmt: skip


CASE_RECORDS: Final[Mapping[MemberCode, tuple[FictionalRecord, ...]]] = {
    AMARA: _amara(),
    BELANU: _belanu(),
    CASSOR: _cassor(),
}
