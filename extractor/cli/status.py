"""`extractor status`: how far a run is, from another terminal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from extractor.batch.state import State


@click.command(
    epilog="Example: extractor status outputs/reports",
    short_help="Say how far a run is, from another terminal.",
)
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Lines to read, or one JSON object.")
def status(run: Path, form: str) -> None:
    """Print whether the run in the output folder RUN is running, finished, interrupted or failed, how many documents
    are done, how fast, and how long the rest will take. `interrupted` holds for a run that was killed, too: the same
    `extractor run` goes on from there."""
    from extractor.batch.state import read_state
    from extractor.errors import UsageError

    state = read_state(run)
    if state is None:
        raise UsageError("no run has worked here", where=str(run), hint="name the folder of --output")
    if form == "json":
        import json
        from dataclasses import asdict

        record = {**asdict(state), "rate": round(state.rate, 3)}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for line in _lines(state):
        click.echo(line)


def _lines(state: State) -> list[str]:
    from extractor.batch.state import RUNNING

    def clock(seconds: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))

    what = f"{state.status}: {state.phase}" if state.status == RUNNING else state.status
    times = f"started {clock(state.started)}, last seen {clock(state.updated)}"
    lines = [
        f"{what} (process {state.pid} on {state.host}, {times})",
        f"  {state.documents:,} documents, {state.documents - state.todo:,} of them taken up from earlier runs",
        f"  {state.done:,} of {state.todo:,} done now, {state.errors:,} with errors, {state.rate:,.1f} a second",
    ]
    left = state.todo - state.done
    if state.status == RUNNING and left and state.done:
        lines.append(f"  about {left / state.rate / 60:.0f} minutes left")
    if state.message:
        lines.append(f"  {state.message}")
    return lines
