"""A plain-text report written in other formats, as people would set it: paragraphs, headings, tables where it has them.

A line of the text becomes a paragraph; runs of lines with tabs become a table. Numbers are split over runs and inline
tags on purpose: readers have to put them together.
"""

from __future__ import annotations

import html
import io
import re
import struct
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


def as_xls(rows: list[list[object]], merged: list[tuple[int, int, int, int]] | None = None) -> bytes:
    """A workbook of Excel 97 with one sheet; ``merged`` are (first row, last row, first column, last column)."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0))

    sheet = beginning(0x0010)
    for i, row in enumerate(rows):
        for k, item in enumerate(row):
            place = struct.pack("<HHH", i, k, 0)
            if isinstance(item, float):
                sheet += record(0x0203, place + struct.pack("<d", item))
            elif isinstance(item, str):
                sheet += record(0x0204, place + struct.pack("<HB", len(item), 1) + item.encode("utf-16-le"))
    if merged:
        sheet += record(0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *span) for span in merged))
    sheet += record(0x000A)
    name = "表".encode("utf-16-le")
    head = beginning(0x0005)
    offset = len(head) + 4 + 8 + len(name) + 4
    book = head + record(0x0085, struct.pack("<IHBB", offset, 0, 1, 1) + name) + record(0x000A) + sheet
    return _compound("Workbook", book)


def _compound(name: str, data: bytes) -> bytes:
    """An OLE file with one stream: sector 0 is the table of sectors, 1 the directory, the others hold the stream."""
    data = data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0")
    count = len(data) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    assert len(table) == 512, "more than one sector of the table is not needed here"

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        printed = (title + "\0").encode("utf-16-le") if title else b""
        return (
            printed.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(printed), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(data))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    return header.ljust(512, b"\xff") + table + directory.ljust(512, b"\0") + data


__all__ = ["CORPUS", "as_docx", "as_html", "as_xls", "as_xlsx", "reports", "split_number"]
