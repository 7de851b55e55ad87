"""The working sheet of one document: what all checks look at, computed once.

A :class:`Sheet` lives for one call of :func:`extractor.checks.run` and is the only mutable thing in this room. Values
are compared as floats while candidates are searched (fifteen digits are far more than a report prints); every
arithmetic that is shown to a person is computed again from the printed decimals.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ..model import Document, Figure, Flag, LedgerEntry, Repair
from ..records import changer
from .plausibility import Bounds
from .splits import Split, splits

_changed = changer(Figure)

#: Indicator of a reading: the trunk passes the library's claim, which sees a figure with the reading's value,
#: unit and subject. The name of the measure's home (clause, heading) is in the figure.
Claim = Callable[[Figure], str | None]

#: Counted things that reports name with different measure words for the same thing (21条 of 28个问题).
COUNT_UNITS: Final = frozenset(
    ["个", "条", "项", "件", "处", "座", "家", "所", "宗", "起", "类", "村", "期", "场", "种", "支", "名"]
)
#: Measures that come in whole numbers unless 万 or 亿 stands before them.
WHOLE_UNITS: Final = COUNT_UNITS | frozenset(
    ["户", "人", "人次", "户次", "名", "次", "辆", "台", "只", "头", "株", "套", "间", "栋"]
)

_PRINTED: Final = re.compile(r"[\d,， \n]*(?:\.(\d+))?\s*(万亿|亿|千万|百万|万|千|百)?")
_SCALE: Final = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2, None: 1.0}
_YEAR_NAMED: Final = re.compile(r"((?:19[4-9]\d|20[0-4]\d))年")
#: The longest stretch of a clause that a check reads before a figure.
LONGEST: Final = 60
_TO_CLAUSE_END: Final = re.compile(r"(?s:.*)[，,；;。！？!?\n]")


class Item:
    """One figure on the sheet, with what the checks found out about it."""

    __slots__ = (
        "clause_",
        "confirmed",
        "cuts_",
        "doubts",
        "end",
        "figure",
        "flags",
        "index",
        "number_end",
        "repair",
        "sentence",
        "slack_",
        "start",
        "unit",
        "value",
    )

    def __init__(self, index: int, figure: Figure) -> None:
        self.index = index
        self.figure = figure
        self.start = figure.start
        self.end = figure.end
        self.number_end = figure.number_end or figure.end
        self.value = float(figure.value)
        self.unit = figure.unit
        self.sentence = figure.sentence
        self.slack_ = -1.0
        self.clause_ = -1
        self.cuts_: tuple[list[Split], list[str]] | None = None
        self.doubts: list[Doubt] | None = None
        self.flags: list[Flag] | None = None
        self.repair: tuple[Repair, ...] = ()
        self.confirmed: list[str] | None = None

    def confirm(self, code: str) -> None:
        """Note that the arithmetic check ``code`` holds for this figure."""
        if self.confirmed is None:
            self.confirmed = [code]
        elif code not in self.confirmed:
            self.confirmed.append(code)

    def flag(self, flag: Flag) -> None:
        """Add a flag; one of each code is enough."""
        if self.flags is None:
            self.flags = [flag]
        elif all(old.code != flag.code for old in self.flags):
            self.flags.append(flag)

    def doubt(self, code: str, zh: str, en: str, weight: int = 2) -> None:
        """Note a reason to doubt the printed number (``weight`` 2 suffices for a flag, 1 needs a proven reading)."""
        doubt = Doubt(code, zh, en, weight)
        if self.doubts is None:
            self.doubts = [doubt]
        elif all(old.zh != zh for old in self.doubts):
            self.doubts.append(doubt)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to doubt a printed number. ``code`` is the flag it leads to where no reading says more."""

    code: str
    zh: str
    en: str
    weight: int


class Sheet:
    """The figures of one document in text order, the folded text, and what is known about the page."""

    def __init__(
        self,
        document: Document,
        view: str,
        figures: tuple[Figure, ...],
        ledger: tuple[LedgerEntry, ...],
        bounds: Bounds,
        claim: Claim | None,
    ) -> None:
        self.document = document
        self.view = view
        self.ledger = ledger
        self.bounds = bounds
        self.claim = claim
        self.items = [Item(index, figure) for index, figure in enumerate(figures)]
        self.percents = [item for item in self.items if item.unit == "%"]
        self.starts = [figure.start for figure in figures]
        self.level = level_of(document, view, figures)
        self._year: int | None = None
        self._levels: dict[str | None, str] = {}
        #: What the page has lost elsewhere, by unit of the lost measure: {"户": 3, "年": 2}.
        self.losses: dict[str, int] = {}

    @property
    def year(self) -> int:
        """The year of the report: that of its issue, else the one its text names most; 0 where it names none."""
        if self._year is None:
            issued = self.document.issued or ""
            named = Counter(_YEAR_NAMED.findall(self.view)) if not issued[:4].isdigit() else Counter()
            self._year = (
                int(issued[:4])
                if issued[:4].isdigit()
                else max(((count, int(year)) for year, count in named.items()), default=(0, 0))[1]
            )
        return self._year

    def level_for(self, item: Item) -> str:
        """The level of the place that a figure describes; the document's where it names none."""
        region = item.figure.region
        level = self._levels.get(region)
        if level is None:
            level = self._levels[region] = level_of_name(region) or self.level
        return level

    def lose(self, what: str) -> None:
        """Count one proven loss of a measure, a date character or a piece of a rate on this page."""
        self.losses[what] = self.losses.get(what, 0) + 1

    def at(self, position: int) -> Item | None:
        """The figure that covers ``position``, or None."""
        place = bisect_left(self.starts, position + 1) - 1
        if place >= 0 and self.items[place].end > position:
            return self.items[place]
        return None

    def slack(self, item: Item) -> float:
        """Half a unit of the last printed digit, in the figure's unit (5.87万 -> 50; 96 -> 0.5; 9.4% -> 0.05)."""
        if item.slack_ < 0:
            if self.view[item.start : item.number_end].isdecimal():
                item.slack_ = 0.5
            else:
                found = _PRINTED.match(self.view, item.start, item.number_end)
                scale = _SCALE[found.group(2)] if found else 1.0
                digits = len(found.group(1) or "") if found else 0
                item.slack_ = 0.5 * scale / 10**digits
        return item.slack_

    def cuts(self, item: Item) -> tuple[list[Split], list[str]]:
        """All ways to cut the figure's number into two, and what a leading zero excludes."""
        if item.cuts_ is None:
            item.cuts_ = splits(self.view[item.start : item.number_end])
        return item.cuts_

    def at_or_after(self, position: int) -> Item | None:
        """The first figure that begins at or behind ``position``."""
        place = bisect_left(self.starts, position)
        return self.items[place] if place < len(self.items) else None

    def before(self, position: int) -> Item | None:
        """The last figure that begins before ``position``."""
        place = bisect_left(self.starts, position) - 1
        return self.items[place] if place >= 0 else None

    def scale(self, item: Item) -> tuple[str, Decimal]:
        """The 万 or 亿 that the figure prints, and what it multiplies by."""
        found = _PRINTED.match(self.view, item.start, item.number_end)
        name = (found.group(2) if found else None) or ""
        return name, Decimal(int(_SCALE[name or None]))

    def number_text(self, item: Item) -> str:
        """The figure's number as printed, without measure and 万."""
        name, scale = self.scale(item)
        return decimal_text(item.figure.value / scale) if item.start < item.number_end else name

    def quantities(self, item: Item) -> list[tuple[float, str, float]]:
        """What the figure says as (value, unit, half unit): the printed quantity, or those of its repair."""
        if not item.repair:
            return [(item.value, item.unit, self.slack(item))]
        halves = [0.5] * (len(item.repair) - 1) + [
            min(0.5, self.slack(item)) if item.unit != "元" else self.slack(item)
        ]
        return [(float(part.value), part.unit, half) for part, half in zip(item.repair, halves, strict=True)]

    def clause_before(self, item: Item, limit: int = 30) -> str:
        """The text of the clause that runs up to a figure, at most ``limit`` (and :data:`LONGEST`) characters."""
        start = item.start
        if item.clause_ < 0:
            begin = start - LONGEST if start > LONGEST else 0
            cut = _TO_CLAUSE_END.match(self.view, begin, start)
            item.clause_ = cut.end() if cut is not None else begin
        begin = item.clause_
        return self.view[begin if begin > start - limit else start - limit : start]

    def printed(self, item: Item) -> str:
        """The figure as the page prints it, without line breaks."""
        return item.figure.quote.replace("\n", "")

    def indicator(self, item: Item, value: Decimal, unit: str, subject: str) -> str | None:
        """The indicator that the library gives to a reading of ``item``."""
        if self.claim is None:
            return None
        return self.claim(_changed(item.figure, value=value, unit=unit, subject=subject, value_max=None, role="level"))


_LEVEL_WORDS: Final = (
    ("nation", ("全国", "我国")),
    ("province", ("全省", "我省")),
    ("prefecture", ("全市", "我市")),
    ("county", ("全县", "我县", "全区", "我区", "全旗", "我旗")),
    ("township", ("全镇", "我镇", "全乡", "我乡", "本镇", "本乡", "全街道")),
)
_BY_SUFFIX: Final = {
    "中国": "nation",
    "全国": "nation",
    "国": "nation",
    "自治区": "province",
    "省": "province",
    "市": "prefecture",
    "自治州": "prefecture",
    "州": "prefecture",
    "盟": "prefecture",
    "地区": "prefecture",
    "县": "county",
    "旗": "county",
    "区": "county",
    "镇": "township",
    "乡": "township",
    "街道": "township",
}


def level_of_name(name: str | None) -> str:
    """Administrative level by the ending of a place's name; '' where it says none.

    A county-level city counts as a prefecture: its bounds are wider, so nothing well-formed is doubted.
    """
    if name:
        for size in (3, 2, 1):
            level = _BY_SUFFIX.get(name[-size:])
            if level:
                return level
    return ""


def level_of(document: Document, view: str, figures: Sequence[Figure]) -> str:
    """Level the report speaks for: its place, else the place of most figures, else what it calls itself."""
    level = level_of_name(document.place)
    if level:
        return level
    named = Counter([figure.region for figure in figures if figure.region])
    if named:
        place, count = "", 0
        for region, times in named.items():
            if times > count:
                place, count = region, times
        level = level_of_name(place)
        if level and 3 * count >= len(figures):
            return level
    best, most = "", 0
    for level, words in _LEVEL_WORDS:
        count = sum(view.count(word) for word in words)
        if count > most:
            best, most = level, count
    return best


def decimal_text(value: Decimal) -> str:
    """A Decimal without exponent and without trailing zeros after the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_text(value: Decimal, unit: str) -> str:
    """A quantity for people: money and large counts in 万 or 亿."""
    if abs(value) >= 10**8 and unit == "元":
        return f"{decimal_text(value / 10**8)}亿{unit}"
    if abs(value) >= 10**4 and unit == "元":
        return f"{decimal_text(value / 10**4)}万{unit}"
    return f"{decimal_text(value)}{unit}"
