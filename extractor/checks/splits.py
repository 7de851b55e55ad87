"""All ways to cut a glued number into two: the first a whole number, the second keeps decimals and 万/亿."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = re.compile(r"(\d+)(\.\d+)?(万亿|亿|千万|百万|万|千|百)?\Z")
_SCALE = {
    "万亿": Decimal(10**12),
    "亿": Decimal(10**8),
    "千万": Decimal(10**7),
    "百万": Decimal(10**6),
    "万": Decimal(10**4),
    "千": Decimal(1000),
    "百": Decimal(100),
    None: Decimal(1),
}
#: Longer digit runs are no two numbers of a report.
MAX_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Split:
    """One cut of a printed number: ``'312874'`` -> first 312, second 874."""

    first: Decimal
    second: Decimal
    first_text: str
    second_text: str
    half: float
    """Half a unit of the second number's last digit."""


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
    whole, fraction, scale = found.group(1), found.group(2) or "", found.group(3)
    factor = _SCALE[scale]
    half = float(factor) * 0.5 / 10 ** max(0, len(fraction) - 1)
    good, excluded = [], []
    for cut in range(1, len(whole)):
        head, tail = whole[:cut], whole[cut:]
        if tail[0] == "0" and not (len(tail) == 1 and fraction):
            excluded.append(f"{head}|{tail}{fraction}{scale or ''}: 数字不以0开头")
            continue
        good.append(
            Split(Decimal(head), Decimal(tail + fraction) * factor, head, f"{tail}{fraction}{scale or ''}", half)
        )
    return good, excluded
