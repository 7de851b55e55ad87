"""The tables of a run from its parts: pieces are joined in the order of the sources, whatever parts they come from.

Memory holds a few parts and one row group of each table, however many documents there are.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.batch import duplicates, settling
from extractor.batch.engine import Engine
from extractor.batch.index import Index
from extractor.batch.parts import PRINTED
from extractor.batch.summary import Summary
from extractor.tables import schema
from extractor.tables.panel import CANDIDATES, PanelKey, panel_table
from extractor.tables.records import duplicate_row
from extractor.tables.schema import Table
from extractor.tables.write import TableWriter, TextWriter, arrow_schema, csv_text, encoded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.library import Library

_BUCKETS = ".buckets"


class Segment(NamedTuple):
    """Documents that follow each other in the run and in a part, all counted or one duplicate."""

    part: int
    first: int
    last: int
    position: int
    duplicate: tuple[int, str] | None


@dataclass(slots=True)
class Overview:
    """What is known before any table is written."""

    families: Counter[str] = field(default_factory=Counter)
    columns: set[PanelKey] = field(default_factory=set)
    originals: dict[int, str] = field(default_factory=dict)
    """Id of each document that stands for duplicates, by its position."""
    inputs: str = ""
    """One SHA-256 over names and content of all sources."""


def assemble(
    index: Index,
    numbers: NDArray[np.int64],
    folder: Path,
    library: Library,
    engine: Engine,
    on_step: Callable[[str], None],
) -> tuple[Summary, Table, str]:
    """Write all tables for the documents ``numbers`` (places in the index, in the order of the sources) into
    ``folder``. The summary, the panel's definition and the hash over the inputs. ``on_step`` is told what goes on."""
    on_step("looking for duplicates")
    found = _duplicates(index, numbers)
    summary = Summary()
    overview = _overview(index, numbers, found, summary)
    panel, keys = panel_table(overview.columns, library)
    buckets = folder / _BUCKETS
    buckets.mkdir()
    shuffle = settling.Shuffle(buckets, overview.families)
    on_step("joining tables")
    with ExitStack() as stack:
        writers = {table.name: stack.enter_context(TableWriter(folder, table)) for table in PRINTED}
        texts = stack.enter_context(TextWriter(folder))
        for segment in _segments(index, numbers, found):
            _join(index, segment, overview, writers, texts, shuffle)
            on_step("")
        index.release()
        on_step("settling cells")
        _settle(shuffle, panel, keys, engine, folder, writers["flags"], summary)
    summary.panel_columns = len(keys)
    return summary, panel, overview.inputs


def _duplicates(index: Index, numbers: NDArray[np.int64]) -> dict[int, tuple[int, str]]:
    def text(position: int) -> str:
        rows = index.rows(int(numbers[position]), schema.TEXTS)
        return str(rows.column("text")[0].as_py())

    usable = index.column("status", numbers) == 0
    return duplicates.find(index.column("sha256", numbers), index.column("same", numbers), usable, text)


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


def _overview(
    index: Index, numbers: NDArray[np.int64], found: dict[int, tuple[int, str]], summary: Summary
) -> Overview:
    overview = Overview()
    inputs = hashlib.sha256()
    originals = {original for original, _ in found.values()}
    columns = ("name", "doc", "sha256", "summary", "rows.figures")
    for segment in _segments(index, numbers, found):
        entries = index.entries(segment.part).slice(segment.first, segment.last - segment.first).select(columns)
        for offset, row in enumerate(entries.to_pylist()):
            digest = row["sha256"].hex() if any(row["sha256"]) else ""
            inputs.update(f"{digest}  {row['name']}\n".encode())
            if segment.duplicate is not None:
                summary.documents["duplicate"] += 1
                continue
            if segment.position + offset in originals:
                overview.originals[segment.position + offset] = row["doc"]
            about = summary.add(row["name"], row["rows.figures"], row["summary"])
            overview.families.update(about.get("families", ()))
            overview.columns.update((indicator, status) for indicator, status in about.get("columns", ()))
    overview.inputs = inputs.hexdigest()
    return overview


def _join(
    index: Index,
    segment: Segment,
    overview: Overview,
    writers: dict[str, TableWriter],
    texts: TextWriter,
    shuffle: settling.Shuffle,
) -> None:
    part = index.part(segment.part)
    span = (segment.first, segment.last)
    if segment.duplicate is not None:
        original, kind = segment.duplicate
        row = tuple(part.rows(schema.DOCUMENTS, *span).to_pylist()[0].values())
        rows = [duplicate_row(row, overview.originals[original], kind)]
        writers["documents"].append(encoded(schema.DOCUMENTS, rows), csv_text(schema.DOCUMENTS, rows))
        return
    for table in PRINTED:
        writers[table.name].append(part.rows(table, *span), part.text(table, *span))
    texts.append(part.rows(schema.TEXTS, *span), b"")
    shuffle.add(part.rows(CANDIDATES, *span))


def _settle(
    shuffle: settling.Shuffle,
    panel: Table,
    keys: list[PanelKey],
    engine: Engine,
    folder: Path,
    flags: TableWriter,
    summary: Summary,
) -> None:
    """Settle all buckets, wherever; then append what they gave in their order."""
    targets: dict[int, str] = {}
    tasks = []
    for task in shuffle.finish(panel, keys):
        targets[task.number] = task.target
        tasks.append(task)
    for _ in engine.run(iter(tasks)):
        pass
    for path in shuffle.pieces:
        Path(path).unlink()
    with ExitStack() as stack:
        observations = stack.enter_context(TableWriter(folder, schema.OBSERVATIONS))
        rows = stack.enter_context(TableWriter(folder, panel))
        for number in sorted(targets):
            archive = settling.open_bucket(targets[number])
            counts = settling.BucketCounts(*json.loads(archive.read("counts.json")))
            summary.conflicts += counts.conflicts
            summary.observations += counts.observations
            summary.panel_rows += counts.panel
            summary.flags.update(counts.flags)
            for writer in (observations, rows, flags):
                name = writer.table.name
                found = archive.arrow(f"{name}.arrow").cast(arrow_schema(writer.table))
                writer.append(found, archive.text(f"{name}.csv.zst"))
            archive.close()
            Path(targets[number]).unlink()
    (folder / _BUCKETS).rmdir()
