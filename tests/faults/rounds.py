"""A round of work in a small federation: records that match and some that do not, votes, a request and its reply.

Every act is repeated until it is done, as a person would who meets a page that does not load; no act is done twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TypeVar

import httpx

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU, FictionalRecord, drama_phone
from symbolon.exercise.officers import QueueEntry
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.state_files import write_state_file
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.hits import HitView
from symbolon.protocol.handling import RecordKind, SubjectCategory, Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.messages_exchange import Reply
from symbolon.protocol.references import HitId, MemberCode
from symbolon.runtime.errors import RuntimeFault

MATCHING = 4
ALONE = 21
WITHIN_S = 40.0
FOCAL_POINT = Actor("test", frozenset({Role.FOCAL_POINT}))

T = TypeVar("T")
_numbers = count()


def persistently(act: Callable[[], T]) -> T:
    """Try until it works: what fails while a process is away is tried again."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            return act()
        except (httpx.TransportError, ExerciseError, RuntimeFault):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def wait_until(what: str, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not persistently(is_so):
        assert time.monotonic() < deadline, f"{what} did not happen"
        # Each look is a page that a desk makes.
        time.sleep(0.25)


@dataclass(frozen=True, slots=True)
class Round:
    """The records of one round, new ones in each round."""

    federation: Federation
    number: int
    desks: dict[MemberCode, StateDesk]

    def load(self) -> None:
        """Import fifty new records, four pairs of which share a telephone."""
        phones = [drama_phone(next(_numbers)) for _ in range(MATCHING + 2 * ALONE)]
        shared = phones[:MATCHING]
        for state, own in ((AMARA, phones[MATCHING : MATCHING + ALONE]), (BELANU, phones[MATCHING + ALONE :])):
            records = [self._phone(place, phone) for place, phone in enumerate(shared + own)]
            file = self.federation.servers.folder / f"{state}-{self.number}.csv"
            file.write_bytes(write_state_file(state, records))
            persistently(lambda state=state, file=file: self._import(state, file))

    def publish(self) -> None:
        for node in self.federation.nodes.values():
            persistently(node.publish)

    def hits(self, state: MemberCode) -> dict[str, QueueEntry]:
        """The round's hits in the state's queue, by own record."""
        entries = [entry for entry in self.desks[state].queue() if entry.own_record.startswith(f"R{self.number}-")]
        assert len({entry.own_record for entry in entries}) == len(entries), "a hit is doubled"
        return {entry.own_record: entry for entry in entries}

    def await_hits(self) -> None:
        expected = {f"R{self.number}-{place}" for place in range(MATCHING)}
        for state in self.desks:
            wait_until(f"the hits of {state}", lambda state=state: expected <= set(self.hits(state)))
            assert set(persistently(lambda state=state: self.hits(state))) == expected

    def vote(self, state: MemberCode) -> None:
        """Vote SAME on every hit of the round, once each, however often it must be tried."""
        for entry in persistently(lambda: self.hits(state)).values():
            wait_until("a vote", lambda entry=entry: not self._may_still_vote(state, entry.hit_id))

    def await_confirmed(self) -> None:
        for state in self.desks:
            wait_until(
                f"the confirmation in {state}",
                lambda state=state: all(entry.state is JointState.CONFIRMED for entry in self.hits(state).values()),
            )

    def first_hit(self) -> HitId:
        return persistently(lambda: self.hits(AMARA))[f"R{self.number}-0"].hit_id

    def ask(self) -> None:
        """Amara asks, once, however often it must be tried."""

        def asked() -> bool:
            if not self.view(AMARA).exchanges:
                self.desks[AMARA].ask(self.first_hit())
            return bool(self.view(AMARA).exchanges)

        wait_until("the request", asked)

    def answer(self) -> None:
        """Belanu answers what arrived."""

        def answered() -> bool:
            said = (stored.message for exchange in self.view(BELANU).exchanges for stored in exchange.thread)
            return any(isinstance(each, Reply) for each in said) or self.desks[BELANU].answer(self.first_hit())

        wait_until("the request's arrival", answered)

    def await_answer(self) -> None:
        wait_until("the reply's arrival", lambda: self.desks[AMARA].holds_answer(self.first_hit()))

    def view(self, state: MemberCode) -> HitView:
        """The first hit of the round as a focal point sees it."""
        return persistently(lambda: self.federation.nodes[state].show_hit(FOCAL_POINT, self.first_hit()))

    def _may_still_vote(self, state: MemberCode, hit_id: HitId) -> bool:
        officer = self.desks[state].focal_point
        if officer.may(hit_id, "vote"):
            officer.vote(hit_id, Verdict.SAME, "as I see it")
        return officer.may(hit_id, "vote")

    def _import(self, state: MemberCode, file: Path) -> int:
        return self.federation.nodes[state].import_file(file, CASE_FOLDER / f"{state.lower()}.toml")

    def _phone(self, place: int, phone: str) -> FictionalRecord:
        blank = FictionalRecord(f"R{self.number}-{place}", "", RecordKind.PHONE, SubjectCategory.SUSPECT)
        return replace(blank, phone=phone)
