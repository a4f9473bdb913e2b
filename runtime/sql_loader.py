"""Named, commented queries from ``.sql`` files, so that a database administrator can review them without Python.

A file is a sequence of queries; each begins with its name and a comment that says what it is for::

    -- name: find_account
    -- The account with this login, if any.
    select login, display_name from account where login = %(login)s;
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from symbolon.runtime.errors import UnknownQuery

_HEADING: Final = re.compile(r"^-- name:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Query:
    """One query: ``purpose`` is its comment, ``text`` is SQL with ``%(parameter)s`` places (a literal % is doubled)."""

    name: str
    purpose: str
    text: str


class Queries(Mapping[str, Query]):
    """The queries of one file by name. Asking for a name that is not there raises :class:`UnknownQuery`."""

    def __init__(self, origin: str, queries: Mapping[str, Query]) -> None:
        self._origin = origin
        self._queries = dict(queries)

    def __getitem__(self, name: str) -> Query:
        """The query of this name."""
        if name not in self._queries:
            raise UnknownQuery(f"{self._origin} has no query named {name!r}.")
        return self._queries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


@cache
def load_queries(package: str, name: str) -> Queries:
    """Read ``<package>/sql/<name>.sql``. Raises :class:`UnknownQuery` when it is absent or malformed."""
    origin = f"{package}/sql/{name}.sql"
    source = resources.files(package).joinpath("sql", f"{name}.sql")
    if not source.is_file():
        raise UnknownQuery(f"{origin} does not exist.")
    return parse_queries(source.read_text(encoding="utf-8"), origin)


def parse_queries(source: str, origin: str) -> Queries:
    """Split the text of a ``.sql`` file into its queries. Raises :class:`UnknownQuery` where one is malformed."""
    preamble, *parts = _HEADING.split(source)
    if any(line.strip() and not line.startswith("--") for line in preamble.splitlines()):
        raise UnknownQuery(f"{origin} has SQL before its first '-- name:' line.")
    queries: dict[str, Query] = {}
    for name, block in zip(parts[::2], parts[1::2], strict=True):
        if not _NAME.fullmatch(name) or name in queries:
            raise UnknownQuery(f"{origin} has a query name that is malformed or used twice: {name!r}.")
        queries[name] = _parse_query(name, block, origin)
    return Queries(origin, queries)


def _parse_query(name: str, block: str, origin: str) -> Query:
    lines = block.strip().splitlines()
    comments = 0
    while comments < len(lines) and lines[comments].startswith("--"):
        comments += 1
    purpose = " ".join(line.removeprefix("--").strip() for line in lines[:comments])
    text = "\n".join(lines[comments:]).strip().removesuffix(";")
    if not purpose or not text:
        raise UnknownQuery(f"{origin}: the query {name!r} needs a comment that says what it is for, and SQL.")
    return Query(name, purpose, text)
