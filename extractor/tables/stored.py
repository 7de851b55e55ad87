"""Reading back the tables of a finished run: the one source of every export."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.errors import UsageError
from extractor.tables.records import Row
from extractor.tables.schema import BY_NAME, PANEL, TABLES, Column, Table

#: Ends of the panel's columns that hold no facts.
_PLANS = (".target", ".rule")
#: Rows of the panel that are Python values at the same time while a corner of it is looked for.
_AT_ONCE = 1000


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


def preview(run: Path, rows: int = 8, columns: int = 3) -> tuple[list[str], list[tuple[Any, ...]]]:
    """A corner of the panel to look at: the columns of facts that are filled best, the rows that have most of them.
    Names and labels of the columns, then the rows: place, period, values."""
    import heapq

    import pyarrow.parquet as pq

    stored = stored_tables(run)[PANEL.name]
    file = pq.ParquetFile(stored.path)
    fixed = len(PANEL.columns)
    facts = [at for at in range(fixed, len(stored.table.columns)) if not stored.table.names[at].endswith(_PLANS)]
    empty = dict.fromkeys(facts, 0)
    for group in range(file.num_row_groups):
        for at in facts:
            empty[at] += file.metadata.row_group(group).column(at).statistics.null_count
    picked = [stored.table.columns[at] for at in sorted(facts, key=lambda at: (empty[at], at))[:columns]]
    wanted = ["place_id", "place", "period", *(column.name for column in picked)]
    best: list[tuple[int, int, tuple[Any, ...]]] = []
    count = 0
    for batch in file.iter_batches(batch_size=_AT_ONCE, columns=wanted):
        for row in batch.to_pylist():
            values = tuple(_cell(row[name]) for name in wanted)
            filled = sum(value is not None for value in values[3:])
            best.append((filled, -count, values))
            count += 1
        best = heapq.nlargest(rows, best)
    chosen = sorted((values for _, _, values in best), key=lambda values: (str(values[0]), str(values[2])))
    head = ["place", "period", *(f"{column.name}\n{column.zh}" for column in picked)]
    return head, [values[1:] for values in chosen]
