"""Rates printed without their base (风险消除率72.5%): the document's own counts decide what they are a rate of.

An entry that claims such a rate only tentatively names a ``rival``. Where the counts of the rival's ``part`` and
``whole`` reproduce the printed rate within its rounding, and those of the entry itself do not, the figure moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ..model import Figure
from .load import Library


def settle(figures: Sequence[Figure], library: Library) -> tuple[Figure, ...]:
    """The figures with tentative rates moved to their rival where the arithmetic says so. Pure.

    Call after repairs: the readings of repaired figures count as they were repaired.
    """
    settled = list(figures)
    for at, figure in enumerate(figures):
        if figure.indicator is None:
            continue
        rival = _rival(figure, figure.indicator, library)
        if rival is None:
            continue
        own = _reproduced(figure, library, figure.indicator, figures)
        other = _reproduced(figure, library, rival, figures)
        if other and not own:
            settled[at] = replace(figure, indicator=rival, why=(*figure.why, f"indicator.settled:{other}"))
    return tuple(settled)


def _rival(figure: Figure, indicator: str, library: Library) -> str | None:
    entry = library.indicators.get(indicator)
    if entry is None or not entry.rival:
        return None
    names = {rule.name for rule in entry.claims if rule.tentative}
    tentative = any(why.removeprefix("indicator.") in names for why in figure.why)
    return entry.rival if tentative else None


def _reproduced(figure: Figure, library: Library, indicator: str, figures: Sequence[Figure]) -> str:
    """The arithmetic (``129/228``) by which the counts of a share's part and whole give the printed rate, or ''."""
    entry = library.indicators[indicator]
    exponent = figure.value.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    for part in _values(figures, entry.part, figure.region):
        for whole in _values(figures, entry.whole, figure.region):
            if whole > 0 and abs(part * 100 / whole - figure.value) <= half:
                return f"{part}/{whole}"
    return ""


def _values(figures: Sequence[Figure], indicator: str, region: str | None) -> list[Decimal]:
    if not indicator:
        return []
    values = []
    for figure in figures:
        if figure.region != region:
            continue
        if figure.repair:
            values += [r.value for r in figure.repair if r.indicator == indicator]
        elif figure.indicator == indicator:
            values.append(figure.value)
    return values
