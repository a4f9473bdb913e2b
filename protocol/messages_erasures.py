"""Receipts of the operators for what they erased, as the hub fetches them."""

from dataclasses import dataclass
from typing import Annotated, Final

from symbolon.protocol.references import MemberCode
from symbolon.protocol.wire_limits import between, entries, octets

MOST_CHANGES: Final = 500

Handle = Annotated[int, between(1, 2**53 - 1)]
"""The hub's number of one version of a record under one epoch."""


@dataclass(frozen=True, slots=True)
class AskErasures:
    """Ask an operator for its receipts about changes after this one; it answers with :class:`Erasures`."""

    after: Annotated[int, between(0, 2**53 - 1)]


@dataclass(frozen=True, slots=True)
class SignedErasure:
    """The canonical bytes of an operator's erasure (what its label stands before is left out), and its signature."""

    number: Handle
    owner: MemberCode
    content: Annotated[bytes, octets(1, 200_000)]
    signature: Annotated[bytes, octets(64, 64)]


@dataclass(frozen=True, slots=True)
class Erasures:
    """Receipts in the order of their numbers, those of one number together; more may follow."""

    receipts: Annotated[tuple[SignedErasure, ...], entries(0, MOST_CHANGES)]
