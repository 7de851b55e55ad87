"""Loading: all pattern files of the base and of the user's folder, checked together, into one :class:`Library`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ..errors import PatternError
from ..numbers.names import Names, load_names
from ..numbers.units import Units, load_units
from ..patternfiles import Problems, suggestion
from . import entries, locate, terms
from .entries import Indicator
from .match import Matcher

Part = TypeVar("Part")


class Library:
    """The pattern library: indicators and terms compiled here, the other files located for the rooms that read them.

    Frozen by convention; pickles as its folder, so that workers load it themselves.
    """

    def __init__(self, folders: tuple[Path, ...], directory: Path | None = None) -> None:
        self.folders = folders
        self.directory = directory
        problems = Problems()
        self.terms = terms.load(self.files("terms.yaml"), problems)
        self.indicators: dict[str, Indicator] = entries.load(self.indicator_files(), problems)
        self._cross_check(problems)
        problems.raise_any()
        self._parts: dict[Any, Any] = {}

    @cached_property
    def units(self) -> Units:
        """Units and measure words."""
        return load_units(*self.needed("units.yaml"))

    @cached_property
    def names(self) -> Names:
        """Names and slogans that hold numerals."""
        return load_names(*self.needed("names.yaml"))

    def compiled(self, build: Callable[[Library], Part]) -> Part:
        """What a higher room makes of this library (its cues, its bounds), built at the first call and kept.

        ``build`` is a module-level function of the library; it is the key.
        """
        if build not in self._parts:
            self._parts[build] = build(self)
        part: Part = self._parts[build]
        return part

    @cached_property
    def matcher(self) -> Matcher:
        """The compiled claims."""
        families: dict[str, list[str]] = {}
        for unit in self.units.entries:
            if unit.base:
                families.setdefault(unit.base, []).append(unit.name)

        def family(name: str) -> list[str]:
            """Units that convert into ``name``: 公顷 for 亩; a measure word has none."""
            known = self.units.by_name.get(name)
            return families.get(known.base, []) if known is not None else []

        return Matcher(self.indicators.values(), self.terms, family)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the content of all pattern files."""
        return locate.content_hash(self.folders)

    def files(self, name: str) -> list[Path]:
        """The file ``name`` of the packaged library and, after it, of the user's folder; those that exist."""
        return [folder / name for folder in self.folders if (folder / name).is_file()]

    def needed(self, name: str) -> list[Path]:
        """What :meth:`files` gives. Raises :class:`PatternError` where neither folder has the file."""
        found = self.files(name)
        if not found:
            raise PatternError(f"the pattern library has no {name}", where=str(self.folders[0]))
        return found

    def file(self, name: str) -> Path:
        """The user's file ``name`` where there is one, else the packaged one. Raises :class:`PatternError`."""
        return self.needed(name)[-1]

    def indicator_files(self) -> list[Path]:
        """All indicator files, base first."""
        return [path for folder in self.folders for path in locate.pattern_files(folder)
                if path.parent != folder]

    def indicator(self, identity: str) -> Indicator:
        """The entry of an id. Raises :class:`PatternError` with a suggestion for an unknown one."""
        entry = self.indicators.get(identity)
        if entry is None:
            raise PatternError(f"no indicator '{identity}'", hint=suggestion(identity, self.indicators))
        return entry

    def _cross_check(self, problems: Problems) -> None:
        for entry in self.indicators.values():
            for key in ("part", "whole", "rival"):
                other = getattr(entry, key)
                if other and other not in self.indicators:
                    problems.add(f"'{key}' of '{entry.id}' names no indicator: '{other}'", entry.where,
                                 suggestion(other, self.indicators))

    def __reduce__(self) -> tuple[object, ...]:
        return (load_library, (self.directory,))


def load_library(directory: Path | str | None = None) -> Library:
    """The pattern library: the packaged one, overlaid with ``directory`` or else ``./patterns``.

    Raises one :class:`PatternError` that lists every mistake with file, line, key and a suggestion.
    """
    path = Path(directory) if directory is not None else None
    return Library(locate.folders(path), path)


@lru_cache(maxsize=1)
def default_library() -> Library:
    """The library of a call that names none: the packaged one, overlaid with ``./patterns`` where that exists."""
    return load_library()
