"""A table on disk from row groups that were encoded elsewhere: their bytes are copied, nothing is decoded.

Byte by byte what :class:`~extractor.tables.write.TableWriter` makes of the same rows.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from extractor.tables.rowgroups import MAGIC, Footer, Group, content, footer, groups
from extractor.tables.schema import Table
from extractor.tables.write import arrow_schema, csv_head

if TYPE_CHECKING:
    import pyarrow as pa


_PARQUET, _CSV = ".parquet", ".csv"


class Encoded(NamedTuple):
    """What was written of a row group, to be copied by :meth:`JoinedTable.append`."""

    rows: int
    groups: tuple[Group, ...]
    """The footer's entry; none where there are no rows."""


def encode_group(table: Table, rows: pa.Table, text: bytes | None, target: str) -> Encoded:
    """Write rows as a Parquet file of one row group and their CSV text beside it: ``target`` and an ending."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if text is not None:
        write_bytes(Path(target + _CSV), text)
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, arrow_schema(table), compression="zstd", write_page_index=False) as writer:
        if rows.num_rows:
            writer.write_table(rows, row_group_size=rows.num_rows)
    data = sink.getvalue().to_pybytes()
    write_bytes(Path(target + _PARQUET), data)
    return Encoded(rows.num_rows, tuple(groups(data)))


def write_bytes(path: Path, data: bytes) -> None:
    """A file for a short time, complete or absent: a task that is done twice may write it twice at once."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


class JoinedTable:
    """Writes NAME.parquet and NAME.csv into a folder. A context manager; leaving it with an exception removes what was
    written."""

    def __init__(self, folder: Path, table: Table, *, with_csv: bool = True) -> None:
        self.hashes: dict[str, str] = {}
        """SHA-256 of each file by its name, once it is complete."""
        self._rows = 0
        self._groups: list[bytes] = []
        self._footer: Footer | None = None
        self._parquet = _HashedFile(folder / (table.name + _PARQUET))
        self._csv = _HashedFile(folder / (table.name + _CSV)) if with_csv else None
        self._parquet.write(MAGIC)
        if self._csv is not None:
            self._csv.write(csv_head(table))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._commit()
        else:
            self._discard()

    def append(self, encoded: Encoded, target: str) -> None:
        """Append what :func:`encode_group` has written, and remove it. Each table needs one group at least, if an
        empty one: it says what the columns are."""
        data = _taken(Path(target + _PARQUET))
        if self._footer is None:
            self._footer = footer(data)
        distance = self._parquet.size - len(MAGIC)
        for group in encoded.groups:
            self._groups.append(group.moved(distance, len(self._groups)))
        self._rows += encoded.rows
        self._parquet.write(content(data))
        if self._csv is not None:
            self._csv.write(_taken(Path(target + _CSV)))

    def _commit(self) -> None:
        try:
            assert self._footer is not None, "a table without any group"
            self._parquet.write(self._footer.joined(self._rows, self._groups))
            files = [file for file in (self._parquet, self._csv) if file is not None]
            for file in files:
                file.close()
        except BaseException:
            self._discard()
            raise
        for file in files:
            self.hashes[file.target.name] = file.publish()

    def _discard(self) -> None:
        for file in (self._parquet, self._csv):
            if file is not None:
                file.discard()


def _taken(path: Path) -> bytes:
    data = path.read_bytes()
    path.unlink()
    return data


class _HashedFile:
    """A file, complete or absent, whose SHA-256 is made while it is written: reading it again would take as long."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.size = 0
        self._partial = target.with_name(f".{target.name}.partial")
        self._stream = self._partial.open("wb")
        self._hash = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> None:
        self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)

    def close(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def publish(self) -> str:
        self._partial.replace(self.target)
        return self._hash.hexdigest()

    def discard(self) -> None:
        with suppress(OSError):  # a full disk: closing writes once more
            self._stream.close()
        self._partial.unlink(missing_ok=True)
