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
from typing import IO, TYPE_CHECKING, Any, Self

from extractor.tables.records import Cell, Row
from extractor.tables.schema import PRECISION, SCALE, TEXTS, Table, Type
from extractor.tables.text import csv_rows

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
        pa.array([_scaled(cell) for cell in cells] if table.columns[at].type == "number" else cells, type=field.type)
        for at, (cells, field) in enumerate(zip(columns, schema, strict=True))
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def csv_text(table: Table, rows: Sequence[Row]) -> bytes:
    """Rows as CSV, without the line of names."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(csv_rows(table, rows))
    return stream.getvalue().encode()


class TableWriter:
    """Writes one table as NAME.parquet and NAME.csv into a folder. A context manager; leaving it with an exception
    removes what was written. The CSV is UTF-8 with BOM, so that Excel opens it; ``texts`` is Parquet alone.

    Takes rows, or pieces that another process has encoded already: how they are cut into pieces leaves no trace.
    """

    def __init__(self, folder: Path, table: Table, *, with_csv: bool = True) -> None:
        import pyarrow.parquet as pq

        self.table = table
        self.rows = 0
        self._group = max(1, min(GROUP, CELLS // len(table.columns)))
        self._pending: list[pa.Table] = []
        self._waiting = 0
        self._targets = [folder / f"{table.name}.parquet"]
        if with_csv:
            self._targets.append(folder / f"{table.name}.csv")
        self._partial = [path.with_name(f".{path.name}.partial") for path in self._targets]
        self._schema = arrow_schema(table)
        self._sink = self._partial[0].open("wb")
        self._parquet = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._csv: IO[bytes] | None = self._partial[1].open("wb") if with_csv else None
        if self._csv is not None:
            self._csv.write(codecs.BOM_UTF8 + (",".join(table.names) + "\r\n").encode())

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
            self.append(encoded(self.table, batch), csv_text(self.table, batch) if self._csv is not None else b"")

    def append(self, piece: pa.Table, text: bytes) -> None:
        """Append rows that are encoded already, as :func:`encoded` and :func:`csv_text` do it."""
        if self._csv is not None:
            self._csv.write(text)
        while piece.num_rows:
            part = piece.slice(0, self._room(piece))
            piece = piece.slice(part.num_rows)
            self._pending.append(part)
            self._waiting += part.num_rows
            if self._full():
                self._flush()

    def _room(self, piece: pa.Table) -> int:
        """Rows of ``piece`` that go into the row group that is being filled."""
        return self._group - self._waiting

    def _full(self) -> bool:
        return self._waiting == self._group

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
            for stream in filter(None, (self._sink, self._csv)):
                stream.flush()
                os.fsync(stream.fileno())
                stream.close()
        except BaseException:
            self._discard()
            raise
        for partial, target in zip(self._partial, self._targets, strict=True):
            partial.replace(target)

    def _discard(self) -> None:
        for stream in filter(None, (self._parquet, self._sink, self._csv)):
            with suppress(OSError):  # a full disk: closing writes once more
                stream.close()
        for partial in self._partial:
            partial.unlink(missing_ok=True)


class TextWriter(TableWriter):
    """Writes ``texts``, Parquet alone. A row group ends after a number of documents or of characters, so that one
    document is read without many others."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, TEXTS, with_csv=False)
        self._characters = 0

    def _room(self, piece: pa.Table) -> int:
        import pyarrow.compute as pc

        texts = piece.column(TEXTS.names.index("text")).slice(0, TEXT_ROWS - self._waiting)
        lengths = pc.utf8_length(texts).to_pylist()
        for at, length in enumerate(lengths, 1):
            self._characters += length
            if self._characters >= TEXT_CHARACTERS:
                return at
        return len(lengths)

    def _full(self) -> bool:
        return self._waiting == TEXT_ROWS or self._characters >= TEXT_CHARACTERS

    def _flush(self) -> None:
        super()._flush()
        self._characters = 0


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
