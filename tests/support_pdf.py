"""PDF files written for the tests: a small typesetter over reportlab, so that every break of a line is known.

Characters of Adobe's GB1 fonts have no embedded glyphs but a mapping to Unicode, like most Chinese office documents.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractor.reading.fold import fold
from extractor.reading.layout import _soft_breaks

FONT = "STSong-Light"
LATIN = "DejaVuSans"
_TABLE = re.compile(r"[─-╿]|\S\s{3,}\S")
CLOSING = "，。、；：！？）》”"


@dataclass
class Sheet:
    """A document under way: pages of A4 with margins, running heads and page numbers where they are wanted."""

    size: float = 12
    width: float = 595
    height: float = 842
    left: float = 72
    right: float = 523
    top: float = 72
    bottom: float = 770
    leading: float = 1.5
    head: str = ""
    numbers: str = ""
    """Form of the page number: ``— {} —``."""
    indent: float = 2
    buffer: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        pdfmetrics.registerFont(TTFont(LATIN, str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{LATIN}.ttf")))
        self.canvas: Any = Canvas(self.buffer, (self.width, self.height), invariant=1)
        self.page = 1
        self.y = self.top

    def line(self, x: float, text: str, size: float | None = None) -> None:
        """One line of text with its upper edge at the current height; the next one comes below."""
        size = size or self.size
        if self.y + size > self.bottom:
            self.next_page()
        self.put(x, self.y, text, size)
        self.y += size * self.leading

    def put(self, x: float, y: float, text: str, size: float | None = None) -> None:
        size = size or self.size
        for font, run in runs(text):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, self.height - y - size * 0.85, run)
            x += float(pdfmetrics.stringWidth(run, font, size))

    def next_page(self) -> None:
        self._furniture()
        self.canvas.showPage()
        self.page += 1
        self.y = self.top

    def _furniture(self) -> None:
        if self.head:
            self.put(self.left, 36, self.head, 9)
        if self.numbers:
            self.put(self.width / 2 - 15, self.height - 50, self.numbers.format(self.page), 10)

    def title(self, text: str) -> None:
        size = self.size * 1.6
        for line in wrap(text, self.right - self.left, size, 0):
            self.line((self.left + self.right - width(line, size)) / 2, line, size)
        self.y += size / 2

    def paragraph(self, text: str, left: float | None = None, right: float | None = None) -> None:
        """A paragraph with an indented first line, broken at any character, digits included."""
        left, right = left or self.left, right or self.right
        for number, line in enumerate(wrap(text, right - left, self.size, self.indent * self.size)):
            self.line(left + (0 if number else self.indent * self.size), line)

    def table(self, rows: Sequence[Sequence[str]], columns: Sequence[float], *, repeat: int = 0,
              merged: Sequence[tuple[int, int, int, int]] = (), sides: bool = True) -> None:
        """A ruled table; ``merged`` are row, column, rows, columns; ``repeat`` rows are printed on each page again."""
        height = self.size * 1.8
        hidden = {(r + i, c + j) for r, c, rows_, columns_ in merged for i in range(rows_) for j in range(columns_)
                  if i or j}
        spans = {(r, c): (rows_, columns_) for r, c, rows_, columns_ in merged}
        for r, row in enumerate(rows):
            if self.y + height > self.bottom:
                self.next_page()
                for again in range(repeat):
                    self._row(again, rows[again], columns, height, hidden, spans, sides)
            self._row(r, row, columns, height, hidden, spans, sides)

    def _row(self, r: int, row: Sequence[str], columns: Sequence[float], height: float, hidden: set[tuple[int, int]],
             spans: dict[tuple[int, int], tuple[int, int]], sides: bool) -> None:
        for c, text in enumerate(row):
            if (r, c) in hidden:
                continue
            rows_, columns_ = spans.get((r, c), (1, 1))
            x0, x1 = columns[c], columns[c + columns_]
            top, bottom = self.y, self.y + height * rows_
            for x in (x0, x1):
                if sides or columns[0] < x < columns[-1]:
                    self.canvas.line(x, self.height - top, x, self.height - bottom)
            for y in (top, bottom):
                self.canvas.line(x0, self.height - y, x1, self.height - y)
            self.put(x0 + 4, (top + bottom) / 2 - self.size / 2, text)
        self.y += height

    def pdf(self) -> bytes:
        self._furniture()
        self.canvas.save()
        return self.buffer.getvalue()


def runs(text: str) -> list[tuple[str, str]]:
    """The text cut by the font that has its characters: the Chinese one lacks ·, ³ and the like."""
    found: list[tuple[str, str]] = []
    for char in text:
        font = LATIN if "\x80" <= char < "\u2000" or char in "⁰⁴⁵⁶⁷⁸⁹₂│┃" else FONT
        if found and found[-1][0] == font:
            found[-1] = (font, found[-1][1] + char)
        else:
            found.append((font, char))
    return found


def width(text: str, size: float) -> float:
    return sum(float(pdfmetrics.stringWidth(run, font, size)) for font, run in runs(text))


def wrap(text: str, room: float, size: float, indent: float) -> list[str]:
    """Lines of a paragraph: broken at any character but before closing punctuation."""
    lines: list[str] = []
    line, used = "", indent
    for char in text:
        own = width(char, size)
        if used + own > room and char not in CLOSING:
            lines.append(line)
            line, used = "", 0.0
        line += char
        used += own
    return [*lines, line] if line else lines


def report(text: str, **settings: Any) -> bytes:
    """A plain-text report as a PDF: the first line as its title, lines of a drawn table as they are, every other line
    a paragraph. Lines that only wrap a paragraph in the text file are put together before."""
    sheet = Sheet(**settings)
    lines = unwrapped(text.lstrip("\ufeff")).split("\n")
    widest = max((width(line, 1) for line in lines if _TABLE.search(line.strip())), default=1.0)
    small = min(sheet.size, (sheet.right - sheet.left) / widest)
    first = True
    for line in lines:
        plain = line.strip()
        if not plain:
            continue
        if _TABLE.search(plain):
            sheet.line(sheet.left + width(line[: len(line) - len(line.lstrip())], small), plain, small)
        elif first and len(plain) < 60:
            sheet.title(plain)
        else:
            sheet.paragraph(plain)
        first = False
    return sheet.pdf()


def unwrapped(text: str) -> str:
    """A hard-wrapped text with one paragraph on each line, as a typesetter would get it."""
    soft = _soft_breaks(fold(text).split("\n"))
    return "".join("" if char == "\n" and i in soft else char for i, char in enumerate(text))
