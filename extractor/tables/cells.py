"""Several candidates for one cell: which agree, which one is kept, and when none is.

A cell is one place, one panel row, one indicator and one status (actual, target, rule). Candidates are mentions of
that quantity, in one report or in several. The rules are written down for users in docs/tables.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.([0-9]+))?")


class Mention(Protocol):
    """What is asked of a candidate: an observation, or a row of one."""

    @property
    def value(self) -> Decimal: ...
    @property
    def value_max(self) -> Decimal | None: ...
    @property
    def modifier(self) -> str: ...
    @property
    def repaired(self) -> bool: ...
    @property
    def confirmed(self) -> object: ...
    @property
    def quote(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the candidates of one cell: ``uses`` in their order, ``kept`` the one whose value counts."""

    uses: tuple[str, ...]
    support: int
    kept: int | None


#: Most cells have one candidate.
_ALONE = Verdict(("kept",), 1, 0)


def settle(candidates: Sequence[Mention]) -> Verdict:
    """Full agreement keeps the most exact candidate and counts the others as its support; anything else is a conflict.

    >>> settle([])
    Verdict(uses=(), support=0, kept=None)
    """
    if not candidates:
        return Verdict((), 0, None)
    if len(candidates) == 1:
        return _ALONE
    ranges = [_bounds(candidate) for candidate in candidates]
    best = min(range(len(candidates)), key=lambda at: (_rank(candidates[at]), _width(ranges[at]), at))
    if all(_agree(ranges[best], other) for other in ranges):
        uses = tuple("kept" if at == best else "support" for at in range(len(candidates)))
        return Verdict(uses, len(candidates), best)
    return Verdict(("conflict",) * len(candidates), 0, None)


def _rank(candidate: Mention) -> tuple[bool, bool, bool]:
    """Printed before repaired, a plain value before a bounded one, confirmed by arithmetic before not."""
    return (candidate.repaired, candidate.modifier != "none", not candidate.confirmed)


#: What a mention says: its value, and the interval in which the true value lies. None is an open end.
_Bounds = tuple[Decimal, Decimal | None, Decimal | None]


def _bounds(candidate: Mention) -> _Bounds:
    value = candidate.value
    if candidate.value_max is not None:
        return value, value, candidate.value_max
    if candidate.modifier == "at_least":
        return value, value, None
    if candidate.modifier == "at_most":
        return value, None, value
    step = resolution(candidate.quote, value)
    if candidate.modifier == "approx":  # 36万余 is 36 to 37万, 约36万 35.5 to 36.5万: either is taken
        return value, value - step, value + step
    return value, value - step / 2, value + step / 2


def _width(bounds: _Bounds) -> Decimal:
    _, low, high = bounds
    return Decimal("Infinity") if low is None or high is None else high - low


def _agree(kept: _Bounds, other: _Bounds) -> bool:
    """The same value, or the kept value lies where the other mention says."""
    value, low, high = other
    return kept[0] == value or ((low is None or low <= kept[0]) and (high is None or kept[0] <= high))


def resolution(quote: str, value: Decimal) -> Decimal:
    """The unit of the last printed digit, in the unit of ``value``; 0 where the print shows every digit or none.

    3.56亿元 was rounded to 0.01亿; 35612户 was not rounded, because a count has no digits after the point.

    >>> resolution("3.56亿元", Decimal("356000000"))
    Decimal('1000000')
    >>> resolution("35612户", Decimal(35612))
    Decimal('0')
    """
    match = _NUMBER.search(unicodedata.normalize("NFKC", quote))
    if match is None:
        return Decimal(0)
    printed = Decimal(match.group().replace(",", ""))
    if not printed or not value:
        return Decimal(0)
    decimals = len(match.group(1) or "")
    factor = abs(value) / printed
    if factor == 1 and not decimals:
        return Decimal(0)
    return factor.scaleb(-decimals)
