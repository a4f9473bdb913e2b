"""A few batches at once, a few in a queue."""

from contextlib import ExitStack
from threading import Event, Thread

import pytest

from symbolon.hub.errors import TooManyBatches
from symbolon.hub.services.admit_batches import AdmitBatches


def test_a_batch_beyond_the_queue_is_turned_away_at_once_and_admitted_later() -> None:
    admit = AdmitBatches(at_once=2, waiting=0)
    with ExitStack() as turns:
        for _ in range(2):
            turns.enter_context(admit())
        with pytest.raises(TooManyBatches), admit():
            pass
    with admit():
        pass


def test_a_batch_in_the_queue_waits_for_its_turn() -> None:
    admit = AdmitBatches(at_once=1, waiting=1)
    begun, had_its_turn = Event(), Event()

    def wait_and_take() -> None:
        begun.set()
        with admit():
            had_its_turn.set()

    thread = Thread(target=wait_and_take)
    with admit():
        thread.start()
        assert begun.wait(5)
        assert not had_its_turn.wait(0.05)
    thread.join(5)
    assert had_its_turn.is_set()
