"""Word files: what Word shows is the text, and what it does not show is kept apart."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

docx = pytest.importorskip("docx")

from docx.oxml import parse_xml  # noqa: E402
from docx.oxml.ns import nsdecls  # noqa: E402

from extractor import extract  # noqa: E402
from extractor.errors import InputError  # noqa: E402
from extractor.ingest import load  # noqa: E402
from extractor.ingest.docx_styles import numeral  # noqa: E402
from extractor.model import Document  # noqa: E402
from extractor.reading.fold import fold  # noqa: E402
from extractor.reading.tables import grids  # noqa: E402

W = nsdecls("w")


def written(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def read(document: object) -> Document:
    found = load(written(document), name="a.docx")
    for one, other in zip(found.blocks, found.blocks[1:], strict=False):
        assert one.end <= other.start
    return found


def paragraphs(*xml: str) -> Document:
    """A document whose body is the given paragraphs."""
    document = docx.Document()
    for piece in xml:
        document.element.body.insert(len(document.element.body) - 1, parse_xml(piece.replace("<w:p>", f"<w:p {W}>", 1)))
    return read(document)


def pieces(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == kind]


def test_headings_and_title() -> None:
    document = docx.Document()
    document.add_heading("云岭县2023年工作总结", 0)
    document.add_heading("一、主要成效", 1)
    document.add_paragraph("投入资金3560万元。")
    document.add_heading("（一）产业", 2)
    outlined = document.add_paragraph("二、打算")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="0"/>'))
    found = read(document)
    assert (found.title, found.format) == ("云岭县2023年工作总结", "docx")
    assert pieces(found, "title") == ["云岭县2023年工作总结"]
    assert [(found.text[b.start : b.end], b.level) for b in found.blocks if b.kind == "heading"] == [
        ("一、主要成效", 1),
        ("（一）产业", 2),
        ("二、打算", 1),
    ]


def test_numbers_over_runs_fields_and_marks() -> None:
    found = paragraphs(
        '<w:p><w:r><w:t>全县1</w:t></w:r><w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="0" w:name="a"/>'
        "<w:r><w:rPr><w:b/></w:rPr><w:t>2,3</w:t></w:r><w:r><w:softHyphen/><w:t>45户</w:t></w:r></w:p>",
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>= 11 + 22</w:instrText></w:r><w:r>'
        '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>33</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        '<w:r><w:t>人，</w:t></w:r><w:fldSimple w:instr="= 4"><w:r><w:t>44</w:t></w:r></w:fldSimple>'
        "<w:r><w:t>户</w:t></w:r></w:p>",
        '<w:p><w:hyperlink w:anchor="a"><w:r><w:t>水渠55公里</w:t></w:r></w:hyperlink><w:smartTag w:element="x"><w:r>'
        "<w:t>、塘66口</w:t></w:r></w:smartTag><w:sdt><w:sdtContent><w:r><w:t>、路77条</w:t></w:r></w:sdtContent></w:sdt></w:p>",
    )
    assert [line for line in found.text.split("\n") if line] == [
        "全县12,345户",
        "33人，44户",
        "水渠55公里、塘66口、路77条",
    ]
    assert [str(figure.value) for figure in extract(found).figures] == ["12345", "33", "44", "55", "66", "77"]


def test_changes_are_taken_as_accepted() -> None:
    found = paragraphs(
        '<w:p><w:r><w:t>投入</w:t></w:r><w:del w:id="1" w:author="a"><w:r><w:delText>100</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="a"><w:r><w:t>120</w:t></w:r></w:ins><w:r><w:t>万元</w:t></w:r>'
        '<w:moveFrom w:id="3" w:author="a"><w:r><w:t>，修路9公里</w:t></w:r></w:moveFrom></w:p>',
        '<w:p><w:pPr><w:rPr><w:del w:id="4" w:author="a"/></w:rPr></w:pPr><w:r><w:t>脱贫1</w:t></w:r></w:p>',
        "<w:p><w:r><w:t>5户</w:t></w:r></w:p>",
        '<w:p><w:moveTo w:id="5" w:author="a"><w:r><w:t>修路9公里</w:t></w:r></w:moveTo></w:p>',
    )
    assert [line for line in found.text.split("\n") if line] == ["投入120万元", "脱贫15户", "修路9公里"]


def test_hidden_text_and_readings() -> None:
    found = paragraphs(
        "<w:p><w:r><w:t>建成12处</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>内部数34处</w:t></w:r></w:p>",
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>yún</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>云</w:t></w:r></w:rubyBase></w:ruby>"
        "<w:t>岭县5村</w:t></w:r></w:p>",
    )
    assert pieces(found, "paragraph") == ["建成12处", "云岭县5村"]
    assert pieces(found, "furniture") == ["内部数34处"]
    assert [str(figure.value) for figure in extract(found).figures] == ["12", "5"]


BOX = """<w:r xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r>
<w:t>专栏：投资88亿元</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r>
<w:t>专栏：投资88亿元</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""


def test_a_text_box_is_read_once() -> None:
    found = paragraphs(f"<w:p><w:r><w:t>全年生产总值120亿元</w:t></w:r>{BOX}</w:p>")
    assert pieces(found, "paragraph") == ["全年生产总值120亿元", "专栏：投资88亿元"]


def numbering(document: object, levels: list[tuple[str, str]]) -> None:
    """Add a multi-level list as number 90 to a document."""
    shown = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(levels)
    )
    root = document.part.numbering_part.element  # type: ignore[attr-defined]
    root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="90">{shown}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {W} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    root.append(
        parse_xml(
            f'<w:num {W} w:numId="91"><w:abstractNumId w:val="90"/><w:lvlOverride w:ilvl="0">'
            '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
    )


def item(document: object, text: str, level: int, number: int = 90) -> None:
    paragraph = document.add_paragraph(text)  # type: ignore[attr-defined]
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )


def test_automatic_numbers_are_part_of_the_text() -> None:
    document = docx.Document()
    numbering(document, [("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")])
    for text, level in (
        ("总体情况", 0),
        ("产业", 1),
        ("2023年建成12处", 2),
        ("水渠5公里", 2),
        ("就业", 1),
        ("打算", 0),
        ("教育", 1),
    ):
        item(document, text, level)
    item(document, "附则", 0, 91)
    found = read(document)
    assert pieces(found, "list_item") == [
        "一、总体情况",
        "（一）产业",
        "1. 2023年建成12处",
        "2. 水渠5公里",
        "（二）就业",
        "二、打算",
        "（一）教育",
        "一、附则",
    ]
    assert [str(figure.value) for figure in extract(found).figures] == ["12", "5"]


@pytest.mark.parametrize(
    ("count", "form", "shown"),
    [
        (10, "chineseCountingThousand", "十"),
        (11, "chineseCounting", "十一"),
        (20, "chineseCounting", "二十"),
        (101, "chineseCounting", "一百零一"),
        (110, "chineseCounting", "一百一十"),
        (1001, "chineseCounting", "一千零一"),
        (12, "ideographDigital", "一二"),
        (21, "decimalEnclosedCircle", None),
        (27, "upperLetter", "AA"),
        (1994, "lowerRoman", "mcmxciv"),
        (3, "decimalFullWidth", "３"),
        (2, "ideographTraditional", "乙"),
        (7, "someFutureFormat", None),
        (5, "decimalZero", "05"),
    ],
)
def test_number_formats_of_lists(count: int, form: str, shown: str | None) -> None:
    assert numeral(count, form) == shown


def test_table_with_merged_cells_and_header() -> None:
    document = docx.Document()
    document.add_paragraph("表1 2023年帮扶资金（单位：万元）")
    table = document.add_table(4, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "乡镇"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "资金"
    for row, line in enumerate((("", "2022年", "2023年"), ("白石镇", "1", "130"), ("黑水乡", "", "95")), 1):
        for column, text in enumerate(line):
            if text:
                table.cell(row, column).text = text
    table.cell(2, 1).paragraphs[0].add_run("20.5")  # a number over two runs
    found = read(document)
    grid = grids(found, fold(found.text))[0]
    assert [(c.text, c.row_labels, c.column_labels, c.unit, c.period) for c in grid.cells] == [
        ("120.5", ("白石镇",), ("资金", "2022年"), "万元", "2022"),
        ("130", ("白石镇",), ("资金", "2023年"), "万元", "2023"),
        ("95", ("黑水乡",), ("资金", "2023年"), "万元", "2023"),
    ]
    assert [str(f.value) for f in extract(found).figures] == ["1205000", "1300000", "950000"]


def test_nested_and_layout_tables_are_text() -> None:
    document = docx.Document()
    document.add_paragraph("云岭县2023年工作总结")
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "左栏：建成12处"
    inner = outer.cell(0, 1).add_table(2, 2)
    for i, text in enumerate(("项目", "数量（公里）", "道路", "35")):
        inner.cell(i // 2, i % 2).text = text
    found = read(document)
    assert "左栏：建成12处" in pieces(found, "paragraph")
    assert pieces(found, "table_cell") == ["项目", "数量（公里）", "道路", "35"]
    assert [(str(f.value), f.unit) for f in extract(found).figures] == [("12", "处"), ("35", "公里")]


def test_headers_footers_and_comments_are_furniture() -> None:
    document = docx.Document()
    document.add_paragraph("全县脱贫人口12345户。")
    document.sections[0].header.paragraphs[0].text = "云岭县人民政府公报 2023年第5期"
    document.sections[0].footer.paragraphs[0].text = "第3页 共8页"
    run = document.paragraphs[0].runs[0]
    document.add_comment(run, text="核实：是12354户？", author="审核")
    found = read(document)
    assert pieces(found, "furniture") == ["云岭县人民政府公报 2023年第5期", "第3页 共8页", "核实：是12354户？"]
    result = extract(found)
    assert [str(figure.value) for figure in result.figures] == ["12345"]
    assert any(entry.disposition == "furniture" and entry.quote.startswith("12354") for entry in result.ledger)


def edited(data: bytes, part: str, change: dict[str, str], add: dict[str, str] | None = None) -> bytes:
    """A package with replacements in one part and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == part:
                text = content.decode()
                for old, new in change.items():
                    assert old in text
                    text = text.replace(old, new, 1)
                content = text.encode()
            target.writestr(info.filename, content)
        for name, text in (add or {}).items():
            target.writestr(name, text)
    return out.getvalue()


def test_footnotes_follow_the_text() -> None:
    document = docx.Document()
    document.add_paragraph("全县投入120万元")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    data = edited(
        written(document),
        "word/_rels/document.xml.rels",
        {"</Relationships>": f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'},
        {
            "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
            '<w:footnote w:id="1"><w:p><w:r><w:t>其中本级30万元</w:t></w:r></w:p></w:footnote></w:footnotes>'
        },
    )
    content = {
        "</Types>": '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.wordprocessingml.footnotes+xml"/></Types>'
    }
    found = load(edited(data, "[Content_Types].xml", content), name="a.docx")
    assert pieces(found, "paragraph") == ["全县投入120万元", "其中本级30万元"]


def test_table_of_contents_is_furniture() -> None:
    document = docx.Document()
    style = document.styles.add_style("toc 1", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("一、主要成效\t3", style=style)
    document.add_paragraph("建成12处。")
    found = read(document)
    assert [(found.text[b.start : b.end], b.note) for b in found.blocks if b.kind == "furniture"] == [
        ("一、主要成效\t3", "contents")
    ]


def test_properties_and_macros() -> None:
    document = docx.Document()
    document.core_properties.author = "综合科"
    document.core_properties.title = "模板"
    document.add_paragraph("建成12处。")
    found = read(document)
    assert (found.meta["author"], found.meta["core_title"], found.title) == ("综合科", "模板", "模板")
    data = edited(
        written(document),
        "[Content_Types].xml",
        {
            "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml":
            "vnd.ms-word.document.macroEnabled.main+xml"
        },
    )
    assert "建成12处" in load(data, name="a.docm").text


def test_nothing_in_it() -> None:
    with pytest.raises(InputError) as caught:
        load(written(docx.Document()), name="a.docx")
    assert (caught.value.code, caught.value.where) == ("empty", "a.docx")


@pytest.mark.parametrize(
    ("part", "change", "code"),
    [
        (
            "word/document.xml",
            {"<w:document": '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w:document'},
            "damaged",
        ),
        ("word/document.xml", {"<w:body>": "<w:body><w:p>"}, "damaged"),
        ("word/document.xml", {"<w:body>": "<w:body>" + "<w:sdt><w:sdtContent>" * 400}, "damaged"),
        ("_rels/.rels", {"officeDocument/2006/relationships/officeDocument": "x"}, "damaged"),
        ("[Content_Types].xml", {"<Types": "<Typ"}, "damaged"),
    ],
)
def test_broken_parts(part: str, change: dict[str, str], code: str) -> None:
    document = docx.Document()
    document.add_paragraph("建成12处。")
    data = written(document)
    if "<w:document" in change:
        data = edited(data, part, {"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n": ""})
    with pytest.raises(InputError) as caught:
        load(edited(data, part, change), name="a.docx")
    assert caught.value.code == code
    assert not re.search(r"Traceback|line \d+, in ", str(caught.value))
