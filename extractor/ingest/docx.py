"""Word (DOCX): the text as Word shows it, with headings, lists, tables, notes, text boxes; changes taken as accepted.

python-docx opens the package and gives its parts. Its paragraphs are not used: ``Paragraph.text`` leaves out inserted
text, text boxes, content controls and automatic numbers, and a report must not lose a number that Word shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from extractor.errors import InputError
from extractor.model import BlockKind, Document

from .builder import Builder
from .docx_styles import Numbering, Style, W, level_of, numbering_of, read_styles, value
from .member import damaged
from .office import opened
from .source import Limits

if TYPE_CHECKING:
    from lxml.etree import _Element

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_TEXT = frozenset({W + "t", _MATH})
_BREAKS = frozenset({W + "br", W + "cr"})
# What Word does not show: deleted and moved-away text, the reading above a character, the second copy of a drawing.
_SKIP = frozenset({W + "del", W + "moveFrom", W + "rt", _MC + "Fallback", W + "pPr", W + "sdtPr", W + "tblPr",
                   W + "trPr", W + "tcPr", W + "instrText", W + "delText", W + "sectPr"})
_THROUGH = frozenset({W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo", W + "smartTag",
                      _MC + "AlternateContent", _MC + "Choice"})
_OBJECTS = frozenset({W + "object", W + "altChunk"})
_RELATED = "/{}"
_LAYOUT_CELL = 500
_MAX_SPAN = 1000
_FIELDS = ("author", "last_modified_by", "created", "modified", "subject", "keywords", "category", "comments")


def docx_document(data: bytes, *, digest: str, name: str, place: str | None = None, period: str | None = None,
                  limits: Limits) -> Document:
    """The document of a DOCX (or DOCM) file; macros are never looked at.

    Headers and footers, comments and hidden text stand at the end as furniture, footnotes before them as paragraphs.
    Raises :class:`InputError`: ``damaged``, ``bomb``, ``encrypted``, ``too_large``, ``empty``.
    """
    opened(data, name, limits).close()
    try:
        return _read(data, digest, name, place, period)
    except InputError:
        raise
    except Exception as error:  # python-docx and lxml raise many kinds for parts that are missing or broken
        problem = f"{type(error).__name__}: {str(error)[:200]}"
        raise damaged(name, problem, "open it in Word and save it again") from None


def _read(data: bytes, digest: str, name: str, place: str | None, period: str | None) -> Document:
    from docx.package import Package

    package = Package.open(BytesIO(data))
    main = package.main_document_part
    walker = _Walker(read_styles(_root(_related(main, "styles"))), Numbering(_root(_related(main, "numbering"))))
    body = _root(main)
    walker.blocks(body if body.find(W + "body") is None else body.find(W + "body"))
    walker.flush()
    for kind in ("footnotes", "endnotes"):
        walker.part(_root(_related(main, kind)), W + kind[:-1])
    walker.furniture(_all(main, "header"), "running_head")
    walker.furniture(_all(main, "footer"), "running_head")
    walker.furniture([_root(_related(main, "comments"))], "comment")
    for hidden in walker.hidden:
        walker.builder.paragraph(hidden, "furniture", note="hidden")
    warnings: tuple[str, ...] = ()
    if walker.objects:
        warnings = (f"embedded: {walker.objects} embedded object(s), such as sheets or formulas, are not read",)
    properties = _properties(package)
    return walker.builder.document(
        "docx", digest=digest, name=name, place=place, period=period, meta=properties, warnings=warnings,
        title=properties.get("core_title"), empty="has no text (it may hold scanned pictures)")


def _related(part: Any, kind: str) -> Any:
    return next((rel.target_part for rel in part.rels.values()
                 if not rel.is_external and rel.reltype.endswith(_RELATED.format(kind))), None)


def _all(part: Any, kind: str) -> list[_Element | None]:
    found = [rel.target_part for rel in part.rels.values()
             if not rel.is_external and rel.reltype.endswith(_RELATED.format(kind))]
    return [_root(other) for other in sorted(found, key=lambda other: str(other.partname))]


def _root(part: Any) -> Any:
    """The element tree of a part: python-docx parses the kinds it knows and keeps the bytes of the others."""
    if part is None:
        return None
    element = getattr(part, "element", None)
    if element is None:
        from docx.oxml.parser import parse_xml

        element = parse_xml(part.blob)
    return element


def _properties(package: Any) -> dict[str, str]:
    """Core properties, for ``Document.meta``; the title of a template is often left in them, so they decide nothing."""
    try:
        core = package.core_properties
        found = {name: getattr(core, name) for name in _FIELDS} | {"core_title": core.title}
    except Exception:  # a property of the wrong type must not cost the text
        return {}
    return {key: str(item)[:300] for key, item in found.items() if item}


@dataclass(slots=True)
class _Line:
    """What a paragraph holds: its text, and the boxes that hang on it."""

    text: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


class _Walker:
    """Walks block-level content in order. Depth is bounded by the XML parser (256 levels)."""

    def __init__(self, styles: dict[str, Style], numbering: Numbering) -> None:
        self.builder = Builder()
        self.hidden: list[str] = []
        self.objects = 0
        self._styles = styles
        self._numbering = numbering
        self._carried = ""

    def blocks(self, parent: _Element) -> None:
        """All block-level content below ``parent``."""
        for child in parent:
            if child.tag == W + "p":
                self.paragraph(child)
            elif child.tag == W + "tbl":
                self.flush()
                self.table(child)
            elif child.tag in _THROUGH:
                self.blocks(child)
            elif child.tag in _OBJECTS:
                self.objects += 1

    def part(self, root: _Element | None, tag: str) -> None:
        """The notes of a part, those that Word itself made (separators) left out."""
        for note in root.iter(tag) if root is not None else ():
            if note.get(W + "type") in (None, "normal"):
                self.blocks(note)
                self.flush()

    def furniture(self, roots: list[_Element | None], note: str) -> None:
        """Texts that are printed on every page, each once."""
        seen: set[str] = set()
        for root in roots:
            for paragraph in root.iter(W + "p") if root is not None else ():
                text = "".join(self.line(paragraph).text).strip()
                if text and text not in seen:
                    seen.add(text)
                    self.builder.paragraph(text, "furniture", note=note)

    def flush(self) -> None:
        """Print what a deleted paragraph mark has joined to what no longer follows."""
        text, self._carried = self._carried, ""
        self.builder.paragraph(text)

    def paragraph(self, element: _Element) -> None:
        """One paragraph, its number in front, and the text boxes that hang on it."""
        line = self.line(element)
        self.hidden += line.hidden
        properties = element.find(W + "pPr")
        kind, level, note, label = self._kind(properties, "".join(line.text))
        text = self._carried + label + "".join(line.text)
        self._carried = ""
        mark = properties.find(W + "rPr") if properties is not None else None
        if mark is not None and mark.find(W + "del") is not None:
            self._carried = text  # the change deletes the paragraph mark: the next paragraph goes on here
        elif text.strip():
            self.builder.paragraph(text, kind, level, note)
        else:
            self.builder.blank()
        for box in line.boxes:
            self.blocks(box)

    def _kind(self, properties: _Element | None, text: str) -> tuple[BlockKind, int, str, str]:
        style = self._styles.get(value(properties, "pStyle") or "", Style())
        number, depth = numbering_of(properties)
        numbering = style.numbering
        if number is not None:
            numbering = None if number == "0" else (number, int(depth) if depth and depth.isdigit() else 0)
        elif numbering is not None and depth and depth.isdigit():
            numbering = (numbering[0], int(depth))
        label = self._numbering.label(*numbering) if numbering and text.strip() else ""
        if style.contents:
            return "furniture", 0, "contents", label
        outline = level_of(properties)
        level = style.level if outline is None else outline
        if style.title:
            return "title", 0, "", label
        if level:
            return "heading", level, "", label
        return ("list_item" if numbering else "paragraph"), 0, "", label

    def line(self, element: _Element) -> _Line:
        """The text of a paragraph; a box's own paragraphs are kept apart."""
        line = _Line()
        self._inline(element, line, False)
        return line

    def _inline(self, parent: _Element, line: _Line, hidden: bool) -> None:
        for child in parent:
            tag = child.tag
            if tag in _TEXT:
                (line.hidden if hidden else line.text).append(child.text or "")
            elif tag in _SKIP:
                continue
            elif tag == W + "r":
                properties = child.find(W + "rPr")
                self._inline(child, line, _on(properties, "vanish"))
            elif tag == W + "tab":
                line.text.append("\t")
            elif tag in _BREAKS:
                line.text.append("\n")
            elif tag == W + "noBreakHyphen":
                line.text.append("-")
            elif tag == W + "txbxContent":
                line.boxes.append(child)
            elif tag in _OBJECTS:
                self.objects += 1
            elif len(child):
                self._inline(child, line, hidden)

    # --- tables -----------------------------------------------------------------------------------------------------

    def table(self, table: _Element) -> None:
        """A table of data as cells; one that only arranges the page as the text it holds."""
        rows = [list(_cells(row)) for row in _rows(table)]
        if not _is_data(rows):
            for row in rows:
                for cell in row:
                    self.blocks(cell)
                    self.flush()
            return
        number = self.builder.table()
        places = _places(rows)
        for index, row in enumerate(rows):
            placed = []
            header = _is_header(row)
            for column, rows_, columns, cell in places[index]:
                placed.append((column, rows_, columns, header, self._cell(cell)))
            self.builder.row(number, index, placed)
        self.builder.blank()

    def _cell(self, cell: _Element) -> str:
        lines = []
        for paragraph in _paragraphs(cell):
            line = self.line(paragraph)
            self.hidden += line.hidden
            label = self._kind(paragraph.find(W + "pPr"), "".join(line.text))[3]
            lines.append(label + "".join(line.text))
            lines += [self._cell(box) for box in line.boxes]
        return "\n".join(lines)


def _paragraphs(parent: _Element) -> Iterator[_Element]:
    for child in parent:
        if child.tag == W + "p":
            yield child
        elif child.tag in _THROUGH:
            yield from _paragraphs(child)


def _on(properties: _Element | None, name: str) -> bool:
    found = properties.find(W + name) if properties is not None else None
    return found is not None and found.get(W + "val") not in ("0", "false", "off")


def _rows(table: _Element) -> Iterator[_Element]:
    for child in table:
        if child.tag == W + "tr":
            properties = child.find(W + "trPr")
            if properties is None or properties.find(W + "del") is None:
                yield child
        elif child.tag in _THROUGH:
            yield from _rows(child)


def _cells(row: _Element) -> Iterator[_Element]:
    for child in row:
        if child.tag == W + "tc":
            yield child
        elif child.tag in _THROUGH:
            yield from _cells(child)


def _is_header(row: list[Any]) -> bool:
    """Whether Word repeats the row at the top of each page."""
    parent = row[0].getparent() if row else None
    while parent is not None and parent.tag != W + "tr":
        parent = parent.getparent()
    return parent is not None and _on(parent.find(W + "trPr"), "tblHeader")


def _is_data(rows: list[list[Any]]) -> bool:
    """Whether a table holds data rather than the layout of the page: two columns, no table in it, no essay."""
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return False
    for row in rows:
        for cell in row:
            if next(cell.iter(W + "tbl"), None) is not None:
                return False
            if sum(len(text.text or "") for text in cell.iter(W + "t")) > _LAYOUT_CELL:
                return False
    return True


def _places(rows: list[list[Any]]) -> list[list[tuple[int, int, int, Any]]]:
    """Column, height, width and element of each cell by row; cells merged into one above are left out."""
    placed: list[list[list[Any]]] = []
    open_cells: dict[int, list[Any]] = {}
    for row in rows:
        line: list[list[Any]] = []
        column = _before(row)
        for cell in row:
            properties = cell.find(W + "tcPr")
            width = _count(value(properties, "gridSpan"))
            merge = properties.find(W + "vMerge") if properties is not None else None
            above = open_cells.get(column)
            if merge is not None and merge.get(W + "val") != "restart" and above is not None:
                above[1] += 1
            else:
                entry = [column, 1, width, cell]
                line.append(entry)
                open_cells.pop(column, None)
                if merge is not None:
                    open_cells[column] = entry
            column += width
        placed.append(line)
    return [[(entry[0], entry[1], entry[2], entry[3]) for entry in line] for line in placed]


def _before(row: list[Any]) -> int:
    parent = row[0].getparent() if row else None
    properties = parent.find(W + "trPr") if parent is not None and parent.tag == W + "tr" else None
    skipped = value(properties, "gridBefore")
    return _count(skipped) if skipped and skipped != "0" else 0


def _count(printed: str | None) -> int:
    return min(max(int(printed[:6]), 1), _MAX_SPAN) if printed and printed.isdigit() else 1
