"""What a record is known by exactly: values whose keyed hash must be the same on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from symbolon.matching.documents import near_forms, ocr_fold
from symbolon.matching.identifier_types import RecordIdentifiers

_SHORTEST_FOLDED_NUMBER = 6
"""Shorter numbers fold together too often to support anything."""
_SHORTEST_NEAR_NUMBER = 5
_LONGEST_NEAR_NUMBER = 20
"""A longer number would fill the encoding with its neighbourhood; none of the region's documents has one."""


def exact_tokens(identifiers: RecordIdentifiers) -> dict[str, frozenset[str]]:
    """Token kind → the values to hash; kinds without a value are left out."""
    found: dict[str, set[str]] = {}
    for kind, value in _values(identifiers):
        found.setdefault(kind, set()).add(value)
    return {kind: frozenset(values) for kind, values in found.items()}


def _values(identifiers: RecordIdentifiers) -> Iterator[tuple[str, str]]:
    for document in identifiers.documents:
        if document.issuer:
            # Without its issuer a number is not unique: it can support a name, not decide.
            yield "document", f"{document.type}|{document.issuer}|{document.number}"
        folded = ocr_fold(document.number)
        if len(folded) >= _SHORTEST_FOLDED_NUMBER:
            yield "document_ocr", folded
        if _SHORTEST_NEAR_NUMBER <= len(folded) <= _LONGEST_NEAR_NUMBER:
            yield from (("document_near", form) for form in near_forms(document.number))
    for phone in identifiers.phones:
        yield "phone", phone.e164
    for vessel in identifiers.vessels:
        if vessel.imo:
            yield "vessel_imo", vessel.imo
        if vessel.mmsi:
            yield "vessel_mmsi", vessel.mmsi
    for vehicle in identifiers.vehicles:
        if vehicle.plate and vehicle.state:
            yield "vehicle_plate", f"{vehicle.state}|{vehicle.plate}"
        if vehicle.vin:
            yield "vehicle_vin", vehicle.vin
    for account in identifiers.accounts:
        yield "account", f"{account.scheme}|{account.number}"
    for handle in identifiers.online_handles:
        yield "online_handle", f"{handle.platform}|{handle.handle}"
