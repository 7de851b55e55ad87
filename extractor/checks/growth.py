"""``growth_``: level now, level before, and the change or growth printed between them."""

from __future__ import annotations

import re
from math import inf
from typing import Final

from .arith import Arithmetic, contradict, rounded
from .catalogue import flag_code
from .work import Item, Sheet, decimal_text

GROWTH_MISMATCH: Final = flag_code(
    "growth_mismatch",
    severity="warning",
    blocking=True,
    title="增减量或增幅与前后数值不符",
    title_en="a change or growth rate does not follow from the two levels",
    meaning="The sentence prints a level, an earlier level and the change (or the percentage) between them, and the "
    "three do not agree within rounding. Growth at constant prices, averages over years and comparable bases are not "
    "checked.",
    example="支出8.42万元,比上年6.18万元增加2.42万元: 8.42-6.18 = 2.24.",
)

_THAN: Final = re.compile(r"(?:^|[,，;；(（、\s])(?:同比|比|较|相比)[^,，。;；]{0,16}\Z")
_MORE: Final = re.compile(
    r"[,，]?(?:的)?(?:约|大约)?(增加|增长|增支|增收|增|净增|提高|上升|多|减少|减支|减收|减|下降|降低|压减|少)(?:了|约|到)?"
    r"[^,，。;；\d至]{0,6}\Z"
)
_BY: Final = re.compile(r"(增加|增长|增支|增收|增|净增|提高|上升|多|减少|减支|减收|减|下降|降低|压减|少)(?:了)?\Z")
_TO: Final = re.compile(
    r"(增加|增长|增|提高|上升|扩大|发展|提升|减少|减|下降|降低|降|压减|回落)(?:到|至|为)[^,，。;；\d]{0,4}\Z"
)
_NOT: Final = re.compile(r"年均|平均|可比|同口径|实际|名义|不变价|生产总值|增加值|总产值|扣除|考虑|累计|GDP|约")
_LESS: Final = ("减", "下降", "降", "少", "压减", "回落")
_THEN: Final = re.compile(
    r"[,，、]?(?:比上年|较上年|同比)?(?:年)?(?:增加|增长|净增|增幅|提高|上升|减少|下降|降低|减|降幅)(?:了|达|为|约)?[^,，。;；\d]{0,4}\Z"
)


class _ByChange(Arithmetic):
    """A level, the change that led to it and the growth that this was: the level before is their difference."""

    __slots__ = ("change", "now", "percent", "sheet", "sign")

    def __init__(self, sheet: Sheet, now: Item, change: Item, percent: Item, sign: float) -> None:
        self.sheet = sheet
        self.now = now
        self.change = change
        self.percent = percent
        self.sign = sign

    def holds(self, member: Item, value: float, slack: float) -> bool:
        a, a_half = (value, slack) if member is self.now else (self.now.value, self.sheet.slack(self.now))
        c, c_half = (value, slack) if member is self.change else (self.change.value, self.sheet.slack(self.change))
        p, p_half = (value, slack) if member is self.percent else (self.percent.value, self.sheet.slack(self.percent))
        sign = self.sign
        low_base, high_base = a - a_half - sign * c - c_half, a + a_half - sign * c + c_half
        if low_base <= 0:
            return False
        return (c - c_half) / high_base * 100 <= p + p_half and (c + c_half) / low_base * 100 >= p - p_half


class _Between(Arithmetic):
    """A level, the level before, and the change or growth (%) between them."""

    __slots__ = ("change", "now", "sheet", "then")

    def __init__(self, sheet: Sheet, now: Item, then: Item, change: Item) -> None:
        self.sheet = sheet
        self.now = now
        self.then = then
        self.change = change

    def holds(self, member: Item, value: float, slack: float) -> bool:
        a, a_half = (value, slack) if member is self.now else (self.now.value, self.sheet.slack(self.now))
        b, b_half = (value, slack) if member is self.then else (self.then.value, self.sheet.slack(self.then))
        c, c_half = (value, slack) if member is self.change else (self.change.value, self.sheet.slack(self.change))
        if self.change.unit == "%":
            if b <= b_half:
                return False
            low = ((a - a_half) / (b + b_half) - 1) * 100
            high = ((a + a_half) / (b - b_half) - 1) * 100
            return low <= c + c_half and high >= c - c_half if a >= b else low <= -c + c_half and high >= -c - c_half
        return abs(abs(a - b) - c) <= (a_half + b_half + c_half) * (1 + 1e-9)

    def window(self, member: Item, slack: float) -> tuple[float, float]:
        """Between as much less and as much more than the other level; a change is what it is."""
        a, a_half = self.now.value, self.sheet.slack(self.now)
        b, b_half = self.then.value, self.sheet.slack(self.then)
        c, c_half = self.change.value, self.sheet.slack(self.change)
        if self.change.unit != "%":
            half = a_half + b_half + c_half + slack
            if member is self.change:
                return abs(a - b) - half, abs(a - b) + half
            other = b if member is self.now else a
            return other - c - half, other + c + half
        most = (c + c_half) / 100
        if member is self.now:
            return (1 - most) * (b - b_half) - slack, (1 + most) * (b + b_half) + slack
        if member is self.then:
            return (a - a_half) / (1 + most) - slack, (a + a_half) / (1 - most) + slack if most < 1 else inf
        if b <= b_half:
            return 0.0, -1.0  # nothing does
        low, high = (a - a_half) / (b + b_half), (a + a_half) / (b - b_half)
        if a >= b:
            return (low - 1) * 100 - slack, (high - 1) * 100 + slack
        return (1 - high) * 100 - slack, (1 - low) * 100 + slack


def check(sheet: Sheet) -> None:
    """Confirm and flag all changes between two printed levels."""
    edge, unit = -1, ""
    for item in sheet.items:
        if item.unit == unit and 1 <= item.start - edge <= 24 and unit not in ("%", ""):
            _pair(sheet, sheet.items[item.index - 1], item, item.index + 1)
        edge, unit = item.end, item.unit


def _pair(sheet: Sheet, first: Item, before: Item, after: int) -> None:
    """Two amounts of one unit beside each other, and item ``after`` behind them."""
    view = sheet.view
    gap = view[first.end : before.start]
    if "到" in gap or "至" in gap or "为" in gap:
        to = _TO.search(gap)
        if to is not None:
            verge = view[max(0, first.start - 16) : first.start]
            if "由" in verge or "从" in verge:
                _then(sheet, before, first, after, to.group(1))
            return
    if ("比" not in gap and "较" not in gap) or _THAN.search(gap) is None or after >= len(sheet.items):
        return
    by = _BY.search(gap)
    if by is not None:
        _by(sheet, first, before, after, by.group(1).startswith(_LESS))
    else:
        _than(sheet, first, before, after)


def _by(sheet: Sheet, now: Item, change: Item, index: int, less: bool) -> None:
    """A 比上年 增加 C, 增长 p%: the level before is A - C."""
    percent = sheet.items[index]
    if (
        percent.unit != "%"
        or percent.sentence != now.sentence
        or not _usable(now, change, percent)
        or not _THEN.match(sheet.view[change.end : percent.start])
    ):
        return
    sign = -1.0 if less else 1.0

    three = _ByChange(sheet, now, change, percent, sign)
    if three.holds(percent, percent.value, sheet.slack(percent)):
        for item in (now, change, percent):
            item.confirm("growth_holds")
        return
    base = now.value - sign * change.value
    if (
        base <= 0
        or _NOT.search(sheet.view[max(now.sentence[0], now.start - 30) : percent.start])
        or three.holds(percent, percent.value, 2.2 * sheet.slack(percent))
    ):
        return
    shown = (
        f"{sheet.printed(change)}/({sheet.printed(now)}{'+' if less else '-'}{sheet.printed(change)}) = "
        f"{rounded(change.value / base * 100)}%, 印作{sheet.printed(percent)}"
    )

    contradict(
        sheet,
        GROWTH_MISMATCH,
        f"增减不符:{shown}",
        f"the change does not follow: {shown}",
        shown,
        [now, change, percent],
        three,
    )


def _usable(*members: Item) -> bool:
    for item in members:
        figure = item.figure
        if (
            item.doubts
            or item.repair
            or figure.value_max is not None
            or figure.modifier != "none"
            or figure.status != "actual"
        ):
            return False
    return True


def _than(sheet: Sheet, now: Item, then: Item, index: int) -> None:
    """A 比上年 B 增加 C, 增长 p%."""
    change = sheet.items[index]
    gap = sheet.view[then.end : change.start]
    more = _MORE.match(gap)
    if more is None:
        return
    _judge(sheet, now, then, change, more.group(1).startswith(_LESS))
    if (
        index + 1 < len(sheet.items)
        and change.unit != "%"
        and _THEN.match(sheet.view[change.end : sheet.items[index + 1].start])
    ):
        _judge(sheet, now, then, sheet.items[index + 1], None)


def _then(sheet: Sheet, now: Item, then: Item, index: int, verb: str) -> None:
    """由 B 增加到 A, 增加 C (增长 p%)."""
    last = now
    for cursor in (index, index + 1):
        if cursor >= len(sheet.items):
            return
        change = sheet.items[cursor]
        gap = sheet.view[last.end : change.start]
        if not _THEN.match(gap):
            return
        _judge(sheet, now, then, change, verb.startswith(_LESS) if cursor == index else None)
        last = change


def _judge(sheet: Sheet, now: Item, then: Item, change: Item, less: bool | None) -> None:
    if now.sentence != change.sentence or then.value <= 0 or not _usable(now, then, change):
        return
    if change.unit == "%":
        lower, upper = _growth_range(sheet, now, then)
        size = change.value
        slack = sheet.slack(change)
        low, high = sorted((abs(lower), abs(upper))) if lower * upper > 0 else (0.0, max(abs(lower), abs(upper)))
        if low - slack <= size <= high + slack:
            for item in (now, then, change):
                item.confirm("growth_holds")
            return
        clause = sheet.view[max(now.sentence[0], now.start - 30) : change.start]
        if _NOT.search(clause) or min(abs(low - size), abs(high - size)) <= max(1.2 * slack, 0.0):
            return
        shown = (
            f"({sheet.printed(now)}-{sheet.printed(then)})/{sheet.printed(then)} = "
            f"{rounded((now.value - then.value) / then.value * 100)}%, 印作{sheet.printed(change)}"
        )
    elif change.unit == now.unit:
        gap = now.value - then.value
        slack = sheet.slack(now) + sheet.slack(then) + sheet.slack(change)
        if abs(abs(gap) - change.value) <= slack * (1 + 1e-9):
            for item in (now, then, change):
                item.confirm("growth_holds")
            return
        if _NOT.search(sheet.view, now.end, change.start):
            return
        exact = abs(now.figure.value - then.figure.value)
        name, scale = sheet.scale(change)
        shown = (
            f"{sheet.printed(now)}与{sheet.printed(then)}相差{decimal_text(exact / scale)}{name}{change.unit}, "
            f"印作{sheet.printed(change)}"
        )
    else:
        return
    contradict(
        sheet,
        GROWTH_MISMATCH,
        f"增减不符:{shown}",
        f"the change does not follow: {shown}",
        shown,
        [now, then, change],
        _Between(sheet, now, then, change),
    )


def _growth_range(sheet: Sheet, now: Item, then: Item) -> tuple[float, float]:
    a, b = sheet.slack(now), sheet.slack(then)
    return ((now.value - a) / (then.value + b) - 1) * 100, ((now.value + a) / max(1e-9, then.value - b) - 1) * 100
