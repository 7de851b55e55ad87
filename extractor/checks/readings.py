"""The readings of a glued number: every cut with the measures it may have had, and what speaks for and against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .relations import Group
from .share_cuts import Solution
from .splits import Split
from .work import Doubt, Item, Sheet, amount_text, decimal_text


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
    groups: dict[int, list[Group]]
    """The lists that a figure is a part of."""
    weighed: dict[int, tuple[list[Reading], list[str]]] = field(default_factory=dict)
    """Readings by figure, as long as nothing they depend on is flagged or repaired."""

    @classmethod
    def gather(cls, sheet: Sheet, groups: list[Group], solutions: list[Solution]) -> Evidence:
        """Index groups, solutions and values by figure."""
        wholes: dict[int, list[Item]] = {}
        parts: dict[int, list[Item]] = {}
        lists: dict[int, list[Group]] = {}
        for group in groups:
            for part in group.parts:
                lists.setdefault(part.index, []).append(group)
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
        return cls(wholes, parts, solved, by_value, lists)

    def remainders(self, sheet: Sheet, item: Item) -> list[tuple[float, str, float, str]]:
        """What the other parts of its list leave of the whole: (value, unit, half unit, the arithmetic)."""
        found = []
        for group in self.groups.get(item.index, ()):
            for whole in group.wholes:
                for total, unit, half in sheet.quantities(whole):
                    others = [
                        part
                        for part in group.parts
                        if part is not item and part.unit == unit and part.figure.role == whole.figure.role
                    ]
                    if not others or any(part.doubts and not part.repair for part in (*others, whole)):
                        continue
                    rest = total - sum(part.value for part in others)
                    if rest > 0:
                        slack = half + sum(sheet.slack(part) for part in others)
                        shown = "-".join([decimal_text(short(total)), *(sheet.number_text(part) for part in others)])
                        found.append((rest, unit, slack, f"{shown} = {decimal_text(short(rest))}{unit}"))
        return found


def unique(alive: list[Reading]) -> Reading | None:
    """The one reading that is left: by hard constraints, else by proof, else by the usual range."""
    for chosen in (alive, [r for r in alive if r.proofs], [r for r in alive if r.usual]):
        if chosen and len({reading.cut.first_text for reading in chosen}) == 1:
            return chosen[0]
        if chosen and chosen[0].proofs and any(r.proofs for r in chosen) and chosen is not alive:
            return None
    return None


def rank(alive: list[Reading]) -> list[Reading]:
    return sorted(alive, key=lambda reading: (-len(reading.proofs), not reading.usual))


def _sibling(sheet: Sheet, item: Item) -> tuple[str, float] | None:
    """The pair that stands in the same list: 春季512人、76.8万元,秋季54882.2万元 -> (人, 1500 元 each)."""
    items = sheet.items
    for index in (*range(item.index - 1, max(0, item.index - 7), -1), *range(item.index + 2, item.index + 5)):
        if not 0 < index < len(items):
            continue
        second, first = items[index], items[index - 1]
        if (
            second.unit == item.unit
            and first.unit != item.unit
            and 0 <= second.start - first.end <= 3
            and first.value > 0
            and second.sentence == item.sentence
            and not second.doubts
            and not first.doubts
            and first.unit in ("户", "人", "人次", "个", "家", "座", "处", "辆", "件", "户次", "项")
        ):
            return first.unit, second.value / first.value
    return None


def _as_before(sheet: Sheet, item: Item) -> str | None:
    """人 or 人次: how the nearest pair of people and money before this one counts."""
    items = sheet.items
    for index in range(item.index - 1, max(0, item.index - 16), -1):
        if (
            items[index].unit == item.unit
            and items[index - 1].unit in ("人", "人次")
            and items[index].start - items[index - 1].end <= 6
        ):
            return items[index - 1].unit
    return None


def _first_units(sheet: Sheet, item: Item, clause: str, doubts: list[Doubt]) -> list[str]:
    """The measures that a glued number may have lost, where no pair beside it says which."""
    noun = clause
    for tail in ("共计", "共有", "共", "为", "达", "约", "余额", "总额", "金额", "规模", "资金"):
        noun = noun.removesuffix(tail)
    named = sheet.bounds.measure_of(noun)
    if item.unit == "人":
        said = clause + item.figure.subject
        return ["户"] if any(word in said for word in sheet.bounds.household) else []
    if item.unit == "元":
        if named:
            if named in ("人", "人次") and not noun.endswith("救助"):
                return [_as_before(sheet, item) or named]
            return [named]
        units = [
            unit
            for unit, _ in sorted(sheet.losses.items(), key=lambda loss: (-loss[1], loss[0]))
            if unit in ("户", "人", "个")
        ]
        if all(doubt.code == "order_violation" for doubt in doubts):
            return []  # larger than its whole is no sign of a lost measure in itself
        return units or ["户", "人", "个"]
    if item.unit == "户" and named != "户":
        return [named] if named in ("个", "人") else []
    return []


def readings_of(sheet: Sheet, item: Item, evidence: Evidence) -> tuple[list[Reading], list[str]]:
    clause = sheet.clause_before(item, 40)
    start = item.sentence[0]
    context = sheet.view[max(start, item.start - 90) : item.start]
    cuts, excluded = sheet.cuts(item)
    if not cuts:
        return [], excluded
    sibling = _sibling(sheet, item)
    units = [sibling[0]] if sibling is not None else _first_units(sheet, item, clause, item.doubts or [])
    remainders: list[tuple[float, str, float, str]] | None = None
    solved = evidence.solutions.get(item.index, ())
    found: list[Reading] = []
    for cut in cuts:
        here = [(solution, side) for solution, first, side in solved if first == cut.first_text]
        options = list(units)
        for solution, side in here:
            if (
                side == 0
                and solution.part_unit
                and solution.part_unit not in options
                and solution.part_unit != item.unit
            ):
                options.insert(0, solution.part_unit)
            if side == 1 and not options:
                options.append("")
        for unit in options:
            reading = Reading(cut, unit, item.unit, only_second=unit == "")
            _weigh(sheet, item, reading, evidence, clause, context)
            if (
                sibling is not None
                and unit == sibling[0]
                and not reading.against
                and cut.one
                and sibling[1]
                and 0.75 <= cut.two / cut.one / sibling[1] <= 1.33
            ):
                reading.proofs.append(f"与同句并列的每{unit}{amount_text(short(sibling[1]), item.unit)}相近")
            if remainders is None:
                remainders = evidence.remainders(sheet, item)
            for rest, rest_unit, half, shown in remainders:
                own = cut.two if rest_unit == item.unit else cut.one if rest_unit == unit else None
                if own is not None and abs(own - rest) <= half + cut.half:
                    reading.proofs.append(shown)
            reading.proofs.extend(
                solution.evidence for solution, side in here if solution.part_unit in ("", unit) or side == 1
            )
            found.append(reading)
    return found, excluded


def _weigh(sheet: Sheet, item: Item, reading: Reading, evidence: Evidence, clause: str, context: str) -> None:
    cut, unit = reading.cut, reading.first_unit
    first, second = cut.one, cut.two
    if second == 0:
        reading.against.append("第二个数为0")
        return
    if unit:
        entry = sheet.bounds.ratio(unit, item.unit, clause + context)
        if entry is not None:
            per = second / first
            shown = f"每{unit}{amount_text(short(per), item.unit)}"
            if not entry.minimum <= per <= entry.maximum:
                reading.against.append(
                    f"{shown},不在{amount_text(short(entry.minimum), item.unit)}至"
                    f"{amount_text(short(entry.maximum), item.unit)}之间"
                )
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
    compare(sheet, reading, mine, evidence.wholes.get(item.index, ()), True)
    parts = evidence.parts.get(item.index, ())
    if ceiling is not None:  # a part beyond the bound of its whole is damaged as well and proves nothing
        parts = [other for other in parts if other.unit != item.unit or other.value <= ceiling[0]]
    compare(sheet, reading, mine, parts, False)
    if unit and not reading.against:
        for other in evidence.by_value.get(first, ()):
            if other.unit == unit and other is not item and _same_thing(clause, sheet.clause_before(other, 40)):
                reading.proofs.append(f"另处印有“{sheet.clause_before(other, 12)}{sheet.printed(other)}”")
                break


def compare(
    sheet: Sheet,
    reading: Reading,
    mine: dict[str, tuple[float, float]],
    others: Sequence[Item],
    they_are_wholes: bool,
) -> None:
    for other in others:
        if other.doubts and not other.repair:
            continue
        for value, unit, half in sheet.quantities(other):
            if unit not in mine:
                continue
            own, own_half = mine[unit]
            if other.figure.role not in ("level", "change") or (
                not they_are_wholes and other.flags and not other.repair
            ):
                continue
            if they_are_wholes and own - own_half > value + half:
                reading.against.append(
                    f"{decimal_text(short(own))}{unit}大于其所属的{decimal_text(short(value))}{unit}"
                )
            elif not they_are_wholes and own + own_half < value - half:
                reading.against.append(f"{decimal_text(short(own))}{unit}小于其中的{decimal_text(short(value))}{unit}")


def short(value: float) -> Decimal:
    """A computed value for people: two decimals, two digits where it is tiny."""
    if value % 1 == 0:
        return Decimal(int(value))
    return Decimal(f"{value:.2f}" if value >= 0.01 else f"{value:.2g}")


def _same_thing(a: str, b: str) -> bool:
    """Whether two clauses name the same thing just before their numbers: three characters in common do."""
    tail = b.rstrip("共有为达已约")[-8:]
    return any(tail[index : index + 3] in a for index in range(len(tail) - 2))
