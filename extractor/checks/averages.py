"""``average_``: 人均, 户均, 村均 against the total and the count printed with them."""

from __future__ import annotations

import re
from math import inf
from typing import Final

from .arith import Arithmetic, contradict, rounded
from .catalogue import flag_code
from .work import Item, Sheet

AVERAGE_MISMATCH: Final = flag_code(
    "average_mismatch",
    severity="warning",
    blocking=True,
    title="平均数与总额、总数不符",
    title_en="an average does not follow from its total and count",
    meaning="A 人均, 户均 or 村均 value that the sentence presents with its total and its count differs from their "
    "quotient by more than rounding allows, or is exactly ten times too large or too small.",
    example="带动1200人增收360万元,人均增收5200元: 360万元/1200人 = 3000元.",
)

_PER: Final = re.compile(
    r"(人均|户均|村均|每人|每户|每村|平均每人|平均每户|平均每村|场均|次均|亩均|每亩)([^,，、。;；\d]{0,10})\Z"
)
_COUNT_OF: Final = {
    "人": ("人", "人次", "名"),
    "户": ("户",),
    "村": ("个", "村"),
    "场": ("场",),
    "次": ("次", "人次"),
    "亩": ("亩",),
}
_VILLAGES: Final = re.compile(r"[^,，、。;；\d]{0,6}村")
REACH: Final = 6
SPAN: Final = 160


class _Quotient(Arithmetic):
    """A total, the count it falls to, and the average."""

    __slots__ = ("average", "count", "loose", "sheet", "total")

    def __init__(self, sheet: Sheet, total: Item, count: Item, average: Item) -> None:
        self.sheet = sheet
        self.total = total
        self.count = count
        self.average = average
        self.loose = 0.06 if total.figure.modifier != "none" else 0.0

    def holds(self, member: Item, value: float, slack: float) -> bool:
        t, t_half = (value, slack) if member is self.total else (self.total.value, self.sheet.slack(self.total))
        c, c_half = (value, slack) if member is self.count else (self.count.value, self.sheet.slack(self.count))
        a, a_half = (value, slack) if member is self.average else (self.average.value, self.sheet.slack(self.average))
        if c <= c_half:
            return False
        loose = self.loose * a
        return (t - t_half) / (c + c_half) <= a + a_half + loose and (t + t_half) / (c - c_half) >= a - a_half - loose

    def window(self, member: Item, slack: float) -> tuple[float, float]:
        """What the quotient or product of the two others leaves."""
        t, t_half = self.total.value, self.sheet.slack(self.total)
        c, c_half = self.count.value, self.sheet.slack(self.count)
        a, a_half = self.average.value, self.sheet.slack(self.average)
        least, most = a * (1 - self.loose) - a_half, a * (1 + self.loose) + a_half
        if member is self.total:
            return least * (c - c_half) - slack, most * (c + c_half) + slack
        if member is self.count:
            return (t - t_half) / most - slack, (t + t_half) / least + slack if least > 0 else inf
        if c <= c_half:
            return 0.0, -1.0  # nothing does
        low, high = (t - t_half) / (c + c_half) - slack, (t + t_half) / (c - c_half) + slack
        return low / (1 + self.loose), high / (1 - self.loose)


def check(sheet: Sheet) -> None:
    """Confirm and flag all averages of the document."""
    for item in sheet.items:
        figure = item.figure
        if (
            figure.role == "per_unit"
            and item.index >= 2
            and item.value > 0
            and not item.doubts
            and figure.status == "actual"
            and figure.value_max is None
        ):
            found = _PER.search(sheet.view, max(0, item.start - 16), item.start)
            if found is not None:
                _one(sheet, item, found.group(1).removeprefix("平均").strip("均每")[:1], found.group(2))


def _one(sheet: Sheet, average: Item, per: str, label: str) -> None:
    counted = _COUNT_OF.get(per, ())
    if average.unit in counted:
        return
    counts: list[tuple[Item, float, float]] = []
    totals: list[tuple[Item, float, float]] = []
    for index in range(average.index - 1, max(-1, average.index - 1 - REACH), -1):
        item = sheet.items[index]
        if average.start - item.end > SPAN:
            break
        if not item.repair and item.unit != average.unit and item.unit not in counted:
            continue
        figure = item.figure
        if (
            figure.role not in ("level", "change")
            or figure.value_max is not None
            or figure.status != average.figure.status
        ):
            continue
        for value, unit, half in sheet.quantities(item):
            if value <= 0:
                continue
            if unit in counted:
                counts.append((item, value, half))
            elif unit == average.unit:
                totals.append((item, value, half))
    if not totals:
        return
    half = sheet.slack(average)
    for total, total_value, total_half in totals:
        for count, count_value, count_half in counts:
            if count is total:
                continue
            low = (total_value - total_half) / (count_value + count_half)
            high = (total_value + total_half) / max(1e-9, count_value - count_half)
            if low <= average.value + half and high >= average.value - half:
                for item in (total, count, average):
                    item.confirm("average_holds")
                return
    if average.figure.modifier == "none":
        _mismatch(sheet, average, per, label, totals, counts)


def _mismatch(
    sheet: Sheet,
    average: Item,
    per: str,
    label: str,
    totals: list[tuple[Item, float, float]],
    counts: list[tuple[Item, float, float]],
) -> None:
    """Total and count stand right before the average, alone of their kind, and the total is of the average's thing."""
    begin = average.sentence[0]
    near_totals = [entry for entry in totals if entry[0].start >= begin]
    near_counts = [entry for entry in counts if entry[0].start >= begin]
    topic = label[:2]
    named = [entry for entry in near_totals if topic and topic in sheet.clause_before(entry[0], 20)]
    chained = (
        not topic
        and bool(near_totals and near_counts)
        and average.index - near_totals[0][0].index <= 3
        and average.index - near_counts[0][0].index <= 2
        and average.start - near_counts[0][0].end <= 6
        and 0.3 <= near_totals[0][1] / near_counts[0][1] / average.value <= 3
    )
    if not chained and not topic and len(near_totals) == len(near_counts) == 1:
        chained = _in_a_row(sheet, average, per, near_totals[0][0], near_counts[0][0])
    if chained or (len(near_totals) == 1 and len(near_counts) == 1 and named):
        (total, total_value, _), (count, count_value, _) = near_totals[0], near_counts[0]
        if (
            average.index - min(total.index, count.index) <= 3
            and total.figure.modifier == count.figure.modifier == "none"
            and not any(item.doubts for item in (total, count))
        ):
            _report(sheet, average, total, count, total_value / count_value)
            return
    if named and not near_counts:
        _tenfold(sheet, average, per, named[0][0])


def _in_a_row(sheet: Sheet, average: Item, per: str, total: Item, count: Item) -> bool:
    """改造186户,拨付资金37.2万元,户均2万元: count, total and average follow each other with nothing between them, and
    the average is of the right size or off by a factor of ten."""
    if total.index != average.index - 1 or count.index != average.index - 2 or average.start - total.end > 6:
        return False
    if per == "村" and _VILLAGES.match(sheet.view, count.end) is None:
        return False
    ratio = total.value / count.value / average.value
    return 0.3 <= ratio <= 3 or any(abs(ratio / power - 1) <= 0.005 for power in (0.1, 10.0, 0.01, 100.0))


def _tenfold(sheet: Sheet, average: Item, per: str, total: Item) -> None:
    """户均9.4条 of 36万条: no count beside them, but the paragraph's own count fits but for a factor of ten."""
    line = sheet.view.rfind("\n", 0, average.start)
    for index in range(average.index - 1, -1, -1):
        item = sheet.items[index]
        if item.start <= line or average.index - index > 14:
            break
        if item.unit not in _COUNT_OF.get(per, ()) or item.repair or item.doubts or item.value < 100:
            continue
        ratio = total.value / item.value / average.value
        if 0.94 <= ratio <= 1.06:
            return
    for index in range(average.index - 1, -1, -1):
        item = sheet.items[index]
        if item.start <= line or average.index - index > 14:
            break
        if item.unit not in _COUNT_OF.get(per, ()) or item.repair or item.doubts or item.value < 100:
            continue
        ratio = total.value / item.value / average.value
        if 9.5 <= ratio <= 10.5 or 0.095 <= ratio <= 0.105:
            _report(sheet, average, total, item, total.value / item.value, only=(average, total))
            return


def _report(
    sheet: Sheet, average: Item, total: Item, count: Item, quotient: float, only: tuple[Item, ...] | None = None
) -> None:
    half = sheet.slack(average)
    if abs(quotient - average.value) <= 2.2 * half + 0.005 * quotient:
        return
    evidence = (
        f"{sheet.printed(total)}/{sheet.printed(count)} = {rounded(quotient)}{average.unit}, "
        f"印作{sheet.printed(average)}"
    )
    contradict(
        sheet,
        AVERAGE_MISMATCH,
        f"平均数不符:{evidence}",
        f"the average does not follow: {evidence}",
        evidence,
        [total, count, average],
        _Quotient(sheet, total, count, average),
        list(only) if only else None,
    )
