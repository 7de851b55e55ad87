"""Spreadsheets whose rows hold reports: which sheets do, and the document of a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from extractor.errors import InputError

from .columns import text_column
from .detect import detect
from .member import Content, Member, damaged
from .rows import is_header, row_content
from .sheet import read_sheets
from .source import Limits, too_large
from .xlsx import Sheet

_SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class _Found:
    """A sheet with a column of reports: its header row's number (-1 for none), its column names, the column's index."""

    sheet: Sheet
    head: int
    columns: tuple[int, ...]
    names: tuple[str, ...]
    column: int


def find(sheet: Sheet, wanted: str | None = None, where: str = "") -> _Found | None:
    """The column of reports of a sheet; None where it has none. Raises :class:`InputError` for a name it lacks."""
    rows = list(sheet.rows.items())
    while rows and len(rows[0][1]) < 2:
        rows = rows[1:]  # a title above the header
    if not rows:
        return None
    columns = tuple(sorted({column for _, cells in rows[:_SAMPLE_ROWS] for column in cells}))
    lines = [[cells.get(column, "") for column in columns] for _, cells in rows[:_SAMPLE_ROWS]]
    header = is_header(lines)
    names = tuple(text.strip() or f"column_{i + 1}" for i, text in enumerate(lines[0])) if header else tuple(
        f"column_{i + 1}" for i in range(len(columns)))
    found = text_column(names, lines[1:] if header else lines, wanted, where=where)
    return None if found is None else _Found(sheet, rows[0][0] if header else -1, columns, names, found)


class Excel:
    """A workbook; ``offset`` of a member is its row in the sheet number ``length``, both from 0."""

    def __init__(self, data: bytes, name: str, limits: Limits, column: str | None) -> None:
        if len(data) > limits.office:
            raise too_large(name, len(data), limits.office)
        sheets, self._warnings = read_sheets(data, detect(data), name, limits)
        self._name = name
        self._found = {i: found for i, sheet in enumerate(sheets)
                       if sheet.rows and (found := find(sheet, column, name)) is not None}
        self._several = len(self._found) > 1
        if not self._found:
            raise InputError("has no column with Chinese text", where=name, code="column",
                             hint="call it 正文 in the header")

    def members(self) -> Iterator[Member]:
        for number, found in self._found.items():
            for row, cells in found.sheet.rows.items():
                if row > found.head and len(cells) > 1:
                    # Rows are called as Excel numbers them.
                    name = f"{found.sheet.name}!{row + 1}" if self._several else str(row + 1)
                    yield Member(name, row, number, sum(map(len, cells.values())))

    def read(self, member: Member) -> Content:
        where = f"{self._name}!{member.name}"
        found = self._found.get(member.length)
        cells = found.sheet.rows.get(member.offset) if found else None
        if found is None or cells is None:
            raise damaged(where, "the row is not there")
        return row_content(found.names, [cells.get(column, "") for column in found.columns], found.column, where,
                           self._warnings)
