"""What a form brought, as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final
from unicodedata import category

from fastapi import Depends
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

# Control characters and lone surrogates (Unicode general categories): no keyboard makes them, no database takes them.
_UNPRINTABLE: Final = frozenset({"Cc", "Cs"})
# Beyond any form: how large a form may be as a whole is limited before it is read (``problem_responses.install``).
_LARGEST_FIELD: Final = 1 << 30
_UTF_8: Final = (b"utf-8", b"utf8")
NO_MISTAKES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class FormFields:
    """What a form brought, as text; a field that is absent is empty."""

    fields: Mapping[str, str] = field(repr=False)
    ticked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The values of boxes that were ticked, by the name that they share."""

    def text(self, name: str) -> str:
        """One field, without blanks around it, with plain line ends, and without control characters."""
        value = self.fields.get(name, "").replace("\r\n", "\n").strip()
        return "".join(letter for letter in value if letter in "\n\t" or category(letter) not in _UNPRINTABLE)

    def secret(self, name: str) -> str:
        """One field exactly as it was typed."""
        return self.fields.get(name, "")

    def choices(self, name: str) -> frozenset[str]:
        """All values of boxes that share a name."""
        return self.ticked.get(name, frozenset())


async def form_fields(request: Request) -> FormFields:
    """The fields of the form that was sent. A dependency, and async only because the framework reads bodies so.

    Raises `HTTPException` (400) for a body that is no form, or is not UTF-8: the framework would decode it by whatever
    character set the sender names, and some of those give half characters, which nothing further can write down.
    """
    _kind, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() not in _UTF_8:
        raise _no_form()
    form = await request.form(max_files=0, max_fields=100, max_part_size=_LARGEST_FIELD)
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    if any("\ud800" <= letter <= "\udfff" for pair in texts for text in pair for letter in text):
        raise _no_form()
    ticked: dict[str, set[str]] = {}
    for name, value in texts:
        ticked.setdefault(name, set()).add(value)
    return FormFields(dict(texts), {name: frozenset(values) for name, values in ticked.items()})


def _no_form() -> HTTPException:
    return HTTPException(400, "The form is not written as a browser writes forms.")


Fields = Annotated[FormFields, Depends(form_fields)]
