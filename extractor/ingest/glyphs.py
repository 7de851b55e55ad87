"""Where on its pages a stretch of a document is printed, and how sure the recognition was of it."""

from __future__ import annotations

from decimal import Decimal

from extractor.model import Glyphs, PageBox

_SAME_LINE = 0.5
"""Two characters stand on one line where they share this part of the height of the lower one."""
_JUMP = 3.0
"""... and where the second begins no more than this many heights behind the first (columns of a page)."""


def boxes_of(glyphs: Glyphs, start: int, end: int) -> tuple[PageBox, ...]:
    """The boxes of the characters ``[start, end)``: one for each line that they stand on, in reading order."""
    found: list[list[float]] = []
    for index in range(start, min(end, len(glyphs.pages))):
        page = glyphs.pages[index]
        if not page:
            continue
        x0, top, x1, bottom = glyphs.boxes[index * 4 : index * 4 + 4]
        last = found[-1] if found else None
        if last is not None and last[0] == page and _one_line(last, x0, top, bottom):
            last[1], last[2] = min(last[1], x0), min(last[2], top)
            last[3], last[4] = max(last[3], x1), max(last[4], bottom)
        else:
            found.append([page, x0, top, x1, bottom])
    return tuple(
        (int(page), round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)) for page, x0, top, x1, bottom in found
    )


def confidence_of(glyphs: Glyphs, start: int, end: int) -> Decimal | None:
    """Lowest recognition confidence of the characters ``[start, end)``, three decimals; None if none was recognised."""
    if glyphs.confidence is None:
        return None
    known = [value for value in glyphs.confidence[start:end] if value >= 0]
    return Decimal(f"{min(known):.3f}") if known else None


def _one_line(box: list[float], x0: float, top: float, bottom: float) -> bool:
    height = min(box[4] - box[2], bottom - top)
    shared = min(box[4], bottom) - max(box[2], top)
    return shared >= _SAME_LINE * height and box[1] - height <= x0 <= box[3] + _JUMP * max(height, 1.0)
