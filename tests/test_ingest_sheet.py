"""Spreadsheets: cells as Excel shows them, tables with captions and merged headers, rows that are reports."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from support_write import as_xls

openpyxl = pytest.importorskip("openpyxl")

from extractor import extract  # noqa: E402
from extractor.errors import InputError  # noqa: E402
from extractor.ingest import load  # noqa: E402
from extractor.ingest.containers import container_kind, load_members, members  # noqa: E402
from extractor.ingest.numberformat import shown  # noqa: E402
from extractor.model import Document  # noqa: E402
from extractor.reading.fold import fold  # noqa: E402
from extractor.reading.tables import grids  # noqa: E402

REPORT = "2023年，全县脱贫人口人均纯收入16230元，同比增长12.4%，累计投入资金3560万元，实施项目128个。" * 4


def saved(book: object) -> bytes:
    out = io.BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def table(*rows: list[object], merged: tuple[str, ...] = (), formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for span in merged:
        sheet.merge_cells(span)
    for cell, form in (formats or {}).items():
        sheet[cell].number_format = form
    return saved(book)


def cells(document: Document) -> list[tuple[str, tuple[str, ...], tuple[str, ...], str, str | None]]:
    return [
        (c.text, c.row_labels, c.column_labels, c.unit, c.period)
        for grid in grids(document, fold(document.text))
        for c in grid.cells
    ]


@pytest.mark.parametrize(
    ("stored", "form", "text"),
    [
        ("1234.5", "General", "1234.5"),
        ("0.30000000000000004", "General", "0.3"),
        ("12345678901", "General", "12345678901"),
        ("1234567.891234567", "General", "1234567.891"),
        ("-3", "General", "-3"),
        ("1E-3", "General", "0.001"),
        ("0.125", "0.0%", "12.5%"),
        ("0.12345", "0.00%", "12.35%"),
        ("1234567", "#,##0", "1,234,567"),
        ("0", "#,##0.00", "0.00"),
        ("0.5", "#.00", ".50"),
        ("12.3", "0.00", "12.30"),
        ("12.345", "0.##", "12.35"),
        ("12", "0.##", "12"),
        ("-5", "0.0;(0.0)", "(5.0)"),
        ("0", '0;-0;"—"', "—"),
        ("5", '0"户"', "5户"),
        ("3560", '0.00"万元"', "3560.00万元"),
        ("1234567", '#,##0,"千元"', "1,235千元"),
        ("123", "[红色]0", "123"),
        ("-1234.5", "#,##0.00_);[Red]\\(#,##0.00\\)", "(1,234.50)"),
        ("45291", "yyyy-mm-dd", "2023-12-31"),
        ("45291", "yyyy/m/d", "2023/12/31"),
        ("45291", 'yyyy"年"m"月"', "2023年12月"),
        ("45291.5", "yyyy-mm-dd hh:mm", "2023-12-31 12:00"),
        ("0.75", "h:mm", "18:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("45291", "yyyy年mm月dd日", "2023年12月31日"),
        ("12", "@", "12"),
        ("3", "000", "003"),
        ("1.5", "¥#,##0.00", "¥1.50"),
        ("7", "[$￥-804]#,##0.00", "￥7.00"),
        ("1e400", "0", "1E+400"),
        ("abc", "0", "abc"),
        ("2.5", "0", "3"),
        ("1e999999999", "General", "1e999999999"),
        ("1" * 500, "0.00", "1.111111111111111111111111111E+499"),
        ("12", "# ?/?", "12"),
        ("0.001", "0.00E+00", "0.001"),
    ],
)
def test_numbers_as_excel_shows_them(stored: str, form: str, text: str) -> None:
    assert shown(stored, form) == text


def test_table_with_caption_unit_and_merged_header() -> None:
    document = load(
        table(
            ["云岭县2023年一般公共预算收支情况表"],
            ["编制单位：云岭县财政局", None, None, "单位：万元"],
            ["项目", "2022年", None, "同比增长"],
            [None, "预算", "决算", None],
            ["税收收入", 1234.5, 1300, 0.125],
            ["非税收入", 567, 612.25, -0.05],
            ["注：数据来自决算报表，合计与分项之和的差由四舍五入造成，不作机械调整。"],
            merged=("A1:D1", "B3:C3", "A3:A4", "D3:D4"),
            formats={"B5": "#,##0.00", "D5": "0.0%", "D6": "0.0%"},
        ),
        name="a.xlsx",
    )
    assert cells(document) == [
        ("1,234.50", ("税收收入",), ("2022年", "预算"), "万元", "2022"),
        ("1300", ("税收收入",), ("2022年", "决算"), "万元", "2022"),
        ("12.5%", ("税收收入",), ("同比增长",), "%", "2023"),
        ("567", ("非税收入",), ("2022年", "预算"), "万元", "2022"),
        ("612.25", ("非税收入",), ("2022年", "决算"), "万元", "2022"),
        ("-5.0%", ("非税收入",), ("同比增长",), "%", "2023"),
    ]
    assert [str(figure.value) for figure in extract(document).figures] == [
        "12345000",
        "13000000",
        "12.5",
        "5670000",
        "6122500",
        "-5.0",
    ]
    for figure in extract(document).figures:
        assert document.text[figure.start : figure.end] == figure.quote


def test_unit_in_the_header() -> None:
    document = load(table(["债券名称", "发行总额（亿）", "期限（年）"], ["云岭一期", 12.5, 10], ["云岭二期", 8, 7]))
    assert [(c[0], c[3]) for c in cells(document)] == [("12.5", "亿"), ("10", "年"), ("8", "亿"), ("7", "年")]


def test_several_sheets_and_tables() -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "2022年"
    for row in (
        ["乡镇", "户数", "人数"],
        ["白石镇", 12, 34],
        [None],
        ["附表（单位：公里）"],
        ["名称", "里程"],
        ["道路", 5.5],
    ):
        first.append(row)
    second = book.create_sheet("说明")
    second.append(["本表由云岭县统计局提供。"])
    second.append(["全县共建成78处。"])
    book.create_sheet("空")
    hidden = book.create_sheet("底稿")
    hidden.append(["内部数", 999])
    hidden.sheet_state = "hidden"
    document = load(saved(book), name="a.xlsx")
    assert [(c[0], c[2], c[3]) for c in cells(document)] == [
        ("12", ("户数",), "户"),
        ("34", ("人数",), "人"),
        ("5.5", ("里程",), "公里"),
    ]
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"] == ["2022年", "说明"]
    assert [b.note for b in document.blocks if b.kind == "furniture"] == ["hidden"]
    assert "78" in [str(figure.value) for figure in extract(document).figures]


def test_types_of_cells() -> None:
    document = load(
        table(
            ["项目", "数值", "日期"],
            ["甲", True, datetime.date(2023, 12, 31)],
            ["乙", "=1+1", datetime.datetime(2023, 5, 1, 8, 30)],
            ["丙", "文字\n换行", 3.0],
        )
    )
    assert "甲\tTRUE\t2023" in document.text
    assert "文字\n换行\t3" in document.text
    assert any(warning.startswith("formulas") for warning in document.warnings)


def test_rich_text_and_inline_strings() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    book = openpyxl.Workbook()
    book.active["A1"] = CellRichText("全县1", TextBlock(InlineFont(b=True), "2"), "34户")
    assert "全县1234户" in load(saved(book)).text


def test_rows_of_reports_are_a_container(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["收集的报告"],
        ["编号", "县", "年份", "报告内容"],
        [1, "云岭县", 2023, REPORT],
        [2, "望溪县", 2022, REPORT + "共5个。"],
        [3, "青石坳县", 2022, None],
    ):
        book.active.append(row)
    path = tmp_path / "a.xlsx"
    path.write_bytes(saved(book))
    assert container_kind(path) == "excel"
    found = list(members(path))
    assert [member.name for member in found] == ["3", "4", "5"]
    first, second, third = load_members(path, found)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.place, first.period, first.text, first.meta["编号"]) == ("云岭县", "2023", REPORT, "1")
    assert second.place == "望溪县"
    assert isinstance(third, InputError)
    assert (third.code, third.where) == ("empty", f"{path}!5")
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.code == "container"
    assert load(f"{path}!4").place == "望溪县"


def test_numbers_are_no_container(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(table(["乡镇", "户数"], ["白石镇", 12]))
    assert container_kind(path) is None


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info).decode("utf-8")
            if info.filename == part:
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(info.filename, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_cells_without_addresses() -> None:
    data = table(["项目", "数量（处）"], ["水库", 12], ["道路", 5])
    for address in ("A1", "B1", "A2", "B2", "A3", "B3"):
        data = changed(data, SHEET, f' r="{address}"', "")
    for row in (1, 2, 3):
        data = changed(data, SHEET, f'<row r="{row}"', "<row")
    assert [(c[0], c[1], c[3]) for c in cells(load(data))] == [("12", ("水库",), "处"), ("5", ("道路",), "处")]


def test_a_table_seventeen_billion_cells_wide_costs_nothing() -> None:
    data = changed(table(["项目", "数量（处）"], ["水库", 12]), SHEET, 'r="B2"', 'r="XFD1048576"')
    assert "12" in load(data).text
    wide = changed(table(["项目", "数量（处）"], ["水库", 12], merged=("A1:B1",)), SHEET, "A1:B1", "A1:XFD1048576")
    assert load(wide).text


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, "<worksheet", '<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet'),
        (SHEET, "</row>", ""),
        ("xl/workbook.xml", "<sheets>", "<sheets><sheet"),
        ("xl/_rels/workbook.xml.rels", "sheet1.xml", "sheet9.xml"),
        ("xl/styles.xml", "<cellXfs", "<cellXfs count='x"),
    ],
)
def test_broken_parts(part: str, old: str, new: str) -> None:
    with pytest.raises(InputError) as caught:
        load(changed(table(["项目", "数量（处）"], ["水库", 12]), part, old, new), name="a.xlsx")
    assert (caught.value.code, caught.value.where) == ("damaged", "a.xlsx")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, "<v>12</v>", "<v>1</v><v>x</v>"),
        (SHEET, "<v>12</v>", "<v>1</v><v/>"),
        ("xl/sharedStrings.xml", "<si><t>项目</t></si>", ""),
        ("xl/styles.xml", 'numFmtId="0"', 'numFmtId="77777"'),
    ],
)
def test_odd_parts_are_read(part: str, old: str, new: str) -> None:
    assert "1" in load(changed(table(["项目", "数量（处）"], ["水库", 12]), part, old, new)).text


def test_legacy_excel_without_its_formats() -> None:
    rows: list[list[object]] = [
        ["云岭县2023年情况表"],
        ["项目", "占比", "数量（处）"],
        ["水库", 0.125, 12.0],
        [None, 0.5, 3.0],
    ]
    document = load(as_xls(rows, merged=[(2, 3, 0, 0)]), name="a.xls")
    assert document.format == "xls"
    assert [(c[0], c[1], c[2]) for c in cells(document)] == [
        ("0.125", ("水库",), ("占比",)),
        ("12", ("水库",), ("数量",)),
        ("0.5", ("水库",), ("占比",)),
        ("3", ("水库",), ("数量",)),
    ]
    assert document.warnings[0].startswith("number_formats")


def test_rows_of_legacy_excel(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(as_xls([["县", "正文"], ["云岭县", REPORT], ["望溪县", REPORT]]))
    assert container_kind(path) == "excel"
    assert [found.place for found in load_members(path, members(path)) if isinstance(found, Document)] == [
        "云岭县",
        "望溪县",
    ]
