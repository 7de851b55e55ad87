"""Which figures are parts of which: 其中 lists, brackets after a figure, and the orders of plausibility.yaml.

A relation only says "cannot be larger than"; whether the parts must add up to the whole is the business of sums.py.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from ..records import maker
from .work import Item, Sheet

#: A sentence that begins with what it divides; how many figures before it may name that.
_HEAD: Final = re.compile(r"[。；;\n][ \u3000]{0,4}([一-鿿]{2,12}?)(?:主要|具体|共)?\Z")
_BACK: Final = 8
_BRACKET: Final = re.compile(r"[(（]([^()（）]{3,400})[)）]")
#: Words that make a 其中 list count along different lines, so that its parts may overlap.
_OVERLAP: Final = re.compile(r"已消除|女性?|少数民族|党员|新增|累计|占|上级|以上")


#: Words of parts that may even exceed what stands before them: another time, another source.
_BEYOND: Final = re.compile(r"已消除|新增|累计|占|上级")
#: Lists whose parts are kinds seen from different sides (涉农贷款 and 小微企业贷款), so that they may exceed the whole.
_KINDS: Final = re.compile(
    r"涉农|小微|普惠|绿色|民营|民间|基础设施|房地产|技改|技术改造|高新|高技术|新兴|规模以上|规上|限额以上"
)
_STOPS: Final = ",，、;；:：.。)）(（"
#: 比上年451万元: a level of another time is no whole.
_EARLIER: Final = re.compile(r"(?:比|较)[^,，。;；]{0,12}\Z")
#: Verbs that open the next item of an enumeration of results: a list of parts ends where the whole's own verb returns.
_NEXT: Final = re.compile(
    r"新增|新建|建成|改造|完成|发放|实施|投入|安排|培训|开展|创建|打造|引进|拨付|落实|争取|硬化|修建|改扩建"
)
#: Longest stretch without a figure within a list of parts.
CHAIN: Final = 45


@dataclass(frozen=True, slots=True)
class Group:
    """A whole (one or several figures printed together: 3909户、10226人) and the figures said to be within it."""

    wholes: tuple[Item, ...]
    parts: tuple[Item, ...]
    marker: str
    """``其中``, ``包括`` or ``(``."""
    text: str
    """From the whole to the last part."""
    start: int
    bracket: bool


_group = maker(Group)


def groups(sheet: Sheet) -> list[Group]:
    """All part-whole groups of the document, in text order."""
    found: list[Group] = []
    _of_which(sheet, found)
    _brackets(sheet, found)
    found.sort(key=lambda group: group.start)
    return found


def _markers(view: str) -> list[int]:
    """Where 其中 and 包括 stand, in order."""
    places: list[int] = []
    for sign in ("其中", "包括"):
        at = view.find(sign)
        while at >= 0:
            places.append(at)
            at = view.find(sign, at + len(sign))
    places.sort()
    return places


def _of_which(sheet: Sheet, found: list[Group]) -> None:
    view, items, starts = sheet.view, sheet.items, sheet.starts
    for begin in _markers(view):
        behind = begin + 2
        after = bisect_left(starts, behind)
        if after >= len(items):
            break
        first = items[after]
        if first.start - behind > 120:
            continue
        opening = view[begin - 1] if begin else ""
        stop = first.sentence[1] or first.end
        if opening in "(（":
            close = view.find(")" if opening == "(" else "）", behind, behind + 600)
            stop = close if close > 0 else stop
        elif (outer := _closing(view, begin, first.start)) > 0:
            stop = min(stop, outer)
        elif opening == "、":
            # A639公里、其中B370公里,C2600公里: within an enumeration the next comma goes on with other things
            commas = [place for place in (view.find(sign, first.end, stop) for sign in ",，") if place > 0]
            stop = min(commas, default=stop)
        marker = view[begin:behind]
        head = _HEAD.search(view, max(0, begin - 20), begin) if marker == "包括" else None
        wholes = _wholes(sheet, after, begin) if head is None else _named(sheet, after, head[1])
        if not wholes:
            continue
        parts = _take(sheet, after, stop, behind, _verb(sheet, wholes, first, behind))
        if parts:
            text = view[wholes[0].start : parts[-1].end]
            found.append(_group(wholes, parts, marker, text, begin, opening in ("(", "（")))


def _brackets(sheet: Sheet, found: list[Group]) -> None:
    view, items = sheet.view, sheet.items
    for after in range(1, len(items)):
        begin = items[after - 1].end
        if view[begin : begin + 1] not in ("(", "（"):
            continue
        bracket = _BRACKET.match(view, begin)
        if bracket is None or view.startswith(("其中", "包括"), begin + 1):
            continue
        wholes = _wholes(sheet, after, begin)
        if not wholes:
            continue
        parts = _take(sheet, after, bracket.end(), begin)
        if parts:
            found.append(_group(wholes, parts, "(", view[wholes[0].start : bracket.end()], begin, True))


def overlapping(group: Group) -> bool:
    """Whether the parts may count the same thing twice."""
    first = group.parts[0].start - group.wholes[0].start
    return _OVERLAP.search(group.text, max(0, first - 30)) is not None


def beyond(group: Group) -> bool:
    """Whether a part may be larger than the figure before it, as it counts over another time or from another source."""
    first = group.parts[0].start - group.wholes[0].start
    return _BEYOND.search(group.text, max(0, first - 30)) is not None


def crossing(group: Group) -> bool:
    """Whether the parts are kinds that cut across each other: each is within the whole, their sum need not be."""
    return overlapping(group) or _KINDS.search(group.text) is not None


def _named(sheet: Sheet, after: int, name: str) -> tuple[Item, ...]:
    """The figure printed before that a new sentence takes up by its name: 基本支出642.3万元，… 。基本支出包括…"""
    for item in reversed(sheet.items[max(0, after - _BACK) : after]):
        if sheet.view.endswith(name, 0, item.start):
            return (item,)
    return ()


def _earlier(view: str, begin: int, end: int) -> bool:
    """Whether what stands before a number makes it one of another time: 比上年7.3万元."""
    before = view[begin:end]
    return ("比" in before or "较" in before) and _EARLIER.search(before) is not None


def _closing(view: str, begin: int, until: int) -> int:
    """Where a bracket opened before ``begin`` in the same sentence closes, or -1: a 其中 inside it ends with it."""
    opening = max(view.rfind("(", max(0, begin - 200), begin), view.rfind("（", max(0, begin - 200), begin))
    if opening < 0:
        return -1
    inside = view[opening:begin]
    if ")" in inside or "）" in inside or "。" in inside:
        return -1
    closing = [
        place for place in (view.find(")", begin, begin + 600), view.find("）", begin, begin + 600)) if place > 0
    ]
    return min(closing) if closing and min(closing) > until else -1


def _verb(sheet: Sheet, wholes: tuple[Item, ...], first: Item, marker_end: int) -> str:
    """The verb of the whole's clause (新增, 完成), '' where it has none or the first part repeats it."""
    found = _NEXT.match(sheet.clause_before(wholes[0], 40)) if wholes else None
    return "" if found is None or found.group() in sheet.view[marker_end : first.start] else found.group()


def _take(sheet: Sheet, after: int, stop: int, marker_end: int, verb: str = "") -> tuple[Item, ...]:
    """The figures of a list that begins at item ``after``: no long stretch without one, and a semicolon ends it unless
    a colon opened it (其中:中央...;省级...) or it stands in brackets (``stop``). The whole's ``verb`` behind a comma
    opens the next result."""
    items, view = sheet.items, sheet.view
    colon = view[marker_end : marker_end + 1] in (":", "：")
    end, edge = after, marker_end
    while end < len(items) and end - after < 40 and items[end].end <= stop:
        gap = view[edge : items[end].start]
        if end > after and items[end - 1].unit == "%" and gap and gap[0] not in _STOPS:
            break  # 风险消除率为56.58%是强化…: the page lost a sentence end behind the percentage
        if len(gap) > CHAIN or "。" in gap or (not colon and end > after and ("；" in gap or ";" in gap)):
            break
        if end > after and _earlier(view, max(edge, items[end].start - 14), items[end].start):
            break  # 其中…,比上年7.3万元增加…: the year before is no part
        if verb and end > after and gap[:1] in ",，" and gap.startswith(verb, 1):
            break
        edge = items[end].end
        end += 1
    return tuple(items[after:end])


def _wholes(sheet: Sheet, after: int, begin: int) -> tuple[Item, ...]:
    """The figures that a 其中 at ``begin`` looks back to: the last one or two, of different units."""
    items, view = sheet.items, sheet.view
    chosen: list[Item] = []
    edge = begin
    for index in range(after - 1, max(-1, after - 4), -1):
        item = items[index]
        gap = view[item.end : edge]
        if (
            item.figure.role in ("growth", "share", "criterion", "change", "per_unit")
            or item.unit in ("%", "个百分点", "")
            or _earlier(view, max(0, item.start - 14), item.start)
        ):
            if len(gap) > 60 or "\n" in gap:
                break
            continue
        limit = 40 if not chosen else 8
        if len(gap) > limit or "\n\n" in gap or (chosen and any(item.unit == other.unit for other in chosen)):
            break
        chosen.append(item)
        edge = item.start
    return tuple(reversed(chosen))
