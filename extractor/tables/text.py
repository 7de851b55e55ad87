"""Cells as text: CSV cells that a spreadsheet cannot take for formulas, and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from extractor.tables.records import Cell, plain
from extractor.tables.schema import Table, Type

#: Excel, LibreOffice and Google Sheets run a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_RISKY = frozenset((*_FORMULA, "'"))


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before a dangerous beginning.

    A text that begins with an apostrophe gets another one, so that :func:`restored` is exact.

    >>> neutral("=1+1"), neutral("8273户"), neutral("'quoted'")
    ("'=1+1", '8273户', "''quoted'")
    """
    return "'" + text if text[:1] in _RISKY else text


def restored(text: str) -> str:
    """The text as it was before :func:`neutral`."""
    return text.removeprefix("'")


def is_empty(cells: Sequence[Any]) -> bool:
    """Whether all cells are null, as in many a column of a panel. (A comparison that ends with the first that is not.)

    >>> is_empty((None, None)), is_empty((None, 0))
    (True, False)
    """
    return tuple(cells) == (None,) * len(cells)


def csv_rows(table: Table, rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[object, ...]]:
    """Rows for :class:`csv.writer`: nothing for null, ``true``/``false``, plain digits; only text columns are
    neutralised, because a negative number must stay a number. Column by column, which is several times faster."""
    if not rows:
        return iter(())
    columns = zip(*rows, strict=True)
    return zip(*(_COLUMN.get(column.type, _texts)(cells) for column, cells in zip(table.columns, columns, strict=True)),
               strict=True)


def _texts(cells: Sequence[Any]) -> Sequence[Any]:
    # Most columns have few values, and no risky one among them.
    risky = [cell for cell in set(cells) if cell and cell[0] in _RISKY]
    return cells if not risky else [neutral(cell) if cell else cell for cell in cells]


def _truths(cells: Sequence[Any]) -> list[Any]:
    return [None if cell is None else "true" if cell else "false" for cell in cells]


def _numbers(cells: Sequence[Any]) -> Sequence[Any]:
    if is_empty(cells):
        return cells
    return [None if cell is None else plain(cell) for cell in cells]


def _same(cells: Sequence[Any]) -> Sequence[Any]:
    return cells


_COLUMN: dict[Type, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "integer": _same, "digits": _same, "boolean": _truths, "number": _numbers,
}
