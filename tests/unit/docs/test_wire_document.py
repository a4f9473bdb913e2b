"""docs/WIRE.md says what the code says."""

import dataclasses
import re
from pathlib import Path

import pytest

from symbolon.protocol import messages
from symbolon.protocol.envelope import WIRE_VERSION, Envelope
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.sealing import SUITE

DOCUMENT = (Path(__file__).parents[3] / "docs" / "WIRE.md").read_text(encoding="utf-8")
MESSAGES = [message for message in vars(messages).values() if dataclasses.is_dataclass(message)]


def section(title: str) -> str:
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/WIRE.md has no section {title}"
    return found[1]


def documented_fields(title: str) -> list[str]:
    first_cells = re.findall(r"^\| (`[^|]*`) \|", section(title), re.MULTILINE)
    return [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_every_message_is_described_field_by_field(message: type) -> None:
    assert sorted(documented_fields(message.__name__)) == sorted(field.name for field in dataclasses.fields(message))


def test_the_envelope_is_described_field_by_field() -> None:
    assert documented_fields("Envelope") == [field.name for field in dataclasses.fields(Envelope)]


@pytest.mark.parametrize("message", [message for message in MESSAGES if "PURPOSE" in vars(message)])
def test_each_purpose_stands_with_its_message(message: type) -> None:
    purpose: Purpose = vars(message)["PURPOSE"]
    if purpose in {Purpose.DELIVERY, Purpose.MEMBER_CARD, Purpose.ENROLMENT_REQUEST, Purpose.WELCOME}:
        return  # these never stand alone in a signed envelope
    assert f"`{purpose.value}`" in section(message.__name__)


def test_no_message_is_described_that_does_not_exist() -> None:
    described = set(re.findall(r"^### (\w+)", DOCUMENT, re.MULTILINE))
    assert described == {message.__name__ for message in MESSAGES}


def test_version_and_suite_are_the_present_ones() -> None:
    assert f"`{WIRE_VERSION}`" in DOCUMENT
    assert SUITE in DOCUMENT
