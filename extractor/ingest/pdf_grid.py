"""Tables without vertical rules: lines in a row whose pieces stand below each other, most of them numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .pdf_lines import Piece
from .pdf_tables import CellText, PageTable, set_indents

_FEWEST_ROWS = 3
_VALUE = re.compile(r"[-+±]?[\d,.]+\s?[%‰]?\Z|[-—–/…]{1,3}\Z|(?:19|20)\d\d年?\Z")


def aligned_tables(lines: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """``lines`` with each aligned table in the place of its lines, as one piece that carries it."""
    result: list[list[Piece]] = []
    run: list[Sequence[Piece]] = []
    for line in (*lines, ()):
        if len(line) >= 2 and all(piece.payload is None for piece in line):
            run.append(line)
            continue
        if run:
            table = _table(run)
            result += [[table]] if table is not None else [list(old) for old in run]
            run = []
        if line:
            result.append(list(line))
    return result


def _table(run: Sequence[Sequence[Piece]]) -> Piece | None:
    """The table that a run of lines makes; None where they are no table."""
    rows = [line for line in run if 2 * sum(_VALUE.match(p.text) is not None for p in line[1:]) >= len(line) - 1]
    if len(rows) < _FEWEST_ROWS or len(rows) * 2 < len(run):
        return None
    columns = _columns(rows)
    if len(columns) < 2:
        return None
    cells: list[CellText] = []
    for number, line in enumerate(run):
        taken = -1
        for piece in line:
            first, last = _place(columns, piece)
            if first <= taken:
                return None  # two pieces of a line in one column: this is no table
            taken = last
            box = (piece.x0, piece.top, piece.x1, piece.bottom)
            cells.append(CellText(number, first, 1, last - first + 1, box, [piece]))
    set_indents(cells)
    pieces = [piece for line in run for piece in line]
    box = (min(p.x0 for p in pieces), pieces[0].top, max(p.x1 for p in pieces), pieces[-1].bottom)
    first_piece = pieces[0]
    table = PageTable(box, [low for low, _ in columns], len(run), cells)
    return Piece("", first_piece.boxes[:0], *box, first_piece.size, page=first_piece.page, payload=table)


def _columns(rows: Sequence[Sequence[Piece]]) -> list[tuple[float, float]]:
    """The stretches that the pieces of the rows cover, overlapping ones put together."""
    columns: list[tuple[float, float]] = []
    for x0, x1 in sorted((piece.x0, piece.x1) for line in rows for piece in line):
        if columns and x0 < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _place(columns: Sequence[tuple[float, float]], piece: Piece) -> tuple[int, int]:
    """First and last column that a piece stands over; the nearest one where it stands between two."""
    over = [i for i, (x0, x1) in enumerate(columns) if piece.x0 < x1 and piece.x1 > x0]
    if over:
        return over[0], over[-1]
    middle = (piece.x0 + piece.x1) / 2
    nearest = min(range(len(columns)), key=lambda i: abs((columns[i][0] + columns[i][1]) / 2 - middle))
    return nearest, nearest
