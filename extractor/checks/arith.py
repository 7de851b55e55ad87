"""Arithmetic with printed precision: half a unit of the last digit, and the slips that explain a mismatch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise

from ..model import Figure
from .catalogue import make_flag
from .work import WHOLE_UNITS, Item, Sheet, amount_text, decimal_text

#: Signs inside a printed number that are no digits.
_NOISE = str.maketrans("", "", " ,，\n\r\t　")
_DIGITS = re.compile(r"(\d+)(\.\d+)?")


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


def slips(text: str) -> Iterator[tuple[str, str]]:
    """The single slips of a writer or a page: (what happened, what it said), most likely kind first.

    >>> [said for what, said in slips("42.8") if what == "两位数字颠倒"]
    ['24.8', '48.2']
    """
    seen = {text}

    def new(candidate: str) -> bool:
        if candidate in seen or not _DIGITS.fullmatch(candidate) or (candidate[0] == "0" and candidate[1:2] != "."):
            return False
        seen.add(candidate)
        return True

    places = [index for index, sign in enumerate(text) if sign != "."]
    for a, b in pairwise(places):
        if text[a] != text[b]:
            said = text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
            if new(said):
                yield "两位数字颠倒", said
    for number, a in enumerate(places):
        for b in places[number + 2 :]:
            if text[a] != text[b]:
                said = text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
                if new(said):
                    yield "两位数字互换", said
    value = Decimal(text)
    for what, said in (("小数点错位(×10)", decimal_text(value * 10)), ("小数点错位(÷10)", decimal_text(value / 10))):
        if new(said):
            yield what, said
    for a in places:
        said = text[:a] + text[a + 1 :]
        if said and said[-1] != "." and new(said):
            yield f"多印一个{text[a]}", said
    for a in places:
        said = text[:a] + text[a] + text[a:]
        if new(said):
            yield f"漏印一个重复的{text[a]}", said
    for a in places:
        for digit in "0123456789":
            said = text[:a] + digit + text[a + 1 :]
            if new(said):
                yield f"{text[a]}误作{digit}的一位之差", said


def printed_digits(sheet: Sheet, item: Item) -> tuple[str, Decimal]:
    """The printed digits of a figure and the factor of its 万 or 亿; ``('', 1)`` where it is no plain Arabic number."""
    text = sheet.view[item.start : item.number_end].translate(_NOISE)
    found = _DIGITS.match(text)
    if found is None or item.value == 0:
        return "", Decimal(1)
    scale = sheet.scale(item)[1]
    return (found.group(), scale) if Decimal(found.group()) * scale == item.figure.value else ("", Decimal(1))


def reconcile(
    sheet: Sheet, members: list[Item], holds: Callable[[Item, float, float], bool], confirmed: set[int], limit: int = 3
) -> list[str]:
    """Single changes of one number that make the arithmetic hold, unconfirmed members first.

    ``holds(member, value, slack)`` says whether the check holds when that member had that value.
    """
    found: list[tuple[int, int, str]] = []
    for order, item in enumerate(members):
        digits, factor = printed_digits(sheet, item)
        if not digits or len(digits) > 14:
            continue
        # The factor is a power of ten; written as one, it makes the nearest float of the exact value.
        power, unit, own_slack = f"e{len(str(factor)) - 1}", float(factor) * 0.5, sheet.slack(item)
        whole = factor == 1 and item.unit in WHOLE_UNITS
        for rank, (what, said) in enumerate(slips(digits)):
            point = said.find(".")
            if point >= 0 and whole:
                continue
            slack = unit / 10 ** (len(said) - point - 1 if point >= 0 else 0)
            if "小数点" not in what:
                slack = min(slack, own_slack)  # a dropped digit must not win by being less precise
            if holds(item, float(said + power), slack):
                value = Decimal(said) * factor
                weight = (100 if item.index in confirmed else 0) + (0 if rank < 2 * len(digits) else 10) + order
                shown = show_value(item.figure, value)
                found.append((weight, rank, f"{sheet.printed(item)}若为{shown}则相符({what})"))
                if rank < 2 * len(digits):
                    break
    found.sort(key=lambda entry: entry[:2])
    return [text for _, _, text in found[:limit]]


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
    holds: Callable[[Item, float, float], bool],
    flagged: list[Item] | None = None,
) -> None:
    """Flag all members (or those ``flagged``) of an arithmetic that does not hold, name those that other arithmetic
    confirms, and list the single changes that would reconcile it. Confirmed ones are flagged only where all are."""
    confirmed = {item.index for item in members if item.confirmed}
    changes = reconcile(sheet, members, holds, confirmed)
    ordered = sorted(members, key=lambda item: item.index)
    ids = tuple(item.figure.id for item in ordered)
    sure = tuple(item.figure.id for item in ordered if item.index in confirmed)
    chosen = flagged or ordered
    suspects = [item for item in chosen if item.index not in confirmed] or chosen
    for item in suspects:
        item.flag(make_flag(code, message, message_en, evidence, members=ids, confirmed=sure, rivals=tuple(changes)))
