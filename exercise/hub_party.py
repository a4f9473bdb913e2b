"""The hub of an exercise federation: its home, its processes, and what the exercise asks of it."""

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import symbolon.hub.bootstrap.opening as hub_bootstrap
from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.party import FEDERATION, LOOPBACK, party_command, party_process, put_password_apart
from symbolon.exercise.ports import accepts_connections, free_ports
from symbolon.exercise.supervisor import ProcessSpec
from symbolon.hub.bootstrap.commands import add_operator, close_epoch, open_epoch
from symbolon.hub.bootstrap.people import people_office
from symbolon.hub.domain.members import Standing
from symbolon.hub.domain.status import HubStatus
from symbolon.hub.services.initialise_hub import AUTHORITY_CERTIFICATE, HubDraft
from symbolon.hub.services.open_epoch import Because, EpochDraft
from symbolon.protocol.messages import EnrolmentRequest, Opening, Welcome, enrolment_fingerprint
from symbolon.protocol.messages_comparison import OperatorRequest, OperatorWelcome, operator_request_fingerprint
from symbolon.protocol.references import MemberCode
from symbolon.runtime.home import PartyHome
from symbolon.runtime.people_commands import COMMAND

WEB: Final = "hub-web"
WORKER: Final = "hub-worker"
BEAT: Final = "hub-beat"
OPERATOR: Final = "operator"


class ExerciseHub:
    """A hub in a folder of its own; :meth:`found` it before anything else."""

    def __init__(self, folder: Path, federation: str = FEDERATION, opening: Opening = Opening.HUB) -> None:
        """``folder`` becomes the hub's home; ``opening``: towards whom match bits open, where three compare blind."""
        self.home = PartyHome(folder)
        self._federation = federation
        self._opening = opening
        self.api_port, self.desk_port = free_ports(2)
        self.operator_password = f"exercise-{secrets.token_hex(4)}"
        self._hub: hub_bootstrap.Hub | None = None

    @property
    def url(self) -> str:
        """Where nodes reach the hub."""
        return f"https://{LOOPBACK}:{self.api_port}"

    @property
    def desk_url(self) -> str:
        """Where the operator's page is."""
        return f"https://{LOOPBACK}:{self.desk_port}"

    @property
    def authority(self) -> Path:
        """The certificate of the federation's development authority."""
        return self.home.tls.file(AUTHORITY_CERTIFICATE)

    def found(self, conninfo: str, broker_url: str) -> None:
        """Do what `symbolon hub init` and `hub user add` do."""
        database, password_file = put_password_apart(self.home, conninfo)
        settings: dict[str, str | int | bool] = {
            "federation": self._federation,
            "exercise": True,
            "database": database,
            "database_password_file": str(password_file),
            "broker": broker_url,
            "hub_url": self.url,
            "listen_host": LOOPBACK,
            "api_port": self.api_port,
            "desk_port": self.desk_port,
            "second_factor": "optional",
            "opening": self._opening.value,
        }
        self._hub = hub_bootstrap.initialise(self.home, HubDraft(self._federation, settings, (LOOPBACK, "localhost")))
        people_office(self._hub).add_with_password(
            COMMAND, OPERATOR, self.operator_password, frozenset({"operator"}), "Exercise operator"
        )

    def enrol(self, request: EnrolmentRequest) -> Welcome:
        """Do what `symbolon hub enrol` does, the fingerprint compared."""
        return self._opened.enrol_member()(request, enrolment_fingerprint(request))

    def add_operator(self, request: OperatorRequest, port: int) -> tuple[OperatorWelcome, ...]:
        """Do what `symbolon hub operator add` does, the fingerprint compared; the welcomes of all added so far."""
        add = add_operator(self._opened)
        welcomes, _outlook = add(request, LOOPBACK, port, operator_request_fingerprint(request))
        return welcomes

    def open_epoch(self, *expelled: MemberCode) -> None:
        """Do what `symbolon hub epoch open` does: propose the next epoch, and without whom."""
        because = Because.EXPULSION if expelled else Because.ROTATION
        open_epoch(self._opened)(EpochDraft(schema=None, because=because, expel=expelled))

    def close_epoch(self, epoch: int, *, leave_behind: bool = False) -> None:
        """Do what `symbolon hub epoch close` does: propose to close the older epoch."""
        close_epoch(self._opened)(epoch, leave_behind=leave_behind)

    def directory_version(self) -> int:
        """The version of the directory that is in effect; 0 before the founding."""
        return self.status().directory.version or 0

    def serves(self, member: MemberCode) -> bool:
        """Whether the member's requests are taken: it is enrolled, and neither suspended nor expelled."""
        standing = {each.code: each.standing for each in self.status().members}.get(member)
        return standing in (Standing.CANDIDATE, Standing.ACTIVE)

    def status(self) -> HubStatus:
        """What the status page shows."""
        return self._opened.show_status()()

    def processes(self, logs: Path, worker_pid: Callable[[], int]) -> tuple[ProcessSpec, ...]:
        """Web, worker and beat. ``worker_pid`` tells the process id of the worker that runs now."""

        def worker_is_ready() -> bool:
            name = f"{socket.gethostname()}-{worker_pid()}"
            return any(worker.worker_id == name for worker in self.status().workers)

        return (
            party_process(WEB, self._command("serve"), logs, lambda: accepts_connections(self.api_port)),
            party_process(WORKER, self._command("worker"), logs, worker_is_ready),
            party_process(BEAT, self._command("beat"), logs),
        )

    def close(self) -> None:
        """Give back the connections of the exercise itself."""
        if self._hub is not None:
            self._hub.database.close()

    def _command(self, command: str) -> tuple[str, ...]:
        return party_command("hub", command, self.home)

    @property
    def _opened(self) -> hub_bootstrap.Hub:
        if self._hub is None:
            raise ExerciseError("The hub was not founded.")
        return self._hub
