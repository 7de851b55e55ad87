"""The comparable tables of any number of documents: candidates are sorted into buckets of families on disk, and each
bucket is settled by itself, by any process.

Memory holds one piece of candidates and one bucket at a time. A family is never cut: the candidates of one prefecture
with its counties have to fit into a worker (a million of them take about a gigabyte).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.batch.parts import Archive, pack, table_members
from extractor.errors import InputError
from extractor.tables import schema
from extractor.tables.panel import CANDIDATES, PanelKey, settle_candidates
from extractor.tables.schema import Table
from extractor.tables.write import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from extractor.library import Library

#: Candidates of a bucket, if no family has more, and of a piece that is sorted at once.
BUCKET = 20_000
PIECE = 20_000


@dataclass(frozen=True, slots=True)
class SettleTask:
    """Settle one bucket and write its rows of ``observations``, ``panel`` and ``flags`` as one file."""

    number: int
    pieces: Sequence[str]
    """The sorted pieces, Arrow files with one batch for each bucket."""
    target: str
    panel: Table
    keys: Sequence[PanelKey]

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> BucketCounts:
        """Do it; the counts of the bucket."""
        import pyarrow as pa

        rows: list[tuple[object, ...]] = []
        for path in self.pieces:
            with pa.memory_map(path) as source:
                batch = pa.ipc.open_file(source).get_batch(self.number)
                rows += zip(*(column.to_pylist() for column in batch.columns), strict=True)
        settled = settle_candidates(rows, self.keys)  # type: ignore[arg-type]
        counts = BucketCounts(settled.cells, settled.conflicts, len(settled.observations), len(settled.panel),
                              dict(Counter(str(flag[schema.FLAGS.names.index("code")]) for flag in settled.flags)))
        members = {"counts.json": json.dumps(counts).encode()}
        for table, found in ((schema.OBSERVATIONS, settled.observations), (self.panel, settled.panel),
                             (schema.FLAGS, settled.flags)):
            members |= table_members(table, found, printed=True)
        Path(self.target).write_bytes(pack(members))
        return counts

    def heaviest(self, given: Container[int]) -> int:
        return -1


class BucketCounts(NamedTuple):
    """What one bucket adds to the summary."""

    cells: int
    conflicts: int
    observations: int
    panel: int
    flags: dict[str, int]


class Shuffle:
    """Takes candidates in, writes them to disk by bucket. Buckets are ranges of families in their order, so that what
    they give, one after the other, is in the order of the tables."""

    def __init__(self, folder: Path, families: Mapping[str, int]) -> None:
        self._folder = folder
        self._starts = _starts(families)
        self._buckets: dict[str, int] = {}
        self._pending: list[pa.Table] = []
        self._waiting = 0
        self.pieces: list[str] = []

    @property
    def buckets(self) -> int:
        return len(self._starts)

    def add(self, candidates: pa.Table) -> None:
        """Take in candidates (rows of :data:`CANDIDATES`)."""
        if candidates.num_rows:
            self._pending.append(candidates)
            self._waiting += candidates.num_rows
        if self._waiting >= PIECE:
            self._flush()

    def finish(self, panel: Table, keys: Sequence[PanelKey]) -> Iterator[SettleTask]:
        """Tasks for all buckets."""
        self._flush()
        for number in range(self.buckets):
            target = self._folder / f"bucket-{number:06}.zip"
            yield SettleTask(number, self.pieces, str(target), panel, keys)

    def _flush(self) -> None:
        import numpy as np
        import pyarrow as pa

        if not self._waiting:
            return
        table = pa.concat_tables(self._pending).combine_chunks()
        self._pending.clear()
        self._waiting = 0
        families = table.column("family").combine_chunks().dictionary_encode()
        of_family = np.array([self._bucket(name) for name in families.dictionary.to_pylist()], dtype=np.int64)
        buckets = of_family[families.indices.to_numpy()]
        order = np.argsort(buckets, kind="stable")
        table = table.take(pa.array(order)).combine_chunks()
        ends = np.searchsorted(buckets[order], np.arange(self.buckets), side="right").tolist()
        path = self._folder / f"piece-{len(self.pieces):06}.arrow"
        plain = arrow_schema(CANDIDATES)
        with pa.ipc.new_file(str(path), plain) as writer:
            start = 0
            for end in ends:
                part = table.slice(start, end - start).cast(plain).combine_chunks()
                batches = part.to_batches()
                writer.write_batch(batches[0] if batches else pa.RecordBatch.from_pylist([], schema=plain))
                start = end
        self.pieces.append(str(path))

    def _bucket(self, family: str) -> int:
        return bisect_right(self._starts, family) - 1


def _starts(families: Mapping[str, int]) -> list[str]:
    """First family of each bucket."""
    starts: list[str] = []
    size = 0
    for family in sorted(families):
        if not starts or size + families[family] > BUCKET:
            starts.append(family)
            size = 0
        size += families[family]
    return starts


def open_bucket(path: str) -> Archive:
    """What a :class:`SettleTask` wrote."""
    return Archive(open(path, "rb"), path)
