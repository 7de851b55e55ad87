"""Sheets of an XLSX file with every cell as Excel shows it.

Read from the parts of the package itself: openpyxl and calamine turn each number into a float and drop its format, so
that 12.50% becomes 0.125; and both make room for all cells between the first and the last, which a hostile file puts
seventeen billion cells apart.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from extractor.errors import InputError

from .member import damaged
from .numberformat import BUILTIN, shown
from .office import opened
from .source import Limits

_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})\Z")
_RANGE = re.compile(r"([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})\Z")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_MOST_CELLS = 2_000_000
_MOST_MERGED = 100_000


@dataclass(slots=True)
class Sheet:
    """A sheet: its shown cells by row and column (from 0), in order, and its merged ranges as (rows, columns)."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    hidden: bool = False


def read_xlsx(data: bytes, name: str, limits: Limits) -> tuple[list[Sheet], tuple[str, ...]]:
    """All sheets of a workbook, and warnings.

    Raises :class:`InputError`: ``damaged``, ``bomb``, ``encrypted``, ``too_large``.
    """
    with opened(data, name, limits) as archive:
        try:
            workbook = _Workbook(archive, name)
            sheets = workbook.sheets()
        except InputError:
            raise
        except Exception as error:  # lxml and zipfile raise many kinds for parts that are missing or broken
            problem = f"{type(error).__name__}: {str(error)[:200]}"
            raise damaged(name, problem, "open it in Excel and save it again") from None
    if workbook.unsaved:
        return sheets, (f"formulas: {workbook.unsaved} formula(s) were saved without their result; open and save it",)
    return sheets, ()


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._names = {entry.lower(): entry for entry in archive.namelist()}
        self._part = self._target("", "officeDocument") or "xl/workbook.xml"
        root = self._tree(self._part)
        self._root = root
        properties = next(root.iter("{*}workbookPr"), None)
        self._date1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._forms = self._formats()
        self._strings = self._shared()
        self._cells = 0
        self.unsaved = 0

    def sheets(self) -> list[Sheet]:
        targets = self._relations(self._part)
        found = []
        for element in self._root.iter("{*}sheet"):
            key = element.get(_RELATION) or element.get(_STRICT) or ""
            kind, target = targets.get(key, ("", ""))
            if kind != "worksheet":
                continue  # charts and old macro sheets hold no table
            sheet = Sheet(element.get("name") or "", hidden=element.get("state") in ("hidden", "veryHidden"))
            self._read(sheet, target)
            found.append(sheet)
        return found

    def _read(self, sheet: Sheet, part: str) -> None:
        row = -1
        column = -1
        with self._open(part) as stream:
            for event, element in etree.iterparse(stream, events=("start", "end"), no_network=True,
                                                  tag=("{*}c", "{*}row", "{*}mergeCell"), resolve_entities=False):
                tag = etree.QName(element).localname
                if event == "start":
                    if tag == "row":
                        row, column = _row_of(element, row), -1
                elif tag == "c":
                    place = _CELL.match(element.get("r") or "")
                    row = int(place[2]) - 1 if place else row
                    column = _column(place[1]) if place else column + 1
                    text = self._text(element)
                    if text.strip():
                        sheet.rows.setdefault(row, {})[column] = text
                        self._cells += 1
                        if self._cells > _MOST_CELLS:
                            raise InputError(f"has more than {_MOST_CELLS} cells", where=self._name, code="too_large",
                                             hint="split it, or save the text column as CSV")
                elif tag == "row":
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
                elif len(sheet.merged) < _MOST_MERGED:
                    _merge(sheet, element.get("ref") or "")
        sheet.rows = {row: dict(sorted(cells.items())) for row, cells in sorted(sheet.rows.items())}

    def _text(self, cell: etree._Element) -> str:
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            return _string(next(cell.iter("{*}is"), None))
        stored = (cell.findtext("{*}v") or "").strip() if kind != "str" else cell.findtext("{*}v") or ""
        if kind == "s":
            return self._strings[int(stored)] if stored.isdigit() and int(stored) < len(self._strings) else ""
        if kind in ("str", "e", "d"):
            return stored
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(stored, stored)
        if not stored:
            self.unsaved += cell.find("{*}f") is not None
            return ""
        style = cell.get("s") or "0"
        form = self._forms[int(style)] if style.isdigit() and int(style) < len(self._forms) else "General"
        return shown(stored, form, self._date1904)

    def _formats(self) -> list[str]:
        """The number format of each cell style."""
        part = self._related("styles")
        if part is None:
            return []
        root = self._tree(part)
        own = {int(element.get("numFmtId") or 0): element.get("formatCode") or "General"
               for element in root.iter("{*}numFmt")}
        styles = next(root.iter("{*}cellXfs"), None)
        ids = [int(element.get("numFmtId") or 0) for element in styles.iter("{*}xf")] if styles is not None else []
        return [own.get(key) or BUILTIN.get(key, "General") for key in ids]

    def _shared(self) -> list[str]:
        part = self._related("sharedStrings")
        if part is None:
            return []
        strings = []
        with self._open(part) as stream:
            for _, element in etree.iterparse(stream, events=("end",), tag="{*}si", resolve_entities=False,
                                              no_network=True):
                strings.append(_string(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        return strings

    # --- the package ------------------------------------------------------------------------------------------------

    def _open(self, part: str) -> Any:
        entry = self._names.get(part.lower())
        if entry is None:
            raise damaged(self._name, f"its part {part} is missing", "open it in Excel and save it again")
        return self._archive.open(entry)

    def _tree(self, part: str) -> etree._Element:
        with self._open(part) as stream:
            return etree.parse(stream, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id -> last word of the type, part name."""
        folder, file = posixpath.split(part)
        path = posixpath.join(folder, "_rels", file + ".rels")
        if path.lower() not in self._names:
            return {}
        found = {}
        for element in self._tree(path).iter("{*}Relationship"):
            target = element.get("Target") or ""
            if element.get("TargetMode") != "External":
                full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(
                    posixpath.join(folder, target))
                found[element.get("Id") or ""] = ((element.get("Type") or "").rsplit("/", 1)[-1], full)
        return found

    def _target(self, part: str, kind: str) -> str | None:
        return next((target for found, target in self._relations(part).values() if found == kind), None)

    def _related(self, kind: str) -> str | None:
        target = self._target(self._part, kind)
        return target if target is not None and target.lower() in self._names else None


def _string(element: etree._Element | None) -> str:
    """A string with its rich text put together; the reading printed above it (rPh) is left out."""
    if element is None:
        return ""
    return "".join(_pieces(element))


def _pieces(element: etree._Element) -> Iterator[str]:
    for child in element.iter("{*}t"):
        parent = child.getparent()
        if parent is None or etree.QName(parent).localname != "rPh":
            yield child.text or ""


def _row_of(element: etree._Element | None, before: int) -> int:
    printed = element.get("r") if element is not None else None
    return int(printed) - 1 if printed and printed.isdigit() and len(printed) <= 7 else before + 1


def _column(letters: str) -> int:
    """The index of a column by its letters.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _merge(sheet: Sheet, printed: str) -> None:
    found = _RANGE.match(printed)
    if not found:
        return
    first, last = _CELL.match(found[1]), _CELL.match(found[2])
    if first and last:
        row, column = int(first[2]) - 1, _column(first[1])
        sheet.merged[row, column] = max(int(last[2]) - row, 1), max(_column(last[1]) - column + 1, 1)
