"""Arithmetic with printed precision: half a unit of the last digit, and the change that would mend a mismatch."""

from __future__ import annotations

import re
from decimal import Decimal
from math import inf
from typing import Final

from ..model import Figure
from .catalogue import make_flag
from .slips import POINT, slips
from .work import WHOLE_UNITS, Item, Sheet, amount_text, decimal_text

#: Signs inside a printed number that are no digits.
_NOISE: Final = str.maketrans("", "", " ,，\n\r\t　")
_DIGITS: Final = re.compile(r"(\d+)(\.\d+)?")


def ratio_range(part: float, part_slack: float, whole: float, whole_slack: float) -> tuple[float, float]:
    """Bounds of part / whole where both are rounded to their printed digits."""
    low = max(0.0, part - part_slack) / (whole + whole_slack)
    bottom = whole - whole_slack
    return low, ((part + part_slack) / bottom if bottom > 0 else float("inf"))


def share_holds(part: float, part_slack: float, whole: float, whole_slack: float, percent: float, slack: float) -> bool:
    """Whether part / whole can print as ``percent`` within half a unit of every last digit."""
    low, high = ratio_range(part, part_slack, whole, whole_slack)
    epsilon = 1e-9 * max(1.0, percent)
    return low * 100 <= percent + slack + epsilon and high * 100 >= percent - slack - epsilon


class Arithmetic:
    """Printed numbers that have to agree within their roundings, and what one of them may say instead."""

    __slots__ = ()

    def holds(self, member: Item, value: float, slack: float) -> bool:
        """Whether all agree when ``member`` has that value, printed to twice ``slack``."""
        raise NotImplementedError

    def window(self, member: Item, slack: float) -> tuple[float, float]:
        """Bounds outside of which no value of ``member`` can make it hold: rough, so that most slips need no sum."""
        return -inf, inf


def printed_digits(sheet: Sheet, item: Item) -> tuple[str, Decimal]:
    """The printed digits of a figure and the factor of its 万 or 亿; ``('', 1)`` where it is no plain Arabic number."""
    text = sheet.view[item.start : item.number_end].translate(_NOISE)
    found = _DIGITS.match(text)
    if found is None or item.value == 0:
        return "", Decimal(1)
    scale = sheet.scale(item)[1]
    return (found.group(), scale) if Decimal(found.group()) * scale == item.figure.value else ("", Decimal(1))


def reconcile(
    sheet: Sheet, members: list[Item], arithmetic: Arithmetic, confirmed: set[int], limit: int = 3
) -> list[str]:
    """Single changes of one number that make the arithmetic hold, unconfirmed members first."""
    found: list[tuple[int, int, str]] = []
    for order, item in enumerate(members):
        digits, factor = printed_digits(sheet, item)
        if not digits or len(digits) > 14:
            continue
        # The factor is a power of ten; written as one, it makes the nearest float of the exact value.
        scale, own_slack = float(factor), sheet.slack(item)
        power, unit = f"e{len(str(factor)) - 1}", scale * 0.5
        whole = factor == 1 and item.unit in WHOLE_UNITS
        low, high = arithmetic.window(item, own_slack)
        for rank, what, said in slips(digits, *widened(low / scale, high / scale)):
            point = said.find(".")
            if point >= 0 and whole:
                continue
            slack = unit / 10 ** (len(said) - point - 1 if point >= 0 else 0)
            if not what.startswith(POINT):
                slack = min(slack, own_slack)  # a dropped digit must not win by being less precise
            if arithmetic.holds(item, float(said + power), slack):
                value = Decimal(said) * factor
                weight = (100 if item.index in confirmed else 0) + (0 if rank < 2 * len(digits) else 10) + order
                shown = show_value(item.figure, value)
                found.append((weight, rank, f"{sheet.printed(item)}若为{shown}则相符({what})"))
                if rank < 2 * len(digits):
                    break
    found.sort(key=lambda entry: entry[:2])
    return [text for _, _, text in found[:limit]]


def widened(low: float, high: float) -> tuple[float, float]:
    """A window with room for the roundings of floats."""
    return low - 1e-6 * abs(low) - 1e-9, high + 1e-6 * abs(high) + 1e-9


def show_value(figure: Figure, value: Decimal) -> str:
    """A value printed the way the figure is (万元 stays 万元)."""
    if figure.unit == "元" and "亿" in figure.quote:
        return f"{decimal_text(value / 10**8)}亿元"
    if "万" in figure.quote:
        return f"{decimal_text(value / 10**4)}万{figure.unit}"
    return amount_text(value, figure.unit)


def rounded(value: float, digits: int = 2) -> str:
    """A computed value for evidence."""
    return f"{value:.{digits}f}"


def contradict(
    sheet: Sheet,
    code: str,
    message: str,
    message_en: str,
    evidence: str,
    members: list[Item],
    arithmetic: Arithmetic,
    flagged: list[Item] | None = None,
) -> None:
    """Flag all members (or those ``flagged``) of an arithmetic that does not hold, name those that other arithmetic
    confirms, and list the single changes that would reconcile it. Confirmed ones are flagged only where all are."""
    confirmed = {item.index for item in members if item.confirmed}
    changes = reconcile(sheet, members, arithmetic, confirmed)
    ordered = sorted(members, key=lambda item: item.index)
    ids = tuple(item.figure.id for item in ordered)
    sure = tuple(item.figure.id for item in ordered if item.index in confirmed)
    chosen = flagged or ordered
    suspects = [item for item in chosen if item.index not in confirmed] or chosen
    for item in suspects:
        item.flag(make_flag(code, message, message_en, evidence, members=ids, confirmed=sure, rivals=tuple(changes)))
