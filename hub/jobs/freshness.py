"""Keeps a worker's index as new as the database, between its tasks."""

import threading
from collections.abc import Callable
from typing import Final

from symbolon.hub.jobs.tasks import run_unless_database_is_away

_EVERY_S: Final = 1.0


def keep_fresh(refresh_index: Callable[[], None]) -> None:
    """Refresh each second on a thread of its own, as long as the process lives."""

    def refresh_forever() -> None:
        pause = threading.Event()
        while not pause.wait(_EVERY_S):
            run_unless_database_is_away(refresh_index)

    threading.Thread(target=refresh_forever, name="index freshness", daemon=True).start()
