"""``parse_number``: one text that should be one number, read strictly; a :class:`Number` or the reason why not."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from ..reading.fold import fold
from . import bounds
from .names import Names
from .numerals import CHINESE, Malformed, Number
from .quantity import read_bare
from .scan import Mention, scan
from .units import Units

__all__ = ["read_number"]

_SPACE: Final = re.compile(r"\s+")
_NUMERAL: Final = re.compile(rf"[0-9{CHINESE}]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]{1,12}\Z")
_MOVES: Final = re.compile(r"(?:翻了?|达到?|共计?|计|为|有|增长|下降|提高|增加|减少)+\Z")
_REASONS: Final = {
    "date": "this is a date, not a quantity",
    "ordinal": "this is an ordinal, not a quantity",
    "marker": "this is a list marker, not a quantity",
    "name": "this is a name, not a quantity",
    "identifier": "this is an identifier, not a quantity",
}
#: Longest text that is looked at; a number with its unit is far below it.
MAX_LENGTH: Final = 200


def read_number(text: str, units: Units, names: Names) -> Number | Malformed:
    """The number that ``text`` is, with an optional unit and modifier, or why it is none. Never raises, never guesses.

    Spaces and line ends inside are dropped, all spellings of :mod:`extractor.reading.fold` are read. ``value_max`` is
    the upper end of a range; ``approximate`` is set for 约, 余, 近百, 几十 and fractions.
    """
    if len(text) > MAX_LENGTH:
        return Malformed("the text is too long for one number")
    view = _SPACE.sub("", fold(text))
    if not view:
        return Malformed("the text is empty")
    if not _NUMERAL.search(view):
        return Malformed("there is no numeral in it")
    mentions = scan(view, units, names)
    if len(mentions) == 1 and (mentions[0].kind != "name" or mentions[0].rule == "article"):
        return _one(view, mentions[0], units)
    bare = _bare(view, units)
    if bare is not None:
        return bare
    for mention in mentions:
        if mention.kind == "malformed":
            return Malformed(mention.rule)
    if len(mentions) > 1:
        return Malformed("there is more than one number in it")
    if mentions:
        return Malformed(_REASONS[mentions[0].kind])
    return Malformed("it does not follow the grammar of numerals")


def _one(view: str, mention: Mention, units: Units) -> Number | Malformed:
    if mention.kind == "malformed":
        return Malformed(mention.rule)
    if mention.kind in ("figure", "bare") and mention.value is not None:
        bare = None if mention.unit else _bare(view, units)
        if bare is not None:
            return bare
        measured = mention.rule.startswith("unit from the noun") and _HAN.match(view, mention.end) is not None
        if not _only_modifiers(view, mention.start, len(view) if measured else mention.end):
            return Malformed(f"'{view[: mention.start] + view[mention.end :]}' beside the number is not understood")
        approximate = mention.modifier == "approx" or mention.rule == "fraction"
        return Number(mention.value, mention.value_max, approximate, mention.unit, mention.modifier)
    if mention.kind not in ("marker", "name"):
        return Malformed(_REASONS[mention.kind])
    bare = _bare(view, units)
    return bare if bare is not None else Malformed(_REASONS[mention.kind])


def _only_modifiers(view: str, start: int, end: int) -> bool:
    head = _MOVES.sub("", view[:start].removeprefix("+"))
    return bounds.is_leading(head) and bounds.is_trailing(view[end:])


def _bare(view: str, units: Units) -> Number | None:
    """A number or range without a unit that is the whole text but for modifiers: 十八至三十万, 近百, 36万余."""
    found = _NUMERAL.search(view) if view[:1] not in ("数", "几") else re.match(r"[数几](?=[十百千万亿])", view)
    if found is None:
        return None
    start = found.start()
    if start and view[start - 1] in "数几" and view[start] in "十百千万亿":
        start -= 1
    quantity = read_bare(view, start, units)
    if quantity is None:
        return None
    value, head = quantity.value, view[: quantity.start]
    if head[-1:] in ("-", "负"):
        value, head = -value, head[:-1]
    end = quantity.end
    if not (bounds.is_leading(head) or head in ("上", "成", "达")) or not bounds.is_trailing(view[end:]):
        return None
    bound = bounds.before(view, quantity.start) if head else bounds.after(view, end, duration=False)
    high: Decimal | None = quantity.value_max
    approximate = quantity.approx or bound == "approx"
    modifier = (
        "range" if quantity.rule == "range" else bound if bound != "none" else "approx" if approximate else "none"
    )
    return Number(value, high, approximate, quantity.unit, modifier)
