"""Canaries are compared among records, and every pair that one of them is in has a known answer.

A canary is compared once when it comes, as records are: who does not compute rightly what it was not asked before is
found out by that. Now and then an older one is compared again, beside records of its kind, so that what breaks later is
noticed too; a row that asks again may be a canary, or a record that is compared anew.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from symbolon.hub.domain.ids import PartitionId, RecordHandle
from symbolon.hub.domain.scope import Scope
from symbolon.hub.errors_of_operators import WrongAnswers
from symbolon.hub.ports import CandidatePair, Work
from symbolon.hub.storage.blind_encodings import profiles_in
from symbolon.matching.blind.canaries import CanaryForm, CanaryName, known_answer, wrong_answers
from symbolon.runtime.clock import Clock
from symbolon.runtime.sql_loader import load_queries

_QUERIES = load_queries("symbolon.hub.storage", "canaries")
ASK_AGAIN_ONE_IN: Final = 32
"""Of how many records one is accompanied by a canary that was compared before."""
MOST_ASKED: Final = 200
"""Canaries of one comparison."""


@dataclass(frozen=True, slots=True)
class HeldCanary:
    """A canary as the hub knows it."""

    handle: RecordHandle
    member: str
    partition: PartitionId
    epoch: int
    filled: str
    name: CanaryName

    @property
    def place(self) -> tuple[int, PartitionId, str]:
        """Among which records it lies."""
        return self.epoch, self.partition, self.filled


Held = Mapping[RecordHandle, HeldCanary]


@dataclass(frozen=True, slots=True)
class Sounding:
    """The canaries that are compared along with records, and all that they may meet."""

    asked: tuple[RecordHandle, ...]
    held: Held
    scope: Scope


class BlindCanaries:
    """Mixes canaries into comparisons, and checks what the operators made of them."""

    def __init__(self, clock: Clock, random_number: Callable[[int], int]) -> None:
        """`random_number`: uniform below its argument."""
        self._clock = clock
        self._random_number = random_number

    def mix(self, work: Work, handles: Collection[RecordHandle], scope: Scope) -> Sounding:
        """The canaries that are to be compared with these records, locked: while they are, they stay."""
        held = self._held(work, scope)
        fresh = [
            RecordHandle(row["handle"])
            for row in work.transaction.fetch_all(_QUERIES["take_fresh"], handles=list(handles), limit=MOST_ASKED)
        ]
        work.transaction.execute(_QUERIES["note_asked"], handles=fresh)
        chosen = self._again(work, handles, [each for each in held.values() if each.handle not in fresh])
        again = work.transaction.fetch_all(_QUERIES["lock_canaries"], handles=chosen)
        return Sounding((*fresh, *(RecordHandle(row["handle"]) for row in again)), held, scope)

    def shuffled(self, handles: Sequence[RecordHandle]) -> list[RecordHandle]:
        """The same in random order, which tells nothing of who is who."""
        left, mixed = list(handles), []
        while left:
            mixed.append(left.pop(self._random_number(len(left))))
        return mixed

    def check(self, work: Work, sounding: Sounding, found: Sequence[CandidatePair]) -> list[CandidatePair]:
        """Those of the pairs that are of records alone.

        Raises:
            WrongAnswers: a pair with a canary came out otherwise than it must.

        """
        held = self._held(work, sounding.scope)
        opened: defaultdict[RecordHandle, set[RecordHandle]] = defaultdict(set)
        for pair in found:
            opened[pair.query].add(pair.target)
            opened[pair.target].add(pair.query)
        # What came or went meanwhile may have been met or not.
        lasting = [each for handle, each in sounding.held.items() if handle in held]
        expected = {
            (one.handle, other.handle): known_answer(one.name, other.name)
            for handle in sounding.asked
            if (one := held.get(handle)) is not None
            for other in lasting
            if _meet(one, other, sounding.scope)
        }
        known = {**sounding.held, **held}
        unlike = {(pair.query, pair.target): False for pair in found if (pair.query in known) != (pair.target in known)}
        wrong = wrong_answers(opened, {**expected, **unlike})
        if wrong:
            members = sorted({known[handle].member for pair in wrong for handle in pair if handle in known})
            raise WrongAnswers(len(wrong), len(expected) + len(unlike), members)
        if expected:
            work.canaries.note_answers(len(expected), self._clock.now())
        return [pair for pair in found if pair.query not in known and pair.target not in known]

    def _held(self, work: Work, scope: Scope) -> Held:
        partitions = sorted({*scope, *(other for others in scope.values() for other in others)})
        return {
            RecordHandle(row["handle"]): HeldCanary(
                RecordHandle(row["handle"]),
                row["member"],
                PartitionId(row["partition_id"]),
                row["key_epoch"],
                row["filled"],
                CanaryName(row["number"], CanaryForm(row["form"])),
            )
            for row in work.transaction.fetch_all(_QUERIES["list_held"], partition_ids=partitions)
        }

    def _again(self, work: Work, handles: Collection[RecordHandle], held: Sequence[HeldCanary]) -> list[RecordHandle]:
        """Some of those that lie among the same records as these do."""
        wanted = sum(self._random_number(ASK_AGAIN_ONE_IN) == 0 for _ in handles)
        if not wanted:
            return []
        rows = work.transaction.fetch_all(_QUERIES["find_places_of"], handles=list(handles))
        places = {(row["key_epoch"], PartitionId(row["partition_id"]), row["filled"]) for row in rows}
        beside = [each.handle for each in held if each.place in places]
        return self.shuffled(beside)[: min(wanted, MOST_ASKED)]


def _meet(one: HeldCanary, other: HeldCanary, scope: Scope) -> bool:
    """Whether the comparison of one meets the other: of one epoch, in scope, and some profile judges them."""
    return (
        one.epoch == other.epoch
        and other.partition in scope.get(one.partition, ())
        and not profiles_in(one.filled).isdisjoint(profiles_in(other.filled))
    )
