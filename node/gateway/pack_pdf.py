"""Prints a pack as a PDF: WeasyPrint lays it out, and Pango shapes every script with the fonts of the system.

Where no font has a character, a PDF would show an empty box, and nobody would know what stood there. So the pack is
laid out again with the character's code in its place, and every page says that it happened and which fonts to install.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from symbolon.node.domain.pack import EXERCISE_MARK, LEGAL_ASSISTANCE_NOTICE, Pack
from symbolon.node.errors import NodeError
from symbolon.protocol.problems import Problem

if TYPE_CHECKING:
    from jinja2 import Template

_CODE: Final = re.compile(r"U\+([0-9A-F]{4,6})")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_LEFT_TO_RIGHT: Final = "L"


class LayoutMissing(NodeError):
    """The machine lacks the libraries that text is laid out with."""

    def __init__(self) -> None:
        super().__init__(
            Problem.SERVICE_UNAVAILABLE,
            "Nothing can be printed here: ask the administrator to install Pango (Debian: libpango-1.0-0,"
            " libpangoft2-1.0-0, libharfbuzz-subset0; macOS: brew install pango).",
        )


class PdfPackPrinter:
    """Renders packs. Nothing outside the pack is fetched, whatever stands in it."""

    def __init__(self) -> None:
        # What was lost is read from the library's own log, which all threads share.
        self._turn = Lock()

    def __call__(self, pack: Pack) -> bytes:
        """The pack as a PDF; raises :class:`LayoutMissing`."""
        with self._turn:
            page = self._page(pack, frozenset())
            printed, without_glyph = _laid_out(page)
            if not without_glyph:
                return printed
            return _laid_out(_with_codes(self._page(pack, without_glyph), without_glyph))[0]

    def _page(self, pack: Pack, without_glyph: frozenset[str]) -> str:
        return _template().render(
            pack=pack,
            exercise_mark=EXERCISE_MARK,
            legal_notice=LEGAL_ASSISTANCE_NOTICE,
            lost=_lost(without_glyph),
        )


@cache
def _template() -> "Template":
    """Read when the first pack is printed: every command opens a node, and few print."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("symbolon.node.gateway", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.tests["right_to_left"] = is_right_to_left
    return environment.get_template("pack.html")


def is_right_to_left(text: str) -> bool:
    """Whether a text runs from right to left: by its first letter that has a direction (UAX #9, rules P2 and P3).

    >>> is_right_to_left("١٢٣ محمد"), is_right_to_left("+66 สมชาย")
    (True, False)
    """
    directions = (unicodedata.bidirectional(character) for character in text)
    first = next((each for each in directions if each in _RIGHT_TO_LEFT or each == _LEFT_TO_RIGHT), _LEFT_TO_RIGHT)
    return first in _RIGHT_TO_LEFT


def _lost(without_glyph: frozenset[str]) -> str:
    if not without_glyph:
        return ""
    scripts = sorted({unicodedata.name(each, "unknown").partition(" ")[0].capitalize() for each in without_glyph})
    return (
        f"No font on this machine draws {len(without_glyph)} of the characters ({', '.join(scripts)}): their codes"
        " stand in their place. Install the fonts (Debian: fonts-noto-core, fonts-noto-cjk), and print again."
    )


def _with_codes(page: str, without_glyph: frozenset[str]) -> str:
    return page.translate({ord(each): f"[U+{ord(each):04X}]" for each in without_glyph})


def _laid_out(page: str) -> tuple[bytes, frozenset[str]]:
    try:
        # Loads Pango, which a machine may lack: only who prints needs it.
        from weasyprint import HTML, URLFetcher
    except OSError:
        raise LayoutMissing from None
    lost: set[str] = set()
    with _hearing(lost):
        printed: Any = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf()
    return bytes(printed), frozenset(lost)


@contextmanager
def _hearing(lost: set[str]) -> Iterator[None]:
    """Collect the characters that the layout had no glyph for; its log, which would show them, goes nowhere else."""
    log = logging.getLogger("weasyprint")
    ear = _Ear(partial(lost.add))
    before = log.handlers, log.propagate, log.level
    log.handlers, log.propagate, log.level = [ear], False, logging.WARNING
    try:
        yield
    finally:
        log.handlers, log.propagate, log.level = before


class _Ear(logging.Handler):
    def __init__(self, hear: Any) -> None:
        super().__init__()
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        found = _CODE.search(message) if message.startswith(".notdef") else None
        if found is not None:
            self._hear(chr(int(found.group(1), 16)))
