"""Reading back the tables of a finished run: the one source of every export."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.errors import UsageError
from extractor.tables.records import Row
from extractor.tables.schema import BY_NAME, PANEL, TABLES, Column, Table


@dataclass(frozen=True, slots=True)
class Stored:
    """One table of a run: its definition (the panel with its indicator columns) and its file."""

    table: Table
    path: Path

    def rows(self) -> list[Row]:
        """All rows as plain Python values; decimals without the closing zeros that Parquet adds."""
        import pyarrow.parquet as pq

        columns = [column.to_pylist() for column in pq.read_table(self.path).columns]
        return [tuple(_cell(cell) for cell in row) for row in zip(*columns, strict=True)] if columns else []

    def arrow(self) -> Any:
        """The table as ``pyarrow.Table``."""
        import pyarrow.parquet as pq

        return pq.read_table(self.path)


def _cell(cell: Any) -> Any:
    if not isinstance(cell, Decimal):
        return cell
    sign, digits, exponent = cell.as_tuple()
    assert isinstance(exponent, int), "Parquet holds finite decimals only"
    while exponent < 0 and len(digits) > 1 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits, 0 if digits == (0,) else exponent))


def stored_tables(run: Path) -> dict[str, Stored]:
    """The tables of a run by name, in the order of the dictionary. Raises :class:`UsageError` for a missing file."""
    import pyarrow.parquet as pq

    found = {}
    for table in TABLES:
        path = run / f"{table.name}.parquet"
        if not path.is_file():
            raise UsageError("is missing", where=str(path), hint="run 'extractor run' with this --output again")
        if table.name == PANEL.name:
            table = PANEL.extended(_indicator_columns(pq.read_schema(path)))
        found[table.name] = Stored(table, path)
    return found


def _indicator_columns(schema: Any) -> list[Column]:
    fixed = set(BY_NAME["panel"].names)
    return [
        Column(field.name, "number", field.metadata[b"zh"].decode(), field.metadata[b"en"].decode())
        for field in schema
        if field.name not in fixed
    ]
