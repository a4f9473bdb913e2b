"""A node of an exercise federation: its home, its processes, and what the exercise does in its administrator's name."""

import ssl
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.party import LOOPBACK, party_command, party_process, put_password_apart
from symbolon.exercise.people import ROLES, Post, name_of, new_credentials
from symbolon.exercise.ports import accepts_connections, free_ports
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.supervisor import ProcessSpec
from symbolon.node.bootstrap.opening import COMMAND, Node, NodeDraft, initialise
from symbolon.node.bootstrap.people import people_office
from symbolon.node.cli.app import hub_services
from symbolon.node.domain.actors import Actor
from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.desks import DeskQuery
from symbolon.node.domain.hits import HitView
from symbolon.node.domain.import_mapping_parser import parse_mapping
from symbolon.node.domain.import_report import ImportChoices, ImportOutcome
from symbolon.node.domain.record_list import ListedRecord, RecordFilter
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.node.gateway.enrolment import DESK_AUTHORITY
from symbolon.node.services.edit_focal_points import NOTHING_SEEN
from symbolon.node.services.show_federation import VersionView
from symbolon.node.services.show_status import NodeStatus
from symbolon.protocol.messages import EnrolmentRequest, Welcome
from symbolon.protocol.references import HitId, MemberCode
from symbolon.runtime.home import PartyHome
from symbolon.runtime.tls import trusting_context

_STAFF: Final = (Post.FOCAL_POINT, Post.DEPUTY)


class ExerciseNode:
    """A node in a folder of its own; :meth:`initialise` it before anything else."""

    def __init__(self, folder: Path, code: MemberCode, name: str, pairs_every: timedelta | None = None) -> None:
        """``folder`` becomes the node's home; ``pairs_every``: see `NodeSettings`, None for the usual interval."""
        self.code = code
        self.name = name
        self.home = PartyHome(folder)
        (self.desk_port,) = free_ports(1)
        self.people = new_credentials(code)
        self._pairs_every = pairs_every
        self._node: Node | None = None

    @property
    def web(self) -> str:
        """The name of the process that serves the desk."""
        return f"{self.code.lower()}-web"

    @property
    def worker(self) -> str:
        """The name of the worker's process."""
        return f"{self.code.lower()}-worker"

    @property
    def desk_url(self) -> str:
        """Where the officers' pages are."""
        return f"https://{LOOPBACK}:{self.desk_port}"

    @property
    def desk_trust(self) -> ssl.SSLContext:
        """What a browser of this state trusts."""
        return trusting_context(self.home.tls.file(DESK_AUTHORITY))

    def initialise(self, conninfo: str) -> EnrolmentRequest:
        """Do what `symbolon node init` and `node user add` do."""
        database, password_file = put_password_apart(self.home, conninfo)
        settings: dict[str, str | int] = {
            "code": self.code,
            "name": self.name,
            "database": database,
            "database_password_file": str(password_file),
            "listen_host": LOOPBACK,
            "desk_port": self.desk_port,
            "second_factor": "optional",
        }
        if self._pairs_every is not None:
            settings["pairs_every_seconds"] = round(self._pairs_every.total_seconds())
        draft = NodeDraft(self.code, self.name, settings, (LOOPBACK, "localhost"))
        self._node = initialise(self.home, draft)
        office = people_office(self._node)
        for post, credentials in self.people.items():
            office.add_with_password(
                COMMAND.login,
                credentials.login,
                credentials.password,
                frozenset({ROLES[post].value}),
                name_of(self.code, post),
            )
        return self._node.enrolment_request()

    def join(self, welcome: Welcome, fingerprint: str) -> None:
        """Do what `symbolon node join` does."""
        self._opened.join(welcome, fingerprint)

    def read_out_fingerprint(self) -> str:
        """What this state reads out over the phone, as `symbolon node identity` prints it: of its own keys."""
        (first,) = self._opened.services.show_keys()
        if first.card_fingerprint is None:
            raise ExerciseError(f"{self.name} has no card yet: it has not joined.")
        return first.card_fingerprint

    def sign_directory(self, compared: Mapping[MemberCode, str]) -> None:
        """Do what `symbolon node federation sign` does, every card compared."""
        with hub_services(self._opened) as services:
            services.sign_directory(COMMAND, dict(compared), dry_run=False)

    def join_ceremony(self) -> None:
        """Do what `symbolon node ceremony join` does."""
        self._opened.services.ceremony.join(COMMAND, None, dry_run=False)

    def publish_desks(self, file: Path) -> int:
        """Do what `symbolon node focal-points publish` and `staff` do; the version that was signed."""
        watch, focal_point = self._opened.services.watch, self._actor(Post.FOCAL_POINT)
        draft = read_toml(file.read_text(encoding="utf-8"))
        watch.edit_focal_points.save(focal_point, draft, NOTHING_SEEN)
        for desk in draft.desks:
            watch.edit_focal_points.staff(focal_point, desk.desk_id, [self.people[each].login for each in _STAFF])
        return watch.publish_focal_points(focal_point)

    def fetch_desks(self) -> int:
        """Do what `symbolon node focal-points fetch` does; how many states published something newer."""
        with hub_services(self._opened) as services:
            return services.keep_focal_points()

    def answer_pings(self) -> None:
        """Do what `symbolon node focal-points alive` does: say of each desk that was asked that somebody is there."""
        watch, focal_point = self._opened.services.watch, self._actor(Post.FOCAL_POINT)
        for ping in watch.answer_ping.open_to(focal_point):
            watch.answer_ping(focal_point, ping.ping_id)

    def knows_desks_of(self, other: MemberCode) -> bool:
        """Whether another state's desks are kept here: whom to call is known while the hub is away."""
        watch, query = self._opened.services.watch, DeskQuery(other, None, "")
        return bool(watch.show_focal_points(self._actor(Post.FOCAL_POINT), query).lines)

    def has_directory(self, version: int) -> bool:
        """Whether this version of the directory, or a newer one, is here."""
        return self.status().directory_version >= version

    def signed_versions(self) -> tuple[VersionView, ...]:
        """What `symbolon node federation history` shows: each version of the directory, and who signed it."""
        return self._opened.services.show_federation.history()

    def key_checks(self) -> Mapping[int, str | None]:
        """The check value of each listed epoch's key; None where the key is not here."""
        return {epoch.epoch: epoch.key_check for epoch in self.status().epochs}

    def holds_linkage_keys(self) -> bool:
        """Whether the key of each listed epoch is here."""
        checks = self.key_checks().values()
        return bool(checks) and None not in checks

    def import_file(self, file: Path, mapping_file: Path) -> int:
        """Do what `symbolon node import` does; how many records are new. Raises :class:`ExerciseError` if not taken."""
        mapping = parse_mapping(tomllib.loads(mapping_file.read_text(encoding="utf-8")))
        report = self._opened.services.import_records(COMMAND, mapping, CsvRows(file, mapping.file), ImportChoices())
        if report.outcome is not ImportOutcome.TAKEN:
            raise ExerciseError(f"The file {file.name} of {self.name} was not taken: {report.outcome.value}.")
        return report.new

    def publish(self) -> int:
        """Do what `symbolon node publish` does; how many records are on their way."""
        return self._opened.services.publish_records(COMMAND).queued

    def status(self) -> NodeStatus:
        """What `symbolon node status` shows."""
        return self._opened.services.show_status()

    def pairs_under_way(self) -> int:
        """Pairs found past the hub, of protected records too, that the other side or the hub is still to hear of."""
        with self._opened.unit_of_work.begin() as work:
            return work.pairs.under_way()

    def list_records(self) -> tuple[ListedRecord, ...]:
        """What `symbolon node records` lists."""
        return self._opened.services.list_records(COMMAND, RecordFilter())

    def show_hit(self, actor: Actor, hit_id: HitId) -> HitView:
        """A hit as `actor` may see it."""
        return self._opened.services.show_hit(actor, hit_id)

    def desk(self) -> StateDesk:
        """The state's simulated officers."""
        return StateDesk(self.code, self.desk_url, self.desk_trust, self.people)

    def processes(self, logs: Path, environment: Mapping[str, str] | None = None) -> tuple[ProcessSpec, ...]:
        """Web and worker; ``environment`` is added to what every party's process gets."""
        serve, work = (party_command("node", command, self.home) for command in ("serve", "worker"))
        return (
            party_process(self.web, serve, logs, lambda: accepts_connections(self.desk_port), environment),
            party_process(self.worker, work, logs, None, environment),
        )

    def close(self) -> None:
        """Give back the connections of the exercise itself."""
        if self._node is not None:
            self._node.database.close()

    def _actor(self, post: Post) -> Actor:
        return Actor(self.people[post].login, frozenset({ROLES[post]}))

    @property
    def _opened(self) -> Node:
        if self._node is None:
            raise ExerciseError("The node was not initialised.")
        return self._node
