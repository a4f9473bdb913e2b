import doctest
import importlib
import pkgutil

import pytest

import symbolon.matching

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(symbolon.matching.__path__, "symbolon.matching.")
    if not module.name.endswith("schemas")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
