"""Pages to one text: paragraphs over line and page ends, tables over pages, furniture out of their way.

The text of a paged document is what a reader would type off: each paragraph on one line, without the line ends of the
print. A box for each character leads back to the page. Furniture keeps its place between the paragraphs; where a
paragraph or a table goes on over the page end, it stands behind it.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from extractor.model import Block, BlockKind, Glyphs, Page

from .pdf_furniture import furniture_lines
from .pdf_grid import aligned_tables
from .pdf_lines import Piece, joined
from .pdf_order import Region, find_gutter, regions
from .pdf_paragraphs import TABULAR, Margins, glue, goes_on, margins
from .pdf_tables import CellText, PageTable, cuts_row, separator

_HEADING_SIZE = 1.12
_LONGEST_HEADING = 60
_SENTENCE_END = frozenset("。；;，,、")
_SAME_RULE = 3.0
"""Points by which the rules of a table may differ from one page to the next."""
_NARROW = 0.5
"""Part of the page that the only column of text takes at least."""
_CAPTIONS = 4
_CONTINUED = re.compile(r"续表|单位[:：]|接上[页表]|[(（]续[)）]|表\s?\d")


@dataclass(slots=True)
class PageContent:
    """One page as it was read: its lines from top to bottom (a table is a line), and text that cannot be seen."""

    number: int
    width: float
    height: float
    lines: list[list[Piece]]
    hidden: list[Piece] = field(default_factory=list)
    recognised: bool = False
    turned: int = 0

    def move(self, x: float, y: float) -> None:
        """Move everything on the page, tables included."""
        for piece in (*(piece for line in self.lines for piece in line), *self.hidden):
            piece.move(x, y)
            if isinstance(piece.payload, PageTable):
                piece.payload.move(x, y)


@dataclass(slots=True)
class Flowed:
    """The text of a paged document with its layout."""

    text: str
    blocks: list[Block]
    pages: tuple[Page, ...]
    glyphs: Glyphs


def flow(pages: Sequence[PageContent]) -> Flowed:
    """The document that the pages make."""
    body = _body_size(pages)
    marked = furniture_lines([(page.height, page.lines) for page in pages], body)
    plans: list[tuple[list[Piece], list[tuple[Piece, str]], list[Region]]] = []
    gutter: float | None = None
    for page, notes in zip(pages, marked, strict=True):
        extras = [(joined(line), notes[i]) for i, line in enumerate(page.lines) if i in notes]
        rest = [line for i, line in enumerate(page.lines) if i not in notes]
        lines = aligned_tables(rest)
        gutter = find_gutter(lines, gutter)
        plans.append((page.hidden, extras, regions(lines, gutter)))
    usual = _usual_margins([found for _, _, found in plans])
    columns: list[Margins] = []
    writer = _Writer(body, any(page.recognised for page in pages))
    for page, (hidden, extras, found) in zip(pages, plans, strict=True):
        writer.furniture += [*extras, *((piece, "hidden") for piece in hidden)]
        own = _fuller(margins([line for region in found if not region.column for line in region.lines]), usual)
        if own is not None and not own.sure and own.right - own.left < _NARROW * page.width:
            # A list of short lines shows no right margin: it is taken to be as wide as the left one.
            own = Margins(own.left, page.width - own.left, own.pitch)
        for k, region in enumerate(found):
            edge = _of_column(region, columns) if region.column else own
            writer.region(region, edge, first=k == 0)
    return writer.result(pages)


def _body_size(pages: Sequence[PageContent]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            for piece in line:
                sizes[round(piece.size * 2) / 2] += len(piece.text)
    return max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 0.0


def _usual_margins(found: Sequence[Sequence[Region]]) -> Margins | None:
    """The margins of the document's pages of one column, for pages with too few lines to show their own."""
    return margins([line for page in found for region in page if not region.column for line in region.lines])


def _fuller(own: Margins | None, usual: Margins | None) -> Margins | None:
    """A page's margins, widened to the document's where the page has only short lines."""
    if own is None or usual is None:
        return own or usual
    if abs(own.left - usual.left) < 40 and own.right < usual.right - 1:
        return Margins(own.left, usual.right, own.pitch or usual.pitch)
    return own


def _of_column(region: Region, known: list[Margins]) -> Margins | None:
    """The margins of a column; where it has too few lines, those of the last one that began at the same place."""
    own = margins(region.lines)
    left = own.left if own else min(line.x0 for line in region.lines)
    last = next((edge for edge in reversed(known) if abs(edge.left - left) < 2 * region.lines[0].size), None)
    if own is not None and own.sure:
        known.append(own)
        return own
    return _fuller(own, last)


class _Writer:
    """Collects text, boxes and blocks. At any time one paragraph or table is open, and furniture waits behind it."""

    def __init__(self, body: float, recognised: bool) -> None:
        self.body = body
        self.text: list[str] = []
        self.size = 0
        self.boxes: array[float] = array("f")
        self.pages: array[int] = array("H")
        self.confidence: array[float] | None = array("f") if recognised else None
        self.blocks: list[Block] = []
        self.furniture: list[tuple[Piece, str]] = []
        self.paragraph: list[Piece] = []
        self.edge: Margins | None = None
        self.table: PageTable | None = None
        self.head: list[list[tuple[int, str]]] = []
        self.tables = 0
        self.rows = 0
        self.row: list[CellText] = []
        self.recent: list[str] = []
        self.captions: list[str] = []

    # --- regions ----------------------------------------------------------------------------------------------------

    def region(self, region: Region, edge: Margins | None, *, first: bool) -> None:
        """Write one region; ``first`` says that it begins a page, where a table may go on."""
        lines = region.lines
        if first and self.table is not None:
            lines = self._continued(lines)
        for line in lines:
            if isinstance(line.payload, PageTable):
                self._table(line.payload)
                continue
            if self.table is not None:
                self._close()
            above = self.paragraph[-1] if self.paragraph else None
            if above is not None and not goes_on(above, line, self.edge, self.body, edge):
                # A number at the very end of a page may lack its measure, and a table that no rule divides goes on:
                # no page number comes between.
                cut = above.page != line.page and above.text[-1:].isdigit()
                self._close(hold=cut or bool(TABULAR.search(above.text) and TABULAR.search(line.text)))
            self.paragraph.append(line)
            self.edge = edge

    def _continued(self, lines: list[Piece]) -> list[Piece]:
        """The lines of a page without those that only repeat the caption of a table that goes on there."""
        for count, line in enumerate(lines[: _CAPTIONS + 1]):
            table = line.payload
            if isinstance(table, PageTable):
                above = [piece.text for piece in lines[:count]]
                if self._same_columns(table) and all(self._repeats(text) for text in above):
                    self.furniture += [(piece, "repeated_caption") for piece in lines[:count]]
                    self._rows_of(table)
                    return lines[count + 1 :]
                return lines
        return lines

    def _repeats(self, text: str) -> bool:
        plain = "".join(text.split())
        return plain in self.captions or _CONTINUED.search(plain) is not None or plain in ("续", "(续)", "（续）")

    def _same_columns(self, table: PageTable) -> bool:
        mine = self.table
        if mine is None or len(mine.columns) != len(table.columns):
            return False
        shift = table.columns[0] - mine.columns[0]
        pairs = zip(mine.columns, table.columns, strict=True)
        return abs(shift) < 40 and all(abs(b - a - shift) <= _SAME_RULE for a, b in pairs)

    # --- paragraphs -------------------------------------------------------------------------------------------------

    def _close(self, *, hold: bool = False) -> None:
        """End what is open, and write the furniture that waited for it (``hold``: it waits further)."""
        if self.paragraph:
            self._write_paragraph(self.paragraph)
            self.paragraph = []
        self._write_row()
        self.table = None
        if hold:
            return
        for piece, note in self.furniture:
            self._block([piece], "furniture", note=note)
        self.furniture = []

    def _write_paragraph(self, lines: list[Piece]) -> None:
        text = "".join(line.text for line in lines)
        size = sum(line.size * len(line.text) for line in lines) / max(len(text), 1)
        large = size >= _HEADING_SIZE * self.body
        short = len(text) <= _LONGEST_HEADING and len(lines) <= 3 and text[-1:] not in _SENTENCE_END
        heading = short and (large or all(line.bold for line in lines)) and not text.isdecimal()
        self._block(lines, "heading" if heading else "paragraph", level=2 if large else 3)
        self.recent = [*self.recent[1 - _CAPTIONS :], "".join(text.split())]

    def _block(self, lines: list[Piece], kind: BlockKind, *, level: int = 0, note: str = "") -> None:
        self._newline()
        start = self.size
        if self.edge is not None and kind == "paragraph" and TABULAR.search(lines[0].text):
            # A line of a table that no rule divides: how far it is moved in says what it is a part of.
            moved = round((lines[0].x0 - self.edge.left) / max(lines[0].size / 2, 1))
            self._put(lines[0].blanks[:20] or " " * min(max(0, moved), 20))
        for before, line in zip((None, *lines), lines, strict=False):
            if before is not None:
                self._put(glue(before.text, line.text))
            self._piece(line)
        first = [line for line in lines if line.page == lines[0].page]
        box = (
            round(min(p.x0 for p in first), 2), round(min(p.top for p in first), 2),
            round(max(p.x1 for p in first), 2), round(max(p.bottom for p in first), 2),
        )
        self.blocks.append(
            Block(start, self.size, kind, level if kind == "heading" else 0, note, page=lines[0].page, bbox=box)
        )

    # --- tables -----------------------------------------------------------------------------------------------------

    def _table(self, table: PageTable) -> None:
        if self.table is not None and not self.furniture:
            self._close()  # two tables on one page are two tables
        elif self.table is not None and self._same_columns(table):
            self._rows_of(table)
            return
        self._close()
        self.table, self.rows, self.captions = table, 0, list(self.recent)
        self.head = [table.row_texts(row) for row in range(min(table.height, 4))]
        self.tables += 1
        self._rows_of(table)

    def _rows_of(self, table: PageTable) -> None:
        """Write the rows of a table, or of the part of it on a further page, where a repeated head is furniture."""
        repeated = 0
        if self.rows:
            while repeated < min(len(self.head), table.height) and self.head[repeated] == table.row_texts(repeated):
                repeated += 1
        self.table = table
        rows = [[cell for cell in table.cells if cell.row == row] for row in range(table.height)]
        for row, cells in enumerate(rows):
            if row < repeated:
                self.furniture += [(joined(cell.lines), "repeated_head") for cell in cells]
            elif self.rows and row == repeated and cuts_row(self.row, cells):
                for cell in cells:
                    next(old for old in self.row if old.column == cell.column).lines += cell.lines
            elif cells:
                self._write_row()
                self.row = [replace(cell, row=self.rows + row - repeated) for cell in cells]
        self.rows += table.height - repeated

    def _write_row(self) -> None:
        """Write the row that was kept back, since the page end may have cut it."""
        for k, cell in enumerate(self.row):
            if k:
                self._put("\t")
            else:
                self._newline()
            self._cell(cell)
        self.row = []

    def _cell(self, cell: CellText) -> None:
        start = self.size
        self._put(" " * cell.indent)
        for before, line in zip((None, *cell.lines), cell.lines, strict=False):
            if before is not None:
                self._put(separator(before, line, cell.box))
            self._piece(line)
        x0, top, x1, bottom = (round(float(value), 2) for value in cell.box)
        self.blocks.append(
            Block(start, self.size, "table_cell", table=self.tables - 1, row=cell.row, column=cell.column,
                  rows=cell.rows, columns=cell.columns, page=cell.lines[0].page, bbox=(x0, top, x1, bottom))
        )

    # --- characters -------------------------------------------------------------------------------------------------

    def _newline(self) -> None:
        if self.size and not self.text[-1].endswith("\n"):
            self._put("\n")

    def _put(self, text: str) -> None:
        """Text that the loader adds: it has no box."""
        if text:
            self.text.append(text)
            self.size += len(text)
            self.pages.extend([0] * len(text))
            self.boxes.extend([0.0] * (4 * len(text)))
            if self.confidence is not None:
                self.confidence.extend([-1.0] * len(text))

    def _piece(self, piece: Piece) -> None:
        count = len(piece.text)
        self.text.append(piece.text)
        self.size += count
        self.pages.extend([min(piece.page, 65535)] * count)
        self.boxes.extend(piece.boxes)
        if self.confidence is not None:
            self.confidence.extend(piece.confidence if piece.confidence is not None else [-1.0] * count)

    def result(self, pages: Sequence[PageContent]) -> Flowed:
        """Close what is open and hand over."""
        self._close()
        self._newline()
        text = "".join(self.text)
        spans = dict(_page_spans(self.pages))
        placed = tuple(
            Page(page.number, *spans.get(page.number, (0, 0)), round(page.width, 2), round(page.height, 2),
                 page.recognised, page.turned)
            for page in pages
        )
        return Flowed(text, self.blocks, placed, Glyphs(self.pages, self.boxes, self.confidence))




def _page_spans(pages: array[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """First and last character of each page, found by the changes of page in the text."""
    spans: dict[int, tuple[int, int]] = {}
    current, start = 0, 0
    for index, page in enumerate(pages):
        if page != current:
            if current:
                spans[current] = (min(spans.get(current, (start, 0))[0], start), index)
            current, start = page, index
    if current:
        spans[current] = (min(spans.get(current, (start, 0))[0], start), len(pages))
    yield from sorted(spans.items())
