"""Arithmetic checks: what holds is confirmed, what cannot be is flagged, what may be is left alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import extract
from extractor.checks.arith import share_holds
from extractor.checks.slips import POINT, slips
from extractor.checks.splits import splits

HEAD = "白水坝县2023年工作总结\n发布时间:2024-01-15\n"


def flags(text: str) -> dict[str, set[str]]:
    """Quotes by code of the arithmetic flags."""
    found: dict[str, set[str]] = {}
    for figure in extract(HEAD + text).figures:
        for flag in figure.flags:
            found.setdefault(flag.code, set()).add(figure.quote)
    return found


def confirmed(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for figure in extract(HEAD + text).figures:
        for code in figure.confirmed:
            found.setdefault(code, set()).add(figure.quote)
    return found


@pytest.mark.parametrize(
    ("text", "code", "quotes"),
    [
        ("全县投入衔接资金2400万元,其中用于产业1440万元,占比52%。", "share_mismatch", {"2400万元", "1440万元", "52%"}),
        (
            "采购支出预算190.5万元,支出决算126.2万元,完成预算的56.2%。",
            "share_mismatch",
            {"190.5万元", "126.2万元", "56.2%"},
        ),
        (
            "投入资金1500万元(中央700万元、省级400万元、市级250万元、县级180万元)。",
            "sum_mismatch",
            {"1500万元", "700万元", "400万元", "250万元", "180万元"},
        ),
        ("务工人员6350人,其中省外4120人、省内2320人。", "sum_mismatch", {"6350人", "4120人", "2320人"}),
        (
            "现有经营性资产412个,已建立联农机制397个,仍有65个未建立联农机制。",
            "sum_mismatch",
            {"412个", "397个", "65个"},
        ),
        ("差旅费支出8.42万元,比上年6.18万元增加2.42万元。", "growth_mismatch", {"8.42万元", "6.18万元", "2.42万元"}),
        ("村集体经济收入由8000万元增加到9200万元,增长18%。", "growth_mismatch", {"8000万元", "9200万元", "18%"}),
        ("带动1200人增收360万元,人均增收5200元。", "average_mismatch", {"1200人", "360万元", "5200元"}),
        ("完成改造85户,其中脱贫户97户。", "order_violation", {"97户"}),
        (
            "全县纳入监测对象1286户。已消除风险874户,风险未消除421户。",  # two sentences, one transposition: 412
            "sum_mismatch",
            {"1286户", "874户", "421户"},
        ),
        (
            "农业支出328.47万元。(其中林业55.36万元、水利21万元、村级支出306.11万元)",  # 382.47: exact but for the slip
            "sum_mismatch",
            {"328.47万元", "55.36万元", "21万元", "306.11万元"},
        ),
        (
            "三公经费支出86724元,其中接待费452元,车辆维护费86299元,比上年7.3万元增加1.37万元。",
            "sum_mismatch",
            {"86724元", "452元", "86299元"},
        ),
        (
            "消除风险对象215户612人,其中不稳定户110户310人、易致贫户89户285人、其他困难户61户17人。",
            "sum_mismatch",
            {"215户", "110户", "89户", "61户"},  # the persons add up, so the households have to
        ),
        ("达标的村23个,占行政村总数140个的61.4%。", "share_mismatch", {"23个", "140个", "61.4%"}),
        ("登记失业12.6万人,其中登记一年以上13.5万人。", "order_violation", {"13.5万人"}),
        ("新增就业3.26万人,完成年度目标2.8万人的161.4%。", "share_mismatch", {"3.26万人", "2.8万人", "161.4%"}),
        (
            "投入衔接资金8.4亿元,其中中央5.2亿元、省级3.2亿元;用于产业4.2亿元,占52.6%。",
            "share_mismatch",
            {"4.2亿元", "52.6%"},
        ),
        ("完成危房改造186户,拨付资金372万元,户均2000元。", "average_mismatch", {"186户", "372万元", "2000元"}),
        ("全镇12个行政村,集体收入384万元,村均38万元。", "average_mismatch", {"12个", "384万元", "38万元"}),
    ],
)
def test_contradictions_flag_their_members(text: str, code: str, quotes: set[str]) -> None:
    assert flags(text).get(code) == quotes


@pytest.mark.parametrize(
    ("text", "code", "quotes"),
    [
        ("全县投入衔接资金2400万元,其中用于产业1440万元,占比60%。", "share_holds", {"2400万元", "1440万元", "60%"}),
        (
            "投入资金1500万元(中央700万元、省级400万元、市级250万元、县级150万元)。",
            "sum_holds",
            {"1500万元", "700万元", "400万元", "250万元", "150万元"},
        ),
        ("发放补贴2317人、115.85万元,人均500元。", "average_holds", {"2317人", "115.85万元", "500元"}),
        ("差旅费支出8.42万元,比上年6.18万元增加2.24万元。", "growth_holds", {"8.42万元", "6.18万元", "2.24万元"}),
        ("务工12.41万人,比上年增加0.56万人,增长4.7%。", "growth_holds", {"12.41万人", "0.56万人", "4.7%"}),
        (
            "监测对象1286户4012人,其中已消除风险874户2701人,风险未消除412户1311人。",
            "sum_holds",
            {"1286户", "4012人", "874户", "2701人", "412户", "1311人"},
        ),
    ],
)
def test_what_holds_is_confirmed(text: str, code: str, quotes: set[str]) -> None:
    assert confirmed(text).get(code) == quotes
    assert flags(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "投入资金2400万元,其中用于产业1440万元、教育300万元。",  # a part of the parts
        "安置退役军人752人,安置率98%。",
        "接收退役军人4876人,安置752人,安置率98%。",  # the rate's base is not printed
        "地区生产总值1369.7亿元,比上年1298.4亿元增长5.8%。",  # at constant prices
        "衔接资金支出3172.4万元,进度为53.5%,其中:中央资金支出1397.9万元,进度为61.1%;省级支出903.5万元,进度为66.0%。",
        "改造公厕902座、旅游厕所352座,卫生厕所普及率达77.8%。",
        "现有企业20家,已投产15家,还有3家在建。",
        "务工人数64520人,比上年增加3510人,其中跨省务工40200人。",
        "监测对象559户,其中因病210户、因残180户、因学40户。",
        "全县脱贫人口26753人,占农村人口的7.2%。",
        "收入约3000万元,其中一期1200万元、二期1900万元。",
        "培训3期,共计420人次,人均补贴800元。",
        "新增贷款52.6亿元,其中涉农贷款28.9亿元、小微企业贷款31.2亿元。",  # kinds that cut across each other
        "新增铁路639公里、其中高铁370公里,新增公路2600公里、硬化村道3660公里。",  # the enumeration goes on
        "新增学位2300个,其中小学1200个,新增床位4100个。",
        "收入10万元的村86个,其中50万元以上的村12个。",
        "社会捐助物资216万元。职工捐款21万元。",
        "新增就业3.26万人,完成年度目标2.8万人的116.4%。",
        "完成危房改造186户,拨付资金372万元,户均2万元。",
        "全镇12个企业,村集体收入384万元,村均38万元。",  # the twelve are no villages
    ],
)
def test_what_may_be_true_is_left_alone(text: str) -> None:
    assert flags(text) == {}


def test_the_confirmed_member_is_named_and_not_suspected() -> None:
    text = "安排衔接资金5900万元,用于产业发展4300万元,占比71.72%。截至11月底,衔接资金支出3186万元,进度为54%。"
    result = extract(HEAD + text)
    by_quote = {figure.quote: figure for figure in result.figures}
    assert "share_holds" in by_quote["5900万元"].confirmed
    assert not by_quote["5900万元"].flags
    flag = by_quote["4300万元"].flags[0]
    assert flag.confirmed == (by_quote["5900万元"].id,)
    assert set(flag.members) == {by_quote[quote].id for quote in ("5900万元", "4300万元", "71.72%")}


def test_the_slip_that_reconciles_is_proposed() -> None:
    result = extract(HEAD + "差旅费支出8.42万元,比上年6.18万元增加2.42万元。")
    flag = next(flag for figure in result.figures for flag in figure.flags)
    assert any("2.24万元" in change and "颠倒" in change for change in flag.rivals)


def test_a_count_is_never_reconciled_with_a_fraction() -> None:
    result = extract(HEAD + "改造186户,其中低保户62户、特困户24户、监测户31户、其他户96户。")
    changes = [change for figure in result.figures for flag in figure.flags for change in flag.rivals]
    assert changes
    assert changes[0].startswith("96户若为69户")
    assert not any("." in change for change in changes)


@settings(max_examples=200, deadline=None)
@given(part=st.integers(1, 10**6), rest=st.integers(0, 10**6), digits=st.integers(0, 3))
def test_a_rounded_share_always_holds(part: int, rest: int, digits: int) -> None:
    whole = part + rest
    percent = round(Decimal(part) * 100 / Decimal(whole), digits)
    assert share_holds(float(part), 0.5, float(whole), 0.5, float(percent), 0.5 / 10**digits)


@settings(max_examples=200, deadline=None)
@given(first=st.integers(1, 10**7), second=st.integers(1, 10**7), scale=st.sampled_from(["", "万", "亿"]))
def test_the_true_cut_is_among_the_splits(first: int, second: int, scale: str) -> None:
    good, _ = splits(f"{first}{second}{scale}")
    factor = {"": 1, "万": 10**4, "亿": 10**8}[scale]
    assert any(cut.first == first and cut.second == second * factor for cut in good)


@settings(max_examples=100, deadline=None)
@given(number=st.integers(10, 10**9))
def test_slips_differ_from_the_number_and_from_each_other(number: int) -> None:
    said = [candidate for _, _, candidate in slips(str(number))]
    assert str(number) not in said
    assert len(said) == len(set(said))
    assert all(candidate[0] != "0" or candidate[1:2] == "." for candidate in said)


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value=0, max_value=10**6, places=1), st.floats(0, 10**7), st.floats(0, 100))
def test_a_window_leaves_the_slips_within_it_and_their_ranks(number: Decimal, low: float, width: float) -> None:
    text = str(number).removesuffix(".0")
    every = slips(text)
    assert [rank for rank, _, _ in every] == list(range(len(every)))
    inside = {slip for slip in every if low <= float(slip[2]) <= low + width or slip[1].startswith(POINT)}
    found = slips(text, low, low + width)
    assert inside <= set(found) <= set(every)
    assert found == sorted(found)
    room = 1e-6 * float(text)  # floats are added up
    assert all(low - room <= float(slip[2]) <= low + width + room for slip in set(found) - inside)


def test_a_sentence_that_names_its_total_is_compared_with_that_one() -> None:
    text = (
        "云岭县2023年部门决算\n\n"
        "基本支出642.3万元，项目支出7715.8万元。基本支出包括人员经费568.2万元、公用经费{}万元。"
    )
    right = extract(text.format("74.1"))
    assert not [flag.code for figure in right.figures for flag in figure.flags]
    wrong = extract(text.format("47.1"))
    flagged = {figure.quote for figure in wrong.figures if any(flag.code == "sum_mismatch" for flag in figure.flags)}
    assert "7715.8万元" not in flagged
    assert "642.3万元" in flagged
