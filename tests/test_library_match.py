"""Matching on strings: scopes, parts, ties, regexes with a time limit; and the words around a figure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import PatternError
from extractor.library import Matcher, Neighbours, around, entries, load_library
from extractor.library.neighbours import Words
from extractor.library.terms import Terms
from extractor.patternfiles import Problems


def matcher(tmp_path: Path, *claims: tuple[str, str], unit: str = "户", kind: str = "stock",
            terms: Terms | None = None) -> Matcher:
    text = ""
    for identity, claim in claims:
        text += (f"- {{id: {identity}, topic: t, label_zh: x, label_en: x, unit: {unit}, kind: {kind}, definition: d,\n"
                 f"   claims: [{claim}], rejects: [a, b],\n"
                 f"   examples: [{{text: a, value: 1}}, {{text: b, value: 1}}, {{text: c, value: 1}}]}}\n")
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    found = entries.load([path], problems)
    problems.raise_any()
    return Matcher(found.values(), terms or Terms({}))


def claimed(found: Matcher, subject: str, around_: Neighbours | None = None, unit: str = "户", role: str = "level",
            status: str = "actual", part: bool | None = None) -> str | None:
    claim = found.claim(subject, unit, role, status, around_ or Neighbours(""), part=part)
    return claim.indicator if claim else None


def test_the_more_specific_claim_wins(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", "{clause: [监测对象]}"), ("a.b", "{clause: [监测对象, 消除风险]}"))
    assert claimed(found, "监测对象户数") == "a.a"
    assert claimed(found, "监测对象消除风险户数") == "a.b"


def test_longer_words_break_an_equal_count(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", "{clause: [脱贫户]}"), ("a.b", "{clause: [已脱贫户]}"))
    assert claimed(found, "已脱贫户") == "a.b"


def test_a_tie_is_no_claim_and_explain_says_so(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", "{clause: [脱贫户]}"), ("a.b", "{clause: [监测户]}"))
    assert claimed(found, "脱贫户监测户") is None
    verdicts = found.explain("脱贫户监测户", "户", "level", "actual", Neighbours(""))
    assert [(v.rule, v.verdict) for v in verdicts] == [("a.a#1", "tied"), ("a.b#1", "tied")]


def test_two_rules_of_one_indicator_do_not_tie(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", "{clause: [脱贫户]}, {clause: [监测户]}"))
    assert claimed(found, "脱贫户监测户") == "a.a"


@pytest.mark.parametrize(
    ("scope", "place"),
    [("near", "near"), ("sentence", "near"), ("sentence", "sentence"), ("context", "heading"), ("context", "title"),
     ("heading", "heading"), ("title", "title"), ("clause", "clause")],
)
def test_scopes_reach_as_far_as_they_say(tmp_path: Path, scope: str, place: str) -> None:
    found = matcher(tmp_path, ("a.a", f"{{subject: [户数], {scope}: [监测对象]}}"))
    texts = {"clause": "", place: "纳入监测对象"}
    assert claimed(found, "户数", Neighbours(**texts)) == "a.a"
    assert claimed(found, "户数") is None


def test_a_narrow_scope_does_not_see_the_wide_text(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", "{subject: [户数], clause: [监测对象]}"))
    assert claimed(found, "户数", Neighbours("", near="监测对象", sentence="监测对象", heading="监测对象")) is None


def test_excluded_words(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", "{clause: [监测对象], not: [新增], not_sentence: [全省]}"))
    assert claimed(found, "监测对象") == "a.a"
    assert claimed(found, "监测对象", Neighbours("新增")) is None
    assert claimed(found, "监测对象", Neighbours("", sentence="全省")) is None


def test_unit_role_status_and_part_must_fit(tmp_path: Path) -> None:
    claims = ("a.a", "{clause: [监测对象], status: [actual]}"), ("a.b", "{clause: [中央资金], part: true}")
    found = matcher(tmp_path, *claims)
    assert claimed(found, "监测对象", unit="人") is None
    assert claimed(found, "监测对象", role="share") is None
    assert claimed(found, "监测对象", status="target") is None
    assert claimed(found, "监测对象", part=True) is None
    assert claimed(found, "中央资金", part=True) == "a.b"


def test_synonym_sets(tmp_path: Path) -> None:
    terms = Terms({"监测对象": ("监测对象", "三类户"), "全部": ("监测对象", "脱贫户")})
    found = matcher(tmp_path, ("a.a", "{clause: [全部|低保户]}"), terms=terms)
    assert [claimed(found, s) for s in ("三类户", "脱贫户", "低保户", "特困户")] == ["a.a", "a.a", "a.a", None]


def test_sets_that_name_each_other_end() -> None:
    assert Terms({"甲乙": ("丙丁", "一一"), "丙丁": ("甲乙", "二二")}).expand("甲乙") == ("二二", "一一")


def test_a_regex_is_needed_besides_the_terms(tmp_path: Path) -> None:
    found = matcher(tmp_path, ("a.a", r"{clause: [购买], regex: '购买.{0,6}保险'}"))
    assert claimed(found, "购买防贫保险") == "a.a"
    assert claimed(found, "购买服务") is None


def test_a_regex_that_turns_slow_on_a_text_is_an_error_not_a_hang(tmp_path: Path) -> None:
    slow = "[零一二三四五六七八九十百千]|(?:(?:[甲乙]|甲乙)+)+[丁戊]"
    found = matcher(tmp_path, ("a.a", f"{{clause: [监测], regex: '{slow}'}}"))
    with pytest.raises(PatternError, match=r"regex of a\.a#1 took longer"):
        claimed(found, "监测" + "甲乙" * 190)


@given(st.lists(st.text("甲乙丙丁", min_size=2, max_size=4), min_size=1, max_size=8), st.text("甲乙丙丁", max_size=30))
def test_a_claim_is_tried_exactly_where_one_of_its_words_stands(words: list[str], text: str) -> None:
    rule = entries.ClaimRule("a.a", 1, (("own", "|".join(words)),), (), ("户",), ("level",), ("actual",), (), False,
                             False, "")
    entry = entries.Indicator("a.a", "t", "x", "x", "户", "stock", "d", claims=(rule,))
    assert (claimed(Matcher([entry], Terms({})), "", Neighbours(text)) == "a.a") is any(word in text for word in words)


def cut(text: str) -> Words:
    """Neighbours of the figure marked 【】, with the marks taken out."""
    start, end = text.index("【"), text.index("】")
    view = text.replace("【", "").replace("】", "")
    return around(view, start, end - 1, (0, len(view)))


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("全县现有监测对象【12户】30人", "全县现有监测对象"),
        ("全县现有监测对象12户【30人】", "全县现有监测对象12户"),
        ("已消除风险27户、【73人】，户占比71%", "已消除风险27户、"),
        ("建设8个驿站、【10个】扶贫车间，举办招聘会", "扶贫车间"),
        ("实施产业、教育等项目【18个】", "实施产业、教育等项目"),
        ("扶贫（衔接）资产【38个】", "扶贫衔接资产"),
        ("涉及【21个】村（社区）、农户16户", "涉及村社区"),
        ("消除率为56%四是开展筛查，反馈信息【18条】", "反馈信息"),
        ("全市【37个】2017年出列贫困村每村5名", "全市2017年出列贫困村每村"),
        ("1,234人，其中云岭县【1,100人】", "其中云岭县"),
        ("创建53家精品民宿、【100名】管理人才，", "管理人才"),
        ("发放资助620人次、资金【51万元】", "资金"),
    ],
)
def test_the_own_words_of_a_figure(text: str, clause: str) -> None:
    assert cut(text).clause == clause


def test_the_words_before_skip_bare_numbers() -> None:
    assert "已消除风险" in cut("已消除风险27户、73人，户占比【71%】").near


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("资金50万元，其中中央资金【8万元】，省级资金4万元", True),
        ("资金50万元，其中中央资金8万元，省级资金【4万元】", True),
        ("危房改造60户(其中脱贫户22户、监测户【4户】)，开工60户", True),
        ("危房改造60户(其中脱贫户22户、监测户4户)，开工【60户】", False),
        ("安置52名脱贫户(含监测对象【2名】)", True),
        ("脱贫3万人，其中云岭县【2万人】", False),
        ("已消除129人，其中60人外出。全县聘网格员【17人】", False),
        ("现有监测对象228户，其中已消除129户，全县选聘网格员【17人】", False),
    ],
)
def test_parts(text: str, part: bool) -> None:
    assert cut(text).part is part


@given(st.text("监测户人，。（）()、其中含0123.万 年一是二", max_size=60), st.data())
def test_any_text_can_be_cut(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = around(text, start, end, (0, len(text)))
    assert found.sentence == text


@given(st.text("监测户人，,。（）()、其中含是一二12%全今年累", max_size=40),
       st.text("监测户人，,、含是一二12%", max_size=20), st.text("监测户人，,。、是全年二12%", max_size=20))
def test_a_figure_is_cut_as_if_its_sentence_stood_alone(before: str, left: str, after: str) -> None:
    view = f"{before}{left}35户{after}"
    low, start = len(before), len(before) + len(left)
    inside = around(view, start, start + 3, (low, len(view)))
    alone = around(view[low:], len(left), len(left) + 3, (0, len(view) - low))
    # The text before the sentence must not change its words; so must not what stands where its left part ends.
    assert (inside.clause, inside.near, inside.part) == (alone.clause, alone.near, alone.part)


def test_long_digit_runs_are_cut_in_linear_time() -> None:
    text = "1和" * 40_000 + "户【3人】"
    assert cut(text).part is False


def test_every_packaged_indicator_has_a_term_in_reach() -> None:
    library = load_library()
    assert library.indicators
    assert all(entry.claims for entry in library.indicators.values())
