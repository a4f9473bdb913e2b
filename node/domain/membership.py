"""What a node knows of its federation before, and apart from, the directory that the members sign."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from symbolon.protocol.directory_changes import DirectoryChange
from symbolon.protocol.messages import FederationDirectory, MemberCard, Welcome
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode


class Federation(Protocol):
    """What every envelope is bound to: a membership says it, and each version of the directory."""

    @property
    def federation(self) -> str:
        """The federation's name."""
        ...

    @property
    def exercise(self) -> bool:
        """Whether it is for training only."""
        ...

    @property
    def hub_signing_key(self) -> bytes:
        """The 32 raw bytes of the hub's public key."""
        ...


@dataclass(frozen=True, slots=True)
class Membership:
    """What the welcome said, whose fingerprint was compared with the hub's operator."""

    federation: str
    exercise: bool
    hub_signing_key: bytes
    is_confirmed: bool
    """Whether somebody here signed a version of the directory, or compared one with another member."""

    @classmethod
    def from_welcome(cls, welcome: Welcome) -> "Membership":
        """The membership that a welcome begins."""
        return cls(welcome.federation, welcome.exercise, welcome.hub_signing_key, is_confirmed=False)


@dataclass(frozen=True, slots=True)
class ShutOut:
    """That the hub takes nothing of this node, why, and since when."""

    problem: Problem
    since: datetime


def own_card(directory: FederationDirectory | None, code: MemberCode) -> MemberCard | None:
    """The card of this node, where the directory lists it."""
    return None if directory is None else directory.card_of(code)


def is_fingerprint(of: str, read_out: str) -> bool:
    """Whether what was read out over the telephone is this fingerprint; spaces and case do not matter."""
    return "".join(read_out.split()).lower() == of.replace(" ", "").lower()


@dataclass(frozen=True, slots=True)
class CardToCompare:
    """A new or changed card; it is compared with the member itself before anybody here signs for it."""

    member: MemberCode
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposed version of the directory, as this node sees it."""

    version: int
    fingerprint: str
    changes: tuple[DirectoryChange, ...]
    signed_by: tuple[MemberCode, ...]
    signers: tuple[MemberCode, ...]
    """Whose signatures count for it."""
    quorum: int
    to_compare: tuple[CardToCompare, ...]
    """Cards that nobody here has compared yet."""
    waits_for_this_node: bool
    """Whether this node has a say in it and has not signed."""
