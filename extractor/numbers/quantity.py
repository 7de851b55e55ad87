"""One quantity at a position of the folded view: number, magnitude, unit, range, rate, and where each part ends.

``read_arabic`` begins at a digit, ``read_chinese`` at a Chinese numeral. Both return None where the text at the
position is no quantity, and never look at what a figure means. Numbers cut by a space or by the line end of
hard-wrapped text are joined; numbers of a list or of two table cells are not.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from .measure import PERSONS_OPEN, Quantity, gap, power_of, read_unit
from .numerals import ALONE, CHINESE, DIGITS, MAX_DIGITS, arabic_value, chinese_value, mixed_value, scaled
from .units import Units

__all__ = ["OPEN", "is_word", "one_of", "read_arabic", "read_bare", "read_chinese", "tenths_at"]

_ARABIC: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?")
#: Full-width comma or space as a thousands sign: only inside one number that a unit closes (see _grouped).
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:(?P<s>[，, ])\d{3})(?:(?P=s)\d{3})*(?!\d)(?:\.\d+)?")
_MAG: Final = r"(?:千(?![瓦米克伏升卡焦乏赫])|百(?!分|货)|[万亿]|十(?=[万亿]))+"
_TAIL: Final = re.compile(
    rf"(?P<a>[余多几])?(?:个(?=亿))?(?P<mag>{_MAG})?(?P<rest>(?:[零〇]?\d+(?:\.\d+)?(?:{_MAG})?){{1,3}})?(?P<b>[余多几])?"
)
#: What may go on after a unit (a range, a rate, money parts, a half): not plain.
OPEN: Final = frozenset("/每角半多-—~至到 0123456789论亿")
#: What may break a number off in its middle: a group sign, a stray point or space, a line end.
_BREAKS: Final = frozenset("，,. \n\r")
#: Digits and thousands signs over a line end: 1,1⏎26,480.50
_CUT_GROUPS: Final = re.compile(r"(\d[\d,]{0,20})[ \t]*\r?\n[ \t]{0,4}([\d,]{1,20}(?:\.\d+)?)")
_POINT: Final = re.compile(r" ?\. ?(\d+)(?=[%‰万亿])")
#: First characters of everything that _TAIL and _SEP match.
_TAIL_OPENS: Final = frozenset("余多几个千百万亿十零〇0123456789")
_SEP_OPENS: Final = frozenset(" -—~至到")
_SEP: Final = re.compile(r"[ ]?(?:-{1,2}|—{1,2}|~|至|到)[ ]?(?=[\d〇一二三四五六七八九十百两])")

_CN_PLAIN: Final = CHINESE.replace("千", "").replace("百", "")
_CN_RUN: Final = re.compile(
    rf"(?P<v>[数几])?(?P<n>(?:[{_CN_PLAIN}]|千(?![瓦米克伏升卡焦乏赫])|百(?!分))+(?:点[〇零一二三四五六七八九]+[百千万亿]*)?)(?:(?P<i>[余多来几])(?P<m>[十百千万亿]+)?(?P<j>[余多])?)?"
)
#: Numerals that are a number by themselves, and what carries one on: more of it, parts, a unit over a space, a range.
_ALONE: Final = {char: Decimal(value) for char, value in ALONE.items()}
_RUNS_ON: Final = frozenset(CHINESE + "点余多来几分成")
_GOES_ON: Final = _RUNS_ON | frozenset(" \t\n\r/-—~至到")
_ADJACENT: Final = re.compile(
    r"(十|[二三四五六七八九]十)?([一二两三四五六七八九])([二三四五六七八九])([十百千万亿]*)\Z"
)
_PART: Final = re.compile(
    rf"(?P<u>[百千万])分之(?P<minus>负)?(?:(?P<c>[{CHINESE}]+(?:点[〇零一二三四五六七八九]+)?)|(?P<a>\d+(?:\.\d+)?))(?P<o>多|余)?"
)
_FRACTION: Final = re.compile(
    r"(?P<d>[二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)分之(?P<n>[一二两三四五六七八九])"
)
_TENTHS: Final = re.compile(
    r"(?P<a>[一二两三四五六七八九]|\d(?:\.\d)?)成(?P<b>[一二三四五六七八九半])?(?![立功为果员熟长本效就品套交绩型片份分区林年人都])"
)
_BARE_BEFORE: Final = ("近", "上", "超", "过", "约", "逾", "成", "达", "破", "足")


def _grouped(view: str, pos: int, units: Units) -> tuple[str, int] | None:
    """``1，100万`` or ``12 345 户``: groups with a sign that also parts lists, so only before a unit or magnitude."""
    found = _GROUPED.match(view, pos)
    if found is None or found["s"] == ",":
        return None
    end = found.end()
    if view[end : end + 1] not in "万亿余多" and units.match(view, gap(view, end)) is None:
        return None
    before = view[max(0, pos - 20) : pos]
    if "分别" in before or before[-1:] == found["s"] != " ":
        return None
    if found["s"] == " " and not ("\u4e00" <= before[-1:] <= "\u9fff"):
        return None
    return found[0].replace(found["s"], ""), end


def _digits(view: str, pos: int, units: Units) -> tuple[str, int] | None:
    """The digits at ``pos`` without group signs, and their end; joins a decimal part after a stray space."""
    found = _ARABIC.match(view, pos)
    if found is None:
        return None
    end = found.end()
    text = found[0].replace(",", "")
    after = view[end] if end < len(view) else ""
    if after not in _BREAKS:
        return text, end
    if after in "， " and end - pos <= 3:
        grouped = _grouped(view, pos, units)
        if grouped:
            return grouped
    if "." in text or not pos:
        return text, end
    if after in " ." and "\u4e00" <= view[pos - 1] <= "\u9fff":
        point = _POINT.match(view, end)
        if point:
            return f"{text}.{point[1]}", point.end()
    if after in "\n\r.,":
        joined = _wrapped(view, pos, end, text, units)
        if joined:
            return joined
    return text, end


def _wrapped(view: str, pos: int, end: int, text: str, units: Units) -> tuple[str, int] | None:
    """Digits that go on in the next line of hard-wrapped text: ``12⏎345户``. Never over a list marker or a cell."""
    if view.startswith(",", end) or "," in view[pos:end]:
        groups = _CUT_GROUPS.match(view, pos)
        if groups is None or not _ARABIC.fullmatch(joined := groups[1] + groups[2]):
            return None
        after = gap(view, groups.end())
        measured = view[after : after + 1] in ("万", "亿") or units.match(view, after) is not None
        return (joined.replace(",", ""), groups.end()) if measured else None
    if not ("\u4e00" <= view[pos - 1] <= "\u9fff"):
        return None
    point = view.startswith(".", end)
    nxt = gap(view, end + point)
    if nxt == end + point or "\n" not in view[end:nxt]:
        return None
    more = _ARABIC.match(view, nxt)
    if more is None or ("." in more[0] and point) or "," in more[0]:
        return None
    tail = more.end()
    if view[tail : tail + 1] not in "万亿%‰" and units.match(view, tail) is None:
        return None
    if view[tail : tail + 1] == "年" and len(more[0]) == 4:
        return None
    return text + "." * point + more[0], tail


def read_arabic(view: str, pos: int, units: Units) -> Quantity | None:
    """The quantity at the digit ``pos``; its unit is '' where none is printed. None for digits beyond any number."""
    first = _single(view, pos, units)
    if first is None:
        return None
    return _range(view, first, units)


def _single(view: str, pos: int, units: Units) -> Quantity | None:
    read = _digits(view, pos, units)
    if read is None:
        return None
    digits, end = read
    if len(digits) > MAX_DIGITS:
        return None
    stop = gap(view, end)
    tail = _TAIL.match(view, stop) if stop < len(view) and view[stop] in _TAIL_OPENS else None
    value: Decimal | None = None
    approx, power = False, 0
    if tail is not None and tail.end() > stop:
        magnitude, rest = tail["mag"] or "", tail["rest"] or ""
        last = tail.end()
        if rest and (not magnitude or stop != end):
            rest = ""
            last = tail.start("rest")
        if rest:
            value = mixed_value(digits + magnitude + rest)
            if value is None or (re.match(r"(?:19|20)\d\d\Z", rest) and view.startswith("年", tail.end("rest"))):
                rest, last, value = "", tail.end("mag"), None
        if tail["b"] and not rest and tail.end("b") != last and tail["rest"] is None:
            last = tail.end("b")
        approx = bool(tail["a"] or (tail["b"] and last == tail.end("b")))
        if value is None:
            value = arabic_value(digits, magnitude)
            if value is None:
                return None
        if approx and not magnitude and units.match(view, gap(view, last)) is None and not view.startswith("年", last):
            follow = view[last : last + 1]
            if not ("\u4e00" <= follow <= "\u9fff") or units.noun_after.match(view, last) is None:
                approx, last = False, end
        if magnitude or approx:
            end, stop = last, gap(view, last)
        power = power_of(magnitude)
    if value is None:
        value = Decimal(digits)
    quantity = Quantity(pos, end, end, value, None, "", approx, "", power)
    read_unit(view, quantity, units, stop, chinese=False)
    return quantity


def _separator(view: str, pos: int) -> re.Match[str] | None:
    """What parts the two ends of a range, at ``pos``."""
    return _SEP.match(view, pos) if pos < len(view) and view[pos] in _SEP_OPENS else None


def _range(view: str, low: Quantity, units: Units, bare: bool = False) -> Quantity:
    """``low`` and what follows as one range, where both ends belong together; else ``low`` as it is.

    ``bare`` allows a range without a unit (十八至三十万), which running text does not.
    """
    sep = _separator(view, low.end)
    if sep is None:
        return low
    at = sep.end()
    high = _single(view, at, units) if view[at].isdigit() else _chinese(view, at, units)
    if high is None or not (high.unit or bare) or high.rule == "missing_unit":
        return low
    spoken = "到" in sep[0] or "至" in sep[0]
    if low.unit and (
        low.unit != high.unit or ("到" in sep[0]) or (spoken and low.start and view[low.start - 1] in "由从自")
    ):
        return low
    value = low.value
    if high.power and not low.power and not low.unit and value < high.value.scaleb(-high.power):
        value = scaled(str(value), high.power)
    if not value < high.value or (not low.unit and low.approx):
        return low
    return Quantity(
        low.start, high.number_end, high.end, value, high.value, high.unit, low.approx or high.approx, "range"
    )


def read_bare(view: str, pos: int, units: Units) -> Quantity | None:
    """A number or range at ``pos`` that may stand without any unit: for a text that is known to be one number."""
    quantity: Quantity | None
    quantity = _single(view, pos, units) if view[pos].isdigit() else _chinese(view, pos, units)
    if quantity is None:
        return None
    return _range(view, quantity, units, bare=True)


def read_chinese(view: str, pos: int, units: Units) -> Quantity | None:
    """The quantity at the Chinese numeral ``pos``; None unless a unit follows (一定, 三农 and 十分 are words)."""
    quantity = _chinese(view, pos, units)
    if quantity is None or (not quantity.unit and _separator(view, quantity.end) is None):
        return None
    quantity = _range(view, quantity, units)
    return quantity if quantity.unit else None


def one_of(view: str, pos: int, units: Units) -> tuple[int, str] | None:
    """The measure word directly after the 一 at ``pos``: ``(end, name)``, where nothing after it could change it."""
    if view[pos + 1 : pos + 2] in _RUNS_ON:
        return None
    unit = units.match(view, pos + 1, chinese=True)
    if unit is None or view[unit[0] : unit[0] + 1] in OPEN:
        return None
    return None if view[unit[0] : unit[0] + 1] in PERSONS_OPEN else unit


def is_word(view: str, pos: int, units: Units) -> bool:
    """Whether the numeral at ``pos`` stands before something that neither carries it on nor measures it: 进一步."""
    if view[pos] not in _ALONE or pos + 1 >= len(view):
        return False
    follow = view[pos + 1]
    return follow not in _GOES_ON and follow not in units.forms


def _chinese(view: str, pos: int, units: Units) -> Quantity | None:
    if view[pos] in _ALONE and view[pos + 1 : pos + 2] not in _RUNS_ON:
        quantity = Quantity(pos, pos + 1, pos + 1, _ALONE[view[pos]], None, "", False, "", 0)
        return _with_unit(view, quantity, units)
    follow = view[pos + 1 : pos + 5]
    part = _PART.match(view, pos) if follow.startswith("分之") else None
    if part is not None:
        value = Decimal(part["a"]) if part["a"] else Decimal(100) if part["c"] == "百" else chinese_value(part["c"])
        if value is None:
            return None
        if part["minus"]:
            value = -value
        name = {"百": "%", "千": "‰", "万": "‱"}[part["u"]]
        return Quantity(pos, part.end(), part.end(), value, None, name, bool(part["o"]), "parts of a hundred")
    part = _FRACTION.match(view, pos) if "分之" in follow else None
    if part is not None:
        below, above = chinese_value(part["d"]), chinese_value(part["n"])
        if below and above:
            return Quantity(pos, part.end(), part.end(), above / below, None, "比例", True, "fraction")
    part = _TENTHS.match(view, pos) if follow[:1] == "成" else None
    if part is not None:
        return tenths(part)
    found = _CN_RUN.match(view, pos)
    return _counted(view, found, units) if found is not None else None


def _with_unit(view: str, quantity: Quantity, units: Units) -> Quantity:
    """``quantity`` in Chinese numerals with the unit after it; a noun is a unit only of 万 and 亿."""
    read_unit(view, quantity, units, gap(view, quantity.number_end), chinese=True)
    if quantity.rule == "missing_unit" or (quantity.rule and not quantity.power):
        quantity.unit = ""
    return quantity


def tenths(part: re.Match[str]) -> Quantity:
    """三成五 as 35 %."""
    lead = Decimal(DIGITS[part["a"]]) if part["a"] in DIGITS else Decimal(part["a"])
    rest = Decimal(0) if not part["b"] else Decimal(5 if part["b"] == "半" else DIGITS[part["b"]])
    return Quantity(part.start(), part.end(), part.end(), lead * 10 + rest, None, "%", False, "tenths")


def _counted(view: str, found: re.Match[str], units: Units) -> Quantity | None:
    """A Chinese numeral with 数/几 before it, 余/多/几 in it, or two neighbouring digits (三四百, 七八个)."""
    text, inner, magnitude, pos = found["n"], found["i"] or "", found["m"] or "", found.start()
    end = found.end()
    high: Decimal | None = None
    approx = bool(inner or found["j"])
    value: Decimal | None
    if text[0] in "百千万亿":
        lead = text.lstrip("百千万亿")
        if lead or not (found["v"] or inner or view[pos - 1 : pos] in _BARE_BEFORE or view[end : end + 3] == "元以上"):
            return None
        value = Decimal(10) ** power_of(text)
        approx = approx or view[end : end + 3] != "元以上"
    elif found["v"]:
        if text.strip("十百千万亿"):
            return None
        value, approx = Decimal(10) ** power_of(text), True
    else:
        value = chinese_value(text)
        if value is None:
            pair = _ADJACENT.match(text)
            if pair is None or DIGITS[pair[2]] >= DIGITS[pair[3]]:
                return None
            tens = chinese_value(pair[1]) or Decimal(0) if pair[1] else Decimal(0)
            factor = Decimal(10) ** power_of(pair[4])
            value, high, approx = (tens + DIGITS[pair[2]]) * factor, (tens + DIGITS[pair[3]]) * factor, True
    if magnitude:
        value *= Decimal(10) ** power_of(magnitude)
    power = 4 * text.count("万") + 8 * text.count("亿") or power_of(magnitude)
    return _with_unit(view, Quantity(pos, end, end, value, high, "", approx, "", power), units)


def tenths_at(view: str, pos: int) -> Quantity | None:
    """三成五 or 3成 at ``pos``."""
    if view.find("成", pos + 1, pos + 4) < 0:
        return None
    part = _TENTHS.match(view, pos)
    return tenths(part) if part is not None else None
