"""A run as one Excel workbook: a sheet per table, a codebook, and from each value a link to its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.errors import UsageError
from extractor.tables.dictionary import DICTIONARY
from extractor.tables.dictionary import rows as dictionary_rows
from extractor.tables.records import Cell, Row, plain
from extractor.tables.schema import Table
from extractor.tables.stored import Stored

#: Limits of the format: rows and columns of a sheet, characters of a cell, links of a sheet, exact digits of a number.
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
MAX_LINKS = 65_530
MAX_DIGITS = 15

_ORDER = ("panel", "observations", "set_aside", "documents", "figures", "flags", "ledger")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

#: (column, where the link goes) for one row.
_Links = Mapping[str, str]


def write_excel(tables: Mapping[str, Stored], target: Path) -> None:
    """Write the workbook. Raises :class:`UsageError` where a table does not fit a sheet.

    A number of more than 15 digits is written as text, because Excel would round it. Text that begins like a formula
    is marked as text (Excel's own leading apostrophe, which is no part of the value).
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    rows = {name: tables[name].rows() for name in _ORDER}
    for name, found in rows.items():
        table = tables[name].table
        if len(found) + 1 > MAX_ROWS or len(table.columns) > MAX_COLUMNS:
            raise UsageError(f"table {name} does not fit an Excel sheet ({len(found)} rows)", where=str(target),
                             hint="use --to duckdb or --to csv")
    links = {"observations": _quote_links(tables, rows), "panel": _observation_links(tables, rows)}
    for name, found in rows.items():
        _sheet(book, tables[name].table, found, links.get(name))
    ordered = [tables[name].table for name in _ORDER]
    _sheet(book, _codebook(), dictionary_rows(ordered), None)
    book.save(target)


def _codebook() -> Table:
    return Table("codebook", DICTIONARY.zh, DICTIONARY.en, DICTIONARY.columns, DICTIONARY.key)


def _quote_links(tables: Mapping[str, Stored], rows: Mapping[str, list[Row]]) -> Iterator[_Links]:
    """From each observation to the row of its figure, where quote and sentence stand."""
    identity = tables["figures"].table.names.index("id")
    quote = _letter(tables["figures"].table.names.index("quote") + 1)
    line = {row[identity]: number for number, row in enumerate(rows["figures"], 2)}
    figure = tables["observations"].table.names.index("figure")
    for row in rows["observations"]:
        target = line.get(row[figure])
        yield {"value": f"#figures!{quote}{target}"} if target else {}


def _observation_links(tables: Mapping[str, Stored], rows: Mapping[str, list[Row]]) -> Iterator[_Links]:
    """From each cell of the panel to the observation that it was taken from."""
    names = tables["observations"].table.names
    place, period, indicator, status, use = (names.index(n) for n in ("place_id", "row", "indicator", "status", "use"))
    value = _letter(names.index("value") + 1)
    targets: dict[tuple[Cell, Cell], dict[str, str]] = {}
    columns = set(tables["panel"].table.names)
    for number, row in enumerate(rows["observations"], 2):
        if row[use] == "kept":
            suffixed = f"{row[indicator]}.{row[status]}"
            column = suffixed if suffixed in columns else str(row[indicator])
            targets.setdefault((row[place], row[period]), {})[column] = f"#observations!{value}{number}"
    head = tables["panel"].table.names
    for row in rows["panel"]:
        yield targets.get((row[head.index("place_id")], row[head.index("period")]), {})


def _sheet(book: Any, table: Table, rows: list[Row], links: Iterator[_Links] | None) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = "A2"
    last = _letter(len(table.columns))
    sheet.auto_filter.ref = f"A1:{last}{len(rows) + 1}"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[_letter(number)].width = _width(column.name, [row[number - 1] for row in rows[:200]])
    head = []
    for column in table.columns:
        cell = WriteOnlyCell(sheet, column.name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.comment = Comment(f"{column.zh}\n{column.en}"[:1000], "extractor")
        head.append(cell)
    sheet.append(head)
    left = MAX_LINKS
    for row in rows:
        linked = next(links) if links is not None else {}
        cells = []
        for column, value in zip(table.columns, row, strict=True):
            cell = _cell(sheet, value)
            if cell is not None and left and column.name in linked:
                cell.hyperlink = _internal(linked[column.name])
                cell.font = Font(color="0563C1", underline="single")
                left -= 1
            cells.append(cell)
        sheet.append(cells)


def _internal(target: str) -> Any:
    from openpyxl.worksheet.hyperlink import Hyperlink

    return Hyperlink(ref="", location=target.removeprefix("#"), display=None)


def _cell(sheet: Any, value: Cell) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value is None or value == "":
        return None
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > MAX_DIGITS:
        value = plain(value)
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        cell.value = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", value)[:MAX_TEXT]
        cell.data_type = "s"  # openpyxl would take a leading = for a formula
        cell.quotePrefix = value.startswith(_FORMULA)
    else:
        cell.value = value
    return cell


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def _width(name: str, sample: list[Cell]) -> float:
    """Characters that the column shows: Chinese ones are twice as wide."""

    def wide(text: str) -> int:
        return sum(2 if ord(char) > 0x2E80 else 1 for char in text[:60])

    longest = max((wide(plain(c) if isinstance(c, Decimal) else str(c)) for c in sample if c is not None), default=0)
    return float(min(48, max(8, longest + 2, min(len(name) + 4, 24))))
