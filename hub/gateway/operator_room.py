"""The three operators as one: lines that are made anew when they break, and jobs with rising numbers."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Final

from symbolon.hub.errors_of_operators import OperatorRefused, OperatorsDisagree
from symbolon.hub.gateway.operator_calls import RoomSettings
from symbolon.hub.gateway.operator_lines import OperatorLines
from symbolon.hub.ports.operators import Asking, Opened, SealedBits
from symbolon.matching.blind.batch import Batch, Carry, Rotation
from symbolon.matching.blind.streams import BatchNumber
from symbolon.protocol.messages_erasures import AskErasures, Erasures
from symbolon.protocol.messages_operators import (
    AskStatus,
    AskUnreadable,
    EvaluatedTokens,
    EvaluateTokens,
    Fed,
    Feed,
    OperatorStatus,
    Unreadable,
)
from symbolon.protocol.messages_sessions import CompareRows, LinearForm, Proved, ProveRecords
from symbolon.protocol.references import MemberCode

_TRIES: Final = 10
_PAUSE_S: Final = 0.3
_AGAIN: Final = frozenset({"spoiled", "standing-still"})
_NO_SUBJECT = bytes(32)
"""What a batch is about, only the operators derive their streams from."""


class OperatorRoom:
    """See `symbolon.hub.ports.operators.Operators`; also evaluates tokens."""

    def __init__(self, settings: RoomSettings) -> None:
        self._settings = settings
        self._lines: OperatorLines | None = None
        self._number = -1
        self._generation = 0
        self._rows = bytes(32)
        self._turn = threading.Lock()

    def status(self) -> Mapping[int, OperatorStatus]:
        """How each is."""
        lines = self._live()
        found = lines.call_all(dict.fromkeys(self._settings.addresses, AskStatus()), OperatorStatus)
        # Jobs are for shares of one generation: while the operators are not of one, they refuse them.
        self._generation = max(each.generation for each in found.values())
        self._note_rows(found)
        return found

    def feed(self, feeds: Mapping[int, Feed]) -> Mapping[int, Fed]:
        """Give each its changes."""
        return self._live().call_all(feeds, Fed)

    def erasures(self, place: int, after: int) -> Erasures:
        """What an operator signed to owners about changes after this one."""
        return self._live().call(place, AskErasures(after), Erasures)

    def unreadable(self, place: int, after: int) -> Unreadable:
        """Which records an operator could not read, of handles after this one."""
        return self._live().call(place, AskUnreadable(after), Unreadable)

    def prove(self, change: int, after: int) -> Mapping[int, Proved]:
        """Have the three find which records are bits. Raises `OperatorsDisagree` where they say different things."""
        found = self._proved(change, after)
        if len({each.refused for each in found.values()}) != 1:
            raise OperatorsDisagree("they do not say the same of which records are bits")
        self._note_rows(found)
        return found

    def begin(self, asking: Asking, change: int, rotation: int) -> "Future[Opened]":
        """Ask all three about the rows as they are at a change, without waiting."""
        with self._turn:
            lines = self._live_locked()
            self._number += 1
            job = _job(asking, change, self._number, rotation, tree=self._settings.tree)
            job = replace(job, generation=self._generation, rows=self._rows)
            return lines.begin(job, _batch(job))

    def begin_sealed(
        self, asking: Asking, change: int, rotation: int, receivers: frozenset[MemberCode]
    ) -> "Future[SealedBits]":
        """The same, where match bits open towards these members alone."""
        with self._turn:
            lines = self._live_locked()
            self._number += 1
            job = _job(asking, change, self._number, rotation, tree=self._settings.tree)
            return lines.begin_sealed(replace(job, generation=self._generation, rows=self._rows), receivers)

    def evaluate(self, places: tuple[int, int], request: EvaluateTokens) -> Mapping[int, EvaluatedTokens]:
        """Have a member's blinded elements evaluated by two operators."""
        return self._live().call_all(dict.fromkeys(places, request), EvaluatedTokens)

    def close(self) -> None:
        """End the session."""
        with self._turn:
            if self._lines is not None:
                self._lines.close()
                self._lines = None

    def _proved(self, change: int, after: int) -> Mapping[int, Proved]:
        tries = 0
        while True:
            with self._turn:
                lines = self._live_locked()
                self._number += 1
                asked = lines.ask_all(ProveRecords(self._number, change, self._generation, after))
            try:
                return lines.answers(asked, Proved)
            except OperatorRefused as refused:
                tries += 1
                if refused.code not in _AGAIN or tries == _TRIES:
                    raise
            # Operators that lost each other call again within the second, and agree on keys.
            time.sleep(_PAUSE_S)

    def _note_rows(self, found: Mapping[int, OperatorStatus] | Mapping[int, Proved]) -> None:
        # Where they differ, no job is begun before the next proof.
        named = {each.rows for each in found.values()}
        if len(named) == 1:
            self._rows = named.pop()

    def _live(self) -> OperatorLines:
        with self._turn:
            return self._live_locked()

    def _live_locked(self) -> OperatorLines:
        if self._lines is not None and self._lines.is_broken:
            self._lines.close()
            self._lines = None
        if self._lines is None:
            settings = self._settings
            self._lines = OperatorLines(settings.addresses, settings.context(), settings.patience_s)
            self._number = -1
        return self._lines


def _job(asking: Asking, change: int, number: int, rotation: int, *, tree: bool) -> CompareRows:
    test = asking.question.test
    return CompareRows(
        number=number,
        rotation=rotation,
        tree=tree,
        change=change,
        form=LinearForm(test.overlap, test.query_weight, test.record_weight, test.constant, asking.question.bits),
        queries=asking.queries,
        against=asking.against,
        pairs=asking.pairs,
    )


def _batch(job: CompareRows) -> Batch:
    queries, records = job.shape
    return Batch(
        number=BatchNumber(job.number),
        queries=queries,
        records=records,
        bits=job.form.bits,
        subject=_NO_SUBJECT,
        rotation=Rotation(job.rotation),
        carry=Carry.TREE if job.tree else Carry.RIPPLE,
    )
