"""What the scan finds: one record for each numeric mention."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from .numerals import Bound

Kind = Literal["figure", "bare", "date", "ordinal", "marker", "name", "identifier", "malformed"]


class Mention:
    """A numeric mention. ``rule`` names the rule (the reason, for a malformed one).

    ``bare`` is a number with neither unit nor measured noun. ``date`` holds ``(first, last, flag)`` of
    :class:`extractor.numbers.dates.DateSpan`: ISO 8601 points as exact as printed, ``last`` None for a single one,
    and '', ``begin``, ``end``, ``before``, ``since``, ``after``, ``decade`` or ``century``.
    ``number_end`` is where number and magnitude end and the printed unit begins.
    """

    __slots__ = ("date", "end", "kind", "modifier", "number_end", "rule", "start", "unit", "value", "value_max")

    def __init__(
        self,
        start: int,
        end: int,
        number_end: int,
        kind: Kind,
        rule: str = "",
        value: Decimal | None = None,
        value_max: Decimal | None = None,
        unit: str = "",
        modifier: Bound = "none",
        date: tuple[str, str | None, str] | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.number_end = number_end
        self.kind: Kind = kind
        self.rule = rule
        self.value = value
        self.value_max = value_max
        self.unit = unit
        self.modifier: Bound = modifier
        self.date = date
