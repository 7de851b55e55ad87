"""`extractor run`: files and folders into tables."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractor.cli.common import document_options, read_library

if TYPE_CHECKING:
    from rich.console import Console

    from extractor.batch.run import Outcome, Summary
    from extractor.batch.work import Result

#: Seconds between two progress lines where there is no terminal to draw a bar on.
_QUIET = 10.0


@click.command(
    epilog="Example: extractor run reports/ more/report.txt --output outputs/reports",
    short_help="Turn files and folders into tables.",
)
@click.argument("sources", metavar="SOURCES...", nargs=-1, required=True)
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Folder for the tables. A run that is there already is replaced.")
@click.option("--workers", type=click.IntRange(1), default=None, metavar="N",
              help="Processes to use at most. Default: one per core.")
@document_options
@click.pass_context
def run(
    ctx: click.Context,
    sources: tuple[str, ...],
    output: Path,
    workers: int | None,
    patterns: Path | None,
    place: str | None,
) -> None:
    """Read every document of SOURCES (files and folders) and write the tables documents, figures, observations,
    set_aside, panel, flags and ledger as Parquet and as CSV for Excel, with a data dictionary and a manifest.

    A document that cannot be read is a row of `documents` with the reason; the run goes on. The exit status is 0, or
    1 where no document at all could be read, or 2 where the call was wrong. A file sources.yaml in a folder can
    supply the place of each of its documents.
    """
    from extractor.batch.run import execute

    library = read_library(patterns)
    progress = _Progress()
    try:
        outcome = execute(sources, output, library, workers=workers or os.cpu_count() or 1, place=place,
                          on_plan=progress.begin, on_result=progress.step)
    finally:
        progress.end()
    _report(outcome, output)
    if outcome.summary.all_failed:
        ctx.exit(1)


class _Progress:
    """A bar on a terminal, a line now and then otherwise; both on standard error."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True)
        self.total = self.done = self.errors = 0
        self.last = time.monotonic()
        self.bar: object | None = None

    def begin(self, total: int) -> None:
        self.total = total
        if not self.console.is_terminal:
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                       TextColumn("{task.fields[errors]} errors"), console=self.console, transient=True)
        bar.add_task("documents", total=total, errors=0)
        bar.start()
        self.bar = bar

    def step(self, result: Result) -> None:
        self.done += 1
        self.errors += result.failed
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], completed=self.done, errors=self.errors)  # type: ignore[attr-defined]
        elif time.monotonic() - self.last >= _QUIET:
            self.last = time.monotonic()
            click.echo(f"{self.done} of {self.total} documents, {self.errors} errors", err=True)

    def end(self) -> None:
        if self.bar is not None:
            self.bar.stop()  # type: ignore[attr-defined]


def _report(outcome: Outcome, output: Path) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    summary = outcome.summary
    for line in _lines(summary):
        console.print(line, markup=False, soft_wrap=True)
    _errors(console, summary)
    if outcome.comparable.panel_rows:
        _panel(console, outcome)
    where = f"\nTables: {output}/ (start with panel.csv; every column is explained in dictionary.md)"
    console.print(where, markup=False, soft_wrap=True)


def _lines(summary: Summary) -> list[str]:
    documents = summary.documents
    head = f"{documents['ok']} documents read"
    head += f", {documents['duplicate']} duplicates" if documents["duplicate"] else ""
    head += f", {documents['error']} with errors" if documents["error"] else ""
    mentions = sum(summary.ledger.values())
    panel = f"{summary.panel_rows:,} rows and {summary.panel_columns:,} columns of the panel"
    return [
        f"{head}, {summary.characters:,} characters in {summary.seconds:.1f} s",
        f"  {summary.figures:,} figures, {summary.claimed:,} of them claimed by an indicator",
        f"  {mentions:,} numeric mentions in the ledger: {_codes(summary.ledger)}",
        f"  {sum(summary.flags.values()):,} flags: {_codes(summary.flags)}",
        f"  {summary.observations:,} observations in {panel}, {summary.conflicts:,} cells in conflict",
        f"  {sum(summary.set_aside.values()):,} claimed figures set aside: {_codes(summary.set_aside)}",
    ]


def _codes(counter: Counter[str]) -> str:
    found = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {code}" for code, count in found) if found else "none"


def _errors(console: Console, summary: Summary, limit: int = 10) -> None:
    for error in summary.errors[:limit]:
        hint = f" ({error['hint']})" if error["hint"] else ""
        click.echo(f"error: {error['source']}: {error['reason']}{hint}", err=True)
    if len(summary.errors) > limit:
        click.echo(f"... and {len(summary.errors) - limit} more: see the table documents", err=True)
    sys.stderr.flush()


def _panel(console: Console, outcome: Outcome) -> None:
    from decimal import Decimal

    from rich.table import Table
    from rich.text import Text

    from extractor.tables.panel import preview
    from extractor.tables.records import plain

    head, rows = preview(outcome.comparable)
    table = Table(title="A corner of the panel", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(Text(name), justify="left" if name in ("place", "period") else "right", overflow="fold")
    for row in rows:
        cells = ("" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell) for cell in row)
        table.add_row(*(Text(cell) for cell in cells))
    console.print()
    console.print(table)
