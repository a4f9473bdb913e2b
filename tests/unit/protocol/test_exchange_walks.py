"""Two nodes and a hub walk at random through the whole life cycle, and what may never happen does not happen."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from tests.simulators.exchange_model import World
from tests.simulators.walk_exchange import walk

from symbolon.protocol.lifecycle import Event

STEPS = 10_000
WALKS, LENGTH = 140, 80


class Walk(RuleBasedStateMachine):
    """One walk; the numbers say which act is next, so that a failure shrinks to the shortest."""

    taken = 0

    def __init__(self):
        super().__init__()
        self.world = World()

    @rule(choice=st.integers(0, 2**24 - 1))
    def act(self, choice):
        Walk.taken += 1
        self.world.step(choice)

    def teardown(self):
        if self.world.hub.ledger.version:
            self.world.calm()
            self.world.check_agreement()


def test_invariants_hold_in_every_walk_and_both_sides_agree_in_the_end():
    Walk.taken = 0
    run_state_machine_as_test(
        Walk, settings=settings(max_examples=WALKS, stateful_step_count=LENGTH, deadline=None, derandomize=True)
    )
    assert Walk.taken >= STEPS


def test_the_walks_come_through_the_whole_life_cycle():
    seen = Counter()
    for seed in range(400):
        seen.update(step.event for step in walk(seed).hub.log)
    # Suppression is the hub's alone, before anybody is told.
    assert seen.keys() == set(Event) - {Event.SUPPRESSED, Event.CHANGED}
