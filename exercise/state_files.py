"""Writes records as each state's clerks keep them: three files that have nothing in common but their subject.

Amara: commas, TIS-620, Thai script and headings, Buddhist-era dates, sometimes in Thai digits. Belanu: semicolons,
Windows-1252, Latin letters, surname apart, day before month. Cassor: tabs, UTF-8, Bengali and Burmese script, the
date of birth in three columns with Bengali digits, often incomplete. The mappings beside the case read them back.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from symbolon.exercise.fiction import AMARA, BELANU, CASSOR, FictionalDate, FictionalRecord, FictionalVessel
from symbolon.protocol.handling import (
    ComparableWith,
    ComparisonMode,
    OffenceGroup,
    RecordKind,
    SubjectCategory,
    Urgency,
)
from symbolon.protocol.references import MemberCode

_BUDDHIST_ERA: Final = 543
_THAI_DIGITS: Final = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_BENGALI_DIGITS: Final = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
_NO_SHIP: Final = FictionalVessel("")

_AMARA_KINDS: Final = {
    RecordKind.PERSON: "บุคคล",
    RecordKind.DOCUMENT: "เอกสาร",
    RecordKind.PHONE: "โทรศัพท์",
    RecordKind.VESSEL: "เรือ",
    RecordKind.VEHICLE: "รถ",
    RecordKind.ACCOUNT: "บัญชี",
    RecordKind.ONLINE_HANDLE: "ออนไลน์",
}
_AMARA_CATEGORIES: Final = {
    SubjectCategory.SUSPECT: "ผู้ต้องหา",
    SubjectCategory.VICTIM: "ผู้เสียหาย",
    SubjectCategory.WITNESS: "พยาน",
    SubjectCategory.MINOR: "เด็ก",
    SubjectCategory.UNKNOWN: "ไม่ทราบ",
    None: "",
}
_AMARA_URGENCIES: Final = {Urgency.U1: "ด่วนที่สุด", Urgency.U2: "ด่วน", Urgency.U3: "ปกติ"}
_AMARA_SEXES: Final = {"M": "ชาย", "F": "หญิง", "": ""}

_BELANU_KINDS: Final = {
    RecordKind.PERSON: "PERSON",
    RecordKind.DOCUMENT: "DOC",
    RecordKind.PHONE: "TEL",
    RecordKind.VESSEL: "SHIP",
    RecordKind.VEHICLE: "CAR",
    RecordKind.ACCOUNT: "ACCT",
    RecordKind.ONLINE_HANDLE: "NET",
}
_BELANU_ROLES: Final = {
    SubjectCategory.SUSPECT: "S",
    SubjectCategory.VICTIM: "V",
    SubjectCategory.WITNESS: "W",
    SubjectCategory.MINOR: "M",
    SubjectCategory.UNKNOWN: "?",
    None: "",
}
_BELANU_PRIORITIES: Final = {Urgency.U1: "1", Urgency.U2: "2", Urgency.U3: "3"}
_BELANU_OFFENCES: Final = {
    OffenceGroup.TRAFFICKING_SEXUAL: "TIP-S",
    OffenceGroup.TRAFFICKING_LABOUR: "TIP-L",
    OffenceGroup.TRAFFICKING_OTHER: "TIP-O",
    OffenceGroup.SMUGGLING: "SOM",
    OffenceGroup.DOCUMENT_FRAUD: "DOC",
    OffenceGroup.MONEY_LAUNDERING: "AML",
    OffenceGroup.OTHER: "",
}


def write_state_file(state: MemberCode, records: Iterable[FictionalRecord]) -> bytes:
    """The bytes of the state's CSV file, header first, one record a line."""
    rows, delimiter, encoding = _SHAPES[state]
    lines = [rows(record) for record in records]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(lines[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def _amara_row(record: FictionalRecord) -> Mapping[str, str]:
    ship = record.vessel or _NO_SHIP
    return {
        "เลขที่": record.local_id,
        "สำนวน": record.case_id,
        "ประเภท": _AMARA_KINDS[record.kind],
        "สถานะ": _AMARA_CATEGORIES[record.category],
        "ความผิด": record.offence_group.value,
        "ความเร่งด่วน": _AMARA_URGENCIES[record.urgency],
        "ทบทวน": f"{record.review_date:%d/%m}/{record.review_date.year + _BUDDHIST_ERA}",
        "เปรียบเทียบกับ": _spelled_out(record.comparable_with),
        "ชื่อ-สกุล": record.native_name,
        "ชื่ออังกฤษ": record.latin_name,
        "วันเกิด": _buddhist_date(record),
        "สัญชาติ": record.nationality,
        "เพศ": _AMARA_SEXES[record.sex],
        "ภูมิลำเนา": record.place,
        "หนังสือเดินทาง": record.passport,
        "ออกโดย": record.passport_issuer,
        "โทรศัพท์": _national_phone(record.phone),
        "ชื่อเรือ": ship.name,
        "เลขเรือ": ship.imo,
        "ทะเบียนรถ": record.plate,
        "รัฐทะเบียน": record.plate_state,
        "บัญชี": record.account,
        "แพลตฟอร์ม": record.platform,
        "ชื่อผู้ใช้": record.handle,
    }


def _belanu_row(record: FictionalRecord) -> Mapping[str, str]:
    ship = record.vessel or _NO_SHIP
    *given, surname = record.latin_name.split(" ") if record.latin_name else [""]
    return {
        "Ref": record.local_id,
        "File": record.case_id,
        "Type": _BELANU_KINDS[record.kind],
        "Role": _BELANU_ROLES[record.category],
        "Offence": _BELANU_OFFENCES[record.offence_group],
        "Priority": _BELANU_PRIORITIES[record.urgency],
        "Review": f"{record.review_date:%d.%m.%Y}",
        "Share": _spelled_out(record.comparable_with),
        "Surname": surname.upper(),
        "Given names": " ".join(given),
        "Born": _day_first(record.born),
        "Nationality": record.nationality,
        "Sex": record.sex,
        "Place of birth": record.place,
        "Passport": record.passport,
        "Issued by": record.passport_issuer,
        "Telephone": _spaced_phone(record.phone),
        "Ship": ship.name,
        "IMO": f"IMO {ship.imo}" if ship.imo else "",
        "Plate": record.plate,
        "Plate of": record.plate_state,
        "Account": _in_fours(record.account),
        "Platform": record.platform,
        "Handle": record.handle,
    }


def _cassor_row(record: FictionalRecord) -> Mapping[str, str]:
    ship = record.vessel or _NO_SHIP
    year, month, day = _date_parts(record.born)
    return {
        "id": record.local_id,
        "dossier": record.case_id,
        "kind": record.kind.value,
        "status": "" if record.category is None else record.category.value,
        "offence": record.offence_group.value,
        "urgency": record.urgency.value,
        "review": record.review_date.isoformat(),
        "compare": _signed(record.comparable_with),
        "name": record.native_name,
        "name_latin": record.latin_name,
        "birth_year": year.translate(_BENGALI_DIGITS),
        "birth_month": month.translate(_BENGALI_DIGITS),
        "birth_day": day.translate(_BENGALI_DIGITS),
        "nationality": record.nationality,
        "sex": record.sex,
        "village": record.place,
        "passport": record.passport.lower(),
        "passport_of": record.passport_issuer,
        "mobile": record.phone.replace("+", "00").translate(_BENGALI_DIGITS),
        "boat": ship.name,
        "imo": ship.imo,
        "plate": record.plate,
        "plate_of": record.plate_state,
        "account": record.account,
        "app": record.platform,
        "user": record.handle,
    }


_SHAPES: Final[Mapping[MemberCode, tuple[Callable[[FictionalRecord], Mapping[str, str]], str, str]]] = {
    AMARA: (_amara_row, ",", "tis-620"),
    BELANU: (_belanu_row, ";", "cp1252"),
    CASSOR: (_cassor_row, "\t", "utf-8"),
}


def _spelled_out(comparable: ComparableWith) -> str:
    return " ".join((comparable.mode.value, *comparable.members))


def _signed(comparable: ComparableWith) -> str:
    sign = {ComparisonMode.ALL: "", ComparisonMode.ONLY: "+", ComparisonMode.EXCEPT: "-"}[comparable.mode]
    return sign + "".join(comparable.members)


def _buddhist_date(record: FictionalRecord) -> str:
    if record.born is None:
        return ""
    parts = [f"{part:02d}" for part in (record.born.day, record.born.month) if part is not None]
    text = "/".join([*parts, str(record.born.year + _BUDDHIST_ERA)])
    # One office of Amara still writes Thai digits; its file numbers end in 5.
    return text.translate(_THAI_DIGITS) if record.local_id.endswith("5") else text


def _day_first(born: FictionalDate | None) -> str:
    if born is None:
        return ""
    return ".".join(f"{part:02d}" for part in (born.day, born.month, born.year) if part is not None)


def _date_parts(born: FictionalDate | None) -> tuple[str, str, str]:
    if born is None:
        return "", "", ""
    return str(born.year), str(born.month or ""), str(born.day or "")


def _national_phone(international: str) -> str:
    if not international:
        return ""
    national = international.replace("+44", "0")
    return f"{national[:5]}-{national[5:]}"


def _spaced_phone(international: str) -> str:
    return f"{international[:3]} ({international[3:6]}) {international[6:9]} {international[9:]}".strip(" ()")


def _in_fours(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
