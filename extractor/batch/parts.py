"""A part: the finished results of some documents in one file, and an index that says what they are results of.

A part is a zip archive (stored, with the checksums of zip) of Arrow streams and compressed CSV text, so that it can be
looked into with common tools. Pieces of parts are joined into tables without decoding a row (``joining``).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from extractor.tables import schema
from extractor.tables.panel import CANDIDATES
from extractor.tables.schema import Table
from extractor.tables.write import encoded

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from extractor.tables.records import Row

#: Tables whose rows a document has for itself, with their CSV text.
PRINTED = (schema.DOCUMENTS, schema.FIGURES, schema.FLAGS, schema.LEDGER, schema.SET_ASIDE)
#: Those that are kept as Arrow alone.
UNPRINTED = (schema.TEXTS, CANDIDATES)
TABLES: tuple[Table, ...] = PRINTED + UNPRINTED

_ABOUT = "part.json"
_INDEX = "index.arrow"


class PartError(Exception):
    """A part that cannot be read: cut off, damaged, or written by another layout. Its documents are done again."""

    def __init__(self, part: str, problem: object) -> None:
        super().__init__(f"{part}: {problem}")
        self.part, self.problem = part, problem

    def __reduce__(self) -> tuple[type[PartError], tuple[str, str]]:
        return PartError, (self.part, str(self.problem))  # it travels between processes


def pack(members: Mapping[str, bytes]) -> bytes:
    """Members as one archive, without times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def table_members(table: Table, rows: Sequence[Row], text: bytes) -> dict[str, bytes]:
    """The members of an archive that hold rows of a table and their CSV text."""
    return {f"{table.name}.arrow": arrow_bytes(encoded(table, rows)), f"{table.name}.csv.zst": _compressed(text)}


def arrow_bytes(table: pa.Table) -> bytes:
    """An Arrow table as a compressed stream; the meaning of the columns stays in the schema of ours."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    plain = pa.schema([field.remove_metadata() for field in table.schema])
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, plain, options=options) as stream:
        stream.write_table(pa.Table.from_arrays(table.columns, schema=plain).combine_chunks())
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _compressed(data: bytes) -> bytes:
    import pyarrow as pa

    packed: bytes = pa.compress(data, codec="zstd", asbytes=True) if data else b""
    return len(data).to_bytes(8, "little") + packed


class Archive:
    """What :func:`pack` wrote, read member by member. Raises :class:`PartError` for anything that is damaged."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise PartError(name, error) from None

    def read(self, member: str) -> bytes:
        """A member as it is; its checksum is verified."""
        try:
            return self._zip.read(member)
        except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
            raise PartError(self.name, error) from None

    def arrow(self, member: str) -> pa.Table:
        """A member that is an Arrow stream."""
        import pyarrow as pa

        try:
            return pa.ipc.open_stream(pa.py_buffer(self.read(member))).read_all()
        except pa.ArrowInvalid as error:
            raise PartError(self.name, f"{member}: {error}") from None

    def text(self, member: str) -> bytes:
        """A member that is compressed text."""
        import pyarrow as pa

        data = self.read(member)
        size = int.from_bytes(data[:8], "little")
        try:
            text: bytes = pa.decompress(data[8:], decompressed_size=size, codec="zstd", asbytes=True) if size else b""
        except (pa.ArrowInvalid, OSError) as error:
            raise PartError(self.name, f"{member}: {error}") from None
        return text

    def about(self) -> dict[str, Any]:
        """What the part says of itself."""
        try:
            data = json.loads(self.read(_ABOUT))
        except ValueError as error:
            raise PartError(self.name, error) from None
        if not isinstance(data, dict):
            raise PartError(self.name, "says nothing of itself")
        return data

    def index(self) -> pa.Table:
        """One row per document: see :func:`index_schema`."""
        return self.arrow(_INDEX)

    def close(self) -> None:
        self._zip.close()


def index_schema() -> pa.Schema:
    """What is known of each document of a part without reading its rows.

    ``key`` is :attr:`Source.key`, ``seen`` what the file system said of the file (0: look at the content), ``sha256``
    and ``same`` (the fingerprint of the report, see ``duplicates``) are bytes, zeros where there is none. ``status``
    is 0 for a document that was read, 1 for an error, 2 for one that is tried again by the next run. ``limit`` is the
    limit that was exceeded (seconds or bytes). For each table, ``rows.NAME`` and ``bytes.NAME`` say how many rows and
    bytes of CSV belong to the document. ``summary`` is JSON: what a run's summary counts.
    """
    import pyarrow as pa

    fields = [("key", pa.uint64()), ("seen", pa.uint64()), ("sha256", pa.binary(32)), ("same", pa.binary(16)),
              ("status", pa.uint8()), ("limit", pa.float64()), ("seconds", pa.float64()), ("name", pa.string()),
              ("doc", pa.string()), ("summary", pa.string())]
    fields += [(f"rows.{table.name}", pa.int32()) for table in TABLES]
    fields += [(f"bytes.{table.name}", pa.int64()) for table in PRINTED]
    return pa.schema(fields)


def values(entries: pa.Table, column: str, kind: str) -> NDArray[Any]:
    """A column of an index as an array of that kind (numpy's name of the type that :func:`index_schema` has).

    Arrow's own way there begins with the import of pandas, a fifth of a second for nothing.
    """
    import numpy as np

    array = entries.column(column).combine_chunks()
    found: NDArray[Any] = np.frombuffer(array.buffers()[1], dtype=kind)
    return found[array.offset : array.offset + len(array)]


def part_members(
    about: Mapping[str, object], index: Mapping[str, Sequence[Any]], rows: Mapping[str, Sequence[Row]],
    texts: Mapping[str, Sequence[bytes]],
) -> dict[str, bytes]:
    """The members of a part: what it says of itself, its index, its rows and their CSV text, document by document."""
    import pyarrow as pa

    members = {_ABOUT: json.dumps(about, sort_keys=True).encode()}
    head = index_schema()
    arrays = [pa.array(index[field.name], type=field.type) for field in head]
    members[_INDEX] = arrow_bytes(pa.Table.from_arrays(arrays, schema=head))
    for table in PRINTED:
        members |= table_members(table, rows[table.name], b"".join(texts[table.name]))
    for table in UNPRINTED:
        members[f"{table.name}.arrow"] = arrow_bytes(encoded(table, rows[table.name]))
    return members

