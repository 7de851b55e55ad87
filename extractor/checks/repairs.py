"""The search for the one reading of a malformed number: cut it, keep the cuts that nothing contradicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ..model import Repair
from .catalogue import make_flag
from .glued import GLUED, IMPLAUSIBLE, ORDER_VIOLATION
from .relations import Group
from .shares import Solution
from .splits import Split, splits
from .work import Doubt, Item, Sheet, amount_text, decimal_text

#: Words of a clause that counts people by household.
_HOUSEHOLD_WORDS = ("户", "监测", "对象", "贫困", "脱贫", "低保", "特困", "搬迁", "参保", "家庭", "人口", "纳入", "符合条件",
                    "群众", "移民", "困难", "受灾", "受益")
_NAMES = {"户": "户数", "人": "人数", "元": "金额", "人次": "人次"}


@dataclass(slots=True)
class Reading:
    """One cut with the measure of its first part, and what speaks for and against it."""

    cut: Split
    first_unit: str
    unit: str
    only_second: bool = False
    proofs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    usual: bool = True

    @property
    def text(self) -> str:
        """The reading as the page would have printed it."""
        return f"{self.cut.first_text}{self.first_unit}{self.cut.second_text}{self.unit}"


@dataclass(slots=True)
class Evidence:
    """What the document knows that bears on readings: wholes and parts, shares that a cut would solve."""

    wholes: dict[int, list[Item]]
    parts: dict[int, list[Item]]
    solutions: dict[int, list[tuple[Solution, str, int]]]
    by_value: dict[float, list[Item]]
    groups: list[Group]

    @classmethod
    def gather(cls, sheet: Sheet, groups: list[Group], solutions: list[Solution]) -> Evidence:
        """Index groups, solutions and values by figure."""
        wholes: dict[int, list[Item]] = {}
        parts: dict[int, list[Item]] = {}
        for group in groups:
            for part in group.parts:
                if part.unit != "%" and part.figure.role in ("level", "change"):
                    wholes.setdefault(part.index, []).extend(group.wholes)
                    for whole in group.wholes:
                        parts.setdefault(whole.index, []).append(part)
        solved: dict[int, list[tuple[Solution, str, int]]] = {}
        for solution in solutions:
            for index, first, side in solution.cuts:
                solved.setdefault(index, []).append((solution, first, side))
        by_value: dict[float, list[Item]] = {}
        for item in sheet.items:
            if item.value >= 20 and not item.doubts and item.unit != "%":
                by_value.setdefault(item.value, []).append(item)
        return cls(wholes, parts, solved, by_value, groups)


    def remainders(self, sheet: Sheet, item: Item) -> list[tuple[float, str, float, str]]:
        """What the other parts of its list leave of the whole: (value, unit, half unit, the arithmetic)."""
        found = []
        for group in self.groups:
            if item not in group.parts:
                continue
            for whole in group.wholes:
                for total, unit, half in sheet.quantities(whole):
                    others = [part for part in group.parts if part is not item and part.unit == unit
                              and part.figure.role == whole.figure.role]
                    if not others or any(part.doubts and not part.repair for part in (*others, whole)):
                        continue
                    rest = total - sum(part.value for part in others)
                    if rest > 0:
                        slack = half + sum(sheet.slack(part) for part in others)
                        shown = "-".join([decimal_text(_short(total)), *(sheet.number_text(part) for part in others)])
                        found.append((rest, unit, slack, f"{shown} = {decimal_text(_short(rest))}{unit}"))
        return found


def resolve(sheet: Sheet, item: Item, evidence: Evidence, final: bool) -> bool:
    """Try to repair a doubted figure; True where a repair was found. ``final`` flags what stays unresolved."""
    doubts = item.doubts or []
    weight = sum(doubt.weight for doubt in doubts)
    text = sheet.view[item.start:item.number_end]
    if any(doubt.code == "glued_date" for doubt in doubts) and _year(sheet, item, evidence, final):
        return bool(item.repair)
    if all(doubt.code == "order_violation" for doubt in doubts) and not _far_above(item, evidence):
        readings, excluded = [], []
    else:
        readings, excluded = _readings(sheet, item, evidence, text)
    alive = [reading for reading in readings if not reading.against]
    dead = [f"{reading.text}:{'、'.join(reading.against)}" for reading in readings if reading.against] + excluded
    best = _unique(alive)
    if best is not None and (weight >= 2 or best.proofs):
        others = [f"{r.text}:{'、'.join(r.notes) or '证据较弱'}" for r in alive if r.cut is not best.cut]
        _repair(sheet, item, best, others + dead)
        return True
    if not final:
        return False
    why = ";".join(doubt.zh for doubt in doubts)
    why_en = "; ".join(doubt.en for doubt in doubts)
    if weight < 2:
        return False
    order_only = all(doubt.code == "order_violation" for doubt in doubts)
    if alive and not order_only:
        ranked = [f"{r.text}:{'、'.join(r.proofs + r.notes) or '无反证'}" for r in _rank(alive)]
        code = GLUED
        note = f"可能的读法有{len({r.cut.first_text for r in alive})}种,证据不足以取其一"
    else:
        ranked, code, note = [], ORDER_VIOLATION if order_only else IMPLAUSIBLE, "没有一种切分满足全部约束"
    members = (item.figure.id, *(whole.figure.id for whole in evidence.wholes.get(item.index, ())
                                 if whole.unit == item.unit))
    if code == ORDER_VIOLATION:
        item.flag(make_flag(code, why, why_en, why, members=members))
    else:
        item.flag(make_flag(code, why, why_en, f"{why};{note}", members=members, rivals=tuple(ranked + dead)[:8]))
    return False


def _far_above(item: Item, evidence: Evidence) -> bool:
    """Whether the part exceeds its whole so far that two numbers run together explain it better than a misprint."""
    wholes = [whole.value for whole in evidence.wholes.get(item.index, ()) if whole.unit == item.unit and not whole.doubts]
    return not wholes or item.value >= 5 * max(wholes)


def _unique(alive: list[Reading]) -> Reading | None:
    """The one reading that is left: by hard constraints, else by proof, else by the usual range."""
    for chosen in (alive, [r for r in alive if r.proofs], [r for r in alive if r.usual]):
        if chosen and len({reading.cut.first_text for reading in chosen}) == 1:
            return chosen[0]
        if chosen and chosen[0].proofs and any(r.proofs for r in chosen) and chosen is not alive:
            return None
    return None


def _rank(alive: list[Reading]) -> list[Reading]:
    return sorted(alive, key=lambda reading: (-len(reading.proofs), not reading.usual))


def _sibling(sheet: Sheet, item: Item) -> tuple[str, float] | None:
    """The pair that stands in the same list: 春季512人、76.8万元,秋季54882.2万元 -> (人, 1500 元 each)."""
    items = sheet.items
    for index in (*range(item.index - 1, max(0, item.index - 7), -1), *range(item.index + 2, item.index + 5)):
        if not 0 < index < len(items):
            continue
        second, first = items[index], items[index - 1]
        if second.unit == item.unit and first.unit != item.unit and 0 <= second.start - first.end <= 3 and first.value > 0 \
                and second.sentence == item.sentence and not second.doubts and not first.doubts \
                and first.unit in ("户", "人", "人次", "个", "家", "座", "处", "辆", "件", "户次", "项"):
            return first.unit, second.value / first.value
    return None


def _as_before(sheet: Sheet, item: Item) -> str | None:
    """人 or 人次: how the nearest pair of people and money before this one counts."""
    items = sheet.items
    for index in range(item.index - 1, max(0, item.index - 16), -1):
        if items[index].unit == item.unit and items[index - 1].unit in ("人", "人次") \
                and items[index].start - items[index - 1].end <= 6:
            return items[index - 1].unit
    return None


def _first_units(sheet: Sheet, item: Item, clause: str, doubts: list[Doubt]) -> list[str]:
    sibling = _sibling(sheet, item)
    if sibling is not None:
        return [sibling[0]]
    noun = clause
    for tail in ("共计", "共有", "共", "为", "达", "约", "余额", "总额", "金额", "规模", "资金"):
        noun = noun.removesuffix(tail)
    named = sheet.bounds.measure_of(noun)
    if item.unit == "人":
        said = clause + item.figure.subject
        return ["户"] if any(word in said for word in _HOUSEHOLD_WORDS) else []
    if item.unit == "元":
        if named:
            if named in ("人", "人次") and not noun.endswith("救助"):
                return [_as_before(sheet, item) or named]
            return [named]
        units = [unit for unit, _ in sorted(sheet.losses.items(), key=lambda loss: (-loss[1], loss[0]))
                  if unit in ("户", "人", "个")]
        if all(doubt.code == "order_violation" for doubt in doubts):
            return []  # larger than its whole is no sign of a lost measure in itself
        return units or ["户", "人", "个"]
    if item.unit == "户" and named != "户":
        return [named] if named in ("个", "人") else []
    return []


def _readings(sheet: Sheet, item: Item, evidence: Evidence, text: str) -> tuple[list[Reading], list[str]]:
    clause = sheet.clause_before(item.start, 40)
    start = item.sentence[0]
    context = sheet.view[max(start, item.start - 90):item.start]
    cuts, excluded = splits(text)
    units = _first_units(sheet, item, clause, item.doubts or [])
    sibling = _sibling(sheet, item)
    remainders = evidence.remainders(sheet, item)
    solved = evidence.solutions.get(item.index, ())
    found: list[Reading] = []
    for cut in cuts:
        here = [(solution, side) for solution, first, side in solved if first == cut.first_text]
        options = list(units)
        for solution, side in here:
            if side == 0 and solution.part_unit and solution.part_unit not in options and solution.part_unit != item.unit:
                options.insert(0, solution.part_unit)
            if side == 1 and not options:
                options.append("")
        for unit in options:
            reading = Reading(cut, unit, item.unit, only_second=unit == "")
            _weigh(sheet, item, reading, evidence, clause, context)
            if sibling is not None and unit == sibling[0] and not reading.against \
                    and 0.75 <= float(cut.second) / float(cut.first) / sibling[1] <= 1.33:
                reading.proofs.append(f"与同句并列的每{unit}{amount_text(_short(sibling[1]), item.unit)}相近")
            for rest, rest_unit, half, shown in remainders:
                own = float(cut.second) if rest_unit == item.unit else float(cut.first) if rest_unit == unit else None
                if own is not None and abs(own - rest) <= half + cut.half:
                    reading.proofs.append(shown)
            reading.proofs.extend(solution.evidence for solution, side in here if unit == solution.part_unit or side == 1)
            found.append(reading)
    return found, excluded


def _weigh(sheet: Sheet, item: Item, reading: Reading, evidence: Evidence, clause: str, context: str) -> None:
    cut, unit = reading.cut, reading.first_unit
    first, second = float(cut.first), float(cut.second)
    if second == 0:
        reading.against.append("第二个数为0")
        return
    if unit:
        entry = sheet.bounds.ratio(unit, item.unit, clause + context)
        if entry is not None:
            per = second / first
            shown = f"每{unit}{amount_text(_short(per), item.unit)}"
            if not entry.minimum <= per <= entry.maximum:
                reading.against.append(f"{shown},不在{amount_text(_short(entry.minimum), item.unit)}至"
                                       f"{amount_text(_short(entry.maximum), item.unit)}之间")
                return
            reading.usual = entry.low <= per <= entry.high
            reading.notes.append(shown)
        ceiling = sheet.bounds.ceiling(unit, sheet.level_for(item), clause, clause)
        if ceiling is not None and first > ceiling[0]:
            reading.against.append(f"{cut.first_text}{unit}超出合理上限")
            return
    ceiling = sheet.bounds.ceiling(item.unit, sheet.level_for(item), clause, context)
    if ceiling is not None and second > ceiling[0]:
        reading.against.append(f"{cut.second_text}{item.unit}超出合理上限")
        return
    mine = {unit: (first, 0.5), item.unit: (second, cut.half)} if unit else {item.unit: (second, cut.half)}
    _compare(sheet, reading, mine, evidence.wholes.get(item.index, ()), True)
    _compare(sheet, reading, mine, evidence.parts.get(item.index, ()), False)
    if unit and not reading.against:
        for other in evidence.by_value.get(first, ()):
            if other.unit == unit and other is not item and _same_thing(clause, sheet.clause_before(other.start, 40)):
                reading.proofs.append(f"另处印有“{sheet.clause_before(other.start, 12)}{sheet.printed(other)}”")
                break


def _compare(sheet: Sheet, reading: Reading, mine: dict[str, tuple[float, float]], others: list[Item] | tuple[Item, ...],
             they_are_wholes: bool) -> None:
    for other in others:
        if other.doubts and not other.repair:
            continue
        for value, unit, half in sheet.quantities(other):
            if unit not in mine:
                continue
            own, own_half = mine[unit]
            if other.figure.role not in ("level", "change") or (not they_are_wholes and other.flags and not other.repair):
                continue
            if they_are_wholes and own - own_half > value + half:
                reading.against.append(f"{decimal_text(_short(own))}{unit}大于其所属的{decimal_text(_short(value))}{unit}")
            elif not they_are_wholes and own + own_half < value - half:
                reading.against.append(f"{decimal_text(_short(own))}{unit}小于其中的{decimal_text(_short(value))}{unit}")


def _short(value: float) -> Decimal:
    return Decimal(f"{value:.2f}").normalize() if value % 1 else Decimal(int(value))


def _same_thing(a: str, b: str) -> bool:
    """Whether two clauses name the same thing just before their numbers: three characters in common do."""
    tail = b.rstrip("共有为达已约")[-8:]
    return any(tail[index:index + 3] in a for index in range(len(tail) - 2))


def _subject(item: Item, unit: str) -> str:
    base = item.figure.subject
    for tail in ("户数和人数", "户数", "人数", "数量", "金额", "总数", "数"):
        if base.endswith(tail) and len(base) > len(tail) + 1:
            base = base[:-len(tail)]
            break
    name = _NAMES.get(unit, "数量")
    return base if base.endswith(name) else base + name


def part(sheet: Sheet, item: Item, value: Decimal, unit: str, rule: str) -> Repair:
    """One quantity of a reading, with the indicator the library gives it."""
    subject = _subject(item, unit)
    return Repair(value=value, unit=unit, subject=subject, indicator=sheet.indicator(item, value, unit, subject), rule=rule)


def _repair(sheet: Sheet, item: Item, reading: Reading, rivals: list[str]) -> None:
    rule = "share" if reading.proofs and "%" in reading.proofs[0] else "repeat" if reading.proofs else "ratio"
    parts = [] if reading.only_second else [part(sheet, item, reading.cut.first, reading.first_unit, rule)]
    item.repair = (*parts, part(sheet, item, reading.cut.second, item.unit, rule))
    lost = reading.first_unit or "计量单位"
    why = ";".join(doubt.zh for doubt in item.doubts or ())
    proof = ";".join(reading.proofs + reading.notes)
    shown = reading.text if not reading.only_second else f"{reading.cut.second_text}{item.unit}(前面的{reading.cut.first_text}另有所指)"
    evidence = f"{why};“{lost}”丢失,应为{shown}" + (f":{proof}" if proof else "")
    item.flag(make_flag(GLUED, f"{sheet.printed(item)}是两个数字连写,应为{shown}",
                        f"{sheet.printed(item)} is two numbers run together, most likely {shown}", evidence,
                        members=(item.figure.id,), rivals=tuple(rivals[:8])))
    sheet.lose(reading.first_unit or "?")


def _year(sheet: Sheet, item: Item, evidence: Evidence, final: bool) -> bool:
    """2023730户: the year, then the number. True where the year reading decided the matter."""
    text = sheet.view[item.start:item.number_end]
    year, rest = text[:4], text[4:]
    value = Decimal(rest)
    mine = {item.unit: (float(value), 0.5)}
    check = Reading(Split(Decimal(year), value, year, rest, 0.5), "年", item.unit)
    _compare(sheet, check, mine, evidence.wholes.get(item.index, ()), True)
    ceiling = sheet.bounds.ceiling(item.unit, sheet.level_for(item), sheet.clause_before(item.start, 40), "")
    if check.against or (ceiling is not None and float(value) > ceiling[0]):
        return False
    doubts = item.doubts or []
    if max(doubt.weight for doubt in doubts) < 2 and not (final and sheet.losses.get("年", 0)):
        return not final
    item.repair = (part(sheet, item, value, item.unit, "year"),)
    rivals = _day_rivals(rest, item.unit)
    why = ";".join(doubt.zh for doubt in doubts)
    loss = sheet.losses.get("年", 0)
    pattern = f";同页另有{loss}处日期丢失“年”" if loss else ""
    evidence_text = f"{why}{pattern};应为{year}年{rest}{item.unit}"
    item.flag(make_flag("glued_date", f"{sheet.printed(item)}应为{year}年{rest}{item.unit}",
                        f"the year {year} was run into the number: {rest}{item.unit}", evidence_text,
                        members=(item.figure.id,), rivals=tuple(rivals)))
    return True


def _day_rivals(rest: str, unit: str) -> list[str]:
    """Readings of the rest as month (and day) and number: each needs one more lost character."""
    rivals = []
    for cut in (1, 2):
        month, number = rest[:cut], rest[cut:]
        if number and number[0] != "0" and month[0] != "0" and int(month) <= 12:
            rivals.append(f"{month}月{number}{unit}:还须再丢失一个“月”字")
    return rivals

