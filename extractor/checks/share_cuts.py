"""Shares that hold only if a glued number is cut: the cut that the printed percentage proves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .arith import rounded, share_holds
from .splits import Split
from .work import COUNT_UNITS, Item, Sheet, decimal_text


@dataclass(frozen=True, slots=True)
class Solution:
    """A share that holds only if one or two glued numbers are cut: which, where, and the arithmetic."""

    cuts: tuple[tuple[int, str, int], ...]
    """(item index, first digits of the cut, which part took part: 0 or 1)."""
    part_unit: str
    evidence: str
    percent: int


def _options(sheet: Sheet, item: Item) -> list[tuple[float, str, float, Split | None, int]]:
    """Printed reading and all cuts of a figure as (value, unit or '', half unit, cut, side)."""
    if item.repair:
        return [(value, unit, half, None, 0) for value, unit, half in sheet.quantities(item)]
    found: list[tuple[float, str, float, Split | None, int]] = [(item.value, item.unit, sheet.slack(item), None, 0)]
    if item.value < 100 or item.figure.modifier != "none":
        return found
    for cut in sheet.cuts(item)[0]:
        found.append((cut.one, "", 0.5, cut, 0))
        if item.unit in COUNT_UNITS or item.unit in ("户", "人"):
            found.append((cut.two, item.unit, cut.half, cut, 1))
    return found


def solve(sheet: Sheet, near: list[Item], percent: Item, slack: float) -> Solution | None:
    """The share holds if the part (printed just before it), its whole, or both of them are cut.

    A precise percentage (three digits or more) proves a cut; 75% proves one only where the whole stands right behind
    another count (4大类1428个), the place where a list of counts loses its measures.
    """
    value, part = percent.value, near[0]
    if part.start < percent.sentence[0] and percent.start - part.end > 40:
        return None
    precise = slack / value < 0.0008 * (10 if value < 10 else 1)
    wholes = [other for other in near[1:6] if precise or _adjoins(sheet, other)]
    if not wholes:
        return None
    # Roughly, and cheaper than share_holds: between what ratios part and whole must be.
    rounding = slack + 1e-6 * (value + slack) + 1e-8
    least, most = max(0.0, value - rounding) / 100, (value + rounding) / 100
    found: list[tuple[Solution, tuple[int, int]]] = []
    part_options = _options(sheet, part)
    for whole in wholes:
        whole_options = _options(sheet, whole)
        if len(part_options) == len(whole_options) == 1:
            continue
        for p_value, p_unit, p_half, p_cut, p_side in part_options:
            for w_value, w_unit, w_half, w_cut, w_side in whole_options:
                if p_value - p_half > most * (w_value + w_half) or p_value + p_half < least * (w_value - w_half):
                    continue
                if (p_cut is None and w_cut is None) or p_value > w_value or (w_cut is None and not precise):
                    continue
                if not _fits(p_cut, p_unit, p_side, w_cut, w_unit, w_side, part, whole):
                    continue
                if not share_holds(
                    p_value,
                    p_half if p_cut is None else 0.0,
                    w_value,
                    w_half if w_cut is None else 0.0,
                    value,
                    slack,
                ):
                    continue
                cuts = tuple(
                    (item.index, cut.first_text, side)
                    for item, cut, side in ((part, p_cut, p_side), (whole, w_cut, w_side))
                    if cut is not None
                )
                text = (
                    f"{_plain(p_value)}/{_plain(w_value)} = {rounded(p_value / w_value * 100)}%, "
                    f"与同处印出的{sheet.printed(percent)}一致"
                )
                found.append((Solution(cuts, w_unit or p_unit, text, percent.index), (len(cuts), whole.index)))
    if not found:
        return None
    unique = {solution.cuts for solution, _ in found}
    return found[0][0] if len(unique) == 1 else None


def _fits(
    p_cut: Split | None,
    p_unit: str,
    p_side: int,
    w_cut: Split | None,
    w_unit: str,
    w_side: int,
    part: Item,
    whole: Item,
) -> bool:
    if p_cut is not None and w_cut is not None:
        return p_side == w_side and part.unit == whole.unit and _household(p_cut, part) and _household(w_cut, whole)
    if p_cut is not None:
        if p_side == 0:
            return part.unit != w_unit and w_unit in WHOLE_FIRST
        return part.unit == w_unit and _household(p_cut, part)
    if w_cut is not None:
        if w_side == 0:
            return whole.unit != p_unit and p_unit in WHOLE_FIRST
        return whole.unit == p_unit or (whole.unit in COUNT_UNITS and p_unit in COUNT_UNITS)
    return False


#: Units that stand first in a pair whose middle measure was lost.
WHOLE_FIRST: Final = frozenset({"户", "人", "人次", "个", "家", "处", "座", "村"})


def _household(cut: Split, item: Item) -> bool:
    return item.unit != "人" or 1 <= cut.second / cut.first <= 8


def _adjoins(sheet: Sheet, item: Item) -> bool:
    """Whether a count stands directly before the number: 4大类1428个."""
    return item.index > 0 and item.start - sheet.items[item.index - 1].end <= 1


def _plain(value: float) -> str:
    return decimal_text(Decimal(repr(value)) if value % 1 else Decimal(int(value)))
