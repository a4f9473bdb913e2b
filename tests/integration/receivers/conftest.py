"""A federation whose hub learns no pair."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.backup.federation import FEDERATION
from tests.integration.receivers.federation import ReceiverFederation, founded
from tests.simulators.operator_bench import three_operators


@pytest.fixture
def federation(tmp_path: Path, fresh_database: Callable[[str], str], broker_url: str) -> Iterator[ReceiverFederation]:
    """Two states."""
    folder = tmp_path / "operators"
    folder.mkdir()
    with three_operators(folder, fresh_database, FEDERATION, listed=True) as operators:
        made = founded(tmp_path, fresh_database, broker_url, operators, ("XA", "XB"))
        yield made
        assert made.room is not None
        made.room.close()
        made.close()
