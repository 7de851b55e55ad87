"""Dates as they are printed, told apart from durations (三年) and from numbers that only look like a year.

A date is a pair of ISO 8601 points, each as exact as printed and with ``-`` for what is not printed:
``2023``, ``2023-11``, ``2023-11-30``, ``--11`` (November, year unknown), ``--11-30``, ``---15`` (the 15th),
``2023-Q1`` / ``--Q1`` (quarter). The second point is ``None`` unless a stretch is printed (1-5月份).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .numerals import DIGITS, SPACES, chinese_value

__all__ = ["FOLLOWS", "DateSpan", "read_chinese_date", "read_compact", "read_date", "year_like"]


class DateSpan(NamedTuple):
    """``end`` of the span, the two ISO points, ``flag`` ('', begin, end, before, since, decade, century) and rule."""

    end: int
    first: str
    last: str | None
    flag: str
    rule: str


_Y: Final = r"(?:1[6-9]|20)\d\d"
_M: Final = r"(?:1[0-2]|0?[1-9])"
_D: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_SEP: Final = r"[ ]?(?:-{1,2}|—{1,2}|~|至|到)[ ]?"
_END: Final = r"(?![\d])"

#: 2023年11月30日, 2023年, 2023年1—5月, 2023年1月至2024年5月, 2018-2022年, 2023年度, 2023.11.30, 2024-01-09 17:24 ...
_FULL: Final = re.compile(
    rf"(?P<y>{_Y})\s?年(?:度?\s?(?P<m>{_M})\s?月份?(?:\s?(?P<d>{_D})\s?[日号](?!线|楼))?"
    rf"|\s?(?P<ma>{_M}){_SEP}(?=(?:{_M})\s?月))?"
    rf"(?:{_SEP}(?:(?P<y2>{_Y})\s?年度?)?(?:(?P<m2>{_M})\s?月份?)?(?:(?P<d2>{_D})\s?[日号])?(?<=[年度月份日号]))?"
    rf"|(?P<ya>{_Y}){_SEP}(?P<yb>{_Y}|\d\d)\s?(?:学年|财年|年)(?:度)?"
    rf"|(?P<iy>{_Y})(?P<is>[-/.])(?P<im>{_M})(?:(?P=is)(?P<id>{_D}))?"
    r"(?P<time>[ T]?\d\d?:\d\d(?::\d\d)?)?(?![\d.%/万亿])"
)
#: A year over the line end of hard-wrapped text: 19⏎85年.
_CUT_YEAR: Final = re.compile(r"(\d{1,3})[ \t]*\r?\n[ \t]{0,4}(\d{1,3})年")
_TIGHT_RANGE: Final = re.compile(rf"(?P<m2>{_M})\s?月份?")
_MONTH: Final = re.compile(
    rf"(?P<m>{_M})\s?月(?!龄)份?(?:\s?(?P<d>{_D})\s?[日号])?(?:{_SEP}(?:(?P<m2>{_M})\s?月份?)?(?:(?P<d2>{_D})\s?[日号])?(?<=[月份日号]))?"
    rf"|(?P<ma>{_M})(?:{_SEP}|、)(?P<mb>{_M})\s?月份?"
    rf"|(?P<da>{_D})(?:{_SEP})(?P<db>{_D})\s?日"
)
_DAY: Final = re.compile(rf"(?P<d>{_D})\s?日(?!均|以?内|报|元|产|常|照|游)")
_QUARTER: Final = re.compile(r"(?P<q>[1-4])(?:[-—~至](?P<q2>[1-4]))?\s?季度")
_TIME: Final = re.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?!\d)")
_DECADE: Final = re.compile(r"(?:(?:19|20)?\d0)年代")
_CENTURY: Final = re.compile(r"(?:1\d|2[0-2])世纪")
#: 815日, 20224月, 2022815日: the sign between the parts was lost, and a split into valid parts exists.
_DAMAGED: Final = re.compile(
    rf"(?=\d{{3}})(?P<y>{_Y})?(?P<m>{_M})(?P<d>{_D})\s?日(?!元)|(?P<y3>{_Y})(?P<m3>{_M})\s?月份?(?:(?P<d3>{_D})\s?日)?|(?P<y4>{_Y})年?(?P<m4>{_M})月?(?P<d4>{_D})\s?日"
)
_AFTER: Final = re.compile(r"\s?(底|末|初|前|之前|以前|起|以来|以后|之后|后|来)")
#: First characters of everything that _AFTER matches.
_AFTER_SIGNS: Final = frozenset("底末初前之以起后来") | SPACES
_FLAG: Final = {
    "底": "end",
    "末": "end",
    "初": "begin",
    "前": "before",
    "之前": "before",
    "以前": "before",
    "起": "since",
    "以来": "since",
    "来": "since",
    "以后": "after",
    "之后": "after",
    "后": "after",
}
#: 02-05 in a list of news: a leading zero tells it from a range.
_SHORT: Final = re.compile(r"(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\d\-.%])")
#: What follows the first digits of a date.
FOLLOWS: Final = frozenset("年月日季世-—~至到、/.:") | SPACES
_CENTURIES: Final = ("16", "17", "18", "19", "20")
#: What follows 2023年 where the date goes on.
_YEAR_GOES_ON: Final = frozenset("度0123456789-—~至到") | SPACES
_COMPACT: Final = re.compile(rf"(?P<y>{_Y})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])?(?!\d)")


def year_like(digits: str) -> bool:
    """Whether four digits may be a year of these reports (1900 to 2060)."""
    return len(digits) == 4 and digits.isascii() and digits.isdigit() and "1900" <= digits <= "2060"


def _iso(year: str | None, month: str | None, day: str | None) -> str:
    if year:
        return year + (f"-{int(month):02d}" if month else "") + (f"-{int(day):02d}" if day else "")
    if month:
        return f"--{int(month):02d}" + (f"-{int(day):02d}" if day else "")
    return f"---{int(day):02d}" if day else ""


def _flag(view: str, end: int) -> tuple[int, str]:
    """底 and 初 belong to the date's span; 前, 起 and 以来 are outside of it but known."""
    found = _AFTER.match(view, end) if end < len(view) and view[end] in _AFTER_SIGNS else None
    if found is None:
        return end, ""
    word = found[1]
    if word in ("底", "末", "初"):
        after = _AFTER.match(view, found.end())
        if after and after[1] in ("前", "之前", "以前"):
            return found.end(), "before"
        return found.end(), _FLAG[word]
    return end, _FLAG[word]


def read_date(view: str, pos: int, stop: int) -> DateSpan | None:
    """The date that begins with the digits from ``pos`` to ``stop``, which one of FOLLOWS follows, or None.

    Length and follower of these digits rule most forms out; the order of the rest is that of precedence.
    """
    length, follow = stop - pos, view[stop]
    spaced = follow in SPACES
    if length == 4:
        if follow == "年" and view[stop + 1 : stop + 2] not in _YEAR_GOES_ON and view.startswith(_CENTURIES, pos):
            return _year(view, pos, stop)
        found = _FULL.match(view, pos)
        if found is not None:
            return _full(view, found)
    if spaced and length <= 3:
        found = _CUT_YEAR.match(view, pos)
        if found and year_like(found[1] + found[2]):
            end, flag = _flag(view, found.end())
            return DateSpan(end, found[1] + found[2], None, flag, "year")
    if length <= 2:
        return _short(view, pos, length, follow)
    found = _DAMAGED.match(view, pos) if spaced or follow == "月" or follow == "日" else None
    return None if found is None else DateSpan(found.end(), found[0], None, "", "damaged")


def _short(view: str, pos: int, length: int, follow: str) -> DateSpan | None:
    """A date that begins with one or two digits."""
    if follow == "年":
        found = _DECADE.match(view, pos)
        return DateSpan(found.end(), found[0][:-2], None, "decade", "decade") if found else None
    if follow == ":":
        found = _TIME.match(view, pos)
        return None if found is None else DateSpan(found.end(), found[0], None, "", "time")
    if follow == "." or follow == "/":
        return None
    found = _MONTH.match(view, pos) or _DAY.match(view, pos)
    if found is not None:
        return _month(view, found)
    found = _QUARTER.match(view, pos) if length == 1 else None
    if found:
        return DateSpan(found.end(), f"--Q{found['q']}", f"--Q{found['q2']}" if found["q2"] else None, "", "quarter")
    found = _CENTURY.match(view, pos) if follow == "世" else None
    if found:
        return DateSpan(found.end(), found[0][:2], None, "century", "century")
    found = _SHORT.match(view, pos) if follow == "-" else None
    if found is not None and "0" in (found["m"][0], found["d"][0]):
        return DateSpan(found.end(), _iso(None, found["m"], found["d"]), None, "", "short")
    return None


def _year(view: str, pos: int, stop: int) -> DateSpan:
    """2023年 and nothing more; the most common date by far."""
    year = view[pos:stop]
    if view.startswith("代", stop + 1):
        return DateSpan(stop + 2, year, None, "decade", "decade")
    end, flag = _flag(view, stop + 1)
    return DateSpan(end, year, None, flag, "year")


def _full(view: str, found: re.Match[str]) -> DateSpan | None:
    get = found.groupdict()
    end = found.end()
    if get["iy"]:
        if get["is"] == "." and not get["id"] and view[end : end + 1] not in ("-", "—", "~", "至", ")"):
            return None  # 1960.8 is a number unless the text says otherwise
        return DateSpan(end, _iso(get["iy"], get["im"], get["id"]), None, "", "timestamp" if get["time"] else "iso")
    if get["ya"]:
        last = get["yb"] if len(get["yb"]) == 4 else get["ya"][:2] + get["yb"]
        end, flag = _flag(view, end)
        return DateSpan(end, get["ya"], last, flag, "years")
    year = get["y"]
    if get["ma"]:  # 2023年1-5月: the first month carries no 月
        tail = _TIGHT_RANGE.match(view, end)
        if tail is not None:
            end, flag = _flag(view, tail.end())
            return DateSpan(end, _iso(year, get["ma"], None), _iso(year, tail["m2"], None), flag, "months")
    first = _iso(year, get["m"], get["d"])
    last = None
    if get["y2"] or get["m2"] or get["d2"]:
        last = _iso(get["y2"] or year, get["m2"] or (None if get["y2"] else get["m"]), get["d2"])
    if last is None and view.startswith("度", end):
        end += 1
    if view.startswith("代", end):
        return DateSpan(end + 1, year, None, "decade", "decade")
    end, flag = _flag(view, end)
    return DateSpan(end, first, last, flag, "day" if get["d"] else "month" if get["m"] else "year")


def _month(view: str, found: re.Match[str]) -> DateSpan | None:
    get = found.groupdict()
    end, flag = _flag(view, found.end())
    if get.get("ma"):
        return DateSpan(end, _iso(None, get["ma"], None), _iso(None, get["mb"], None), flag, "months")
    if get.get("da"):
        return DateSpan(end, _iso(None, None, get["da"]), _iso(None, None, get["db"]), flag, "days")
    first = _iso(None, get.get("m"), get.get("d"))
    last = None
    if get.get("m2") or get.get("d2"):
        last = _iso(None, get.get("m2") or get.get("m"), get.get("d2"))
    return DateSpan(end, first, last, flag, "day" if get.get("d") else "month")


def read_compact(view: str, pos: int) -> DateSpan | None:
    """20240109 or 202401 as a date; the caller knows that no unit follows."""
    found = _COMPACT.match(view, pos)
    return DateSpan(found.end(), _iso(found["y"], found["m"], found["d"]), None, "", "compact") if found else None


_CN: Final = "〇零OＯ一二三四五六七八九"
#: One of them follows within a few characters where a numeral begins a date.
_CN_SIGNS: Final = frozenset("年月世季")
#: What may stand second in a date of Chinese numerals.
_CN_SECOND: Final = frozenset("月世季至到、OＯ〇零一二三四五六七八九十")
_CN_YEAR: Final = re.compile(
    rf"(?P<y>[一二][{_CN}]{{3}})\s?年度?(?:\s?(?P<m>十[一二]?|[一二三四五六七八九])月份?(?:(?P<d>[一二三]?十?[一二三四五六七八九]?)日)?)?"
    r"|(?P<m1>十[一二]?|[一二三四五六七八九])月份?(?:(?P<d1>[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])日)?(?!亮)"
    r"|(?P<dec>[二三四五六七八九]十)年代"
    r"|(?P<cent>二?十[一二三四五六七八九]?)世纪"
    r"|(?:(?P<q0>前)?(?P<q>[一二三四])(?:(?:至|到|、)(?P<q2>[二三四]))?季度)"
)


def read_chinese_date(view: str, pos: int) -> DateSpan | None:
    """The date in Chinese numerals that begins at ``pos`` (二〇二三年, 三月五日, 九十年代, 一季度), or None."""
    follow = view[pos + 1 : pos + 7]
    if not follow or follow[0] not in _CN_SECOND or _CN_SIGNS.isdisjoint(follow):
        return None
    found = _CN_YEAR.match(view, pos)
    if found is None:
        return None
    get = found.groupdict()
    end = found.end()
    if get["y"]:
        year = "".join(str(DIGITS.get(c, 0)) for c in get["y"])
        end, flag = _flag(view, end)
        return DateSpan(end, _iso(year, _digits(get["m"]), _digits(get["d"])), None, flag, "year")
    if get["m1"]:
        end, flag = _flag(view, end)
        return DateSpan(end, _iso(None, _digits(get["m1"]), _digits(get["d1"])), None, flag, "month")
    if get["dec"]:
        return DateSpan(end, _digits(get["dec"]) or "", None, "decade", "decade")
    if get["cent"]:
        return DateSpan(end, _digits(get["cent"]) or "", None, "century", "century")
    first = "一二三四".index(get["q"]) + 1
    if view[pos - 1 : pos] == "前":  # 前三季度: January to September
        return DateSpan(end, "--Q1", f"--Q{first}", "", "quarter")
    last = f"--Q{'一二三四'.index(get['q2']) + 1}" if get["q2"] else None
    return DateSpan(end, f"--Q{first}", last, "", "quarter")


def _digits(text: str | None) -> str | None:
    value = chinese_value(text) if text else None
    return None if value is None else str(value)
