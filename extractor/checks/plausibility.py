"""``patterns/plausibility.yaml`` read and validated: how large a number can be, what a split must keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

from ..errors import PatternError
from ..library import Library
from ..library.locate import folders
from ..patternfiles import Fields, Problems, top

FILE: Final = "plausibility.yaml"
LEVELS: Final = ("nation", "province", "prefecture", "county", "township")
#: A report of unknown level gets the bound of this one.
DEFAULT_LEVEL: Final = "province"


@dataclass(frozen=True, slots=True)
class Magnitude:
    """The largest value of a unit, by administrative level, where the clause (or sentence) holds one of ``terms``."""

    unit: str
    terms: tuple[str, ...]
    sentence: bool
    levels: dict[str, float]
    source: str

    def applies(self, clause: str, sentence: str) -> bool:
        """Whether the bound is one of what ``clause`` (or ``sentence``) counts."""
        if not self.terms:
            return True
        text = sentence if self.sentence else clause
        for term in self.terms:  # noqa: SIM110 - asked for every large amount
            if term in text:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much of ``second`` one of ``first`` can have (人 per 户, 元 per 户); low..high is the usual range."""

    first: str
    second: str
    terms: tuple[str, ...]
    minimum: float
    maximum: float
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """All of the file, looked up by unit."""

    magnitudes: dict[str, tuple[Magnitude, ...]]
    ratios: dict[tuple[str, str], tuple[Ratio, ...]]
    nouns: dict[str, tuple[tuple[str, str], ...]]
    """(noun ending, measure) by the last character, longest noun first."""
    orders: tuple[tuple[str, str], ...]
    """(part, whole) indicator ids."""
    partitions: tuple[tuple[str, ...], ...] = ()
    """Names of parts that together are always the whole."""
    money: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    household: tuple[str, ...] = ()
    limits: dict[tuple[str, str], tuple[tuple[float, Magnitude], ...]] = field(default_factory=dict)
    """The magnitudes by unit and level."""
    order_ids: frozenset[str] = frozenset()
    """All indicators of the orders."""

    def limits_of(self, unit: str, level: str) -> tuple[tuple[float, Magnitude], ...]:
        """The bounds of a unit at a level, the lowest first: a value below that needs no closer look."""
        return self.limits.get((unit, level or DEFAULT_LEVEL), ())

    def ceiling(self, unit: str, level: str, clause: str, sentence: str) -> tuple[float, Magnitude] | None:
        """The lowest bound that applies to a figure of ``unit``, with the entry it comes from."""
        for limit in self.limits_of(unit, level):
            if limit[1].applies(clause, sentence):
                return limit
        return None

    def ratio(self, first: str, second: str, context: str) -> Ratio | None:
        """The first entry for this pair whose terms stand in ``context`` (an entry without terms fits all)."""
        for entry in self.ratios.get((first, second), ()):
            if not entry.terms or any(term in context for term in entry.terms):
                return entry
        return None

    def measure_of(self, noun: str) -> str | None:
        """The measure word of a counted noun that ends ``noun`` (资产 -> 个), or None."""
        for ending, unit in self.nouns.get(noun[-1:], ()):
            if noun.endswith(ending):
                return unit
        return None


def load(directories: Iterable[Path] | None = None) -> Bounds:
    """The bounds of the pattern library: the packaged file, replaced by a user folder's where it has one.

    Raises :class:`PatternError` naming file, line and key.
    """
    chosen = tuple(directories) if directories is not None else folders()
    files = [folder / FILE for folder in chosen if (folder / FILE).is_file()]
    if not files:
        raise PatternError(
            f"{FILE} is missing", where=str(chosen[0]) if chosen else "", hint="install the package again"
        )
    return _read(files[-1])


def bounds_of(library: Library) -> Bounds:
    """The bounds that a library's folders give; for ``library.compiled(bounds_of)``."""
    return load(library.folders)


@lru_cache(maxsize=1)
def packaged() -> Bounds:
    """The bounds of the library that a call without options uses."""
    return load()


def _read(path: Path) -> Bounds:
    problems = Problems()
    fields = top(path, problems)
    if fields is None:
        problems.raise_any()
        raise AssertionError("unreachable: a broken file has a problem")
    fields.raw("version")
    magnitudes: dict[str, list[Magnitude]] = {}
    for entry in fields.entries("magnitudes", "magnitude"):
        unit = entry.text("unit")
        levels = entry.sub("levels", "levels")
        values: dict[str, float] = {}
        for level in LEVELS:
            number = levels.number(level) if levels is not None else None
            if number is not None:
                values[level] = float(number)
        if levels is not None:
            levels.done()
        if not values:
            entry.problem("no bound given", "levels", "give a number for at least one level")
        magnitudes.setdefault(unit, []).append(
            Magnitude(
                unit,
                entry.texts("terms"),
                entry.choice("scope", ("clause", "sentence"), "clause") == "sentence",
                values,
                entry.text("source"),
            )
        )
        entry.done()
    ratios: dict[tuple[str, str], list[Ratio]] = {}
    for entry in fields.entries("ratios", "ratio"):
        first, second = entry.text("first"), entry.text("second")
        minimum, low, high, maximum = (
            float(entry.number(key, Decimal(-1)) or 0) for key in ("min", "low", "high", "max")
        )
        if not 0 <= minimum <= low <= high <= maximum:
            entry.problem("a ratio needs min <= low <= high <= max")
        ratios.setdefault((first, second), []).append(
            Ratio(first, second, entry.texts("terms"), minimum, maximum, low, high, entry.text("source"))
        )
        entry.done()
    nouns = [(noun, unit) for unit, named in _lists(fields, "nouns") for noun in named]
    orders = []
    for entry in fields.entries("orders", "order"):
        orders.append((entry.text("part"), entry.text("whole")))
        entry.done()
    partitions = tuple(tuple(entry.split("/")) for entry in fields.texts("partitions"))
    words = dict(_lists(fields, "terms"))
    fields.done()
    problems.raise_any()
    by_last: dict[str, list[tuple[str, str]]] = {}
    for noun, unit in sorted(nouns, key=lambda pair: (-len(pair[0]), pair)):
        by_last.setdefault(noun[-1:], []).append((noun, unit))
    return Bounds(
        {unit: tuple(found) for unit, found in magnitudes.items()},
        {pair: tuple(found) for pair, found in ratios.items()},
        {last: tuple(found) for last, found in by_last.items()},
        tuple(orders),
        partitions,
        words.get("money", ()),
        words.get("people", ()),
        words.get("household", ()),
        _limits(magnitudes),
        frozenset(name for pair in orders for name in pair),
    )


def _limits(magnitudes: dict[str, list[Magnitude]]) -> dict[tuple[str, str], tuple[tuple[float, Magnitude], ...]]:
    limits: dict[tuple[str, str], tuple[tuple[float, Magnitude], ...]] = {}
    for unit, entries in magnitudes.items():
        for level in LEVELS:
            found = [(entry.levels[level], entry) for entry in entries if level in entry.levels]
            limits[unit, level] = tuple(sorted(found, key=lambda limit: limit[0]))
    return limits


def _lists(fields: Fields, key: str) -> list[tuple[str, tuple[str, ...]]]:
    sub = fields.sub(key, key)
    if sub is None:
        return []
    found = [(name, sub.texts(name)) for name in list(sub.data)]
    sub.done()
    return found
