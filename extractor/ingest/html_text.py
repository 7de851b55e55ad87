"""The text of an element tree and its blocks, in one walk without recursion."""

from __future__ import annotations

import re
from bisect import bisect_left

from lxml import etree

from extractor.model import Block, BlockKind
from extractor.reading.furniture_rules import packaged_rules
from extractor.records import maker

_block = maker(Block)
_SKIP = frozenset({"script", "style", "head", "template", "svg", "math", "object", "embed", "iframe", "canvas", "audio",
                   "video", "map"})
_BLOCK = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "noscript", "ol", "optgroup", "option", "p", "pre",
    "search", "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul", "noframes"})
_CELLS = frozenset({"td", "th"})
#: Elements whose text is a block of a kind of its own, with its level.
_KINDS: dict[str, tuple[BlockKind, int]] = {
    **{f"h{level}": ("heading", level) for level in range(1, 7)}, "li": ("list_item", 0), "caption": ("caption", 0)}
_PARTS = {"nav": "navigation", "footer": "footer", "aside": "related", "button": "navigation", "select": "navigation",
          "option": "navigation", "noscript": "navigation", "search": "navigation"}
_ROLES = {"navigation": "navigation", "banner": "navigation", "contentinfo": "footer", "search": "navigation",
          "complementary": "related", "menu": "navigation", "menubar": "navigation", "dialog": "login"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
#: Attributes that may say which part of the page an element is, the more telling first.
_TELLING = {"role": 0, "hidden": 1, "style": 2, "class": 3, "id": 4}
_NAMES = _TELLING["class"]
_SPACES = re.compile(r"[ \t\r\n\f][ \t\r\n\f]*+")
_DIGITS = re.compile(r"\d")
_MOST = 0.4
"""A part that holds more of the page's prose than this is the report, whatever its class says."""
_LIST_OF_LINKS = 4
_PROSE = 300
_MAX_SPAN = 1000
_LAYOUT_CELL = 500


class Walker:
    """Collects text and blocks of one tree; use once: :meth:`walk`, then :meth:`result`."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.blocks: list[Block] = []
        self.block_start = 0
        self.blank = False
        self.soft_break = False
        self.breaks = 0
        self.kinds: list[tuple[BlockKind, int]] = [("paragraph", 0)]
        self.depth = 0
        self.regions: list[tuple[str, int, int]] = []
        self.found_regions: list[tuple[int, int, str]] = []
        self.links = 0
        self.link_text = 0
        self.linked: list[bool] = []
        self.pre = 0
        self.tables: list[_Table | None] = []
        self.table_count = 0
        self.in_cell = False
        self.class_words = packaged_rules().html
        self.notes: dict[tuple[int, str], str] = {}
        """What the attributes seen so far say: pages repeat a few of them on every paragraph."""

    def walk(self, root: etree._Element) -> None:
        """Walk the tree; elements whose content is no text (scripts, styles) are passed over."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag
            if event == "start":
                if tag in _SKIP:
                    walker.skip_subtree()
                    continue
                if not isinstance(tag, str):
                    continue
                self.depth += 1
                if tag == "br":
                    self._break()
                else:
                    note = self._note(tag, element)
                    if note or tag in _BLOCK:
                        self._open(tag, element, note)
                    if tag == "a":
                        self.links += 1
                text = element.text
            else:
                if isinstance(tag, str) and tag not in _SKIP:
                    self._close(tag)
                    self.depth -= 1
                text = element.tail
            if text:
                self._text(text)
        self._end_block()

    def result(self) -> tuple[str, list[Block]]:
        """The text and its blocks, furniture labelled."""
        text = "".join(self.parts)
        return text, self._labelled(text)

    # --- events -----------------------------------------------------------------------------------------------------

    def _open(self, tag: str, element: etree._Element, note: str) -> None:
        """Begin an element that stands on lines of its own or is a part of the page with a note."""
        if tag in _CELLS:
            self._open_cell(tag, element)
        else:
            self._end_block()
            if tag == "tr" and self.tables and self.tables[-1]:
                self.tables[-1].next_row()
        if tag == "table":
            self.tables.append(_Table(self.table_count) if _is_data(element) else None)
            self.table_count += self.tables[-1] is not None
        elif tag in ("thead", "tbody", "tfoot") and self.tables and self.tables[-1]:
            self.tables[-1].head = tag == "thead"
        elif tag == "pre":
            self.pre += 1
        if tag in _KINDS:
            self.kinds.append(_KINDS[tag])
        if note:
            self.regions.append((note, self.size, self.depth))

    def _close(self, tag: str) -> None:
        noted = self.regions and self.regions[-1][2] == self.depth
        if noted or tag in _BLOCK:
            if tag in _CELLS:
                self._close_cell()
            else:
                self._end_block()
            if noted:
                note, start, _ = self.regions.pop()
                if self.size > start:
                    self.found_regions.append((start, self.size, note))
            if tag == "table" and self.tables:
                self.tables.pop()
            elif tag == "pre":
                self.pre = max(0, self.pre - 1)
            elif tag in _KINDS and len(self.kinds) > 1:
                self.kinds.pop()
        if tag == "a":
            self.links = max(0, self.links - 1)

    def _note(self, tag: str, element: etree._Element) -> str:
        """Which part of the page an element is, '' for the report: what its tag, its first telling attribute says."""
        if tag in _PARTS:
            return _PARTS[tag]
        note, best = "", len(_TELLING)
        for name, value in element.items():
            rank = _TELLING.get(name, best)
            if rank < best and not (rank >= _NAMES and tag in ("body", "html")):
                key = (rank, value)
                found = self.notes.get(key)
                if found is None:
                    found = self.notes[key] = self._note_of(name, value)
                if found:
                    note, best = found, rank
        return note

    def _note_of(self, name: str, value: str) -> str:
        if name == "role":
            return _ROLES.get(value, "")
        if name == "hidden":
            return "hidden"
        if name == "style":
            return "hidden" if _HIDDEN.search(value) else ""
        for word in value[:200].split():
            note = self.class_words.get(word.lower())
            if note:
                return note
        return ""

    # --- text -------------------------------------------------------------------------------------------------------

    def _text(self, text: str) -> None:
        if self.pre:
            self._put(text.replace("\r\n", "\n"))
            return
        if " " not in text and text.isprintable():  # no blanks at all
            self._put(text)
            return
        text = _SPACES.sub(" ", text)
        if text == " ":
            self.blank = True
            return
        if text.startswith(" "):
            self.blank = True
            text = text[1:]
        trailing = text.endswith(" ")
        if trailing:
            text = text[:-1]
        if text:
            self._put(text)
        self.blank = trailing

    def _put(self, text: str) -> None:
        if self.size == self.block_start:
            if not self.in_cell and self.parts and not self.parts[-1].endswith("\n"):
                self._raw("\n")  # running text below a table
                self.block_start = self.size
        elif self.blank and not self.soft_break and not self.parts[-1].endswith(("\n", "\t")):
            self._raw(" ")
        if self.soft_break:
            self._raw("\n")
            self.soft_break = False
        self.blank = False
        self.breaks = 0
        self.parts.append(text)
        self.size += len(text)
        if self.links:
            self.link_text += len(text)

    def _raw(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)

    def _break(self) -> None:
        """A line break: at once in running text, only between two pieces of text in a cell."""
        self.blank = False
        if self.in_cell:
            self.soft_break = self.size > self.block_start
        elif self.size > self.block_start and self.breaks < 2:
            self._raw("\n")
            self.breaks += 1

    def _end_block(self) -> None:
        """Close the block of running text, if there is one."""
        self.blank = False
        if self.in_cell:
            self.soft_break = self.size > self.block_start
            return
        if self.size > self.block_start:
            kind, level = self.kinds[-1]
            table = self.tables[-1].index if kind == "caption" and self.tables and self.tables[-1] else None
            self.blocks.append(_block(self.block_start, self.size, kind, level, "", table))
            self.linked.append(self.link_text * 10 >= (self.size - self.block_start) * 8)
            if not self.parts[-1].endswith("\n"):
                self._raw("\n")
        self.block_start = self.size
        self.link_text = 0

    def _open_cell(self, tag: str, element: etree._Element) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None:
            self._end_block()
            return
        if self.in_cell:
            self._close_cell()
        if table.row < 0:
            table.next_row()
        if self.size and table.row_started:
            self._raw("\t")
        elif self.size and not self.parts[-1].endswith("\n"):
            self._raw("\n")
        table.row_started = True
        self.block_start = self.size
        self.in_cell = True
        self.soft_break = self.blank = False
        table.place(_number(element.get("rowspan")), _number(element.get("colspan")), tag == "th" or table.head)

    def _close_cell(self) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None or not self.in_cell:
            self._end_block()
            return
        self.in_cell = False
        self.soft_break = self.blank = False
        row, column, rows, columns, header = table.cell
        self.blocks.append(_block(self.block_start, self.size, "table_cell", 0, "", table.index, row, column, rows,
                                  columns, header))
        self.linked.append(False)
        self.block_start = self.size
        self.link_text = 0

    # --- furniture --------------------------------------------------------------------------------------------------

    def _labelled(self, text: str) -> list[Block]:
        blocks, linked = self.blocks, self.linked
        lengths = [block.end - block.start for block in blocks]
        prose = sum(lengths)
        notes = [""] * len(blocks)
        starts = [block.start for block in blocks]
        for start, end, note in self.found_regions:
            first, last = bisect_left(starts, start), bisect_left(starts, end)
            inside = sum([lengths[i] for i in range(first, last) if not linked[i]])
            if inside > prose * _MOST or any(b.level == 1 for b in blocks[first:last]):
                continue
            for i in range(first, last):
                notes[i] = notes[i] or note
        self._mark_links(lengths, notes)
        result = []
        for block, length, note in zip(blocks, lengths, notes, strict=True):
            if length == 0 and block.kind != "table_cell":
                continue
            result.append(_block(block.start, block.end, "furniture", 0, note) if note else block)
        return result

    def _mark_links(self, lengths: list[int], notes: list[str]) -> None:
        """Short blocks that are nothing but links: four and more in a row are a menu or a list of other articles; on a
        page with prose also one alone (the layout tables of old sites), unless it is a heading."""
        alone = sum([length for length, link in zip(lengths, self.linked, strict=True) if not link]) >= _PROSE
        run: list[int] = []
        for i, link in enumerate(self.linked):
            if link and lengths[i] <= 80:
                run.append(i)
                if alone and not notes[i] and self.blocks[i].kind in ("paragraph", "list_item"):
                    notes[i] = "navigation"
                continue
            if len(run) >= _LIST_OF_LINKS:
                _note_links(notes, run)
            run = []
        if len(run) >= _LIST_OF_LINKS:
            _note_links(notes, run)


def _note_links(notes: list[str], run: list[int]) -> None:
    for i in run:
        notes[i] = notes[i] or "navigation"


class _Table:
    """Where the next cell of a table stands, merged cells taken into account."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.row = -1
        self.column = 0
        self.head = False
        self.row_started = False
        self.cell: tuple[int, int, int, int, bool] = (0, 0, 1, 1, False)
        self.covered: dict[int, int] = {}

    def next_row(self) -> None:
        self.row += 1
        self.column = 0
        self.row_started = False

    def place(self, rows: int, columns: int, header: bool) -> None:
        while self.covered.get(self.column, 0) > self.row:
            self.column += 1
        for column in range(self.column, self.column + columns):
            self.covered[column] = self.row + rows
        self.cell = (self.row, self.column, rows, columns, header)
        self.column += columns


def _number(value: str | None) -> int:
    """A rowspan or colspan; 1 where it is missing or makes no sense.

    >>> _number("3"), _number("0"), _number("x"), _number("999999999999")
    (3, 1, 1, 1000)
    """
    if not value or not _DIGITS.match(value.strip()):
        return 1
    digits = re.match(r"\d{1,9}", value.strip())
    return min(max(int(digits[0]), 1), _MAX_SPAN) if digits else 1


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data rather than the layout of the page: no table in it, no essay."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = columns = 0
    for row in table.iter("tr"):
        cells = sum(1 for cell in row if cell.tag in ("td", "th"))
        rows += cells > 0
        columns = max(columns, cells)
    if rows < 2 or columns < 2:
        return False
    return all(_length(cell) <= _LAYOUT_CELL for cell in table.iter("td", "th"))


def _length(cell: etree._Element) -> int:
    length = 0
    for piece in cell.itertext():
        length += len(piece.strip())
        if length > _LAYOUT_CELL:
            break
    return length
