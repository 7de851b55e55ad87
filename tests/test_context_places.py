"""Places: identity of divisions through the years, the place of a document, the region of a figure."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.context.document_place import credit_code_valid
from extractor.context.gazetteer import Gazetteer, place_info, read_table, table_path
from extractor.context.place_mentions import unwrap
from extractor.context.places import DocumentPlaces, PlaceFinder
from extractor.errors import PatternError
from extractor.model import Document
from extractor.reading.fold import fold
from extractor.reading.layout import read_layout

GAZETTEER = Gazetteer.load()
FINDER = PlaceFinder(GAZETTEER)
NUMBER = re.compile(r"(?<![\d.])\d[\d.]*[万亿]*[元户人个亩吨座套名支项%]?(?:元|亩|人|头)?")


def read(title: str, body: str = "", **known: str) -> DocumentPlaces:
    text = f"{title}\n\n{body}"
    document = Document(id="t", text=text, title=title or None, **known)  # type: ignore[arg-type]
    return FINDER.find(document, fold(text))


def regions(title: str, body: str, **known: str) -> dict[str, str | None]:
    """Printed number -> region, for the numbers of ``body``."""
    text = f"{title}\n\n{body}"
    view = fold(text)
    document = Document(id="t", text=text, title=title or None, **known)  # type: ignore[arg-type]
    places = FINDER.find(document, view)
    layout = read_layout(view)
    found: dict[str, str | None] = {}
    for match in NUMBER.finditer(view, len(title)):
        start = match.start()
        found[match[0]] = places.region(start, layout.clause(start)[0], layout.sentence(start)[0]).name
    return found


# -- divisions through the years ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "year", "code", "name"),
    [
        # 无为: county of Chaohu, of Wuhu since 2011, a city since 2019.
        ("340281", 2005, "341422", "无为县"),
        ("340281", 2018, "340225", "无为县"),
        ("340281", 2019, "340281", "无为市"),
        ("340281", 2030, "340281", "无为市"),
        # 芜湖县 became 湾沚区, 繁昌县 became 繁昌区, both 2020.
        ("340210", 2019, "340221", "芜湖县"),
        ("340210", 2020, "340210", "湾沚区"),
        ("340212", 2019, "340222", "繁昌县"),
        ("340212", 2020, "340212", "繁昌区"),
        # 弋江区 took 三山区 over in 2020 and got a new code.
        ("340209", 2019, "340203", "弋江区"),
        ("340209", 2020, "340209", "弋江区"),
        ("340208-2019", 2019, "340208", "三山区"),
        # Cities of the county level that became districts of the new prefecture of their name.
        ("341802", 1999, "342501", "宣城市"),
        ("341802", 2000, "341802", "宣州区"),
        ("140902", 1999, "142201", "忻州市"),
        # Renamed: 襄阳区 -> 襄州区 2010, 波阳县 -> 鄱阳县 2003, 思茅 of Yunnan.
        ("420607", 2009, "420607", "襄阳区"),
        ("420607", 2010, "420607", "襄州区"),
        ("361128", 2002, "361128", "波阳县"),
        ("530802", 2007, "530802", "思茅区"),
        # The code of an abolished district goes to another one: 万盛区 500110 until 2010, then 綦江区.
        ("500110", 2010, "500222", "綦江县"),
        ("500110", 2011, "500110", "綦江区"),
        ("500110-2010", 2010, "500110", "万盛区"),
        # Prefectures: 襄樊 -> 襄阳 2010, 巢湖 abolished 2011, 思茅地区 -> 普洱.
        ("420600", 2009, "420600", "襄樊市"),
        ("420600", 2010, "420600", "襄阳市"),
    ],
)
def test_divisions_keep_their_identity(identity: str, year: int, code: str, name: str) -> None:
    place = GAZETTEER.at(identity, year)
    assert place is not None
    assert (place.code, place.name, place.id) == (code, name, identity)


@pytest.mark.parametrize(
    ("ended", "taker"),
    [("340208-2019", "340209"), ("110103-2009", "110101"), ("500110-2010", "500110"), ("130603-2014", "130606"),
     ("320802-2015", "320812"), ("310119-2008", "310115"), ("440104", "")],
)
def test_merged_divisions_name_their_successor(ended: str, taker: str) -> None:
    last = GAZETTEER.states[ended][-1]
    assert last.successor == taker


def test_one_division_one_state_a_year() -> None:
    for identity, states in GAZETTEER.states.items():
        for before, after in pairwise(states):
            assert before.last_year is not None
            assert before.last_year < after.first_year, identity
        assert len({state.level for state in states}) == 1, identity


def test_one_code_one_division_in_every_year() -> None:
    for code, states in GAZETTEER.by_code.items():
        for year in (1985, 1995, 2005, 2015, 2024):
            assert len({state.id for state in states if state.valid(year)}) <= 1, (code, year)


def test_every_parent_is_known() -> None:
    for states in GAZETTEER.states.values():
        for place in states:
            assert (place.parent == "") == (place.level == "province")
            assert place.parent == "" or place.parent in GAZETTEER.states


def test_county_counts_of_the_yearbooks() -> None:
    # 中国统计年鉴, end of 2020, without Taiwan, Hong Kong and Macao: 2,844 county-level divisions, 333 prefectures.
    valid = [state.level for states in GAZETTEER.states.values() for state in states if state.valid(2020)]
    assert abs(valid.count("county") - 2844) <= 5
    assert valid.count("prefecture") == 333


@pytest.mark.parametrize(
    ("name", "year", "within", "code"),
    [
        ("无为县", 2015, None, "340225"),
        ("无为", 2022, None, "340281"),
        ("鼓楼区", 2020, None, None),
        ("鼓楼区", 2020, "320300", "320302"),
        ("朝阳", 2020, None, "211300"),
        ("朝阳区", 2020, "110000", "110105"),
        ("吉林", 2020, None, "220000"),
        ("恩施州", 2020, None, "422800"),
        ("长阳县", 2020, None, "420528"),
        ("安徽省芜湖市无为县", 2015, None, "340225"),
        ("340225", 2015, None, "340225"),
        ("全国", 2015, None, "000000"),
        ("云岭县", 2020, None, None),
        ("", 2020, None, None),
    ],
)
def test_resolve(name: str, year: int, within: str | None, code: str | None) -> None:
    place = GAZETTEER.resolve(name, year, within)
    assert (place.code if place else None) == code


def test_place_info() -> None:
    assert place_info("无为县", 2015) == {
        "id": "340281", "code": "340225", "name": "无为县", "full_name": "安徽省芜湖市无为县", "level": "county",
        "parent_name": "芜湖市", "parent_code": "340200",
    }
    assert place_info("济源市", 2020) == place_info("419001", 2020)
    assert (place_info("济源市", 2020) or {})["parent_name"] == "河南省"
    assert place_info("云岭县", 2020) is None


def test_table_is_small_and_loads_fast() -> None:
    path = table_path()
    assert path.stat().st_size < 700_000
    best = min(_seconds(path) for _ in range(5))
    assert best < 0.2, f"{best:.3f} s"


def _seconds(path: Path) -> float:
    start = time.perf_counter()
    Gazetteer(read_table(path))
    return time.perf_counter() - start


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b\n", "wrong columns"), ("{}\n1,2,3\n", "not a division"), ("{}\n1,1,甲县,甲,village,,1980,,\n", "village")],
)
def test_broken_table(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "divisions.csv"
    path.write_text(text.replace("{}", "id,code,name,short,level,parent,first,last,successor"), encoding="utf-8")
    with pytest.raises(PatternError, match=message):
        Gazetteer.load(path)
    with pytest.raises(PatternError, match="cannot be read"):
        Gazetteer.load(tmp_path / "none.csv")


# -- the place of a document -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body", "name", "code"),
    [
        ("芜湖市2021年农村工作总结", "我市工作有力。", "芜湖市", "340200"),
        ("2019年甘肃省政府工作报告", "全省上下齐心。兰州市先行。", "甘肃省", "620000"),
        ("政府工作报告——2019年1月9日在安徽省芜湖市第十六届人民代表大会上", "我市生产总值增长。", "芜湖市", "340200"),
        ("宜昌市秭归县2022年工作要点", "全县种植柑橘。", "秭归县", "420527"),
        ("恩施州2020年工作总结", "全州上下。", "恩施州", "422800"),
        ("景县2019年总结", "全县脱贫。", "景县", "131127"),
        ("云岭县2023年乡村振兴工作总结", "全县上下。", "云岭县", None),
        ("关于白石镇2017年度财政预算执行情况的报告", "全镇收入。", "白石镇", None),
        ("平潭县白石镇2011年工作总结", "全镇收入。", "白石镇", "350128"),
        ("云岭市就业帮扶情况通报", "全市务工。", "云岭市", None),
        ("政府工作报告", "现在，我代表国务院，向大会报告工作。", "全国", "000000"),
        ("全国农村工作综述", "各地推进。", "全国", "000000"),
        ("新疆生产建设兵团2020年统计公报", "兵团生产总值增长。", "新疆生产建设兵团", None),
        ("某市工作情况", "全市推进。", None, None),
        ("巩固成果硕果累累", "我县干部赴岳西县挂职，拨付岳西县帮扶资金，支持岳西县发展。全县推进。", None, None),
        ("全面推进乡村振兴综述", "全县推进。", None, None),
    ],
)
def test_document_place(title: str, body: str, name: str | None, code: str | None) -> None:
    places = read(title, body)
    assert (places.place, places.code) == (name, code)


def test_document_place_from_publisher_and_site() -> None:
    assert read("2021年工作总结", "全县推进。", publisher="秭归县乡村振兴局").code == "420527"
    assert read("秋收时节好风光", "来源: 秭归县人民政府网\n\n全县推进。").place == "秭归县"
    # The short name in the site's name, the full one once in the text.
    assert read("十大亮点", "来源:商洛之窗 - 商洛日报\n\n商洛市推进工作，全市上下齐心。").code == "611000"


def test_document_place_from_the_body() -> None:
    body = "1998年，东明县实施最低生活保障制度，成立救助基地，受到群众普遍欢迎，各项工作走在前列。全县推进。"
    assert read("第二章 社会保障", body).code == "372930"


def test_ambiguous_district_is_told_by_its_city() -> None:
    assert read("鼓楼区2021年政府工作报告", "全区推进。").code is None
    assert read("鼓楼区2021年政府工作报告", "全区推进。", publisher="徐州市鼓楼区人民政府").code == "320302"


def test_supplied_place_wins() -> None:
    assert read("芜湖市2021年工作总结", "我市推进。", place="无为市").code == "340281"
    assert read("芜湖市2021年工作总结", "我市推进。", place="云岭县").place == "云岭县"
    assert read("工作总结", "推进。", place="340225", period="2015").place == "无为县"


def test_code_is_that_of_the_year() -> None:
    assert read("无为县2012年工作总结", "全县推进。").code == "340225"
    assert read("无为市2021年工作总结", "全市推进。").code == "340281"


def test_publisher_code_needs_its_check_character() -> None:
    good = "11341722796400746W"
    assert credit_code_valid(good)
    assert not credit_code_valid(good[:-1] + "X")
    assert not credit_code_valid(good[:-1] + "I")
    assert not credit_code_valid("")
    body = "索引号: {}/202307-00007\n\n我县推进工作，全县上下齐心。"
    places = read("县乡村振兴局上半年工作情况", body.format(good))
    assert places.document is not None
    assert (places.code, places.document.rule) == ("341722", "credit_code")
    assert read("县乡村振兴局上半年工作情况", body.format(good[:-1] + "X")).place is None
    # The document speaks of 我市: the code of a county says nothing about it.
    assert read("市局上半年工作情况", body.format(good).replace("县", "市")).place is None


# -- the region of a figure --------------------------------------------------------------------------------------


def test_direct_list_after_total() -> None:
    body = "2016年我市实现30500贫困人口脱贫，其中无为县23100人、南陵县7400人，35个贫困村出列。"
    found = regions("芜湖市2016年扶贫工作总结", body)
    assert found["23100人"] == "无为县"
    assert found["7400人"] == "南陵县"
    assert found["30500"] == "芜湖市"
    assert found["35个"] == "芜湖市"


def test_subject_and_what_it_carries() -> None:
    body = (
        "无为市投入3200万元，建设厂房5座，带动210户，同比增长7%。全市脱贫人口5.2万人。"
        "南陵县、繁昌区获评先进，湾沚区连续3项获奖。"
    )
    found = regions("芜湖市2022年工作总结", body)
    assert found == {
        "3200万元": "无为市", "5座": "无为市", "210户": "无为市", "7%": "无为市", "5.2万人": "芜湖市", "3项": "湾沚区",
    }


def test_rates_follow_their_place_but_new_subjects_do_not() -> None:
    body = "其中：无为市2.1万人，占40%；南陵县1.3万人，完成率98%，全市培训5300人。占全市的20%。其余三县合计410户。"
    found = regions("芜湖市2022年工作总结", body)
    assert found["2.1万人"] == found["40%"] == "无为市"
    assert found["1.3万人"] == found["98%"] == "南陵县"
    assert found["5300人"] == found["20%"] == found["410户"] == "芜湖市"


def test_rest_of_a_list_is_not_the_last_place() -> None:
    found = regions("芜湖市2022年工作总结", "其中无为市5100户、南陵县4300户、其余三县合计5090户。")
    assert found == {"5100户": "无为市", "4300户": "南陵县", "5090户": "芜湖市"}


def test_partners_origins_and_organisations() -> None:
    body = (
        "足额拨付岳西县帮扶资金1515万元。选派干部赴岳西县挂职2名。驻无为市工作队21支。无为市委选派干部30名。"
        "印发《南陵县工作方案》，细化任务15项。引进南京企业7个。安徽省下达资金5300万元。在芜湖市慈善总会账户收到捐款410万元。"
    )
    found = regions("芜湖市2022年工作总结", body)
    assert set(found.values()) == {"芜湖市"}


def test_scopes_above_the_document() -> None:
    body = (
        "截至一季度末，全省小额信贷率16.5%，我县小额信贷率15%。高于全省平均水平1.2%。位居全省第3。占全国的4%。"
        "全国粮食产量13900亿元。全省优秀项目获评6个。全市产值310亿元。"
    )
    found = regions("秭归县2022年工作总结", body)
    assert found["16.5%"] == "湖北省"
    assert found["15%"] == found["1.2%"] == found["4%"] == found["6个"] == "秭归县"
    assert found["13900亿元"] == "全国"
    assert found["310亿元"] == "宜昌市"


def test_scope_above_an_unknown_county() -> None:
    body = "我县推进工作。全省小额信贷率为16%。我县小额信贷率15%。"
    found = regions("上半年工作开展情况", "根据安徽省乡村振兴局文件。" + body)
    assert found == {"16%": "安徽省", "15%": None}
    assert regions("上半年工作开展情况", body) == {"16%": "全省", "15%": None}


def test_short_names_only_below_the_document() -> None:
    body = (
        "嘉峪关生产总值突破310亿元，增长6%。兰州新区增长11%。酒泉、张掖新能源装机4100万元。"
        "兰州至合作铁路通车180亩。南京投入7亿元。"
    )
    found = regions("甘肃省2022年政府工作报告", body)
    assert found["310亿元"] == found["6%"] == "嘉峪关市"
    assert found["11%"] == found["4100万元"] == found["180亩"] == found["7亿元"] == "甘肃省"


def test_ordinary_words_are_no_places() -> None:
    body = (
        "朝阳产业投资3亿元。和平安定投入5万元。平安建设投入7万元。东方美人茶9亩。新建厂房11座。"
        "郊区农户13户。开发区项目15项。"
    )
    assert set(regions("甘肃省2022年政府工作报告", body).values()) == {"甘肃省"}


def test_urban_area_is_no_district() -> None:
    assert set(regions("云岭市2022年环境公报", "城区日均清运垃圾612吨。郊区空气优良率97%。").values()) == {"云岭市"}
    # 长治市 had a district of that name until 2018.
    assert regions("长治市2012年统计公报", "城区300亿元。")["300亿元"] == "城区"


def test_year_in_chinese_digits() -> None:
    assert read("无为县二〇一二年工作总结", "全县推进。", issued="2020-01-05").code == "340225"


def test_places_in_turn() -> None:
    body = "南昌、赣州、九江分别增长4.2%、5.1%和3.9%。赣州市、九江市共投入8亿元。"
    found = regions("江西省2023年统计公报", body)
    assert found == {"4.2%": "南昌市", "5.1%": "赣州市", "3.9%": "九江市", "8亿元": "江西省"}


def test_towns_of_a_county() -> None:
    body = (
        "全县监测对象110户，其中白石镇50户、青山乡30户、临江街道40户。重点镇12个，脱贫村31个，返乡人员218人。"
        "白石镇种植柑橘3万亩。"
    )
    found = regions("云岭县2023年工作总结", body)
    assert found == {
        "110户": "云岭县", "50户": "白石镇", "30户": "青山乡", "40户": "临江街道", "12个": "云岭县", "31个": "云岭县",
        "218人": "云岭县", "3万亩": "白石镇",
    }


def test_of_two_unlisted_names_the_longer_one_is_meant() -> None:
    places = read("云岭县工作总结", "白石镇120户、大白石镇80户。白石镇和大白石镇都通了车。")
    assert [mention.name for mention in places.mentions[-4:]] == ["白石镇", "大白石镇", "白石镇", "大白石镇"]


def test_figures_in_brackets_and_over_line_ends() -> None:
    body = (
        "各县务工人数与去年底相比增加，增幅由高到低依次为：无为市8.2%、南\n陵县5.1%、湾沚区4.4%；全市平均增幅与上年同期基本持平，工\n"
        "作完成情况总体良好，进度低于目标的有繁昌区（88.7%）、无为市\n"
        "（86.1%），其余各县均按照年初计划的时序进度顺利推进各项重点\n任务。"
    )
    found = regions("芜湖市2022年工作总结", body)
    assert found == {"8.2%": "无为市", "5.1%": "南陵县", "4.4%": "湾沚区", "88.7%": "繁昌区", "86.1%": "无为市"}


def test_national_report_lists_provinces() -> None:
    found = regions("全国农业生产综述", "全国粮食产量6.8亿吨。河南省6600万元，增长2%。山东、河南合计1.2亿元。")
    assert found == {"6.8亿吨": "全国", "6600万元": "河南省", "2%": "河南省", "1.2亿元": "全国"}


@pytest.mark.parametrize(
    ("label", "name", "code"),
    [
        ("无为市", "无为市", "340281"), ("南 陵", "南陵县", "340223"), ("全市", "芜湖市", "340200"),
        ("全国", "全国", "000000"), ("全省", "安徽省", "340000"), ("合肥市", "合肥市", "340100"),
        ("合计", None, None), ("第一产业", None, None), ("县", None, None), ("", None, None),
    ],
)
def test_region_of_label(label: str, name: str | None, code: str | None) -> None:
    region = read("芜湖市2022年统计公报", "全市推进。").region_of_label(label)
    assert (region.name, region.code) == (name, code) if region else name is None


# -- hostile and random text -------------------------------------------------------------------------------------


def test_unwrap_maps_back() -> None:
    line = "甲" * 30
    text = "\n".join([line] * 5) + "。\n短行\n尾"
    joined, cuts = unwrap(text)
    assert joined == line * 5 + "。\n短行\n尾"
    assert all(text[cut] == "\n" for cut in cuts)
    assert unwrap("甲\n乙\n丙") == ("甲\n乙\n丙", ())


_WORDS = st.sampled_from(
    ["无为县", "南陵", "芜湖市", "全省", "全国", "我市", "白石镇", "、", "，", "。", "\n", "其中", "分别", "占", "赴",
     "（", "）", "《", "》", "12户", "3.5%", "400万元", "乡", "街道", "区", "总结", "和", "2022年", " "]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_WORDS, max_size=60).map("".join))
def test_random_mixtures(text: str) -> None:
    view = fold(text)
    places = FINDER.find(Document(id="r", text=text), view)
    layout = read_layout(view)
    for mention in places.mentions:
        assert 0 <= mention.start < mention.end <= len(places.view)
    for match in NUMBER.finditer(view):
        start = match.start()
        region = places.region(start, layout.clause(start)[0], layout.sentence(start)[0])
        assert region.code is None or re.fullmatch(r"\d{6}", region.code)
    again = FINDER.find(Document(id="r", text=text), view)
    assert again.mentions == places.mentions
    assert again.document == places.document


@pytest.mark.parametrize(
    "unit",
    ["无为县", "白石镇12户", "无为县、", "全省", "《", "县", "芜湖市无为县1人", "甲镇1甲", "11341722796400746W",
     "分别1、", "\n", "县\n县"],
)
def test_hostile_text_stays_linear(unit: str) -> None:
    view = unit * (120_000 // len(unit))
    start = time.perf_counter()
    places = FINDER.find(Document(id="h", text=view), view)
    for offset in range(0, len(view), 200):
        places.region(offset, 0, 0)
    assert time.perf_counter() - start < 5


def test_site_tells_the_county_of_a_township() -> None:
    body = "原文链接: https://www.pingtan.gov.cn/zwgk/1.htm\n\n全镇收入增长。"
    places = read("关于白石镇2017年度财政预算执行情况的报告", body)
    assert (places.place, places.code) == ("白石镇", "350128")
    assert read("年度工作报告", "全县推进。", source="https://xxgk.pingtan.gov.cn/2017/1.htm").code == "350128"
    # 朝阳区 and 朝阳县 of five cities and 潮阳区 share a label; suzhou is two prefectures; a county's site is not 我市.
    assert read("年度工作报告", "全区推进。", source="https://www.chaoyang.gov.cn/1.htm").place is None
    assert read("年度工作报告", "全市推进。", source="https://www.suzhou.gov.cn/1.htm").place is None
    assert read("年度工作报告", "全市推进。", source="https://www.pingtan.gov.cn/1.htm").place is None
