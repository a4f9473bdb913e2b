"""Where values of tokens are kept, and whether they can be had."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from symbolon.node.domain.tokens import KeyedToken, TokenPlace, TokenValues, TokenWait
from symbolon.protocol.problems import Problem


class TokenStore(Protocol):
    """Values of the operators' oblivious function, sealed at rest."""

    def known(self, place: TokenPlace, tokens: Collection[KeyedToken]) -> TokenValues:
        """Those values that this node has."""
        ...

    def keep(self, place: TokenPlace, values: TokenValues) -> None:
        """Keep values that operators gave and proved."""
        ...

    def forget_all_but(self, epochs: Collection[int]) -> None:
        """Forget the values of other epochs."""
        ...

    def note_wait(self, problem: Problem, now: datetime, attempts: int, until: datetime) -> None:
        """Note that tokens cannot be had, and when to try again."""
        ...

    def end_wait(self) -> None:
        """Note that tokens can be had."""
        ...

    def wait(self) -> TokenWait | None:
        """Whether tokens are waited for."""
        ...
