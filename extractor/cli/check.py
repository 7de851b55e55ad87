"""`extractor check`: what cannot be right in a document, printed like a compiler prints errors."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from extractor.cli.common import document_options, extraction_of


@click.command(
    epilog="Example: extractor check report.txt",
    short_help="List what cannot be right in a document, with the arithmetic.",
)
@click.argument("file", metavar="FILE")
@click.option("--strict", is_flag=True, help="Exit with status 1 where something is flagged.")
@document_options
def check(file: str, strict: bool, patterns: Path | None, place: str | None) -> int:
    """Print every flag of FILE (- is standard input): where it is, the line with the number marked (^^^^, and ~~~~ for
    the other members of an arithmetic), the evidence, the reading where one is proved, and the readings that were
    excluded or are left."""
    from extractor.checks.present import findings, render

    extraction = extraction_of(file, patterns, place)
    for block in render(extraction, file):
        click.echo(block + "\n")
    codes = Counter(finding.flag.code for finding in findings(extraction))
    confirmed = sum(bool(figure.confirmed) for figure in extraction.figures)
    counts = ", ".join(f"{code} {count}" for code, count in sorted(codes.items())) or "nothing flagged"
    click.echo(f"{len(extraction.figures)} figures, {confirmed} confirmed by arithmetic; {counts}")
    return 1 if strict and codes else 0
