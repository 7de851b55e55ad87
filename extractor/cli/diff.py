"""`extractor diff`: what a run has gained, lost and changed against another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from extractor.batch.diff import Change, Difference

_SIGN = {"gained": "+", "lost": "-", "changed": "~"}
#: What is told of a figure that is new or gone.
_TOLD = ("value", "unit", "indicator", "period", "region")


@click.command(
    epilog="Example: extractor diff outputs/before outputs/after",
    short_help="Compare two runs: documents and figures gained, lost, changed.",
)
@click.argument("run_a", metavar="RUN_A", type=click.Path(path_type=Path))
@click.argument("run_b", metavar="RUN_B", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Lines to read, or one JSON object.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, metavar="N",
              help="Print at most N examples of each kind.")
def diff(run_a: Path, run_b: Path, form: str, limit: int) -> int:
    """Print the documents and figures that RUN_B has gained, lost and changed against RUN_A, by indicator and by flag,
    with examples (old -> new).

    Documents are matched by source, figures by place and quote. The exit status is that of diff: 0 where the runs say
    the same, 1 where they differ, 2 where they cannot be compared.
    """
    from extractor.batch.diff import compare

    found = compare(run_a, run_b, limit)
    if form == "json":
        import json
        from dataclasses import asdict

        click.echo(json.dumps({"same": found.same, **asdict(found)}, ensure_ascii=False, indent=2))
    else:
        for line in _lines(found, limit):
            click.echo(line)
    return 0 if found.same else 1


def _lines(found: Difference, limit: int) -> Iterator[str]:
    if found.same:
        yield f"the runs say the same: {found.unchanged:,} figures"
        return
    yield "documents: " + _counted(found.documents)
    yield "figures: " + _counted(found.figures) + f", {found.unchanged:,} as before"
    if found.fields:
        yield "changed: " + ", ".join(f"{name} {count:,}" for name, count in found.fields.items())
    for title, rows in (("by indicator", found.indicators), ("by flag", found.flags)):
        if rows:
            yield ""
            yield title
            width = max(map(len, rows))
            for name, counts in rows.items():
                marks = (f"{sign}{count:,}" if count else "" for sign, count in zip("+-~", counts, strict=False))
                yield f"  {name:<{width}}" + "".join(f"{mark:>8}" for mark in marks)
    for title, changes in (("documents", found.document_changes), ("figures", found.figure_changes)):
        if changes and limit:
            yield ""
            yield f"{title} (at most {limit} of each kind)"
            for change in changes:
                yield "  " + _change(change, title == "figures")


def _counted(counts: tuple[int, int, int]) -> str:
    gained, lost, changed = counts
    return f"{gained:,} gained, {lost:,} lost, {changed:,} changed"


def _change(change: Change, is_figure: bool) -> str:
    head = f"{_SIGN[change.what]} {change.source}" + (f": {change.quote!r}" if is_figure else "")
    if change.what == "changed":
        return head + ": " + ", ".join(f"{name} {_shown(a)} -> {_shown(b)}" for name, (a, b) in change.fields.items())
    if not is_figure:
        return head
    side = 1 if change.what == "gained" else 0
    told = (change.fields[name][side] for name in _TOLD if name in change.fields)
    return head + ": " + " ".join(str(value) for value in told if value not in (None, ""))


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)
