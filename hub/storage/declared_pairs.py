"""Pairs that members declared, and the references that stand for them."""

from collections.abc import Collection, Mapping

from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.messages import PairDeclaration
from symbolon.protocol.references import HitId, MemberCode, PairId, RecordReference
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "declared_pairs")


class PostgresDeclaredPairs:
    """See `symbolon.hub.ports.DeclaredPairs`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def declare(self, member: MemberCode, declaration: PairDeclaration) -> Mapping[MemberCode, PairDeclaration]:
        """Keep what a member declares, in the place of what it declared before; what both declared, locked."""
        self._transaction.execute(
            _QUERIES["keep_declaration"],
            pair_id=declaration.pair_id,
            member=member,
            declaration=canonical_bytes(to_wire(declaration)),
        )
        rows = self._transaction.fetch_all(_QUERIES["list_declarations"], pair_id=declaration.pair_id)
        return {
            MemberCode(row["member"]): from_wire(PairDeclaration, parse_json(bytes(row["declaration"]))) for row in rows
        }

    def take_back(self, member: MemberCode, pair_id: PairId) -> None:
        """Forget what a member declared."""
        self._transaction.execute(_QUERIES["take_back"], pair_id=pair_id, member=member)

    def hit_of(self, pair_id: PairId) -> HitId | None:
        """The hit that was raised on a pair."""
        found = self._transaction.fetch_value(_QUERIES["find_hit_of_pair"], pair_id=pair_id)
        return None if found is None else HitId(found)

    def is_alias(self, reference: RecordReference) -> bool:
        """Whether a reference stands for a side of a pair."""
        return bool(self._transaction.fetch_value(_QUERIES["is_alias"], reference=reference))

    def stand_for(self, pair_id: PairId, hit_id: HitId, references: Collection[RecordReference]) -> None:
        """These references stand for the sides of a hit."""
        self._transaction.execute(_QUERIES["keep_aliases"], pair_id=pair_id, hit_id=hit_id, references=list(references))
