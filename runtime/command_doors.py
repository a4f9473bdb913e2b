"""Commands by name, each module of them imported when one of its commands is asked for.

Importing a role's commands takes a third of the time that a command takes, and each process of a role is started by
one. What lists the commands imports all of them; what runs one imports its module alone.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, cast

import typer
from typer.core import TyperGroup

from symbolon.runtime.imports import import_for_good


class Doors(Mapping[str, Any]):
    """A group's commands, behind the modules that add them to ``app`` when they are imported."""

    def __init__(self, app: typer.Typer, modules: Mapping[str, str]) -> None:
        """``modules``: for each command or group of commands the module that adds it."""
        self._app = app
        self._modules = modules
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The command. Raises :class:`KeyError` where there is none, as of a module that does not add it."""
        if name not in self._found:
            import_for_good(self._modules[name])
            # What the module added, and what stood there before: made anew for each module, not for each command.
            self._found |= typer.main.get_group(self._app).commands
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def behind_doors(app: typer.Typer, modules: Mapping[str, str]) -> typer.Typer:
    """``app`` as it is shown, before any of ``modules`` is imported."""

    class Group(TyperGroup):
        """The commands by name, none of them imported."""

        def __init__(self, **attributes: Any) -> None:
            super().__init__(**{**attributes, "commands": {}})
            self.commands = cast("MutableMapping[str, Any]", Doors(app, modules))

    return typer.Typer(cls=Group, no_args_is_help=True, help=app.info.help, callback=_is_a_group)


def _is_a_group() -> None:
    """Typer takes for a group what has commands, of which it sees none yet, or a callback."""
