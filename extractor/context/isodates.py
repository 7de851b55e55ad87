"""ISO 8601 writing of periods, and the period that a printed date stands for."""

from __future__ import annotations

from calendar import monthrange
from typing import Final

#: Chinese names of half-years and quarters with their first and last month.
PARTS: Final = {
    "上半年": (1, 6), "下半年": (7, 12), "首季": (1, 3), "前两季度": (1, 6), "前三季度": (1, 9), "前三个季度": (1, 9),
    "一季度": (1, 3), "二季度": (4, 6), "三季度": (7, 9), "四季度": (10, 12),
    "第一季度": (1, 3), "第二季度": (4, 6), "第三季度": (7, 9), "第四季度": (10, 12),
}


def months(year: int, first: int, last: int) -> str:
    """An interval of months: ``2023-01/2023-06``."""
    return f"{year}-{first:02d}/{year}-{last:02d}"


def month_end(year: int, month: int) -> str:
    """Last day of a month."""
    return f"{year}-{month:02d}-{monthrange(year, month)[1]:02d}"


def resolve(first: str, last: str | None, flag: str, year: int | None, *, upto: bool = False) -> str | None:
    """The period of a printed date (ISO points as of :mod:`extractor.numbers.dates`); a month takes ``year``.

    With ``upto`` (截至11月) or a flag ``end`` or ``before`` (11月底, 6月底前) a month or year stands for its last day.

    >>> resolve("--11", None, "end", 2023)
    '2023-11-30'
    >>> resolve("2023-01", "2023-05", "", None)
    '2023-01/2023-05'
    """
    start = _with_year(first, year)
    if start is None or flag in ("decade", "century"):
        return None
    if last:
        stop = _with_year(last, int(start[:4]))
        if stop is None:
            return start
        return stop if upto and len(stop) > 4 else f"{start}/{stop}"
    if "Q" in start:
        quarter = int(start[-1])
        if upto or flag in ("end", "before"):
            return month_end(int(start[:4]), quarter * 3)
        return months(int(start[:4]), quarter * 3 - 2, quarter * 3)
    if flag in ("end", "before") or upto:
        if len(start) == 4:
            return f"{start}-12-31" if flag == "end" or flag == "before" else start
        if len(start) == 7:
            return month_end(int(start[:4]), int(start[5:7]))
    return start


def _with_year(point: str, year: int | None) -> str | None:
    if not point.startswith("--"):
        return point
    if year is None or point.startswith("---"):
        return None
    return f"{year}-{point[2:]}"
