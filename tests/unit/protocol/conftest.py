"""The vectors' generator and its sample messages, for every test of the protocol room."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from symbolon.protocol.problems import Problem, ProtocolError

VECTORS = Path(__file__).parents[2] / "vectors"


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal_of(step: Callable[[], object]) -> Problem | None:
    """Give the problem for which a step is refused, or None."""
    try:
        step()
    except ProtocolError as refused:
        return refused.problem
    return None


_GENERATOR = _load("symbolon_vector_generator", VECTORS / "generate.py")
_SAMPLES = _GENERATOR.samples


def _named(messages: tuple[object, ...]) -> list[object]:
    return [pytest.param(message, id=type(message).__name__) for message in messages]


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    return _GENERATOR


@pytest.fixture(scope="session", name="refusal_of")
def _refusal_of() -> Callable[[Callable[[], object]], Problem | None]:
    return refusal_of


@pytest.fixture(scope="session")
def refusals() -> ModuleType:
    return _GENERATOR.refusals


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    return _SAMPLES


@pytest.fixture(scope="session")
def vectors() -> Path:
    return VECTORS


@pytest.fixture(params=_named(_SAMPLES.CLEAR))
def clear_message(request: pytest.FixtureRequest) -> object:
    """Each message that travels in clear, in turn."""
    return request.param


@pytest.fixture(params=_named(_SAMPLES.SEALABLE))
def sealable_message(request: pytest.FixtureRequest) -> object:
    """Each message that travels sealed, in turn."""
    return request.param


@pytest.fixture(params=_named(_SAMPLES.CLEAR + _SAMPLES.SEALABLE))
def any_message(request: pytest.FixtureRequest) -> object:
    """Each message, in turn."""
    return request.param
