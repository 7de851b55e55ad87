"""`extractor export`: the tables of a run for Excel, Stata, DuckDB and others."""

from __future__ import annotations

from pathlib import Path

import click

#: As in tables.export.FORMATS, which a test compares; written here so that --help imports no table library.
FORMATS = ("xlsx", "dta", "duckdb", "datapackage", "csv")


@click.command(
    epilog="Example: extractor export outputs/corpus --to xlsx",
    short_help="Write a run's tables as Excel, Stata, DuckDB or a data package.",
)
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--to", "form", type=click.Choice(FORMATS), required=True,
              help="Excel workbook, Stata files, DuckDB database, Frictionless data package, CSV files.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="PATH",
              help="File or folder to write. Default: in RUN/exports.")
def export(run: Path, form: str, output: Path | None) -> None:
    """Write the tables of RUN (a folder that `extractor run` made) in another format.

    Values stay exact, except in Stata, which has no decimal numbers. docs/tables.md tells what each format holds.
    """
    from extractor.batch.manifest import read_manifest
    from extractor.tables.export import default_target
    from extractor.tables.export import export as write

    read_manifest(run)
    target = output or default_target(run, form)
    write(run, form, target)
    click.echo(f"written: {target}")
