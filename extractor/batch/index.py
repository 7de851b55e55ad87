"""What the parts of a run hold: found from the parts themselves, kept in arrays (about 100 bytes a document)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from extractor.batch.parts import Archive, PartError, values
from extractor.batch.stamp import LAYOUT, Stamp
from extractor.batch.store import Store
from extractor.tables.schema import TEXTS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

#: Indexes of parts that are held decoded: one for each earlier run whose results alternate with each other.
_OPEN = 4

_COLUMNS = (("key", "<u8"), ("seen", "<u8"), ("sha256", "V32"), ("same", "V16"), ("status", "u1"), ("limit", "<f8"))


class Entry(NamedTuple):
    """One document of a part."""

    number: int
    """Its place in the index."""
    seen: int
    sha256: str
    """Hexadecimal; empty where the content was not reached."""
    status: int
    limit: float
    stamp: Stamp


class Index:
    """All documents of all parts, in the order in which parts were added."""

    def __init__(self, store: Store) -> None:
        import numpy as np

        self.store = store
        self.parts: list[str] = []
        self._stamps: list[Stamp] = []
        self._firsts: list[int] = []
        self._table = np.zeros(1024, dtype=[*_COLUMNS, ("part", "<u4")])
        self._length = 0
        self._order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._sorted: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
        self._entries: OrderedDict[int, pa.Table] = OrderedDict()

    def __len__(self) -> int:
        return self._length

    def load(self) -> list[str]:
        """Read the index of every part. Names of parts that cannot be read: their documents are done again."""
        damaged = []
        for name in self.store.names():
            try:
                self.add(name)
            except (PartError, OSError):
                damaged.append(name)
        self._sort()
        return damaged

    def add(self, name: str) -> int:
        """Take in a part; the place of its first document in the index. Raises :class:`PartError`, `OSError`."""
        import numpy as np

        with self.store.open(name) as stream:
            archive = Archive(stream, name)
            about = archive.about()
            if about.get("layout") != LAYOUT:
                raise PartError(name, "another layout")
            stamp = Stamp(str(about["code"]), str(about["patterns"]))
            table = archive.index()
        first, count = self._length, table.num_rows
        while first + count > len(self._table):
            # Pages that were never written to take no memory, so that the new half costs nothing before it is needed.
            larger = np.zeros(2 * len(self._table), dtype=self._table.dtype)
            larger[:first] = self._table[:first]
            self._table = larger
        rows = self._table[first : first + count]
        for column, kind in _COLUMNS:
            rows[column] = values(table, column, kind)
        rows["part"] = len(self.parts)
        self._keep(len(self.parts), table)
        self.parts.append(name)
        self._stamps.append(stamp)
        self._firsts.append(first)
        self._length += count
        return first

    def find(self, key: int) -> Iterator[Entry]:
        """The documents with this key that were there when the index was loaded, the one added last first."""
        import numpy as np

        if not len(self._sorted):
            return
        at = int(self._sorted.searchsorted(np.uint64(key)))
        found = []
        while at < len(self._sorted) and int(self._sorted[at]) == key:
            found.append(int(self._order[at]))
            at += 1
        for number in sorted(found, reverse=True):
            row = self._table[number]
            digest = row["sha256"].tobytes()
            stamp = self._stamps[int(row["part"])]
            yield Entry(number, int(row["seen"]), digest.hex() if any(digest) else "", int(row["status"]),
                        float(row["limit"]), stamp)

    def distinct(self) -> int:
        """Documents that were there when the index was loaded, each name counted once."""
        import numpy as np

        return len(np.unique(self._sorted))

    def column(self, name: str, numbers: NDArray[np.int64]) -> NDArray[np.void]:
        """A column of the index (``sha256``, ``same``, ``status`` ...) for documents by their place."""
        values: NDArray[np.void] = self._table[name][: self._length][numbers]
        return values

    def where(self, number: int) -> tuple[int, int]:
        """Part (its place in :attr:`parts`) and row of a document."""
        part = int(self._table["part"][number])
        return part, number - self._firsts[part]

    def entries(self, at: int) -> pa.Table:
        """The index of one part (see :func:`~extractor.batch.parts.index_schema`) without its rows; the last few are
        kept."""
        if at not in self._entries:
            with self.store.open(self.parts[at]) as stream:
                self._keep(at, Archive(stream, self.parts[at]).index())
        self._entries.move_to_end(at)
        return self._entries[at]

    def text(self, number: int) -> str:
        """The text of a document that was read. Raises :class:`PartError`, `OSError`."""
        at, row = self.where(number)
        before = sum(self.entries(at).column(f"rows.{TEXTS.name}").to_pylist()[:row])
        with self.store.open(self.parts[at]) as stream:
            texts = Archive(stream, self.parts[at]).arrow(f"{TEXTS.name}.arrow")
        return str(texts.column("text")[before].as_py())

    def release(self) -> None:
        """Forget what is held decoded."""
        self._entries.clear()

    def _keep(self, at: int, entries: pa.Table) -> None:
        while len(self._entries) >= _OPEN:
            self._entries.popitem(last=False)
        self._entries[at] = entries

    def _sort(self) -> None:
        import numpy as np

        keys = self._table["key"][: self._length]
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]
