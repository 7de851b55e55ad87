"""Figures that an indicator claims, as comparable values: indicator's unit, sign, place identity, period.

What cannot be compared is not dropped: it is set aside with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from extractor.model import Extraction, Figure, Observation
from extractor.records import maker
from extractor.tables import periods
from extractor.tables.places import Identity, identify
from extractor.tables.records import Row, is_blocked, joined, plain
from extractor.tables.schema import PRECISION, SCALE

if TYPE_CHECKING:
    from extractor.library import Indicator, Library

_made = maker(Observation)
_LARGEST = Decimal(10) ** (PRECISION - SCALE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a figure says about one indicator: as printed, or as repaired."""

    indicator: str
    value: Decimal
    value_max: Decimal | None
    unit: str
    subject: str
    repaired: bool = False
    rule: str = ""


_reading = maker(_Reading)


def observe(extraction: Extraction, library: Library) -> tuple[list[Observation], list[Row]]:
    """The observations of one document, and the rows of ``set_aside`` for what an indicator claims but is none."""
    observations: list[Observation] = []
    aside: list[Row] = []
    for figure in extraction.figures:
        if figure.indicator is None and not figure.repair:
            continue
        for reading in _readings(figure):
            result = _observation(figure, reading, library)
            if isinstance(result, Observation):
                observations.append(result)
            else:
                aside.append(_aside_row(figure, reading, *result))
    return observations, aside


def _readings(figure: Figure) -> Iterator[_Reading]:
    for repair in figure.repair:
        if repair.indicator is not None:
            yield _reading(repair.indicator, repair.value, None, repair.unit, repair.subject, True, repair.rule)
    if figure.indicator is not None and not figure.repair:
        yield _reading(figure.indicator, figure.value, figure.value_max, figure.unit, figure.subject)


def _observation(figure: Figure, reading: _Reading, library: Library) -> Observation | tuple[str, str]:
    """The observation, or the code and the detail of what stands in its way."""
    if is_blocked(figure) and not reading.repaired:
        return "blocked", joined(flag.code for flag in figure.flags if flag.blocking)
    indicator = library.indicator(reading.indicator)
    if figure.period is None:
        return "no_period", "neither the sentence nor the document says when"
    period = periods.parse(figure.period)
    if period is None:
        return "no_period", f"'{figure.period}' is no period"
    place = identify(figure.region, figure.region_code, period.year)
    if place is None:
        return "no_place", "neither the text nor --place says where"
    value = _in_unit(reading.value, reading.unit, indicator, library)
    upper = None if reading.value_max is None else _in_unit(reading.value_max, reading.unit, indicator, library)
    if value is None or (upper is None) != (reading.value_max is None):
        return "unit", f"{reading.unit or 'no unit'} does not convert to {indicator.unit}"
    value, upper = _signed(figure, indicator, value, upper)
    value, upper = _rounded(value), None if upper is None else _rounded(upper)
    if not _fits(value) or (upper is not None and not _fits(upper)):
        return "too_long", f"more than {PRECISION - SCALE} digits before the point"
    return _record(figure, reading, indicator, place, period, value, upper)


def _in_unit(value: Decimal, unit: str, indicator: Indicator, library: Library) -> Decimal | None:
    """``value`` in the indicator's unit; None where it measures something else.

    A unit that the entry accepts beside its own (条 for 个, 元 for 元/人 where the per part is not printed) counts as
    its own.
    """
    own = indicator.unit
    if unit == own:
        return value
    accepted = dict.fromkeys([own, *(name for claim in indicator.claims for name in claim.units)])
    if "/" in own:  # 元/年 is to be compared with 元/月, not to be taken as it is, where the entry accepts both
        period = own.rpartition("/")[2]
        accepted = dict.fromkeys([*(name for name in accepted if name.endswith("/" + period)), *accepted])
    return next((found for to in accepted if (found := library.units.convert(value, unit, to)) is not None), None)


def _record(
    figure: Figure,
    reading: _Reading,
    indicator: Indicator,
    place: Identity,
    period: periods.Period,
    value: Decimal,
    value_max: Decimal | None,
) -> Observation:
    return _made(
        figure.doc,
        figure.id,
        place.id,
        place.name,
        place.code,
        place.level,
        figure.period or "",
        period.kind,
        indicator.id,
        value,
        value_max,
        indicator.unit,
        figure.modifier,
        figure.status,
        reading.repaired,
        reading.rule,
        tuple(dict.fromkeys([flag.code for flag in figure.flags])),
        figure.confirmed,
        reading.subject,
        figure.quote,
    )


def _signed(
    figure: Figure, indicator: Indicator, value: Decimal, upper: Decimal | None
) -> tuple[Decimal, Decimal | None]:
    """A rate of change that goes down is negative. A level is what it is: 失业率降到5.2% is 5.2, 减贫2万人 is 20000."""
    if figure.direction != "down" or not (indicator.kind == "growth" or figure.role == "growth"):
        return value, upper
    return (-value, None) if upper is None else (-upper, -value)


def _fits(value: Decimal) -> bool:
    return abs(value) < _LARGEST


def _rounded(value: Decimal) -> Decimal:
    """At most SCALE decimals. Only fractions such as 三分之二 have more; they are approximate from the start."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -SCALE:
        return value
    with localcontext() as context:
        context.prec = PRECISION + SCALE
        return value.quantize(Decimal(1).scaleb(-SCALE))


def _aside_row(figure: Figure, reading: _Reading, reason: str, detail: str) -> Row:
    return (
        figure.doc,
        figure.id,
        reading.indicator,
        reason,
        detail,
        plain(reading.value),
        reading.unit,
        reading.subject,
        figure.quote,
    )
