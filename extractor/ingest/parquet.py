"""Rows of a Parquet file as documents. Listing reads only the file's own index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from extractor.errors import InputError

from .columns import text_column
from .member import Content, Member, damaged
from .rows import row_content
from .source import Limits

_SAMPLE_ROWS = 50
#: Rows decoded at once: each may hold a whole report.
_BATCH = 32


class Parquet:
    """A Parquet file; ``offset`` of a member is its row in the row group ``length``."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits, column: str | None) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._name, self._limits = name, limits
        self._problems: tuple[type[Exception], ...] = (pa.ArrowException, OSError, ValueError, TypeError)
        try:
            self._file = pq.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 20)
            schema = self._file.schema_arrow
            metadata = self._file.metadata
            self._groups = [(metadata.row_group(i).num_rows, metadata.row_group(i).total_byte_size)
                            for i in range(metadata.num_row_groups)]
        except self._problems as error:
            raise damaged(name, _first_line(error)) from None
        # Binary columns are read too: some writers store text without saying that it is text.
        kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary,
                 pa.types.is_dictionary)
        self._text = [field.name for field in schema if any(kind(field.type) for kind in kinds)]
        plain = (*kinds, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date,
                 pa.types.is_timestamp, pa.types.is_decimal)
        self._names = [field.name for field in schema if any(kind(field.type) for kind in plain)]
        if column is not None and column not in self._text:
            raise InputError(f"has no column of text {column!r}", where=name, code="column",
                             hint="its columns of text are: " + ", ".join(self._text)[:300])
        self._column = self._names.index(column or self._find())
        self._rows: Iterator[list[str]] | None = None
        self._at = (-1, -1)

    def _find(self) -> str:
        sample: list[list[str]] = []
        for group in range(len(self._groups)):
            for row in self._read(group, self._text):
                sample.append(row)
                if len(sample) >= _SAMPLE_ROWS:
                    break
            if len(sample) >= _SAMPLE_ROWS:
                break
        found = text_column(self._text, sample, where=self._name, least=1)
        if found is None:
            raise InputError("has no column with Chinese text", where=self._name, code="column",
                             hint="call it 正文 in the header; columns of text are: " + ", ".join(self._text)[:300])
        return str(self._text[found])

    def _read(self, group: int, names: list[str]) -> Iterator[list[str]]:
        try:
            for batch in self._file.iter_batches(_BATCH, row_groups=[group], columns=names):
                table = {name: batch.column(batch.schema.get_field_index(name)) for name in names}
                for row in range(batch.num_rows):
                    yield [_plain(table[name][row].as_py()) for name in names]
        except self._problems as error:
            raise damaged(self._name, _first_line(error)) from None

    def members(self) -> Iterator[Member]:
        number = 0
        for group, (rows, size) in enumerate(self._groups):
            for row in range(rows):
                number += 1
                yield Member(str(number), row, group, size // max(rows, 1))

    def read(self, member: Member) -> Content:
        where = f"{self._name}!{member.name}"
        group, row = member.length, member.offset
        if not 0 <= group < len(self._groups) or self._rows is None or self._at[0] != group or self._at[1] > row:
            self._rows, self._at = self._read(group, self._names), (group, 0)
        for values in self._rows:
            here = self._at[1]
            self._at = (group, here + 1)
            if here == row:
                return row_content(self._names, values, self._column, where)
        self._rows = None
        raise damaged(where, "the row is not there")


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
