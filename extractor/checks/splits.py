"""All ways to cut a glued number into two: the first a whole number, the second keeps decimals and 万/亿."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_NUMBER: Final = re.compile(r"(\d+)(\.\d+)?(万亿|亿|千万|百万|万|千|百)?\Z")
#: Zeros that a magnitude stands for.
_ZEROS: Final = {"万亿": 12, "亿": 8, "千万": 7, "百万": 6, "万": 4, "千": 3, "百": 2}
#: Longer digit runs are no two numbers of a report.
MAX_DIGITS: Final = 20


class Split:
    """One cut of a printed number: ``'312874'`` -> first 312, second 874.

    Most cuts are looked at and dropped, so that the exact values are made where they are asked for.
    """

    __slots__ = ("_number", "_zeros", "first_text", "half", "one", "second_text", "two")

    def __init__(self, first_text: str, number: str, scale: str = "", half: float = 0.5) -> None:
        zeros = _ZEROS.get(scale, 0)
        self.first_text = first_text
        self.second_text = number + scale
        #: Half a unit of the second number's last digit.
        self.half = half
        #: Both as floats.
        self.one = float(first_text)
        self.two = float(f"{number}e{zeros}")
        self._number = number
        self._zeros = zeros

    @property
    def first(self) -> Decimal:
        """The first number."""
        return Decimal(self.first_text)

    @property
    def second(self) -> Decimal:
        """The second number, its magnitude (万, 亿) written out."""
        return Decimal(self._number) * Decimal(10**self._zeros)


def digits_of(text: str) -> int:
    """Number of digits before the point, 0 where the text is no plain number."""
    found = _NUMBER.match(text)
    return len(found.group(1)) if found else 0


def splits(text: str) -> tuple[list[Split], list[str]]:
    """The possible cuts of a plain printed number, and the readings that a leading zero excludes.

    >>> [(split.first_text, split.second_text) for split in splits("98024.5万")[0]]
    [('9', '8024.5万'), ('980', '24.5万'), ('9802', '4.5万')]
    """
    found = _NUMBER.match(text)
    if found is None or not 2 <= len(found.group(1)) <= MAX_DIGITS or text[0] == "0":
        return [], []
    whole, fraction, scale = found.group(1), found.group(2) or "", found.group(3) or ""
    half = float(10 ** _ZEROS.get(scale, 0)) * 0.5 / 10 ** max(0, len(fraction) - 1)
    good, excluded = [], []
    for cut in range(1, len(whole)):
        head, tail = whole[:cut], whole[cut:]
        if tail[0] == "0" and not (len(tail) == 1 and fraction):
            excluded.append(f"{head}|{tail}{fraction}{scale}: 数字不以0开头")
            continue
        good.append(Split(head, tail + fraction, scale, half))
    return good, excluded
