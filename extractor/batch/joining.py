"""Tables from parts: which rows go into which row group, and the task that encodes one, on whatever engine.

A row group is cut by numbers of rows alone, in the order of the sources, so that neither the parts nor the engine leave
a trace in it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from extractor.batch.parts import Archive, PartError
from extractor.batch.store import open_store
from extractor.errors import InputError
from extractor.tables.joined import Encoded, encode_group
from extractor.tables.records import duplicate_row
from extractor.tables.schema import TEXTS, Table
from extractor.tables.write import arrow_schema, csv_text, encoded

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from extractor.library import Library


class Stretch(NamedTuple):
    """Rows that follow each other in an archive, and their CSV text."""

    source: str
    """The name of a part, or the absolute path of any other archive."""
    rows: tuple[int, int]
    text: tuple[int, int]
    """Half-open, in bytes."""
    duplicate: tuple[str, str] | None = None
    """For the one row of ``documents`` of a duplicate: the document that is counted instead, and the kind."""


class Cutter:
    """Cuts the rows of a table, as they come, into groups."""

    def __init__(self, most: int, weight: int = 0) -> None:
        """A group ends at ``most`` rows, or with the row that brings it to ``weight`` if that is given."""
        self._most, self._weight = most, weight
        self._rows = self._weighed = 0
        self._stretches: list[Stretch] = []

    def add(
        self, source: str, rows: NDArray[np.int64], text: NDArray[np.int64],
        weights: NDArray[np.int64] | None = None, duplicate: tuple[str, str] | None = None,
    ) -> list[list[Stretch]]:
        """Take in some documents of an archive; the groups that are full now. ``rows``, ``text`` and ``weights`` say
        where each document begins, and at their end where the last one ends. The text of a document goes with its
        first row."""
        full = []
        start, last = int(rows[0]), int(rows[-1])
        while start < last:
            end = min(last, start + self._most - self._rows)
            if weights is not None:
                end = min(end, self._heavy(start, rows, weights))
            first, after = rows.searchsorted((start, end)).tolist()
            self._stretches.append(Stretch(source, (start, end), (int(text[first]), int(text[after])), duplicate))
            self._rows += end - start
            if weights is not None:
                self._weighed += int(weights[after] - weights[first])
            if self._rows == self._most or (self._weight and self._weighed >= self._weight):
                full.append(self.rest())
            start = end
        return full

    def rest(self) -> list[Stretch]:
        """The group that is not full yet; the next one begins."""
        found, self._stretches = self._stretches, []
        self._rows = self._weighed = 0
        return found

    def _heavy(self, start: int, rows: NDArray[np.int64], weights: NDArray[np.int64]) -> int:
        """The end of the row that makes the group heavy enough."""
        first = int(rows.searchsorted(start))
        after = int(weights.searchsorted(weights[first] + self._weight - self._weighed))
        return int(rows[min(after, len(rows) - 1)])


def read_rows(stretches: Sequence[Stretch], table: Table, root: str, *, printed: bool) -> tuple[pa.Table, bytes]:
    """The rows of some stretches in one piece, and their CSV text if the table is ``printed``."""
    import pyarrow as pa

    store = open_store(root)
    schema = arrow_schema(table)
    found: list[pa.Table] = []
    texts: list[bytes] = []
    for stretch in stretches:
        with open(stretch.source, "rb") if os.path.isabs(stretch.source) else store.open(stretch.source) as stream:
            archive = Archive(stream, stretch.source)
            start, end = stretch.rows
            rows = archive.arrow(f"{table.name}.arrow").slice(start, end - start)
            if rows.schema.types != schema.types:
                raise PartError(stretch.source, f"{table.name} has other columns")
            found.append(pa.Table.from_arrays(rows.columns, schema=schema))
            if stretch.duplicate is not None:
                row = duplicate_row(tuple(found.pop().to_pylist()[0].values()), *stretch.duplicate)
                found.append(encoded(table, [row]))
                texts.append(csv_text(table, [row]))
            elif printed:
                texts.append(archive.text(f"{table.name}.csv.zst")[slice(*stretch.text)])
    # In one piece: the encoder would show where the pieces were joined.
    return pa.concat_tables(found or [schema.empty_table()]).combine_chunks(), b"".join(texts)


@dataclass(frozen=True, slots=True)
class JoinTask:
    """Encode one row group of a table and write it, and its CSV text."""

    number: int
    table: Table
    stretches: Sequence[Stretch]
    root: str
    """Where the parts lie."""
    target: str
    """Path of what is written, without its ending."""

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> Encoded:
        """Do it. Raises :class:`PartError` for a part that is damaged, :class:`OSError` where nothing can be
        written."""
        printed = self.table.name != TEXTS.name
        rows, text = read_rows(self.stretches, self.table, self.root, printed=printed)
        at(-1)  # nobody may wait any more
        return encode_group(self.table, rows, text if printed else None, self.target)

    def heaviest(self, given: Container[int]) -> int:
        return -1
