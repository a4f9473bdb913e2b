"""Commands by name, each module of them imported when one of its commands is asked for.

Importing a role's commands takes a third of the time that a command takes, and each process of a role is started by
one. What lists the commands imports all of them; what runs one imports its module alone.
"""

import importlib
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import typer
from typer.core import TyperGroup


class Doors(MutableMapping[str, Any]):
    """A group's commands, behind the modules that add them to ``app`` when they are imported."""

    def __init__(self, app: typer.Typer, modules: Mapping[str, str]) -> None:
        """``modules``: for each command or group of commands the module that adds it."""
        self._app = app
        self._modules = modules
        self._added: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The command. Raises :class:`KeyError` where there is none, as of a module that does not add it."""
        if name in self._added:
            return self._added[name]
        importlib.import_module(self._modules[name])
        return typer.main.get_group(self._app).commands[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._added[name] = command

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._modules
        yield from self._added

    def __len__(self) -> int:
        return len(self._modules) + len(self._added)


def behind_doors(app: typer.Typer, modules: Mapping[str, str]) -> typer.Typer:
    """``app`` as it is shown, before any of ``modules`` is imported."""

    class Group(TyperGroup):
        """The commands by name, none of them imported."""

        def __init__(self, **attributes: Any) -> None:
            super().__init__(**{**attributes, "commands": {}})
            self.commands = Doors(app, modules)

    return typer.Typer(cls=Group, no_args_is_help=True, help=app.info.help)
