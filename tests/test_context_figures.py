"""What a figure means: role, status, direction, period, subject, sentence by sentence (fictional places, numbers)."""

from __future__ import annotations

import pytest

import extractor
from extractor.context.anchors import WORD_AT, WORDS
from extractor.model import Figure

REPORT = (
    "云岭县2023年工作总结和2024年工作计划\n发布时间：2024-01-12\n\n"
    "一、2023年工作开展情况\n\n{}\n\n二、2024年工作计划\n\n{}\n"
)


def figures(done: str = "各项工作有序推进。", planned: str = "继续努力。") -> list[Figure]:
    """The figures of a year-end report with one paragraph of results and one of plans."""
    return list(extractor.extract(REPORT.format(done, planned)).figures)


def one(done: str, quote: str) -> Figure:
    found = [figure for figure in figures(done) if figure.quote == quote]
    assert len(found) == 1, [figure.quote for figure in figures(done)]
    return found[0]


@pytest.mark.parametrize(
    ("text", "quote", "role", "direction"),
    [
        ("脱贫人口人均纯收入15740元，同比增长12.6%。", "15740元", "per_unit", None),
        ("脱贫人口人均纯收入15740元，同比增长12.6%。", "12.6%", "growth", "up"),
        ("单位能耗下降2.1%。", "2.1%", "growth", "down"),
        ("自来水普及率提高到95.2%。", "95.2%", "share", None),
        ("自来水普及率比上年提高3.1个百分点。", "3.1个百分点", "growth", "up"),
        ("任务完成比例不低于65%。", "65%", "share", None),
        ("财政收入比上年增加1.2亿元。", "1.2亿元", "change", "up"),
        ("农村居民人均可支配收入18642元。", "18642元", "per_unit", None),
        ("每千名老人拥有养老床位32张。", "32张", "per_unit", None),
        ("为80周岁以上的老人发放高龄津贴。", "80周岁", "criterion", None),
        ("经营性收入50万元以上的村占比达到40%。", "50万元", "criterion", None),
        ("经营性收入50万元以上的村占比达到40%。", "40%", "share", None),
        ("年平均气温17.9℃。", "17.9℃", "level", None),
        ("增幅由高到低依次为：东河乡8.2%、西河乡5.1%。", "5.1%", "growth", "up"),
    ],
)
def test_role_and_direction(text: str, quote: str, role: str, direction: str | None) -> None:
    figure = one(text, quote)
    assert (figure.role, figure.direction) == (role, direction)


@pytest.mark.parametrize(
    ("text", "quote", "status"),
    [
        ("累计发放补助资金320万元。", "320万元", "actual"),
        ("全年争取上级资金860万元。", "860万元", "actual"),
        ("力争2025年自来水普及率达到98%。", "98%", "target"),
        ("完成改造105户（年度任务100户）。", "100户", "target"),
        ("农村低保标准提高到每人每月520元。", "每人每月520元", "rule"),
        ("驻村干部每月入户不少于2次。", "2次", "rule"),
        ("一般公共预算收入增长6%。", "6%", "actual"),
    ],
)
def test_status_in_a_section_of_results(text: str, quote: str, status: str) -> None:
    assert one(text, quote).status == status


def test_status_and_period_follow_the_section() -> None:
    found = figures("新建产业园12个。", "新建产业园9个，培训群众不少于800人次。")
    assert [(f.status, f.period) for f in found] == [("actual", "2023"), ("target", "2024"), ("target", "2024")]


def test_a_date_after_the_reported_year_is_a_plan() -> None:
    assert [(f.status, f.period) for f in figures("下一步，2024年新增就业3000人以上。")] == [("target", "2024")]


@pytest.mark.parametrize(
    ("text", "quote", "period"),
    [
        ("截至11月底，全县共有监测对象312户。", "312户", "2023-11-30"),
        ("截至2023年底，全县共有监测对象312户；已消除风险187户。", "187户", "2023-12-31"),
        ("1-5月份，资助困难群众520人次。", "520人次", "2023-01/2023-05"),
        ("上半年，资助困难群众520人次。", "520人次", "2023-01/2023-06"),
        ("2021、2022两年共脱贫6000人。", "6000人", "2021/2022"),
        ("自来水普及率由2020年的82%提高到95.2%。", "82%", "2020"),
        ("自来水普及率由2020年的82%提高到95.2%。", "95.2%", "2023"),
        ("贫困发生率由3.9%降至0.8%。", "3.9%", "2022"),
        ("财政收入9.2亿元，上年的8.1亿元已全部入库。", "8.1亿元", "2022"),
        ("年末金融机构存款余额148亿元，比年初增加12亿元。", "148亿元", "2023-12-31"),
        ("年末金融机构存款余额148亿元，比年初增加12亿元。", "12亿元", "2023"),
        ("“十四五”时期，新建农村公路800公里。", "800公里", "2021/2025"),
        ("为2022年度考核优秀的36名网格员发放奖励，落实资金9万元。", "36名", "2022"),
        ("为2022年度考核优秀的36名网格员发放奖励，落实资金9万元。", "9万元", "2023"),
        ("资助学生7.1万人（截至12月底）。", "7.1万人", "2023-12-31"),
    ],
)
def test_period(text: str, quote: str, period: str) -> None:
    assert one(text, quote).period == period


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("监测对象已消除风险2776户、7388人。", ["监测对象已消除风险户数", "监测对象已消除风险人数"]),
        ("建设8个扶贫驿站、10个扶贫车间。", ["建设扶贫驿站数", "建设扶贫车间数"]),
        ("投入衔接资金8640万元，其中中央5000万元。", ["投入衔接资金", "衔接资金中央"]),
        ("衔接资金用于产业项目5356万元，占比62%。", ["衔接资金用于产业项目", "衔接资金用于产业项目占比"]),
        ("肉类、禽蛋、水产品产量分别达17吨、10吨、7吨。", ["肉类产量", "禽蛋产量", "水产品产量"]),
        ("公办、民办学校收入分别为3万元、2万元，增长4.6%、6.7%。",
         ["公办学校收入", "民办学校收入", "公办学校收入增长", "民办学校收入增长"]),
        ("城乡居民人均可支配收入分别增长5%、6.5%左右。", ["城镇居民人均可支配收入增长", "农村居民人均可支配收入增长"]),
        ("经济总量突破千亿元大关、达到1052亿元。", ["经济总量", "经济总量"]),
    ],
)
def test_subject(text: str, subjects: list[str]) -> None:
    assert [figure.subject for figure in figures(text)] == subjects


@pytest.mark.parametrize(
    "word",
    [
        "上半年", "下半年", "一季度", "第三季度", "前三季度", "首季", "今年", "本年度", "全年", "年内", "当年",
        "去年", "上年", "前一年", "明年", "来年", "年末", "年底", "期末", "岁末", "年底前", "截至目前", "截止今",
        "到目前为止", "迄今", "目前", "至今", "十四五", "“十四五”", "过去五年", "五年来", "这五年", "近五年来",
        "本届政府", "今后五年", "未来五年", "前两季度", "前三个季度", "二季度", "“十一五”", "十六五", "下半年末",
    ],
)
def test_each_time_word_is_seen_in_spite_of_the_short_cut_by_first_character(word: str) -> None:
    assert WORDS.match(word) is not None
    for text in (f"全县各项工作，{word}。", f"2023年{word}"):
        assert WORDS.search(text) is not None
        assert text.index(word) in [opening.start() for opening in WORD_AT.finditer(text)]


def test_a_bound_behind_a_list_holds_for_all_its_figures() -> None:
    found = figures("普通公路、农村公路优良率分别达到95%、90%、".replace("、90%、", "、90%以上。"))
    assert [figure.modifier for figure in found] == ["at_least", "at_least"]


def test_growth_over_several_years_claims_no_yearly_indicator() -> None:
    found = figures("“十四五”时期，地区生产总值增长33.6%。2023年，地区生产总值增长5.8%。")
    assert [(f.period, f.indicator) for f in found] == [("2021/2025", None), ("2023", "macro.gdp.growth")]


def test_a_traditional_text_keeps_its_own_characters_in_subjects() -> None:
    found = extractor.extract("雲嶺縣2016年工作總結\n\n2016年，全縣剩餘貧困戶6586戶。").figures
    assert found[0].unit == "户"
    assert "貧困戶" in found[0].subject


def test_an_announced_five_year_chapter_reads_levels_at_its_end() -> None:
    text = "2026年云岭省政府工作报告\n2026年1月20日\n\n“十四五”时期工作回顾\n\n{}\n".format(
        "全省生产总值达到1.36万亿元，累计新增就业120万人。\n刚刚过去的2025年，生产总值增长5.8%。"
    )
    found = {f.quote: f.period for f in extractor.extract(text).figures}
    assert found == {"1.36万亿元": "2025", "120万人": "2021/2025", "5.8%": "2025"}


def test_the_year_of_a_report_that_names_none_is_not_the_one_it_compares_with() -> None:
    text = (
        "各位代表：\n\n一、过去五年工作回顾\n\n"
        "公路里程由2007年的1230公里增加到2012年的1760公里，其中高速公路由47公里增加到252公里。"
        "财政收入从2007年的8.6亿元增加到2012年的18.9亿元。用于“两个确保”的资金1.7亿元。2007年以来改造校舍31所。\n"
    )
    found = {figure.quote: (figure.period, figure.status) for figure in extractor.extract(text).figures}
    assert found["1230公里"] == ("2007", "actual")
    assert found["1760公里"] == ("2012", "actual")
    assert found["47公里"] == ("2007", "actual")
    assert found["252公里"] == ("2012", "actual")
    assert found["18.9亿元"] == ("2012", "actual")
    assert found["1.7亿元"][1] == "actual"


def test_what_officials_do_to_a_county_is_no_place() -> None:
    text = "第六章 民政\n\n" + "认真落实县委县政府决策部署，全县办敬老院22所。\n\n" * 3
    assert extractor.extract(text).place is None
    named = text.replace("认真落实县委县政府决策部署", "云岭县推进养老服务")
    assert extractor.extract(named).place == "云岭县"
