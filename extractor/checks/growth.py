"""``growth_``: level now, level before, and the change or growth printed between them."""

from __future__ import annotations

import re

from .arith import contradict, rounded
from .catalogue import flag_code
from .work import Item, Sheet, decimal_text

GROWTH_MISMATCH = flag_code(
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

_THAN = re.compile(r"(?:^|[,，;；(（、\s])(?:同比|比|较|相比)[^,，。;；]{0,16}\Z")
_MORE = re.compile(
    r"[,，]?(?:的)?(?:约|大约)?(增加|增长|增支|增收|增|净增|提高|上升|多|减少|减支|减收|减|下降|降低|压减|少)(?:了|约|到)?"
    r"[^,，。;；\d至]{0,6}\Z"
)
_BY = re.compile(r"(增加|增长|增支|增收|增|净增|提高|上升|多|减少|减支|减收|减|下降|降低|压减|少)(?:了)?\Z")
_TO = re.compile(
    r"(增加|增长|增|提高|上升|扩大|发展|提升|减少|减|下降|降低|降|压减|回落)(?:到|至|为)[^,，。;；\d]{0,4}\Z"
)
_NOT = re.compile(r"年均|平均|可比|同口径|实际|名义|不变价|生产总值|增加值|总产值|扣除|考虑|累计|GDP|约")
_LESS = ("减", "下降", "降", "少", "压减", "回落")
_THEN = re.compile(
    r"[,，、]?(?:比上年|较上年|同比)?(?:年)?(?:增加|增长|净增|增幅|提高|上升|减少|下降|降低|减|降幅)(?:了|达|为|约)?[^,，。;；\d]{0,4}\Z"
)


def check(sheet: Sheet) -> None:
    """Confirm and flag all changes between two printed levels."""
    items, view = sheet.items, sheet.view
    for index in range(1, len(items)):
        before, first = items[index], items[index - 1]
        gap_size = before.start - first.end
        if gap_size > 24 or gap_size < 1 or first.unit != before.unit or first.unit in ("%", ""):
            continue
        gap = view[first.end : before.start]
        to = _TO.search(gap)
        if to is not None:
            if re.search(r"[由从]", view[max(0, first.start - 16) : first.start]):
                _then(sheet, before, first, index + 1, to.group(1))
            continue
        if _THAN.search(gap) is None or index + 1 >= len(items):
            continue
        by = _BY.search(gap)
        if by is not None:
            _by(sheet, first, before, index + 1, by.group(1).startswith(_LESS))
        else:
            _than(sheet, first, before, index + 1)


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

    def holds_for(a: float, a_half: float, c: float, c_half: float, p: float, p_half: float) -> bool:
        low_base, high_base = a - a_half - sign * c - c_half, a + a_half - sign * c + c_half
        if low_base <= 0:
            return False
        return (c - c_half) / high_base * 100 <= p + p_half and (c + c_half) / low_base * 100 >= p - p_half

    members = [now, change, percent]
    own = [(item.value, sheet.slack(item)) for item in members]
    if holds_for(*own[0], *own[1], *own[2]):
        for item in members:
            item.confirm("growth_holds")
        return
    base = now.value - sign * change.value
    if (
        base <= 0
        or _NOT.search(sheet.view[max(now.sentence[0], now.start - 30) : percent.start])
        or holds_for(*own[0], *own[1], own[2][0], 2.2 * own[2][1])
    ):
        return
    shown = (
        f"{sheet.printed(change)}/({sheet.printed(now)}{'+' if less else '-'}{sheet.printed(change)}) = "
        f"{rounded(change.value / base * 100)}%, 印作{sheet.printed(percent)}"
    )

    def holds(member: Item, value: float, half: float) -> bool:
        values = [(value, half) if item is member else pair for item, pair in zip(members, own, strict=True)]
        return holds_for(*values[0], *values[1], *values[2])

    contradict(
        sheet, GROWTH_MISMATCH, f"增减不符:{shown}", f"the change does not follow: {shown}", shown, members, holds
    )


def _usable(*members: Item) -> bool:
    return all(
        not item.doubts
        and not item.repair
        and item.figure.value_max is None
        and item.figure.modifier == "none"
        and item.figure.status == "actual"
        for item in members
    )


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
    members = [now, then, change]

    def holds(member: Item, value: float, half: float) -> bool:
        values = {item.index: (item.value, sheet.slack(item)) for item in members}
        values[member.index] = (value, half)
        (a, a_half), (b, b_half), (c, c_half) = (values[item.index] for item in members)
        if change.unit == "%":
            if b <= b_half:
                return False
            low = ((a - a_half) / (b + b_half) - 1) * 100
            high = ((a + a_half) / (b - b_half) - 1) * 100
            return low <= c + c_half and high >= c - c_half if a >= b else low <= -c + c_half and high >= -c - c_half
        return abs(abs(a - b) - c) <= (a_half + b_half + c_half) * (1 + 1e-9)

    contradict(
        sheet, GROWTH_MISMATCH, f"增减不符:{shown}", f"the change does not follow: {shown}", shown, members, holds
    )


def _growth_range(sheet: Sheet, now: Item, then: Item) -> tuple[float, float]:
    a, b = sheet.slack(now), sheet.slack(then)
    return ((now.value - a) / (then.value + b) - 1) * 100, ((now.value + a) / max(1e-9, then.value - b) - 1) * 100
