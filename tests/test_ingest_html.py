"""HTML: text with blocks, digits joined over inline tags, page parts labelled, hostile markup survived."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import extract
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


# --- pages as government sites make them ----------------------------------------------------------------------------

def quotes(document: Document) -> list[str]:
    return [figure.quote for figure in extract(document).figures]


# Labels in header cells with colons; in plain cells without, and with blanks inside.
TABLES = ("""<tr><th>索引号：</th><td>{0}</td><th>组配分类：</th><td>工作总结</td></tr>
<tr><th>发布机构：</th><td>{1}</td><th>文号：</th><td>{2}</td></tr>
<tr><th>名称：</th><td>{3}</td><th>发布日期：</th><td>{4}</td></tr>""",
          """<tr><td>索 引 号</td><td>{0}</td><td>主题分类</td><td>农业</td></tr>
<tr><td>发布机构</td><td>{1}</td><td>发文字号</td><td>{2}</td></tr>
<tr><td>标　　题</td><td colspan=3>{3}</td></tr>
<tr><td>成文日期</td><td>2024年1月8日</td><td>发布日期</td><td>{4}</td></tr>""")


@pytest.mark.parametrize("table", TABLES)
def test_disclosure_table(table: str) -> None:
    values = ("GK000-2024-00012", "云岭县农业农村局", "云农〔2024〕5号", "云岭县2023年工作总结", "2024-01-09")
    page = f"<html><body><table>{table.format(*values)}</table><h1>{values[3]}</h1><p>脱贫12户34人。</p></body></html>"
    document = load(page.encode())
    check(document)
    keys = ("索引号", "发布机构", "文号", "名称", "发布日期")
    assert tuple(document.meta[key] for key in keys) == values
    assert (document.title, document.publisher, document.issued) == (values[3], values[1], values[4])
    assert {block.note for block in document.blocks if block.kind == "furniture"} == {"metadata"}
    assert f"{values[4]}\n{values[3]}" in document.text  # the headline begins a line of its own
    assert quotes(document) == ["12户", "34人"]


def test_a_table_of_the_report_is_no_metadata() -> None:
    page = ("<p>表1</p><table><tr><td>来源</td><td>金额（万元）</td></tr><tr><td>中央</td><td>12</td></tr>"
            "<tr><td>省级</td><td>34</td></tr></table>")
    assert len(pieces(load(page.encode()), "table_cell")) == 6


@pytest.mark.parametrize("names", [
    ("ArticleTitle", "PubDate", "ContentSource"), ("articletitle", "pubdate", "source"),
    ("og:title", "publishdate", "contentSource")])
def test_meta_of_site_systems(names: tuple[str, str, str]) -> None:
    values = ("云岭县2023年工作总结", "2024-01-09", "云岭县人民政府办公室")
    meta = "".join(f'<meta name="{name}" content="{value}">' for name, value in zip(names, values, strict=True))
    page = f"<html><head><title>云岭县政府网</title>{meta}</head><body><p>脱贫12户。</p></body></html>"
    document = load(page.encode())
    assert (document.title, document.issued, document.publisher) == values


def test_layout_of_line_breaks() -> None:
    page = ("<html><body><div>云岭县2023年工作总结<br><br>&nbsp;&nbsp;一、主要成效<br>&nbsp;&nbsp;建成12处，<br>"
            "道路35公里。<br/>二、打算<br>计划投资5<br>00万元。</div></body></html>")
    document = load(page.encode())
    check(document)
    assert pieces(document, "title") == ["云岭县2023年工作总结"]
    assert quotes(document) == ["12处", "35公里", "5\n00万元"]
    assert [str(figure.value) for figure in extract(document).figures] == ["12", "35", "5000000"]


def test_nested_layout_tables_with_a_table_of_data() -> None:
    side = "<table><tr><td>热点</td></tr><tr><td><a href=1>外县投资99亿元</a></td></tr></table>"
    data = "<table border=1><tr><td>乡镇</td><td>户数</td></tr><tr><td>白石镇</td><td>12</td></tr></table>"
    main = f"<tr><td><b>云岭县2023年工作总结</b></td></tr><tr><td><p>{BODY * 8}</p>{data}<p>完</p></td></tr>"
    page = f"<html><body><table><tr><td>{side}</td><td><table>{main}</table></td></tr></table></body></html>"
    document = load(page.encode())
    check(document)
    assert pieces(document, "table_cell") == ["乡镇", "户数", "白石镇", "12"]
    assert "外县投资99亿元" in pieces(document, "furniture")
    assert "12\n完" in document.text
    assert "99亿元" not in quotes(document)


def test_what_is_hidden_or_no_text() -> None:
    page = """<html><body><p>见12户</p><div style='display:none'>隐5户</div><div hidden>隐6户</div>
<textarea>框8户</textarea><noframes>帧10户</noframes><script type='application/json'>{"x": "11户"}</script>
<!--[if IE]>13户<![endif]--><template>14户</template></body></html>"""
    document = load(page.encode())
    assert pieces(document, "furniture") == ["隐5户", "隐6户"]
    assert quotes(document) == ["12户", "8户", "10户"]


def test_a_page_in_utf_16() -> None:
    document = load(f"<html><body><p>{BODY}</p></body></html>".encode("utf-16"))
    assert (document.format, document.text.strip()) == ("html", BODY)


def test_word_saved_as_a_page() -> None:
    page = ("<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><!--[if gte mso 9]><xml><w:a/></xml>"
            "<![endif]--></head><body><p class=MsoNormal><span lang=EN-US>2023<o:p></o:p></span><span>年</span>建成"
            "<span lang=EN-US>1</span><span lang=EN-US>2</span>处</p><p>完</p></body></html>")
    document = load(page.encode())
    assert document.format == "html"
    assert quotes(document) == ["12处"]


def test_200_mb_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    with path.open("wb") as stream:
        stream.write(b"<html><body><p>")
        stream.truncate(200 << 20)
    began = time.perf_counter()
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.code == "too_large"
    assert time.perf_counter() - began < 5


def test_a_large_table_is_read_in_seconds() -> None:
    row = "<tr><td>白石镇</td><td><p><span>1</span>2</p></td></tr>"
    page = "<table><tr><td>乡镇</td><td>户数</td></tr>" + row * (4_000_000 // len(row)) + "</table><p>完</p>"
    began = time.perf_counter()
    check(load(page.encode()))
    assert time.perf_counter() - began < 20
