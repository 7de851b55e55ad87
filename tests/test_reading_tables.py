"""Tables in plain text and in markup: labels, units and periods of each number, and no tables in prose."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import extract
from extractor.model import Block, Document
from extractor.reading.fold import fold
from extractor.reading.tablelabels import period_of
from extractor.reading.tables import Cell, Grid, grids


def read(text: str, blocks: tuple[Block, ...] = ()) -> list[Grid]:
    document = Document(id="d", text=text, blocks=blocks)
    found = grids(document, fold(text))
    for grid in found:
        for cell in grid.cells:
            assert text[cell.start:cell.end] == cell.text
    return found


def values(grid: Grid) -> dict[tuple[str, str], tuple[str, str]]:
    """(innermost row label, innermost column label) -> (printed number, unit)."""
    return {((c.row_labels or ("",))[-1], (c.column_labels or ("",))[-1]): (c.text, c.unit) for c in grid.cells}


def cell(grid: Grid, number: str) -> Cell:
    return next(c for c in grid.cells if c.text == number)


ROWS = [("粮  食", "612.4", "3.3"), ("#水  稻", "71.9", "4.5"), ("大  豆", "8.2", "-2.6"), ("蔬  菜", "133.7", "持平")]
EXPECTED = {("粮食", "产量"): ("612.4", "万吨"), ("粮食", "同比增长"): ("3.3", "%"), ("水稻", "产量"): ("71.9", "万吨"),
            ("水稻", "同比增长"): ("4.5", "%"), ("大豆", "产量"): ("8.2", "万吨"), ("大豆", "同比增长"): ("-2.6", "%"),
            ("蔬菜", "产量"): ("133.7", "万吨")}
HEADER = ("指标名称", "产量（万吨）", "同比增长（±%）")
LEAD = "全市农作物总播种面积75.1万公顷。\n2023年主要农产品产量\n"
REST = "\n全年实现畜牧业产值147.7亿元，同比增长8.6%。"

FLAT = {
    "cell a line": "\n".join("\n".join(row) for row in [HEADER, *ROWS]),
    "cell a line with blanks": "\n\n\t\n".join("\n\n\t\t\n".join(row) for row in [HEADER, *ROWS]),
    "tabs": "\n".join("\t".join(row) for row in [HEADER, *ROWS]),
    "wide blanks": "\n".join("        ".join(row) for row in [HEADER, *ROWS]),
    "one blank": "\n".join(" ".join(row) for row in [HEADER, *ROWS]),
    "one line": " ".join(" ".join(row) for row in [HEADER, *ROWS]),
    "pipes": "\n".join("| " + " | ".join(row) + " |" for row in [HEADER, ("---", "---", "---"), *ROWS]),
    "full width": "\n".join("\u3000".join(row) for row in [HEADER, *ROWS]).replace("6", "６").replace(".", "．"),
}


@pytest.mark.parametrize("name", FLAT)
def test_same_table_in_every_flattening(name: str) -> None:
    found = read(LEAD + FLAT[name] + REST)
    assert len(found) == 1
    got = {key: (fold(number), unit) for key, (number, unit) in values(found[0]).items()}
    assert got == EXPECTED
    assert cell(found[0], found[0].cells[2].text).row_labels == ("粮食", "水稻")
    assert {c.period for c in found[0].cells} == {"2023"}


def test_one_long_line_with_prose_on_both_sides() -> None:
    text = (LEAD + FLAT["cell a line"] + REST).replace("\n", " ")
    assert values(read(text)[0]) == EXPECTED


def test_two_tables_after_each_other_on_one_line() -> None:
    second = ("2023年规模以上工业主要产品产量 产品名称 单 位 产 量 同比增长（%） 水泥 万吨 426.3 -5.3 "
              "发电量 亿千瓦时 96.9 2.5 啤酒 万千升 10.3 持平")
    found = read(LEAD + FLAT["one line"] + " " + second)
    assert [len(grid.cells) for grid in found] == [7, 5]
    assert values(found[1])["发电量", "产量"] == ("96.9", "亿千瓦时")
    assert values(found[1])["水泥", "同比增长"] == ("-5.3", "%")


BOX = """                 2019～2021年临川坝县养老保险金收支情况表
表3-1
┏━━━━┯━━━━━━━┯━━━━━━━━┓
┃  年度  │年末参保人数（│  基金收缴总额  ┃
┃        │人）          │（万元）        ┃
┠────┼───────┼────────┨
┃  2019  │     5320     │       --       ┃
┠────┼───────┼────────┨
┃  2020  │    11204     │     1,094      ┃
┠────┼───────┼────────┨
┃  合计  │    16524     │     1,094      ┃
┗━━━━┷━━━━━━━┷━━━━━━━━┛
"""


def test_box_drawing_with_wrapped_header() -> None:
    grid = read("正文一段。\n" + BOX)[0]
    assert [(c.text, c.row_labels, c.column_labels, c.unit, c.period) for c in grid.cells] == [
        ("5320", ("2019",), ("年末参保人数",), "人", "2019"),
        ("11204", ("2020",), ("年末参保人数",), "人", "2020"),
        ("1,094", ("2020",), ("基金收缴总额",), "万元", "2020"),
        ("16524", ("合计",), ("年末参保人数",), "人", None),
        ("1,094", ("合计",), ("基金收缴总额",), "万元", None)]
    assert grid.caption == "2019~2021年临川坝县养老保险金收支情况表 表3-1"


def test_rows_that_begin_with_a_year() -> None:
    grid = read("表5 历年人口\n年度\n总户数\n总人口\n1987\n5320\n20310\n1988\n5411\n20655\n1989\n5502\n20901\n")[0]
    assert cell(grid, "5411").row_labels == ("1988",)
    assert cell(grid, "5411").unit == "户"
    assert cell(grid, "20901").period == "1989"
    assert all(c.text not in ("1987", "1988", "1989") for c in grid.cells)


def test_unit_from_the_caption_and_rates_apart() -> None:
    text = ("2022年财政收支\n单位：万元\n项目\t预算数\t决算数\t完成预算%\n教育支出\t1,205.40\t1,198.00\t99.4\n"
            "其中：义务教育\t-\t900.5\t\n合计\t1,877.13\t1,866.93\t99.5")
    grid = read(text)[0]
    assert grid.unit == "万元"
    assert cell(grid, "1,198.00").unit == "万元"
    assert cell(grid, "99.4").unit == "%"
    assert cell(grid, "900.5").row_labels == ("教育支出", "义务教育")
    assert cell(grid, "900.5").column_labels == ("决算数",)


def test_sections_and_units_in_row_labels() -> None:
    rows = ["指标名称", "指标值", "同比增长（%）", "期末存栏", "大牲畜（万头）", "96.9", "8.7", "#黄牛", "32.1", "9.3",
            "猪（万头）", "171.5", "17.4", "期末出栏", "家禽（万只）", "4712.6", "12.5", "牛（万头）", "29.4", "5.2"]
    grid = read("2012年畜牧业\n" + "\n".join(rows) + "\n")[0]
    assert cell(grid, "32.1").row_labels == ("期末存栏", "大牲畜", "黄牛")
    assert cell(grid, "32.1").unit == "万头"
    assert cell(grid, "4712.6").row_labels == ("期末出栏", "家禽")
    assert cell(grid, "4712.6").unit == "万只"


def test_sub_rows_by_indentation() -> None:
    text = ("单位：万元\n指　　标　　　　2019年　　2018年　　增长\n公共预算收入　　　76200　　　72365　　　5.3\n"
            "　其中：税收收入　　51816　　　48600　　　6.6\n　　　　非税收入　　24384　　　23765　　　2.6\n"
            "公共预算支出　　　328500　　307585　　6.8\n")
    grid = read(text)[0]
    assert cell(grid, "24384").row_labels == ("公共预算收入", "非税收入")
    assert cell(grid, "328500").row_labels == ("公共预算支出",)
    assert (cell(grid, "48600").period, cell(grid, "48600").unit) == ("2018", "万元")
    assert cell(grid, "6.6").unit == "%"


def markup(rows: list[list[tuple[str, int, int]]], headers: int) -> tuple[str, tuple[Block, ...]]:
    """Text and blocks of a table: per cell its text, rowspan and colspan."""
    text, blocks, covered = "", [], {}  # type: ignore[var-annotated]
    for r, line in enumerate(rows):
        column = 0
        for content, down, across in line:
            while covered.get((r, column)):
                column += 1
            for i in range(down):
                for j in range(across):
                    covered[r + i, column + j] = True
            blocks.append(Block(len(text), len(text) + len(content), "table_cell", table=0, row=r, column=column,
                                rows=down, columns=across, header=r < headers))
            text += content + "\t"
            column += across
        text = text[:-1] + "\n"
    return text, tuple(blocks)


def test_merged_cells_of_markup() -> None:
    text, blocks = markup([
        [("乡镇", 2, 1), ("监测对象", 1, 2), ("资金（万元）", 2, 1)],
        [("户数", 1, 1), ("人数", 1, 1)],
        [("白石镇", 1, 1), ("23", 1, 1), ("81", 1, 1), ("120.5", 2, 1)],
        [("黑水乡", 1, 1), ("17", 1, 1), ("60", 1, 1)]], headers=2)
    grid = read(text, blocks)[0]
    assert cell(grid, "81").column_labels == ("监测对象", "人数")
    assert cell(grid, "81").unit == "人"
    assert cell(grid, "17").unit == "户"
    assert cell(grid, "120.5").row_labels == ("白石镇",)
    assert cell(grid, "120.5").unit == "万元"


def test_serial_numbers_and_repeated_headers_are_no_figures() -> None:
    head = [("序号", 1, 1), ("项目", 1, 1), ("金额（万元）", 1, 1)]
    text, blocks = markup([head, [("1", 1, 1), ("道路", 1, 1), ("35.2", 1, 1)], head,
                           [("2", 1, 1), ("水渠", 1, 1), ("18", 1, 1)]], headers=1)
    grid = read(text, blocks)[0]
    assert [(c.text, c.row_labels) for c in grid.cells] == [("35.2", ("道路",)), ("18", ("水渠",))]
    assert any(text[a:b] == "2" for a, b in grid.labels)


@pytest.mark.parametrize("text", [
    "全县脱贫户1221 户，投入 35 万元，建成 12 个项目，覆盖 8 个镇，惠及 3400 人。",
    "一、工作情况\n1.产业。完成项目12个。\n2.就业。新增就业1200人。\n3.教育。资助学生340人。\n4.医疗。参保率100%。",
    "目录\n第一章 总则 1\n第二章 工作 5\n第三章 保障 9\n第四章 附则 12\n第五章 其他 15",
    "张三 李四 王五\n2024-02-03 10:53:49\n12\n15\n18\n20\n首页",
    "电话 0000 1234 5678 9012 传真 0000 1234 5678 9012",
    "1 2 3 4 5 6 7 8 9 10 下一页",
    "",
])
def test_prose_and_lists_are_no_tables(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(("label", "period"), [
    ("2012年", "2012"), ("2023年1-6月", "2023-01/2023-06"), ("2023年上半年", "2023-01/2023-06"), ("2023年末", "2023"),
    ("2021年三季度", "2021-07/2021-09"), ("2022年11月", "2022-11"), ("1987～2005年", None), ("12月末", None),
    ("金额", None), ("2023年13月", "2023")])
def test_period_of_a_label(label: str, period: str | None) -> None:
    assert period_of(fold(label)) == period


PIECES = ["粮食", "12", "12.5", "-3", "│", "|", "\t", "\n", " ", "  ", "指标", "单位：万元", "（%）", "持平", "—", "。",
          "2012年", "其中：", "#", "１２", "┏━", "全县投入资金", "合计", "\u3000"]


@given(st.lists(st.sampled_from(PIECES), max_size=120))
def test_any_mixture_gives_exact_disjoint_cells(pieces: list[str]) -> None:
    found = read("".join(pieces))
    spans = sorted((c.start, c.end) for grid in found for c in grid.cells)
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


def test_large_inputs_stay_linear() -> None:
    generator = random.Random(7)
    rows = "\n".join(f"项目{i}\t{generator.randint(1, 9999)}\t{generator.randint(1, 99)}.5" for i in range(5000))
    assert len(read("项目\t金额（万元）\t增长（%）\n" + rows)[0].cells) == 10000
    for piece in ("│1│2│\n", "12 ", "粮食 12 13 ", "1" * 50 + "\t", "单位：万元 "):
        read(piece * 20000)


def test_years_as_column_headers_and_units_on_their_own_line() -> None:
    rows = ["指标", "2022", "2023", "同比增长", "（%）", "粮食产量（万吨）", "12.5", "13.1", "4.8",
            "生猪（万头）", "8.2", "8.0", "-2.4"]
    grid = read("主要指标\n" + "\n".join(rows))[0]
    assert [(c.text, c.unit, c.period) for c in grid.cells][:3] == [
        ("12.5", "万吨", "2022"), ("13.1", "万吨", "2023"), ("4.8", "%", None)]
    assert {c.row_labels for c in grid.cells} == {("粮食产量",), ("生猪",)}


def test_ranks_and_counts_do_not_take_the_unit_of_the_caption() -> None:
    text = ("各县财政收入（万元）\n地区\t收入\t位次\t企业户数\n东坝县\t8120\t2\t35\n西坝县\t9644\t1\t41\n"
            "南坝县\t700\t3\t4\n")
    grid = read(text)[0]
    assert [c.unit for c in grid.cells[:3]] == ["万元", "位", "户"]
    assert read(text.replace("（万元）", "（万户）"))[0].cells[2].unit == "万户"


@pytest.mark.parametrize("gap", [" ", "\t", "\n"])
def test_serial_numbers_in_flattened_tables(gap: str) -> None:
    rows = [("序号", "项目名称", "投资（万元）", "受益户数"), ("1", "道路", "35.2", "120"), ("2", "水渠", "18", "64"),
            ("3", "水厂", "240", "910")]
    text = "2023年项目表\n" + "\n".join(gap.join(row) for row in rows)
    grid = read(text)[0]
    assert [(c.text, c.row_labels, c.unit) for c in grid.cells] == [
        ("35.2", ("道路",), "万元"), ("120", ("道路",), "户"), ("18", ("水渠",), "万元"), ("64", ("水渠",), "户"),
        ("240", ("水厂",), "万元"), ("910", ("水厂",), "户")]
    assert sorted(text[a:b] for a, b in grid.labels if text[a:b].isdigit()) == ["1", "2", "3"]


@pytest.mark.parametrize("unit", ["μg/m³", "mg/L", "微克/立方米"])
def test_concentrations_above_and_beside_a_table(unit: str) -> None:
    rows = "监测点      PM10      SO2\n东坝站      55        8\n西坝站      61        9\n南坝站      58        7\n"
    assert {c.unit for c in read(f"2022年空气质量\n单位：{unit}\n{rows}")[0].cells} == {unit}
    rows = f"指标 单位 2022年 2021年\n氨氮 {unit} 0.5 0.6\n总磷 {unit} 1.2 1.3\n臭氧 {unit} 15 16\n"
    assert {c.unit for c in read(f"2022年水质\n{rows}")[0].cells} == {unit}


def test_prose_on_the_line_of_the_last_row_takes_nothing_from_the_table() -> None:
    rows = "三产 亿元 55.1 5.7 批发和零售业 亿元 22.1 7.0 家禽 万只 88 103.0 牛奶 万吨 173.5 5.1"
    head = "表1 主要指标\n指标 单位 2022年 增长%\n"
    figures = extract(f"{head}{rows} 全年完成植树造林面积12.3万亩，比上年增长5.6%。\n").figures
    assert [f.unit for f in figures if f.cell] == ["元", "%", "元", "%", "只", "%", "吨", "%"]
    assert next(f.subject for f in figures if f.cell is None) == "完成植树造林面积"


def rows_of(*rows: str) -> list[list[tuple[str, int, int]]]:
    """Cells divided by |, none of them merged."""
    return [[(cell, 1, 1) for cell in row.split("|")] for row in rows]


def test_two_halves_of_accounts_keep_their_own_labels() -> None:
    text, blocks = markup(
        rows_of("项目|决算数|项目（按功能分类）|合计|其中基金", "财政拨款收入|2940.1|一般公共服务支出|2106.7|12.6",
                "其他收入||教育支出||", "|  |卫生健康支出|61.2|", "本年收入合计|2946.3|本年支出合计|2940.5|12.6"), 1)
    found = {(c.row_labels, c.text) for c in read(text, blocks)[0].cells}
    assert found == {(("财政拨款收入",), "2940.1"), (("一般公共服务支出",), "2106.7"), (("一般公共服务支出",), "12.6"),
                     (("卫生健康支出",), "61.2"), (("本年收入合计",), "2946.3"), (("本年支出合计",), "2940.5"),
                     (("本年支出合计",), "12.6")}


def test_a_text_column_between_values_makes_no_half() -> None:
    text, blocks = markup(rows_of("村名|户数|负责人|面积（亩）", "东坡村|312|李村长|4520", "西沟村|208|王村长|3170"), 1)
    assert {c.row_labels[0] for c in read(text, blocks)[0].cells if c.text in ("4520", "3170")} == {"东坡村", "西沟村"}


def test_codes_below_a_common_header_are_no_figures() -> None:
    rows = [[("经济分类科目编码", 1, 2), ("科目名称", 2, 1), ("决算数", 2, 1)], [("类", 1, 1), ("款", 1, 1)],
            *rows_of("301|01|基本工资|612.5", "301|02|津贴补贴|88.3", "302|01|办公费|21.2")]
    text, blocks = markup(rows, 2)
    assert [(c.row_labels, c.text) for c in read(text, blocks)[0].cells] == [
        (("基本工资",), "612.5"), (("津贴补贴",), "88.3"), (("办公费",), "21.2")]


def test_empty_rows_of_a_form_open_no_section() -> None:
    rows = rows_of("科目名称|决算数", "基本工资|612.5", "奖金|", "助学金|", "办公费|21.2", "印刷费|",
                   "咨询费|3.1", "劳务费|")
    text, blocks = markup(rows, 1)
    assert [c.row_labels for c in read(text, blocks)[0].cells] == [("基本工资",), ("办公费",), ("咨询费",)]


def test_serial_numbers_are_labels_in_a_table_without_values() -> None:
    text, blocks = markup(rows_of("序号|单位名称", "1|云岭县财政局", "2|云岭县国库中心"), 1)
    grid = read(text, blocks)[0]
    assert grid.cells == ()
    assert {text[a:b] for a, b in grid.labels} >= {"1", "2"}
