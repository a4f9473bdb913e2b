"""Two states and a hub, each with its own processes and database, and the exercise's case on file at both."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from tests.e2e.browser import browser

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU, STATE_NAMES
from symbolon.protocol.lifecycle import JointState

__all__ = ["browser"]

_ALERTS = 3
_ALERTED_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def federation(browser: object) -> Iterator[Federation]:
    """A federation in which the case's hits have reached both states' desks."""
    case = Path(str(resources.files("symbolon.exercise.case")))
    with Federation({code: STATE_NAMES[code] for code in (AMARA, BELANU)}) as federation:
        federation.start()
        for code, node in federation.nodes.items():
            node.import_file(case / f"{code.lower()}.csv", case / f"{code.lower()}.toml")
            node.publish()
        federation.wait_until("Alerting both desks", lambda: _is_alerted(federation), _ALERTED_WITHIN_S)
        yield federation


def _is_alerted(federation: Federation) -> bool:
    alerted = JointState.ALERTED.value
    return all(node.status().hits.get(alerted, 0) >= _ALERTS for node in federation.nodes.values())
