"""`symbolon node user`: the node's people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symbolon.node.bootstrap.people import people_office
from symbolon.node.cli.app import app, open_node
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.people_commands import people_commands


@contextmanager
def _open_office(home: Path) -> Iterator[PeopleOffice]:
    with open_node(home, "user") as node:
        yield people_office(node)


app.add_typer(people_commands(_open_office, "People who sign in to the node's desk."), name="user")
