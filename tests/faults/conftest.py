"""A small federation of two states, laid out once for the tests of a module."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.state_desk import StateDesk
from symbolon.protocol.references import MemberCode


@pytest.fixture(scope="module")
def broker_to_use() -> str | None:
    """The address of the hub's broker; None: the embedded one. A module may say otherwise."""
    return None


@pytest.fixture(scope="module")
def federation(broker_to_use: str | None) -> Iterator[Federation]:
    with Federation({AMARA: "Amara", BELANU: "Belanu"}, broker_url=broker_to_use) as federation:
        federation.start()
        yield federation


@pytest.fixture(scope="module")
def desks(federation: Federation) -> Iterator[dict[MemberCode, StateDesk]]:
    """The signed-in officers of both states."""
    with ExitStack() as stack:
        yield {code: stack.enter_context(node.desk()) for code, node in federation.nodes.items()}
