"""PDF to text, blocks and places: paragraphs over lines and pages, columns, furniture, tables, boxes, pages drawn."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from click.testing import CliRunner
from PIL import Image
from support_pdf import Sheet, report

from extractor import extract
from extractor.cli.show import show
from extractor.ingest import load
from extractor.ingest.pdf_lines import read_lines
from extractor.ingest.pdf_tables import find_tables
from extractor.model import Document, Figure
from extractor.tables.records import figure_record

TITLE = "云岭县2023年乡村振兴工作总结"
LONG = "全县各级各部门认真落实工作部署，持续巩固拓展脱贫攻坚成果，各项工作取得了新的进展和成效，"


def loaded(sheet: Sheet) -> Document:
    return load(sheet.pdf(), name="report.pdf")


def by_quote(document: Document) -> dict[str, Figure]:
    return {figure.quote: figure for figure in extract(document).figures}


def kinds(document: Document) -> list[tuple[str, str, str]]:
    return [(block.kind, block.note, document.text[block.start : block.end]) for block in document.blocks]


# --- paragraphs -----------------------------------------------------------------------------------------------------


def test_lines_of_a_paragraph_are_one_line_of_text() -> None:
    sheet = Sheet()
    sheet.title(TITLE)
    sheet.paragraph(LONG * 3 + "共投入资金1200万元。")
    sheet.paragraph("第二段从这里开始。")
    lines = loaded(sheet).text.splitlines()
    assert lines == [TITLE, LONG * 3 + "共投入资金1200万元。", "第二段从这里开始。"]


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_number_wrapped_at_the_line_end_is_one_figure_with_two_boxes(cut: int) -> None:
    """The line is filled so that 1234567户 breaks behind its first, second ... digit."""
    sheet = Sheet(right=72 + 12 * 30)
    digit = 6.0
    room = 12 * 30 - 24
    head = "中" * int((room - cut * digit) // 12)
    sheet.title(TITLE)
    sheet.paragraph(head + "1234567户" + LONG)
    sheet.paragraph(LONG * 2)
    found = by_quote(loaded(sheet))
    assert "1234567户" in found
    figure = found["1234567户"]
    assert figure.value == 1234567
    if len(figure.boxes) == 2:
        (_, _, upper, right, _), (_, left, lower, _, _) = figure.boxes
        assert lower > upper
        assert left < right


def test_a_number_wrapped_at_the_page_end_is_one_figure_on_two_pages() -> None:
    sheet = Sheet(bottom=130, head="云岭县政府公报", numbers="— {} —", right=72 + 12 * 30)
    sheet.paragraph(LONG + "中" * 8 + "共投入资金123456.78万元，" + LONG * 8)
    document = loaded(sheet)
    figures = {figure.quote: figure for figure in extract(document).figures}
    wrapped = figures["123456.78万元"]
    assert wrapped.value == 1234567800
    assert len(document.pages) >= 3
    # Over the whole document the paragraph is one line; the furniture of all its pages stands behind it.
    assert document.text.splitlines()[0].startswith("全县") or document.text.startswith("云岭县政府公报")
    assert sum(line.startswith("全县") for line in document.text.splitlines()) == 1


def test_a_figure_over_a_page_end_has_a_box_on_each_page() -> None:
    for fill in range(78, 92):
        sheet = Sheet(bottom=130, numbers="— {} —", right=72 + 12 * 30)
        sheet.paragraph("中" * fill + "共有9876543户，" + LONG * 4)
        figure = by_quote(loaded(sheet)).get("9876543户")
        assert figure is not None
        if len({box[0] for box in figure.boxes}) == 2:
            assert [box[0] for box in figure.boxes] == [1, 2]
            assert figure.page == 1
            return
    pytest.fail("no page end fell into the number")


def test_an_indented_line_and_a_short_line_begin_paragraphs() -> None:
    sheet = Sheet(indent=2)
    width = int((sheet.right - sheet.left) / 12)
    full = "中" * (width - 3) + "。"  # fills its indented line to the end
    sheet.paragraph(full)
    sheet.paragraph(full)
    sheet.indent = 0
    sheet.paragraph("一、基本情况")
    sheet.paragraph("共有12户。")
    assert loaded(sheet).text.splitlines() == [full, full, "一、基本情况", "共有12户。"]


def test_bold_feigned_by_printing_twice_counts_once() -> None:
    sheet = Sheet()
    sheet.put(72, 100, "共有1122户。")
    sheet.put(72.4, 100, "共有1122户。")
    assert loaded(sheet).text.strip() == "共有1122户。"


def test_larger_lines_are_headings_and_the_title_is_found() -> None:
    sheet = Sheet()
    sheet.title(TITLE)
    sheet.line(72, "工作开展情况", 16)
    sheet.paragraph(LONG * 2 + "共有1200户。")
    document = loaded(sheet)
    assert document.title == TITLE
    assert [(kind, text) for kind, _, text in kinds(document)][:2] == [("title", TITLE), ("heading", "工作开展情况")]


# --- order ----------------------------------------------------------------------------------------------------------


def two_columns() -> Sheet:
    sheet = Sheet(numbers="- {} -")
    sheet.title(TITLE)
    top = sheet.y
    sheet.paragraph(LONG * 3 + "左栏共有1201户。", 60, 280)
    sheet.paragraph("左栏二段" + LONG * 3 + "投入资金3456.7万元。", 60, 280)
    bottom = sheet.y
    sheet.y = top
    sheet.paragraph("右栏一段" + LONG * 3 + "新建公路78.9公里。", 315, 535)
    sheet.paragraph("右栏二段" + LONG * 3 + "完成率96.5%。", 315, 535)
    sheet.y = max(bottom, sheet.y)
    return sheet


def test_two_columns_are_read_one_after_the_other() -> None:
    document = loaded(two_columns())
    body = [line for line in document.text.splitlines() if line and line != "- 1 -"]
    assert body[0] == TITLE
    assert body[1:] == [
        LONG * 3 + "左栏共有1201户。", "左栏二段" + LONG * 3 + "投入资金3456.7万元。",
        "右栏一段" + LONG * 3 + "新建公路78.9公里。", "右栏二段" + LONG * 3 + "完成率96.5%。",
    ]
    assert [figure.quote for figure in extract(document).figures] == ["1201户", "3456.7万元", "78.9公里", "96.5%"]


def test_a_paragraph_that_goes_on_in_the_next_column_is_one() -> None:
    sheet = Sheet()
    text = LONG * 6 + "共投入衔接资金123456万元，" + LONG * 6
    from support_pdf import wrap

    lines = wrap(text, 220, 12, 24)
    half = len(lines) // 2
    for k, line in enumerate(lines[:half]):
        sheet.put(60 + (24 if k == 0 else 0), 100 + 18 * k, line)
    for k, line in enumerate(lines[half:]):
        sheet.put(315, 100 + 18 * k, line)
    assert loaded(sheet).text.strip() == text


def test_short_columns_below_those_of_the_page_before_and_a_caption_under_them() -> None:
    sheet = two_columns()
    sheet.next_page()
    sheet.put(60, 80, "左栏末尾两行文字排满整个栏目宽度共计")
    sheet.put(60, 98, "左栏末行文字排满整个栏目的宽度，投入")
    sheet.put(315, 80, "资金1200万元，右栏末尾的两行文字到此，")
    sheet.put(315, 98, "全部工作结束了。")
    sheet.put(60, 140, "附表：2023年资金安排情况")
    lines = [line for line in loaded(sheet).text.splitlines() if line and not line.startswith("-")]
    assert lines[-2].endswith("宽度，投入资金1200万元，右栏末尾的两行文字到此，全部工作结束了。")
    assert lines[-1] == "附表：2023年资金安排情况"


def unbalanced(left: list[str], right: list[str], gap: float, below: str = "") -> list[str]:
    """The lines of the text of a page of two columns, with ``gap`` between paragraphs and a line below both."""
    sheet = Sheet()
    bottoms = []
    for paragraphs, x0, x1 in ((left, 60, 280), (right, 315, 535)):
        sheet.y = 80
        for text in paragraphs:
            sheet.paragraph(text, x0, x1)
            sheet.y += gap
        bottoms.append(sheet.y)
    sheet.y = max(bottoms) + 40
    if below:
        sheet.put(60, sheet.y, below)
    return loaded(sheet).text.strip().splitlines()


@pytest.mark.parametrize("gap", [0, 9, 18])
def test_a_column_that_is_longer_than_the_other_stays_together(gap: float) -> None:
    """As programs leave the last page: the longer column goes on below the shorter one over paragraphs and heads."""
    long = ["左栏一段" + LONG * 2 + "共有1201户。", "二、完善基础设施",
            "左栏二段" + LONG + "综合机械化率54.3%，提高2.1个百分点，受益农户8640户次。",
            "左栏三段" + LONG + "投入资金3456.7万元。", "三、改善人居环境"]
    short = ["右栏一段" + LONG + "新建公路78.9公里。", "右栏二段完成率96.5%。"]
    assert unbalanced(long, short, gap) == [*long, *short]
    assert unbalanced(short, long, gap) == [*short, *long]


def test_what_stands_below_columns_of_unequal_length_is_read_after_them() -> None:
    long = ["左栏一段" + LONG * 2 + "共有1201户。", "左栏二段" + LONG * 2 + "受益农户8640户次。"]
    short = ["右栏一段" + LONG * 2 + "新建公路78.9公里。"]
    below = "附表：2023年资金安排"
    assert unbalanced(long, short, 9, below) == [*long, *short, below]


def test_the_lines_of_a_long_title_are_one() -> None:
    sheet = Sheet()
    title = "关于云岭县2023年国民经济和社会发展计划执行情况与2024年国民经济和社会发展计划草案的报告"
    sheet.title(title)
    sheet.paragraph(LONG * 3)
    assert loaded(sheet).title == title


# --- furniture ------------------------------------------------------------------------------------------------------


def test_running_heads_and_page_numbers_are_furniture_and_stay_in_the_ledger() -> None:
    sheet = Sheet(bottom=200, head="云岭县2023年年鉴第12期", numbers="— {} —")
    for number in range(1, 16):
        sheet.paragraph(f"第{number}段说明全县共有{number * 111}户。")
    document = loaded(sheet)
    notes = [note for kind, note, _ in kinds(document) if kind == "furniture"]
    pages = len(document.pages)
    assert pages > 2
    assert notes.count("running_head") == pages
    assert notes.count("page_number") == pages
    ledger = extract(document).ledger
    numbers = [entry.quote for entry in ledger if entry.rule == "page_number"]
    assert numbers == [str(page) for page in range(1, pages + 1)]
    assert all(entry.disposition == "furniture" for entry in ledger if entry.rule in ("page_number", "running_head"))


def test_bare_page_numbers_must_count() -> None:
    counted = Sheet(bottom=200, numbers="{}")
    constant = Sheet(bottom=200, numbers="2023")
    for sheet in (counted, constant):
        for number in range(1, 16):
            sheet.paragraph(f"第{number}段说明全县共有{number * 111}户。")
    notes = [note for kind, note, _ in kinds(loaded(counted)) if kind == "furniture"]
    assert notes.count("page_number") == len(notes) > 2
    assert "page_number" not in [note for _, note, _ in kinds(loaded(constant))]


def test_lines_of_a_contents_page_are_furniture() -> None:
    sheet = Sheet()
    sheet.title("目录")
    for number, name in enumerate(("部门概况", "部门预算", "情况说明"), 1):
        sheet.line(72, f"{name}{'.' * 40}{number * 4}")
    document = loaded(sheet)
    assert [note for kind, note, _ in kinds(document) if kind == "furniture"] == ["contents"] * 3
    assert extract(document).figures == ()


def test_text_that_cannot_be_seen_is_furniture() -> None:
    sheet = Sheet()
    sheet.paragraph("全县共有1286户。")
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.put(72, 300, "白字9999户")
    sheet.canvas.setFillColorRGB(0, 0, 0)
    sheet.put(72, 900, "页外8888户")
    sheet.canvas.setFillColorRGB(0, 0, 0.5)
    sheet.canvas.rect(60, 842 - 420, 300, 30, fill=1, stroke=0)
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.put(72, 400, "蓝底白字共有777户。")
    document = loaded(sheet)
    assert [figure.quote for figure in extract(document).figures] == ["1286户", "777户"]
    assert {text for _, note, text in kinds(document) if note == "hidden"} == {"白字9999户", "页外8888户"}
    assert any(warning.startswith("hidden: pages 1 ") for warning in document.warnings)


# --- tables ---------------------------------------------------------------------------------------------------------

HEAD = [["乡镇", "衔接资金", "", "监测对象户数（户）"], ["", "中央", "省级", ""]]
MERGED = [(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1)]
COLUMNS = [72, 180, 290, 400, 520]


def township_rows(count: int) -> list[list[str]]:
    return [[f"临川{'东西南北中'[i % 5]}{i + 1}镇", f"{100 + i}.5", f"{40 + i}", str(7 * i + 3)] for i in range(count)]


def table_document(count: int, **settings: Any) -> Document:
    sheet = Sheet(numbers="— {} —", **settings)
    sheet.title("云岭县2023年衔接资金安排表")
    sheet.line(430, "单位：万元")
    sheet.table([*HEAD, *township_rows(count)], COLUMNS, merged=MERGED, repeat=2)
    sheet.y += 20
    sheet.paragraph("全县共有监测对象1286户。")
    return loaded(sheet)


def test_merged_heads_units_and_labels_of_a_ruled_table() -> None:
    figures = extract(table_document(3)).figures
    got = [(str(f.value), f.unit, f.subject) for f in figures]
    assert got[0] == ("1005000", "元", "临川东1镇衔接资金中央")
    assert got[1] == ("400000", "元", "临川东1镇衔接资金省级")
    assert got[2] == ("3", "户", "临川东1镇监测对象户数")
    assert got[-1][:2] == ("1286", "户")


def test_a_table_over_two_pages_is_one_table_and_its_repeated_head_is_furniture() -> None:
    one, two = table_document(12), table_document(12, bottom=330)
    assert len(one.pages) == 1
    assert len(two.pages) >= 2
    figures = [[(f.value, f.unit, f.subject, f.cell) for f in extract(d).figures] for d in (one, two)]
    assert figures[0] == figures[1]
    heads = [text for _, note, text in kinds(two) if note == "repeated_head"]
    assert heads[:4] == ["乡镇", "衔接资金", "监测对象户数（户）", "中央"]
    last = extract(two).figures[-2]
    assert last.page == two.pages[-1].number or last.page == len(two.pages)


def test_a_table_without_head_on_the_next_page_goes_on() -> None:
    sheet = Sheet(bottom=330, numbers="— {} —")
    sheet.title("云岭县2023年衔接资金安排表")
    sheet.line(430, "单位：万元")
    sheet.table([*HEAD, *township_rows(14)], COLUMNS, merged=MERGED)
    cells = [f.cell for f in extract(loaded(sheet)).figures]
    assert {cell[0] for cell in cells if cell} == {0}
    assert [cell[1] for cell in cells if cell] == [row for row in range(2, 16) for _ in range(3)]


def test_a_row_cut_by_the_page_end_is_one_row() -> None:
    sheet = Sheet(numbers="— {} —")
    columns = [72, 200, 330]
    sheet.table([["乡镇", "户数"], ["白石镇", "120"], ["临川坝县第十三号长名", "88"]], columns)
    sheet.next_page()
    sheet.table([["称乡镇人民政府", ""], ["云岭镇", "77"]], columns)
    got = [(str(f.value), f.subject) for f in extract(loaded(sheet)).figures]
    assert got == [("120", "白石镇户数"), ("88", "临川坝县第十三号长名称乡镇人民政府户数"), ("77", "云岭镇户数")]


def test_a_section_row_at_the_top_of_a_page_is_no_rest_of_a_row() -> None:
    sheet = Sheet(numbers="— {} —")
    columns = [72, 200, 330]
    sheet.table([["项目", "户数"], ["白石镇", "120"]], columns)
    sheet.next_page()
    sheet.table([["县直单位", ""], ["云岭镇", "77"]], columns)
    figures = extract(loaded(sheet)).figures
    assert [f.cell[1] for f in figures if f.cell] == [1, 3]


def test_a_table_open_at_its_sides_keeps_its_outer_columns() -> None:
    sheet = Sheet()
    sheet.line(72, "2023年各镇情况")
    sheet.table([["乡镇", "户数", "人数"], ["白石镇", "120", "431"], ["临川镇", "88", "290"]], [72, 200, 330, 460],
                sides=False)
    got = [(str(f.value), f.unit, f.subject) for f in extract(loaded(sheet)).figures]
    assert got == [("120", "户", "白石镇户数"), ("431", "人", "白石镇人数"), ("88", "户", "临川镇户数"),
                   ("290", "人", "临川镇人数")]


def test_a_table_without_rules_is_found_by_its_columns() -> None:
    sheet = Sheet()
    sheet.paragraph(LONG * 2)
    sheet.line(72, "2023年主要指标（单位：万元）")
    for name, one, two in (("指标", "2022年", "2023年"), ("一般公共预算收入", "72365", "76200"),
                           ("税收收入", "48600", "51816"), ("非税收入", "23765", "24384")):
        sheet.put(72, sheet.y, name)
        sheet.put(300, sheet.y, one)
        sheet.put(420, sheet.y, two)
        sheet.y += 18
    got = [(str(f.value), f.unit, f.subject, f.period) for f in extract(loaded(sheet)).figures if f.cell]
    assert got[0] == ("723650000", "元", "一般公共预算收入", "2022")
    assert len(got) == 6


def test_columns_of_a_ruled_table_add_up() -> None:
    """Every number of the table comes out once: the sums of the columns are those of the source."""
    rows = township_rows(40)
    document = table_document(40, bottom=500)
    figures = [f for f in extract(document).figures if f.cell]
    for column in (1, 2, 3):
        wanted = sum(float(row[column]) for row in rows)
        factor = 10000 if column < 3 else 1
        got = sum(float(f.value) for f in figures if f.cell and f.cell[2] == column)
        assert got == pytest.approx(wanted * factor)


# --- places ---------------------------------------------------------------------------------------------------------


def test_the_box_of_each_figure_holds_its_characters() -> None:
    """Asked of pdfplumber: the characters inside the boxes are those of the quote."""
    lines = [f"第{n}项：{LONG}投入{n * 37}.5万元，惠及{n * 1234}户。" for n in range(1, 20)]
    data = report("\n".join([TITLE, *lines]), head="云岭县年鉴", numbers="— {} —")
    figures = extract(load(data, name="a.pdf")).figures
    assert len(figures) == 38
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for figure in figures:
            seen = ""
            for number, x0, top, x1, bottom in figure.boxes:
                inside = [
                    char["text"] for char in sorted(pdf.pages[number - 1].chars, key=lambda char: float(char["x0"]))
                    if x0 - 0.1 <= (char["x0"] + char["x1"]) / 2 <= x1 + 0.1
                    and top <= (char["top"] + char["bottom"]) / 2 <= bottom
                ]
                seen += "".join(inside)
            assert seen == figure.quote


def test_glyphs_and_pages_cover_the_text() -> None:
    document = load(report(TITLE + "\n" + (LONG + "共有1200户。\n") * 40, numbers="— {} —"), name="a.pdf")
    glyphs = document.glyphs
    assert glyphs is not None
    assert len(glyphs.pages) * 4 == len(glyphs.boxes)
    assert len(glyphs.pages) == len(document.text)
    for page in document.pages:
        assert {glyphs.pages[i] for i in (page.start, page.end - 1)} == {page.number}
    for char, page in zip(document.text, glyphs.pages, strict=True):
        assert (page == 0) == (char == "\n")


def test_the_record_carries_page_and_boxes_and_plain_text_has_none() -> None:
    sheet = Sheet()
    sheet.paragraph("全县共有1286户。")
    record = figure_record(extract(loaded(sheet)).figures[0])
    assert record["page"] == 1
    assert record["confidence"] is None
    ((page, x0, top, x1, bottom),) = json.loads(json.dumps(record["boxes"]))
    assert (page, x0 < x1, top < bottom) == (1, True, True)
    plain = figure_record(extract("全县共有1286户。").figures[0])
    assert (plain["page"], plain["boxes"], plain["confidence"]) == (None, [], None)


def test_boxes_count_from_the_corner_of_the_page_wherever_that_is() -> None:
    sheet = Sheet()
    sheet.paragraph("全县共有监测对象1286户。")
    sheet.table([["乡镇", "户数"], ["白石镇", "120"]], [72, 200, 330])
    plain = sheet.pdf()
    box = b"/MediaBox [ 0 0 595 842 ]"
    shifted = plain.replace(box, b"/MediaBox [ 50 60 645 902 ]")
    one, two = (extract(load(data, name="a.pdf")).figures for data in (plain, shifted))
    assert [figure.quote for figure in one] == [figure.quote for figure in two] == ["1286户", "120"]
    for before, after in zip(one, two, strict=True):
        (_, x0, top, _, _), (_, left, upper, _, _) = before.boxes[0], after.boxes[0]
        assert (round(left - x0), round(upper - top)) == (-50, 60)
    cropped = load(plain.replace(box, box + b" /CropBox [ 0 0 595 760 ]"), name="a.pdf")
    assert [figure.quote for figure in extract(cropped).figures] == ["120"]
    assert "1286户" in cropped.text


def test_a_page_printed_sideways_is_turned_for_reading() -> None:
    sheet = Sheet()
    sheet.canvas.translate(595, 0)
    sheet.canvas.rotate(90)
    for row, text in enumerate(("云岭县2023年情况", "全县共有监测对象1286户。", "投入资金350万元。")):
        sheet.canvas.setFont("STSong-Light", 12)
        sheet.canvas.drawString(80, 500 - 20 * row, text)
    document = loaded(sheet)
    assert document.pages[0].turned in (90, 270)
    assert document.pages[0].width > document.pages[0].height
    assert [line for line in document.text.splitlines() if line] == [
        "云岭县2023年情况", "全县共有监测对象1286户。", "投入资金350万元。"]
    figure = by_quote(document)["1286户"]
    assert figure.boxes[0][3] > figure.boxes[0][1]


# --- the page drawn -------------------------------------------------------------------------------------------------


def test_show_draws_boxes_where_the_numbers_are(tmp_path: Path) -> None:
    path, png = tmp_path / "report.pdf", tmp_path / "page.png"
    sheet = Sheet(numbers="— {} —")
    sheet.paragraph("截至2023年12月31日，全县共有监测对象1286户。")
    path.write_bytes(sheet.pdf())
    result = CliRunner().invoke(show, [str(path), "--page", "1", "--png", str(png)])
    assert result.exit_code == 0, result.output
    assert "1 figure" in result.output
    figure = by_quote(load(path))["1286户"]
    picture = Image.open(png).convert("RGB")
    scale = picture.width / 595
    _, x0, top, x1, bottom = figure.boxes[0]
    left, right = int(x0 * scale) - 3, int(x1 * scale) + 3
    green = [
        (x, y) for x in range(left, right) for y in range(int(top * scale) - 3, int(bottom * scale) + 3)
        if picture.getpixel((x, y)) == (0x1A, 0x96, 0x41)
    ]
    assert min(x for x, _ in green) <= x0 * scale
    assert max(x for x, _ in green) >= x1 * scale - 1
    assert len(green) > 2 * (right - left) * 0.8


def test_show_prints_one_page_and_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    sheet = Sheet()
    sheet.paragraph("第一页共有11户。")
    sheet.next_page()
    sheet.paragraph("第二页共有22户。")
    path.write_bytes(sheet.pdf())
    result = CliRunner().invoke(show, [str(path), "--page", "2"])
    assert "22户" in result.output
    assert "11户" not in result.output
    plain = tmp_path / "report.txt"
    plain.write_text("共有12户。", encoding="utf-8")
    for arguments, message in (
        ([str(path), "--page", "3"], "has 2 pages"), ([str(plain), "--page", "1"], "has no pages"),
        ([str(path), "--png", "x.png"], "--png draws one page"),
    ):
        failed = CliRunner().invoke(show, arguments)
        assert failed.exit_code != 0
        assert message in str(failed.exception)


def test_page_objects_are_read_once_for_lines_and_tables() -> None:
    """Characters of the cells are not printed a second time as lines."""
    sheet = Sheet()
    sheet.table([["乡镇", "户数"], ["白石镇", "120"]], [72, 200, 330])
    with pdfplumber.open(io.BytesIO(sheet.pdf())) as pdf:
        page = pdf.pages[0]
        tables, outside, _ = find_tables(page, page.chars, 1)
        assert [cell.text for cell in tables[0].cells] == ["乡镇", "户数", "白石镇", "120"]
        assert read_lines(outside, 1, (0, 0, 595, 842)).lines == []
