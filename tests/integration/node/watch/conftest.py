"""Two nodes with desks, and the part of the hub between them that hands desks out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from tests.integration.node.conftest import NodeUnderTest, Pair
from tests.simulators.desks_in_memory import DeskLine, DesksInMemory

from symbolon.node.bootstrap.services import build_hub_services
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.desk_text import DirectoryDraft, read_toml
from symbolon.runtime import accounts

FOCAL_POINT = Actor("mara", frozenset({Role.FOCAL_POINT}))
DEPUTY = Actor("dina", frozenset({Role.FOCAL_POINT}))
INVESTIGATOR = Actor("ivo", frozenset({Role.INVESTIGATOR}))
PROTECTION_OFFICER = Actor("ines", frozenset({Role.PROTECTION_OFFICER}))
AUTHORISER = Actor("aya", frozenset({Role.AUTHORISER}))
ADMINISTRATOR = Actor("adam", frozenset({Role.ADMINISTRATOR}))
AUDITOR = Actor("una", frozenset({Role.AUDITOR}))
PEOPLE = (FOCAL_POINT, DEPUTY, INVESTIGATOR, PROTECTION_OFFICER, AUTHORISER, ADMINISTRATOR, AUDITOR)
MONDAY = datetime(2031, 5, 5, 9, 0, tzinfo=UTC)

DESKS = """
valid_until = 2031-12-31
holidays = [2031-05-06]

[[desk]]
id = "national"
kind = "focal-point"
title = "National desk"
competences = ["general", "trafficking"]
languages = ["en"]
zone = "UTC"
hours = ["Mon-Fri 08:00-16:00"]
channels = ["phone: +880 2 5550 100", "secure-mail: desk@amara.test | AB12 CD34"]
deputy = "second"

[[desk]]
id = "second"
kind = "deputy"
title = "Second desk"
competences = ["general"]
languages = ["en", "bn"]
zone = "UTC"
hours = ["Mon-Fri 08:00-16:00"]
channels = ["phone: +880 2 5550 200"]

[[desk]]
id = "children"
kind = "focal-point"
title = "Children's desk"
competences = ["minors"]
languages = ["bn"]
zone = "UTC"
hours = ["Mon-Fri 10:00-12:00"]
channels = ["phone: +880 2 5550 300"]

[[duty]]
desk = "second"
from = 2031-05-05T16:00:00+00:00
until = 2031-05-07T08:00:00+00:00
"""


@dataclass
class DeskPair:
    """A pair of nodes, and the desks at the hub."""

    pair: Pair
    desks: DesksInMemory

    @property
    def xa(self) -> NodeUnderTest:
        return self.pair.xa

    @property
    def xb(self) -> NodeUnderTest:
        return self.pair.xb

    def at(self, moment: datetime) -> None:
        """Let it be that time."""
        self.pair.draws.moment = moment

    def publish(self, node: NodeUnderTest, text: str = DESKS) -> int:
        """Publish a node's desks and hand them to the hub."""
        node.services.watch.edit_focal_points.save(FOCAL_POINT, read_toml(text), "")
        version = node.services.watch.publish_focal_points(FOCAL_POINT)
        node.deliver()
        return version

    def exchange(self) -> None:
        """Let everything go out and come in, and both nodes keep the book."""
        self.pair.exchange()
        for node in (self.xa, self.xb):
            node.hub_services.keep_focal_points()


@pytest.fixture
def desk_pair(pair: Pair) -> DeskPair:
    desks = DesksInMemory(pair.hub)
    for node in (pair.xa, pair.xb):
        node.hub_services = build_hub_services(node.tools, DeskLine(node.client, desks))  # type: ignore[arg-type]
        with node.database.transaction() as tx:
            for actor in PEOPLE:
                roles = [role.value for role in actor.roles]
                accounts.invite_user(tx, actor.login, roles, "")
    pair.draws.moment = MONDAY
    return DeskPair(pair, desks)


def draft_until(day: date) -> DirectoryDraft:
    """The desks of the tests, valid until another day."""
    draft = read_toml(DESKS)
    return DirectoryDraft(day, draft.desks, draft.roster, draft.holidays)
