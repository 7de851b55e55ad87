"""`extractor report`: one HTML file about a run, for colleagues."""

from __future__ import annotations

from pathlib import Path

import click

from extractor.cli.common import read_library


@click.command(
    epilog="Example: extractor report outputs/corpus --lang en --output report.html",
    short_help="Write one HTML file: coverage, outliers, flags, error rates.",
)
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Its language.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Default: RUN/report.LANG.html.")
@click.option("--patterns", type=click.Path(path_type=Path), metavar="DIR",
              help="Pattern library that the run was made with; it names the indicators.")
def report(run: Path, lang: str, output: Path | None, patterns: Path | None) -> None:
    """Write a self-contained report on RUN (a folder that `extractor run` made): what was read, coverage of indicators
    by place and year, distributions and outliers, flags with their proofs, error rates from the review, and a paragraph
    on the method with versions and hashes, ready to cite. It opens in any browser and prints well."""
    from extractor.review.data import Run
    from extractor.review.report import report as render
    from extractor.review.settled import refresh
    from extractor.review.store import Store
    from extractor.tables.write import write_text

    opened = Run(run)
    store = Store.of(run) if (run / "review" / "decisions.sqlite").is_file() else None
    if store is not None:
        refresh(opened, store)
    target = output or run / f"report.{lang}.html"
    write_text(target, render(opened, store, read_library(patterns), lang))
    click.echo(f"written: {target}")
