"""Tokens of a blind federation: keyed at this node, then evaluated by two operators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NewType

from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.problems import Problem

KeyedToken = NewType("KeyedToken", bytes)
"""A match token under the linkage key, 16 bytes: what an open federation compares. It only leaves this node blinded."""

TokenValue = NewType("TokenValue", bytes)
"""What the operators' oblivious function gives for a keyed token, 16 bytes."""

TokenValues = Mapping[KeyedToken, TokenValue]


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Under which keys a value belongs to a keyed token: the linkage key's epoch, and the operators' token key."""

    epoch: int
    token_key: str
    """A digest of the operators' commitments to it."""


@dataclass(frozen=True, slots=True)
class TokenWait:
    """That tokens cannot be had now, why, since when, and when it is tried again."""

    problem: Problem
    since: datetime
    attempts: int
    until: datetime


def token_place(directory: FederationDirectory, epoch: int) -> TokenPlace:
    """Where values of an epoch belong, by the operators of a directory."""
    commitments = b"".join(b"".join(card.token_commitment) for card in directory.comparison.operators)
    return TokenPlace(epoch, sha256(commitments).hexdigest())
