"""One run over very many generated documents: rate, efficiency of two workers, memory, and the run after it.

    python -m benchmarks.scale [--documents 100000] [--efficiency 10000] [--small 1000] [--workers 2] [--write]

1. documents are generated into a folder (kept between calls with --folder);
2. ``--small`` documents: peak memory of the parent and of each worker;
3. ``--efficiency`` documents with one worker and with all: parallel efficiency, by the clock;
4. all documents in one run: rate, memory against 2., bytes written;
5. the same run once more, nothing changed: its share of 4.'s time.

All of it through the command line, as a user would. Memory is the kernel's own peak of each process (``VmHWM``). Beside
every measure stands the machine's load: with others at work, CPU seconds say more than the clock.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import costs, generate
from benchmarks.processes import Watched, watch
from benchmarks.report import between_marks, grid

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Measured:
    """One watched run over so many documents."""

    name: str
    documents: int
    workers: int
    megabytes_in: float
    megabytes_out: dict[str, float]
    """By kind: ``parts`` (what the next run takes up again), ``csv``, ``parquet``, ``other``."""
    watched: Watched

    @property
    def worker_megabytes(self) -> float:
        """The largest peak of a worker; the parent's where it works alone."""
        return max(self.watched.workers_megabytes, default=self.watched.parent_megabytes)


def sources(folder: Path, documents: int) -> list[Path]:
    """The folders that together hold the first ``documents`` (a multiple of a folder's size)."""
    return [folder / f"{at:03d}" for at in range(-(-documents // generate.FOLDER))]


def prepare(folder: Path, documents: int) -> None:
    """Generate the documents, unless they are there already, perhaps with more."""
    stamp = folder / ".generated.json"
    if stamp.is_file() and json.loads(stamp.read_text())["documents"] >= documents:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"generating {documents:,} documents ...", file=sys.stderr, flush=True)
    generate.write(folder, documents)
    stamp.write_text(json.dumps({"documents": documents}))


def run(name: str, folder: Path, documents: int, workers: int, output: Path) -> Measured:
    """One ``extractor run``; the output is kept for the run after it."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    inputs = sources(folder, documents)
    command = [sys.executable, "-c", "from extractor.cli import main; main()", "run", *map(str, inputs),
               "--output", str(output), "--workers", str(workers)]
    watched = watch(command, output.parent)
    measured = Measured(name, documents, workers, sum(_sizes(inputs).values()), _sizes([output]), watched)
    print(_line(measured), file=sys.stderr, flush=True)
    return measured


def _sizes(folders: list[Path]) -> dict[str, float]:
    """Megabytes of all files, by kind."""
    kinds = {".part": "parts", ".csv": "csv", ".parquet": "parquet"}
    found: Counter[str] = Counter()
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        found[kinds.get(path.suffix, "other")] += path.stat().st_size
    return {kind: size / 1e6 for kind, size in sorted(found.items())}


def _line(measured: Measured) -> str:
    watched = measured.watched
    rate = measured.documents / watched.seconds
    return (
        f"  {rate:,.1f} documents/s, {watched.seconds:.1f} s, CPU {watched.cpu_seconds:.1f} s, "
        f"parent {watched.parent_megabytes:.0f} MB, largest worker {measured.worker_megabytes:.0f} MB, "
        f"out {sum(measured.megabytes_out.values()):.1f} MB, load {watched.load:.1f}"
    )


def measure(folder: Path, documents: int, efficiency: int, small: int, workers: int, work: Path) -> list[Measured]:
    """All runs, in the order of this module's description."""
    prepare(folder, documents)
    found = [run(f"{small:,} documents", folder, small, workers, work / "small")]
    for count in (1, workers):
        name = f"{efficiency:,} documents, {count} worker{'s' if count > 1 else ''}"
        found.append(run(name, folder, efficiency, count, work / f"w{count}"))
    found.append(run(f"{documents:,} documents", folder, documents, workers, work / "all"))
    found.append(run(f"{documents:,} documents, again", folder, documents, workers, work / "all"))
    return found


def _alone(measured: Measured) -> float:
    """How long a run would take on cores of its own: the parent's CPU time and that of its busiest worker, in turn.

    On a machine that others use, this is what the clock would say without them; on a quiet one it is a little more
    than the clock, because the parent works while its workers do.
    """
    return measured.watched.parent_cpu + max(measured.watched.workers_cpu, default=0.0)


def goals(found: list[Measured]) -> dict[str, bool]:
    """The goals on scale with their figures, and whether they are met."""
    small, one, many, first, second = found
    parallel = one.watched.seconds / many.watched.seconds / many.workers
    ideal = _alone(one) / _alone(many) / many.workers
    # The clock decides, unless others had more than half a core of this machine.
    judged = parallel if max(one.watched.load - 1, many.watched.load - many.workers) < 0.5 else ideal
    parent = first.watched.parent_megabytes / small.watched.parent_megabytes
    worker = first.worker_megabytes / small.worker_megabytes
    again = second.watched.seconds / first.watched.seconds
    beside = f"times that at {small.documents:,} documents (at most 1.5)"
    return {
        f"parallel efficiency {parallel:.0%} by the clock, {ideal:.0%} by CPU (at least 85 %)": judged >= 0.85,
        f"peak memory of the parent {parent:.2f} {beside}": parent <= 1.5,
        f"peak memory of a worker {worker:.2f} {beside}": worker <= 1.5,
        f"second run {again:.1%} of the first one's time (at most 3 %)": again <= 0.03,
    }


def table(found: list[Measured]) -> str:
    """The Markdown of docs/scaling.md between its two marks."""
    head = ("run", "workers", "documents/s", "seconds", "CPU seconds", "parent MB", "largest worker MB", "MB in",
            "MB out", "load")
    rows = [(m.name, m.workers, f"{m.documents / m.watched.seconds:,.1f}", f"{m.watched.seconds:,.1f}",
             f"{m.watched.cpu_seconds:,.1f}", f"{m.watched.parent_megabytes:.0f}", f"{m.worker_megabytes:.0f}",
             f"{m.megabytes_in:,.1f}", f"{sum(m.megabytes_out.values()):,.1f}", f"{m.watched.load:.1f}") for m in found]
    lines = "\n".join(f"- {'met' if met else '**missed**'}: {goal}" for goal, met in goals(found).items())
    return f"{grid(head, rows)}\n\n{lines}\n\n{costs.tables(cost_of(found))}"


def cost_of(found: list[Measured]) -> costs.Costs:
    """What a document costs, from the runs with all documents, with the small one for what does not grow."""
    small, _, _, first, second = found
    documents = first.documents - small.documents or first.documents
    base = small if first.documents > small.documents else None

    def per_document(all_of_it: float, part: float) -> float:
        return (all_of_it - (part if base else 0.0)) / documents

    workers = sum(first.watched.workers_cpu) - (sum(small.watched.workers_cpu) if base else 0.0)
    return costs.Costs(
        documents=first.documents,
        worker_milliseconds=1000 * workers / documents,
        parent_milliseconds=1000 * per_document(first.watched.parent_cpu, small.watched.parent_cpu),
        again_milliseconds=1000 * second.watched.cpu_seconds / second.documents,
        parent_megabytes=small.watched.parent_megabytes,
        parent_bytes=1e6 * max(0.0, per_document(first.watched.parent_megabytes, small.watched.parent_megabytes)),
        worker_megabytes=first.worker_megabytes,
        bytes_in=1e6 * first.megabytes_in / first.documents,
        bytes_out={kind: 1e6 * size / first.documents for kind, size in first.megabytes_out.items()})


def main() -> int:
    parser = argparse.ArgumentParser(description="One run over very many generated documents.")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--efficiency", type=int, default=10_000, help="documents of the runs that compare workers")
    parser.add_argument("--small", type=int, default=1_000, help="documents of the run that memory is compared with")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the documents are generated and stay (default: thrown away)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/scaling.md")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    if any(count % generate.FOLDER for count in (options.documents, options.efficiency, options.small)):
        parser.error(f"give multiples of {generate.FOLDER}")
    if max(options.efficiency, options.small) > options.documents:
        parser.error("--documents is the largest of the three")
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        found = measure(options.folder or work / "documents", options.documents, options.efficiency, options.small,
                        options.workers, work)
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps([asdict(m) for m in found], indent=2) + "\n", encoding="utf-8")
    if options.write:
        between_marks(ROOT / "docs" / "scaling.md", table(found))
    return 0 if all(goals(found).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
