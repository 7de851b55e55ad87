"""A run as CSV files, plain or as a Frictionless data package (CSV with a machine-readable description)."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractor.tables.schema import Table, Type
from extractor.tables.stored import Stored
from extractor.tables.text import csv_rows
from extractor.tables.write import write_text
from extractor.version import version

_TYPES: dict[Type, str] = {"integer": "integer", "boolean": "boolean", "number": "number", "digits": "number"}

_NOTE = "Text that a spreadsheet would take for a formula begins with an apostrophe."


def write_csv(tables: Mapping[str, Stored], target: Path) -> None:
    """Write a folder with one CSV per table (UTF-8 with BOM, for Excel) and the data dictionary."""
    target.mkdir(parents=True, exist_ok=True)
    run = next(iter(tables.values())).path.parent
    for stored in tables.values():
        _csv(stored, target / f"{stored.table.name}.csv", "utf-8-sig")
    for name in ("dictionary.csv", "dictionary.md"):
        shutil.copyfile(run / name, target / name)


def write_package(tables: Mapping[str, Stored], target: Path) -> None:
    """Write a folder with ``datapackage.json`` and one CSV per table (UTF-8)."""
    target.mkdir(parents=True, exist_ok=True)
    for stored in tables.values():
        _csv(stored, target / f"{stored.table.name}.csv", "utf-8")
    package = {
        "profile": "tabular-data-package",
        "name": "extractor-run",
        "title": "Figures of government work reports",
        "description": f"Written by extractor {version()}. {_NOTE}",
        "resources": [_resource(stored.table) for stored in tables.values()],
    }
    write_text(target / "datapackage.json", json.dumps(package, ensure_ascii=False, indent=2) + "\n")


def _csv(stored: Stored, path: Path, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(stored.table.names)
        writer.writerows(csv_rows(stored.table, stored.rows()))


def _resource(table: Table) -> dict[str, Any]:
    fields = [
        {"name": column.name, "type": _TYPES.get(column.type, "string"), "title": column.zh, "description": column.en}
        for column in table.columns
    ]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.zh,
        "description": table.en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {"fields": fields, "missingValues": [""]},
    }
