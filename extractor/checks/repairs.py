"""The repair of a malformed number: one reading left is the repair, several are listed, none is said so."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ..model import Repair
from ..records import maker
from .catalogue import make_flag
from .dates import GLUED_DATE
from .glued import GLUED, IMPLAUSIBLE, ORDER_VIOLATION
from .readings import Evidence, Reading, compare, rank, readings_of, unique
from .splits import Split
from .work import Item, Sheet

_repaired = maker(Repair)
_NAMES: Final = {"户": "户数", "人": "人数", "元": "金额", "人次": "人次"}


def resolve(sheet: Sheet, item: Item, evidence: Evidence, final: bool) -> bool:
    """Try to repair a doubted figure; True where a repair was found. ``final`` flags what stays unresolved."""
    doubts = item.doubts or []
    weight = sum(doubt.weight for doubt in doubts)
    if any(doubt.code == "glued_date" for doubt in doubts) and _year(sheet, item, evidence, final):
        return bool(item.repair)
    if all(doubt.code == "order_violation" for doubt in doubts) and not _far_above(item, evidence):
        readings: list[Reading] = []
        excluded: list[str] = []
    else:
        known = evidence.weighed.get(item.index)
        if known is None:
            known = evidence.weighed[item.index] = readings_of(sheet, item, evidence)
        readings, excluded = known
    alive = [reading for reading in readings if not reading.against]
    dead = [f"{reading.text}:{'、'.join(reading.against)}" for reading in readings if reading.against] + excluded
    best = unique(alive)
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
        ranked = [f"{r.text}:{'、'.join(r.proofs + r.notes) or '无反证'}" for r in rank(alive)]
        code = GLUED
        note = f"可能的读法有{len({r.cut.first_text for r in alive})}种,证据不足以取其一"
    else:
        ranked, code, note = [], ORDER_VIOLATION if order_only else IMPLAUSIBLE, "没有一种切分满足全部约束"
    members = (
        item.figure.id,
        *(whole.figure.id for whole in evidence.wholes.get(item.index, ()) if whole.unit == item.unit),
    )
    if code == ORDER_VIOLATION:
        item.flag(make_flag(code, why, why_en, why, members=members))
    else:
        item.flag(make_flag(code, why, why_en, f"{why};{note}", members=members, rivals=tuple(ranked + dead)[:8]))
    return False


def _far_above(item: Item, evidence: Evidence) -> bool:
    """Whether the part exceeds its whole so far that two numbers run together explain it better than a misprint."""
    wholes = [
        whole.value for whole in evidence.wholes.get(item.index, ()) if whole.unit == item.unit and not whole.doubts
    ]
    return not wholes or item.value >= 5 * max(wholes)


def _subject(item: Item, unit: str) -> str:
    base = item.figure.subject
    for tail in ("户数和人数", "户数", "人数", "数量", "金额", "总数", "数"):
        if base.endswith(tail) and len(base) > len(tail) + 1:
            base = base[: -len(tail)]
            break
    name = _NAMES.get(unit, "数量")
    return base if base.endswith(name) else base + name


def part(sheet: Sheet, item: Item, value: Decimal, unit: str, rule: str) -> Repair:
    """One quantity of a reading, with the indicator the library gives it."""
    subject = _subject(item, unit)
    return _repaired(
        value=value, unit=unit, subject=subject, indicator=sheet.indicator(item, value, unit, subject), rule=rule
    )


def _repair(sheet: Sheet, item: Item, reading: Reading, rivals: list[str]) -> None:
    rule = "share" if reading.proofs and "%" in reading.proofs[0] else "repeat" if reading.proofs else "ratio"
    parts = [] if reading.only_second else [part(sheet, item, reading.cut.first, reading.first_unit, rule)]
    item.repair = (*parts, part(sheet, item, reading.cut.second, item.unit, rule))
    lost = reading.first_unit or "计量单位"
    why = ";".join(doubt.zh for doubt in item.doubts or ())
    proof = ";".join(reading.proofs + reading.notes)
    shown = (
        reading.text
        if not reading.only_second
        else f"{reading.cut.second_text}{item.unit}(前面的{reading.cut.first_text}另有所指)"
    )
    evidence = f"{why};“{lost}”丢失,应为{shown}" + (f":{proof}" if proof else "")
    item.flag(
        make_flag(
            GLUED,
            f"{sheet.printed(item)}是两个数字连写,应为{shown}",
            f"{sheet.printed(item)} is two numbers run together, most likely {shown}",
            evidence,
            members=(item.figure.id,),
            rivals=tuple(rivals[:8]),
        )
    )
    sheet.lose(reading.first_unit or "?")


def _year(sheet: Sheet, item: Item, evidence: Evidence, final: bool) -> bool:
    """2022412户: the year, then the number. True where the year reading decided the matter."""
    text = sheet.view[item.start : item.number_end]
    year, rest = text[:4], text[4:]
    value = Decimal(rest)
    mine = {item.unit: (float(value), 0.5)}
    check = Reading(Split(year, rest), "年", item.unit)
    compare(sheet, check, mine, evidence.wholes.get(item.index, ()), True)
    ceiling = sheet.bounds.ceiling(item.unit, sheet.level_for(item), sheet.clause_before(item, 40), "")
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
    item.flag(
        make_flag(
            GLUED_DATE,
            f"{sheet.printed(item)}应为{year}年{rest}{item.unit}",
            f"the year {year} was run into the number: {rest}{item.unit}",
            evidence_text,
            members=(item.figure.id,),
            rivals=tuple(rivals),
        )
    )
    return True


def _day_rivals(rest: str, unit: str) -> list[str]:
    """Readings of the rest as month (and day) and number: each needs one more lost character."""
    rivals = []
    for cut in (1, 2):
        month, number = rest[:cut], rest[cut:]
        if number and number[0] != "0" and month[0] != "0" and int(month) <= 12:
            rivals.append(f"{month}月{number}{unit}:还须再丢失一个“月”字")
    return rivals
