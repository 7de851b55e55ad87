"""Sentences, clauses, sections: what ends them and what does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.reading.layout import read_layout


def clauses(text: str) -> list[str]:
    layout = read_layout(text)
    return [text[a:b] for a, b in zip(layout.clause_starts, [*layout.clause_starts[1:], len(text)], strict=True)]


def test_a_bracket_inside_a_term_ends_no_clause_but_one_with_figures_does() -> None:
    assert clauses("扶贫(衔接)资产723个") == ["扶贫(衔接)资产723个"]
    assert clauses("改造60户(其中脱贫户22户),开工60户") == ["改造60户(", "其中脱贫户22户)", ",", "开工60户"]
    assert clauses("细颗粒物(PM2.5)浓度33") == ["细颗粒物(PM2.5)浓度33"]


def test_a_comma_between_digits_ends_no_clause() -> None:
    assert len(clauses("共1,345户")) == 1


def test_a_hard_wrapped_paragraph_is_one_sentence() -> None:
    line = "全县农村公路建设继续推进并且完成了年度计划内的各项任务和投资额度同时还"
    text = "\n".join([line, line, line, "完工。"])
    assert len(read_layout(text).sentence_starts) == 2


def test_sections_nest_by_their_markers() -> None:
    text = "一、主要工作\n（一）产业发展\n1.茶园建设。\n二、下一步打算\n"
    layout = read_layout(text)
    assert [section.path for section in layout.sections] == [
        ("主要工作",), ("主要工作", "产业发展"), ("主要工作", "产业发展", "茶园建设"), ("下一步打算",),
    ]


def test_a_heading_of_a_page_flattened_to_one_line_ends_where_its_title_does() -> None:
    text = "一、预算执行情况 2018年收入482万元。"
    layout = read_layout(text)
    assert text[slice(*layout.sentence(text.index("482")))] == "2018年收入482万元。"


@given(st.text(alphabet="一二三、（）()。，；\n 12a县", max_size=200))
def test_starts_are_sorted_and_inside_the_text(text: str) -> None:
    layout = read_layout(text)
    for starts in (layout.sentence_starts, layout.clause_starts, layout.paragraph_starts):
        assert starts == sorted(starts)
        assert all(0 <= start <= len(text) for start in starts)
    assert set(layout.paragraph_starts) <= set(layout.sentence_starts) <= set(layout.clause_starts)
