"""CSV files as learning management systems and spreadsheets write and read them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet reads as the start of a formula
_QUOTED_FORMULA = re.compile(r'="(.*)"', re.DOTALL)  # how Canvas keeps a name from being one
_LARGEST = 50_000_000  # bytes


class TableError(CourseError):
    """A CSV file that cannot be read; the message is a sentence that says why and what to do."""


@dataclass(frozen=True)
class CsvTable:
    """A CSV file as it was read.

    Parameters
    ----------
    header : tuple of str
        The first line that is not empty, blanks around the names removed.
    rows : tuple of (int, tuple of str)
        The other lines that are not empty, each with its number in the file and as many fields as the header.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    delimiter: str = ","


def spreadsheet_safe(value: object) -> object:
    """Return a value as it is, but text that a spreadsheet would take for a formula with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA and value else value


def plain_text(cell: str) -> str:
    """Undo what keeps a spreadsheet from taking a cell for a formula, ours (`'=1`) and Canvas' (`="=1"`)."""
    if cell.startswith("'") and cell[1:2] in _FORMULA and cell[1:]:
        return cell[1:]
    quoted = _QUOTED_FORMULA.fullmatch(cell)
    return quoted[1] if quoted else cell


def read_csv(path: Path) -> CsvTable:
    """Read a CSV file with commas, semicolons or tabs.

    Raises
    ------
    TableError
        If it is missing, no text, or has no header.
    """
    text = _text(path)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lines = [(reader.line_num, line) for line in reader if any(field.strip() for field in line)]
    except csv.Error as error:
        raise TableError(f"{path} cannot be read as CSV: {error}. Download it again.") from None
    if not lines:
        raise TableError(f"{path} is empty; a CSV file whose first line names the columns was expected.")
    header = tuple(name.strip() for name in lines[0][1])
    width = len(header)
    rows = tuple((number, tuple((line + [""] * width)[:width])) for number, line in lines[1:])
    return CsvTable(path, header, rows, delimiter)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise TableError(f"{path} {'is a folder' if path.is_dir() else 'does not exist'}; a CSV file was expected.")
        if path.stat().st_size > _LARGEST:
            raise TableError(f"{path} is larger than {_LARGEST / 1e6:.0f} MB; a CSV file of one course was expected.")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableError(f"{path} is an Excel or a zip file; a CSV file was expected. Save or download it as CSV.")
    if data.lstrip()[:1] == b"<":
        raise TableError(f"{path} is a web page, perhaps a page to log in; a CSV file was expected. Download it again.")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise TableError(f"{path} is not in UTF-8, so names could be read wrongly. Save it as `CSV UTF-8`.") from None
    if "\0" in text:
        raise TableError(f"{path} is not a text file; a CSV file was expected.")
    return text
