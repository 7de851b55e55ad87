"""`extractor run`: files and folders into tables."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extractor.cli.common import document_options, read_library

if TYPE_CHECKING:
    from rich.console import Console

    from extractor.batch.planning import Plan
    from extractor.batch.run import Job, Outcome
    from extractor.batch.summary import Summary

#: Seconds between two progress lines where there is no terminal to draw a bar on.
_QUIET = 10.0
_MB = 1 << 20


@click.command(
    epilog="Example: extractor run reports/ more/report.txt --output outputs/reports",
    short_help="Turn files and folders into tables.",
)
@click.argument("sources", metavar="SOURCES...", nargs=-1, required=True)
@click.option("--output", "-o", required=True, metavar="DIR",
              help="Folder (or fsspec URL) for the tables. What an earlier run has done there is taken up.")
@click.option("--workers", type=click.IntRange(1), default=None, metavar="N",
              help="Processes to use at most. Default: one per core.")
@click.option("--cluster", metavar="ADDRESS|NAME",
              help="Dask scheduler (tcp://host:8786) or a cluster named in extractor.toml, instead of processes here.")
@click.option("--force", is_flag=True, help="Do everything again.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), metavar="DATE",
              help="Of what is not done yet, take only files that were changed on DATE or later.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and why; write nothing.")
@click.option("--document-seconds", type=click.FloatRange(min=0.1), default=300.0, show_default=True, metavar="N",
              help="A document that takes longer becomes an error.")
@click.option("--document-memory", type=click.IntRange(16), default=2048, show_default=True, metavar="MB",
              help="A document that needs more memory becomes an error.")
@click.option("--text-column", metavar="NAME",
              help="Column of CSV, Excel, JSONL and Parquet files that holds the reports. Default: it is found.")
@click.option("--log-json", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Append what happens to FILE, one JSON object a line.")
@document_options
@click.pass_context
def run(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    output: str,
    workers: int | None,
    cluster: str | None,
    dry_run: bool,
    log_json: Path | None,
    text_column: str | None,
    patterns: Path | None,
    place: str | None,
    **options: Any,
) -> None:
    """Read every document of SOURCES (files, folders, archives) and write the tables documents, figures, observations,
    set_aside, panel, flags and ledger as Parquet and as CSV for Excel, with a data dictionary and a manifest.

    Only what is new or changed since the last run into the same output is done. A document that cannot be read is a
    row of `documents` with the reason; the run goes on. The exit status is 0, or 1 where no document at all could be
    read, 2 where the call was wrong, 130 after Ctrl-C. docs/running.md tells the rest.
    """
    from extractor.batch.child import give_memory_back
    from extractor.batch.run import Job
    from extractor.batch.run import run as execute

    give_memory_back()
    library = read_library(patterns)
    job = Job(sources, output, workers or os.cpu_count() or 1, cluster, place, text_column, _options(**options))
    if dry_run:
        _dry_run(job, library)
        return
    progress = _progress(log_json)
    try:
        outcome = execute(job, library, progress)
    finally:
        progress.close()
    _report(outcome, output)
    if outcome.interrupted:
        ctx.exit(130)
    if outcome.summary.all_failed:
        ctx.exit(1)


def _options(force: bool, since: Any, document_seconds: float, document_memory: int) -> Any:
    from extractor.batch.encode import Limits
    from extractor.batch.planning import Options

    limits = Limits(document_seconds, document_memory * _MB)
    return Options(force=force, since=since.timestamp() if since is not None else None, limits=limits)


def _dry_run(job: Job, library: Any) -> None:
    from extractor.batch.run import dry_run

    with dry_run(job, library) as (plan, gone):
        for line in _plan_lines(plan, gone):
            click.echo(line)


def _plan_lines(plan: Plan, gone: int) -> list[str]:
    from extractor.batch.planning import REASONS

    lines = [f"{len(plan):,} documents: {len(plan) - plan.todo:,} are done already, {plan.todo:,} would be done now"]
    for reason, count in plan.reasons.most_common():
        lines.append(f"{count:>9,}  {REASONS[reason]}")
        lines += [f"{'':>11}{name}" for name in plan.examples[reason]]
        if count > len(plan.examples[reason]):
            lines.append(f"{'':>11}... and {count - len(plan.examples[reason]):,} more")
    if plan.left_out:
        lines.append(f"{plan.left_out:>9,}  left out: not done yet, and not changed since the given date")
    if gone:
        lines.append(f"{gone:>9,}  of the documents done are not among these sources and would leave the tables")
    return lines


def _progress(log: Path | None) -> Any:
    """A watcher that draws. The class is made here because its base is slow to import."""
    from rich.console import Console

    from extractor.batch.watch import Watcher

    class Progress(Watcher):
        """A bar on a terminal, a line now and then otherwise; both on standard error."""

        def __init__(self) -> None:
            super().__init__(log)
            self.console = Console(stderr=True)
            self.began = self.last = time.monotonic()
            self.bar: Any = None

        def planned(self, plan: Plan, skipped: Any) -> None:
            super().planned(plan, skipped)
            self.began = time.monotonic()
            reused = len(plan) - plan.todo
            if reused and plan.todo:
                click.echo(f"{reused:,} of {len(plan):,} documents are done already", err=True)
            if self.console.is_terminal and plan.todo:
                self.bar = _bar(self.console, plan.todo)

        def read(self, entries: Any) -> None:
            super().read(entries)
            self.show()

        def phase(self, name: str) -> None:
            super().phase(name)
            if name and name != "reading" and self.bar is not None:
                self.bar.update(self.bar.task_ids[0], description=name)

        def show(self) -> None:
            now = time.monotonic()
            if self.bar is not None:
                self.bar.update(self.bar.task_ids[0], completed=self.done, errors=self.errors)
            elif now - self.last >= _QUIET:
                self.last = now
                rate = self.done / (now - self.began)
                left = f", {_duration((self.todo - self.done) / rate)} left" if rate else ""
                click.echo(f"{self.done:,} of {self.todo:,} documents, {rate:,.1f} a second{left}, "
                           f"{self.errors:,} errors", err=True)

        def close(self) -> None:
            if self.bar is not None:
                self.bar.stop()

    return Progress()


def _bar(console: Console, total: int) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Any) -> Text:
            return Text(f"{task.speed or 0:,.1f}/s")

    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(),
                   TextColumn("{task.fields[errors]} errors"), console=console, transient=True)
    bar.add_task("reading", total=total, errors=0)
    bar.start()
    return bar


def _duration(seconds: float) -> str:
    """
    >>> _duration(59), _duration(3601), _duration(200000)
    ('59 s', '60 min', '55.6 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _report(outcome: Outcome, output: str) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    summary = outcome.summary
    if outcome.interrupted:
        kept = "tables of what is done are written" if outcome.written else "the tables are as they were"
        click.echo(f"interrupted: {outcome.done:,} documents were done now and are kept, {outcome.pending:,} are left; "
                   f"{kept}; the same command goes on from here", err=True)
        if not outcome.written:
            return
    if not outcome.written:
        console.print("nothing has changed since the last run; its tables stand", markup=False)
    for line in _lines(summary):
        console.print(line, markup=False, soft_wrap=True)
    _errors(summary)
    if summary.panel_rows and "://" not in output:
        _panel(console, Path(output))
    where = f"\nTables: {output.rstrip('/')}/ (start with panel.csv; every column is explained in dictionary.md)"
    console.print(where, markup=False, soft_wrap=True)


def _lines(summary: Summary) -> list[str]:
    documents = summary.documents
    head = f"{documents['ok']} documents read"
    head += f", {documents['duplicate']} duplicates" if documents["duplicate"] else ""
    head += f", {documents['error']} with errors" if documents["error"] else ""
    mentions = sum(summary.ledger.values())
    unexplained = summary.ledger["unexplained"]
    known = Counter({code: count for code, count in summary.ledger.items() if code != "unexplained"})
    panel = f"{summary.panel_rows:,} rows and {summary.panel_columns:,} columns of the panel"
    took = f" in {summary.seconds:.1f} s" if summary.seconds else ""
    return [
        f"{head}, {summary.characters:,} characters{took}",
        f"  {summary.figures:,} figures, {summary.claimed:,} of them claimed by an indicator",
        f"  {mentions:,} numeric mentions in the ledger: {_codes(known)}, {unexplained:,} unexplained",
        f"  {sum(summary.flags.values()):,} flags: {_codes(summary.flags)}",
        f"  {summary.observations:,} observations in {panel}, {summary.conflicts:,} cells in conflict",
        f"  {sum(summary.set_aside.values()):,} claimed figures set aside: {_codes(summary.set_aside)}",
    ]


def _codes(counter: Counter[str]) -> str:
    found = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {code}" for code, count in found) if found else "none"


def _errors(summary: Summary, limit: int = 10) -> None:
    for error in summary.errors[:limit]:
        hint = f" ({error['hint']})" if error["hint"] else ""
        click.echo(f"error: {error['source']}: {error['reason']}{hint}", err=True)
    rest = summary.documents["error"] - min(limit, len(summary.errors))
    if rest > 0:
        click.echo(f"... and {rest} more: see the table documents", err=True)
    sys.stderr.flush()


def _panel(console: Console, output: Path) -> None:
    from decimal import Decimal

    from rich.table import Table
    from rich.text import Text

    from extractor.tables.records import plain
    from extractor.tables.stored import preview

    head, rows = preview(output)
    table = Table(title="A corner of the panel", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(Text(name), justify="left" if name in ("place", "period") else "right", overflow="fold")
    for row in rows:
        cells = ("" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell) for cell in row)
        table.add_row(*(Text(cell) for cell in cells))
    console.print()
    console.print(table)
