"""How far the members are with the epochs of the linkage key, and what keeps an old one open."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from symbolon.protocol.messages import EpochProgress
from symbolon.protocol.references import MemberCode


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """A member in an epoch: what it says of itself, and of how many live records the hub has how many encodings."""

    member: MemberCode
    epoch: int
    told: EpochProgress | None
    told_at: datetime | None
    live: int
    encoded: int

    @property
    def holds_key(self) -> bool:
        """Whether the member says that it holds the key."""
        return self.told is not None and self.told.key_held

    @property
    def is_through(self) -> bool:
        """Whether all that the member has here is encoded under this epoch."""
        return self.encoded >= self.live


@dataclass(frozen=True, slots=True)
class ClosedEpoch:
    """An epoch that was closed; `erased_at` None while encodings of it are being erased."""

    epoch: int
    closed_at: datetime
    erased_at: datetime | None


def agreed_check_value(progress: Collection[MemberProgress]) -> bytes | None:
    """The check value that most members of one epoch told; None where none did, or two are told equally often."""
    told = Counter(each.told.key_check_value for each in progress if each.told and each.told.key_check_value)
    first, second, *_ = *told.most_common(2), (None, 0), (None, 0)
    return first[0] if first[1] > second[1] else None


def holds_another_key(one: MemberProgress, progress: Collection[MemberProgress]) -> bool:
    """Whether a member told another check value than most members of its epoch, or all contradict each other."""
    value = None if one.told is None else one.told.key_check_value
    of_epoch = [each for each in progress if each.epoch == one.epoch]
    return value is not None and value != agreed_check_value(of_epoch)


def what_keeps_open(progress: Collection[MemberProgress], newest: int) -> tuple[str, ...]:
    """Why an older epoch cannot be closed yet: each member that is not through with the newest one, in a sentence."""
    reasons = []
    for each in (each for each in progress if each.epoch == newest):
        if holds_another_key(each, progress):
            reasons.append(f"{each.member} holds another key of epoch {newest} than the others.")
        elif not each.holds_key:
            reasons.append(f"{each.member} does not hold the key of epoch {newest} yet.")
        elif not each.is_through:
            reasons.append(f"{each.member} has {each.encoded} of its {each.live} records under epoch {newest}.")
    return tuple(reasons)
