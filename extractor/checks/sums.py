"""``sum_``: parts after 其中, in brackets and along levels of government; 已 and 未 against all."""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal
from typing import Final

from .arith import Arithmetic, contradict, printed_digits, widened
from .catalogue import flag_code
from .relations import Group, crossing, overlapping
from .slips import EXCHANGED, TRANSPOSED, slips
from .work import COUNT_UNITS, Item, Sheet, decimal_text

SUM_MISMATCH: Final = flag_code(
    "sum_mismatch",
    severity="warning",
    blocking=True,
    title="分项之和与总数不符",
    title_en="the parts do not add up to their total",
    meaning="Parts that the text lists as the whole of a total (all levels of government, 其他 at the end, a complete "
    "pair such as 城镇 and 农村, 已 and 未) do not add up to it; or parts of a 其中 list add up to more than the "
    "total; or one slip of a digit in one number would make them add up exactly.",
    example="投入资金1500万元(中央700万元、省级400万元、市级250万元、县级180万元): 1530.",
)

_LEVELS: Final = re.compile(r"(中央|国家)|(省)|(市)|([县区旗])|(镇|乡|街道)")
_REST: Final = re.compile(r"^(?:其中)?(?:其他|其它|其余|剩余|另有|余下)")
_YEARS: Final = re.compile(r"(?:19|20)\d\d年?\Z")
#: 第一、二、三产业增加值分别为: three parts that are always all.
_INDUSTRIES: Final = re.compile(r"[一二]、[二三]?、?三(?:次)?产")
_SPAN_OF_YEARS: Final = re.compile(r"[两二三四五六]年|年均|期间|累计")
_NAMED: Final = re.compile(r"[^,，、。;；:：（）()\d]{2,14}")
_DONE: Final = re.compile(r"已(?:经|全部)?([^已未,，、。;；\d]{2,12})\Z")
_OPEN: Final = re.compile(r"(?:未|没有|尚未)([^已未,，、。;；\d]{2})")


#: How many half units 已 and 未 and all must be worth before one transposed digit that explains them is no chance.
ALL_OF: Final = 200


class _Total(Arithmetic):
    """A whole (its ``value`` may be that of a count printed beside it) and the parts that should add up to it."""

    __slots__ = ("parts", "room", "sheet", "total", "value", "whole")

    def __init__(self, sheet: Sheet, whole: Item, parts: list[Item], value: float) -> None:
        self.sheet = sheet
        self.whole = whole
        self.parts = parts
        self.value = value
        self.total = 0.0
        self.room = sheet.slack(whole)
        for part in parts:
            self.total += part.value
            self.room += sheet.slack(part)

    def holds(self, member: Item, value: float, slack: float) -> bool:
        goal, room = (value, slack) if member is self.whole else (self.value, self.sheet.slack(self.whole))
        total = 0.0
        for part in self.parts:
            total += value if part is member else part.value
            room += slack if part is member else self.sheet.slack(part)
        return abs(total - goal) <= room * (1 + 1e-9)

    def window(self, member: Item, slack: float) -> tuple[float, float]:
        """What the whole and the other parts leave."""
        room = self.room + slack + 1e-9 * (abs(self.value) + abs(self.total))
        left = self.total if member is self.whole else self.value - self.total + member.value
        return left - room, left + room


def check(sheet: Sheet, groups: list[Group]) -> None:
    """Confirm and flag all sums of the document."""
    for group in groups:
        held, failed = 0, None
        for whole in group.wholes:
            if whole.figure.role in ("level", "change") and whole.figure.value_max is None and not _open(whole):
                count, parts, value = _group(sheet, group, whole)
                if count:
                    held = count
                elif parts:
                    failed = whole, parts, value
        if failed is not None and held == len(failed[1]) >= 2:
            # the persons of a list add up to their total: so must its households
            whole, parts, value = failed
            if not whole.repair and all(item.figure.modifier == "none" for item in (whole, *parts)):
                _report(sheet, whole, parts, sum(part.value for part in parts), value)
    _levels(sheet)
    _complements(sheet)


def _open(item: Item) -> bool:
    return bool(item.doubts) and not item.repair and any(doubt.code != "order_violation" for doubt in item.doubts or ())


def _label(sheet: Sheet, item: Item) -> str:
    """The text between the number before (or the clause's begin) and this one."""
    if (
        item.index
        and item.start - sheet.items[item.index - 1].end <= 1
        and sheet.items[item.index - 1].unit != item.unit
    ):
        item = sheet.items[item.index - 1]  # 秋季548人、82.2万元: the pair has one label
    text = sheet.clause_before(item, 24)
    gap = item.start - sheet.items[item.index - 1].end if item.index else len(text)
    return text[max(0, len(text) - gap) :].lstrip("、和及与(（")


def _noun(sheet: Sheet, item: Item) -> str:
    """Two characters that name what a count counts: the end of the noun behind it, or before it."""
    found = _NAMED.match(sheet.view, item.end, item.end + 14)
    text = found.group() if found else sheet.clause_before(item, 14)
    return text.strip()[-2:]


def _group(sheet: Sheet, group: Group, whole: Item) -> tuple[int, list[Item], float]:
    """Compare the parts of each unit of a whole; (number of parts that add up or 0, the parts, the whole's value)."""
    result: tuple[int, list[Item], float] = 0, [], 0.0
    for value, unit, half in sheet.quantities(whole):
        parts = [
            part
            for part in group.parts
            if part.unit == unit
            and part.figure.role == whole.figure.role
            and part.figure.value_max is None
            and not part.repair
            and not _inner(sheet, group, part)
        ]
        if len(parts) < 2 or any(_open(part) for part in parts):
            continue
        if unit in COUNT_UNITS and not whole.repair:
            total = _better_whole(sheet, group, whole, parts)
            if total is not whole:
                whole, value, half = total, total.value, sheet.slack(total)
        result = _compare(sheet, group, whole, value, half, parts), parts, value
    return result


def _inner(sheet: Sheet, group: Group, part: Item) -> bool:
    """Whether the part stands in a bracket of its own inside the list: 28个(其中..4个)."""
    if group.bracket:
        return False
    begin = group.start
    opening = max(sheet.view.rfind("(", begin, part.start), sheet.view.rfind("（", begin, part.start))
    return opening >= 0 and not any(sign in sheet.view[opening : part.start] for sign in ")）")


def _better_whole(sheet: Sheet, group: Group, whole: Item, parts: list[Item]) -> Item:
    """Among counts printed before the list, the one whose noun the parts share (460个服务网点 for 便民网点424个)."""
    noun = sheet.clause_before(parts[-1], 14)[-2:]
    for index in range(whole.index, max(-1, whole.index - 3), -1):
        other = sheet.items[index]
        if other.unit == whole.unit and other.sentence == whole.sentence and noun and _noun(sheet, other) == noun:
            return other
    return whole


def _compare(sheet: Sheet, group: Group, whole: Item, value: float, half: float, parts: list[Item]) -> int:
    total = 0.0
    slack = half
    best = 0
    for count, part in enumerate(parts, 1):
        total += part.value
        slack += sheet.slack(part)
        if count >= 2 and abs(total - value) <= slack * (1 + 1e-9):
            best = count
    if best:
        for item in (whole, *parts[:best]):
            item.confirm("sum_holds")
        return best
    if whole.repair or any(item.figure.modifier != "none" for item in (whole, *parts)):
        return 0
    complete = _is_complete(sheet, whole, parts)
    over = (
        total - value > slack
        and not crossing(group)
        and group.marker != "("
        and all(part.value <= value + half for part in parts)
        and len({p.sentence for p in (*parts, whole)}) == 1
    )
    if group.marker == "(" and not complete:
        return 0
    if complete or over or (_slip(sheet, whole, value, parts, total, slack) and not overlapping(group)):
        _report(sheet, whole, parts, total, value)
    return 0


def _is_complete(sheet: Sheet, whole: Item, parts: list[Item]) -> bool:
    labels = [_label(sheet, part) for part in parts]
    if len(parts) == 3 and _INDUSTRIES.search(sheet.clause_before(parts[0], 20) + labels[0]):
        return True
    years = [_YEARS.search(label) for label in labels]
    if len(parts) >= 2 and all(years) and _SPAN_OF_YEARS.search(sheet.clause_before(whole, 24)):
        return True
    if _REST.search(labels[-1]):
        return True
    levels = set()
    for label in labels:
        found = _LEVELS.search(label)
        if found:
            levels.add(found.lastindex)
    if len(levels) >= 3 and len(levels) == len(parts) and 1 in levels:
        return True
    return any(
        len(parts) == len(words) and all(any(word in label for label in labels) for word in words)
        for words in sheet.bounds.partitions
    )


def _slip(
    sheet: Sheet, whole: Item, value: float, parts: list[Item], total: float, slack: float, least: int = 0
) -> bool:
    """Whether one transposition in one number makes the sum exact, where chance is unlikely to do that."""
    least = least or (1500 if len(parts) < 3 else 300)
    coarse, fine = slack, sheet.slack(whole)
    if value < 2 * coarse * least:
        coarse = 0.0  # too coarse to prove anything, unless the sum comes out exact to the total's own last digit
    if value < 40 * fine * least:
        fine = 0.0
    bound = max(coarse, fine) * (1 + 1e-9)
    if bound <= 0 or abs(total - value) > 0.9 * value:
        return False
    for item in (whole, *parts):
        digits, factor = printed_digits(sheet, item)
        if not digits or len(digits) > 12:
            continue
        scale = float(factor)
        goal = item.value + (total - value if item is whole else value - total)
        for _, what, said in slips(digits, *widened((goal - bound) / scale, (goal + bound) / scale)):
            if what not in (TRANSPOSED, EXCHANGED):
                break
            change = float(said) * scale - item.value
            if abs(total - value + (change if item is not whole else -change)) <= bound:
                return True
    return False


def _report(sheet: Sheet, whole: Item, parts: list[Item], total: float, value: float) -> None:
    unit = whole.unit
    added = "+".join(sheet.number_text(part) for part in parts)
    evidence = f"{added} = {_amount(sheet, parts)}{unit}, 总数印作{sheet.printed(whole)}"
    contradict(
        sheet,
        SUM_MISMATCH,
        f"分项之和与总数不符:{evidence}",
        f"the parts do not add up: {evidence}",
        evidence,
        [whole, *parts],
        _Total(sheet, whole, parts, value),
    )


def _amount(sheet: Sheet, parts: list[Item]) -> str:
    exact = sum((part.figure.value for part in parts), Decimal(0))
    name, scale = sheet.scale(parts[0])
    return f"{decimal_text(exact / scale)}{name}"


def _levels(sheet: Sheet) -> None:
    """资金50997万元,中央8500万元、省级4497万元、市级19650万元、县级18350万元: a list along the levels without 其中."""
    place = sheet.view.find("中央")
    done = 0
    while place >= 0:
        after = bisect_left(sheet.starts, place + 2)
        for index in (after, after + 1):  # a pair has one label
            if done <= index < len(sheet.items):
                done = _level_list(sheet, index)
        place = sheet.view.find("中央", place + 2)


def _level_list(sheet: Sheet, index: int) -> int:
    """The list that begins at item ``index``, if one does, and its end."""
    items = sheet.items
    first = items[index]
    if first.unit != "元" or first.confirmed is not None or "中央" not in _label(sheet, first):
        return index + 1
    run = [first]
    seen = {1}
    cursor = index + 1
    while cursor < len(items) and items[cursor].start - items[cursor - 1].end <= 12:
        found = _LEVELS.search(_label(sheet, items[cursor]))
        if items[cursor].unit != "元" or found is None or found.lastindex in seen:
            break
        seen.add(found.lastindex or 0)
        run.append(items[cursor])
        cursor += 1
    if len(run) >= 3 and index and not any(_open(item) for item in run):
        _run(sheet, items[index - 1], run)
    return cursor


def _run(sheet: Sheet, whole: Item, run: list[Item]) -> None:
    if whole.unit != "元" or _open(whole) or whole.sentence != run[0].sentence or run[0].start - whole.end > 12:
        return
    total = sum(part.value for part in run)
    slack = sheet.slack(whole) + sum(sheet.slack(part) for part in run)
    if abs(total - whole.value) <= slack * (1 + 1e-9):
        for item in (whole, *run):
            item.confirm("sum_holds")
    elif all(part.flags is None and part.figure.modifier == "none" for part in (whole, *run)) and all(
        part.value < whole.value for part in run
    ):
        _report(sheet, whole, run, total, whole.value)


def _complements(sheet: Sheet) -> None:
    """现有382个,已建立机制327个,仍有55个未建立机制: what is done and what is not add up to all."""
    view = sheet.view
    position = view.find("未")
    while position >= 0:
        found = _OPEN.match(view, position)
        if found is not None:
            rest = _near(sheet, position, found.end())
            if rest is not None:
                _complement(sheet, rest, found.group(1))
        position = view.find("未", position + 1)


def _near(sheet: Sheet, begin: int, end: int) -> Item | None:
    """The count that a 未… belongs to: right behind it (未消除1133户) or shortly before it (55个…未建立)."""
    behind = sheet.at_or_after(end)
    if behind is not None and behind.start - end <= 12 and not _breaks(sheet.view[end : behind.start]):
        return behind
    before = sheet.before(begin)
    if before is not None and begin - before.end <= 20 and not _breaks(sheet.view[before.end : begin]):
        return before
    return None


_BREAK: Final = re.compile(r"[,，、。;；\n]")


def _breaks(gap: str) -> bool:
    return _BREAK.search(gap) is not None


def _complement(sheet: Sheet, rest: Item, verb: str) -> None:
    items = sheet.items
    pairs = [rest]
    if (
        rest.index + 1 < len(items)
        and items[rest.index + 1].start - rest.end <= 1
        and items[rest.index + 1].unit != rest.unit
    ):
        pairs.append(items[rest.index + 1])
    for last in pairs:
        done = None
        for index in range(rest.index - 1, max(-1, rest.index - 9), -1):
            item = items[index]
            if rest.start - item.end > 200:
                break
            if item.unit != last.unit or item.figure.role not in ("level", "change"):
                continue
            if done is None:
                chain = items[index - 1] if index and item.start - items[index - 1].end <= 1 else item
                said = _DONE.search(sheet.clause_before(chain, 24))
                if said is None or verb not in said.group(1):
                    break
                done = item
                continue
            _all_done_open(sheet, item, done, last)
            break


def _all_done_open(sheet: Sheet, whole: Item, done: Item, rest: Item) -> None:
    members = [whole, done, rest]
    if any(_open(item) or item.repair or item.figure.modifier != "none" for item in members):
        return
    slack = sum(sheet.slack(item) for item in members)
    if abs(done.value + rest.value - whole.value) <= slack:
        for item in members:
            item.confirm("sum_holds")
        return
    total = done.value + rest.value
    if (whole.sentence == rest.sentence and done.value <= whole.value and rest.value <= whole.value) or _slip(
        sheet, whole, whole.value, [done, rest], total, slack, ALL_OF
    ):
        _report(sheet, whole, [done, rest], total, whole.value)
