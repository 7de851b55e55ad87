"""The formats a run can be exported to, by name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from extractor.tables.export_duckdb import write_duckdb
from extractor.tables.export_excel import write_excel
from extractor.tables.export_stata import write_stata
from extractor.tables.export_text import write_csv, write_package
from extractor.tables.stored import Stored, stored_tables

Writer = Callable[[Mapping[str, Stored], Path], None]

#: Format -> (writer, ending of the file; '' for a folder).
FORMATS: dict[str, tuple[Writer, str]] = {
    "xlsx": (write_excel, ".xlsx"),
    "dta": (write_stata, ""),
    "duckdb": (write_duckdb, ".duckdb"),
    "datapackage": (write_package, ""),
    "csv": (write_csv, ""),
}


def default_target(run: Path, form: str) -> Path:
    """``RUN/exports/NAME.xlsx``, or the folder ``RUN/exports/NAME-dta`` where a format needs several files."""
    ending = FORMATS[form][1]
    name = run.resolve().name
    return run / "exports" / (f"{name}{ending}" if ending else f"{name}-{form}")


def export(run: Path, form: str, target: Path) -> None:
    """Write the run's tables in one format: to ``target`` complete, or not at all."""
    writer, ending = FORMATS[form]
    tables = stored_tables(run)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        writer(tables, partial)
        if not ending and target.is_dir():
            for path in sorted(partial.iterdir()):
                path.replace(target / path.name)
        else:
            partial.replace(target)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)
        partial.unlink(missing_ok=True)
