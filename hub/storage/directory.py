"""The versions of the directory, as canonical JSON of what the members signed, and the one that is proposed."""

from datetime import datetime

from symbolon.protocol.codec import canonical_bytes, from_wire, parse_json, to_wire
from symbolon.protocol.messages import DirectorySignature, FederationDirectory, SignedDirectory
from symbolon.protocol.references import KeyId, MemberCode
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "directory")


class PostgresDirectory:
    """See `symbolon.hub.ports.DirectoryStore`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def in_effect(self) -> FederationDirectory | None:
        """The newest version; None before the founding."""
        signed = self._transaction.fetch_value(_QUERIES["find_newest"])
        return None if signed is None else from_wire(SignedDirectory, parse_json(signed)).directory

    def history(self, after: int, limit: int) -> tuple[SignedDirectory, ...]:
        """The versions after this one, oldest first."""
        rows = self._transaction.fetch_all(_QUERIES["list_versions"], after=after, limit=limit)
        return tuple(from_wire(SignedDirectory, parse_json(row["signed"])) for row in rows)

    def proposal(self) -> FederationDirectory | None:
        """The version that waits for signatures."""
        directory = self._transaction.fetch_value(_QUERIES["find_proposal"])
        return None if directory is None else from_wire(FederationDirectory, parse_json(directory))

    def signatures(self) -> tuple[DirectorySignature, ...]:
        """Who signed the proposal so far, by member."""
        return tuple(
            DirectorySignature(MemberCode(row["member"]), KeyId(row["key_id"]), row["signature"])
            for row in self._transaction.fetch_all(_QUERIES["list_signatures"])
        )

    def propose(self, directory: FederationDirectory | None, now: datetime) -> None:
        """Put this draft (or none) in the place of the proposal; the signatures under it are gone."""
        self._transaction.execute(_QUERIES["drop_signatures"])
        self._transaction.execute(_QUERIES["drop_proposal"])
        if directory is not None:
            self._transaction.execute(
                _QUERIES["insert_proposal"],
                version=directory.version,
                digest=directory.digest(),
                directory=canonical_bytes(to_wire(directory)),
                now=now,
            )

    def keep_signature(self, signature: DirectorySignature, now: datetime) -> bool:
        """Keep a member's signature under the proposal; False where it lay there."""
        kept = self._transaction.execute(
            _QUERIES["insert_signature"],
            member=signature.member,
            key_id=signature.key_id,
            signature=signature.signature,
            now=now,
        )
        return kept > 0

    def put_in_effect(self, signed: SignedDirectory, now: datetime) -> None:
        """Make this the newest version; nothing is proposed any more."""
        self._transaction.execute(
            _QUERIES["insert_version"],
            version=signed.directory.version,
            digest=signed.directory.digest(),
            signed=canonical_bytes(to_wire(signed)),
            now=now,
        )
        self.propose(None, now)
