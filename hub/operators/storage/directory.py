"""The operator's copy of the co-signed directory: part of its one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages_federation import SignedDirectory
from symbolon.protocol.messages_membership import FederationDirectory
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES: Final = load_queries("symbolon.hub.operators.storage", "operator")
FOUNDING: Final = 1


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When the founding was compared with a member, and why the hub's versions were last refused."""

    confirmed_at: datetime | None
    trouble: str | None


class KeptDirectory:
    """Versions that were verified, from the founding on."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def newest(self) -> FederationDirectory | None:
        """The directory in effect; None before the founding."""
        return _directory(self._transaction.fetch_value(_QUERIES["find_newest_version"]))

    def version(self, number: int) -> FederationDirectory | None:
        """One version, None where it was not taken yet."""
        return _directory(self._transaction.fetch_value(_QUERIES["find_version"], version=number))

    def keep(self, signed: SignedDirectory, now: datetime) -> None:
        """Keep a version that was verified."""
        self._transaction.execute(
            _QUERIES["keep_version"],
            version=signed.directory.version,
            digest=signed.directory.digest(),
            signed=canonical_bytes(to_wire(signed)),
            now=now,
        )

    def confirmation(self) -> Confirmation:
        """Whether the founding was confirmed, and what was refused since."""
        row = self._transaction.fetch_one(_QUERIES["find_confirmation"])
        return Confirmation(None, None) if row is None else Confirmation(row["confirmed_at"], row["directory_trouble"])

    def confirm(self, now: datetime) -> None:
        """Note that the founding was compared with a member."""
        self._transaction.execute(_QUERIES["confirm_founding"], now=now)

    def note_trouble(self, trouble: str | None) -> bool:
        """Note why versions were refused, or that they are taken again; False where that is known."""
        return self._transaction.execute(_QUERIES["note_directory_trouble"], trouble=trouble) > 0


def _directory(signed: bytes | None) -> FederationDirectory | None:
    return None if signed is None else from_wire(SignedDirectory, parse_json(signed)).directory
