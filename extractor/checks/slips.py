"""The single slips of a writer or a page that turn what a number said into what is printed."""

from __future__ import annotations

from math import inf
from typing import Final

#: Kinds of slips that callers ask for.
TRANSPOSED: Final = "两位数字颠倒"
EXCHANGED: Final = "两位数字互换"
POINT: Final = "小数点错位"
ONE_DIGIT: Final = "一位之差"

#: Beyond every printed number: so that a window has two finite ends.
_LARGEST: Final = 1e30


def slips(text: str, low: float = -inf, high: float = inf) -> list[tuple[int, str, str]]:
    """The single slips behind a plain printed number as (rank, what happened, what it said), most likely kind first.

    A number of five digits has some seventy, and a check seldom wants one: only those whose value lies between ``low``
    and ``high`` are given, and those that cannot are not even written out. The moves of the decimal point are always
    given, as they change the precision along with the value. The rank counts all slips.

    >>> [said for _, what, said in slips("42.8") if what == TRANSPOSED]
    ['24.8', '48.2']
    >>> slips("42.8", 24, 25)
    [(0, '两位数字颠倒', '24.8'), (3, '小数点错位(×10)', '428'), (4, '小数点错位(÷10)', '4.28')]
    """
    point = text.find(".")
    places = [index for index in range(len(text)) if index != point]
    digits = [int(text[index]) for index in places]
    leading = point != 1  # a zero in front is no number, unless the point follows it
    value, power = float(text), 10.0 ** (point if point >= 0 else len(text))
    low, high = max(low - 1e-9 * value, -1.0), min(high + 1e-9 * value, _LARGEST)  # what follows adds up floats
    found: list[tuple[int, str, str]] = []
    rank = _exchanges(text, places, digits, (value, power), (low, high), leading, found)
    moved = _point_moved(text, point)
    for what, said in moved:
        found.append((rank, what, said))
        rank += 1
    misread: list[tuple[int, str, str]] = []
    _misreadings(text, places, digits, (value, power), (low, high), leading, misread)
    # Without a digit before the point, or with one more, it has another size; a digit behind it changes little.
    decimals = point >= 0 and low <= value + 1 and high >= value - 1
    if misread or decimals or low < power / 10 or high >= power:
        for what, said in _more_or_less(text, places, moved):
            if low <= float(said) <= high:
                found.append((rank, what, said))
            rank += 1
        for order, what, said in misread:
            found.append((rank + order, what, said))
    return found


def _exchanges(
    text: str,
    places: list[int],
    digits: list[int],
    size: tuple[float, float],
    window: tuple[float, float],
    leading: bool,
    found: list[tuple[int, str, str]],
) -> int:
    """Two digits exchanged, neighbours first, and how many ways of it there are."""
    value, power = size
    low, high = window
    count = len(places)
    rank = 0
    for neighbours in (True, False):
        weight = power
        for first in range(count - 1):
            weight /= 10
            own = digits[first]
            if leading and first and digits[0] == 0:
                break
            second = first + 1 if neighbours else first + 2
            other = weight if neighbours else weight / 10
            while second < count:
                other /= 10
                change = digits[second] - own
                if change and (first or change + own or not leading):
                    if low <= value + change * (weight - other) <= high:
                        a, b = places[first], places[second]
                        said = text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
                        found.append((rank, TRANSPOSED if neighbours else EXCHANGED, said))
                    rank += 1
                if neighbours:
                    break
                second += 1
    return rank


def _misreadings(
    text: str,
    places: list[int],
    digits: list[int],
    size: tuple[float, float],
    window: tuple[float, float],
    leading: bool,
    found: list[tuple[int, str, str]],
) -> None:
    """One digit taken for another; the ranks count from 0."""
    value, weight = size
    low, high = window
    rank = 0
    for number, index in enumerate(places):
        if leading and number and digits[0] == 0:
            return
        weight /= 10
        own, least = digits[number], 1 if leading and number == 0 else 0
        rest = value - own * weight
        if low <= rest + 9 * weight and rest <= high:
            for digit in range(max(least, int((low - rest) / weight)), min(9, int((high - rest) / weight) + 1) + 1):
                if digit != own and low <= rest + digit * weight <= high:
                    said = text[:index] + str(digit) + text[index + 1 :]
                    below = digit - least - (1 if least <= own < digit else 0)
                    found.append((rank + below, f"{text[index]}误作{digit}的{ONE_DIGIT}", said))
        rank += 10 - least - (1 if own >= least else 0)


def _more_or_less(text: str, places: list[int], moved: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A digit printed too much, or one of two equal ones lost."""
    seen = [said for _, said in moved]
    found: list[tuple[str, str]] = []
    for index in places:
        said = text[:index] + text[index + 1 :]
        if said not in seen and _may_stand(said):
            seen.append(said)
            found.append((f"多印一个{text[index]}", said))
    for index in places:
        said = text[:index] + text[index] + text[index:]
        if said not in seen and _may_stand(said):
            seen.append(said)
            found.append((f"漏印一个重复的{text[index]}", said))
    return found


def _point_moved(text: str, point: int) -> list[tuple[str, str]]:
    """The number ten times as large and small, where exchanging two digits does not give the same (4.0 and 0.4)."""
    whole, fraction = (text[:point], text[point + 1 :]) if point >= 0 else (text, "")
    larger = _number(whole + (fraction[:1] or "0"), fraction[1:])
    smaller = _number(whole[:-1], whole[-1:] + fraction)
    found: list[tuple[str, str]] = []
    for what, said in ((POINT + "(×10)", larger), (POINT + "(÷10)", smaller)):
        if said != text and _may_stand(said) and not _exchanged(text, said) and not (found and found[0][1] == said):
            found.append((what, said))
    return found


def _number(whole: str, fraction: str) -> str:
    """Digits before and behind a point as a number: no zeros that say nothing."""
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _may_stand(said: str) -> bool:
    """Whether digits and point are a number as it is printed: no leading zero, digits on both sides of the point."""
    if said[:1] == "0":
        return said[1:2] == "." and said[-1] != "."
    return said != "" and said[0] != "." and said[-1] != "."


def _exchanged(text: str, said: str) -> bool:
    """Whether exchanging two digits of one number gives the other."""
    if len(text) != len(said):
        return False
    differing = [index for index in range(len(text)) if text[index] != said[index]]
    if len(differing) != 2:
        return False
    first, second = differing
    return text[first] == said[second] and text[second] == said[first] and "." not in (text[first], said[first])
