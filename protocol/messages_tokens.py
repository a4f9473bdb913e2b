"""Between a member and the hub: tokens evaluated by two operators of blind comparison (RFC 9497, verifiable mode).

The member blinds what it sends, so neither hub nor operator learns what it is; each answer carries a proof that it was
made with the operator's share of the token key, so the hub can change none (:mod:`symbolon.protocol.oprf_sharing`).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from symbolon.protocol.messages_sessions import Place
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.wire_limits import Sha256Bytes, entries

MAX_TOKENS = 1_000


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Blinded elements, each of a fresh blind."""

    PURPOSE: ClassVar[Purpose] = Purpose.TOKEN_REQUEST

    elements: Annotated[tuple[Sha256Bytes, ...], entries(1, MAX_TOKENS)]


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What one operator made of the elements, in their order, with its proof over all of them.

    ``moved``: how refreshes moved the shares of the key; all zero bytes before the first.
    """

    place: Place
    elements: Annotated[tuple[Sha256Bytes, ...], entries(1, MAX_TOKENS)]
    challenge: Sha256Bytes
    response: Sha256Bytes
    moved: Sha256Bytes


@dataclass(frozen=True, slots=True)
class TokenAnswers:
    """The answers of two operators, which the member combines."""

    PURPOSE: ClassVar[Purpose] = Purpose.TOKEN_ANSWERS

    answers: Annotated[tuple[TokenAnswer, ...], entries(2, 2)]
