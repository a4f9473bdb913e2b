"""What a record of the exercise is before it becomes a line of some state's file.

Everything here is invented. Telephone numbers come from ranges that the British regulator keeps for drama (Ofcom,
"Telephone numbers for use in TV and radio drama programmes"), vessel numbers from IMO numbers that were never
given out (they begin with 2), so that no number can be a real person's or a real ship's.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from symbolon.protocol.handling import ComparableWith, OffenceGroup, RecordKind, SubjectCategory, Urgency
from symbolon.protocol.references import MemberCode

AMARA: Final = MemberCode("XA")
BELANU: Final = MemberCode("XB")
CASSOR: Final = MemberCode("XC")
STATES: Final = (AMARA, BELANU, CASSOR)
STATE_NAMES: Final = {AMARA: "Amara", BELANU: "Belanu", CASSOR: "Cassor"}

OFFICER_NAMES: Final = {
    AMARA: (
        "Anong Srisawat",
        "Prasert Wongdee",
        "Siriporn Kaewmanee",
        "Niran Boonmee",
        "Malee Thongdee",
        "Kanya Rattanakorn",
        "Somsak Inthara",
        "Wipa Chaiyo",
    ),
    BELANU: (
        "Farid Azhar",
        "Lim Siew Hoon",
        "Zainab Ismail",
        "Kumar Rajan",
        "Grace Tan Mei Ling",
        "Noraini Yusof",
        "Ahmad Faizal",
        "Ong Boon Kiat",
    ),
    CASSOR: (
        "Khin Thandar",
        "Aung Ko Latt",
        "Nasrin Akhter",
        "Zaw Min Oo",
        "Rokeya Sultana",
        "Hla Hla Win",
        "Jamal Uddin",
        "Farhana Haque",
    ),
}
"""Who works in each state, in the order of :class:`symbolon.exercise.people.Post`; no such people exist."""

_IMO_WEIGHTS: Final = (7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class FictionalDate:
    """A date of birth as a file may know it: the year, the month and year, or all of it (Gregorian)."""

    year: int
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class FictionalVessel:
    """A ship: its present name, and its IMO number (seven digits), which stays when the name changes."""

    name: str
    imo: str = ""


_WITH_ALL: Final = ComparableWith.all_members()


@dataclass(frozen=True, slots=True)
class FictionalRecord:
    """One record of one state; what is empty or None is not in the file."""

    local_id: str
    case_id: str
    kind: RecordKind
    category: SubjectCategory | None
    offence_group: OffenceGroup = OffenceGroup.TRAFFICKING_LABOUR
    urgency: Urgency = Urgency.U3
    review_date: date = date(2035, 12, 31)
    comparable_with: ComparableWith = _WITH_ALL
    native_name: str = ""
    latin_name: str = ""
    born: FictionalDate | None = None
    nationality: str = ""
    sex: str = ""
    place: str = ""
    passport: str = ""
    passport_issuer: str = ""
    phone: str = ""
    vessel: FictionalVessel | None = None
    plate: str = ""
    plate_state: str = ""
    account: str = ""
    platform: str = ""
    handle: str = ""


def imo_number(first_six: int) -> str:
    """Complete six digits by the IMO check digit.

    >>> imo_number(907472)
    '9074729'
    """
    digits = f"{first_six:06d}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, _IMO_WEIGHTS, strict=True)) % 10
    return f"{digits}{check}"


def drama_phone(number: int) -> str:
    """The `number`-th telephone number of the drama ranges, in international form.

    There are 16,000, a thousand to each prefix; the first thousand are mobiles.

    Raises:
        ValueError: there are not so many.

    >>> drama_phone(0), drama_phone(1007)
    ('+447700900000', '+442079460007')

    """
    prefixes = _DRAMA_PREFIXES
    if not 0 <= number < 1000 * len(prefixes):
        raise ValueError(f"there are {1000 * len(prefixes)} drama numbers")
    return f"+44{prefixes[number // 1000]}{number % 1000:03d}"


_DRAMA_PREFIXES: Final = (
    "7700900",
    "2079460",
    "1134960",
    "1144960",
    "1154960",
    "1164960",
    "1174960",
    "1184960",
    "1214960",
    "1314960",
    "1414960",
    "1514960",
    "1614960",
    "1914980",
    "1632960",
    "2920180",
)
"""Each prefix is followed by three free digits: mobiles, London, Leeds, Sheffield, Nottingham, Leicester, Bristol,
Reading, Birmingham, Edinburgh, Glasgow, Liverpool, Manchester, Tyneside, no area, Cardiff."""
