"""Generated reports as a government site publishes them: HTML pasted from a word processor, PDF with a ruled table.

The markup is modelled on what such sites serve: navigation and footers of some eighty links, metadata tags, inline
styles on every paragraph, digits in spans of their own. The PDF page is the official one of 22 lines of 28 characters.
"""

from __future__ import annotations

import html
import io
import re

_RUN = re.compile(r"[0-9A-Za-z.%]+")
_CELL = re.compile(r"([\u4e00-\u9fff]{2,8}?)(\d[\d.]*)(万元|亿元|户|人|个|公里|亩)")
_SECTIONS = ("首页", "政务公开", "政务服务", "互动交流", "新闻中心", "专题专栏", "数据开放", "走进本地")
_ITEMS = ("机构职能", "政策文件", "规划计划", "财政信息", "人事信息", "重点领域", "公示公告",
          "建议提案", "年度报告", "统计信息")
_NUMBER = '<span style="font-size:16.0pt;font-family:&quot;Times New Roman&quot;;">{}</span>'
_TEXT = '<span style="font-size:16.0pt;font-family:仿宋_GB2312;">{}</span>'


def html_page(name: str, text: str) -> bytes:
    """A page of a government site with the report in it, UTF-8."""
    lines = [line for line in text.split("\n") if line.strip()]
    menu = "".join(
        f'<li class="nav-item"><a href="/{i}/">{section}</a><ul>'
        + "".join(f'<li><a href="/{i}/{j}/" target="_blank">{item}</a></li>' for j, item in enumerate(_ITEMS))
        + "</ul></li>"
        for i, section in enumerate(_SECTIONS))
    body = "\n".join(
        f'<p class="MsoNormal" style="text-indent:32.0pt;line-height:28.0pt;margin:0cm;">{_spans(line)}</p>'
        for line in lines[1:])
    title = html.escape(lines[0])
    page = (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2024-01-12 15:20">\n'
        '<link rel="stylesheet" href="/css/main.css"><script src="/js/jquery.js"></script>'
        "<script>var page = {id: 1, zoom: function (size) { document.body.style.fontSize = size; }};</script></head>\n"
        f'<body><div class="header"><div class="nav"><ul>{menu}</ul></div></div>\n'
        f'<div class="main"><h1>{title}</h1><div class="article-content" id="zoom">\n{body}\n</div></div>\n'
        '<div class="footer"><p>主办：人民政府办公室</p>'
        '<p><a href="/map/">网站地图</a> | <a href="/us/">联系我们</a></p></div>\n'
        f"<!-- {name} --></body></html>\n")
    return page.encode()


def _spans(line: str) -> str:
    pieces, position = [], 0
    for match in _RUN.finditer(line):
        if match.start() > position:
            pieces.append(_TEXT.format(html.escape(line[position:match.start()])))
        pieces.append(_NUMBER.format(html.escape(match[0])))
        position = match.end()
    if position < len(line):
        pieces.append(_TEXT.format(html.escape(line[position:])))
    return "".join(pieces)


def pdf_file(text: str) -> tuple[bytes, int]:
    """(PDF file, its pages): the report, and on the last page a ruled table of twelve of its figures."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Table

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=True, pageCompression=1)
    printed = [line[at : at + 28] for line in text.split("\n") for at in range(0, len(line), 28)]
    pages = [printed[at : at + 22] for at in range(0, len(printed), 22)]
    for number, page in enumerate(pages, 1):
        canvas.setFont("STSong-Light", 16)
        for row, line in enumerate(page):
            canvas.drawString(73, 755 - 29 * row, line)
        canvas.setFont("STSong-Light", 9)
        canvas.drawCentredString(297, 40, f"- {number} -")
        canvas.showPage()
    rows = [["项目", "数量", "单位"], *([*match.groups()] for match in list(_CELL.finditer(text))[:12])]
    table = Table(rows, colWidths=(200, 120, 80), rowHeights=24, style=[
        ("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("FONT", (0, 0), (-1, -1), "STSong-Light", 12)])
    table.wrapOn(canvas, 400, 700)
    table.drawOn(canvas, 90, 400)
    canvas.showPage()
    canvas.save()
    return stream.getvalue(), len(pages) + 1
