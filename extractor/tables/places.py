"""Identity of places for the tables: one id through all changes of name and code, and what each year calls it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from extractor.context.gazetteer import Gazetteer, Place

#: Words for a place that does not say which: no identity.
_NAMELESS = frozenset(scope + kind for scope in "全我本" for kind in "省市县区州旗镇乡村")
_LEVELS = (
    (("省", "自治区"), "province"),
    (("县", "旗"), "county"),
    (("镇", "乡", "街道"), "township"),
)


class Identity(NamedTuple):
    """A place as the tables know it. ``id`` joins its reports of all years; name and code are those of one year."""

    id: str
    name: str
    code: str
    level: str


@lru_cache(maxsize=1 << 16)
def identify(region: str | None, code: str | None, year: int) -> Identity | None:
    """The identity behind a figure's region and code in ``year``; None where the text does not say which place.

    A place below the divisions of GB/T 2260 (a township) is identified by its name within its county, one without
    any code (a name that the standard does not know) by its name alone.
    """
    division = Gazetteer.load().resolve(code, year) if code else None
    if division is None:
        return Identity(region, region, "", _level(region)) if region and region not in _NAMELESS else None
    if region and region not in _NAMELESS and not _names(division, region):
        return Identity(f"{division.id}/{region}", region, "", _level(region))
    return Identity(division.id, division.name, division.code, division.level)


@lru_cache(maxsize=1 << 16)
def parent_name(identity: str) -> str | None:
    """Name of the place above the one with this id, as the latest year calls it; None where it is not known."""
    gazetteer = Gazetteer.load()
    division, _, below = identity.partition("/")
    place = gazetteer.at(division, None)
    if place is None or below:
        return place.name if place else None
    above = gazetteer.at(place.parent, None) if place.parent else None
    return above.name if above else None


@lru_cache(maxsize=1 << 16)
def parent_id(identity: str) -> str | None:
    """Identity of the place above; None where it is not known."""
    division, _, below = identity.partition("/")
    place = Gazetteer.load().at(division, None)
    if place is None or below:
        return division if place else None
    return place.parent or None


@lru_cache(maxsize=1 << 16)
def family(identity: str) -> str:
    """The prefecture of a county, the place itself for any other: what is added up and compared within a run."""
    place = Gazetteer.load().at(identity, None)
    return place.parent if place is not None and place.level == "county" and place.parent else identity


def _names(division: Place, region: str) -> bool:
    """Whether ``region`` is a name that the division has or had: in full, in short, or at the end of a full path."""
    states = Gazetteer.load().states.get(division.id, [division])
    return any(region in (state.name, state.short) or region.endswith(state.name) for state in states)


def _level(name: str) -> str:
    return next((level for endings, level in _LEVELS if name.endswith(endings)), "")
