"""What names are read by beside the schema's numbers: this program's tables and rules, pinned by a digest.

The same name read by other tables sets other bits, so two members whose tables differ would miss each other in silence.
The schema therefore carries the digest of the tables that its encodings are made with.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Final

from symbolon.matching.documents import near_forms, ocr_fold
from symbolon.matching.errors import SchemaError
from symbolon.matching.learned_romaniser import PACKAGE
from symbolon.matching.linkage_schema import Readings
from symbolon.matching.names import name_readings
from symbolon.matching.tokens import word_tokens

_PROBES: Final = "probes.txt"
_UNTOLD: Final = "und"
_NUMBER: Final = "AB0123456789CDGILOQSTUZ"


def require_readings(readings: Readings) -> None:
    """Refuse to encode for a schema that was made for other tables than this program's.

    Raises:
        SchemaError: with this program's digest, and what to do.

    """
    if readings.digest != readings_digest():
        raise SchemaError(
            "$.readings.digest",
            f"this program reads names by other tables than the schema's ({readings.id}): its own have the digest"
            f" {readings_digest()}; install the release that the federation agreed on",
        )


@cache
def readings_digest() -> str:
    """SHA-256, in lower-case hex, of every table, and of what the rules make of the words of `probes.txt`.

    The tables, in the order of their names, as `name`, newline, text with Unix line ends, and a zero byte each; then
    the probes' tokens as JSON. So it also changes with anyascii's and jellyfish's tables, as far as the probes tell.
    """
    digest = hashlib.sha256()
    tables = sorted(files(PACKAGE).iterdir(), key=lambda table: table.name)
    for table in tables:
        if table.name.endswith((".json", ".txt")):
            digest.update(f"{table.name}\n{table.read_text(encoding='utf-8')}\0".encode())
    digest.update(json.dumps([*_probed(), ocr_fold(_NUMBER), sorted(near_forms(_NUMBER))]).encode())
    return digest.hexdigest()


def _probed() -> list[list[list[tuple[str, str]]]]:
    """Of each probe, each reading's tokens."""
    lines = files(PACKAGE).joinpath(_PROBES).read_text(encoding="utf-8").splitlines()
    probed = []
    for line in lines:
        if not line.startswith("#"):
            language, _, name = line.partition(" ")
            probed.append([
                [token for word in reading for token in word_tokens(word)]
                for reading in name_readings(name, None if language == _UNTOLD else language)
            ])  # fmt: skip
    return probed
