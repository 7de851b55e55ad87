"""The single slips of a writer or a page that turn what a number said into what is printed."""

from __future__ import annotations

from decimal import Decimal
from math import inf
from typing import Final

from .work import decimal_text

#: Kinds of slips whose names callers ask for.
TRANSPOSED: Final = "两位数字颠倒"
EXCHANGED: Final = "两位数字互换"
POINT: Final = "小数点错位"
ONE_DIGIT: Final = "一位之差"

#: Beyond every printed number: so that a window has two finite ends.
_LARGEST: Final = 1e30


def slips(text: str, low: float = -inf, high: float = inf) -> list[tuple[int, str, str]]:
    """The single slips as (rank, what happened, what it said), most likely kind first.

    A number of five digits has some seventy of them, and a check seldom wants one: only those whose value lies between
    ``low`` and ``high`` are written out. The moves of the decimal point are always given, as they change the precision
    with the value. The rank counts them all.

    >>> [said for _, what, said in slips("42.8") if what == TRANSPOSED]
    ['24.8', '48.2']
    >>> [said for _, what, said in slips("42.8", 24, 25)]
    ['24.8', '428', '4.28']
    """
    low, high = max(low, -1.0), min(high, _LARGEST)
    value = float(text)
    point = text.find(".")
    places = [index for index in range(len(text)) if index != point]
    before = point if point >= 0 else len(text)  # digits before the point
    leading = point != 1  # a zero in front is no number, unless the point follows it
    digits = [int(text[index]) for index in places]
    weights = [10.0 ** (before - 1 - number) for number in range(len(places))]
    found: list[tuple[int, str, str]] = []
    rank = _exchanges(text, places, digits, weights, value, low, high, leading, found)
    seen: list[str] = []
    exact = Decimal(text)
    for what, said in ((POINT + "(×10)", decimal_text(exact * 10)), (POINT + "(÷10)", decimal_text(exact / 10))):
        if said not in seen and _may_stand(said) and not _exchanged(text, said):
            seen.append(said)
            found.append((rank, what, said))
            rank += 1
    for doubled in (False, True):
        for index in places:
            said = text[:index] + (text[index] + text[index:] if doubled else text[index + 1 :])
            if said and said[0] != "." and said[-1] != "." and said not in seen and _may_stand(said):
                seen.append(said)
                if low <= float(said) <= high:
                    sign = text[index]
                    found.append((rank, f"漏印一个重复的{sign}" if doubled else f"多印一个{sign}", said))
                rank += 1
    _misread(text, places, digits, weights, value, low, high, leading, rank, found)
    return found


def _may_stand(said: str) -> bool:
    """Whether a number has no leading zero."""
    return said[0] != "0" or said[1:2] == "."


def _exchanged(text: str, said: str) -> bool:
    """Whether exchanging two digits gives the same as moving the point did (4.0 and 0.4), or nothing has changed."""
    if len(text) != len(said):
        return False
    differing = [index for index in range(len(text)) if text[index] != said[index]]
    if len(differing) != 2:
        return not differing
    first, second = differing
    return text[first] == said[second] and text[second] == said[first] and "." not in (text[first], said[first])


def _exchanges(
    text: str,
    places: list[int],
    digits: list[int],
    weights: list[float],
    value: float,
    low: float,
    high: float,
    leading: bool,
    found: list[tuple[int, str, str]],
) -> int:
    """Two digits exchanged, neighbours first; the number of all."""
    rank = 0
    size = len(places)
    for neighbours in (True, False):
        for first in range(size - 1):
            for second in range(first + 1, first + 2) if neighbours else range(first + 2, size):
                change = digits[second] - digits[first]
                if change == 0 or (leading and digits[second if first == 0 else 0] == 0):
                    continue  # the same number, or one with a leading zero
                if low <= value + change * (weights[first] - weights[second]) <= high:
                    a, b = places[first], places[second]
                    said = text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
                    found.append((rank, TRANSPOSED if neighbours else EXCHANGED, said))
                rank += 1
    return rank


def _misread(
    text: str,
    places: list[int],
    digits: list[int],
    weights: list[float],
    value: float,
    low: float,
    high: float,
    leading: bool,
    rank: int,
    found: list[tuple[int, str, str]],
) -> None:
    """One digit taken for another."""
    for number, index in enumerate(places):
        if leading and number and digits[0] == 0:
            break
        own, weight = digits[number], weights[number]
        least = 1 if leading and number == 0 else 0
        rest = value - own * weight
        for digit in range(max(least, int((low - rest) / weight)), min(9, int((high - rest) / weight) + 1) + 1):
            if digit != own and low <= rest + digit * weight <= high:
                said = text[:index] + str(digit) + text[index + 1 :]
                below = digit - least - (1 if least <= own < digit else 0)
                found.append((rank + below, f"{text[index]}误作{digit}的{ONE_DIGIT}", said))
        rank += 10 - least - (1 if own >= least else 0)
