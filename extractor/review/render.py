"""A document as plain pieces for the page: headings, paragraphs and tables of text, every number with its disposition.

Nothing of the source's own markup is kept. What comes out is text and words of ours; the templates escape the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractor.model import Block, Document

#: Characters of a document on one page of the view; a longer one is turned over like a book.
PAGE = 30_000
#: Kinds of marks, in the order of the legend.
MARKS = ("claimed", "figure", "flagged", "unexplained", "date", "name", "ordinal", "marker", "identifier", "furniture")


@dataclass(frozen=True, slots=True)
class Mark:
    """A number of the text: what it is, where it stands, and what judging it needs."""

    mark: str
    """One of :data:`MARKS`."""
    kind: str
    """Kind of the item: ``figure`` or ``ledger``."""
    start: int
    end: int
    label: str
    """Indicator or subject of a figure, rule of a ledger entry."""
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, with its mark where it is a number."""

    text: str
    mark: Mark | None = None


@dataclass(slots=True)
class Cell:
    """A cell of a table."""

    pieces: list[Piece]
    header: bool
    rows: int
    columns: int


@dataclass(slots=True)
class Element:
    """A block of the view: ``heading`` (with its level), ``paragraph``, ``list_item``, ``caption``, ``furniture`` or
    ``table``."""

    kind: str
    level: int = 0
    pieces: list[Piece] = field(default_factory=list)
    table: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class View:
    """One page of a document, and where the pages begin."""

    elements: list[Element]
    start: int
    end: int
    pages: list[int]
    """Offsets at which the pages begin."""
    page: int
    """Which of them this is, from 0."""


def marks_of(figures: Sequence[Mapping[str, Any]], ledger: Iterable[Mapping[str, Any]]) -> list[Mark]:
    """Every number of a document in text order, without overlaps: figures first, what is set aside between them."""
    found: list[Mark] = []
    for row in figures:
        flags = row["flags"] or ""
        mark = "flagged" if flags else "claimed" if row["indicator"] else "figure"
        found.append(Mark(mark, "figure", row["start"], row["end"], row["indicator"] or row["subject"] or "", flags))
    for row in ledger:
        if not row["figure"]:
            known = row["disposition"] if row["disposition"] in MARKS else "flagged"
            mark = "flagged" if row["flags"] else known
            found.append(Mark(mark, "ledger", row["start"], row["end"], row["rule"] or "", row["flags"] or ""))
    found.sort(key=lambda mark: (mark.start, mark.kind != "figure"))
    apart: list[Mark] = []
    for each in found:
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return apart


def counts(marks: Iterable[Mark]) -> dict[str, int]:
    """How many marks of each kind, in the order of the legend, the absent ones left out."""
    found = Counter(mark.mark for mark in marks)
    return {mark: found[mark] for mark in MARKS if found[mark]}


def view(document: Document, marks: Sequence[Mark], at: int = 0) -> View:
    """The page of a document that holds the offset ``at``."""
    stretches = list(_stretches(document))
    starts = [0]
    for first, _, _ in stretches:
        if first - starts[-1] >= PAGE:
            starts.append(first)
    page = max(bisect_right(starts, max(at, 0)) - 1, 0)
    start = starts[page]
    end = starts[page + 1] if page + 1 < len(starts) else len(document.text)
    pick = _Pieces(document.text, marks)
    shown = [stretch for stretch in stretches if start <= stretch[0] < end]
    return View(list(_elements(shown, pick)), start, end, starts, page)


def around(document: Document, marks: Sequence[Mark], start: int, end: int) -> list[Piece]:
    """A stretch of the text with its marks."""
    return _Pieces(document.text, marks).between(max(start, 0), min(end, len(document.text)))


def _stretches(document: Document) -> Iterator[tuple[int, int, Block | None]]:
    """The text cut into blocks and the lines between them; stretches of white space are left out.

    A table is one block: its cells follow each other, so the first cell stands for the place of all.
    """
    done = 0
    text = document.text
    for block in sorted(document.blocks, key=lambda block: block.start):
        if block.start < done:
            continue
        yield from _lines(text, done, block.start)
        if text[block.start : block.end].strip() or block.kind == "table_cell":
            # A text file has long stretches of furniture and titles over several lines, but no block beyond a page
            # except a wall of text without line breaks, which is cut.
            for at in range(block.start, max(block.end, block.start + 1), PAGE):
                yield at, min(at + PAGE, block.end), block
        done = block.end
    yield from _lines(text, done, len(text))


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int, Block | None]]:
    while start < end:
        stop = text.find("\n", start, min(end, start + PAGE))
        stop = min(end, start + PAGE) if stop < 0 else stop
        if text[start:stop].strip():
            yield start, stop, None
        start = stop + 1 if stop < end and text[stop] == "\n" else stop


def _elements(stretches: Sequence[tuple[int, int, Block | None]], pick: _Pieces) -> Iterator[Element]:
    at = 0
    while at < len(stretches):
        start, end, block = stretches[at]
        if block is not None and block.kind == "table_cell":
            cells = []
            while at < len(stretches):
                start, end, cell = stretches[at]
                if cell is None or cell.kind != "table_cell" or cell.table != block.table:
                    break
                cells.append((start, end, cell))
                at += 1
            yield _table(cells, pick)
            continue
        pieces = pick.between(start, end)
        kind = "paragraph" if block is None else block.kind
        if kind == "title":
            yield Element("heading", 1, pieces)
        elif kind == "heading":
            yield Element("heading", min(max(block.level if block else 2, 1) + 1, 6), pieces)
        else:
            yield Element(kind, 0, pieces)
        at += 1


def _table(cells: Sequence[tuple[int, int, Block]], pick: _Pieces) -> Element:
    rows: dict[int, list[Cell]] = {}
    for start, end, block in cells:
        # Spans come from a document: a cell that claims a million columns must not stop the browser.
        spans = (min(max(block.rows, 1), 500), min(max(block.columns, 1), 100))
        rows.setdefault(block.row or 0, []).append(Cell(pick.between(start, end), block.header, *spans))
    return Element("table", table=[rows[row] for row in sorted(rows)])


class _Pieces:
    """Cuts stretches of a text at its marks."""

    def __init__(self, text: str, marks: Sequence[Mark]) -> None:
        self._text = text
        self._marks = marks
        self._starts = [mark.start for mark in marks]
        self._ends = [mark.end for mark in marks]

    def between(self, start: int, end: int) -> list[Piece]:
        pieces = []
        at = bisect_right(self._ends, start)  # marks are apart, so their ends are in order too
        stop = bisect_left(self._starts, end)
        done = start
        for mark in self._marks[at:stop]:
            left, right = max(mark.start, done), min(mark.end, end)
            if left >= right:
                continue
            if left > done:
                pieces.append(Piece(self._text[done:left]))
            pieces.append(Piece(self._text[left:right], mark))
            done = right
        if done < end:
            pieces.append(Piece(self._text[done:end]))
        return pieces
