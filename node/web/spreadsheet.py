"""A table for a spreadsheet program."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A CSV file of this name, with a line for each row."""
    out = io.StringIO()
    out.write("\ufeff")  # without it, spreadsheets take UTF-8 for something else
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return Response(
        out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula (OWASP: CSV injection).

    >>> harmless("=1+1"), harmless("+880 2 5550 100"), harmless("plain")
    ("'=1+1", "'+880 2 5550 100", 'plain')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
