"""Tables drawn with box characters or vertical bars, as gazetteers and Markdown print them.

Columns go by the printed separators: by their order where a line is complete, by their place on the screen (wide
characters count two) where cells are merged. Lines between two rules that continue a cell are joined to it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Final

from .rawgrid import NUMBER, RawCell, RawGrid, lines_above

_VERTICAL: Final = "│┃║┆┇┊┋|｜╎╏"
_RULE_CHARS: Final = frozenset({*map(chr, range(0x2500, 0x2580)), *"-—=+: \t|｜"})
_CORNERS: Final = frozenset("┌┏╔┍┎")
_SPLIT: Final = re.compile(f"[{_VERTICAL}]")


def find_boxes(view: str) -> list[RawGrid]:
    """Consecutive lines that are rules or have at least two vertical bars."""
    printed = [bar for bar in _VERTICAL if bar in view]
    grids: list[RawGrid] = []
    group: list[tuple[int, str]] = []
    position = 0
    for line in [*view.split("\n"), ""]:
        bars = sum([line.count(bar) for bar in printed])
        rule = bool(group or bars) and line.strip() != "" and set(line) <= _RULE_CHARS
        if bars >= 2 or rule or line.lstrip()[:1] in _CORNERS:
            group.append((position, line))
        elif group:
            grid = _box(group, lines_above(view, group[0][0]))
            if grid is not None:
                grids.append(grid)
            group = []
        position += len(line) + 1
    return grids


def _box(group: list[tuple[int, str]], caption: str) -> RawGrid | None:
    rows: list[list[tuple[int, int, int, int]]] = []  # cells of a printed line: start, end, left and right on screen
    lines: list[tuple[int, str]] = []
    breaks: set[int] = set()
    for position, line in group:
        if set(line) <= _RULE_CHARS:
            breaks.add(len(rows))
            continue
        cells = _split(position, line)
        if cells:
            rows.append(cells)
            lines.append((position, line))
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return None
    width = max(map(len, rows))
    bounds = next([cell[2] for cell in cells] + [cells[-1][3]] for cells in rows if len(cells) == width)
    cells_out: list[RawCell] = []
    logical = -1
    previous: dict[int, RawCell] = {}
    for i, (cells, (base, line)) in enumerate(zip(rows, lines, strict=True)):
        placed = [(start, end, line[start - base:end - base], *_column(bounds, left, right, k, len(cells), width))
                  for k, (start, end, left, right) in enumerate(cells)]
        numeric = any(NUMBER.match(piece) for _, _, piece, _, _ in placed)
        first_empty = not placed[0][2]
        fresh = i in breaks or logical < 0 or not (first_empty or not numeric) or not previous
        if not fresh and not first_empty and not _unfinished(previous):
            fresh = True
        if fresh:
            logical += 1
            previous = {}
        for start, end, piece, column, span in placed:
            if not piece:
                continue
            cell = previous.get(column)
            if cell is None:
                cell = RawCell(start, end, piece, logical, column, 1, span)
                previous[column] = cell
                cells_out.append(cell)
            else:
                cell.end, cell.text = end, cell.text + piece
    return RawGrid(cells_out, group[0][0], group[-1][0] + len(group[-1][1]), caption)


def _unfinished(previous: dict[int, RawCell]) -> bool:
    """Whether a header cell of the line above is visibly cut: an open bracket."""
    return any(cell.text.count("(") > cell.text.count(")") for cell in previous.values())


def _split(position: int, line: str) -> list[tuple[int, int, int, int]]:
    marks = [match.start() for match in _SPLIT.finditer(line)]
    if len(marks) < 1:
        return []
    edges = list(marks)
    if line[:edges[0]].strip():
        edges.insert(0, -1)
    if line[edges[-1] + 1:].strip():
        edges.append(len(line))
    screen = _screen(line)
    cells = []
    for left, right in itertools.pairwise(edges):
        piece = line[left + 1:right]
        stripped = piece.strip()
        start = left + 1 + (len(piece) - len(piece.lstrip())) if stripped else left + 1
        cells.append((position + start, position + start + len(stripped), screen[left + 1], screen[right]))
    return cells


def _screen(line: str) -> list[int]:
    """Position on the screen of each character: wide characters take two places."""
    places, at = [], 0
    for char in line:
        places.append(at)
        at += 2 if unicodedata.east_asian_width(char) in "WFA" else 1
    places.append(at)
    return places


def _column(bounds: list[int], left: int, right: int, index: int, count: int, width: int) -> tuple[int, int]:
    """Column and span of a cell: by its order where a row is complete, else by its place on the screen."""
    if count == width:
        return index, 1
    column = min(range(len(bounds) - 1), key=lambda k: abs(bounds[k] - left))
    until = min(range(1, len(bounds)), key=lambda k: abs(bounds[k] - right))
    return column, max(1, until - column)
