"""A plain-text report written in other formats, as people would set it: paragraphs, headings, tables where it has them.

A line of the text becomes a paragraph; runs of lines with tabs become a table. Numbers are split over runs and inline
tags on purpose: readers have to put them together.
"""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"
_HEADING = re.compile(r"[一二三四五六七八九十]+、.{1,30}\Z")
_LONG_NUMBER = re.compile(r"(?<=\d)(?=\d)")


def reports() -> list[Path]:
    """The plain-text reports of the sample corpus."""
    return sorted(CORPUS.glob("*.txt"))


def split_number(line: str) -> list[str]:
    """The line cut in the middle of its first longer number."""
    found = _LONG_NUMBER.search(line)
    return [line[: found.start()], line[found.start() :]] if found else [line]


def as_html(text: str, codec: str = "utf-8") -> bytes:
    """A page with the text in paragraphs, its numbers split over inline tags."""
    body = []
    for line in text.split("\n"):
        if line.strip():
            # Pages write blanks that count as hard ones; others collapse.
            pieces = [html.escape(piece).replace("  ", "&nbsp;&nbsp;") for piece in split_number(line)]
            tag = "h2" if _HEADING.match(line.strip()) else "p"
            body.append(f"<{tag}>" + "".join(f"<span>{piece}</span>" for piece in pieces) + f"</{tag}>")
    page = f'<!DOCTYPE html><html><head><meta charset="{codec}"></head><body><div>' + "\n".join(body)
    return (page + "</div></body></html>").encode(codec, "xmlcharrefreplace")


def as_docx(text: str) -> bytes:
    """A Word file with one paragraph a line, its numbers split over runs."""
    import docx

    document = docx.Document()
    for line in text.split("\n"):
        if _HEADING.match(line.strip()):
            document.add_heading(line.strip(), 1)
            continue
        paragraph = document.add_paragraph()
        for piece in split_number(line):
            paragraph.add_run(piece)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_xlsx(text: str) -> bytes:
    """A workbook with one line of the text a row."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for i, line in enumerate(text.split("\n"), 1):
        if line.strip():
            sheet.cell(i, 1).value = line
            sheet.cell(i, 1).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


__all__ = ["CORPUS", "as_docx", "as_html", "as_xlsx", "reports", "split_number"]
