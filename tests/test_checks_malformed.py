"""Malformed numbers: found, read, and left alone where they are well-formed. All places and numbers are made up."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from extractor import extract
from extractor.model import MALFORMED_CODES

HEAD = "白水坝县乡村振兴局2023年工作总结\n发布时间:2024-01-15\n"


def readings(text: str) -> list[tuple[str, str, str]]:
    """(code, value, unit) of every repaired quantity of a text."""
    result = extract(HEAD + text)
    return [
        (figure.flags[0].code, format(part.value.normalize(), "f"), part.unit)
        for figure in result.figures
        for part in figure.repair
    ]


def malformed(text: str) -> list[str]:
    result = extract(HEAD + text)
    return [figure.quote for figure in result.figures if {flag.code for flag in figure.flags} & MALFORMED_CODES]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "全县现有脱贫户41739862人,监测对象5131407人。",
            [("glued", "4173", "户"), ("glued", "9862", "人"), ("glued", "513", "户"), ("glued", "1407", "人")],
        ),
        (
            "全县参加农村产业合作社的村民1.8万人,其中监测户4121086人。",
            [("glued", "412", "户"), ("glued", "1086", "人")],
        ),
        ("全县脱贫人口小额信贷余额8213796.5万元。", [("glued", "821", "户"), ("glued", "37965000", "元")]),
        ("全县共保障农村低保对象1.9万4.31万人。", [("missing_unit", "19000", "户")]),
        ("全县防贫保总参保户数486211027。", [("glued", "4862", "户"), ("glued", "11027", "人")]),
    ],
)
def test_two_numbers_run_together(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert readings(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("城乡居民医保筹资标准提高到1020/人。", ("1020", "元/人")),
        ("城市低保标准提高到775//月。", ("775", "元/人/月")),
        ("农村低保标准提高到615元//月。", ("615", "元/人/月")),
        ("全年培训农民9120/次。", ("9120", "人次")),
        ("临时救助补助标准为850/次。", ("850", "元/次")),
        ("选聘基层网格员846,实现全覆盖。", ("846", "人")),
    ],
)
def test_a_lost_unit_is_supplied(text: str, expected: tuple[str, str]) -> None:
    assert readings("全县" + text) == [("missing_unit", *expected)]


def test_the_same_noun_elsewhere_supplies_the_measure() -> None:
    text = "建设供水工程18,受益人口2.3万人。问题:18处供水工程中有3处管护不到位。"
    assert readings(text) == [("missing_unit", "18", "处")]
    assert readings("建设供水工程18,受益人口2.3万人。") == []


def test_a_damaged_part_does_not_speak_against_its_whole() -> None:
    text = "全县发放小额信贷6583120.5万元,带动658户发展产业。其中新增2121034万元。"
    assert readings(text)[:2] == [("glued", "658", "户"), ("glued", "31205000", "元")]


def test_a_year_in_front_of_a_count() -> None:
    text = "截至20239月底,全县监测对象1926户。为2023412户新识别监测对象安排了联系人。"
    assert readings(text) == [("glued_date", "412", "户")]


def test_a_share_proves_the_cut_that_nothing_else_would_show() -> None:
    result = extract(HEAD + "全县跨省务工的脱贫人口为1860人,交通补贴共发放1236.15万元,发放率6.61%。")
    figure = next(figure for figure in result.figures if figure.repair)
    assert [(part.value, part.unit) for part in figure.repair] == [(123, "人"), (61500, "元")]
    assert "123/1860" in figure.flags[0].evidence
    assert figure.repair[0].rule == "share"


def test_a_share_proves_that_the_front_belongs_to_another_number() -> None:
    text = "认领3大类1632个具体问题,制定整改措施84条,已完成整改24条,整改进度为75%。"
    assert readings(text) == [("glued", "32", "个")]


def test_a_repetition_elsewhere_proves_the_cut() -> None:
    text = "全县扶贫项目资产5123.42亿元(经营性资产共2861.84亿元)。存在的问题:现有经营性资产286个,管护不到位。"
    result = extract(HEAD + text)
    found = {
        figure.quote: [(part.value, part.unit) for part in figure.repair] for figure in result.figures if figure.repair
    }
    assert found["2861.84亿元"] == [(286, "个"), (Decimal("184000000"), "元")]
    assert found["5123.42亿元"] == [(512, "个"), (Decimal("342000000"), "元")]


def test_the_text_and_the_printed_value_stay() -> None:
    text = HEAD + "全县现有脱贫户41739862人。"
    figure = next(figure for figure in extract(text).figures if figure.repair)
    assert figure.value == 41739862
    assert text[figure.start : figure.end] == figure.quote == "41739862人"
    assert figure.flags[0].rivals
    assert figure.flags[0].members == (figure.id,)


def test_several_readings_are_ranked_and_none_is_chosen() -> None:
    result = extract(HEAD + "全县学生资助资金1024861235.5万元。")
    figure = next(figure for figure in result.figures if figure.quote.startswith("1024"))
    assert figure.flags
    if not figure.repair:
        assert len(figure.flags[0].rivals) > 1


@pytest.mark.parametrize(
    "text",
    [
        "全县现有脱贫户8214户、26753人,监测对象1286户4012人,其中已消除风险874户2701人。",
        "突发严重困难户3429人全部纳入帮扶。",
        "投入资金12480万元,其中中央5620万元、省级3910万元、市级1150万元、县级1800万元。",
        "户籍人口64.3万人,常住人口51.2万人。",
        "全县地区生产总值312.6亿元,粮食总产量41.5万吨。",
        "医保筹资标准为1020元/人,低保标准775元/人/月,培训9120人/次。",
        "2023年9月23日举办活动,2021、2022年连续两年获奖,截至9月30日完成。",
        "完成全年任务的105.7%,税收增长318%,完成率125%。",
        "选聘网格员846人,产假延长到158天,100日攻坚行动顺利收官。",
    ],
)
def test_well_formed_numbers_are_left_alone(text: str) -> None:
    assert malformed("全县" + text) == []


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023923日举办丰收节。", "2023-09-23"),
        ("202311月召开会议。", "2023-11"),
        ("2023年1015日召开会议。", "2023-10-15"),
        ("截至815日,支出资金312万元。", "2023-08-15"),
        ("20231-5月支出资金312万元。", "2023-01/2023-05"),
    ],
)
def test_damaged_dates_stand_in_the_ledger(text: str, iso: str) -> None:
    result = extract("白水坝县2023年工作总结\n发布时间:2023-12-29\n" + text)
    entries = [entry for entry in result.ledger if entry.flags and entry.disposition == "date"]
    assert [entry.repair for entry in entries] == [iso]
    assert entries[0].flags[0].code == "glued_date"
    assert not any(entries[0].start < figure.end and figure.start < entries[0].end for figure in result.figures)


def test_a_date_with_two_readings_is_not_chosen() -> None:
    result = extract("白水坝县2023年工作总结\n发布时间:2023-12-29\n截至111日,支出资金312万元。")
    entry = next(entry for entry in result.ledger if entry.flags)
    assert entry.repair == ""
    assert set(entry.flags[0].rivals) == {"1月11日", "11月1日"}


def test_a_rate_above_all_of_it_is_implausible() -> None:
    result = extract(HEAD + "农村自来水普及率达967%。")
    assert [flag.code for figure in result.figures for flag in figure.flags] == ["implausible"]


def test_many_damages_end_in_seconds() -> None:
    glued = "".join(f"第{index}片区脱贫户{1200 + index}{3100 + 2 * index}人,占比61.3%。" for index in range(500))
    plain = "".join(f"其中项目{index}投入资金{index * 3 + 7}万元、惠及{index + 11}户。" for index in range(1000))
    started = time.process_time()
    result = extract(HEAD + glued + plain)
    assert len(result.figures) > 2000
    assert time.process_time() - started < 8


def test_the_search_is_linear_in_the_number_of_glued_figures() -> None:
    def seconds(count: int) -> float:
        text = HEAD + "".join(f"脱贫户{2200 + index}{6100 + index}人。" for index in range(count))
        started = time.process_time()
        extract(text)
        return time.process_time() - started

    seconds(50)
    assert seconds(1200) < 14 * max(seconds(200), 0.01)


def test_a_numeral_of_two_parts_misses_no_measure() -> None:
    figures = extract("全县投入资金3亿5000万元。").figures
    assert [(figure.quote, figure.flags) for figure in figures] == [("3亿5000万元", ())]
