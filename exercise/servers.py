"""What the parties of an exercise stand on: a run folder, a supervisor, PostgreSQL and the hub's broker."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from symbolon.exercise.embedded_broker import EmbeddedBroker
from symbolon.exercise.embedded_postgres import EmbeddedPostgres
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor

POSTGRES: Final = "postgres"
BROKER: Final = "broker"


class ExerciseServers:
    """Started when entered as a context manager; at the end all processes stop and the folder goes."""

    def __init__(self, *, broker_url: str | None = None) -> None:
        """``broker_url``: a broker that runs already; None starts the embedded one."""
        self.folder: Path = make_run_folder()
        self.logs = self.folder / "logs"
        self.supervisor = Supervisor()
        self.postgres = EmbeddedPostgres(self.folder / "pg")
        self._embedded_broker = EmbeddedBroker(self.folder / "mq")
        self._runs_broker = broker_url is None
        self.broker_url = broker_url or self._embedded_broker.url
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._open.enter_context(self.supervisor)
        with self._open.pop_all() as undone:
            self._start()
            self._open = undone.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _start(self) -> None:
        self.logs.mkdir(mode=0o700)
        self.postgres.prepare()
        processes = [self.postgres.process(self.logs / f"{POSTGRES}.log")]
        if self._runs_broker:
            self._embedded_broker.prepare()
            processes.append(self._embedded_broker.process(self.logs / f"{BROKER}.log"))
        self.supervisor.start(*processes)
