"""Whom this node takes a member for: cards are pinned when first seen, and compared over another channel after that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symbolon.protocol.messages import FederationDirectory, MemberCard, card_fingerprint
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class CheckedDirectory:
    """What is taken of a directory: `directory` has the pinned card of each member whose card was `changed`."""

    directory: FederationDirectory
    new: tuple[MemberCard, ...]
    changed: tuple[MemberCard, ...]


def check_cards(directory: FederationDirectory, pinned: Mapping[MemberCode, MemberCard]) -> CheckedDirectory:
    """Keep to the pinned cards, whatever the directory says: the hub signs it, and the hub is not trusted with keys."""
    return CheckedDirectory(
        directory=replace(directory, members=tuple(pinned.get(card.code, card) for card in directory.members)),
        new=tuple(card for card in directory.members if card.code not in pinned),
        changed=tuple(card for card in directory.members if pinned.get(card.code, card) != card),
    )


def with_card(directory: FederationDirectory, card: MemberCard) -> FederationDirectory:
    """The directory with one member's card put in the place of its former one."""
    return replace(directory, members=tuple(card if known.code == card.code else known for known in directory.members))


def is_fingerprint_of(card: MemberCard, read_out: str) -> bool:
    """Whether what was read out over the telephone is the card's fingerprint; spaces and case do not matter."""
    return "".join(read_out.split()).lower() == card_fingerprint(card).replace(" ", "")
