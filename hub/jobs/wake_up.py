"""Tells the workers through the broker that something waits, without ever making anybody wait for the broker."""

import threading
from typing import Final

from celery import Celery
from kombu.exceptions import KombuError

from symbolon.hub.jobs.tasks import FIND_MATCHES
from symbolon.runtime.logs import get_logger

# A wake-up that no worker took for so long is of no use: the sweep came by many times.
_EXPIRES_S: Final = 30.0


class CeleryWakeUp:
    """See `symbolon.hub.ports.MatchingWakeUp`. Many calls while one is being sent become one."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._asked = threading.Event()
        connection = app.connection_for_write()
        self._broken = (*connection.connection_errors, *connection.channel_errors, KombuError, OSError)
        threading.Thread(target=self._send_when_asked, name="matching wake-up", daemon=True).start()

    def __call__(self) -> None:
        """Ask for a wake-up to be sent, and return at once."""
        self._asked.set()

    def _send_when_asked(self) -> None:
        while self._asked.wait():
            self._asked.clear()
            try:
                self._send()
            except self._broken:
                # The first failure may be no more than a connection that died while it was idle.
                self._app.pool.force_close_all()
                self._send_or_leave_it()

    def _send_or_leave_it(self) -> None:
        try:
            self._send()
        except self._broken:
            get_logger().warning("the broker is away; the sweep will find what waits")

    def _send(self) -> None:
        self._app.send_task(FIND_MATCHES, expires=_EXPIRES_S, ignore_result=True, retry=False)
