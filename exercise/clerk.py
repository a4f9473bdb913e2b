"""The clerk who enters the background records: draws what a file says of a person or thing, and numbers the lines."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypeAlias

from symbolon.exercise.fiction import AMARA, BELANU, CASSOR, STATES, FictionalDate, FictionalRecord, FictionalVessel
from symbolon.exercise.invention import Identity, Inventor, full_date, written_names
from symbolon.protocol.handling import ComparableWith, OffenceGroup, RecordKind, SubjectCategory, Urgency
from symbolon.protocol.references import MemberCode

RecordKey: TypeAlias = tuple[MemberCode, str]
"""A record of the exercise: its state and its number there."""

_NUMBERS_BEGIN: Final = {AMARA: "AM-B", BELANU: "BEL-B", CASSOR: "CAS-B"}
_RECORDS_A_CASE: Final = 7
_EARLIEST_REVIEW: Final = date(2033, 1, 1)

_CATEGORIES: Final = (
    *(SubjectCategory.SUSPECT,) * 11,
    *(SubjectCategory.VICTIM,) * 3,
    *(SubjectCategory.WITNESS,) * 2,
    *(SubjectCategory.UNKNOWN,) * 3,
    SubjectCategory.MINOR,
)
_URGENCIES: Final = (Urgency.U1, *(Urgency.U2,) * 4, *(Urgency.U3,) * 15)
_UNCATEGORISED_SHARE: Final = 0.02
_LISTED_SHARE: Final = 0.12
_PASSPORT_SHARE: Final = 0.3
_PHONE_SHARE: Final = 0.2

_PLACES: Final = {
    AMARA: ("ท่าเรือมณี", "บ้านดอนแก้ว", "เมืองทราย", "บ้านหนองบัว", "ปากน้ำเงิน", "ดอยหมอก", "ทุ่งลมเย็น", "เกาะหอย"),
    BELANU: ("Port Malabé", "Île Corail", "Santo Brás", "Kuala Tenang", "Tanjung Biru", "Bandar Seri", "Côte Perle"),
    CASSOR: ("নীলখালী", "চর মায়া", "সোনাঘাট", "মধুপাড়া", "রূপসীবাজার", "শাপলাডাঙ্গা", "কাজলতলী"),
}


@dataclass(slots=True)
class Clerk:
    """Enters records of all three states; `inventor` supplies whatever has to be new."""

    inventor: Inventor
    _entered: dict[MemberCode, list[FictionalRecord]] = field(default_factory=lambda: defaultdict(list))

    def entered(self, state: MemberCode) -> int:
        """How many records the state has so far."""
        return len(self._entered[state])

    def file_of(self, state: MemberCode) -> tuple[FictionalRecord, ...]:
        """The state's records, in no meaningful order."""
        records = list(self._entered[state])
        self.inventor.random.shuffle(records)
        return tuple(records)

    def enter(self, state: MemberCode, record: FictionalRecord) -> RecordKey:
        """Give the record its number and put it on file."""
        number = len(self._entered[state])
        prefix = _NUMBERS_BEGIN[state]
        numbered = replace(
            record, local_id=f"{prefix}{number:04d}", case_id=f"{prefix}-FILE-{number // _RECORDS_A_CASE:03d}"
        )
        self._entered[state].append(numbered)
        return state, numbered.local_id

    def blank(self, kind: RecordKind) -> FictionalRecord:
        """A record without identifiers, comparable with all; its handling is drawn."""
        draw = self.inventor.random
        return FictionalRecord(
            local_id="",
            case_id="",
            kind=kind,
            category=draw.choice(_CATEGORIES),
            offence_group=draw.choice(tuple(OffenceGroup)),
            urgency=draw.choice(_URGENCIES),
            review_date=_EARLIEST_REVIEW + timedelta(days=draw.randrange(900)),
        )

    def person(self, state: MemberCode, identity: Identity) -> FictionalRecord:
        """How a clerk of the state writes a person down, whole date of birth included."""
        draw = self.inventor.random
        native, latin = written_names(state, identity, draw.randrange(6))
        return replace(
            self.blank(RecordKind.PERSON),
            native_name=native,
            latin_name=latin,
            born=full_date(identity.born),
            sex=identity.sex,
            nationality=state if draw.random() < 0.8 else draw.choice(STATES),
            place=draw.choice(_PLACES[state]) if draw.random() < 0.5 else "",
        )

    def unrelated(self, state: MemberCode) -> FictionalRecord:
        """A record that has nothing to do with any other; some are kept from a state, some have no category."""
        draw = self.inventor.random
        record = self._of_random_kind(state)
        if draw.random() < _LISTED_SHARE:
            other = draw.choice([member for member in STATES if member != state])
            listed = draw.choice((ComparableWith.only(other), ComparableWith.all_but(other)))
            record = replace(record, comparable_with=listed)
        if draw.random() < _UNCATEGORISED_SHARE:
            record = replace(record, category=None)
        return record

    def _of_random_kind(self, state: MemberCode) -> FictionalRecord:
        invent, draw = self.inventor, self.inventor.random
        kind = draw.choices(tuple(_SHARES), weights=tuple(_SHARES.values()))[0]
        blank = self.blank(kind)
        match kind:
            case RecordKind.PERSON:
                return self._person_with_numbers(state)
            case RecordKind.DOCUMENT:
                return replace(blank, passport=invent.passport(_LETTERS[state]), passport_issuer=state)
            case RecordKind.PHONE:
                return replace(blank, phone=invent.phone())
            case RecordKind.VESSEL:
                return replace(blank, vessel=FictionalVessel(invent.ship_name(), invent.imo()))
            case RecordKind.VEHICLE:
                return replace(blank, plate=invent.plate(), plate_state=draw.choice(STATES))
            case RecordKind.ACCOUNT:
                return replace(blank, account=invent.account())
            case RecordKind.ONLINE_HANDLE:
                return replace(blank, platform=invent.platform(), handle=invent.handle())

    def _person_with_numbers(self, state: MemberCode) -> FictionalRecord:
        invent, draw = self.inventor, self.inventor.random
        record = self.person(state, invent.person(state))
        if draw.random() < _PASSPORT_SHARE:
            record = replace(record, passport=invent.passport(_LETTERS[state]), passport_issuer=state)
        if draw.random() < _PHONE_SHARE:
            record = replace(record, phone=invent.phone())
        return replace(record, born=self._as_known(record.born))

    def _as_known(self, born: FictionalDate | None) -> FictionalDate | None:
        if born is None:
            return None
        month_known, day_known = self.inventor.random.choices(
            ((True, True), (True, False), (False, False)), weights=(17, 1, 2)
        )[0]
        return FictionalDate(born.year, born.month if month_known else None, born.day if day_known else None)


_LETTERS: Final = {AMARA: "A", BELANU: "K", CASSOR: "C"}
"""The letter that a state's passports begin with."""

_SHARES: Final = {
    RecordKind.PERSON: 13,
    RecordKind.DOCUMENT: 1,
    RecordKind.PHONE: 2,
    RecordKind.VESSEL: 1,
    RecordKind.VEHICLE: 1,
    RecordKind.ACCOUNT: 1,
    RecordKind.ONLINE_HANDLE: 1,
}
"""Of twenty records, so many are of the kind."""
