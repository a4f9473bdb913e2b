"""A national CSV file as a stream of rows, whatever its encoding; memory does not grow with the file."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from symbolon.node.domain.import_mapping import FileFormat
from symbolon.node.domain.import_report import RowProblem
from symbolon.node.domain.import_rows import Row
from symbolon.node.errors import MappingMistake, UnreadableFile

if TYPE_CHECKING:
    import _csv

_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"


class CsvRows:
    """Opens the file (`.gz`: compressed) at once for its header; `rows` reads it once from the start.

    Raises:
        UnreadableFile: there is no such file, or its first line is no header.
        MappingMistake: the encoding is not known.

    """

    def __init__(self, path: Path, file_format: FileFormat) -> None:
        self.name = path.name
        self._path = path
        self._format = file_format
        self._digest = hashlib.sha256()
        # "utf-8-sig" reads UTF-8 with a byte order mark and without.
        named = file_format.encoding.strip().lower().replace("_", "-")
        self._encoding = "utf-8-sig" if named in {"utf-8", "utf8", "utf-8-sig"} else named
        try:
            "".encode(self._encoding)
        except (LookupError, ValueError):
            raise MappingMistake(
                "file.encoding is not known: use a name such as utf-8, tis-620, cp874, gbk or cp1256"
            ) from None
        self.header = self._read_header()

    def rows(self) -> Iterator[Row]:
        """Each row, in order; blank lines are passed over."""
        with self._open() as file, self._text(io.BufferedReader(_Hashed(file, self._digest))) as text:
            reader = self._reader(text)
            self._next(reader, 1)
            width = len(self.header)
            line = reader.line_num + 1
            while True:
                cells = self._next(reader, line)
                if cells is None:
                    return
                if any(cell.strip() for cell in cells):
                    yield Row(line, dict(zip(self.header, cells, strict=False)), self._problems(line, cells, width))
                line = reader.line_num + 1

    def digest(self) -> bytes:
        """SHA-256 of the file's bytes; complete once all rows were read."""
        return self._digest.digest()

    def _read_header(self) -> tuple[str, ...]:
        with self._open() as file, self._text(file) as text:
            first = self._next(self._reader(text), 1)
        header = tuple(cell.strip() for cell in first or ())
        if not any(header):
            raise UnreadableFile(1, "there is no header", "put the names of the columns into the first line")
        if any(_REPLACED in name for name in header):
            raise UnreadableFile(1, f"the header is not {self._encoding}", "correct file.encoding in the mapping")
        if len(set(header)) != len(header):
            raise UnreadableFile(1, "two columns have the same name", "give each column a name of its own")
        return header

    def _open(self) -> BinaryIO:
        try:
            if self._path.suffix == ".gz":
                return cast("BinaryIO", gzip.open(self._path, "rb"))
            return self._path.open("rb")
        except OSError:
            raise UnreadableFile(1, "the file cannot be opened", "check its path and who may read it") from None

    def _text(self, file: BinaryIO) -> io.TextIOWrapper:
        # Bytes that are not of the encoding are marked, not raised: the report can then name their row.
        return io.TextIOWrapper(file, self._encoding, "replace", newline="")

    def _reader(self, text: io.TextIOWrapper) -> "_csv.Reader":
        return csv.reader(text, delimiter=self._format.delimiter, strict=True)

    def _next(self, reader: "_csv.Reader", line: int) -> list[str] | None:
        try:
            return next(reader, None)
        except csv.Error:
            raise UnreadableFile(
                line, "a quoted cell does not end, or a cell is huge", "check the quotes and file.delimiter"
            ) from None
        except UnicodeError:
            # A few encodings cannot mark what is not theirs, such as UTF-16 without its byte order mark.
            raise UnreadableFile(line, f"the file is not {self._encoding}", "correct file.encoding") from None
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise UnreadableFile(line, "the compressed file is damaged", "compress it anew with gzip") from None

    def _problems(self, line: int, cells: list[str], width: int) -> tuple[RowProblem, ...]:
        if len(cells) != width:
            what = f"the row has {len(cells)} cells where the header has {width}"
            return (RowProblem(line, "", what, "quote cells that hold the delimiter, or fill in what is missing"),)
        return tuple(
            RowProblem(
                line,
                column,
                f"the cell holds bytes that are not {self._encoding}",
                "correct the cell, or file.encoding in the mapping",
            )
            for column, cell in zip(self.header, cells, strict=True)
            if _REPLACED in cell or "\0" in cell
        )


class _Hashed(io.RawIOBase):
    """Passes bytes through and hashes them on the way."""

    def __init__(self, file: BinaryIO, digest: "hashlib._Hash") -> None:
        self._file = file
        self._hash = digest

    def readable(self) -> bool:
        """Bytes can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # TextIOWrapper hands in writable memory
        """Fill the buffer from the file."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._hash.update(data)
        return len(data)
