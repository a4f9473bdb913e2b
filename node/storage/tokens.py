"""Values of tokens in PostgreSQL, sealed; found by digests that nobody computes without this node's key."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from symbolon.node.domain.tokens import KeyedToken, TokenPlace, TokenValue, TokenValues, TokenWait
from symbolon.protocol.problems import Problem
from symbolon.runtime.database import Transaction
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place, Vault

QUERIES: Final = load_queries("symbolon.node.storage", "tokens")
_LOOKUP: Final = "token_value"


class PostgresTokens:
    """Tokens within one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._tx = tx
        self._vault = vault

    def known(self, place: TokenPlace, tokens: Collection[KeyedToken]) -> TokenValues:
        """Those values that this node has."""
        sought = {self._lookup(place, token): token for token in tokens}
        rows = self._tx.fetch_all(QUERIES["find_values"], epoch=place.epoch, lookups=list(sought))
        return {
            sought[bytes(row["lookup"])]: TokenValue(
                self._vault.open(bytes(row["sealed_value"]), _row(place, bytes(row["lookup"])))
            )
            for row in rows
        }

    def keep(self, place: TokenPlace, values: TokenValues) -> None:
        """Keep values that operators gave and proved."""
        found = {self._lookup(place, token): value for token, value in values.items()}
        self._tx.execute(
            QUERIES["keep_values"],
            epoch=place.epoch,
            lookups=list(found),
            sealed=[self._vault.seal(value, _row(place, lookup)) for lookup, value in found.items()],
        )

    def forget_all_but(self, epochs: Collection[int]) -> None:
        """Forget the values of other epochs."""
        self._tx.execute(QUERIES["forget_epochs"], epochs=sorted(epochs))

    def note_wait(self, problem: Problem, now: datetime, attempts: int, until: datetime) -> None:
        """Note that tokens cannot be had, and when to try again."""
        self._tx.execute(QUERIES["note_wait"], problem=problem, now=now, attempts=attempts, until=until)

    def end_wait(self) -> None:
        """Note that tokens can be had."""
        self._tx.execute(QUERIES["end_wait"])

    def wait(self) -> TokenWait | None:
        """Whether tokens are waited for."""
        row = self._tx.fetch_one(QUERIES["find_wait"])
        if row is None:
            return None
        return TokenWait(Problem(row["problem"]), row["since"], row["attempts"], row["next_attempt_at"])

    def _lookup(self, place: TokenPlace, token: KeyedToken) -> bytes:
        return self._vault.lookup_digest(_LOOKUP, f"{place.epoch}\n{place.token_key}\n{token.hex()}")


def _row(place: TokenPlace, lookup: bytes) -> Place:
    return Place("token_value", "sealed_value", f"{place.epoch}/{lookup.hex()}")
