"""Commands for those who change the exercise: `python -m symbolon.exercise.development write-case`."""

import sys
from pathlib import Path

from symbolon.exercise.case import CASE_FOLDER
from symbolon.exercise.case.story import CASE_RECORDS
from symbolon.exercise.state_files import write_state_file


def write_case(folder: Path) -> None:
    """Write the case's three files from its story into `folder`."""
    for state, records in CASE_RECORDS.items():
        (folder / f"{state.lower()}.csv").write_bytes(write_state_file(state, records))


if __name__ == "__main__":
    if sys.argv[1:] != ["write-case"]:
        sys.exit("usage: python -m symbolon.exercise.development write-case")
    write_case(CASE_FOLDER)
