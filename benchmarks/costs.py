"""From what a document was measured to cost to what many of them would: the extrapolated half of docs/scaling.md."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.report import grid
from extractor.batch.planning import CHUNK
from extractor.batch.settling import bucket_size, piece_size

#: Documents for which the model is worked out; the first is near what was measured.
SIZES = (100_000, 1_000_000, 10_000_000, 100_000_000)
#: Worker processes.
CORES = (2, 16, 256)
#: Figures that an indicator claims, for each document (what the cells are settled from), of the generated reports.
CANDIDATES = 21
#: CPU milliseconds of a worker to find a bucket in a sorted piece of candidates, however few of it are there (measured
#: on a busy machine).
PAIR_MILLISECONDS = 0.2
#: CPU milliseconds of Dask's scheduler for a task, measured on loopback with tasks of the real size (9 kB out, 0.1 kB
#: back) on a busy machine: a cautious figure.
SCHEDULER = 4.4


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured over so many documents: CPU milliseconds and bytes of one, megabytes of a process."""

    documents: int
    worker_milliseconds: float
    parent_milliseconds: float
    again_milliseconds: float
    parent_megabytes: float
    parent_bytes: float
    """What the parent's peak grows by with each document."""
    worker_megabytes: float
    bytes_in: float
    bytes_out: dict[str, float]

    def hours(self, documents: int, cores: int) -> float:
        """Clock hours of a run on so many cores, one worker for each. What an unchanged run does, the parent does
        alone and first; then it has its share of the cores, and no run is shorter than what nobody can share."""
        alone = min(self.again_milliseconds, self.parent_milliseconds)
        beside = self.parent_milliseconds - alone
        return documents * (alone + max((self.worker_milliseconds + beside) / cores, beside)) / 3.6e6

    def efficiency(self, cores: int) -> float:
        """Share of the cores' time that is put to use; does not depend on the number of documents."""
        return self.hours(1, 1) / (cores * self.hours(1, cores))

    def scheduled_cores(self) -> float:
        """Cores at which Dask's scheduler has no time left: one task for each chunk of documents."""
        return CHUNK * self.worker_milliseconds / SCHEDULER


def tables(costs: Costs) -> str:
    """Markdown: what one document costs (measured), then what many would (extrapolated)."""
    out = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in costs.bytes_out.items() if size >= 100)
    one = grid(("one document costs", "measured"), [
        ("CPU of the workers: extraction, part, row groups, settling", f"{costs.worker_milliseconds:.1f} ms"),
        ("CPU of the parent: plan, index, copying row groups", f"{costs.parent_milliseconds:.2f} ms"),
        ("CPU of a run that finds it unchanged", f"{costs.again_milliseconds:.2f} ms"),
        ("kB in", f"{costs.bytes_in / 1000:.1f}"),
        ("kB out", out),
        ("memory of the parent, beyond the first thousand documents", f"{costs.parent_bytes:.0f} bytes"),
    ])
    return f"**Measured**: {costs.documents:,} documents in one run.\n\n{one}\n\n**Extrapolated**:\n\n{many(costs)}"


def pairs(documents: int) -> float:
    """Sorted pieces times buckets: the one cost of a run that grows with the square of its size."""
    candidates = documents * CANDIDATES
    return max(1.0, candidates / piece_size(documents)) * max(1.0, candidates / bucket_size(documents))


def many(costs: Costs) -> str:
    """The extrapolated table: one column for each size."""
    def gigabytes(size: float) -> str:
        return f"{size / 1e9:,.1f} GB" if size < 1e12 else f"{size / 1e12:,.1f} TB"

    def hours(value: float) -> str:
        return f"{value * 60:,.0f} min" if value < 2 else f"{value:,.0f} h" if value < 96 else f"{value / 24:,.0f} days"

    rows: list[tuple[str, list[str]]] = [
        ("sources", [gigabytes(n * costs.bytes_in) for n in SIZES]),
        *((f"{kind} written", [gigabytes(n * size) for n in SIZES])
          for kind, size in costs.bytes_out.items() if size >= 100),
        ("part files", [f"{n / CHUNK:,.0f}" for n in SIZES]),
        *((f"clock, {cores} workers (efficiency {costs.efficiency(cores):.0%})",
           [hours(costs.hours(n, cores)) for n in SIZES]) for cores in CORES),
        ("of that, at least for the parent", [hours(n * costs.parent_milliseconds / 3.6e6) for n in SIZES]),
        ("peak memory of the parent",
         [gigabytes(1e6 * costs.parent_megabytes + n * costs.parent_bytes) for n in SIZES]),
        ("an unchanged run", [hours(n * costs.again_milliseconds / 3.6e6) for n in SIZES]),
        ("settling: pieces x buckets", [f"{pairs(n):,.0f}" for n in SIZES]),
        ("settling: CPU of the workers for the pairs", [hours(pairs(n) * PAIR_MILLISECONDS / 3.6e6) for n in SIZES]),
        ("peak memory of a worker", [f"{costs.worker_megabytes:.0f} MB"] * len(SIZES)),
        (f"cores that one Dask scheduler keeps busy ({SCHEDULER} ms a task)",
         [f"{costs.scheduled_cores():,.0f}"] * len(SIZES)),
    ]
    return grid(("one run over", *(f"{n:,}" for n in SIZES)), [(name, *cells) for name, cells in rows])

