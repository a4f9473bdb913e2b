"""Tells the workers through the broker that something waits, without ever making anybody wait for the broker."""

import threading
from typing import Final

from celery import Celery
from kombu.connection import Connection
from kombu.exceptions import KombuError
from kombu.messaging import Producer

from symbolon.hub.jobs.tasks import FIND_MATCHES
from symbolon.runtime.logs import get_logger

# A wake-up that no worker took for so long is of no use: the sweep came by many times.
_EXPIRES_S: Final = 30.0
# Nobody would answer a broker's heartbeats between two wake-ups, and it would hang up.
_NO_HEARTBEAT: Final = 0


class CeleryWakeUp:
    """See `symbolon.hub.ports.WakeUp`. Many calls while one is being sent become one."""

    def __init__(self, app: Celery, task: str = FIND_MATCHES) -> None:
        self._app = app
        self._task = task
        self._asked = threading.Event()
        self._connection = self._new_connection()
        self._broken = (*self._connection.connection_errors, *self._connection.channel_errors, KombuError, OSError)
        threading.Thread(target=self._send_when_asked, name=f"wake-up for {task}", daemon=True).start()

    def __call__(self) -> None:
        """Ask for a wake-up to be sent, and return at once."""
        self._asked.set()

    def _send_when_asked(self) -> None:
        producer = self._new_producer()
        while self._asked.wait():
            self._asked.clear()
            try:
                self._send(producer)
            except self._broken:
                # It may be no more than a connection that died while it was idle.
                producer = self._new_producer()
                self._send_or_leave_it(producer)

    def _send_or_leave_it(self, producer: Producer) -> None:
        try:
            self._send(producer)
        except self._broken:
            get_logger().warning("the broker is away; the sweep will find what waits")

    def _send(self, producer: Producer) -> None:
        self._app.send_task(self._task, producer=producer, expires=_EXPIRES_S, ignore_result=True, retry=False)

    def _new_producer(self) -> Producer:
        """A producer on a new connection; it connects when something is sent."""
        self._connection.release()  # type: ignore[no-untyped-call]  # kombu annotates half of its methods
        self._connection = self._new_connection()
        producer: Producer = self._app.amqp.Producer(self._connection, auto_declare=False)
        return producer

    def _new_connection(self) -> Connection:
        connection: Connection = self._app.connection_for_write(heartbeat=_NO_HEARTBEAT)
        return connection
