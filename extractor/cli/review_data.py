"""The parts of `extractor review` that need no page: apply, export, agreement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractor.cli.common import read_library

if TYPE_CHECKING:
    from extractor.library import Library
    from extractor.review.data import Run
    from extractor.review.store import Store

_run = click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
_patterns = click.option(
    "--patterns", type=click.Path(path_type=Path), metavar="DIR",
    help="Pattern library that the run was made with. Default: ./patterns, if it is there, over the packaged one.",
)


def _opened(folder: Path) -> tuple[Run, Store]:
    from extractor.errors import UsageError
    from extractor.review.data import Run
    from extractor.review.settled import refresh
    from extractor.review.store import Store

    run = Run(folder)
    if not (folder / "review" / "decisions.sqlite").is_file():
        raise UsageError("nothing of this run was judged yet", where=str(folder),
                         hint=f"extractor sample {folder}, then: extractor review {folder}")
    store = Store.of(folder)
    refresh(run, store)
    return run, store


def _library(run: Run, patterns: Path | None) -> Library:
    library = read_library(patterns)
    if library.hash != run.manifest.get("patterns_sha256"):
        click.echo("note: the run was made with other patterns than these (see --patterns)", err=True)
    return library


@click.command("apply", epilog="Example: extractor review apply outputs/corpus",
               short_help="Write the corrections as a layer over the tables.")
@_run
@_patterns
def apply(run: Path, patterns: Path | None) -> None:
    """Write RUN/corrected: figures, observations and panel with the corrections of the review, who made them and when,
    and the table corrections with every decision. The tables of RUN itself stay as they were extracted."""
    from extractor.review.apply import apply as lay_over

    opened, store = _opened(run)
    done = lay_over(opened, store, _library(opened, patterns))
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(done.verdicts.items())) or "none"
    click.echo(f"decisions that count: {verdicts}")
    waiting = {state: count for state, count in sorted(done.states.items()) if state != "judged"}
    if waiting:
        click.echo("not applied: " + ", ".join(f"{count} {state}" for state, count in waiting.items()))
    click.echo(f"{done.cells} cells of the comparable tables settled anew\nwritten: {done.folder}/")


@click.command("export", epilog="Example: extractor review export outputs/corpus --output my-gold",
               short_help="Write judged figures as gold lines and as candidates for the pattern library.")
@_run
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Default: RUN/review/export.")
@_patterns
def export(run: Path, output: Path | None, patterns: Path | None) -> None:
    """Write gold/DOC.jsonl (judged figures as they should be), predictions/DOC.jsonl (what the run extracted there),
    docs/DOC.txt (the texts) and candidates.yaml (examples and rejects for indicators)."""
    from extractor.review.gold import export as write

    opened, store = _opened(run)
    done = write(opened, store, _library(opened, patterns), output or run / "review" / "export")
    click.echo(f"{done.lines} gold lines of {done.documents} documents ({done.complete} of them judged completely), "
               f"{done.candidates} candidate examples and rejects\nwritten: {done.folder}/")


@click.command("agreement", epilog="Example: extractor review agreement outputs/corpus",
               short_help="Say how far reviewers agree, and where they do not.")
@_run
@click.option("--sample", metavar="NAME", help="Only the items of one sample.")
def agreement(run: Path, sample: str | None) -> None:
    """Print Cohen's kappa for each two reviewers, and the items on which they differ and nobody has settled it."""
    from extractor.review.rates import agreement as compare
    from extractor.review.settled import settled

    opened, store = _opened(run)
    pairs = compare(store, sample)
    for pair in pairs:
        click.echo(f"{pair.first} and {pair.second}: {pair.agreed} of {pair.items} alike, kappa {pair.kappa:.3f}")
    if not pairs:
        click.echo("no item was judged by two reviewers (see: extractor sample --reviewers)")
    wanted = {item.key for item in store.items(sample)} if sample else None
    for each in settled(opened, store):
        if each.outcome.state != "disagreed" or (wanted is not None and each.decisions[0].key not in wanted):
            continue
        said = "; ".join(f"{d.reviewer} {d.verdict} {dict(d.fields) or ''}".rstrip() for d in each.decisions)
        first = each.decisions[0]
        click.echo(f"differ: {first.doc!r} {first.start} {first.quote[:40]!r}: {said}")
