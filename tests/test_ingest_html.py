"""HTML: text with blocks, digits joined over inline tags, page parts labelled, hostile markup survived."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import InputError
from extractor.ingest import load
from extractor.model import Block, Document
from extractor.reading.fold import fold
from extractor.reading.tables import grids

BODY = "2023年，全县脱贫人口人均纯收入16230元，同比增长12.4%，累计投入资金3560万元，实施项目128个。"
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>云岭县2023年工作总结 - 云岭县人民政府</title>
<meta name="ArticleTitle" content="云岭县2023年工作总结"><meta name="PubDate" content="2024-01-09 17:24">
<meta name="ContentSource" content="云岭县乡村振兴局"><style>p {{ color: red }}</style>
<script>var n = 999;</script></head>
<body><header><a href="/">首页</a></header><nav><ul><li><a>新闻</a></li><li><a>政务公开 2024</a></li></ul></nav>
<h1>云岭县2023年工作总结</h1>
<div class="content"><h2>一、主要工作</h2><p>{BODY}</p>
<p>全县<span>1</span><span>2</span>,345户，建成<b>3</b>个中心。<br>第二行&nbsp;78人</p>
<ul><li>道路35公里</li><li>水渠12公里</li></ul></div>
<div class="sidebar"><p>热点：外县投入99万元</p></div><div style="display: none">隐藏77户</div>
<footer>版权所有 浏览次数：4321</footer></body></html>"""


def pieces(document: Document, kind: str) -> list[str]:
    return [document.text[b.start:b.end] for b in document.blocks if b.kind == kind]


def check(document: Document) -> None:
    assert all(0 <= b.start <= b.end <= len(document.text) for b in document.blocks)
    assert all(a.end <= b.start for a, b in itertools.pairwise(document.blocks))


def test_page() -> None:
    document = load(PAGE.encode(), name="a.html")
    check(document)
    assert (document.title, document.issued) == ("云岭县2023年工作总结", "2024-01-09")
    assert document.publisher == "云岭县乡村振兴局"
    assert document.format == "html"
    assert pieces(document, "title") == ["云岭县2023年工作总结"]
    assert pieces(document, "heading") == ["一、主要工作"]
    assert pieces(document, "list_item") == ["道路35公里", "水渠12公里"]
    assert BODY in pieces(document, "paragraph")
    assert "全县12,345户，建成3个中心。\n第二行\u00a078人" in document.text
    furniture = " ".join(pieces(document, "furniture"))
    for words in ("政务公开 2024", "99万元", "隐藏77户", "4321"):
        assert words in furniture
    assert "999" not in document.text
    assert "color" not in document.text


@pytest.mark.parametrize("codec", ["gb18030", "gbk", "utf-8"])
def test_declared_charset_is_checked_against_the_bytes(codec: str) -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{BODY}</p></body></html>'
    assert BODY in load(page.encode(codec)).text


def test_xml_declaration_and_utf16() -> None:
    page = f'<?xml version="1.0" encoding="utf-8"?><html><body><p>{BODY}</p><p>x</p></body></html>'
    assert BODY in load(page.encode()).text


def test_a_part_with_the_report_in_it_is_no_furniture() -> None:
    page = f'<div class="footer"><p>{BODY}</p><p>{BODY}</p></div><p>短</p>'
    assert pieces(load(page.encode()), "furniture") == []


def test_menu_of_links() -> None:
    links = "".join(f"<li><a href='#'>栏目{i}</a></li>" for i in range(6))
    document = load(f"<ul>{links}</ul><p>{BODY}</p>".encode())
    assert len(pieces(document, "furniture")) == 6


def test_table_with_merged_cells() -> None:
    page = """<p>表1 2023年帮扶资金（单位：万元）</p><table><thead>
    <tr><th rowspan=2>乡镇</th><th colspan=2>资金</th></tr>
    <tr><th>2022年</th><th>2023年</th></tr></thead><tbody>
    <tr><td><p>白石镇</p></td><td><span>1</span>20.5</td><td>130</td></tr>
    <tr><td>黑水乡</td><td></td><td>95</td></tr></tbody></table>"""
    document = load(page.encode())
    check(document)
    grid = grids(document, fold(document.text))[0]
    assert [(c.text, c.row_labels, c.column_labels, c.unit, c.period) for c in grid.cells] == [
        ("120.5", ("白石镇",), ("资金", "2022年"), "万元", "2022"),
        ("130", ("白石镇",), ("资金", "2023年"), "万元", "2023"),
        ("95", ("黑水乡",), ("资金", "2023年"), "万元", "2023")]


def test_layout_table_is_text() -> None:
    page = f"<table><tr><td><table><tr><td>菜单</td></tr></table></td><td><p>{BODY}</p><p>34户</p></td></tr></table>"
    document = load(page.encode())
    assert pieces(document, "table_cell") == []
    assert BODY in pieces(document, "paragraph")


def test_entities_are_resolved_once() -> None:
    assert "3万<5万 &lt; 中" in load("<p>3万&lt;5万 &amp;lt; &#20013;</p><p>a</p><p>b</p>".encode()).text


DEEP = 50_000


@pytest.mark.parametrize(("opening", "closing"), [
    ("<div>", "</div>"), ("<span>", "</span>"), ("<table><tr><td>", "</td></tr></table>"), ("<div><p>", ""),
    ("<x-y>", ""),
    ("<ul><li>", "</li></ul>"), ("<b><i>", "")])
def test_deep_nesting_loses_nothing(opening: str, closing: str) -> None:
    page = f"<html><body><p>开头12户</p>{opening * DEEP}深处345户{closing * DEEP}<p>结尾67户</p></body></html>"
    document = load(page.encode())
    check(document)
    for words in ("开头12户", "深处345户", "结尾67户"):
        assert words in document.text
    assert any(warning.startswith("nesting") for warning in document.warnings)


@pytest.mark.parametrize("page", [
    ('<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
     "<html><body><p>&b;&b;&c;12户</p></body></html>"),
    "<p>" + "<" * 500_000, "<p>12户</p>" + "<!--" * 200_000, "<p>" + "9" * 2_000_000 + "</p>",
    "<table><tr>" + "<td rowspan=999999999 colspan=999999999>1</td>" * 300 + "</tr><tr><td>3<td>4</tr></table>",
    "<p>全县\x0b12\x01户</p><p>a</p><p>b</p>", "<p>a</p></p></div></td></table>12户<td>3<tr>4",
    "<p>" + "全县12户，" * 400_000 + "</p>",
    "<html><body><p>x</p></body></html><p>12户</p>", "<p>未闭合<b>12户<table><tr><td>3<p>4"])
def test_hostile_markup(page: str) -> None:
    started = time.perf_counter()
    document = load(page.encode())
    check(document)
    assert "root:" not in document.text
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize("page", ["<html><script>var a = 12;</script></html>", "<html><body> </body></html>",
                                  "<p></p><p></p><p></p>"])
def test_no_text(page: str) -> None:
    with pytest.raises(InputError) as caught:
        load(page.encode(), name="a.html")
    assert caught.value.code == "empty"


TAGS = ["<p>", "</p>", "<td>", "</td>", "<tr>", "</tr>", "<table>", "</table>", "<div class=nav>", "</div>",
        "<a>",
        "</a>", "<br>", "<span>", "</span>", "<li>", "<th colspan=2>", "<caption>", "</caption>", "<h1>", "</h1>",
        "<pre>", "</pre>", " ", "\n"]


@given(st.lists(st.one_of(st.sampled_from(TAGS), st.integers(10, 99).map(lambda n: f"数{n}户")), max_size=80))
def test_no_number_is_lost(parts: list[str]) -> None:
    numbers = [part for part in parts if part.startswith("数")]
    page = ("<html><body>" + "".join(parts)).encode()
    if not numbers:
        with pytest.raises(InputError):
            load(page)
        return
    document = load(page)
    check(document)
    # libxml2 moves text out of table rows to where it belongs; the numbers are the same, perhaps in another order.
    joined = "".join(document.text.split())
    assert sorted(joined[i:i + 4] for i in range(len(joined)) if joined[i] == "数") == sorted(numbers)


def test_block_type_is_model_block() -> None:
    assert all(isinstance(block, Block) for block in load(PAGE.encode()).blocks)
