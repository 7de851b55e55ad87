"""``share_``: 占比, 率, 进度 and 完成% against part and whole printed near them."""

from __future__ import annotations

import re

from .arith import contradict, printed_digits, ratio_range, rounded, share_holds, slips
from .catalogue import flag_code
from .share_cuts import Solution, solve
from .work import COUNT_UNITS, Item, Sheet

SHARE_MISMATCH = flag_code(
    "share_mismatch",
    severity="warning",
    blocking=True,
    title="占比与部分、总数不符",
    title_en="a share does not follow from its part and whole",
    meaning="A percentage that the sentence presents as part over whole differs from the two printed amounts by more "
    "than rounding allows (half a unit of the last printed digit of each member).",
    example="投入资金2400万元,其中用于产业1440万元,占比52%: 1440/2400 = 60%.",
)

_RATE = re.compile(r"(?:占比|占|比重|比例|率|进度|完成)")
_BARE = re.compile(
    r"[,，、;；(（\s]*(?:户数?|人数?|资金|金额|支出|投资|数量)?(?:占比|所占比例|占总数的|占总量的|占其|占)"
    r"(?:达到|达|为|是|:|：)*\Z"
)
_STEM = re.compile(r"[,，、;；\s]*([^,，。;；、\d()（）]{0,12}?)(?:率|进度)(?:分别)?(?:达到|达|为|是|仅为|仅|:|：)*\Z")
#: 完成预算的65%: the plan is named; it must be the figure printed just before.
_OF_PLAN = re.compile(
    r"[,，、]?(?:为|占|完成)?(?:年初|全年|年度|调整|年)*(?P<plan>预算|计划|任务|目标)数?的?(?:达到|达|为)?\Z"
)
#: 完成年度目标2.8万人的116.4%: the goal is printed between the result and the share.
_OF_GOAL = re.compile(r"(?:完成|占|为)[^,，。;；\d]{0,10}(?:预算|计划|任务|目标|总数|总量|总额)[^,，。;；\d]{0,6}\Z")
_INSIDE = re.compile(r"其中|用于|[已]|完成|中[,，]|有")
#: Rates of something over something else than the figures beside it.
_OTHER_BASE = re.compile(r"同比|增长|增速|提高|下降|比上年|较上年|年均|合格|满意|利率|折旧|死亡|自然|出生|发生")
REACH = 10
SPAN = 260


def check(sheet: Sheet, report: bool, parts: frozenset[int] = frozenset()) -> list[Solution]:
    """Confirm the shares that hold; flag those that do not (``report``); return those that a cut would solve.

    ``parts`` are the figures that stand in a 其中 list or a bracket: no whole of a share outside of it.
    """
    solutions: list[Solution] = []
    for item in sheet.items:
        if item.unit != "%" or item.figure.role == "growth" or item.figure.direction is not None:
            continue
        if not 0 < item.value < 1000 or item.figure.value_max is not None or item.value == 100:
            continue
        solved = _one(sheet, item, report, parts)
        if solved is not None:
            solutions.append(solved)
    return solutions


def _one(sheet: Sheet, percent: Item, report: bool, parts: frozenset[int]) -> Solution | None:
    view, items = sheet.view, sheet.items
    previous = items[percent.index - 1] if percent.index else None
    if previous is None or not (
        _RATE.search(view, max(previous.end, percent.start - 24), percent.start)
        or (view[previous.end : percent.start] == "的" and _OF_GOAL.search(sheet.clause_before(previous.start)))
    ):
        return None
    near = _near(items, percent)
    if not near:
        return None
    slack = sheet.slack(percent)
    levelled = _level_whole(sheet, near[0])
    around = [*near, levelled] if levelled is not None and levelled not in near else near
    repaired = any(item.repair for item in around)
    if repaired or percent.index not in sheet.no_share:
        pair = _match(sheet, around, percent, slack)
        if pair is not None:
            for member in (*pair, percent):
                member.confirm("share_holds")
            return None
        if not repaired:
            sheet.no_share.add(percent.index)
    label = view[near[0].end : percent.start]
    if _OTHER_BASE.search(label):
        return None
    bare = _BARE.match(label) is not None
    stem = None if bare else _STEM.match(label)
    plan = None if bare or stem else _OF_PLAN.match(label)
    if plan is not None:
        if report:
            _of_plan(sheet, near, percent, slack, plan["plan"])
        return None
    if label == "的":
        if report:
            _of_goal(sheet, near, percent, slack)
        return None
    if not bare and stem is None:
        return None
    if repaired or percent.index not in sheet.no_cut:
        solved = solve(sheet, near, percent, slack)
        if solved is not None:
            return solved
        if not repaired:
            sheet.no_cut.add(percent.index)
    if report and percent.figure.status == "actual" and percent.figure.modifier == "none":
        if levelled is not None and (bare or stem is not None) and near[0].start >= percent.sentence[0]:
            if _plainly(near[0], levelled) and _misses(sheet, near[0], levelled, percent, slack):
                report_mismatch(sheet, near[0], levelled, percent)
        else:
            _mismatch(sheet, near, percent, slack, stem.group(1) if stem else None, parts)
    return None


def _near(items: list[Item], percent: Item) -> list[Item]:
    """The amounts before a share that it can be the share of, the nearest one first."""
    near: list[Item] = []
    for index in range(percent.index - 1, max(-1, percent.index - 1 - REACH), -1):
        other = items[index]
        if percent.start - other.end > SPAN:
            break
        if other.unit not in ("%", "个百分点", "") and other.figure.value_max is None and other.value > 0:
            near.append(other)
    return near


def _match(sheet: Sheet, near: list[Item], percent: Item, slack: float) -> tuple[Item, Item] | None:
    value = percent.value
    begin = percent.sentence[0]
    for position, part in enumerate(near[:4]):
        if part.start < begin and position:
            break
        for part_value, part_unit, part_slack in sheet.quantities(part):
            loose = part_unit in COUNT_UNITS
            for whole in near[position:]:
                for whole_value, whole_unit, whole_slack in sheet.quantities(whole):
                    if whole_unit != part_unit and not (loose and whole_unit in COUNT_UNITS):
                        continue
                    if whole is part and whole_value == part_value:
                        continue
                    if abs(part_value * 100 - value * whole_value) > 0.06 * value * whole_value:
                        continue  # cheap: far outside of any printed rounding that could prove something
                    if share_holds(part_value, part_slack, whole_value, whole_slack, value, slack):
                        return part, whole
    return None


_LEVEL = re.compile(r"中央|省级|市级|县级|区级|镇级|州级")
#: 支出, 完成, 用于: what is done with money that was given elsewhere.
_SPENT = re.compile(r"支出|完成|用于|投入产业|投向")
_GIVEN = re.compile(r"安排|下达|计划|任务|预算|目标|应|到位|争取|收到")


def _level_whole(sheet: Sheet, part: Item) -> Item | None:
    """中央衔接资金支出1397万元 is out of the one amount printed before as 中央资金 (省级, 市级, 县级 alike)."""
    clause = sheet.clause_before(part.start)
    level = _LEVEL.search(clause)
    if level is None or not _SPENT.search(clause):
        return None
    found = None
    for index in range(part.index - 1, max(-1, part.index - 40), -1):
        other = sheet.items[index]
        if other.unit == part.unit and other.figure.role == "level":
            said = sheet.clause_before(other.start, 16)
            if level.group() in said or (level.group()[:1] == "中" and "中央" in said):
                if _SPENT.search(said):
                    continue
                if found is not None:
                    return None
                found = other
    return found


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
            said = sheet.clause_before(part.start)
            named = stem.strip("的为")[-2:]
            if named:
                if len(named) < 2 or named not in said + sheet.printed(part) or len(wholes) > 2:
                    continue
            elif not _SPENT.search(said) or not _GIVEN.search(sheet.clause_before(wholes[0].start)) or len(wholes) > 1:
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
        and plan in sheet.clause_before(wholes[0].start, 14)
        and plan not in sheet.clause_before(part.start, 14)
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
        and _OF_GOAL.search(sheet.view, part.end, whole.start)
        and percent.figure.modifier == "none"
        and _plainly(part, whole, percent)
        and _misses(sheet, part, whole, percent, slack)
    ):
        report_mismatch(sheet, part, whole, percent)


def _slipped(sheet: Sheet, part: Item, whole: Item, percent: Item) -> bool:
    """Whether one transposed, dropped or doubled digit explains a rate that does not fit: the base of a 率 is often not
    the figure before it (安置752人,安置率98%), so a plain difference proves nothing."""
    base = [(item.value, sheet.slack(item)) for item in (part, whole, percent)]
    for place, item in enumerate((part, whole, percent)):
        digits, factor = printed_digits(sheet, item)
        for what, said in slips(digits) if digits and len(digits) <= 12 else ():
            if "一位之差" in what:
                break
            values = list(base)
            values[place] = float(said) * float(factor), base[place][1]
            (p, p_half), (w, w_half), (s, s_half) = values
            if w > 0 and share_holds(p, p_half, w, w_half, s, s_half):
                return True
    return False


def _same_noun(sheet: Sheet, part: Item, whole: Item) -> bool:
    """护理型床位5352张 of 床位8920张, 村47个 of 138个行政村: the part's noun ends the whole's."""
    noun = sheet.clause_before(part.start, 14)
    found = re.match(r"[^,，、。;；:：（）()\d]{1,10}", sheet.view[whole.end : whole.end + 10])
    mine = sheet.clause_before(whole.start, 14)
    size = 1 if noun[-1:] in "村户" else 2
    tail = noun[-size:]
    return len(tail) == size and (mine.endswith(tail) or (found is not None and tail in found.group()))


def _named_base(view: str, last: Item, percent: Item) -> bool:
    """占全市未脱贫人口的86%: the base is named and may be another one than the figures printed before."""
    return re.search(r"占(?!比|其|总数|总量)[^,，。;；达为]{2,}", view[last.end : percent.start]) is not None


def report_mismatch(sheet: Sheet, part: Item, whole: Item, percent: Item) -> None:
    """Flag the three members of a share that does not hold; nothing is a share of zero."""
    if not whole.value:
        return
    members = [part, percent, whole]
    slack = sheet.slack(percent)
    printed = {member.index: (member.value, sheet.slack(member)) for member in members}

    def holds(member: Item, value: float, half: float) -> bool:
        values = {**printed, member.index: (value, half)}
        p, w, s = values[part.index], values[whole.index], values[percent.index]
        return w[0] > 0 and share_holds(p[0], p[1], w[0], w[1], s[0], s[1])

    ratio = part.value / whole.value * 100
    evidence = (
        f"{sheet.printed(part)}/{sheet.printed(whole)} = {rounded(ratio, 2 if slack < 0.5 else 1)}%, "
        f"印作{sheet.printed(percent)}"
    )
    contradict(
        sheet, SHARE_MISMATCH, f"占比不符:{evidence}", f"share does not follow: {evidence}", evidence, members, holds
    )
