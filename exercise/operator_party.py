"""An operator of blind comparison in an exercise federation: its home and its process."""

from pathlib import Path

from symbolon.exercise.party import FEDERATION, LOOPBACK, party_command, party_process, put_password_apart
from symbolon.exercise.ports import accepts_connections, free_ports
from symbolon.exercise.supervisor import ProcessSpec
from symbolon.hub.operators.bootstrap.opening import initialise, open_operator
from symbolon.hub.operators.services.join_federation import OperatorDraft
from symbolon.protocol.messages_comparison import OperatorRequest, OperatorWelcome
from symbolon.runtime.home import PartyHome

BODIES = ("the court of audit", "the data protection authority", "the university")
"""Who runs them: three bodies that have no reason to put together what they hold."""


class ExerciseOperator:
    """An operator in a folder of its own."""

    def __init__(self, folder: Path, place: int) -> None:
        """``folder`` becomes the operator's home."""
        self.home = PartyHome(folder)
        self.place = place
        self.name = f"operator{place}"
        (self.port,) = free_ports(1)

    def initialise(self, conninfo: str) -> OperatorRequest:
        """Do what `symbolon hub operator init` does."""
        database, password_file = put_password_apart(self.home, conninfo)
        settings: dict[str, str | int | bool] = {
            "federation": FEDERATION,
            "exercise": True,
            "place": self.place,
            "name": BODIES[self.place],
            "database": database,
            "database_password_file": str(password_file),
            "listen_host": LOOPBACK,
            "listen_port": self.port,
        }
        draft = OperatorDraft(FEDERATION, exercise=True, place=self.place, name=BODIES[self.place], settings=settings)
        return initialise(self.home, draft)

    def join(self, welcome: OperatorWelcome) -> None:
        """Do what `symbolon hub operator join` does."""
        operator = open_operator(self.home, "command")
        with operator.database:
            operator.join(welcome)

    def process(self, logs: Path) -> ProcessSpec:
        """The operator's one process."""
        command = party_command("hub", "operator serve", self.home)
        return party_process(self.name, command, logs, lambda: accepts_connections(self.port))
