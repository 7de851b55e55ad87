"""Two numbers that are one value together: ratios (3:1) and fractions (1/3)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from .measure import Quantity
from .numerals import SPACES

__all__ = ["COMPARING", "read_ratio"]

#: What follows the first number.
COMPARING: Final = frozenset(":/") | SPACES
_RATIO: Final = re.compile(r"(\d+(?:\.\d+)?)\s?:\s?(\d+(?:\.\d+)?)((?:\s?:\s?\d+(?:\.\d+)?){0,6})(?![\d:.])")
_PART_OF: Final = re.compile(r"([1-9]\d?)/([1-9]\d?)(?![\d/.月日年])")


def read_ratio(view: str, start: int, after: str) -> Quantity | None:
    """The ratio or the fraction at the digit ``start``; ``after`` of COMPARING follows its first number."""
    if after == "/":
        part = _PART_OF.match(view, start)
        if part is None or not start or not "\u4e00" <= view[start - 1] <= "\u9fff" or int(part[1]) >= int(part[2]):
            return None
        stop = part.end()
        return Quantity(start, stop, stop, Decimal(part[1]) / Decimal(part[2]), None, "比例", True, "fraction")
    ratio = _RATIO.match(view, start)
    if ratio is None:
        return None
    below = Decimal(1) if ratio[3] else Decimal(ratio[2])  # 3:36:61 has no single value: its first part stands
    if not below:
        return None
    value = Decimal(ratio[1]) / below
    if value == value.to_integral_value():
        value = value.quantize(Decimal(1))
    return Quantity(start, ratio.end(), ratio.end(), value, None, "比例", False, "ratio")
