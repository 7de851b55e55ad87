"""The sample reports of ``corpus/`` that are no plain texts: HTML, PDF, a scan, DOCX, XLSX and CSV.

    python -m benchmarks.sample_files [--output corpus] [NAME ...]

Says how the committed files came about; they are what counts, because gold of a PDF or a scan holds offsets in the
text that is read from these very bytes. Their words are in ``sample_texts.yaml``. Needs, beside the locked environment,
LibreOffice (``soffice``) for the PDF files and the fonts Noto Serif CJK and Noto Sans CJK (Debian:
libreoffice-writer-nogui, fonts-noto-cjk). All times in the files are fixed, so that a second call gives the same bytes;
another version of LibreOffice or of the fonts gives other PDF files.
"""

from __future__ import annotations

import argparse
import csv
import html
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
WORDS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("sample_texts.yaml").read_text(encoding="utf-8"))
SERIF, SANS = "Noto Serif CJK SC", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
WRITTEN = datetime(2024, 1, 15, 9, 30)
_HEADING = re.compile(r"[一二三四五六]、[^。]{1,24}\Z")
_DATE = re.compile(rb"/(CreationDate|ModDate)\s*\(D:[^)]*\)")
_IDENTITY = re.compile(rb"/ID\s*\[\s*<[0-9A-F]+>\s*<[0-9A-F]+>\s*\]")
_CHECKSUM = re.compile(rb"/DocChecksum\s*/[0-9A-F]+")


def disclosure_page(report: Sequence[str], charset: str, metadata: Sequence[tuple[str, str]], publisher: str,
                    related: Sequence[str]) -> bytes:
    """A page of a disclosure site: navigation, metadata table, report, related articles, footer."""
    title, *body = report
    facts = dict(metadata)
    cells = [f"<td class='k'>{name}：</td><td>{value}</td>" for name, value in metadata]
    rows = "\n".join(f"<tr>{''.join(cells[i:i + 2])}</tr>" for i in range(0, len(cells), 2))
    lines = []
    for text in body:
        tag = "h3" if _HEADING.match(text) else "p"
        # Editors cut numbers by spans and indent with ideographic spaces.
        shown = re.sub(r"(\d{2})(\d\d+)", r"\1<span>\2</span>", html.escape(text, quote=False), count=1)
        lines.append(f"<{tag}>{'' if tag == 'h3' else '　　'}{shown}</{tag}>")
    links = "\n".join(f'<li><a href="../art/{number}.html">{name}</a><span>{date}</span></li>'
                      for number, (name, date) in enumerate((item.split("|") for item in related), 2081))
    page = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{title}_{publisher}</title>
<meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{facts['发布日期']}">
<meta name="ContentSource" content="{publisher}">
</head>
<body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/xxgk/">政府信息公开</a></li>
<li><a href="/hd/">互动交流</a></li></ul></div>
<div class="location">当前位置：<a href="/">首页</a> &gt; <a href="/xxgk/">政府信息公开</a> &gt; 工作总结</div>
<table class="xxgk-head" border="1">
{rows}
</table>
<div class="article">
<h1>{title}</h1>
<div class="info">发布时间：{facts['发布日期']} 来源：{publisher} 浏览次数：1326 字体：[大 中 小]</div>
<div class="content">
{chr(10).join(lines)}
</div>
</div>
<div class="related"><h4>相关阅读</h4><ul>
{links}
</ul></div>
<div class="footer">主办：{publisher}　网站标识码：9800000027　技术支持电话：0700-8000027</div>
</body>
</html>
"""
    return page.encode(charset)


def disclosure_county() -> bytes:
    return disclosure_page(
        WORDS["disclosure_county"], "utf-8",
        [("索引号", "XF0027-2024-00018"), ("发布机构", "沅坪县乡村振兴局"), ("主题分类", "乡村振兴、扶贫"),
         ("成文日期", "2024-01-12"), ("发布日期", "2024-01-15"), ("文号", "沅乡振〔2024〕3号")],
        "沅坪县乡村振兴局", ["沅坪县新增就业2860人|2023-12-28", "全县发放耕地地力保护补贴1460万元|2023-12-20"])


def disclosure_civil() -> bytes:
    return disclosure_page(
        WORDS["disclosure_civil"], "gb18030",
        [("索引号", "NP1004-2023-00006"), ("发布机构", "南屏岭县民政局"), ("主题分类", "民政、救助"),
         ("成文日期", "2023-01-09"), ("发布日期", "2023-01-11"), ("文号", "南民字〔2023〕2号")],
        "南屏岭县民政局", ["南屏岭县走访慰问困难群众620户|2023-01-06", "关于提高城乡低保标准的通知|2022-12-30"])


def office(size: float = 12) -> Any:
    """An empty Word document in the fonts of the samples."""
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = SERIF, Pt(size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), SERIF)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    properties = document.core_properties
    properties.author, properties.created, properties.modified = "", WRITTEN, WRITTEN
    return document


def paragraphs(document: Any, texts: Sequence[str], title: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for number, text in enumerate(texts):
        paragraph = document.add_paragraph()
        run = paragraph.add_run(text)
        if title and number == 0:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run.bold, run.font.size = True, Pt(18)
        elif _HEADING.match(text):
            run.bold = True
        else:
            paragraph.paragraph_format.first_line_indent = Pt(24)


def saved(document: Any) -> bytes:
    """The Word or Excel file with fixed times of its members."""
    out, fixed = io.BytesIO(), io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in made.namelist():
            data = made.read(name)
            if name == "docProps/core.xml":  # openpyxl writes the present time whatever it is told
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + WRITTEN.isoformat().encode() + b"Z", data)
            archive.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def printed(document: Any) -> bytes:
    """The Word document as LibreOffice prints it, its date and identity fixed (in the same length: offsets hold)."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "report.docx"
        source.write_bytes(saved(document))
        subprocess.run([_soffice(), f"-env:UserInstallation=file://{scratch}/profile", "--headless", "--convert-to",
                        "pdf", "--outdir", scratch, str(source)], check=True, capture_output=True, timeout=180)
        data = source.with_suffix(".pdf").read_bytes()

    def date(match: re.Match[bytes]) -> bytes:
        value = WRITTEN.strftime("%Y%m%d%H%M%S").encode() + b"+08'00'"
        return b"/" + match[1] + b"(D:" + value[:len(match[0]) - len(match[1]) - 5] + b")"

    data = _DATE.sub(lambda match: date(match).ljust(len(match[0])), data)
    for mark in (_IDENTITY, _CHECKSUM):
        data = mark.sub(lambda match: re.sub(rb"[0-9A-F]{16,}", lambda digits: b"0" * len(digits[0]), match[0]), data)
    return data


def _soffice() -> str:
    found = shutil.which("soffice")
    if not found:
        raise SystemExit("LibreOffice (soffice) is needed to set the PDF files")
    return found


def two_columns() -> bytes:
    from docx.enum.section import WD_SECTION
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = office(12)
    paragraphs(document, WORDS["two_columns"][:1], title=True)
    section = document.add_section(WD_SECTION.CONTINUOUS)
    columns = section._sectPr.find(qn("w:cols"))
    if columns is None:
        columns = OxmlElement("w:cols")
        section._sectPr.append(columns)
    columns.set(qn("w:num"), "2")
    columns.set(qn("w:space"), "500")
    *columns_text, signed = WORDS["two_columns"][1:]
    paragraphs(document, columns_text)
    # What follows the columns makes them equally long.
    document.add_section(WD_SECTION.CONTINUOUS)._sectPr.find(qn("w:cols")).set(qn("w:num"), "1")
    document.add_paragraph(signed).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return printed(document)


def accounts() -> bytes:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = office(14)
    paragraphs(document, WORDS["accounts_before"], title=True)
    caption, unit = WORDS["accounts_caption"]
    document.add_paragraph(caption).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(unit).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table = document.add_table(1, 3, style="Table Grid")
    for cells, texts in ((table.rows[0].cells, WORDS["accounts_head"]),
                         *((table.add_row().cells, row) for row in WORDS["accounts_rows"])):
        for cell, text in zip(cells, texts, strict=True):
            cell.text = text
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        row.height = Pt(32)
    paragraphs(document, WORDS["accounts_after"])
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("", "— "), ("begin", ""), ("", ""), ("end", ""), ("", " —")):
        run = footer.add_run(text)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not text:
            code = OxmlElement("w:instrText")
            code.text = "PAGE"
            run._r.append(code)
    return printed(document)


def scan() -> bytes:
    """One page of 200 dots per inch, grey, nothing but the picture."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab import rl_config
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    image = Image.new("L", (1654, 2339), 247)
    draw = ImageDraw.Draw(image)
    title, font = ImageFont.truetype(SANS, 56, index=2), ImageFont.truetype(SANS, 36, index=2)
    draw.text((827, 240), WORDS["scan"][0], 35, title, anchor="mm")
    y = 340
    for text in WORDS["scan"][1:]:
        line = "　　"
        for char in text + "\n":
            if char == "\n" or (draw.textlength(line + char, font) > 1300 and char not in "，。；、％%"):
                draw.text((170, y), line, 40, font)
                y, line = y + 66, ""
            line += char
        y += 20
    turned = image.rotate(0.3, Image.Resampling.BICUBIC, fillcolor=247)  # no scanner takes a page quite straight
    picture = io.BytesIO()
    turned.save(picture, "JPEG", quality=50, dpi=(200, 200))
    out = io.BytesIO()
    rl_config.useA85 = 0  # the picture as it is, and not as text a quarter longer
    canvas = Canvas(out, (595.44, 842.04), invariant=1)
    canvas.drawImage(ImageReader(io.BytesIO(picture.getvalue())), 0, 0, 595.44, 842.04)
    canvas.save()
    return out.getvalue()


def projects() -> bytes:
    document = office()
    paragraphs(document, WORDS["projects_before"], title=True)
    rows = (*WORDS["projects_head"], *WORDS["projects_rows"])
    table = document.add_table(len(rows), 6, style="Table Grid")
    for cells, texts in zip((row.cells for row in table.rows), rows, strict=True):
        for column, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            if column or text == "合计":
                cell.text = text
    table.cell(0, 2).merge(table.cell(0, 3)).text = "资金"
    for column in (0, 1, 4, 5):
        table.cell(0, column).merge(table.cell(1, column)).text = rows[0][column]
    first = 2
    for row in range(3, len(rows) + 1):  # rows of one kind share its cell
        if row == len(rows) or rows[row][0] != rows[first][0]:
            table.cell(first, 0).merge(table.cell(row - 1, 0)).text = rows[first][0]
            first = row
    paragraphs(document, WORDS["projects_after"])
    return saved(document)


def indicators() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = WRITTEN
    economy = book.active
    economy.title = "经济"
    economy.append(["沅坪县2022年主要经济指标"])
    economy.append(["单位：亿元"])
    for head in WORDS["indicators_head"]:
        economy.append([text or None for text in head])
    for row in WORDS["indicators_economy"]:
        economy.append(row)
        for cell in economy[economy.max_row][1:3]:
            cell.number_format = "0.00"
        economy.cell(economy.max_row, 4).number_format = "0.00%"
    for merged in ("A1:D1", "A2:D2", "A3:A4", "B3:C3", "D3:D4"):
        economy.merge_cells(merged)
    living = book.create_sheet("民生")
    living.append(["沅坪县2022年民生和社会事业指标"])
    living.append(["指标", "单位", "2022年"])
    for name, unit, value in WORDS["indicators_living"]:
        living.append([name, unit, value])
        living.cell(living.max_row, 3).number_format = "#,##0" if isinstance(value, int) else "0.0"
    living.merge_cells("A1:C1")
    return saved(book)


def reports() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["地区", "年份", "标题", "正文", "链接"])
    for number, (place, year, title, text) in enumerate(WORDS["reports"], 1):
        writer.writerow([place, year, title, text, f"https://example.invalid/xxgk/{year}/{number:04}.html"])
    return out.getvalue().encode("utf-8-sig")


FILES: dict[str, Callable[[], bytes]] = {
    "disclosure-county-2023.html": disclosure_county,
    "disclosure-civil-2022.html": disclosure_civil,
    "two-columns-2022.pdf": two_columns,
    "accounts-2023.pdf": accounts,
    "scan-2021.pdf": scan,
    "project-list-2023.docx": projects,
    "indicators-2022.xlsx": indicators,
    "reports.csv": reports,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample reports that are no plain texts.")
    parser.add_argument("--output", type=Path, default=ROOT / "corpus")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these files")
    options = parser.parse_args()
    for name in options.names or FILES:
        data = FILES[name]()
        (options.output / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
