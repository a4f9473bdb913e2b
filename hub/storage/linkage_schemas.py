"""The linkage schemas of the epochs, parsed once for each process."""

from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "encodings")


class LinkageSchemas:
    """What encodings are read with. A schema and an epoch's choice of it never change, so they are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_digest: dict[str, LinkageSchema] = {}
        self._by_epoch: dict[int, LinkageSchema] = {}

    def of_digest(self, schema_digest: str) -> LinkageSchema | None:
        """The schema with this digest, if this hub has it; takes a connection the first time."""
        if schema_digest not in self._by_digest:
            with self._database.transaction() as transaction:
                content = transaction.fetch_value(_QUERIES["find_schema"], schema_digest=schema_digest)
            if content is None:
                return None
            self._by_digest[schema_digest] = LinkageSchema.from_bytes(content)
        return self._by_digest[schema_digest]

    def of_epoch(self, transaction: Transaction, epoch: int) -> LinkageSchema:
        """The schema of an epoch that has encodings here."""
        if epoch not in self._by_epoch:
            content = transaction.fetch_value(_QUERIES["find_schema_of_epoch"], epoch=epoch)
            self._by_epoch[epoch] = LinkageSchema.from_bytes(content)
        return self._by_epoch[epoch]
