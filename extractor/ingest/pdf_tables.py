"""Tables with rules: the cells of a page's tables with their text, merged cells and open sides included."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .pdf_lines import Bounds, Char, Piece, joined, read_lines
from .pdf_paragraphs import first_width, glue

_SNAP = 2.0
"""Rules closer than this (points) are one."""
_MOST_EDGES = 20_000
_ESSAY = 500
"""Characters of a cell from which on a grid is the layout of the page and no table, as for HTML."""
_DEEPEST = 12
_NUMERIC = re.compile(r"[-+±]?[\d,.]+\s?[%‰]?\Z")
_NUMBER_TAIL = re.compile(r"[\d.,%]\Z")
_NUMBER_HEAD = re.compile(r"[\d.,%]")


@dataclass(slots=True)
class CellText:
    """One cell: its place in the grid, and its lines from top to bottom."""

    row: int
    column: int
    rows: int
    columns: int
    box: Bounds
    lines: list[Piece]
    indent: int = 0
    """Half-width blanks by which its text stands further to the right than others of its column: a part of the row
    above."""

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


@dataclass(slots=True)
class PageTable:
    """A table, or the part of one that stands on one page. ``columns`` are the places of its vertical rules."""

    box: Bounds
    columns: list[float]
    height: int
    cells: list[CellText]

    def move(self, x: float, y: float) -> None:
        """Move the table and all that is in it."""
        self.box = moved(self.box, x, y)
        self.columns = [place + x for place in self.columns]
        for cell in self.cells:
            cell.box = moved(cell.box, x, y)
            for line in cell.lines:
                line.move(x, y)

    def row_texts(self, row: int) -> list[tuple[int, str]]:
        """Column and text of the cells that begin in a row."""
        return [(cell.column, "".join(cell.text.split())) for cell in self.cells if cell.row == row]


def moved(box: Bounds, x: float, y: float) -> Bounds:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def find_tables(page: Any, chars: Sequence[Char], number: int) -> tuple[list[PageTable], list[Char], bool]:
    """The tables of a pdfplumber page, the characters outside of them, and whether it has too many rules to look."""
    objects = page.objects
    if not any(objects.get(kind) for kind in ("line", "rect", "curve")):
        return [], list(chars), False
    edges = page.edges
    if len(edges) > _MOST_EDGES:
        return [], list(chars), True
    if not edges:
        return [], list(chars), False
    closing = _open_sides(page.horizontal_edges, page.vertical_edges)
    found = page.find_tables({"explicit_vertical_lines": closing} if closing else None)
    grids = [grid for grid in (_Grid(table.cells) for table in found) if len(grid.xs) > 2 and len(grid.ys) > 1]
    if not grids:
        return [], list(chars), False
    outside: list[Char] = []
    inside: list[dict[int, list[Char]]] = [defaultdict(list) for _ in grids]
    for char in chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        for grid, cells in zip(grids, inside, strict=True):
            index = grid.at(x, y)
            if index is not None:
                cells[index].append(char)
                break
        else:
            outside.append(char)
    tables: list[PageTable] = []
    for grid, cells in zip(grids, inside, strict=True):
        if any(len(own) > _ESSAY for own in cells.values()):
            outside += [char for own in cells.values() for char in own]
        elif cells:
            tables.append(grid.table(cells, number))
    return tables, outside, False


class _Grid:
    """Rules of one table as sorted places, and its cells by row and column."""

    def __init__(self, cells: Iterable[Bounds]) -> None:
        self.cells = [cell for cell in cells if cell[2] - cell[0] > _SNAP and cell[3] - cell[1] > _SNAP]
        self.xs = _places(x for cell in self.cells for x in (cell[0], cell[2]))
        self.ys = _places(y for cell in self.cells for y in (cell[1], cell[3]))
        self.spans = [
            (_index(self.ys, cell[1]), _index(self.xs, cell[0]), _index(self.ys, cell[3]), _index(self.xs, cell[2]))
            for cell in self.cells
        ]
        self.matrix: dict[tuple[int, int], int] = {}
        for i, (row, column, below, right) in enumerate(self.spans):
            for r in range(row, below):
                for c in range(column, right):
                    self.matrix[r, c] = i

    def at(self, x: float, y: float) -> int | None:
        """The cell at a point."""
        return self.matrix.get((bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1))

    def table(self, chars: dict[int, list[Char]], page: int) -> PageTable:
        texts = []
        for i, (row, column, below, right) in enumerate(self.spans):
            own = chars.get(i)
            if own:
                box = self.cells[i]
                wide = (box[0] - 50, box[1] - 50, box[2] + 50, box[3] + 50)
                lines = [joined(line) for line in read_lines(own, page, wide, (wide,)).lines]
                if lines:
                    texts.append(CellText(row, column, below - row, right - column, box, lines))
        texts.sort(key=lambda cell: (cell.row, cell.column))
        set_indents(texts)
        return PageTable((self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]), self.xs, len(self.ys) - 1, texts)


def set_indents(cells: Sequence[CellText]) -> None:
    """Find the sub-rows of a table: labels that are not centred and begin further to the right than others."""
    columns: dict[int, list[CellText]] = defaultdict(list)
    for cell in cells:
        if cell.columns == 1 and not _NUMERIC.match(cell.text) and not _centred(cell):
            columns[cell.column].append(cell)
    for column in columns.values():
        left = min(cell.lines[0].x0 for cell in column)
        for cell in column:
            line = cell.lines[0]
            cell.indent = min(int((line.x0 - left) / max(line.size / 2, 1.0) + 0.25), _DEEPEST)


def _centred(cell: CellText) -> bool:
    left = min(line.x0 for line in cell.lines) - cell.box[0]
    right = cell.box[2] - max(line.x1 for line in cell.lines)
    return left > cell.lines[0].size and abs(left - right) < 0.5 * cell.lines[0].size


def cuts_row(above: Sequence[CellText], below: Sequence[CellText]) -> bool:
    """Whether the page end cut a row: what stands below holds no value and goes on with labels that fill their cell."""
    if not above or not below or any(_NUMERIC.match(cell.text) for cell in below):
        return False
    labels = {cell.column: cell for cell in above}
    for cell in below:
        old = labels.get(cell.column)
        if old is None or _NUMERIC.match(old.text):
            return False
        last, first = old.lines[-1], cell.lines[0]
        if old.box[2] - last.x1 > first_width(first) + 1.5 * first.size:
            return False
    return True


def separator(above: Piece, below: Piece, cell: Bounds) -> str:
    """What stands between two lines of a cell: nothing where the cell wrapped its text, a line break between two
    numbers that stand one below the other although the first of them left room for more."""
    if not (_NUMBER_TAIL.search(above.text) and _NUMBER_HEAD.match(below.text)):
        return glue(above.text, below.text)
    room = (cell[2] - cell[0]) - (above.x1 - above.x0)
    return "\n" if room > 2.5 * above.size else ""


def _places(values: Iterable[float]) -> list[float]:
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _SNAP:
            places.append(value)
    return places


def _index(places: list[float], value: float) -> int:
    return max(bisect_right(places, value + 0.01) - 1, 0)


def _open_sides(horizontal: Sequence[dict[str, Any]], vertical: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Vertical rules that a table left open at its sides leaves out, as statistical tables do.

    Where at least three horizontal rules have the same ends, some vertical rule crosses them, and none stands at an
    end, the end gets one.
    """
    groups: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)
    for x0, x1, y in _runs(horizontal):
        groups[round(x0 / 3), round(x1 / 3)].append((x0, x1, y))
    closing: list[dict[str, Any]] = []
    for rules in groups.values():
        x0, x1 = min(rule[0] for rule in rules), max(rule[1] for rule in rules)
        top, bottom = min(rule[2] for rule in rules), max(rule[2] for rule in rules)
        if len({round(rule[2]) for rule in rules}) < 3 or x1 - x0 < 50:
            continue
        between = [v for v in vertical if v["top"] < bottom - 1 and v["bottom"] > top + 1]
        if not any(x0 + 5 < v["x0"] < x1 - 5 for v in between):
            continue
        closing += [
            {"object_type": "line", "orientation": "v", "x0": x, "x1": x, "top": top, "bottom": bottom,
             "height": bottom - top, "width": 0, "doctop": top}
            for x in (x0, x1)
            if not any(abs(v["x0"] - x) <= 4 for v in between)
        ]
    return closing


def _runs(horizontal: Sequence[dict[str, Any]]) -> list[tuple[float, float, float]]:
    """Horizontal rules, the segments that cells draw each for itself put together: x0, x1, y."""
    runs: list[tuple[float, float, float]] = []
    for y, x0, x1 in sorted((round(e["top"]), e["x0"], e["x1"]) for e in horizontal):
        if runs and runs[-1][2] == y and x0 - runs[-1][1] <= 3:
            runs[-1] = (runs[-1][0], max(runs[-1][1], x1), y)
        else:
            runs.append((x0, x1, y))
    return runs
