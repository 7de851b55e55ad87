"""The unit after a number: measure word, rate, parts of money, half, or the noun that stands for a measure word.

Also where a figure may go on: over spaces, and over the line end of hard-wrapped text (:func:`gap`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from .dates import year_like
from .units import Units

__all__ = ["PERSONS", "PERSONS_OPEN", "Quantity", "gap", "power_of", "read_unit", "take_sign"]

_CUT: Final = re.compile(r"[ \t]*\r?\n[ \t]{0,4}(?=\S)")
PERSONS: Final = re.compile(
    r"(?:建档立卡|未脱贫|已脱贫|脱贫|贫困|农村|低收入|低保|特困|监测|边缘|易致贫|不稳定|返贫|残疾|失业|流动|外出|务工|就业|转移|供养){0,3}"
    r"(?:人口|人员|劳动力|劳力)"
)
_JIAO: Final = re.compile(r"(\d)角(?:(\d)分(?!之))?")
#: First characters of everything that PERSONS matches.
PERSONS_OPEN: Final = frozenset("建未已脱贫农低特监边不易返残失流外务就转供人劳")
#: One character between the number and a sign: a measure word that the table does not know.
_WORD_ALONE: Final = re.compile(r"[\u4e00-\u9fff](?<![以之左上和与及的等多余至到])(?=[，。；、,;)]|$)")
_HALF: Final = re.compile(r"半(?!数|径|年|天|月|工|个|成|价|自|岛|夜|导|封|小)")
_OVER: Final = re.compile(r"多(?![种个项元方次边样])")
#: What may stand before a minus sign, and before 负 where it is the end of a word.
_SIGN_AFTER: Final = frozenset(("", "\n", "\r", "\t", " ", "(", "|", ":", ",", ">"))
_NO_SIGN: Final = frozenset("自担胜欠抱肩背正")
_WIDTH: Final = 15
"""Fewest characters of a line that may be hard-wrapped; shorter lines are cells or headings unless the next goes on."""
#: A short line that breaks off inside a number: words that touch it, no column, no number of a table or an appendix.
_CUT_LINE: Final = re.compile(
    r"(?!.{0,15}[\t|│:：])(?:\S{0,11}[\u4e00-\u9fff])?[\u4e00-\u9fff](?<![第表图件章节条款例式之])[\d.,]{1,12}[余多万亿千百]{0,3}\Z"
)
_COMMON: Final = (
    r"人次|户次|个百分点|公里|平方米|立方米|平方公里|公斤|[户人名个家处座条项件份场次亩吨元所篇辆台套头只%‰天岁]"
)
#: The next line begins with the rest of the number and a measure that ends there.
_GOES_ON: Final = re.compile(
    rf"(?:\d{{1,6}}(?:\.\d{{1,4}})?)?[余多]?(?:[十百千]?[万亿]{{1,2}}[余多]?(?:{_COMMON})"
    rf"|(?:{_COMMON})(?![\u4e00-\u9fff](?<![以左增下同占])))"
)


class Quantity:
    """A number with its unit. ``approx`` is the inner 余/多/几, ``rule`` names how the unit was found.

    ``power`` is the power of ten of the magnitude, 0 where none is printed: what a range hands to its lower end.
    """

    __slots__ = ("approx", "end", "number_end", "power", "rule", "start", "unit", "value", "value_max")

    def __init__(
        self,
        start: int,
        number_end: int,
        end: int,
        value: Decimal,
        value_max: Decimal | None,
        unit: str,
        approx: bool,
        rule: str,
        power: int = 0,
    ) -> None:
        self.start = start
        self.number_end = number_end
        self.end = end
        self.value = value
        self.value_max = value_max
        self.unit = unit
        self.approx = approx
        self.rule = rule
        self.power = power


def gap(view: str, pos: int) -> int:
    """The position after spaces, or after a soft line end, that may stand inside one figure at ``pos``."""
    size = len(view)
    if pos >= size or view[pos] not in " \t\n\r":
        return pos
    end = pos
    while end < size and view[end] in " \t" and end - pos < 3:
        end += 1
    if end >= size or view[end] not in "\n\r":
        return end
    found = _CUT.match(view, pos)
    if found is None:
        return pos
    line = view.rfind("\n", 0, pos) + 1
    if pos - line >= _WIDTH or (_GOES_ON.match(view, found.end()) and _CUT_LINE.match(view, line, pos)):
        return found.end()
    return pos


def power_of(magnitude: str | None) -> int:
    power = 0
    for char in magnitude or "":
        power += {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}[char]
    return power


def read_unit(view: str, quantity: Quantity, units: Units, stop: int, chinese: bool) -> None:
    """Read the unit after the number into ``quantity``: measure word, rate, money parts, half, or the noun.

    ``stop`` is where the unit may stand, the :func:`gap` after the number.
    """
    # 三分, 一度 and 两头 are words; 三百五十分 is a number.
    found = units.match(view, stop, chinese, quantity.number_end - quantity.start > 2)
    if found is None:
        _nounal(view, quantity, units)
        return
    end, name = found
    after = view[end : end + 1]
    if name == "个" and after in PERSONS_OPEN and PERSONS.match(view, end):
        name = "人"
        quantity.rule = "unit from the noun after 个"
    if after in "/每角半多0123456789 ":
        if name == "元" and after.isdigit():
            coins = _JIAO.match(view, end)
            if coins:
                quantity.value += Decimal(f"0.{coins[1]}{coins[2] or ''}")
                end = coins.end()
        elif after == "半" and _HALF.match(view, end) and not quantity.approx:
            quantity.value += Decimal("0.5") * (Decimal(10) ** quantity.power)
            end += 1
        elif after == "多" and name in ("年", "个月", "倍", "天", "岁") and _OVER.match(view, end):
            quantity.approx = True
        if after in "/每 ":
            end, name = _rate(view, end, name, units)
    quantity.end, quantity.unit = end, name


def _rate(view: str, end: int, name: str, units: Units) -> tuple[int, str]:
    """The per parts after a unit: ``/人/月``, ``每平方米`` (at the end of the clause only)."""
    while True:
        stop = end + 1 if view.startswith(" /", end) else end
        if view.startswith("/", stop):
            part = units.base(view, stop + 1 + view.startswith(" ", stop + 1))
            if part is None:
                return end, name
            end, name = part[0], f"{name}/{part[1]}"
        elif view.startswith("每", stop):
            part = units.base(view, stop + 1)
            if part is None or "\u4e00" <= view[part[0] : part[0] + 1] <= "\u9fff":
                return end, name
            end, name = part[0], f"{name}/{part[1]}"
        elif "/" in name and view[end : end + 1] in "·•." and (part := units.base(view, end + 1)) is not None:
            end, name = part[0], f"{name}/{part[1]}"
        else:
            return end, name


def _nounal(view: str, quantity: Quantity, units: Units) -> None:
    """A number without a measure word: a lost one before '/', or the unit of a noun after or before the number."""
    end = quantity.number_end
    if view.startswith("/", end):
        slash = end + 1 + view.startswith("//", end)
        part = units.base(view, slash)
        if part is not None:
            quantity.end, quantity.unit, quantity.rule = part[0], view[end:slash] + part[1], "missing_unit"
        return
    follow = view[end : end + 1]
    if "\u4e00" <= follow <= "\u9fff":
        noun = units.noun_after.match(view, end)
        sized = quantity.power or quantity.approx
        if noun is not None and (sized or (quantity.value >= 100 and not year_like(view[quantity.start : end]))):
            quantity.unit, quantity.rule = units.noun_unit[noun[1]], "unit from the noun"
        elif quantity.power and (word := _WORD_ALONE.match(view, end)) is not None:
            quantity.end, quantity.unit, quantity.rule = word.end(), word[0], "unknown measure word"
        return
    if quantity.power:
        noun = units.noun_before.search(view, max(0, quantity.start - 8), quantity.start)
        if noun is not None:
            quantity.unit, quantity.rule = units.noun_unit[noun[1]], "unit from the noun before"


def take_sign(view: str, quantity: Quantity) -> None:
    """Take a minus sign or 负 that touches the number into it; a hyphen after a digit or letter is no sign."""
    start = quantity.start
    if not start:
        return
    sign, before = view[start - 1], view[start - 2] if start > 1 else ""
    if sign == "-":
        negative = before in _SIGN_AFTER or (not before.isascii() and before not in "年月日号—")
    else:
        negative = sign == "负" and before not in _NO_SIGN
    if negative:
        quantity.value, quantity.start = -quantity.value, start - 1
        if quantity.value_max is not None:
            quantity.value, quantity.value_max = -quantity.value_max, quantity.value
