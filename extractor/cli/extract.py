"""`extractor extract`: the figures of one document on standard output."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractor.cli.common import document_options, extraction_of

if TYPE_CHECKING:
    from extractor.model import Extraction


@click.command(
    epilog="Example: extractor extract report.txt --format table",
    short_help="Print every figure of one document.",
)
@click.argument("file", metavar="FILE")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv", "table"]), default="jsonl", show_default=True,
    help="One JSON object a line, comma-separated rows, or a table to look at.",
)
@document_options
def extract(file: str, form: str, patterns: Path | None, place: str | None) -> None:
    """Print every figure of FILE (- is standard input), in the order of the text.

    The fields are explained in docs/figures.md. Numbers that are no figures (dates, list markers, names) are
    accounted for in the ledger: see `extractor show` and `extractor run`.
    """
    extraction = extraction_of(file, patterns, place)
    {"jsonl": _jsonl, "csv": _csv, "table": _table}[form](extraction)


def _jsonl(extraction: Extraction) -> None:
    from extractor.tables.records import figure_record

    write = sys.stdout.write
    for figure in extraction.figures:
        write(json.dumps(figure_record(figure), ensure_ascii=False) + "\n")


def _csv(extraction: Extraction) -> None:
    from extractor.tables.records import figure_row
    from extractor.tables.schema import FIGURES
    from extractor.tables.text import csv_rows

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(FIGURES.names)
    writer.writerows(csv_rows(FIGURES, [figure_row(extraction.document, figure) for figure in extraction.figures]))


def _table(extraction: Extraction) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from extractor.tables.records import figure_record

    shown = ("start", "quote", "value", "unit", "status", "subject", "period", "region", "indicator", "flags")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in shown:
        table.add_column(name, justify="right" if name in ("start", "value") else "left", overflow="fold")
    for figure in extraction.figures:
        record = figure_record(figure)
        record["flags"] = " ".join(flag.code for flag in figure.flags)
        if figure.value_max is not None:
            record["value"] = f"{record['value']}–{record['value_max']}"
        cells = ("" if record[name] is None else str(record[name]) for name in shown)
        table.add_row(*(Text(" ".join(cell.split())) for cell in cells), style="red" if figure.flags else None)
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=160)
    console.print(table)
    console.print(f"{len(extraction.figures)} figures, {sum(bool(f.flags) for f in extraction.figures)} flagged")
