"""What one operation of the API is: its address, what it takes and gives, and which service it calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symbolon.node.domain.hits import HitView
from symbolon.node.services.admit_client import Caller
from symbolon.node.services.api_services import ApiServices
from symbolon.node.web.api.requests import Params
from symbolon.protocol.canonical import JsonValue
from symbolon.protocol.references import HitId


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as an answer."""

    content: bytes = field(repr=False)
    media_type: str
    file_name: str


@dataclass(frozen=True, slots=True)
class PageOf:
    """A part of a list, and where the next one begins."""

    items: Sequence[object] = field(repr=False)
    next: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """Something new, with the id by which it is found."""

    name: str
    id: str
    location: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and admitted."""

    services: ApiServices
    caller: Caller
    path: Mapping[str, Any]
    params: Params
    body: Any = field(repr=False)

    @property
    def hit_id(self) -> HitId:
        """The hit that the address names."""
        found: HitId = self.path["hit_id"]
        return found

    def seen_hit(self) -> HitView:
        """The hit, looked at; a protected one needs a reason of the last minutes."""
        return self.services.desk.view_hit(self.caller.actor, self.hit_id, self.caller.visit)


Run = Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``run`` gives a value of the services, a `Blob`, a `PageOf`, a `Made`, or None for no content.

    ``looks``: the hit is looked at first, as a page is before its form, so that an act about a protected hit needs a
    reason too. ``gives`` is the type of the answer, for the description alone.
    """

    method: str
    address: str
    summary: str
    run: Run
    takes: type | None = None
    gives: Any = None
    params: Mapping[str, str] = field(default_factory=dict)
    example: JsonValue = None
    description: str = ""
    looks: bool = True

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def group(self) -> str:
        """Under which heading it is described."""
        return self.address.strip("/").split("/", maxsplit=1)[0].replace("-", " ")


def page_of(
    items: Sequence[Any], params: Params, key: Callable[[Any], str], *, usual: int = 50, most: int = 200
) -> PageOf:
    """The part of an ordered list that a request asks for: after the item whose key the cursor names.

    Where that item is gone meanwhile, the list begins anew: a program that walks the list sees an item twice rather
    than never.
    """
    limit, cursor = params.number("limit", usual, most), params.text("cursor")
    keys = [key(item) for item in items]
    start = keys.index(cursor) + 1 if cursor in keys else 0
    part = items[start : start + limit]
    more = start + limit < len(items)
    return PageOf(part, key(part[-1]) if more and part else None)
