"""Corrections, checked before they are stored: every field has one spelling, and none can break a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from extractor.errors import ExtractorError, PatternError
from extractor.model import Direction, Modifier, Role, Status
from extractor.patternfiles import suggestion
from extractor.tables import periods
from extractor.tables.records import plain
from extractor.tables.schema import PRECISION, SCALE

if TYPE_CHECKING:
    from extractor.library import Library

#: Fields of a figure that a person may correct, in the order of a form.
EDITABLE = (
    "value", "value_max", "unit", "modifier", "role", "status", "direction", "subject", "indicator", "period", "region",
    "region_code",
)
#: Words that a field may hold; '' where it may be empty.
CHOICES: dict[str, tuple[str, ...]] = {
    "modifier": get_args(Modifier),
    "role": get_args(Role),
    "status": get_args(Status),
    "direction": ("", *get_args(Direction)),
}
#: Fields of one of several quantities in one span.
READING = ("value", "unit", "subject", "indicator")

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,20})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,20})?")
_LENGTH = {"subject": 500, "region": 200, "unit": 40, "quote": 2000}
_READINGS = 8


class Invalid(ExtractorError):
    """A correction that cannot be stored: ``where`` is the field."""

    code = "correction"


def clean(fields: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The corrections in their one spelling. Raises :class:`Invalid` for the first field that is wrong.

    ``None`` and '' empty a field that may be empty. ``readings`` (a list of value, unit, subject, indicator) stands
    for a span that holds several quantities; ``quote`` names the missed figure of a sentence.
    """
    found: dict[str, Any] = {}
    for name, given in fields.items():
        if name == "readings":
            found[name] = _readings(given, library)
        elif name == "quote":
            found[name] = _text(name, given) or _missing(name)
        elif name in EDITABLE:
            found[name] = clean_field(name, given, library)
        else:
            raise Invalid("no such field", where=str(name)[:40], hint=f"fields are {', '.join(EDITABLE)}")
    _together(found)
    return found


def clean_field(name: str, given: Any, library: Library) -> str | None:
    """One field in its one spelling; None where it is emptied. Raises :class:`Invalid`."""
    text = _text(name, given)
    if name in ("value", "value_max"):
        return number(name, text) if text or name == "value" else None
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise Invalid(f"'{text[:40]}' is not one of {', '.join(filter(None, CHOICES[name]))}", where=name)
        return text or None
    if name == "unit":
        return _unit(text, library)
    if name == "indicator":
        return _indicator(text, library)
    if name == "period" and text and periods.parse(text) is None:
        raise Invalid(f"'{text[:40]}' is no period", where=name,
                      hint="write 2023, 2023-06, 2023-06-30, 2023-01/2023-06 or 2022/2024")
    if name == "region_code" and text and not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", text):
        raise Invalid(f"'{text[:40]}' is no code of GB/T 2260", where=name, hint="write the 6 digits")
    return text or None


def number(name: str, text: str) -> str:
    """A decimal number as plain digits; commas between thousands are allowed, exponents and signs of 万 are not.

    >>> number("value", "12,345.60")
    '12345.6'
    """
    if not (_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise Invalid(f"'{text[:40]}' is no number" if text else "is missing", where=name,
                      hint="write digits, 万 and 亿 expanded: 3.56亿 is 356000000")
    value = Decimal(text.replace(",", ""))
    if abs(value) >= Decimal(10) ** (PRECISION - SCALE):
        raise Invalid(f"has more than {PRECISION - SCALE} digits before the point", where=name)
    return plain(value)


def _text(name: str, given: Any) -> str:
    if given is None:
        return ""
    if not isinstance(given, str | int | Decimal) or isinstance(given, bool):
        raise Invalid("is no text", where=name)
    text = unicodedata.normalize("NFC", str(given)).strip()
    limit = _LENGTH.get(name, 100)
    if len(text) > limit:
        raise Invalid(f"is longer than {limit} characters", where=name)
    if name != "quote" and any(unicodedata.category(sign).startswith("C") for sign in text):
        raise Invalid("holds control characters", where=name)
    return text


def _missing(name: str) -> str:
    raise Invalid("is missing", where=name)


def _unit(text: str, library: Library) -> str:
    """A unit of the library, an alias under its one name, or a rate of them (元/人/月). '' is a bare number."""
    if not text:
        return ""
    names = []
    for part in text.split("/"):
        found = library.units.match(part, 0) or library.units.base(part, 0)
        if found is None or found[0] != len(part):
            raise Invalid(f"'{part[:20]}' is no unit of the library", where="unit",
                          hint=suggestion(part, library.units.by_name) or "see patterns/units.yaml")
        names.append(found[1])
    return "/".join(names)


def _indicator(text: str, library: Library) -> str | None:
    if not text:
        return None
    try:
        return library.indicator(text).id
    except (PatternError, KeyError) as error:
        raise Invalid(f"'{text[:60]}' is no indicator of the library", where="indicator",
                      hint=getattr(error, "hint", "") or "see: extractor patterns list") from None


def _readings(given: Any, library: Library) -> list[dict[str, str | None]]:
    right = isinstance(given, list) and all(isinstance(reading, Mapping) for reading in given)
    if not right or not 1 <= len(given) <= _READINGS:
        raise Invalid(f"must be a list of 1 to {_READINGS} quantities", where="readings")
    found = []
    for reading in given:
        unknown = [name for name in reading if name not in READING]
        if unknown:
            raise Invalid("no such field in a reading", where=str(unknown[0])[:40], hint=", ".join(READING))
        found.append({name: clean_field(name, reading.get(name), library) for name in READING})
    return found


def _together(found: dict[str, Any]) -> None:
    """What the fields say together."""
    if "readings" in found and any(name in found for name in READING):
        raise Invalid("stands beside a single reading", where="readings", hint="give one or the other")
    upper, lower = found.get("value_max"), found.get("value")
    if upper and lower and Decimal(upper) < Decimal(lower):
        raise Invalid("is below the lower end", where="value_max", hint="a range has its lower end in value")
