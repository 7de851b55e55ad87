"""The pass over a text: kinds, spans, bounds and units of its mentions, and what holds for any text."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.numbers.names import load_names
from extractor.numbers.quantity import read_arabic
from extractor.numbers.scan import Mention, scan
from extractor.numbers.units import load_units
from extractor.reading.fold import fold

PATTERNS = Path(__file__).parents[1] / "patterns"
UNITS = load_units(PATTERNS / "units.yaml")
NAMES = load_names(PATTERNS / "names.yaml")


def mentions(text: str) -> list[Mention]:
    return scan(fold(text), UNITS, NAMES)


def figures(text: str) -> list[str]:
    """Every figure as ``quote=value unit modifier``, without the modifier none."""
    out = []
    for m in mentions(text):
        if m.kind == "figure":
            high = "" if m.value_max is None else f"..{m.value_max}"
            bound = "" if m.modifier == "none" else f" {m.modifier}"
            out.append(f"{text[m.start : m.end]}={m.value}{high} {m.unit}{bound}")
    return out


def kinds(text: str) -> list[str]:
    return [f"{text[m.start : m.end]}:{m.kind}" for m in mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("投资3541.07万元2.3本项目", ["3541.07万元=35410700 元"]),
        ("监测对象１２３户、４５６人，占比５６．７％。", ["１２３户=123 户", "４５６人=456 人", "５６．７％=56.7 %"]),
        ("下降到-79.4%，同比－5.3%", ["-79.4%=-79.4 %", "－5.3%=-5.3 %"]),
        ("落实措施36万余条，户均9.4条", ["36万余条=360000 条 approx", "9.4条=9.4 条"]),
        ("配备3-5人，增长5%—6%", ["3-5人=3..5 人 range", "5%—6%=5..6 % range"]),
        ("由3人增加到12人", ["3人=3 人", "12人=12 人"]),
        ("按照每人每月300元发放", ["每人每月300元=300 元/人/月"]),
        ("每亩补助200元，落实每村1名信息员", ["200元=200 元", "每村1名=1 人/村"]),
        ("转移就业岗位8273 个", ["8273 个=8273 个"]),
        ("单位能耗0.45吨标准煤/万元", ["0.45吨标准煤/万元=0.45 吨标准煤/万元"]),
        ("无一户返贫、无一人失学", ["无一户=0 户", "无一人=0 人"]),
        ("30749贫困人口脱贫", ["30749=30749 人"]),
        ("23515个贫困人口脱贫", ["23515个=23515 人"]),
        ("2000余脱贫人口参加，500余家企业", ["2000余=2000 人 approx", "500余家=500 家 approx"]),
        ("全市农村人口159.85万，", ["159.85万=1598500 人"]),
        ("牛存栏4.2万头，出栏2.1万。", ["4.2万头=42000 头", "2.1万=21000 头"]),
        ("分别增长5.2、6.1和7.3个百分点", ["5.2=5.2 个百分点", "6.1=6.1 个百分点", "7.3个百分点=7.3 个百分点"]),
        ("产量分别为12.3、15.6和18.9万吨", ["12.3=123000 吨", "15.6=156000 吨", "18.9万吨=189000 吨"]),
        ("县级同步1：1配比", ["1：1=1 比例"]),
        ("约3万户，近500家，超过60%", ["3万户=30000 户 approx", "500家=500 家 approx", "60%=60 % at_least"]),
        ("签约15个项目，节约3万元，附近5个村", ["15个=15 个", "3万元=30000 元", "5个=5 个"]),
        ("通过300户验收，赶超5个县", ["300户=300 户", "5个=5 个"]),
        ("5万元以下的村、80周岁以上的老人", ["5万元=50000 元 at_most", "80周岁=80 岁 at_least"]),
        ("3个月内完成，5万吨内河港口", ["3个月=3 个月 at_most", "5万吨=50000 吨"]),
        ("全年约增长10%，至少配备1名村医", ["10%=10 % approx", "1名=1 人 at_least"]),
        ("近百户、上千名、数十家、几十万人", ["百户=100 户 approx", "千名=1000 人 approx", "数十家=10 家 approx",
                                      "几十万人=100000 人 approx"]),
        ("投资超亿元，培育亿元以上企业5家", ["亿元=100000000 元 at_least", "亿元=100000000 元 at_least", "5家=5 家"]),
        ("连续三年，五次排查，翻一番，一年半", ["三年=3 年", "五次=5 次", "一番=1 番", "一年半=1.5 年"]),
        ("设计能力8亿千瓦时、220千伏、12℃、500GB", ["8亿千瓦时=800000000 千瓦时", "220千伏=220 千伏", "12℃=12 ℃",
                                        "500GB=500 GB"]),
        ("客运周转量129000万人公里", ["129000万人公里=1290000000 人公里"]),
        ("GDP5.6万元", ["5.6万元=56000 元"]),
        ("报销123元1角1分", ["123元1角1分=123.11 元"]),
        ("2023730户", ["2023730户=2023730 户"]),
        ("建成5G基站241个", ["241个=241 个"]),
        ("人均960/人，补助850//月", ["960/人=960 /人", "850//月=850 //月"]),
        ("千米公路3条，5千米管网", ["3条=3 条", "5千米=5 公里"]),
        ("投入专项资金１，２００万元", ["１，２００万元=12000000 元"]),
        ("分别投入120，345，678万元", ["678万元=6780000 元"]),
        ("2014、2015两年脱贫60人", ["两年=2 年", "60人=60 人"]),
    ],
)
def test_figures(text: str, expected: list[str]) -> None:
    assert figures(text) == expected


LONG = "各乡镇党委、政府和县直各单位要切实加强组织领导，确保全年累计完成投资"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{LONG}77\n万元", ["77\n万元=770000 元"]),
        (f"{LONG}5.1\n万人次。", ["5.1\n万人次=51000 人次"]),
        (f"{LONG}12\n345户", ["12\n345户=12345 户"]),
        (f"{LONG}12\r\n345户", ["12\r\n345户=12345 户"]),
        (f"{LONG}12.\n5万元", ["12.\n5万元=125000 元"]),
        (f"{LONG}\n417万元", ["417万元=4170000 元"]),
        ("全年接待游客5.1\n万人次。", ["5.1\n万人次=51000 人次"]),
        ("接待5.1万\n人次，", ["5.1万\n人次=51000 人次"]),
        ("全县接待12\n345户。", ["12\n345户=12345 户"]),
        ("附件1\n户数表", []),
        ("脱贫户12\n户均收入", []),
        ("脱贫户数12\n345户脱贫", ["345户=345 户"]),
        ("户数\t12\n户。", []),
        ("粮食产量\n65.2\n68.1\n公里\n", []),
        ("参保人数\n1214\n人均缴费\n94\n", []),
        (f"{LONG}86.5%\n3、万元产值能耗下降", ["86.5%=86.5 %"]),
        (f"{LONG}98万元\n2.3 本项目建设5个点", ["98万元=980000 元", "5个=5 个"]),
    ],
)
def test_figures_over_a_line_end(text: str, expected: list[str]) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 加强管理\n2、落实责任", ["1. :marker", "2、:marker"]),
        (" 3.措施：全面落实", ["3.:marker"]),
        ("（一）推进（3）落实", ["一:marker", "3:marker"]),
        ("。一是强化，二要落实", ["一:marker", "二:marker"]),
        ("①开展②推进", ["①:marker", "②:marker"]),
        ("第59期、第三批、全省第5位、第一书记", ["第59期:ordinal", "第三批:ordinal", "第5位:ordinal", "第一:ordinal"]),
        ("〔2023〕15号", ["2023〕15号:identifier"]),
        ("电话：0591-87654321", ["0591-87654321:identifier"]),
        ("邮编：350001", ["350001:identifier"]),
        ("https://www.example.org/2023/05/a1.html", ["https://www.example.org/2023/05/a1.html:identifier"]),
        ("PM2.5浓度35微克/立方米", ["PM2.5:identifier", "35微克/立方米:figure"]),
        ("表14—2—3", ["14—2—3:identifier"]),
        ("民国二十三年（1934）", ["二十三年:date", "1934:date"]),
        ("《三年行动方案》共12条", ["三年:name", "12条:figure"]),
        ("“六个一”工程、“10.17”活动", ["六个一:name", "10.17:name"]),
        ("3.5.6万元", ["3.5.6万元:malformed"]),
        ("12O万元", ["12O万元:malformed"]),
        ("1,2345万元", ["1,2345万元:malformed"]),
        ("192.168.1.1", ["192.168.1.1:identifier"]),
        ("一批项目、每村一个、共一个", ["一批:name", "每村一个:figure", "一个:figure"]),
        ("统一部署、第一时间、万一", ["第一:ordinal"]),
    ],
)
def test_kinds(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023年", ("2023", None, "")), ("2023年11月30日", ("2023-11-30", None, "")), ("11月底", ("--11", None, "end")),
        ("1-5月份", ("--01", "--05", "")), ("2023年1-5月", ("2023-01", "2023-05", "")),
        ("2023年1月至2024年5月", ("2023-01", "2024-05", "")), ("二〇二三年", ("2023", None, "")),
        ("2018-2022年", ("2018", "2022", "")), ("2024-01-09 17:24", ("2024-01-09", None, "")),
        ("3月25日前", ("--03-25", None, "before")), ("九十年代", ("90", None, "decade")),
        ("2023 年", ("2023", None, "")),
        ("2019年3月以来", ("2019-03", None, "since")), ("三月五日", ("--03-05", None, "")),
        ("2022年12月底前", ("2022-12", None, "before")), ("２０２３年", ("2023", None, "")),
        ("一季度", ("--Q1", None, "")),
        ("前三季度", ("--Q1", "--Q3", "")), ("二○○三年", ("2003", None, "")), ("2025年末", ("2025", None, "end")),
        ("2023年3月25日至28日", ("2023-03-25", "2023-03-28", "")), ("8月12日—15日", ("--08-12", "--08-15", "")),
        ("20世纪", ("20", None, "century")), ("2022—2023学年", ("2022", "2023", "")),
        ("2023.11.30", ("2023-11-30", None, "")),
    ],
)
def test_dates(text: str, date: tuple[str, str | None, str]) -> None:
    found = [m for m in mentions(f"截至{text}，") if m.kind == "date"]
    assert [m.date for m in found] == [date]


@pytest.mark.parametrize("text", ["截至713日", "20233月", "2023923日", "2024年19日"])
def test_damaged_dates_are_dates(text: str) -> None:
    assert {m.kind for m in mentions(text)} == {"date"}
    if text != "2024年19日":
        assert [m.rule for m in mentions(text)] == ["damaged"]


PIECES = st.sampled_from(
    ["3909户", "1.2万", "２３．５％", "约", "以上", "三", "十二", "万元", "每人", "每月", "/", "-", "—", "、",
     "，", "。", "\n", " ", "2023", "年", "11月", "第", "一是", "（一）", "1.", "《", "》", "“", "”", "5G",
     "PM2.5", "个百分点", "贫困人口", "余", "多", "半", "无一户", "3.5.6", "O", "百分之", "成", "番", "：",
     "负", "0591-87654321", "数十", "几百", "至", "元", "角", "分", "次"]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)


@settings(max_examples=300)
@given(TEXTS)
def test_mentions_are_ordered_disjoint_and_cover_every_digit(text: str) -> None:
    view = fold(text)
    covered, last = set(), 0
    for m in scan(view, UNITS, NAMES):
        assert last <= m.start < m.end <= len(view)
        assert m.start <= m.number_end <= m.end
        covered.update(range(m.start, m.end))
        last = m.end
        if m.kind == "figure":
            assert m.value is not None
            assert m.unit
            assert m.value.is_finite()
    missed = [i for i, c in enumerate(view) if c in "0123456789" and i not in covered]
    assert not missed, (text, missed)


@settings(max_examples=200)
@given(TEXTS)
def test_the_shortcut_reads_what_the_grammar_reads(text: str) -> None:
    view = fold(text)
    for mention in mentions(text):
        if mention.kind == "figure" and mention.rule == "" and view[mention.start] in "0123456789":
            full = read_arabic(view, mention.start, UNITS)
            assert full is not None
            assert (full.end, full.value, full.unit) == (mention.end, mention.value, mention.unit)


def test_a_number_of_a_million_digits_is_an_identifier() -> None:
    found = mentions("共" + "7" * 1_000_000 + "户")
    assert [m.kind for m in found] == ["identifier"]


HOSTILE = "1,|每|一|十|1.|1:|（|《|“|-|5-|1 |1\n|百分之|1/|万|A1|每月|月每|1.5万|1元|一个|2023年|1到"
HOSTILE += "|12A3/2023-7|1-|千万|五三户|户12\n3"


@pytest.mark.parametrize("piece", HOSTILE.split("|"))
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    """A quadratic rule needs ten seconds and more here, a linear one less than one."""
    start = time.process_time()
    assert len(mentions(piece * 20_000)) <= 40_000
    assert time.process_time() - start < 6


def test_a_code_is_read_in_linear_time() -> None:
    start = time.process_time()
    for text in ("1" * 200_000 + "/2023-7", "12A" + "3" * 200_000 + "/2023-7", "A1/" * 70_000):
        mentions(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("共万二十三户", ["二十三户:figure"]),
        ("共亿三户", ["三户:figure"]),
        ("1,172.964.18万元", ["1,172.964.18万元:malformed"]),
        ("见表1。", ["1:identifier"]),
        ("公报[1]", ["1:identifier"]),
        ("公开01表", ["01:identifier"]),
        ("报表12份", ["12份:figure"]),
        ("索引号\t98098223-7/2024-00013\t", ["98098223-7/2024-00013:identifier"]),
    ],
)
def test_a_numeral_is_found_behind_what_stands_before_it(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_values_are_exact_decimals() -> None:
    found = mentions("拨付23.408万元、9784545.74万元、0.1元")
    assert [m.value for m in found] == [Decimal("234080"), Decimal("97845457400"), Decimal("0.1")]
