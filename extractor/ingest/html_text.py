"""The text of an element tree and its blocks, in one walk without recursion."""

from __future__ import annotations

import re
from bisect import bisect_left

from lxml import etree

from extractor.model import Block, BlockKind
from extractor.reading.furniture_rules import packaged_rules

_SKIP = frozenset({"script", "style", "head", "template", "svg", "math", "object", "embed", "iframe", "canvas", "audio",
                   "video", "map"})
_BLOCK = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "noscript", "ol", "optgroup", "option", "p", "pre",
    "search", "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul", "noframes"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARTS = {"nav": "navigation", "footer": "footer", "aside": "related", "button": "navigation", "select": "navigation",
          "option": "navigation", "noscript": "navigation", "search": "navigation"}
_ROLES = {"navigation": "navigation", "banner": "navigation", "contentinfo": "footer", "search": "navigation",
          "complementary": "related", "menu": "navigation", "menubar": "navigation", "dialog": "login"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_WORDS = re.compile(r"[^\s]+")
_SPACES = re.compile(r"[ \t\r\n\f]+")
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
        self.regions: list[tuple[str, int]] = []
        self.found_regions: list[tuple[int, int, str]] = []
        self.links = 0
        self.link_text = 0
        self.linked: list[bool] = []
        self.pre = 0
        self.tables: list[_Table | None] = []
        self.table_count = 0
        self.in_cell = False
        self.class_words = packaged_rules().html

    def walk(self, root: etree._Element) -> None:
        """Walk the tree; elements whose content is no text (scripts, styles) are passed over."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag
            if not isinstance(tag, str):
                if event == "end" and element.tail:
                    self._text(element.tail)
                continue
            if event == "start":
                if tag in _SKIP:
                    walker.skip_subtree()
                    continue
                self._open(tag, element)
                if element.text:
                    self._text(element.text)
            else:
                if tag not in _SKIP:
                    self._close(tag)
                if element.tail:
                    self._text(element.tail)
        self._end_block()

    def result(self) -> tuple[str, list[Block]]:
        """The text and its blocks, furniture labelled."""
        text = "".join(self.parts)
        return text, self._labelled(text)

    # --- events -----------------------------------------------------------------------------------------------------

    def _open(self, tag: str, element: etree._Element) -> None:
        if tag == "br":
            self._break()
            return
        note = self._note(tag, element)
        if tag in _BLOCK or note:
            if tag in ("td", "th"):
                self._open_cell(tag, element)
            elif tag == "tr":
                self._end_block()
                if self.tables and self.tables[-1]:
                    self.tables[-1].next_row()
            else:
                self._end_block()
        if tag == "table":
            self.tables.append(_Table(self.table_count) if _is_data(element) else None)
            self.table_count += self.tables[-1] is not None
        elif tag in ("thead", "tbody", "tfoot") and self.tables and self.tables[-1]:
            self.tables[-1].head = tag == "thead"
        elif tag == "pre":
            self.pre += 1
        elif tag == "a":
            self.links += 1
        if tag in _HEADINGS:
            self.kinds.append(("heading", _HEADINGS[tag]))
        elif tag == "li":
            self.kinds.append(("list_item", 0))
        elif tag == "caption":
            self.kinds.append(("caption", 0))
        self.regions.append((note, self.size))

    def _close(self, tag: str) -> None:
        if tag == "br":
            return
        note, start = self.regions.pop() if self.regions else ("", 0)
        if tag in _BLOCK or note:
            if tag in ("td", "th"):
                self._close_cell()
            else:
                self._end_block()
        if note and self.size > start:
            self.found_regions.append((start, self.size, note))
        if tag == "table" and self.tables:
            self.tables.pop()
        elif tag == "pre":
            self.pre = max(0, self.pre - 1)
        elif tag == "a":
            self.links = max(0, self.links - 1)
        elif (tag in _HEADINGS or tag in ("li", "caption")) and len(self.kinds) > 1:
            self.kinds.pop()

    def _note(self, tag: str, element: etree._Element) -> str:
        if tag in _PARTS:
            return _PARTS[tag]
        attributes = element.attrib
        if not attributes:
            return ""
        role = attributes.get("role")
        if role in _ROLES:
            return _ROLES[str(role)]
        if "hidden" in attributes:
            return "hidden"
        style = attributes.get("style")
        if style and _HIDDEN.search(str(style)):
            return "hidden"
        if tag in ("body", "html"):
            return ""
        for name in ("class", "id"):
            value = attributes.get(name)
            if value:
                for word in _WORDS.findall(str(value)[:200]):
                    note = self.class_words.get(word.lower())
                    if note:
                        return note
        return ""

    # --- text -------------------------------------------------------------------------------------------------------

    def _text(self, text: str) -> None:
        if self.pre:
            self._put(text.replace("\r\n", "\n"))
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
        if not self.in_cell and self.size == self.block_start and self.parts and not self.parts[-1].endswith("\n"):
            self._raw("\n")  # running text below a table
            self.block_start = self.size
        if self.soft_break:
            self._raw("\n")
            self.soft_break = False
        elif self.blank and self.size > self.block_start and not self.parts[-1].endswith(("\n", "\t")):
            self._raw(" ")
        self.blank = False
        self.breaks = 0
        self._raw(text)
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
            self.blocks.append(Block(self.block_start, self.size, kind, level, table=table))
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
        self.blocks.append(Block(self.block_start, self.size, "table_cell", table=table.index, row=row, column=column,
                                 rows=rows, columns=columns, header=header))
        self.linked.append(False)
        self.block_start = self.size
        self.link_text = 0

    # --- furniture --------------------------------------------------------------------------------------------------

    def _labelled(self, text: str) -> list[Block]:
        prose = sum(block.end - block.start for block in self.blocks)
        notes = [""] * len(self.blocks)
        starts = [block.start for block in self.blocks]
        for start, end, note in self.found_regions:
            first, last = bisect_left(starts, start), bisect_left(starts, end)
            inside = sum(self.blocks[i].end - self.blocks[i].start for i in range(first, last) if not self.linked[i])
            if inside > prose * _MOST or any(b.level == 1 for b in self.blocks[first:last]):
                continue
            for i in range(first, last):
                notes[i] = notes[i] or note
        self._mark_links(notes)
        result = []
        for block, note in zip(self.blocks, notes, strict=True):
            if block.start == block.end and block.kind != "table_cell":
                continue
            if note:
                result.append(Block(block.start, block.end, "furniture", note=note))
            else:
                result.append(block)
        return result

    def _mark_links(self, notes: list[str]) -> None:
        """Short blocks that are nothing but links: four and more in a row are a menu or a list of other articles; on a
        page with prose also one alone (the layout tables of old sites), unless it is a heading."""
        prose = sum(block.end - block.start for block, link in zip(self.blocks, self.linked, strict=True) if not link)
        if prose >= _PROSE:
            for i, (block, link) in enumerate(zip(self.blocks, self.linked, strict=True)):
                if link and block.end - block.start <= 80 and block.kind in ("paragraph", "list_item"):
                    notes[i] = notes[i] or "navigation"
        run: list[int] = []
        for i, (block, link) in enumerate(zip(self.blocks, self.linked, strict=True)):
            if link and block.end - block.start <= 80:
                run.append(i)
                continue
            if len(run) >= _LIST_OF_LINKS:
                for k in run:
                    notes[k] = notes[k] or "navigation"
            run = []
        if len(run) >= _LIST_OF_LINKS:
            for k in run:
                notes[k] = notes[k] or "navigation"


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
