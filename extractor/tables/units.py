"""Conversion into the indicator's unit, with the factors of ``patterns/units.yaml``."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.numbers.units import Units, load_units

if TYPE_CHECKING:
    from extractor.library import Library


def converted(value: Decimal, unit: str, to: str, library: Library) -> Decimal | None:
    """``value`` in the unit ``to``; None where the two measure different things."""
    if unit == to:
        return value
    return _units(library.files("units.yaml")[-1]).convert(value, unit, to)


@lru_cache(maxsize=4)
def _units(path: Path) -> Units:
    return load_units(path)
