"""Stands in an application for what each test brings anew, so that one application serves them all.

Making an application with its hundred and fifty routes takes longer than most tests of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Present:
    """What the running test brought; nothing while the application is made."""

    thing: Any = None


@dataclass(frozen=True, slots=True)
class StandIn:
    """Gives the attributes of what is present; those that are taken before, as stand-ins of their own."""

    _present: Present
    _find: Callable[[Any], Any] = field(default=lambda thing: thing)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._present.thing is None:
            return StandIn(self._present, lambda thing: getattr(self._find(thing), name))
        return getattr(self._find(self._present.thing), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Of what is present."""
        return self._find(self._present.thing)(*arguments, **named)
