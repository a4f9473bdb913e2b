"""A small federation of two states, laid out once for the tests of a module."""

from collections.abc import Iterator

import pytest

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU


@pytest.fixture(scope="module")
def federation() -> Iterator[Federation]:
    with Federation({AMARA: "Amara", BELANU: "Belanu"}) as federation:
        federation.start()
        yield federation
