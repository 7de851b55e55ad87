"""Dates that lost 年, 月, 日 or 、: 2022815日, 20224月, 截至815日, 20222023年.

Pure functions over the folded text, so that the trunk can repair dates before periods are resolved. A damaged date is
no figure: the ledger carries it. Dates follow ISO 8601; an interval is written ``2023-01/2023-05``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .catalogue import flag_code

GLUED_DATE: Final = flag_code(
    "glued_date",
    severity="error",
    blocking=True,
    title="年、月、日丢失,数字连写",
    title_en="a year, month or day run into a number",
    meaning="A year, month or day was run into the number after it because 年, 月, 日 or 、 was lost. A damaged "
    "date is no figure: it stays in the ledger with the date it most likely said; a figure is repaired to the number "
    "behind the date.",
    example="2023412户 is 2023年412户; 截至815日 is 截至8月15日.",
)

#: Year of a report or of something it looks back or forward to.
YEAR: Final = r"(?:19[4-9]\d|20[0-4]\d)"

#: Runs of digits too long for a year alone, with what follows them in the forms below. The engine skips to a first
#: character out of a plain set, which is three times as fast as asking for any decimal digit.
_LONG_RUN: Final = re.compile(r"[0-9][0-9]{4,}+(?=[年月日—~至 \t\n-]|\Z)")
_DAMAGED: Final = re.compile(
    rf"(?<![\d./-])(?:"
    rf"(?P<yy>{YEAR})(?P<yy2>{YEAR})(?=年)"
    rf"|(?P<ym>{YEAR})(?P<m1>1[0-2]|[1-9])(?:[-—~至](?P<m2>1[0-2]|[1-9]))?(?=月)"
    rf"|(?P<yd>{YEAR})(?P<md>\d{{2,4}})(?=日)"
    rf"|(?P<ay>{YEAR})年(?P<md2>\d{{2,4}})(?=日)"
    rf"|(?P<line>{YEAR}\d{{2,3}})(?=[ \t]*(?:\n|$))"
    r"|(?<=[截止从自至到于在])(?P<md3>3[2-9]|[4-9]\d|\d{3,4})(?=日(?![内龄均间以游]))"
    r")"
)
_DAY: Final = re.compile(r"([1-9]\d?)日")
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class DamagedDate:
    """A date with lost characters: its span (the closing 日, 月 or 年 included) and what it most likely said."""

    start: int
    end: int
    iso: str
    """ISO 8601 date or interval; '' where several readings are left."""
    printed: str
    reading: str
    rivals: tuple[str, ...]


def splits(digits: str) -> list[tuple[int, int]]:
    """All month and day pairs that ``digits`` can be without the 月: ``'713'`` -> [(7, 13)], ``'111'`` -> two."""
    found = []
    for cut in (1, 2):
        month, day = digits[:cut], digits[cut:]
        if not day or len(day) > 2 or month[0] == "0" or day[0] == "0":
            continue
        if 1 <= int(month) <= 12 and 1 <= int(day) <= _DAYS[int(month) - 1]:
            found.append((int(month), int(day)))
    return found


def _runs(view: str) -> list[int]:
    """Where a damaged date may begin: at long runs of digits, and at those before 日 (with the year before them)."""
    starts = [run.start() for run in _LONG_RUN.finditer(view)]
    day = view.find("日")
    while day >= 0:
        begin = day
        while begin and view[begin - 1].isdecimal():
            begin -= 1
        if day - begin >= 2:
            starts.append(begin)
            if view[begin - 1 : begin] == "年" and begin > 4:
                starts.append(begin - 5)
        day = view.find("日", day + 1)
    starts.sort()
    return starts


def damaged_dates(view: str, issued: str | None = None) -> tuple[DamagedDate, ...]:
    """All damaged dates of a text, in order. ``issued`` (ISO 8601) gives missing years and excludes later days."""
    found = []
    year_now = int(issued[:4]) if issued and issued[:4].isdigit() else 0
    done = 0
    for begin in _runs(view):
        match = _DAMAGED.match(view, begin) if begin >= done else None
        if match is None:
            continue
        done = match.end()
        kind = match.lastgroup
        end = match.end() + 1
        start = match.start()
        printed = view[start:end]
        if match["yy"]:
            years = (int(match["yy"]), int(match["yy2"]))
            if 0 < years[1] - years[0] <= 10:
                found.append(
                    DamagedDate(start, end, f"{years[0]}/{years[1]}", printed, f"{years[0]}、{years[1]}年", ())
                )
        elif match["ym"]:
            year, first, last = match["ym"], match["m1"], match["m2"]
            iso = f"{year}-{int(first):02d}" + (f"/{year}-{int(last):02d}" if last else "")
            reading = f"{year}年{first}" + (f"-{last}" if last else "") + "月"
            day = None if last else _DAY.match(view, end)
            if day is not None and int(day[1]) <= _DAYS[int(first) - 1]:
                iso, reading, end = f"{iso}-{int(day[1]):02d}", f"{reading}{day[1]}日", day.end()
                printed = view[start:end]
            found.append(DamagedDate(start, end, iso, printed, reading, ()))
        elif kind == "line":
            date = _signature(match["line"], issued)
            if date is not None:
                found.append(DamagedDate(start, match.end(), date, match["line"], date, ()))
        else:
            digits = match["md"] or match["md2"] or match["md3"]
            year_text = match["yd"] or match["ay"] or ""
            year_number = int(year_text) if year_text else year_now
            date_found = _day(digits, year_number, issued)
            if date_found is not None:
                iso, readings = date_found
                found.append(
                    DamagedDate(
                        start,
                        end,
                        iso,
                        printed,
                        (f"{year_text}年" if year_text else "") + (readings[0] if iso else ""),
                        tuple(readings[1:] if iso else readings),
                    )
                )
    return tuple(found)


def _day(digits: str, year: int, issued: str | None) -> tuple[str, list[str]] | None:
    pairs = splits(digits)
    if not pairs:
        return None
    if year and issued and len(pairs) > 1:
        past = [pair for pair in pairs if f"{year}-{pair[0]:02d}-{pair[1]:02d}" <= issued[:10]]
        pairs = past if len(past) == 1 else pairs
    readings = [f"{month}月{day}日" for month, day in pairs]
    if len(pairs) > 1:
        return "", readings
    month, day = pairs[0]
    return (f"{year}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"), readings


def _signature(digits: str, issued: str | None) -> str | None:
    """A line of bare digits at the end of a page: 202419 is 2024-01-09 where the page was issued about then."""
    year = int(digits[:4])
    pairs = splits(digits[4:])
    if not issued or abs(year - int(issued[:4] or 0)) > 1 or not pairs:
        return None
    dates = [f"{year}-{month:02d}-{day:02d}" for month, day in pairs]
    if issued[:10] in dates:
        return issued[:10]
    return dates[0] if len(dates) == 1 and dates[0] <= issued[:10] else None
