"""``share_``: 占比, 率, 进度 and 完成% against part and whole printed near them."""

from __future__ import annotations

import re
from math import inf
from typing import Final

from .arith import Arithmetic, contradict, printed_digits, ratio_range, rounded, share_holds, widened
from .catalogue import flag_code
from .share_cuts import Solution, solve
from .share_reading import GOAL, OF_GOAL, OTHER, PLAN, SPAN, SPENT, Share
from .slips import ONE_DIGIT, slips
from .work import COUNT_UNITS, Item, Sheet

SHARE_MISMATCH: Final = flag_code(
    "share_mismatch",
    severity="warning",
    blocking=True,
    title="占比与部分、总数不符",
    title_en="a share does not follow from its part and whole",
    meaning="A percentage that the sentence presents as part over whole differs from the two printed amounts by more "
    "than rounding allows (half a unit of the last printed digit of each member).",
    example="投入资金2400万元,其中用于产业1440万元,占比52%: 1440/2400 = 60%.",
)

_NAMED: Final = re.compile(r"[^,，、。;；:：（）()\d]{1,10}")
_BASE: Final = re.compile(r"占(?!比|其|总数|总量)[^,，。;；达为]{2,}")
_INSIDE: Final = re.compile(r"其中|用于|[已]|完成|中[,，]|有")


def check(sheet: Sheet, shares: list[Share], report: bool, parts: frozenset[int] = frozenset()) -> list[Solution]:
    """Confirm the shares that hold; flag those that do not (``report``); return those that a cut would solve.

    ``parts`` are the figures that stand in a 其中 list or a bracket: no whole of a share outside of it.
    """
    solutions: list[Solution] = []
    for share in shares:
        solved = _one(sheet, share, report, parts)
        if solved is not None:
            solutions.append(solved)
    return solutions


def _one(sheet: Sheet, share: Share, report: bool, parts: frozenset[int]) -> Solution | None:
    repaired = False
    for item in share.around:
        if item.repair:
            repaired = True
    if share.held and not repaired:
        return None
    percent, near, slack = share.percent, share.near, share.slack
    if repaired or not share.no_pair:
        pair = _match_repaired(sheet, share) if repaired else _match(sheet, share)
        if pair is not None:
            for member in (*pair, percent):
                member.confirm("share_holds")
            share.held = not repaired
            return None
        if not repaired:
            share.no_pair = True
    wording = share.read()
    if wording == PLAN:
        if report:
            _of_plan(sheet, near, percent, slack, share.stem or "")
        return None
    if wording == GOAL:
        if report:
            _of_goal(sheet, near, percent, slack)
        return None
    if wording == OTHER:
        return None
    if repaired or not share.no_cut:
        solved = solve(sheet, near, percent, slack)
        if solved is not None:
            return solved
        if not repaired:
            share.no_cut = True
    if report and percent.figure.status == "actual" and percent.figure.modifier == "none":
        levelled = share.levelled
        if levelled is not None and near[0].start >= percent.sentence[0]:
            if _plainly(near[0], levelled) and _misses(sheet, near[0], levelled, percent, slack):
                report_mismatch(sheet, near[0], levelled, percent)
        else:
            _mismatch(sheet, near, percent, slack, share.stem, parts)
    return None


def _match(sheet: Sheet, share: Share) -> tuple[Item, Item] | None:
    """The part and the whole that give the share, of the numbers as they are printed."""
    around, value = share.around, share.percent.value
    begin = share.percent.sentence[0]
    for position, part in enumerate(around[:4]):
        if part.start < begin and position:
            break
        part_value, unit = part.value, part.unit
        loose = unit in COUNT_UNITS
        for index in range(position + 1, len(around)):
            whole = around[index]
            if whole.unit != unit and not (loose and whole.unit in COUNT_UNITS):
                continue
            goal = value * whole.value
            if abs(part_value * 100 - goal) > 0.06 * goal:
                continue  # cheap: far outside of any printed rounding that could prove something
            if share_holds(part_value, sheet.slack(part), whole.value, sheet.slack(whole), value, share.slack):
                return part, whole
    return None


def _match_repaired(sheet: Sheet, share: Share) -> tuple[Item, Item] | None:
    """The same where a number is repaired, and says two things."""
    around, value = share.around, share.percent.value
    begin = share.percent.sentence[0]
    for position, part in enumerate(around[:4]):
        if part.start < begin and position:
            break
        for part_value, part_unit, part_slack in sheet.quantities(part):
            loose = part_unit in COUNT_UNITS
            for whole in around[position:]:
                for whole_value, whole_unit, whole_slack in sheet.quantities(whole):
                    if whole_unit != part_unit and not (loose and whole_unit in COUNT_UNITS):
                        continue
                    if whole is part and whole_value == part_value:
                        continue
                    if abs(part_value * 100 - value * whole_value) > 0.06 * value * whole_value:
                        continue
                    if share_holds(part_value, part_slack, whole_value, whole_slack, value, share.slack):
                        return part, whole
    return None


_GIVEN: Final = re.compile(r"安排|下达|计划|任务|预算|目标|应|到位|争取|收到")


def _plainly(*members: Item) -> bool:
    return all(not item.doubts and not item.repair and item.figure.modifier == "none" for item in members)


def _misses(sheet: Sheet, part: Item, whole: Item, percent: Item, slack: float) -> bool:
    low, high = ratio_range(part.value, sheet.slack(part), whole.value, sheet.slack(whole))
    return max(low * 100 - percent.value, percent.value - high * 100) > 1.2 * slack


def _begin(view: str, percent: Item) -> int:
    """Where the sentence of a share begins: 资金9.86亿元,其中…;用于产业5.72亿元,占58% goes back over the semicolon."""
    begin = percent.sentence[0]
    opening = view[begin : begin + 6].lstrip("；; ")
    if begin and view[begin - 1] in "；;" and opening.startswith(("用于", "其中")):
        return 1 + max(view.rfind(sign, max(0, begin - SPAN), begin) for sign in "。\n")
    return begin


def _wholes_in_sentence(view: str, near: list[Item], part: Item, percent: Item, parts: frozenset[int]) -> list[Item]:
    begin = _begin(view, percent)
    loose = part.unit in COUNT_UNITS
    found = [
        other
        for other in near
        if other.start < part.start
        and other.start >= begin
        and (other.unit == part.unit or (loose and other.unit in COUNT_UNITS))
    ]
    if len(found) > 1:
        found = [other for other in found if other.index not in parts] or found
    return found


def _mismatch(
    sheet: Sheet, near: list[Item], percent: Item, slack: float, stem: str | None, parts: frozenset[int]
) -> None:
    view = sheet.view
    chain = [near[0]]
    if len(near) > 1 and near[0].start - near[1].end <= 1 and near[1].unit != near[0].unit:
        chain.append(near[1])
    best: tuple[float, Item, Item] | None = None
    for part in chain:
        if part.start < percent.sentence[0] or part.doubts or part.figure.modifier != "none" or part.repair:
            return
        wholes = _wholes_in_sentence(view, near, part, percent, parts)
        if not wholes:
            continue
        if any(whole.doubts or whole.repair or whole.figure.modifier != "none" for whole in wholes):
            return
        if stem is not None:
            # 率 of what the part's own clause says was done, over the figure just before it
            said = sheet.clause_before(part)
            named = stem.strip("的为")[-2:]
            if named:
                if len(named) < 2 or named not in said + sheet.printed(part) or len(wholes) > 2:
                    continue
            elif not SPENT.search(said) or not _GIVEN.search(sheet.clause_before(wholes[0])) or len(wholes) > 1:
                continue
        elif len(wholes) > 2 or not (
            _INSIDE.search(view, wholes[-1].end, part.start) or _same_noun(sheet, part, wholes[-1])
        ):
            continue
        whole = wholes[0] if stem is not None else wholes[-1]
        if part.value > whole.value and percent.value <= 100 and stem is None:
            continue
        low, high = ratio_range(part.value, sheet.slack(part), whole.value, sheet.slack(whole))
        miss = max(low * 100 - percent.value, percent.value - high * 100)
        if miss > 1.2 * slack and (best is None or miss < best[0]):
            best = (miss, part, whole)
    if best is None:
        return
    _, part, whole = best
    if stem is not None and not _slipped(sheet, part, whole, percent):
        return
    if _named_base(view, near[0], percent):
        return
    report_mismatch(sheet, part, whole, percent)


def _of_plan(sheet: Sheet, near: list[Item], percent: Item, slack: float, plan: str) -> None:
    """支出预算191.6万元,决算126.9万元,完成预算的66.2%."""
    part = near[0]
    wholes = [other for other in near[1:3] if other.unit == part.unit and other.sentence == part.sentence]
    if (
        wholes
        and plan in sheet.clause_before(wholes[0], 14)
        and plan not in sheet.clause_before(part, 14)
        and percent.figure.status == "actual"
        and _plainly(part, wholes[0], percent)
        and _misses(sheet, part, wholes[0], percent, slack)
    ):
        report_mismatch(sheet, part, wholes[0], percent)


def _of_goal(sheet: Sheet, near: list[Item], percent: Item, slack: float) -> None:
    """新增就业3.26万人,完成年度目标2.8万人的116.4%."""
    if len(near) < 2 or near[1].index != near[0].index - 1:
        return
    whole, part = near[0], near[1]
    if (
        part.unit == whole.unit
        and part.sentence == whole.sentence
        and part.figure.role == "level"
        and OF_GOAL.search(sheet.view, part.end, whole.start)
        and percent.figure.modifier == "none"
        and _plainly(part, whole, percent)
        and _misses(sheet, part, whole, percent, slack)
    ):
        report_mismatch(sheet, part, whole, percent)


def _slipped(sheet: Sheet, part: Item, whole: Item, percent: Item) -> bool:
    """Whether one transposed, dropped or doubled digit explains a rate that does not fit: the base of a 率 is often not
    the figure before it (安置752人,安置率98%), so a plain difference proves nothing."""
    three = _Ratio(sheet, part, whole, percent)
    for item in (part, whole, percent):
        digits, factor = printed_digits(sheet, item)
        if not digits or len(digits) > 12:
            continue
        scale, slack = float(factor), sheet.slack(item)
        low, high = three.window(item, slack)
        for _, what, said in slips(digits, *widened(low / scale, high / scale)):
            if what.endswith(ONE_DIGIT):
                break
            if three.holds(item, float(said) * scale, slack):
                return True
    return False


def _same_noun(sheet: Sheet, part: Item, whole: Item) -> bool:
    """护理型床位5352张 of 床位8920张, 村47个 of 138个行政村: the part's noun ends the whole's."""
    noun = sheet.clause_before(part, 14)
    found = _NAMED.match(sheet.view, whole.end, whole.end + 10)
    mine = sheet.clause_before(whole, 14)
    size = 1 if noun[-1:] in "村户" else 2
    tail = noun[-size:]
    return len(tail) == size and (mine.endswith(tail) or (found is not None and tail in found.group()))


def _named_base(view: str, last: Item, percent: Item) -> bool:
    """占全市未脱贫人口的86%: the base is named and may be another one than the figures printed before."""
    return _BASE.search(view, last.end, percent.start) is not None


def report_mismatch(sheet: Sheet, part: Item, whole: Item, percent: Item) -> None:
    """Flag the three members of a share that does not hold; nothing is a share of zero."""
    if not whole.value:
        return
    slack = sheet.slack(percent)
    ratio = part.value / whole.value * 100
    evidence = (
        f"{sheet.printed(part)}/{sheet.printed(whole)} = {rounded(ratio, 2 if slack < 0.5 else 1)}%, "
        f"印作{sheet.printed(percent)}"
    )
    contradict(
        sheet,
        SHARE_MISMATCH,
        f"占比不符:{evidence}",
        f"share does not follow: {evidence}",
        evidence,
        [part, percent, whole],
        _Ratio(sheet, part, whole, percent),
    )


class _Ratio(Arithmetic):
    """A part, its whole, and the percentage."""

    __slots__ = ("part", "percent", "sheet", "whole")

    def __init__(self, sheet: Sheet, part: Item, whole: Item, percent: Item) -> None:
        self.sheet = sheet
        self.part = part
        self.whole = whole
        self.percent = percent

    def holds(self, member: Item, value: float, slack: float) -> bool:
        p, p_half = (value, slack) if member is self.part else (self.part.value, self.sheet.slack(self.part))
        w, w_half = (value, slack) if member is self.whole else (self.whole.value, self.sheet.slack(self.whole))
        s, s_half = (value, slack) if member is self.percent else (self.percent.value, self.sheet.slack(self.percent))
        return w > 0 and share_holds(p, p_half, w, w_half, s, s_half)

    def window(self, member: Item, slack: float) -> tuple[float, float]:
        """What the two others leave."""
        p, p_half = self.part.value, self.sheet.slack(self.part)
        w, w_half = self.whole.value, self.sheet.slack(self.whole)
        s, s_half = self.percent.value, self.sheet.slack(self.percent)
        if member is self.percent:
            low, high = ratio_range(p, p_half, w, w_half)
            return low * 100 - slack, high * 100 + slack
        least, most = max(0.0, s - s_half) / 100, (s + s_half) / 100
        if member is self.part:
            return least * (w - w_half) - slack, most * (w + w_half) + slack
        return (p - p_half) / most - slack, (p + p_half) / least + slack if least > 0 else inf
