"""Cells as text: CSV cells that a spreadsheet cannot take for formulas, and back again."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from extractor.tables.records import Cell, plain
from extractor.tables.schema import Table, Type

#: Excel, LibreOffice and Google Sheets run a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS: frozenset[Type] = frozenset({"integer", "digits", "number", "boolean"})


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before a dangerous beginning.

    A text that begins with an apostrophe gets another one, so that :func:`restored` is exact.

    >>> neutral("=1+1"), neutral("8273户"), neutral("'quoted'")
    ("'=1+1", '8273户', "''quoted'")
    """
    return "'" + text if text.startswith((*_FORMULA, "'")) else text


def restored(text: str) -> str:
    """The text as it was before :func:`neutral`."""
    return text.removeprefix("'")


def csv_cells(table: Table, row: Iterable[Cell]) -> list[str]:
    """One row as CSV text: empty for null, ``true``/``false``, plain digits; only text columns are neutralised,
    because a negative number must stay a number."""
    cells = []
    for column, cell in zip(table.columns, row, strict=True):
        if cell is None:
            cells.append("")
        elif isinstance(cell, bool):
            cells.append("true" if cell else "false")
        elif isinstance(cell, Decimal):
            cells.append(plain(cell))
        elif isinstance(cell, int) or column.type in _NUMBERS:
            cells.append(str(cell))
        else:
            cells.append(neutral(cell))
    return cells
