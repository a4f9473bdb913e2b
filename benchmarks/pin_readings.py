"""Writes the digest of this program's tables of reading names into the shipped schema.

    python benchmarks/pin_readings.py

After a change of a table or a rule, which changes encodings: such a schema needs a new id, and its test vectors too.
"""

import re
from importlib import resources
from pathlib import Path

from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE
from symbolon.matching.readings import readings_digest


def main() -> None:
    """Put the digest in its place and leave all else as it is."""
    package, name = DEFAULT_SCHEMA_RESOURCE
    with resources.as_file(resources.files(package).joinpath(name)) as path:
        schema = Path(path).read_text(encoding="utf-8")
        pinned, places = re.subn(r'("digest": ")[0-9a-f]{64}(")', rf"\g<1>{readings_digest()}\g<2>", schema)
        if places != 1:
            raise SystemExit(f"{name} has no place for the digest of the readings, or several")
        Path(path).write_text(pinned, encoding="utf-8")


if __name__ == "__main__":
    main()
