"""Federations to destroy parts of."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.backup.federation import Federation, found

FreshDatabase = Callable[[str], str]
NewFederation = Callable[[], Federation]


@pytest.fixture
def new_federation(tmp_path: Path, fresh_database: FreshDatabase, broker_url: str) -> Iterator[NewFederation]:
    """Makes federations, each with homes and databases of its own."""
    made: list[Federation] = []

    def make() -> Federation:
        folder = tmp_path / f"federation-{len(made)}"
        folder.mkdir()
        federation = found(folder, fresh_database, broker_url)
        made.append(federation)
        return federation

    yield make
    for federation in made:
        federation.close()
