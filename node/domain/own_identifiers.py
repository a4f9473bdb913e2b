"""A record's identifiers as labelled lines for its own officers: in clear, and only inside the node."""

from collections.abc import Iterator

from symbolon.matching.identifiers import BirthDate, Document, RecordIdentifiers, Vehicle, Vessel
from symbolon.node.domain.hits import IdentifierLine
from symbolon.protocol.handling import IdentifierKind


def identifier_lines(identifiers: RecordIdentifiers) -> tuple[IdentifierLine, ...]:
    """One line for each identifier, in the order of `IdentifierKind`."""
    return tuple(IdentifierLine(kind, text) for kind, text in _lines(identifiers))


def _lines(identifiers: RecordIdentifiers) -> Iterator[tuple[IdentifierKind, str]]:
    for name in identifiers.names:
        yield IdentifierKind.NAME, name.text
    if identifiers.birth_date is not None:
        yield IdentifierKind.BIRTH_DATE, _date_text(identifiers.birth_date)
    if identifiers.nationality is not None:
        yield IdentifierKind.NATIONALITY, identifiers.nationality.code
    if identifiers.sex is not None:
        yield IdentifierKind.SEX, identifiers.sex.code.value
    if identifiers.place is not None:
        yield IdentifierKind.PLACE, identifiers.place.text
    for document in identifiers.documents:
        yield IdentifierKind.DOCUMENT, _document_text(document)
    for phone in identifiers.phones:
        yield IdentifierKind.PHONE, phone.e164
    for vessel in identifiers.vessels:
        yield IdentifierKind.VESSEL, _vessel_text(vessel)
    for vehicle in identifiers.vehicles:
        yield IdentifierKind.VEHICLE, _vehicle_text(vehicle)
    for account in identifiers.accounts:
        yield IdentifierKind.ACCOUNT, f"{account.scheme} {account.number}"
    for handle in identifiers.online_handles:
        yield IdentifierKind.ONLINE_HANDLE, f"{handle.platform} {handle.handle}"


def _date_text(birth_date: BirthDate) -> str:
    parts = [f"{birth_date.year:04d}"]
    parts += [f"{part:02d}" for part in (birth_date.month, birth_date.day) if part is not None]
    return "-".join(parts)


def _document_text(document: Document) -> str:
    return " ".join(part for part in (document.type.value.replace("_", " "), document.issuer, document.number) if part)


def _vessel_text(vessel: Vessel) -> str:
    parts = [vessel.name or ""]
    parts += [f"{label} {value}" for label, value in (("IMO", vessel.imo), ("MMSI", vessel.mmsi)) if value]
    return " ".join(part for part in parts if part)


def _vehicle_text(vehicle: Vehicle) -> str:
    plate = " ".join(part for part in (vehicle.plate, vehicle.state) if part)
    vin = f"VIN {vehicle.vin}" if vehicle.vin else ""
    return " ".join(part for part in (plate, vin) if part)
