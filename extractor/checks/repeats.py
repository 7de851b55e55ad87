"""``repeat_``: the same quantity printed twice with values that differ by one slip of a digit."""

from __future__ import annotations

from typing import Final

from .arith import printed_digits, widened
from .catalogue import flag_code, make_flag
from .slips import EXCHANGED, ONE_DIGIT, TRANSPOSED, slips
from .work import Item, Sheet

REPEAT_CONFLICT: Final = flag_code(
    "repeat_conflict",
    severity="warning",
    blocking=True,
    title="同一指标前后数值不一",
    title_en="the same quantity is printed twice with different values",
    meaning="The same indicator, place, period and status stands in the document with two values that one slip of a "
    "digit (transposed, dropped, doubled, a factor of ten) turns into each other. Values that differ otherwise may "
    "well be two things and are left alone.",
    example="全县脱贫人口26753人 ... 全县26735名脱贫人口.",
)


def check(sheet: Sheet) -> None:
    """Compare the figures that the library gives the same indicator, place, period and status."""
    named: dict[str, list[Item]] = {}
    for item in sheet.items:
        indicator = item.figure.indicator
        if indicator is not None:
            same = named.get(indicator)
            if same is None:
                named[indicator] = [item]
            else:
                same.append(item)
    for items in named.values():
        if len(items) > 1:
            _same_indicator(sheet, items)


def _same_indicator(sheet: Sheet, items: list[Item]) -> None:
    seen: dict[tuple[str | None, ...], list[Item]] = {}
    for item in items:
        figure = item.figure
        if (
            figure.period is None
            or item.doubts
            or figure.modifier != "none"
            or figure.cell is not None
            or figure.role not in ("level", "share", "per_unit")
            or figure.direction is not None
        ):
            continue
        key = (figure.region_code, figure.region, figure.period, figure.status, figure.role, item.unit)
        seen.setdefault(key, []).append(item)
    for alike in seen.values():
        if len(alike) > 1:
            _compare(sheet, alike)


def _compare(sheet: Sheet, items: list[Item]) -> None:
    values = {item.value for item in items}
    if len(values) != 2 or len(items) > 4:
        return
    first = items[0]
    second = next(item for item in items if item.value != first.value)
    digits, factor = printed_digits(sheet, first)
    if len(digits) < 3 or first.sentence == second.sentence:
        return
    if abs(first.value - second.value) <= (sheet.slack(first) + sheet.slack(second)) * (1 + 1e-9):
        return  # 12.91万亿元 and 12.9万亿元: one print is coarser
    same = first.figure.subject == second.figure.subject
    # Chance seldom transposes two digits of different quantities; a digit more or less needs the same subject as well.
    scale = float(factor)
    goal = second.value / scale
    for _, what, said in slips(digits, *widened(goal, goal)):
        if what.endswith(ONE_DIGIT):
            return
        if float(said) * scale == second.value and (same or what in (TRANSPOSED, EXCHANGED)):
            break
    else:
        return
    evidence = f"{sheet.printed(first)}与后文{sheet.printed(second)}应为同一数值({what})"
    ids = tuple(item.figure.id for item in items)
    sure = tuple(item.figure.id for item in items if item.confirmed)
    for item in items:
        if not item.confirmed or len(sure) == len(items):
            item.flag(
                make_flag(
                    REPEAT_CONFLICT,
                    f"前后不一:{evidence}",
                    f"printed twice with different values: {evidence}",
                    evidence,
                    members=ids,
                    confirmed=sure,
                )
            )
