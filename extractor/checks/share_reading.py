"""Which percentages are called a share of the amounts before them: what no repair of a number changes."""

from __future__ import annotations

import re
from typing import Final

from .work import Item, Sheet

_BARE: Final = re.compile(
    r"[,，、;；(（\s]*(?:户数?|人数?|资金|金额|支出|投资|数量)?(?:占比|所占比例|占总数的|占总量的|占其|占)"
    r"(?:达到|达|为|是|:|：)*\Z"
)
_STEM: Final = re.compile(
    r"[,，、;；\s]*([^,，。;；、\d()（）]{0,12}?)(?:率|进度)(?:分别)?(?:达到|达|为|是|仅为|仅|:|：)*\Z"
)
#: 完成预算的65%: the plan is named; it must be the figure printed just before.
_OF_PLAN: Final = re.compile(
    r"[,，、]?(?:为|占|完成)?(?:年初|全年|年度|调整|年)*(?P<plan>预算|计划|任务|目标)数?的?(?:达到|达|为)?\Z"
)
#: 完成年度目标2.8万人的116.4%: the goal is printed between the result and the share.
OF_GOAL: Final = re.compile(
    r"(?:完成|占|为)[^,，。;；\d]{0,10}(?:预算|计划|任务|目标|总数|总量|总额)[^,，。;；\d]{0,6}\Z"
)
#: Rates of something over something else than the figures beside it.
_OTHER_BASE: Final = re.compile(r"同比|增长|增速|提高|下降|比上年|较上年|年均|合格|满意|利率|折旧|死亡|自然|出生|发生")
_LEVEL: Final = re.compile(r"中央|省级|市级|县级|区级|镇级|州级")
#: 支出, 完成, 用于: what is done with money that was given elsewhere.
SPENT: Final = re.compile(r"支出|完成|用于|投入产业|投向")
REACH: Final = 10
SPAN: Final = 260

#: What the words between an amount and a share call it.
UNREAD: Final = 0
OTHER: Final = 1
BARE: Final = 2
"""占比, 占: its whole stands somewhere before."""
RATE: Final = 3
"""率, 进度 of what the words before it name."""
PLAN: Final = 4
"""完成预算的: of a plan."""
GOAL: Final = 5
"""的: the amount printed just before is the goal."""


class Share:
    """A percentage that may be a part over a whole, and what earlier rounds found out about it."""

    __slots__ = (
        "around",
        "held",
        "label",
        "levelled",
        "near",
        "no_cut",
        "no_pair",
        "percent",
        "slack",
        "stem",
        "wording",
    )

    def __init__(self, sheet: Sheet, percent: Item, near: list[Item]) -> None:
        self.percent = percent
        #: The amounts before it that it can be the share of, the nearest one first.
        self.near = near
        self.slack = sheet.slack(percent)
        self.label = sheet.view[near[0].end : percent.start]
        levelled = _level_whole(sheet, near[0])
        self.levelled = levelled
        self.around = [*near, levelled] if levelled is not None and levelled not in near else near
        #: Of the numbers as they are printed: two give it, none do, and no cut of one would.
        self.held = False
        self.no_pair = False
        self.no_cut = False
        self.wording = UNREAD
        self.stem: str | None = None

    def read(self) -> int:
        """What the words between amount and share call it, with ``stem`` (投入进度: 投入); read where asked."""
        if self.wording == UNREAD:
            self.wording, self.stem = _wording(self.label)
        return self.wording


def _wording(label: str) -> tuple[int, str | None]:
    if _OTHER_BASE.search(label):
        return OTHER, None
    if _BARE.match(label):
        return BARE, None
    stem = _STEM.match(label)
    if stem is not None:
        return RATE, stem[1]
    plan = _OF_PLAN.match(label)
    if plan is not None:
        return PLAN, plan["plan"]
    return (GOAL if label == "的" else OTHER), None


def read(sheet: Sheet) -> list[Share]:
    """The percentages of the document that stand behind amounts and are called a share of something."""
    found: list[Share] = []
    for item in sheet.percents:
        figure = item.figure
        if not item.index or figure.role == "growth" or figure.direction is not None:
            continue
        if not 0 < item.value < 1000 or figure.value_max is not None or item.value == 100:
            continue
        if _is_called_share(sheet, sheet.items[item.index - 1], item):
            near = _near(sheet.items, item)
            if near:
                found.append(Share(sheet, item, near))
    return found


def _is_called_share(sheet: Sheet, previous: Item, percent: Item) -> bool:
    """率, 占, 比重 right behind an amount, or 完成年度目标2.8万人的116.4%, with the goal in between."""
    gap = sheet.view[max(previous.end, percent.start - 24) : percent.start]
    if "占" in gap or "率" in gap or "完成" in gap or "进度" in gap or "比重" in gap or "比例" in gap:
        return True
    return (
        gap == "的" and percent.start - previous.end == 1 and OF_GOAL.search(sheet.clause_before(previous)) is not None
    )


def _near(items: list[Item], percent: Item) -> list[Item]:
    """The amounts before a share that it can be the share of, the nearest one first."""
    near: list[Item] = []
    for index in range(percent.index - 1, max(-1, percent.index - 1 - REACH), -1):
        other = items[index]
        if percent.start - other.end > SPAN:
            break
        if other.unit not in ("%", "个百分点", "") and other.value > 0 and other.figure.value_max is None:
            near.append(other)
    return near


def _level_whole(sheet: Sheet, part: Item) -> Item | None:
    """中央衔接资金支出1397万元 is out of the one amount printed before as 中央资金 (省级, 市级, 县级 alike)."""
    clause = sheet.clause_before(part)
    if "级" not in clause and "中央" not in clause:
        return None
    level = _LEVEL.search(clause)
    if level is None or not SPENT.search(clause):
        return None
    found = None
    for index in range(part.index - 1, max(-1, part.index - 40), -1):
        other = sheet.items[index]
        if other.unit == part.unit and other.figure.role == "level":
            said = sheet.clause_before(other, 16)
            if level.group() in said or (level.group()[:1] == "中" and "中央" in said):
                if SPENT.search(said):
                    continue
                if found is not None:
                    return None
                found = other
    return found
