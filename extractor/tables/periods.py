"""Kinds of periods (ISO 8601, as in ``Figure.period``) and the panel row in which each stands."""

from __future__ import annotations

import calendar
import re
from functools import lru_cache
from typing import NamedTuple

_PERIOD = re.compile(
    r"(?P<y>\d{4})(?:-(?P<m>\d\d)(?:-(?P<d>\d\d))?)?(?:/(?P<y2>\d{4})(?:-(?P<m2>\d\d)(?:-(?P<d2>\d\d))?)?)?\Z"
)


class Period(NamedTuple):
    """What a period is: its kind, the panel row it belongs to, and the year in which names and codes are looked up."""

    kind: str
    row: str
    year: int


@lru_cache(maxsize=1 << 16)
def parse(text: str) -> Period | None:
    """Kind, panel row and year of a period; None where the text is no period.

    Kinds: ``year``, ``half_year``, ``quarter``, ``month``, ``ytd`` (from January to a later month), ``point`` (a day),
    ``multi_year`` and ``span`` (any other interval). A point at the end of a month closes the year to date: the stock
    of 31 December stands in the row of its year, the stock of 30 June in the row of the first half-year. A point
    within a month has a row of its own.

    >>> parse("2023-12-31")
    Period(kind='point', row='2023', year=2023)
    >>> parse("2023-11-30").row, parse("2023-01/2023-06").kind, parse("2022/2024").kind
    ('2023-01/2023-11', 'half_year', 'multi_year')
    """
    match = _PERIOD.match(text)
    if match is None:
        return None
    year, month, day, year2, month2, day2 = (int(part) if part else None for part in match.groups())
    assert year is not None
    if year2 is None:
        return _single(text, year, month, day)
    if month is None and month2 is None:
        return _row(text, "multi_year", year2) if year2 > year else _row(str(year), "year", year)
    if day is not None or day2 is not None or month is None or month2 is None:
        return _row(text, "span", year2)
    return _months(text, (year, month), (year2, month2))


def _row(row: str, kind: str, year: int) -> Period:
    return Period(kind, row, year)


def _single(text: str, year: int, month: int | None, day: int | None) -> Period | None:
    if month is None:
        return Period("year", text, year)
    if not 1 <= month <= 12:
        return None
    if day is None:
        return Period("month", text, year)
    last = calendar.monthrange(year, month)[1] if year else 31
    return Period("point", _to_date(year, month) if day == last else text, year)


def _to_date(year: int, month: int) -> str:
    return str(year) if month == 12 else f"{year}-01/{year}-{month:02d}"


def _months(text: str, first: tuple[int, int], last: tuple[int, int]) -> Period | None:
    (year, month), (year2, month2) = first, last
    if not (1 <= month <= 12 and 1 <= month2 <= 12) or first > last:
        return None
    length = (year2 - year) * 12 + month2 - month + 1
    if year != year2:
        return Period("multi_year" if length % 12 == 0 and month == 1 else "span", text, year2)
    if length == 12:
        return Period("year", str(year), year)
    if length == 6 and month in (1, 7):
        return Period("half_year", text, year)
    if length == 3 and month in (1, 4, 7, 10):
        return Period("quarter", text, year)
    if length == 1:
        return Period("month", f"{year}-{month:02d}", year)
    return Period("ytd" if month == 1 else "span", text, year)
