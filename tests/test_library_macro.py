"""The headline figures of provincial 政府工作报告: actual and target apart, several in one sentence, nothing invented.

Each report is fictional; beside it stands the table that a person would fill in by hand. The comparison is exact: a
quantity that the report does not state (industrial investment, growth per head, other places, several years together)
must leave its indicator empty.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from extractor import extract
from extractor.model import Extraction

TOPICS = ("macro.", "agriculture.", "environment.", "infrastructure.", "employment.")
Row = tuple[str, str, str]


def table(extraction: Extraction, *own: str) -> list[Row]:
    """(indicator, status, signed value) of the figures of the report's own place, in text order."""
    rows: list[Row] = []
    for figure in extraction.figures:
        if figure.indicator and figure.indicator.startswith(TOPICS) and figure.region in (None, extraction.place, *own):
            value = -figure.value if figure.direction == "down" else figure.value
            rows.append((figure.indicator, figure.status, str(value.normalize().to_eng_string())))
    return rows


def rows(text: str) -> list[Row]:
    """The table by hand: one row a line, the value with its printed 万 or 亿."""
    found: list[Row] = []
    for line in text.strip().splitlines():
        indicator, status, value = line.split()
        number = Decimal(value.rstrip("万亿"))
        number *= {"万": 10**4, "亿": 10**8}.get(value[-1], 1) * (10**4 if value.endswith("万亿") else 1)
        found.append((indicator, status, str(number.normalize().to_eng_string())))
    return found


COASTAL = """政府工作报告
——2024年1月23日在云海省第十四届人民代表大会第二次会议上

一、2023年工作回顾
2023年，全省生产总值8.26万亿元、比上年增长6.1%，一般公共预算收入8600亿元、增长7.2%，规上工业增加值增长6.3%，固定资产投资增长6.4%，\
社会消费品零售总额3.26万亿元、增长6.8%，进出口总额4.9万亿元、增长4.6%，其中出口3.57万亿元、增长3.9%；城镇新增就业115万人，\
城镇调查失业率5.1%；居民消费价格上涨0.3%。民间投资增长3.1%，高技术产业投资增长15.5%，制造业投资增长14.1%，工业投资增长11%。
人均地区生产总值达12.5万元，增长4.9%。全国GDP增长5.2%。研发经费支出占生产总值比重3.1%。
年末常住人口6627万人，比上年末增加50万人；常住人口城镇化率74.2%，户籍人口城镇化率56.1%。
第一产业增加值2332亿元，增长4.2%；第二产业增加值3.39万亿元，增长5.2%；第三产业增加值4.62万亿元，增长6.7%。
粮食播种面积1537.4万亩，总产量127.8亿斤。肉类总产量120万吨，水产品产量640万吨，禽蛋产量38万吨。
单位GDP能耗下降3.2%，设区城市PM2.5平均浓度27微克/立方米，空气质量优良天数比率93.1%，地表水断面优良水质比例97.6%，森林覆盖率61.3%。
年末金融机构本外币各项存款余额22.5万亿元，增长12%；各项贷款余额21.7万亿元，增长14%。普惠小微贷款余额2.1万亿元。
实际使用外资202.3亿美元。新增规上工业企业5000家，规上工业企业总数达5.6万家。
新建和改造提升高标准农田110万亩，累计建成高标准农田2200万亩。新改建农村公路2700公里，农村公路总里程达11万公里。
二、2024年工作安排
今年全省经济社会发展主要预期目标为：地区生产总值增长5.5%左右；城镇调查失业率控制在5.5%以内，城镇新增就业100万人以上；居民消费价格涨幅3%左右；\
居民收入与经济增长基本同步；规上工业增加值增长7%左右，固定资产投资增长6%左右，社会消费品零售总额增长6.5%；粮食产量125亿斤以上；单位GDP能耗降低3%左右。
"""
COASTAL_TABLE = """
macro.gdp.amount actual 8.26万亿
macro.gdp.growth actual 6.1
macro.budget_revenue.amount actual 8600亿
macro.budget_revenue.growth actual 7.2
macro.industrial_output.growth actual 6.3
macro.investment.growth actual 6.4
macro.retail.amount actual 3.26万亿
macro.retail.growth actual 6.8
macro.trade.amount actual 4.9万亿
employment.urban_new.persons actual 115万
employment.unemployment.surveyed_rate actual 5.1
macro.cpi.growth actual 0.3
macro.population.persons actual 6627万
macro.urbanisation.rate actual 74.2
macro.primary.amount actual 2332亿
macro.secondary.amount actual 3.39万亿
macro.tertiary.amount actual 4.62万亿
agriculture.grain.area actual 1537.4万
agriculture.grain.output actual 127.8亿
agriculture.meat.output actual 120万
agriculture.aquatic.output actual 640万
agriculture.eggs.output actual 38万
environment.energy_intensity.growth actual -3.2
environment.pm25.concentration actual 27
environment.good_air.rate actual 93.1
environment.forest.rate actual 61.3
macro.deposits.amount actual 22.5万亿
macro.loans.amount actual 21.7万亿
macro.fdi.amount actual 202.3亿
macro.enterprises_above_scale.count actual 5.6万
agriculture.farmland.area actual 110万
infrastructure.rural_roads.length actual 2700
macro.gdp.growth target 5.5
employment.unemployment.surveyed_rate target 5.5
employment.urban_new.persons target 100万
macro.cpi.growth target 3
macro.industrial_output.growth target 7
macro.investment.growth target 6
macro.retail.growth target 6.5
agriculture.grain.output target 125亿
environment.energy_intensity.growth target -3
"""

INLAND = """政府工作报告
——2025年1月15日在黔云省第十四届人民代表大会第三次会议上

一、2024年工作回顾
预计地区生产总值增长5.3%，总量达到2.27万亿元左右。规模以上工业增加值、固定资产投资、社会消费品零售总额分别增长8.6%、4.2%、4.1%。\
一般公共预算收入2170亿元、增长4.6%，其中税收收入1300亿元、增长1.2%。居民消费价格总水平上涨0.1%。
过去五年，全省地区生产总值年均增长7.9%，规模以上工业增加值年均增长8%。数字经济增长12%，民营经济增加值增长8.4%。
扣除房地产开发投资后，民间固定资产投资增长2.7%。规上工业利润增长12%。工业对经济增长的贡献率达38%。城乡居民收入比缩小到2.49:1。
民生支出占一般公共预算支出的65%。一般公共预算支出9718亿元，增长11.7%。财政总收入突破6000亿元。
二、2025年工作安排
2025年经济社会发展的主要预期目标是：地区生产总值增长5.5%左右，居民消费价格涨幅2%左右，城镇新增就业35万人以上，城乡居民收入增长与经济增长同步，\
固定资产投资增长3%、其中工业投资增长10%以上，社会消费品零售总额增长5%以上，外贸进出口总额增长6%以上，森林覆盖率、空气质量优良天数比率分别稳定在63%、95%以上。
"""
INLAND_TABLE = """
macro.gdp.growth actual 5.3
macro.gdp.amount actual 2.27万亿
macro.industrial_output.growth actual 8.6
macro.investment.growth actual 4.2
macro.retail.growth actual 4.1
macro.budget_revenue.amount actual 2170亿
macro.budget_revenue.growth actual 4.6
macro.cpi.growth actual 0.1
macro.budget_expenditure.amount actual 9718亿
macro.gdp.growth target 5.5
macro.cpi.growth target 2
employment.urban_new.persons target 35万
macro.investment.growth target 3
macro.retail.growth target 5
environment.forest.rate target 63
environment.good_air.rate target 95
"""


@pytest.mark.parametrize(("text", "expected"), [(COASTAL, COASTAL_TABLE), (INLAND, INLAND_TABLE)],
                         ids=["coastal", "inland"])
def test_the_table_of_a_provincial_report(text: str, expected: str) -> None:
    assert table(extract(text)) == rows(expected)


def test_years_of_actual_and_target_are_apart() -> None:
    figures = [f for f in extract(COASTAL).figures if f.indicator == "macro.gdp.growth"]
    assert [(f.status, f.period) for f in figures] == [("actual", "2023"), ("target", "2024")]


def test_figures_of_the_whole_country_fill_no_cell() -> None:
    found = extract("全省经济平稳运行。全国GDP增长5.2%，全国居民消费价格上涨0.2%，全国粮食产量1.39万亿斤。").figures
    assert len(found) == 3
    assert [f.indicator for f in found] == [None, None, None]


@pytest.mark.parametrize("text", [
    "人均地区生产总值达12.5万元，增长4.9%。",
    "民营经济增加值增长8.4%，数字经济核心产业增加值增长10.2%。",
    "工业投资增长11%，技改投资增长9.1%，房地产开发投资下降8.2%。",
    "限额以上消费品零售额增长8.1%，网上零售额增长14%。",
    "五年来，固定资产投资年均增长9.2%，社会消费品零售总额年均增长8.8%。",
    "跨境电商进出口额126亿元，服务贸易进出口总额86亿元。",
    "非农业人口8.2万人，农业转移人口6万人。",
    "税收收入占一般公共预算收入的比重达72%。",
    "工业生产者出厂价格下降2.1%，食品价格上涨3.3%。",
    "普惠小微贷款余额126亿元，住户存款余额86亿元。",
    "夏粮总产86万吨，玉米产量126万吨，猪肉产量12万吨。",
    "单位工业增加值能耗下降4.6%，地表水优良水体比例98.1%。",
    "农村公路养护里程1260公里，农村公路总里程达6800公里。",
])
def test_near_misses_claim_nothing(text: str) -> None:
    extraction = extract(text)
    assert extraction.figures
    assert table(extraction) == []
