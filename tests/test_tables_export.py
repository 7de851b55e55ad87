"""Every export is read back by the library its users read it with, and equals the tables of the run."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support_tables import FakeLibrary, extraction, figure, flag, repair, result, run_folder

from extractor.cli.export import FORMATS as CLI_FORMATS
from extractor.tables.export import FORMATS, export
from extractor.tables.export_stata import MAX_NAME, variable_names
from extractor.tables.schema import TABLES
from extractor.tables.stored import stored_tables
from extractor.tables.text import restored

HOSTILE = '=HYPERLINK("http://example.invalid")'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with every kind of cell: exact decimals, nulls, targets, repairs, flags, hostile and broken text."""
    figures = (
        figure(),
        figure(id="a-1-002", value=Decimal("12345678901.123456"), unit="元", indicator="funds.total.amount",
               quote="=1元", subject=HOSTILE, start=9, end=12),
        figure(id="a-1-003", value=Decimal("-79.4"), unit="%", role="growth", indicator="macro.gdp.growth",
               quote="-79.4\n%", start=13, end=19, confirmed=("growth_rate", "sum_parts")),
        figure(id="a-1-004", value=Decimal(9000), status="target", modifier="at_least", start=20, end=25,
               period="2024"),
        figure(id="a-1-005", value=Decimal(228559), flags=(flag(),), repair=(repair(228),), indicator=None, start=26,
               end=33, period="2022", heading="+一、@工作"),
        figure(id="a-1-006", value=Decimal(5), region=None, start=34, end=36, subject="控制\x07字符'"),
        figure(id="a-1-007", value=Decimal("1" * 40), indicator=None, start=37, end=38),
    )
    folder = tmp_path / "run"
    run_folder(folder, monkeypatch, result(extraction(*figures, text="文" * 50), FakeLibrary()))
    return folder


def table(run: Path, name: str) -> list[dict[str, Any]]:
    stored = stored_tables(run)[name]
    return [dict(zip(stored.table.names, row, strict=True)) for row in stored.rows()]


def test_the_formats_of_the_command_are_those_that_exist() -> None:
    assert set(CLI_FORMATS) == set(FORMATS)


def test_parquet_and_csv_of_a_run_hold_the_same(run: Path) -> None:
    for name, stored in stored_tables(run).items():
        with (run / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            read = list(csv.reader(stream))
        assert (run / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        assert tuple(read[0]) == stored.table.names
        assert len(read) - 1 == len(stored.rows())
        for cells, row in zip(read[1:], stored.rows(), strict=True):
            for column, text, value in zip(stored.table.columns, cells, row, strict=True):
                _same_text(column.type, text, value)


def _same_text(kind: str, text: str, value: Any) -> None:
    if value is None or value == "":
        assert text == ""
    elif kind in ("number", "digits"):
        assert Decimal(text) == Decimal(str(value))
    elif kind == "boolean":
        assert text == str(value).lower()
    elif kind == "integer":
        assert int(text) == value
    else:
        assert restored(text) == value
        assert not text.startswith(("=", "+", "-", "@"))


def test_excel(run: Path, tmp_path: Path) -> None:
    import openpyxl

    export(run, "xlsx", tmp_path / "run.xlsx")
    book = openpyxl.load_workbook(tmp_path / "run.xlsx")
    assert book.sheetnames[0] == "panel"
    assert set(book.sheetnames) == {*(t.name for t in TABLES), "codebook"}
    for name in book.sheetnames[:-1]:
        sheet, expected = book[name], table(run, name)
        assert sheet.freeze_panes == "A2"
        head = [cell.value for cell in sheet[1]]
        assert head == list(stored_tables(run)[name].table.names)
        assert sheet.max_row == len(expected) + 1
        for cells, row in zip(sheet.iter_rows(min_row=2), expected, strict=True):
            for column, cell in zip(head, cells, strict=True):
                assert cell.data_type != "f"
                _same_cell(cell.value, row[column])
    columns = [cell.value for cell in book["codebook"]["B"]]
    assert {column for t in TABLES for column in t.names} < set(columns)


def _same_cell(cell: Any, value: Any) -> None:
    if value is None or value == "":
        assert cell is None
    elif isinstance(value, Decimal):
        assert Decimal(str(cell)) == value
    elif isinstance(value, str):
        assert cell == value.replace("\x07", "\N{REPLACEMENT CHARACTER}")
    else:
        assert cell == value


def test_excel_links_lead_from_the_panel_to_the_quote(run: Path, tmp_path: Path) -> None:
    import openpyxl

    export(run, "xlsx", tmp_path / "run.xlsx")
    book = openpyxl.load_workbook(tmp_path / "run.xlsx")
    panel = book["panel"]
    column = [cell.value for cell in panel[1]].index("monitoring.households") + 1
    row = next(r for r in range(2, panel.max_row + 1) if panel.cell(r, 6).value == "2023")
    first = panel.cell(row, column)
    sheet, where = first.hyperlink.location.split("!")
    second = book[sheet][where]
    assert second.value == first.value == 8273
    sheet, where = second.hyperlink.location.split("!")
    assert book[sheet][where].value == "8273户"


def test_stata(run: Path, tmp_path: Path) -> None:
    import pyreadstat

    export(run, "dta", tmp_path / "stata")
    frame, meta = pyreadstat.read_dta(str(tmp_path / "stata" / "observations.dta"))
    expected = table(run, "observations")
    assert frame["value"].tolist() == [float(row["value"]) for row in expected]
    assert frame["subject"].tolist() == [row["subject"] for row in expected]
    assert meta.column_names_to_labels["value"] == "数值（指标单位）"
    status = meta.variable_value_labels["status"]
    assert [status[code] for code in frame["status"]] == [
        {"actual": "actual 已实现", "target": "target 计划", "rule": "rule 规定"}[row["status"]] for row in expected
    ]
    assert meta.file_format == "dta"
    assert (tmp_path / "stata" / "observations.dta").read_bytes()[:50].count(b"<release>118</release>") == 1
    panel, meta = pyreadstat.read_dta(str(tmp_path / "stata" / "panel.dta"))
    assert "monitoring_households" in panel.columns
    assert "指标1（户）" in meta.column_names_to_labels["monitoring_households"]
    with (tmp_path / "stata" / "names.csv").open(encoding="utf-8-sig", newline="") as stream:
        names = {(row["table"], row["column"]): row["variable"] for row in csv.DictReader(stream)}
    assert names["panel", "monitoring.households.target"] == "monitoring_households_target"


def test_stata_names_are_legal_short_and_different() -> None:
    long = "monitoring.risk_removed.household_rate"
    names = [long, long + "s", "9lives", "end", "地区", "a.b", "a_b", "x" * 60, "x" * 61]
    mapped = variable_names(names)
    assert len(set(mapped.values())) == len(names)
    assert all(len(v) <= MAX_NAME and v.isidentifier() and v.isascii() for v in mapped.values())


def test_duckdb(run: Path, tmp_path: Path) -> None:
    import duckdb

    export(run, "duckdb", tmp_path / "run.duckdb")
    with duckdb.connect(str(tmp_path / "run.duckdb"), read_only=True) as connection:
        for name, stored in stored_tables(run).items():
            found = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            assert [tuple(row) for row in found] == stored.rows()
        query = "SELECT data_type FROM duckdb_columns() WHERE table_name = 'observations' AND column_name = 'value'"
        assert connection.execute(query).fetchone() == ("DECIMAL(38,12)",)
        query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'figures' AND column_name = 'quote'"
        assert "原文" in connection.execute(query).fetchone()[0]


def test_data_package_validates_and_reads_back(run: Path, tmp_path: Path) -> None:
    import frictionless

    export(run, "datapackage", tmp_path / "package")
    report = frictionless.validate(str(tmp_path / "package" / "datapackage.json"))
    assert report.valid, report.flatten(["resourceName", "type", "message"])
    package = frictionless.Package(str(tmp_path / "package" / "datapackage.json"))
    expected = table(run, "observations")
    rows = package.get_resource("observations").read_rows()
    assert [row["value"] for row in rows] == [row["value"] for row in expected]
    assert [restored(row["subject"]) for row in rows] == [row["subject"] for row in expected]
    assert {resource.name for resource in package.resources} == {t.name for t in TABLES}


def test_csv(run: Path, tmp_path: Path) -> None:
    import pandas as pd

    export(run, "csv", tmp_path / "csv")
    frame = pd.read_csv(tmp_path / "csv" / "observations.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    expected = table(run, "observations")
    assert [Decimal(value) for value in frame["value"]] == [row["value"] for row in expected]
    assert (frame["subject"] == "'" + HOSTILE).sum() == 1
    assert (tmp_path / "csv" / "dictionary.csv").is_file()


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_export_can_be_repeated_and_leaves_nothing_half_done(run: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "out" / "export"
    export(run, form, target)
    export(run, form, target)
    assert [path.name for path in target.parent.iterdir()] == ["export"]


def test_the_manifest_says_what_the_run_is(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["documents"] == {"ok": 1}
    assert manifest["counts"]["flags"] == {"glued": 1}
    assert manifest["counts"]["set_aside"] == {"no_place": 1}
    assert manifest["counts"]["panel_rows"] == 3
    assert set(manifest["files"]) >= {f"{t.name}.{e}" for t in TABLES for e in ("csv", "parquet")}
