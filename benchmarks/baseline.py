"""Gains and losses of the sample corpus against pinned results, by ``extractor diff``.

    python -m benchmarks.baseline [--renew] [--limit N]

``baseline.jsonl`` holds what ``extractor diff`` compares, a line for each document, then one for each of its figures
and flags. It is text, so that a commit that renews it (``make bench-baseline``) shows what has changed. A difference is
no failure: it is there to be read before a change lands.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.batch.diff import ABOUT, FIELDS
from extractor.batch.manifest import MANIFEST

ROOT = Path(__file__).resolve().parent.parent
BASELINE = Path(__file__).with_name("baseline.jsonl")
#: The columns that ``extractor diff`` reads, beside ``doc`` and the ``id`` of a figure.
COLUMNS = {
    "documents": ("source", *ABOUT),
    "figures": ("start", "end", "quote", *FIELDS),
    "flags": ("quote", "code"),
}


def run(output: Path) -> None:
    """The sample corpus as it comes out now. Raises ``SystemExit`` with the messages where the run fails."""
    done = _extractor("run", "corpus", "--output", str(output), capture_output=True)
    if done.returncode:
        raise SystemExit(done.stderr.decode("utf-8", "replace"))


def lines(finished: Path) -> Iterator[str]:
    """The baseline's lines for a run: ``["documents", cells ...]``, then the figures and flags of that document."""
    import pyarrow.parquet as pq

    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for table, columns in COLUMNS.items():
        for row in pq.read_table(finished / f"{table}.parquet", columns=["doc", *columns]).to_pylist():
            rows[row["doc"]].append([table, *(row[name] for name in columns)])
    for found in rows.values():
        yield from (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in found)


def restore(baseline: Path, like: Path, folder: Path) -> None:
    """The baseline as a run folder of its own, with the types of the tables of the run ``like``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    shutil.copy(like / MANIFEST, folder / MANIFEST)
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in COLUMNS}
    doc = 0
    for number, line in enumerate(baseline.read_text(encoding="utf-8").splitlines()):
        table, *cells = json.loads(line)
        doc += table == "documents"
        found[table].append({"doc": str(doc), "id": str(number), **dict(zip(COLUMNS[table], cells, strict=True))})
    for table, columns in COLUMNS.items():
        types = {field.name: field for field in pq.read_schema(like / f"{table}.parquet")}
        schema = pa.schema([types[name] for name in ("doc", *(["id"] if table == "figures" else []), *columns)])
        pq.write_table(pa.Table.from_pylist(found[table], schema=schema), folder / f"{table}.parquet")


def _extractor(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    program = "from extractor.cli import main; main()"
    return subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, **options)


def main() -> int:
    parser = argparse.ArgumentParser(description="Gains and losses of the sample corpus against pinned results.")
    parser.add_argument("--renew", action="store_true", help="take the present results as the baseline")
    parser.add_argument("--limit", type=int, default=10, help="examples of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        now, before = Path(scratch) / "now", Path(scratch) / "baseline"
        run(now)
        if options.renew:
            BASELINE.write_text("\n".join(lines(now)) + "\n", encoding="utf-8")
            print(f"{BASELINE.name}: {BASELINE.stat().st_size:,} bytes")
            return 0
        restore(BASELINE, now, before)
        print("The sample corpus against the baseline:", flush=True)
        # 1 says that they differ, which is for people to judge; 2 that they cannot be compared.
        return 0 if _extractor("diff", str(before), str(now), "--limit", str(options.limit)).returncode in (0, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
