import dataclasses
import hashlib
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from symbolon.matching import names, readings
from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.errors import SchemaError
from symbolon.matching.linkage_schema import LinkageSchema
from symbolon.matching.scripts import latin


@pytest.fixture
def afresh() -> Callable[[], str]:
    """Computes the digest anew."""
    return readings.readings_digest.__wrapped__


def test_the_shipped_schema_pins_the_tables_of_this_program(schema: LinkageSchema) -> None:
    assert schema.readings.digest == readings.readings_digest(), "python benchmarks/pin_readings.py writes it"


def test_a_program_with_other_tables_refuses_to_encode_and_says_what_to_do(schema: LinkageSchema) -> None:
    others = dataclasses.replace(schema.readings, digest=hashlib.sha256(b"other tables").hexdigest())
    with pytest.raises(SchemaError, match="install the release that the federation agreed on") as refusal:
        RecordEncoder(dataclasses.replace(schema, readings=others), lambda _: bytes(32))
    assert refusal.value.path == "$.readings.digest"
    assert readings.readings_digest() in refusal.value.what


def test_another_letter_in_a_table_is_another_digest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, afresh: Callable[[], str]
) -> None:
    for table in resources.files(readings.PACKAGE).iterdir():
        if table.name.endswith((".json", ".txt")):
            (tmp_path / table.name).write_bytes(table.read_bytes())
    monkeypatch.setattr(readings, "files", lambda _: tmp_path)
    assert afresh() == readings.readings_digest()
    particles = tmp_path / "particles.txt"
    particles.write_text(particles.read_text(encoding="utf-8") + "x y\n", encoding="utf-8")
    assert afresh() != readings.readings_digest()


def test_line_ends_of_a_checkout_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, afresh: Callable[[], str]
) -> None:
    for table in resources.files(readings.PACKAGE).iterdir():
        if table.name.endswith((".json", ".txt")):
            (tmp_path / table.name).write_bytes(table.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(readings, "files", lambda _: tmp_path)
    assert afresh() == readings.readings_digest()


def test_another_rule_is_another_digest(monkeypatch: pytest.MonkeyPatch, afresh: Callable[[], str]) -> None:
    pinned = readings.readings_digest()
    monkeypatch.setattr(latin, "_MUHAMMAD", re.compile("muhammad"))
    names._readings_of_word.cache_clear()
    try:
        assert afresh() != pinned
    finally:
        names._readings_of_word.cache_clear()
