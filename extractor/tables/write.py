"""Tables on disk: rows in, Parquet and CSV out, each file complete or absent.

Byte-identical for identical rows: row groups are cut by numbers of rows alone, and no time or host is written.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from extractor.tables.records import Cell, Row
from extractor.tables.schema import PRECISION, SCALE, Table, Type
from extractor.tables.text import csv_rows, is_empty

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows and cells of one Parquet row group at most: large enough to compress well, small enough to hold in memory while
#: writing. A panel has hundreds of columns.
GROUP = 20_000
CELLS = 400_000
#: The same for whole texts, where a few rows are much: documents and characters.
TEXT_ROWS = 500
TEXT_CHARACTERS = 4_000_000


def arrow_schema(table: Table) -> pa.Schema:
    """The table's columns as an Arrow schema, with the meaning of each as field metadata."""
    import pyarrow as pa

    types: dict[Type, Any] = {"integer": pa.int64(), "boolean": pa.bool_(), "number": pa.decimal128(PRECISION, SCALE),
                              "binary": pa.binary()}
    return pa.schema(
        [
            pa.field(c.name, types.get(c.type, pa.string()), metadata={"zh": c.zh, "en": c.en, "type": c.type})
            for c in table.columns
        ],
        metadata={"zh": table.zh, "en": table.en},
    )


def group_rows(table: Table) -> int:
    """Rows of a row group of a table."""
    return max(1, min(GROUP, CELLS // len(table.columns)))


def csv_head(table: Table) -> bytes:
    """The beginning of the table's CSV: UTF-8 with BOM, so that Excel opens it, and the line of names."""
    return codecs.BOM_UTF8 + (",".join(table.names) + "\r\n").encode()


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of at most ``size``."""
    waiting = iter(rows)
    while batch := list(islice(waiting, size)):
        yield batch


def encoded(table: Table, rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table with the types of the schema."""
    import pyarrow as pa

    schema = arrow_schema(table)
    columns: Iterable[Sequence[Cell]] = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [
        pa.array(_scaled(cells) if column.type == "number" else cells, type=field.type)
        for column, cells, field in zip(table.columns, columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def csv_text(table: Table, rows: Sequence[Row]) -> bytes:
    """Rows as CSV, without the line of names."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(csv_rows(table, rows))
    return stream.getvalue().encode()


class TableWriter:
    """Writes one table as NAME.parquet and NAME.csv into a folder. A context manager; leaving it with an exception
    removes what was written. How the rows are cut into calls leaves no trace.
    """

    def __init__(self, folder: Path, table: Table) -> None:
        import pyarrow.parquet as pq

        self.table = table
        self.rows = 0
        self._group = group_rows(table)
        self._pending: list[pa.Table] = []
        self._waiting = 0
        self._targets = [folder / f"{table.name}.parquet", folder / f"{table.name}.csv"]
        self._partial = [path.with_name(f".{path.name}.partial") for path in self._targets]
        self._schema = arrow_schema(table)
        self._sink = self._partial[0].open("wb")
        self._parquet = pq.ParquetWriter(self._sink, self._schema, compression="zstd", write_page_index=False)
        self._csv = self._partial[1].open("wb")
        self._csv.write(csv_head(table))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._commit()
        else:
            self._discard()

    def write(self, rows: Iterable[Row]) -> None:
        """Append rows; their cells stand in the order of the table's columns."""
        for batch in batched(rows, self._group):
            self._csv.write(csv_text(self.table, batch))
            self._append(encoded(self.table, batch))

    def _append(self, piece: pa.Table) -> None:
        while piece.num_rows:
            part = piece.slice(0, self._group - self._waiting)
            piece = piece.slice(part.num_rows)
            self._pending.append(part)
            self._waiting += part.num_rows
            if self._waiting == self._group:
                self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._pending:
            # In one piece: the encoder would show where the pieces were joined.
            group = pa.concat_tables([item.cast(self._schema) for item in self._pending]).combine_chunks()
            self._parquet.write_table(group, row_group_size=group.num_rows)
            self.rows += group.num_rows
        self._pending.clear()
        self._waiting = 0

    def _commit(self) -> None:
        try:
            self._flush()
            self._parquet.close()
            for stream in (self._sink, self._csv):
                stream.flush()
                os.fsync(stream.fileno())
                stream.close()
        except BaseException:
            self._discard()
            raise
        for partial, target in zip(self._partial, self._targets, strict=True):
            partial.replace(target)

    def _discard(self) -> None:
        for stream in (self._parquet, self._sink, self._csv):
            with suppress(OSError):  # a full disk: closing writes once more
                stream.close()
        for partial in self._partial:
            partial.unlink(missing_ok=True)


def _scaled(cells: Sequence[Any]) -> Sequence[Any]:
    """Decimals as Arrow wants them for a fixed scale: exact, never rounded here (see ``observations.fits``)."""
    if is_empty(cells):
        return cells
    return [cell if cell is None or cell.as_tuple().exponent >= -SCALE else _shortened(cell) for cell in cells]


def _shortened(cell: Decimal) -> Decimal:
    """Without the zeros that the scale has no room for; Arrow refuses the value if there are other digits."""
    sign, digits, exponent = cell.as_tuple()
    assert isinstance(exponent, int), "tables hold finite decimals only"
    while exponent < -SCALE and len(digits) > 1 and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits, exponent))


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
