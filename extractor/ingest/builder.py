"""Text and blocks of a document, put together piece by piece: paragraphs on lines, cells between tabs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from extractor.errors import InputError
from extractor.model import Block, BlockKind, Document, Span
from extractor.records import changer

from .metadata import Metadata, label_cells, read_metadata
from .source import document_id

_changed = changer(Block)
_BLANKS = re.compile(r"[ \t]*\n[ \t\n]*")
_BESIDE = 20
_TABS = re.compile(r"\t+")
#: Characters that no text holds; Word keeps some of them as marks of its own.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Builder:
    """Collects one document. Every call ends in a state in which text and blocks agree."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.size = 0
        self.blocks: list[Block] = []
        self.tables = 0

    def paragraph(self, text: str, kind: BlockKind = "paragraph", level: int = 0, note: str = "",
                  table: int | None = None) -> None:
        """A block on lines of its own; nothing where ``text`` is blank."""
        text = _FORBIDDEN.sub("", text).strip("\n\r\t ")
        if text:
            start = self.size
            self._put(text)
            self.blocks.append(Block(start, self.size, kind, level, note, table=table))
            self._put("\n")

    def table(self) -> int:
        """Begin a table; its number."""
        self.tables += 1
        return self.tables - 1

    def row(self, table: int, row: int, cells: list[tuple[int, int, int, bool, str]]) -> None:
        """One row on a line of its own, of (column, rows, columns, header, text)."""
        for i, (column, rows, columns, header, text) in enumerate(cells):
            if i:
                self._put("\t")
            start = self.size
            self._put(cell_text(text))
            self.blocks.append(Block(start, self.size, "table_cell", table=table, row=row, column=column, rows=rows,
                                     columns=columns, header=header))
        if cells:
            self._put("\n")

    def blank(self) -> None:
        """An empty line, where there is text above."""
        if self._parts and self._parts[-1] != "\n\n":
            self._put("\n")

    def _put(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self.size += len(text)

    def document(self, kind: str, *, digest: str, name: str, place: str | None, period: str | None,
                 meta: Mapping[str, str], warnings: tuple[str, ...] = (), title: str | None = None,
                 empty: str = "has no text") -> Document:
        """The finished document. ``title`` is used where the text shows none. Raises :class:`InputError` ``empty``."""
        text = "".join(self._parts)
        if not text.strip():
            raise InputError(empty, where=name, hint="nothing to extract; look at the file", code="empty")
        found, blocks = described(text, self.blocks)
        headline, span = self._title(text, found)
        blocks = with_title(blocks, span) if span else blocks
        return Document(
            id=document_id(name, digest), text=text, source=name, format=kind, title=headline or title,
            publisher=found.publisher, place=place, issued=found.issued, period=period,
            meta={**meta, **found.meta}, blocks=tuple(blocks), sha256=digest, warnings=warnings)

    def _title(self, text: str, found: Metadata) -> tuple[str | None, Span | None]:
        """What is set as the title, or what reads like one."""
        for block in self.blocks:
            if block.kind == "title":
                return text[block.start:block.end], None
        return found.title, found.title_span


def cell_text(text: str) -> str:
    """The text of a cell on one line's worth of text: no tabs, no blank lines.

    >>> cell_text(" 财政\\n\\n收入\\t")
    '财政\\n收入'
    """
    return _BLANKS.sub("\n", _TABS.sub(" ", _FORBIDDEN.sub("", text)).strip()).strip()


def described(text: str, blocks: list[Block]) -> tuple[Metadata, list[Block]]:
    """What a document says about itself, and its blocks with the table that says it labelled as furniture."""
    known, cells = label_cells(text, blocks)
    if cells:
        kept = [(i, block) for i, block in enumerate(blocks) if i not in cells or block.start < block.end]
        blocks = [Block(block.start, block.end, "furniture", note="metadata", page=block.page, bbox=block.bbox)
                  if i in cells else block for i, block in kept]
    return read_metadata(text, known), blocks


def with_title(blocks: list[Block], span: Span) -> list[Block]:
    """The blocks, with the one that prints the title marked and what stands around it in that block kept apart;
    unmarked where the title is a table cell or furniture."""
    for i, block in enumerate(blocks):
        if block.start <= span[0] < block.end:
            if block.kind in ("heading", "paragraph") and block.end >= span[1]:
                around = [_changed(block, end=span[0]), _changed(block, start=span[1])]
                # A label or a few signs beside the title go with it; a whole text behind line breaks does not.
                before, after = (part if part.end - part.start > _BESIDE else None for part in around)
                title = _changed(block, kind="title", level=0, start=span[0] if before else block.start,
                                end=span[1] if after else block.end)
                return [*blocks[:i], *([before] if before else []), title, *([after] if after else []), *blocks[i + 1:]]
            return blocks
        if block.start > span[0]:
            break
    return blocks
