"""Reads the forms of a desk's page as a browser would: where they go, and what they hold before anybody types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_FIELD_TAGS: Final = ("input", "textarea", "select")


@dataclass(slots=True)
class HtmlForm:
    """One form: its address and its fields with their first values (hidden ones and ticked boxes too)."""

    action: str
    fields: dict[str, str | list[str]] = field(default_factory=dict, repr=False)
    offered: set[str] = field(default_factory=set)
    """The name of every field, also of those that hold nothing yet."""

    def filled(self, answers: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
        """What the browser would send once these answers are given."""
        return self.fields | dict(answers)


def read_forms(html: str) -> tuple[HtmlForm, ...]:
    """All forms of the page, in order."""
    reader = _FormReader()
    reader.feed(html)
    return tuple(reader.forms)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[HtmlForm] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self.forms.append(HtmlForm(dict(attrs).get("action") or ""))
        elif self.forms:
            self._field(tag, {name: value or "" for name, value in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _field(self, tag: str, attributes: dict[str, str]) -> None:
        fields = self.forms[-1].fields
        name = attributes.get("name", "")
        if name and tag in _FIELD_TAGS:
            self.forms[-1].offered.add(name)
        match tag:
            case "input" if name and attributes.get("type") in ("radio", "checkbox"):
                if "checked" in attributes:
                    self._tick(name, attributes)
            case "input" if name:
                fields[name] = attributes.get("value", "")
            case "textarea" if name:
                self._area = name
                fields[name] = ""
            case "select" if name:
                self._select = name
            case "option" if self._select is not None:
                if self._select not in fields or "selected" in attributes:
                    fields[self._select] = attributes.get("value", "")

    def _tick(self, name: str, attributes: dict[str, str]) -> None:
        fields, value = self.forms[-1].fields, attributes.get("value", "on")
        before = fields.get(name)
        fields[name] = [*before, value] if isinstance(before, list) else value if before is None else [before, value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            # The first line break after the tag is the markup's, not the text's (HTML, 13.1.2.5).
            fields = self.forms[-1].fields
            fields[self._area] = (str(fields[self._area]) + data).removeprefix("\n")
