"""Reading order: the lines of a page as *regions*, each a column of text that is read from top to bottom.

A page is cut by its widest vertical gutter that hardly any line crosses; what crosses it (a title, a table over both
columns) is a band of its own and is read between what stands above and below it. The halves are cut again.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .pdf_lines import Piece, joined

_STEP = 2.0
_GUTTER = 8.0
"""Narrowest gutter between two columns, in points."""
_FEWEST = 5
"""Lines that must face each other across a gutter."""
_DEEPEST = 3
_RAGGED = 2.5
"""Characters by which a wrapped line may end before the right edge: some programs do not break numbers."""
_APART = 2.0
"""Widest gap between two paragraphs of a column, in characters."""
_STOP = frozenset("。！!？?；;：:…")
_NUMERIC = re.compile(r"[-+\d.,%％‰() ]+\Z")


@dataclass(slots=True)
class Region:
    """Lines that are read one after the other; a table is a line. ``column`` is false where the page has one column."""

    lines: list[Piece]
    column: bool = False


def regions(lines: Sequence[Sequence[Piece]], gutter: float | None, depth: int = 0) -> list[Region]:
    """The regions of a page in reading order, cut at its gutter (:func:`find_gutter`). ``lines`` are sorted from top
    to bottom."""
    if gutter is None or depth >= _DEEPEST:
        return [Region([joined(line) for line in lines], depth > 0)] if lines else []
    result: list[Region] = []
    zone: list[Sequence[Piece]] = []
    band: list[Sequence[Piece]] = []

    def close_zone() -> None:
        nonlocal zone
        end = _columns_end(zone, gutter)
        zone, rest = zone[:end], zone[end:]
        left = [side for line in zone if (side := [p for p in line if p.x1 <= gutter + 1])]
        right = [side for line in zone if (side := [p for p in line if p.x1 > gutter + 1])]
        if left and right:
            close_band()
            result.extend(regions(left, find_gutter(left), depth + 1))
            result.extend(regions(right, find_gutter(right), depth + 1))
        else:
            band.extend(zone)
        band.extend(rest)
        zone = []

    def close_band() -> None:
        nonlocal band
        if band:
            result.append(Region([joined(line) for line in band], False))
        band = []

    for line in lines:
        if any(piece.x0 < gutter - 1 and piece.x1 > gutter + 1 for piece in line):
            close_zone()
            band.append(line)
        else:
            zone.append(line)
    close_zone()
    close_band()
    return result


def _columns_end(zone: Sequence[Sequence[Piece]], gutter: float) -> int:
    """Index of the first line below two columns: behind a gap, with nothing on the other side of the gutter, and not
    the rest of a column that is longer than the other one."""
    facing = max((i for i, line in enumerate(zone) if line[0].x1 <= gutter + 1 < line[-1].x1), default=None)
    if facing is None:
        return len(zone)
    end = facing + 1
    for is_left in (True, False):
        column = [(i, own) for i, line in enumerate(zone)
                  if (own := [p for p in line if (p.x1 <= gutter + 1) is is_left])]
        end = max(end, _one_column_end(column, facing))
    return end


def _one_column_end(column: Sequence[tuple[int, Sequence[Piece]]], facing: int) -> int:
    """Index behind the last line that belongs to a column, given with the indices of its lines. Down to ``facing``
    there is no doubt; below it, blocks that are set like the column and all before them belong to it."""
    sure = sum(1 for i, _ in column if i <= facing)
    gaps = [below[0].top - above[0].bottom for (_, above), (_, below) in pairwise(column)]
    usual = sorted(gaps[: sure - 1])[(sure - 1) // 2] if sure > 1 else 0.0
    right = max(line[-1].x1 for _, line in column[:sure])
    end = start = sure
    for k in range(sure, len(column) + 1):
        size = column[k - 1][1][0].size
        if k < len(column) and gaps[k - 1] <= max(2 * usual, 0.7 * size):
            continue
        if start < k and _is_set_to([line for _, line in column[start:k]], right):
            end = k
        start = k
    widest = max(gaps[: end - 1], default=0.0)
    while end < len(column):  # a short line or a heading, no farther than the paragraphs of the column are apart
        size = column[end][1][0].size
        if gaps[end - 1] > max(2 * usual, 0.7 * size, min(1.1 * widest, _APART * size)):
            break
        end += 1
    return column[end - 1][0] + 1


def _is_set_to(block: Sequence[Sequence[Piece]], right: float) -> bool:
    """Whether lines without a gap between them are wrapped at the right edge of a column, and none beyond it."""
    wrapped = ragged = 0
    for line, below in zip(block, (*block[1:], None), strict=True):
        last = line[-1]
        if last.x1 > right + 1.5 * last.size:
            return False
        if last.x1 >= right - _RAGGED * last.size:
            wrapped += 1
        elif below is not None and last.text[-1:] not in _STOP:
            ragged += 1
    return wrapped > ragged


def find_gutter(lines: Sequence[Sequence[Piece]], hint: float | None = None) -> float | None:
    """The middle of the gutter between two columns of prose; None where the page has one column.

    ``hint`` is the gutter of the page before: where columns end, two lines on both sides of it are enough.
    """
    found = _widest(lines)
    if found is None and hint is not None and _goes_on(lines, hint):
        return hint
    return found


def _goes_on(lines: Sequence[Sequence[Piece]], x: float) -> bool:
    """Whether lines of prose stand on both sides of the gutter of the page before."""
    facing = 0
    for line in lines:
        if len(line) == 2 and line[0].x1 <= x + 1 and line[1].x0 >= x - 1:
            close = x - line[0].x1 < 2 * line[0].size and line[1].x0 - x < 4 * line[0].size
            facing += close and not _NUMERIC.match(line[1].text)
    return facing >= 2


def _widest(lines: Sequence[Sequence[Piece]]) -> float | None:
    pieces = [piece for line in lines for piece in line if piece.payload is None]
    if len(pieces) < 2 * _FEWEST:
        return None
    x0, x1 = min(p.x0 for p in pieces), max(p.x1 for p in pieces)
    width = x1 - x0
    if not 100 <= width <= 20_000:
        return None
    cover: array[int] = array("l", [0]) * (int(width / _STEP) + 2)
    for piece in pieces:
        for step in range(int((piece.x0 - x0) / _STEP), int((piece.x1 - x0) / _STEP) + 1):
            cover[step] += 1
    most = max(cover) * 0.12
    best: tuple[float, float] | None = None
    start: int | None = None
    low, high = int(width * 0.2 / _STEP), int(width * 0.8 / _STEP)
    for step in range(low, high + 1):
        if cover[step] <= most and step < high:
            start = step if start is None else start
        elif start is not None:
            wide = (step - start) * _STEP
            if wide >= _GUTTER and (best is None or wide > best[0]):
                best = (wide, x0 + (start + step) * _STEP / 2)
            start = None
    if best is None or not _prose_on_both_sides(lines, best[1]):
        return None
    return best[1]


def _prose_on_both_sides(lines: Sequence[Sequence[Piece]], x: float) -> bool:
    """Whether lines of prose, not the cells of a table, stand on both sides of a gutter over the same heights."""
    left = [p for line in lines for p in line if p.payload is None and p.x1 <= x]
    right = [p for line in lines for p in line if p.payload is None and p.x0 >= x]
    if len(left) < _FEWEST or len(right) < _FEWEST:
        return False
    if min(left[-1].bottom, right[-1].bottom) - max(left[0].top, right[0].top) < _FEWEST * left[0].size:
        return False
    for side in (left, right):
        wide = max(p.x1 for p in side) - min(p.x0 for p in side)
        full = sum(1 for p in side if p.x1 - p.x0 >= 0.6 * wide)
        numbers = sum(1 for p in side if _NUMERIC.match(p.text))
        if full * 2 < len(side) or numbers * 3 > len(side) or wide < 5 * side[0].size:
            return False
    return True
