"""Tables on disk: rows in, Parquet and CSV out, each file complete or absent.

Byte-identical for identical rows: row groups are cut by row number alone, and no time or host is written.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from extractor.tables.records import Cell, Row
from extractor.tables.schema import PRECISION, SCALE, TEXTS, Table, Type
from extractor.tables.text import csv_cells

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of one Parquet row group: large enough to compress well, small enough to hold in memory while writing.
GROUP = 50_000
#: The same for whole texts, where a few rows are much: documents and characters.
TEXT_ROWS = 500
TEXT_CHARACTERS = 4_000_000


def arrow_schema(table: Table) -> pa.Schema:
    """The table's columns as an Arrow schema, with the meaning of each as field metadata."""
    import pyarrow as pa

    types: dict[Type, Any] = {"integer": pa.int64(), "boolean": pa.bool_(), "number": pa.decimal128(PRECISION, SCALE)}
    return pa.schema(
        [
            pa.field(c.name, types.get(c.type, pa.string()), metadata={"zh": c.zh, "en": c.en, "type": c.type})
            for c in table.columns
        ],
        metadata={"zh": table.zh, "en": table.en},
    )


class TextWriter:
    """Writes the table ``texts`` as Parquet. A row group ends after a number of documents or characters."""

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet as pq

        self._target = folder / f"{TEXTS.name}.parquet"
        self._partial = self._target.with_name(f".{self._target.name}.partial")
        self._schema = arrow_schema(TEXTS)
        self._parquet = pq.ParquetWriter(self._partial, self._schema, compression="zstd")
        self._pending: list[Row] = []
        self._characters = 0

    def __enter__(self) -> TextWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._flush()
            self._parquet.close()
            self._partial.replace(self._target)
        else:
            self._parquet.close()
            self._partial.unlink(missing_ok=True)

    def write(self, row: Row) -> None:
        """Append one document."""
        self._pending.append(row)
        self._characters += len(str(row[1]))
        if len(self._pending) == TEXT_ROWS or self._characters >= TEXT_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._pending:
            arrays = [pa.array(cells, type=pa.string()) for cells in zip(*self._pending, strict=True)]
            self._parquet.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._pending.clear()
        self._characters = 0


class TableWriter:
    """Writes one table as NAME.parquet and NAME.csv into a folder. A context manager; leaving it with an exception
    removes what was written. The CSV is UTF-8 with BOM, so that Excel opens it."""

    def __init__(self, folder: Path, table: Table) -> None:
        import pyarrow.parquet as pq

        self.table = table
        self.rows = 0
        self._pending: list[Row] = []
        self._targets = [folder / f"{table.name}.parquet", folder / f"{table.name}.csv"]
        self._partial = [path.with_name(f".{path.name}.partial") for path in self._targets]
        self._schema = arrow_schema(table)
        self._parquet = pq.ParquetWriter(self._partial[0], self._schema, compression="zstd")
        self._stream: IO[str] = self._partial[1].open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._stream, lineterminator="\r\n")
        self._csv.writerow(table.names)

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._commit()
        else:
            self._discard()

    def write(self, rows: Iterable[Row]) -> None:
        """Append rows; their cells stand in the order of the table's columns."""
        self._pending.extend(rows)
        while len(self._pending) >= GROUP:
            self._flush(self._pending[:GROUP])
            del self._pending[:GROUP]

    def _flush(self, rows: Sequence[Row]) -> None:
        import pyarrow as pa

        if not rows:
            return
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array([_scaled(cell) for cell in cells], type=field.type)
            for cells, field in zip(columns, self._schema, strict=True)
        ]
        self._parquet.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._csv.writerows(csv_cells(self.table, row) for row in rows)
        self.rows += len(rows)

    def _commit(self) -> None:
        try:
            self._flush(self._pending)
            self._parquet.close()
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
        except BaseException:
            self._discard()
            raise
        for partial, target in zip(self._partial, self._targets, strict=True):
            partial.replace(target)

    def _discard(self) -> None:
        self._stream.close()
        self._parquet.close()
        for partial in self._partial:
            partial.unlink(missing_ok=True)


def _scaled(cell: Cell) -> Cell:
    """Decimals as Arrow wants them for a fixed scale: exact, never rounded here (see ``observations.fits``)."""
    if not isinstance(cell, Decimal):
        return cell
    sign, digits, exponent = cell.as_tuple()
    if isinstance(exponent, int) and exponent < -SCALE:
        # Only zeros may fall off the end; Arrow refuses the value otherwise.
        while exponent < -SCALE and len(digits) > 1 and digits[-1] == 0:
            digits, exponent = digits[:-1], exponent + 1
        return Decimal((sign, digits, exponent))
    return cell


def write_text(path: Path, text: str) -> None:
    """A small text file, complete or absent."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_table(folder: Path, table: Table, rows: Iterable[Row]) -> int:
    """One whole table; returns the number of rows."""
    with TableWriter(folder, table) as writer:
        writer.write(rows)
    return writer.rows
