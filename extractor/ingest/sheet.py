"""Spreadsheets (XLSX, XLS) as documents: each sheet its captions, its tables and its notes.

A table begins where a row has several cells; what stands above it with one cell a row (a title, 单位：万元) is its
caption, what stands below it alone is a note. A sheet with one column is text.
"""

from __future__ import annotations

import datetime
import io
import re
from dataclasses import dataclass
from decimal import Decimal

from extractor.errors import InputError
from extractor.model import Document

from .builder import Builder
from .member import damaged
from .numberformat import general
from .source import Limits, too_large
from .xlsx import Sheet, read_xlsx

_DEFAULT_NAME = re.compile(r"(?:sheet|工作表|表)\s*\d*\Z", re.I)
_UNIT = re.compile(r"单\s*位\s*[:：]")
_TABLE_NUMBER = re.compile(r"\A(?:附?表|续表)\s*[\d一二三四五六七八九十]*(?:[-—.]\d+)*\s*[:：]?\s*")
_NUMBER = re.compile(r"[-+(（]?\d[\d,，]*(?:\.\d+)?\s*[%‰]?[)）]?\Z")
_NOTE = re.compile(r"\s*(?:注|备注|说明|填表|制表|审核|附注|\*)")
_MOST_CELLS = 5_000_000


def sheet_document(data: bytes, kind: str, *, digest: str, name: str, place: str | None = None,
                   period: str | None = None, limits: Limits) -> Document:
    """The document of a spreadsheet with tables.

    Raises :class:`InputError`: ``container`` (each row holds a report), ``damaged``, ``bomb``, ``encrypted``,
    ``too_large``, ``empty``.
    """
    sheets, warnings = read_sheets(data, kind, name, limits)
    from .sheetrows import find

    if any(find(sheet) for sheet in sheets):
        from . import _many

        raise _many(name)
    builder = Builder()
    for sheet in sheets:
        _write(builder, sheet, len(sheets) > 1)
    return builder.document(kind, digest=digest, name=name, place=place, period=period, meta={}, warnings=warnings,
                            title=_title(sheets), empty="has no cells with text (it may hold pictures or charts)")


def _title(sheets: list[Sheet]) -> str | None:
    """The caption of the first table, without its number (表1), where the text has no headline."""
    for sheet in sheets:
        for cells in sheet.rows.values():
            text = _TABLE_NUMBER.sub("", next(iter(cells.values())).strip())
            return text if len(cells) == 1 and 4 <= len(text) <= 60 else None
    return None


def read_sheets(data: bytes, kind: str, name: str, limits: Limits) -> tuple[list[Sheet], tuple[str, ...]]:
    """The sheets of an XLSX or XLS file, and warnings."""
    return read_xlsx(data, name, limits) if kind == "xlsx" else _read_xls(data, name, limits)


def _read_xls(data: bytes, name: str, limits: Limits) -> tuple[list[Sheet], tuple[str, ...]]:
    """Legacy Excel through calamine, which gives values but not their formats."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    if len(data) > limits.office:
        raise too_large(name, len(data), limits.office)
    sheets: list[Sheet] = []
    cells = 0
    bare = False
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in workbook.sheets_metadata:
            source = workbook.get_sheet_by_name(about.name)
            sheet = Sheet(about.name, hidden=about.visible != SheetVisibleEnum.Visible)
            top, left = source.start or (0, 0)
            if source.height * source.width > _MOST_CELLS:
                raise InputError(f"has more than {_MOST_CELLS} cells", where=name, code="too_large", hint="split it")
            for i, line in enumerate(source.iter_rows()):
                for k, item in enumerate(line):
                    text = _shown(item)
                    if text.strip():
                        bare = bare or (isinstance(item, float) and 0 < abs(item) < 1)
                        sheet.rows.setdefault(top + i, {})[left + k] = text
                        cells += 1
            for (row, column), (last, end) in source.merged_cell_ranges or ():
                sheet.merged[row, column] = last - row + 1, end - column + 1
            sheets.append(sheet)
    except InputError:
        raise
    except Exception as error:  # calamine raises many kinds for broken files, all of them about the file
        raise damaged(name, str(error)[:200] or type(error).__name__, "open it in Excel and save it as XLSX") from None
    warnings: tuple[str, ...] = ()
    if bare:
        told = "an XLS file does not tell how its numbers are shown (0.125 may be 12.5%); save it as XLSX"
        warnings = (f"number_formats: {told}",)
    return sheets, warnings


def _shown(item: object) -> str:
    if isinstance(item, bool):
        return "TRUE" if item else "FALSE"
    if isinstance(item, (int, float)):
        try:
            return general(Decimal(repr(item)))
        except ArithmeticError:
            return ""
    if isinstance(item, datetime.datetime):
        return item.date().isoformat() if item.time() == datetime.time() else item.isoformat(" ", "minutes")
    return str(item)


@dataclass(slots=True)
class _Region:
    """Rows without an empty one between them."""

    rows: list[tuple[int, dict[int, str]]]

    @property
    def width(self) -> int:
        return max(len(cells) for _, cells in self.rows)


def _write(builder: Builder, sheet: Sheet, several: bool) -> None:
    if not sheet.rows:
        return
    if sheet.hidden:
        for cells in sheet.rows.values():
            builder.paragraph("\t".join(text.replace("\n", " ") for text in cells.values()), "furniture", note="hidden")
        return
    if several and not _DEFAULT_NAME.match(sheet.name):
        builder.paragraph(sheet.name, "heading", 1)
    table: int | None = None
    for region in _regions(sheet):
        if region.width == 1:
            table = None
            for _, cells in region.rows:
                builder.paragraph(next(iter(cells.values())))
            continue
        head = _captions(region)
        if head or table is None or not _numbers(region.rows[0][1]):
            table = None  # a caption or header of its own begins a new table
        for _, cells in region.rows[:head]:
            builder.paragraph("  ".join(text.replace("\n", " ") for text in cells.values()))
        tail = len(region.rows)
        while tail > head and len(region.rows[tail - 1][1]) == 1 and _is_note(region.rows[tail - 1][1]):
            tail -= 1
        table = builder.table() if table is None else table
        _table(builder, sheet, table, region.rows[head:tail])
        for _, cells in region.rows[tail:]:
            builder.paragraph(next(iter(cells.values())))
    builder.blank()


def _regions(sheet: Sheet) -> list[_Region]:
    regions: list[_Region] = []
    last = -2
    covered = {row for (top, _), (rows, _) in sheet.merged.items() for row in range(top, top + min(rows, 1000))}
    for row, cells in sheet.rows.items():
        # A row that is part of a merged cell is not empty although nothing stands in it.
        joined = all(between in covered for between in range(last + 1, row)) if row - last <= 1000 else False
        if not regions or (row > last + 1 and not joined):
            regions.append(_Region([]))
        regions[-1].rows.append((row, cells))
        last = row
    return regions


def _captions(region: _Region) -> int:
    """How many rows at the top of a region are captions: one cell, a unit, or few cells without a number."""
    count = 0
    for _, cells in region.rows:
        few = len(cells) == 1 or (len(cells) * 2 < region.width and not _numbers(cells))
        if not few and not any(_UNIT.match(text.strip()) for text in cells.values()):
            break
        count += 1
    # A two-row header may begin with a merged cell over few columns: one that has cells of the next row under it.
    return count if count < len(region.rows) else 0


def _numbers(cells: dict[int, str]) -> bool:
    return any(_NUMBER.match(text.strip()) for text in cells.values())


def _is_note(cells: dict[int, str]) -> bool:
    text = next(iter(cells.values()))
    return _NOTE.match(text) is not None or len(text) > 40


def _table(builder: Builder, sheet: Sheet, table: int, rows: list[tuple[int, dict[int, str]]]) -> None:
    if not rows:
        return
    first, last = rows[0][0], rows[-1][0]
    right = max(max(cells) for _, cells in rows)
    left = min(min(cells) for _, cells in rows)
    for row, cells in rows:
        line = []
        for column, text in cells.items():
            tall, wide = sheet.merged.get((row, column), (1, 1))
            line.append((column - left, min(tall, last - row + 1), min(wide, right - column + 1), False, text))
        builder.row(table, row - first, line)
