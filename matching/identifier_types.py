"""What a record says of a person or thing: frozen values that hide themselves in `repr`, so that none reaches a log.

They are made by the parsers of `symbolon.matching.identifiers`, which exports them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

from symbolon.matching.errors import IdentifierError


class DocumentType(StrEnum):
    """Kinds of identity document."""

    PASSPORT = "passport"
    NATIONAL_ID = "national_id"
    OTHER = "other"


class SexCode(StrEnum):
    """Sex as travel documents print it (ICAO Doc 9303)."""

    FEMALE = "F"
    MALE = "M"
    OTHER = "X"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One whole name, its words in any order; `language` is a BCP 47 code where it is known."""

    text: str = field(repr=False)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A Gregorian date of birth; month, or day, may be unknown."""

    year: int = field(repr=False)
    month: int | None = field(default=None, repr=False)
    day: int | None = field(default=None, repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether year, month and day are known."""
        return self.day is not None

    @property
    def is_new_year(self) -> bool:
        """Whether it is a 1 January."""
        return (self.month, self.day) == (1, 1)


@dataclass(frozen=True, slots=True)
class Nationality:
    """ISO 3166-1 alpha-2."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sex:
    """F, M or X."""

    code: SexCode = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of birth or residence, as written."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document; `issuer` is ISO 3166-1 alpha-2, or empty where unknown."""

    type: DocumentType = field(repr=False)
    issuer: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in E.164 form."""

    e164: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vessel:
    """A ship: IMO number (stays with the hull), MMSI (changes with the flag), name (changes at will)."""

    imo: str | None = field(default=None, repr=False)
    mmsi: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle: plate with the state that issued it, or VIN."""

    plate: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    vin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """A bank, wallet or money-transfer account within its numbering scheme (iban, promptpay, btc, …)."""

    scheme: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OnlineHandle:
    """An account name on a platform."""

    platform: str = field(repr=False)
    handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordIdentifiers:
    """All that one record can be matched by. Several names are alternatives of one person (aliases, scripts)."""

    names: tuple[PersonName, ...] = ()
    birth_date: BirthDate | None = None
    nationality: Nationality | None = None
    sex: Sex | None = None
    place: Place | None = None
    documents: tuple[Document, ...] = ()
    phones: tuple[Phone, ...] = ()
    vessels: tuple[Vessel, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    accounts: tuple[Account, ...] = ()
    online_handles: tuple[OnlineHandle, ...] = ()

    @property
    def has_numbers(self) -> bool:
        """Whether the record gives anything that is compared as an exact value."""
        return bool(
            self.documents or self.phones or self.vessels or self.vehicles or self.accounts or self.online_handles
        )

    def to_json(self) -> dict[str, Any]:
        """A plain dict for storage: absent fields are left out; the same value always gives the same dict."""
        return {
            member.name: [_plain(item) for item in value] if isinstance(value, tuple) else _plain(value)
            for member in fields(self)
            if (value := getattr(self, member.name))
        }

    @staticmethod
    def from_json(stored: dict[str, Any]) -> RecordIdentifiers:
        """Read back what `to_json` wrote.

        Raises:
            IdentifierError: a field is not known or not of its shape.

        """
        values: dict[str, Any] = {}
        for name, value in stored.items():
            if name in _SINGLE:
                values[name] = _restored(name, _SINGLE[name], value)
            elif name in _SEVERAL and isinstance(value, list):
                values[name] = tuple(_restored(name, _SEVERAL[name], item) for item in value)
            else:
                raise _stored_badly(name)
        return RecordIdentifiers(**values)


_SINGLE: Final[dict[str, type[Any]]] = {
    "birth_date": BirthDate, "nationality": Nationality, "sex": Sex, "place": Place,
}  # fmt: skip
_SEVERAL: Final[dict[str, type[Any]]] = {
    "names": PersonName, "documents": Document, "phones": Phone, "vessels": Vessel, "vehicles": Vehicle,
    "accounts": Account, "online_handles": OnlineHandle,
}  # fmt: skip
_NUMBERS: Final = frozenset({"year", "month", "day"})


def _plain(value: Any) -> dict[str, str | int]:
    return {
        member.name: content.value if isinstance(content, StrEnum) else content
        for member in fields(value)
        if (content := getattr(value, member.name)) is not None
    }


def _restored(name: str, kind: type[Any], value: Any) -> Any:
    if not isinstance(value, dict):
        raise _stored_badly(name)
    for key, content in value.items():
        if type(content) is not (int if key in _NUMBERS else str):
            raise _stored_badly(name)
    contents = dict(value)
    try:
        if kind is Document:
            contents["type"] = DocumentType(contents["type"])
        if kind is Sex:
            contents["code"] = SexCode(contents["code"])
        return kind(**contents)
    except (TypeError, ValueError, KeyError) as error:
        raise _stored_badly(name) from error


def _stored_badly(name: str) -> IdentifierError:
    return IdentifierError(name, "the stored value has another shape", "import the record again")
