"""The comparable tables of any number of documents: candidates are sorted by families on disk, piece by piece, then
ranges of families (buckets) are read from all pieces and settled, each by itself, by any process.

Memory holds one piece of candidates or one bucket. A family is never cut: the candidates of one prefecture with its
counties have to fit into a worker (a million of them take about three gigabytes).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.batch.joining import Stretch, read_rows
from extractor.batch.parts import pack, table_members
from extractor.errors import InputError
from extractor.tables import schema
from extractor.tables.joined import write_bytes
from extractor.tables.panel import CANDIDATES, PanelKey, settle_candidates
from extractor.tables.schema import Table
from extractor.tables.write import arrow_schema, csv_text

if TYPE_CHECKING:
    import pyarrow as pa

    from extractor.library import Library

#: Candidates of a bucket, if no family has more (they are Python values while they are settled), and of a piece that is
#: sorted at once.
BUCKET = 8_000
PIECE = 20_000
#: Both grow with a large run, because settling reads each bucket from each piece: once more with so many documents, and
#: so many times at most.
_MANY = 100_000
_GROWN_BUCKET, _GROWN_PIECE = 2, 5
#: A small run has smaller buckets, so that no process idles: so many for each.
_BUCKETS = 4
_CODE = schema.FLAGS.names.index("code")


def piece_size(documents: int) -> int:
    """Candidates of a piece in a run over so many documents."""
    return PIECE * max(1, min(_GROWN_PIECE, documents // _MANY))


def bucket_size(documents: int) -> int:
    """Candidates of a bucket in a run over so many documents."""
    return BUCKET * max(1, min(_GROWN_BUCKET, documents // _MANY))


class Sorted(NamedTuple):
    """What a piece of candidates holds: how many of each family, and which columns of the panel occur."""

    families: dict[str, int]
    columns: set[PanelKey]


@dataclass(frozen=True, slots=True)
class SortTask:
    """Sort some candidates by their families into one Arrow file."""

    number: int
    stretches: Sequence[Stretch]
    root: str
    target: str

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> Sorted:
        """Do it; what the piece holds."""
        import pyarrow as pa

        table, _ = read_rows(self.stretches, CANDIDATES, self.root, printed=False)
        families, indicators, cells = (table.column(name).to_pylist() for name in ("family", "indicator", "cell"))
        found = table.sort_by("family").combine_chunks()  # stable: the order of the sources stays within a family
        at(-1)  # nobody may wait any more
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, arrow_schema(CANDIDATES)) as writer:
            writer.write_table(found)
        write_bytes(Path(self.target), sink.getvalue().to_pybytes())
        return Sorted(dict(Counter(families)), set(zip(indicators, cells, strict=True)))

    def heaviest(self, given: Container[int]) -> int:
        return -1


@dataclass(frozen=True, slots=True)
class SettleTask:
    """Settle one bucket and write its rows of ``observations``, ``panel`` and ``flags`` as one archive."""

    number: int
    pieces: Sequence[str]
    """The sorted pieces."""
    families: tuple[str, str | None]
    """The first family of the bucket, and the first one behind it."""
    target: str
    panel: Table
    keys: Sequence[PanelKey]

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> BucketCounts:
        """Do it; the counts of the bucket."""
        import pyarrow as pa

        rows: list[tuple[object, ...]] = []
        for path in self.pieces:
            with pa.memory_map(path) as source:
                batch = _between(pa.ipc.open_file(source).get_batch(0), *self.families)
                rows += zip(*(column.to_pylist() for column in batch.columns), strict=True)
        settled = settle_candidates(rows, self.keys)  # type: ignore[arg-type]
        tables = {schema.OBSERVATIONS: settled.observations, self.panel: settled.panel, schema.FLAGS: settled.flags}
        members: dict[str, bytes] = {}
        sizes = {}
        for table, found in tables.items():
            text = csv_text(table, found)
            members |= table_members(table, found, text)
            sizes[table.name] = (len(found), len(text))
        at(-1)  # nobody may wait any more
        write_bytes(Path(self.target), pack(members))
        codes = Counter(str(flag[_CODE]) for flag in settled.flags)
        return BucketCounts(settled.conflicts, sizes, dict(codes))

    def heaviest(self, given: Container[int]) -> int:
        return -1


class BucketCounts(NamedTuple):
    """What one bucket adds to the run."""

    conflicts: int
    sizes: dict[str, tuple[int, int]]
    """Rows and bytes of CSV text in each table."""
    flags: dict[str, int]


def buckets(families: Mapping[str, int], documents: int, slots: int) -> list[tuple[str, str | None]]:
    """Ranges of families in their order, so that what they give, one after the other, is in the order of the tables:
    the first family of each, and the first one behind it."""
    share = -(-sum(families.values()) // (slots * _BUCKETS))
    most = min(bucket_size(documents), share)
    starts: list[str] = []
    size = 0
    for family in sorted(families):
        if not starts or size + families[family] > most:
            starts.append(family)
            size = 0
        size += families[family]
    return list(zip(starts, [*starts[1:], None], strict=False))  # no bucket at all: nothing to be zipped with


def _between(batch: pa.RecordBatch, first: str, after: str | None) -> pa.RecordBatch:
    """The rows of some families in a piece."""
    names = batch.column(0)
    start = bisect_left(range(len(names)), first, key=lambda at: str(names[at]))
    end = len(names) if after is None else bisect_left(range(len(names)), after, start, key=lambda at: str(names[at]))
    return batch.slice(start, end - start)
