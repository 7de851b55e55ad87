"""The tables of a run from its parts: row groups are cut in the order of the sources, whatever parts they come from,
and encoded by the engine's processes; here their bytes are only copied.

Memory holds one group of one table and the tasks under way, however many documents there are.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.batch import duplicates, settling
from extractor.batch.describing import DescribeTask
from extractor.batch.engine import Done, Engine, Inline, Task
from extractor.batch.index import Index
from extractor.batch.joining import Cutter, JoinTask, Stretch
from extractor.batch.parts import PRINTED, values
from extractor.batch.settling import BucketCounts, SettleTask, Sorted, SortTask
from extractor.batch.summary import Summary
from extractor.tables import schema, write
from extractor.tables.joined import Encoded, JoinedTable
from extractor.tables.panel import CANDIDATES, PanelKey, panel_table
from extractor.tables.schema import Table

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from extractor.library import Library


#: Tables that are complete only when all cells are settled.
_OF_CELLS = ("observations", "panel", "flags")


class Segment(NamedTuple):
    """Documents that follow each other in the run and in a part, all counted or one duplicate."""

    part: int
    first: int
    last: int
    position: int
    duplicate: tuple[int, str] | None


@dataclass(slots=True)
class Assembled:
    """What is known once the tables are written."""

    summary: Summary = field(default_factory=Summary)
    panel: Table = schema.PANEL
    inputs: str = ""
    """One SHA-256 over names and content of all sources."""
    hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each table's files, by name."""


def assemble(
    index: Index,
    numbers: NDArray[np.int64],
    folder: Path,
    library: Library,
    engine: Engine,
    root: str,
    on_step: Callable[[str], None],
) -> Assembled:
    """Write all tables for the documents ``numbers`` (places in the index, in the order of the sources) into
    ``folder``, with their dictionary. ``root`` is where the parts lie. ``on_step`` is told what goes on."""
    on_step("looking for duplicates")
    found = _duplicates(index, numbers)
    on_step("joining tables")
    # A name that nobody else uses: a process that outlives a killed run must not write into the next one's files.
    scratch = folder.absolute() / f".pieces-{uuid.uuid4().hex}"
    scratch.mkdir()
    if not engine.shares(scratch):
        engine = Inline(library)
    with ExitStack() as stack:
        assembly = _Assembly(index, numbers, found, library, engine.slots, root, folder.absolute(), scratch, stack,
                             on_step)
        for done in engine.run(assembly.next_task):
            assembly.take(done)
            on_step("")
    index.release()
    shutil.rmtree(scratch)
    assembled = assembly.assembled
    for joining in assembly.tables.values():
        assembled.hashes |= joining.writer.hashes
    return assembled


def _duplicates(index: Index, numbers: NDArray[np.int64]) -> dict[int, tuple[int, str]]:
    usable = index.column("status", numbers) == 0
    return duplicates.find(index.column("sha256", numbers), index.column("same", numbers), usable,
                           lambda position: index.text(int(numbers[position])))


def _segments(
    index: Index, numbers: NDArray[np.int64], found: dict[int, tuple[int, str]]
) -> Iterator[Segment]:
    import numpy as np

    if not len(numbers):
        return
    breaks = np.ones(len(numbers), dtype=bool)
    parts = index.column("part", numbers)
    breaks[1:] = (parts[1:] != parts[:-1]) | (np.diff(numbers) != 1)
    for position in found:
        breaks[position] = True
        if position + 1 < len(numbers):
            breaks[position + 1] = True
    starts = np.flatnonzero(breaks)
    for at, start in enumerate(starts.tolist()):
        end = int(starts[at + 1]) if at + 1 < len(starts) else len(numbers)
        part, row = index.where(int(numbers[start]))
        yield Segment(part, row, row + end - start, start, found.get(start))


class _Joining:
    """One table: its groups are encoded in any order and appended in theirs."""

    def __init__(self, writer: JoinedTable, table: Table, cutter: Cutter) -> None:
        self.writer, self.table, self.cutter = writer, table, cutter
        self.given = 0
        """Groups that a task was made for."""
        self._appended = 0
        self._waiting: dict[int, tuple[str, Encoded]] = {}

    def take(self, at: int, target: str, encoded: Encoded) -> None:
        """The ``at``-th group is encoded, in the files of that name."""
        self._waiting[at] = target, encoded
        while self._appended in self._waiting:
            target, encoded = self._waiting.pop(self._appended)
            self.writer.append(encoded, target)
            self._appended += 1


class _Assembly:
    """The tasks that make the tables, each as soon as it is possible: groups of the documents' own tables and sorted
    pieces of candidates; when all are sorted, buckets of them; the groups of what these give."""

    def __init__(
        self, index: Index, numbers: NDArray[np.int64], found: dict[int, tuple[int, str]], library: Library, slots: int,
        root: str, folder: Path, scratch: Path, stack: ExitStack, on_step: Callable[[str], None],
    ) -> None:
        self.assembled = Assembled()
        self.tables: dict[str, _Joining] = {}
        self._index, self._library, self._slots, self._root = index, library, slots, root
        self._documents = len(numbers)
        self._folder, self._scratch, self._stack, self._on_step = folder, scratch, stack, on_step
        self._numbered = 0
        self._takers: dict[int, Callable[[Any], None]] = {}
        """Who takes the result of each task under way, by its number."""
        self._urgent: deque[Task] = deque()
        self._planned = self._plan(numbers, found)
        self._candidates = Cutter(settling.piece_size(len(numbers)))
        self._pieces: list[str] = []
        self._sorting = 0
        """Pieces that are being sorted; one more while some are still to be cut."""
        self._families: Counter[str] = Counter()
        self._columns: set[PanelKey] = set()
        self._buckets: list[str] = []
        self._settled: dict[int, BucketCounts] = {}
        self._appended = 0
        """Buckets whose rows are cut into groups."""
        for table in PRINTED:
            self._begin(table, Cutter(write.group_rows(table)))
        self._begin(schema.TEXTS, Cutter(write.TEXT_ROWS, write.TEXT_CHARACTERS))

    def next_task(self) -> Task | None:
        """The next task; None where none is possible before another one is done."""
        # The plan is only asked where nothing is urgent, but what it does may make something urgent.
        task = None if self._urgent else next(self._planned, None)
        return self._urgent.popleft() if task is None and self._urgent else task

    def take(self, done: Done) -> None:
        """The result of a task."""
        self._takers.pop(done.number)(done.value)

    def _begin(self, table: Table, cutter: Cutter) -> None:
        writer = JoinedTable(self._folder, table, with_csv=table.name != schema.TEXTS.name)
        self.tables[table.name] = _Joining(self._stack.enter_context(writer), table, cutter)

    def _number(self, taker: Callable[[Any], None]) -> int:
        self._numbered += 1
        self._takers[self._numbered] = taker
        return self._numbered

    def _plan(self, numbers: NDArray[np.int64], found: dict[int, tuple[int, str]]) -> Iterator[Task]:
        """The tasks that need nothing but parts."""
        inputs = hashlib.sha256()
        originals = dict.fromkeys((original for original, _ in found.values()), "")
        self._sorting = 1
        for segment in _segments(self._index, numbers, found):
            entries = self._index.entries(segment.part)
            characters = self._count(segment, entries, inputs, originals)
            yield from self._cut(segment, entries, characters, originals)
        self.assembled.inputs = inputs.hexdigest()
        if rest := self._candidates.rest():
            yield self._sort(rest)
        self._end_piece()
        for joining in list(self.tables.values()):  # those of the cells may come meanwhile
            if joining.table.name not in _OF_CELLS:
                yield self._join(joining, joining.cutter.rest())

    def _count(self, segment: Segment, entries: pa.Table, inputs: Any, originals: dict[int, str]) -> list[int]:
        """Count the documents of a segment; the characters of each."""
        summary = self.assembled.summary
        rows = entries.slice(segment.first, segment.last - segment.first)
        columns = (rows.column(name).to_pylist() for name in ("name", "doc", "sha256", "summary", "rows.figures"))
        characters = []
        for position, row in enumerate(zip(*columns, strict=True), segment.position):
            name, doc, digest, about, figures = row
            inputs.update(f"{digest.hex() if any(digest) else ''}  {name}\n".encode())
            if segment.duplicate is not None:
                summary.documents["duplicate"] += 1
                continue
            if position in originals:
                originals[position] = doc
            characters.append(summary.add(name, figures, about).get("characters", 0))
        return characters

    def _cut(
        self, segment: Segment, entries: pa.Table, characters: list[int], originals: dict[int, str]
    ) -> Iterator[Task]:
        import numpy as np

        part = self._index.parts[segment.part]
        span = slice(segment.first, segment.last + 1)
        nothing = np.zeros(segment.last - segment.first + 1, dtype=np.int64)
        if segment.duplicate is not None:
            original, kind = segment.duplicate
            joining = self.tables["documents"]
            for group in joining.cutter.add(part, _ends(entries, "rows.documents")[span], nothing,
                                            duplicate=(originals[original], kind)):
                yield self._join(joining, group)
            return
        weights = np.cumsum([0, *characters])
        for name, joining in self.tables.items():
            rows = _ends(entries, f"rows.{name}")[span]
            if name == schema.TEXTS.name:
                groups = joining.cutter.add(part, rows, nothing, weights)
            else:
                groups = joining.cutter.add(part, rows, _ends(entries, f"bytes.{name}")[span])
            for group in groups:
                yield self._join(joining, group)
        for group in self._candidates.add(part, _ends(entries, f"rows.{CANDIDATES.name}")[span], nothing):
            yield self._sort(group)

    def _join(self, joining: _Joining, group: list[Stretch]) -> JoinTask:
        at = joining.given
        joining.given += 1
        target = str(self._scratch / f"{joining.table.name}-{at:06}")
        return JoinTask(self._number(partial(joining.take, at, target)), joining.table, group, self._root, target)

    def _sort(self, group: list[Stretch]) -> SortTask:
        self._sorting += 1
        target = str(self._scratch / f"piece-{len(self._pieces):06}.arrow")
        self._pieces.append(target)
        return SortTask(self._number(self._take_piece), group, self._root, target)

    def _take_piece(self, found: Sorted) -> None:
        self._families.update(found.families)
        self._columns |= found.columns
        self._end_piece()

    def _end_piece(self) -> None:
        """A piece is sorted, or the last one is cut."""
        self._sorting -= 1
        if not self._sorting:
            self._settle()

    def _settle(self) -> None:
        """All candidates are sorted: what the panel looks like is known."""
        self._on_step("settling cells")
        panel, keys = panel_table(self._columns, self._library)
        self.assembled.panel = panel
        self.assembled.summary.panel_columns = len(keys)
        for table in (schema.OBSERVATIONS, panel):
            self._begin(table, Cutter(write.group_rows(table)))
        for at, families in enumerate(settling.buckets(self._families, self._documents, self._slots)):
            target = str(self._scratch / f"bucket-{at:06}.zip")
            self._buckets.append(target)
            number = self._number(partial(self._take_bucket, at))
            self._urgent.append(SettleTask(number, self._pieces, families, target, panel, keys))
        self._urgent.append(DescribeTask(self._number(lambda _: None), str(self._folder), panel))
        self._append_settled()

    def _take_bucket(self, at: int, counts: BucketCounts) -> None:
        self._settled[at] = counts
        self._append_settled()

    def _append_settled(self) -> None:
        """Cut the rows of the buckets that are settled, in their order."""
        summary = self.assembled.summary
        while (counts := self._settled.pop(self._appended, None)) is not None:
            source = self._buckets[self._appended]
            self._appended += 1
            summary.conflicts += counts.conflicts
            summary.observations += counts.sizes["observations"][0]
            summary.panel_rows += counts.sizes["panel"][0]
            summary.flags.update(counts.flags)
            for name, (rows, size) in counts.sizes.items():
                joining = self.tables[name]
                for group in joining.cutter.add(source, _span(rows), _span(size)):
                    self._urgent.append(self._join(joining, group))
        if self._appended == len(self._buckets):
            for path in self._pieces:
                Path(path).unlink()
            for name in _OF_CELLS:
                self._urgent.append(self._join(self.tables[name], self.tables[name].cutter.rest()))


def _ends(entries: pa.Table, column: str) -> NDArray[np.int64]:
    """Where the rows or bytes of each document of a part begin, and where those of the last one end."""
    import numpy as np

    found: NDArray[np.int64] = np.zeros(len(entries) + 1, dtype=np.int64)
    np.cumsum(values(entries, column, "<i4" if column.startswith("rows.") else "<i8"), out=found[1:])
    return found


def _span(size: int) -> NDArray[np.int64]:
    import numpy as np

    return np.array([0, size], dtype=np.int64)
