"""What the cells of a table mean: row and column labels, unit and period of each number in it.

Works on the cells of an HTML, Word, Excel or PDF table (blocks of kind ``table_cell``) and on tables that were found
in plain text (:mod:`extractor.reading.textgrid`). The unit of a cell is looked for where tables print it, nearest
first: in the cell, in the column's header (产量（万吨）), in a unit column, in the row's label (大牲畜（万头）), in the
caption (单位：万元).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from extractor.model import Document, Span

from .rawgrid import NUMBER, PLACEHOLDER, UNIT_WORD, RawCell, RawGrid, lines_above
from .tablelabels import (
    caption_unit,
    clean,
    has_span_of_years,
    is_rate,
    mark_width,
    needs_parent,
    noun_unit,
    period_of,
    printed_unit,
)
from .textgrid import find_grids


@dataclass(frozen=True, slots=True)
class Cell:
    """One numeric cell. ``start`` and ``end`` hold the number with the measure printed in the cell; ``unit`` is the
    printed unit with its magnitude (``万吨``), '' where none is printed; ``row`` and ``column`` count from 0 in the
    whole table, headers included. Labels go from the outermost inwards, without units and list marks."""

    start: int
    end: int
    text: str
    row: int
    column: int
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    unit: str
    period: str | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its numeric cells in text order, its caption, the unit of the whole, and its span in the text.

    ``labels`` are the spans of all other cells (headers, row labels, serial numbers, placeholders): numbers in them
    are no figures. ``table`` counts the tables of a document from 0.
    """

    cells: tuple[Cell, ...]
    caption: str
    unit: str
    start: int
    end: int
    table: int
    labels: tuple[Span, ...]


_YEAR_ONLY: Final = re.compile(r"(?:19|20)\d\d(?:年度?)?\Z")
_SERIAL: Final = re.compile(r"(?:序\s*号|编\s*号|行\s*次|代\s*码|编\s*码|№|No\.?)\Z", re.I)
_STUB: Final = re.compile(r"(?:指\s*标|项\s*目|名\s*称|品\s*名|内\s*容|类\s*别)(?:名\s*称)?\Z|(?:指标|产品|项目)名称\Z")
_RANK: Final = re.compile(r"(?:位次|排名|名次|排位|位居)\Z")
_YEAR_BEFORE: Final = re.compile(r"(?:上年|去年|上一年|上年度)(?!.*[增减升降涨±])")
_MAX_CELLS: Final = 200_000


def grids(document: Document, view: str) -> list[Grid]:
    """The tables of a document in text order. ``view`` is the folded text. Prose and lists give none."""
    marked = _marked(document, view)
    taken = [(raw.start, raw.end) for raw in marked]
    taken += [(block.start, block.end) for block in document.blocks if block.kind == "furniture"]
    raws = sorted([*marked, *find_grids(document.text, view, taken)], key=lambda raw: raw.start)
    result: list[Grid] = []
    for raw in raws:
        grid = read_grid(raw, document.text, view, len(result))
        if grid is not None:
            result.append(grid)
    return result


def _marked(document: Document, view: str) -> list[RawGrid]:
    """Tables of the markup, from the document's ``table_cell`` blocks."""
    found: dict[int, RawGrid] = {}
    captions: dict[int, str] = {}
    for block in document.blocks:
        if block.kind == "table_cell" and block.table is not None and block.row is not None:
            raw = found.get(block.table)
            if raw is None:
                raw = found[block.table] = RawGrid([], block.start, block.end, lines_above(view, block.start))
            cell = view[block.start:block.end]
            raw.cells.append(RawCell(block.start, block.end, cell, block.row, block.column or 0, block.rows,
                                     block.columns, block.header))
            raw.end = max(raw.end, block.end)
        elif block.kind == "caption" and block.table is not None:
            captions[block.table] = view[block.start:block.end]
    for table, caption in captions.items():
        if table in found:
            found[table].caption = f"{caption} {found[table].caption}".strip()
    return [raw for raw in found.values() if len(raw.cells) <= _MAX_CELLS]


def read_grid(raw: RawGrid, text: str, view: str, table: int = 0) -> Grid | None:
    """The meaning of a table's cells; None where it holds no number under a label."""
    cells = [cell for cell in raw.cells if cell.text.strip()]
    if not cells:
        return None
    matrix = _matrix(cells)
    last = max(row for row, _ in matrix)
    width = max(column for _, column in matrix) + 1
    rows = _rows(cells)
    head = _header_rows(rows, last)
    numeric = {id(cell) for cell in cells if cell.row >= head and NUMBER.match(cell.text.strip())}
    caption = " ".join(raw.caption.split())
    year = None if has_span_of_years(caption) else period_of(caption)
    unit = caption_unit(caption)
    columns = [_column(_column_names(matrix, column, head), year) for column in range(width)]
    stubs = _stub_columns(cells, numeric, columns, head)
    units = next((c for c, column in enumerate(columns) if UNIT_WORD.match(column.title)), None)
    found: list[Cell] = []
    others: list[Span] = [(cell.start, cell.end) for cell in cells if cell.row < head]
    others += raw.serials
    halves = _halves(columns, stubs, {cell.column for cell in cells if id(cell) in numeric} - stubs - {units})
    groups = [_Group(sections=len(halves) == 1 and not _sparse(rows, head, numeric, stubs)) for _ in halves]
    for row in range(head, last + 1):
        line = rows.get(row, [])
        values = [c for c in line if id(c) in numeric and c.column not in stubs and c.column != units]
        others += [(c.start, c.end) for c in line if id(c) not in numeric or c.column in stubs or c.column == units]
        repeated = _repeats_header(line, columns)
        if repeated:
            others += [(c.start, c.end) for c in values]
            continue
        unit_cell = matrix.get((row, units)) if units is not None else None
        row_unit = unit_cell.text.strip() if unit_cell is not None else ""
        empty = not any(PLACEHOLDER.match(c.text.strip()) for c in line)
        for (begin, end), group in zip(halves, groups, strict=True):
            named = {column for column in stubs if begin <= column < end and not columns[column].serial}
            labels = _row_cells(matrix, row, named, units)
            inside = [cell for cell in values if begin <= cell.column < end]
            if not inside:
                if labels and empty:
                    group.begin(labels[-1].text)
                continue
            names, label_unit = group.row(labels, _indent(text, labels[-1]) if labels else 0)
            rate = is_rate(names[-1]) if names else False
            row_period = next((p for p in map(period_of, reversed(names)) if p), None)
            row_noun = noun_unit(names)
            for cell in inside:
                column = columns[cell.column]
                printed = cell.text.strip()
                start = cell.start + cell.text.index(printed)
                counted = column.noun or row_noun
                measure = printed_unit(printed) or column.unit or row_unit or label_unit or group.unit \
                    or ("%" if rate else "") or (unit if unit.endswith(counted) else counted) or group.carried
                found.append(Cell(start, start + len(printed), text[start:start + len(printed)], row, cell.column,
                                  names, column.path, measure, column.period or row_period or year))
    if not any(cell.row_labels or cell.column_labels for cell in found):
        if not any(column.serial for column in columns):
            return None
        found = []  # a list of names with their serial numbers
    found.sort(key=lambda cell: cell.start)
    return Grid(tuple(found), caption, unit, raw.start, raw.end, table, tuple(sorted(set(others))))


@dataclass(frozen=True, slots=True)
class _Column:
    """What the header says of a column; ``title`` is its lowest header as printed."""

    title: str
    path: tuple[str, ...]
    unit: str
    noun: str
    period: str | None
    serial: bool
    """Serial numbers and codes, also under 类, 款, 项 below 科目编码."""


def _column(names: list[str], year: str | None) -> _Column:
    path: list[str] = []
    unit = ""
    for name in names:
        label, measure = clean(name)
        unit = measure or unit
        if label and not _STUB.match(label) and (not path or path[-1] != label):
            path.append(label)
    if not unit and path:
        unit = "%" if is_rate(path[-1]) else "位" if _RANK.search(path[-1]) else ""
    period = next((p for p in map(period_of, reversed(path)) if p), None)
    if period is None and year is not None and path and _YEAR_BEFORE.match(path[-1]):
        period = str(int(year[:4]) - 1) + year[4:] if len(year) <= 7 else None
    return _Column(names[-1] if names else "", tuple(path), unit, noun_unit(tuple(path)), period,
                   any(map(_SERIAL.search, names)))


class _Group:
    """Where in the table's outline a row stands: the section above it and the rows it is a part of."""

    def __init__(self, sections: bool) -> None:
        """``sections``: whether a row with a label and no value opens one (in a sparse table it is just empty)."""
        self._sections = sections
        self.section: tuple[str, ...] = ()
        self.unit = ""
        self.carried = ""
        self.above: list[tuple[int, str, str, bool]] = []

    def begin(self, label: str) -> None:
        """A row with a label and no value opens a section."""
        if not self._sections:
            return
        name, self.unit = clean(label)
        self.section = (name,) if name else ()
        self.above, self.carried = [], ""

    def row(self, labels: list[RawCell], indent: int) -> tuple[tuple[str, ...], str]:
        """The row's labels from the outermost inwards and the unit that they name."""
        pairs = [clean(cell.text) for cell in labels]
        path = [name for name, _ in pairs if name]
        unit = next((measure for _, measure in reversed(pairs) if measure), "")
        if path:
            # Sub-rows stand deeper: by blanks in front, or by # and 其中 below the row that carries the whole.
            part = mark_width(labels[-1].text)
            depth, marked = indent + part, part > 0
            while self.above and self.above[-1][0] >= depth:
                marked = marked or (self.above[-1][0] == depth and self.above[-1][3])  # set flush below 其中：
                self.above.pop()
            if self.above:
                # An indented name stands for itself (第一产业), unless it is one of those that never do (男, 城镇).
                if marked or needs_parent(path[-1]):
                    path.insert(len(path) - 1, self.above[-1][1])
                unit = unit or next((above[2] for above in reversed(self.above) if above[2]), "")
            self.above.append((depth, path[-1], unit, marked and indent > 0))
        self.carried = unit or self.carried
        return tuple(dict.fromkeys([*self.section, *path])), unit


def _matrix(cells: Iterable[RawCell]) -> dict[tuple[int, int], RawCell]:
    """Cell by row and column, merged cells at each place they cover."""
    matrix: dict[tuple[int, int], RawCell] = {}
    for cell in cells:
        for row in range(cell.row, cell.row + min(cell.rows, 500)):
            for column in range(cell.column, cell.column + min(cell.columns, 100)):
                matrix.setdefault((row, column), cell)
                if len(matrix) > _MAX_CELLS:
                    return matrix
    return matrix


def _rows(cells: list[RawCell]) -> dict[int, list[RawCell]]:
    rows: dict[int, list[RawCell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    return rows


def _header_rows(rows: dict[int, list[RawCell]], last: int) -> int:
    """How many rows at the top hold no value: marked as headers, without numbers, or with nothing but years."""
    head = 0
    for row in range(min(last + 1, 8)):
        line = rows.get(row, [])
        numbers = [cell for cell in line if NUMBER.match(cell.text.strip())]
        years = all(_YEAR_ONLY.match(cell.text.strip()) for cell in numbers)
        first_is_year = len(numbers) == 1 and numbers[0].column == 0
        if numbers and (not years or first_is_year) and not all(cell.header for cell in line):
            break
        if not numbers and row > 0 and len(line) == 1 and line[0].columns == 1 and len(rows.get(0, [])) > 1:
            break  # a section label below the header
        if line and not numbers and any(PLACEHOLDER.match(cell.text.strip()) for cell in line) and row > 0:
            break
        head = row + 1
    return head if head <= last else 0


def _column_names(matrix: dict[tuple[int, int], RawCell], column: int, head: int) -> list[str]:
    names: list[str] = []
    seen: set[int] = set()
    for row in range(head):
        cell = matrix.get((row, column))
        if cell is not None and id(cell) not in seen:
            seen.add(id(cell))
            names.append(cell.text.strip())
    return names


def _stub_columns(cells: list[RawCell], numeric: set[int], columns: list[_Column], head: int) -> set[int]:
    """Columns that hold labels: text, years or serial numbers; in tables printed in two halves also on the right."""
    stubs: set[int] = set()
    by_column: dict[int, list[RawCell]] = {}
    for cell in cells:
        if cell.row >= head:
            by_column.setdefault(cell.column, []).append(cell)
    for column, body in by_column.items():
        if UNIT_WORD.match(columns[column].title):
            continue
        values = [cell for cell in body if id(cell) in numeric]
        texts = len(values) * 2 < len(body) and not all(
            PLACEHOLDER.match(cell.text.strip()) or id(cell) in numeric for cell in body)
        years = column == 0 and values and all(_YEAR_ONLY.match(cell.text.strip()) for cell in values)
        if texts or years or columns[column].serial:
            stubs.add(column)
    return stubs


def _halves(columns: list[_Column], stubs: set[int], valued: set[int]) -> list[Span]:
    """Where a table is printed in two halves side by side (收入 | 决算数 | 支出 | 决算数), the columns of each half.

    A half begins at a label column behind values, if its header or one above its values stands in the half before, too.
    """
    starts = [0]
    first = _bare(columns[min(stubs, default=0)].title)
    for column in sorted(stubs):
        if column - 1 not in valued:
            continue
        before = {_bare(columns[c].title) for c in valued if starts[-1] <= c < column}
        behind = {_bare(columns[c].title) for c in valued if c > column}
        if behind and (before & behind - {""} or (first and _bare(columns[column].title) == first)):
            starts.append(column)
    return list(zip(starts, [*starts[1:], len(columns)], strict=True))


def _bare(title: str) -> str:
    """A header without blanks and brackets: 项目（按功能分类） is 项目."""
    return re.split(r"[(（]", "".join(title.split()))[0]


def _sparse(rows: dict[int, list[RawCell]], head: int, numeric: set[int], stubs: set[int]) -> bool:
    """Whether rows without a value are too many to be headings of sections: forms print all their rows."""
    body = [line for row, line in rows.items() if row >= head]
    without = sum(not any(id(cell) in numeric and cell.column not in stubs for cell in line) for line in body)
    return len(body) >= 6 and without * 3 > len(body)


def _row_cells(matrix: dict[tuple[int, int], RawCell], row: int, stubs: set[int],
               unit_column: int | None) -> list[RawCell]:
    cells: list[RawCell] = []
    for column in sorted(stubs):
        cell = matrix.get((row, column))
        if cell is None or cell in cells or column == unit_column:
            continue
        text = cell.text.strip()
        if (text.isdigit() and not _YEAR_ONLY.match(text)) or PLACEHOLDER.match(text):
            continue  # a serial number
        cells.append(cell)
    return cells


def _repeats_header(line: list[RawCell], columns: list[_Column]) -> bool:
    """A header printed again where the table goes on over a page."""
    return len(line) > 1 and all(columns[cell.column].title == cell.text.strip() for cell in line)


def _indent(text: str, cell: RawCell) -> int:
    """Blanks in front of a label, wide ones counted twice; labels of the markup keep theirs inside the cell."""
    inside = len(cell.text) - len(cell.text.lstrip())
    start = cell.start + inside
    count = 0
    while start > 0 and text[start - 1] in " 　\xa0\t":
        start -= 1
        count += 2 if text[start] == "　" else 1
    return count


