"""Parquet row groups that were encoded by different processes, and the footer that lists them in one file.

The bytes of a row group do not say where in the file they stand; only the footer does. So whoever encodes a group
writes it as a file of its own, and a table is made of them by copying bytes and moving the offsets in the footer
(Thrift's compact protocol, as apache/parquet-format has it in parquet.thrift). Arrow itself can only list the groups of
other files by their names (``append_row_groups``). The result is byte by byte what one writer would have written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MAGIC = b"PAR1"

#: Types of Thrift's compact protocol.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)

#: Fields of FileMetaData.
_ROWS, _GROUPS = 3, 4
#: Fields of RowGroup.
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
#: Fields of ColumnChunk: the deprecated place of its metadata (0 where it is not used), and the metadata.
_CHUNK_OFFSET, _CHUNK_META = 2, 3
#: Offsets in ColumnMetaData: data pages, index page, dictionary page.
_META_OFFSETS = (9, 10, 11)
#: Offsets that we do not write and do not move: page indexes of a ColumnChunk, Bloom filters in its metadata.
_CHUNK_OTHER, _META_OTHER = (4, 6), (14,)


#: Among the offsets of a group: here stands its number in the file. Not every version of Arrow writes it.
_NUMBER = -1


class Group(NamedTuple):
    """The footer's entry of one row group, cut where an offset stands, so that it can be moved without being read."""

    pieces: tuple[bytes, ...]
    """The bytes around the offsets."""
    offsets: tuple[int, ...]
    """Offsets in the file that the group was written to; 0 where there is none."""

    def moved(self, distance: int, number: int) -> bytes:
        """The entry of the group when it stands ``distance`` bytes further on and is the ``number``-th of its file."""
        found = [self.pieces[0]]
        for offset, piece in zip(self.offsets, self.pieces[1:], strict=True):
            found.append(_zigzag(number if offset == _NUMBER else offset + distance if offset else 0))
            found.append(piece)
        return b"".join(found)


class Footer(NamedTuple):
    """A file's footer around its number of rows and its row groups."""

    head: bytes
    tail: bytes

    def joined(self, rows: int, groups: Sequence[bytes]) -> bytes:
        """The end of a file with these row groups: the footer, its length and the closing mark."""
        count = len(groups)
        size = bytes([count << 4 | _STRUCT]) if count < 15 else bytes([0xF0 | _STRUCT]) + _varint(count)
        whole = b"".join((self.head, _zigzag(rows), _header(_GROUPS - _ROWS, _LIST), size, *groups, self.tail))
        return whole + len(whole).to_bytes(4, "little") + MAGIC


def content(data: bytes) -> memoryview:
    """The bytes of the row groups of a Parquet file."""
    return memoryview(data)[len(MAGIC) : _end(data)]


def footer(data: bytes) -> Footer:
    """The footer of a Parquet file."""
    found = data[_end(data) : -8]
    spans = {identity: (start, end) for identity, _, start, end in _Walk(found).fields()}
    return Footer(found[: spans[_ROWS][0]], found[spans[_GROUPS][1] :])


def groups(data: bytes) -> Iterator[Group]:
    """The entries of the row groups of a Parquet file."""
    walk = _Walk(data[_end(data) : -8])
    for identity, _, _, _ in walk.fields(follow=(_GROUPS,)):
        if identity == _GROUPS:
            for _ in range(walk.list_size()):
                yield walk.group()


def _end(data: bytes) -> int:
    """Where the row groups end and the footer begins."""
    return len(data) - 8 - int.from_bytes(data[-8:-4], "little")


class _Walk:
    """Goes over a structure in the compact protocol, from ``at``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._kept = 0
        """What lies before is in a piece already."""
        self._pieces: list[bytes] = []
        self._offsets: list[int] = []

    def fields(self, follow: Sequence[int] = ()) -> Iterator[tuple[int, int, int, int]]:
        """Number, type, start and end of each field of the structure that begins here. Fields to ``follow`` are given
        before they are passed over, for the caller to do it; their end is not known."""
        identity = 0
        while kind := self._data[self._at]:
            self._at += 1
            identity = identity + (kind >> 4) if kind >> 4 else _signed(self._varint())
            start = self._at
            if identity in follow:
                yield identity, kind & 15, start, start
            else:
                self._skip(kind & 15)
                yield identity, kind & 15, start, self._at
        self._at += 1

    def list_size(self) -> int:
        """The number of members of the list that begins here."""
        head = self._data[self._at]
        self._at += 1
        return head >> 4 if head >> 4 < 15 else self._varint()

    def group(self) -> Group:
        """The row group that begins here."""
        self._kept = self._at
        self._pieces, self._offsets = [], []
        for identity, _, _, _ in self.fields(follow=(_COLUMNS, _GROUP_OFFSET, _ORDINAL)):
            if identity == _COLUMNS:
                for _ in range(self.list_size()):
                    self._column()
            elif identity == _GROUP_OFFSET:
                self._offset()
            elif identity == _ORDINAL:
                self._offset()
                self._offsets[-1] = _NUMBER
        self._pieces.append(self._data[self._kept : self._at])
        return Group(tuple(self._pieces), tuple(self._offsets))

    def _column(self) -> None:
        for identity, _, _, _ in self.fields(follow=(_CHUNK_OFFSET, _CHUNK_META)):
            if identity == _CHUNK_OFFSET:
                self._offset()
            elif identity == _CHUNK_META:
                for inner, _, _, _ in self.fields(follow=_META_OFFSETS):
                    if inner in _META_OFFSETS:
                        self._offset()
                    elif inner in _META_OTHER:
                        raise ValueError("a row group with a Bloom filter cannot be moved")
            elif identity in _CHUNK_OTHER:
                raise ValueError("a row group with a page index cannot be moved")

    def _offset(self) -> None:
        """Take the number that stands here as an offset: a piece ends before it."""
        self._pieces.append(self._data[self._kept : self._at])
        self._offsets.append(_signed(self._varint()))
        self._kept = self._at

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _skip(self, kind: int) -> None:
        if kind in _NUMBERS:
            while self._data[self._at] > 127:
                self._at += 1
            self._at += 1
        elif kind == _BINARY:
            size = self._varint()
            self._at += size
        elif kind in _SIZES:
            self._at += _SIZES[kind]
        elif kind == _STRUCT:
            for _ in self.fields():
                pass
        elif kind in (_LIST, _SET):
            member = self._data[self._at] & 15
            for _ in range(self.list_size()):
                self._skip(member if member > _FALSE else _BYTE)
        else:
            raise ValueError(f"a footer with a field of type {kind}")


_NUMBERS = (_I16, _I32, _I64)
#: Bytes of the types that always have the same size; a truth in a structure is its type.
_SIZES: Mapping[int, int] = {_TRUE: 0, _FALSE: 0, _BYTE: 1, _DOUBLE: 8}


def _header(distance: int, kind: int) -> bytes:
    return bytes([distance << 4 | kind])


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def _zigzag(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _signed(value: int) -> int:
    return value >> 1 if not value & 1 else -(value + 1 >> 1)
