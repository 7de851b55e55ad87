"""Digits that cannot be read as one number: 3.5.6万元, 12O万元, 1,2345万元. They are said to be so, never guessed."""

from __future__ import annotations

import re
from typing import Final

from .mention import Kind
from .quantity import read_arabic
from .units import Units

__all__ = ["BREAKING", "read_broken"]

_DOTS: Final = re.compile(r"\d(?:[\d,]{0,40}\d)?(?:\.\d+){2,}")
_LETTER_O: Final = re.compile(r"\d*[OoIl]+\d*(?=[十百千万亿%元人户个亩吨])")
_MAGNITUDE: Final = re.compile(r"[十百千万亿]*")
_GROUPS: Final = re.compile(r"\d{1,3},\d{4,}(?=[十百千万亿%元人户个亩吨])")


#: What follows the first digits of a broken number.
BREAKING: Final = frozenset(".,OoIl")


def read_broken(view: str, start: int, follow: str, units: Units) -> tuple[int, Kind, str] | None:
    """The broken number at the digit ``start``: ``(end, kind, rule)``; ``follow`` of BREAKING comes after its first
    digits. Dotted digits without a unit identify."""
    dots = _DOTS.match(view, start) if follow == "." or follow == "," else None
    if dots is not None:
        unit = units.match(view, dots.end())
        if view[dots.end() : dots.end() + 1] in ("万", "亿") or unit is not None:
            quantity = read_arabic(view, view.rfind(".", start, dots.end()) + 1, units)
            return quantity.end if quantity else dots.end(), "malformed", "more than one decimal point"
        return dots.end(), "identifier", "dotted number"
    letter = _LETTER_O.match(view, start) if follow.isalpha() else None
    if letter is not None:
        tail = _MAGNITUDE.match(view, letter.end())
        stop = tail.end() if tail else letter.end()
        unit = units.match(view, stop)
        return unit[0] if unit else stop, "malformed", "a letter among the digits"
    groups = _GROUPS.match(view, start) if follow == "," else None
    if groups is not None:
        quantity = read_arabic(view, view.find(",", start) + 1, units)
        return quantity.end if quantity else groups.end(), "malformed", "thousands groups are broken"
    return None
