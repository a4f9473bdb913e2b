"""`symbolon hub user`: the people at the hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symbolon.hub.bootstrap.opening import open_hub
from symbolon.hub.bootstrap.people import people_office
from symbolon.hub.cli.app import app
from symbolon.runtime.home import PartyHome
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.people_commands import people_commands


@contextmanager
def _open_office(home: Path) -> Iterator[PeopleOffice]:
    hub = open_hub(PartyHome(home), "command")
    with hub.database:
        yield people_office(hub)


app.add_typer(people_commands(_open_office, "People who sign in to the hub's desk."), name="user")
