"""A run: documents in, a folder of tables out. The folder holds a finished run or none: its manifest comes last."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.batch import manifest
from extractor.batch.engine import results
from extractor.batch.sources import Plan, collect
from extractor.batch.work import Result
from extractor.errors import UsageError
from extractor.model import Observation
from extractor.tables import dictionary, schema
from extractor.tables.panel import Comparable, compare
from extractor.tables.records import Row, across_row, duplicate_row
from extractor.tables.write import TableWriter, TextWriter, write_table, write_text
from extractor.version import version

if TYPE_CHECKING:
    from extractor.library import Library

_WORK = ".partial"
_CODE = schema.FLAGS.names.index("code")
_DISPOSITION = schema.LEDGER.names.index("disposition")
_DOC = schema.DOCUMENTS.names.index("doc")
_REASON = schema.SET_ASIDE.names.index("reason")


@dataclass(slots=True)
class Summary:
    """What a run counted, in order of the sources: the manifest's numbers and the lines printed at its end."""

    documents: Counter[str] = field(default_factory=Counter)
    """By status: ok, duplicate, error."""
    characters: int = 0
    figures: int = 0
    claimed: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    ledger: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    observations: int = 0
    conflicts: int = 0
    panel_rows: int = 0
    panel_columns: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.documents.values())

    @property
    def all_failed(self) -> bool:
        return self.documents["error"] == self.total

    def counts(self) -> dict[str, Any]:
        """The counts for the manifest; codes in alphabetical order."""
        return {
            "documents": _sorted(self.documents),
            "characters": self.characters,
            "figures": self.figures,
            "claimed_figures": self.claimed,
            "flags": _sorted(self.flags),
            "ledger": _sorted(self.ledger),
            "set_aside": _sorted(self.set_aside),
            "observations": self.observations,
            "conflicting_cells": self.conflicts,
            "panel_rows": self.panel_rows,
            "panel_columns": self.panel_columns,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its counts and its comparable tables (for the summary to show)."""

    summary: Summary
    comparable: Comparable


def prepare(output: Path) -> None:
    """Make the output folder ready. Raises :class:`UsageError` for a folder that holds something else."""
    if output.exists() and not output.is_dir():
        raise UsageError("is a file", where=str(output), hint="name a folder for --output")
    if output.is_dir():
        others = [path.name for path in output.iterdir() if path.name not in (_WORK, "README.md")]
        if others and not (output / manifest.MANIFEST).is_file() and not (output / manifest.LOG).is_file():
            raise UsageError("is not empty and holds no run", where=str(output), hint="name a new folder for --output")
    output.mkdir(parents=True, exist_ok=True)


def execute(
    arguments: Sequence[str],
    output: Path,
    library: Library,
    *,
    workers: int = 1,
    place: str | None = None,
    on_plan: Callable[[int], None] = lambda total: None,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Outcome:
    """Run over files and folders and write the tables of DESIGN.md into ``output``.

    ``on_plan`` is told the number of documents, ``on_result`` each finished one in order. A document that cannot be
    read is a row with its error. Raises :class:`UsageError` for an unusable output folder.
    """
    began = time.monotonic()
    prepare(output)
    plan = collect(arguments, place=place, output=output)
    on_plan(len(plan.sources))
    work = output / _WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    summary = Summary()
    try:
        inputs, comparable = _stream(plan, work, workers, library, summary, on_result)
        _write_comparable(comparable, work, summary)
        _describe(work, comparable, library, plan, inputs, summary)
        summary.seconds = time.monotonic() - began
        log = {"seconds": round(summary.seconds, 3), "workers": workers, "finished": _now()}
        write_text(work / manifest.LOG, manifest.dump(log))
        _publish(work, output)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Outcome(summary, comparable)


def _stream(
    plan: Plan, work: Path, workers: int, library: Library, summary: Summary, on_result: Callable[[Result], None]
) -> tuple[list[tuple[str, str]], Comparable]:
    """Write all tables of data; return the inputs' hashes and what is comparable."""
    inputs: list[tuple[str, str]] = []
    observations: list[Observation] = []
    spans: dict[str, tuple[int, int]] = {}
    first: dict[str, str] = {}  # content -> the document that holds it
    with ExitStack() as stack:
        tables = (schema.DOCUMENTS, schema.FIGURES, schema.FLAGS, schema.LEDGER, schema.SET_ASIDE)
        writers = {table.name: stack.enter_context(TableWriter(work, table)) for table in tables}
        texts = stack.enter_context(TextWriter(work))
        for result in results(plan.sources, workers, library.directory, library):
            inputs.append((result.source, result.sha256))
            if result.sha256 in first:
                writers["documents"].write([duplicate_row(result.document, first[result.sha256], "same_bytes")])
                summary.documents["duplicate"] += 1
            else:
                if not result.failed:
                    first[result.sha256] = str(result.document[_DOC])
                _write(result, writers)
                if result.text is not None:
                    texts.write([result.text])
                _count(result, summary)
                observations += result.observations
                spans |= result.spans
            on_result(result)
        comparable = compare(observations, library)
        quotes = {item.figure: item.quote for item in observations}
        writers["flags"].write(across_row(f, spans[f.figure], quotes[f.figure]) for f in comparable.across)
    summary.flags.update(found.flag.code for found in comparable.across)
    return inputs, comparable


def _write(result: Result, writers: dict[str, TableWriter]) -> None:
    writers["documents"].write([result.document])
    writers["figures"].write(result.figures)
    writers["flags"].write(result.flags)
    writers["ledger"].write(result.ledger)
    writers["set_aside"].write(result.set_aside)


def _count(result: Result, summary: Summary) -> None:
    row = dict(zip(schema.DOCUMENTS.names, result.document, strict=True))
    if result.failed:
        summary.documents["error"] += 1
        keys = {"source": "source", "code": "error_code", "reason": "error_reason", "hint": "error_hint"}
        summary.errors.append({name: str(row[column] or "") for name, column in keys.items()})
        return
    summary.documents["ok"] += 1
    summary.characters += int(row["characters"] or 0)
    summary.figures += len(result.figures)
    summary.claimed += int(row["indicators"] or 0)
    summary.flags.update(str(flag[_CODE]) for flag in result.flags)
    summary.ledger.update(str(entry[_DISPOSITION]) for entry in result.ledger)
    summary.set_aside.update(str(aside[_REASON]) for aside in result.set_aside)


def _write_comparable(comparable: Comparable, work: Path, summary: Summary) -> None:
    write_table(work, schema.OBSERVATIONS, comparable.observations)
    write_table(work, comparable.panel, comparable.panel_rows)
    summary.observations = len(comparable.observations)
    summary.conflicts = comparable.conflicts
    summary.panel_rows = len(comparable.panel_rows)
    summary.panel_columns = len(comparable.panel.columns) - len(schema.PANEL.columns)


def _describe(
    work: Path, comparable: Comparable, library: Library, plan: Plan, inputs: list[tuple[str, str]], summary: Summary
) -> None:
    """Write the data dictionary and the manifest."""
    tables = [comparable.panel if table.name == "panel" else table for table in schema.DESCRIBED]
    rows: list[Row] = dictionary.rows(tables)
    write_table(work, dictionary.DICTIONARY, rows)
    write_text(work / "dictionary.md", dictionary.markdown(tables))
    files = sorted(path for path in work.iterdir() if not path.name.startswith("."))
    data = {
        "layout": manifest.LAYOUT,
        "extractor": version(),
        "patterns_sha256": library.hash,
        "inputs": {"count": len(inputs), "sha256": manifest.combined_hash(inputs), "listed_in": "documents"},
        "skipped": [{"path": path, "reason": reason} for path, reason in plan.skipped],
        "counts": summary.counts(),
        "errors": summary.errors,
        "files": {path.name: manifest.file_hash(path) for path in files},
    }
    write_text(work / manifest.MANIFEST, manifest.dump(data))


def _publish(work: Path, output: Path) -> None:
    """Move the finished files into place. While they are being moved the folder has no manifest, so that a run that is
    stopped here is seen as unfinished."""
    (output / manifest.MANIFEST).unlink(missing_ok=True)
    (work / manifest.LOG).replace(output / manifest.LOG)
    for path in sorted(work.iterdir()):
        if path.name != manifest.MANIFEST:
            path.replace(output / path.name)
    (work / manifest.MANIFEST).replace(output / manifest.MANIFEST)


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return {key: counter[key] for key in sorted(counter) if counter[key]}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
