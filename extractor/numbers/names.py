"""Names, slogans and words that hold a numeral: the table of ``patterns/names.yaml``, compiled.

All names become one regular expression that is tried at a numeral, and only there: a literal that begins with other
characters (双50) is anchored at its first numeral with a look-behind, so that ordinary prose costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import PatternError
from ..patternfiles import Fields, Problems, read

__all__ = ["Name", "Names", "load_names"]

_NUMERAL = re.compile(r"[0-9〇零一二三四五六七八九十百千万亿两数几]")


@dataclass(frozen=True, slots=True)
class Name:
    """One entry of ``names.yaml``; ``examples`` must hold the name, ``rejects`` must not."""

    id: str
    literals: tuple[str, ...]
    regex: str
    examples: tuple[str, ...]
    rejects: tuple[str, ...]
    line: int


class Names:
    """All names and words, ready for matching. Build with :func:`load_names`."""

    def __init__(self, entries: list[Name], words: tuple[str, ...] = (), article: frozenset[str] = frozenset()) -> None:
        self.entries = tuple(entries)
        self.article = article
        self._words: dict[str, tuple[str, ...]] = {}
        table: dict[str, set[str]] = {}
        for word in words:
            table.setdefault(word[:2], set()).add(word)
        for char, found in table.items():
            self._words[char] = tuple(sorted(found, key=lambda w: (-len(w), w)))
        parts: list[str] = []
        self._ids: list[str] = []
        for entry in entries:
            forms = [_anchored(word) for word in sorted(entry.literals, key=lambda w: (-len(w), w))]
            if entry.regex:
                forms.append(f"(?:{entry.regex})")
            self._ids.append(entry.id)
            parts.append(f"({'|'.join(forms)})")
        self._pattern = re.compile("|".join(parts) or r"(?!)")

    def match(self, view: str, pos: int) -> tuple[int, str] | None:
        """The name at the numeral ``pos``: ``(end, id of the entry)``."""
        found = self._pattern.match(view, pos)
        if found is None or found.end() == pos:
            return None
        return found.end(), self._ids[(found.lastindex or 1) - 1]

    def word(self, view: str, pos: int) -> int:
        """The end of a word such as 一次性 at ``pos``; ``pos`` where there is none."""
        for word in self._words.get(view[pos : pos + 2], ()):
            if view.startswith(word, pos):
                return pos + len(word)
        return pos + 1 if view[pos : pos + 1] in self._words else pos


def _anchored(literal: str) -> str:
    found = _NUMERAL.search(literal)
    if found is None or not found.start():
        return re.escape(literal)
    return f"(?<={re.escape(literal[: found.start()])}){re.escape(literal[found.start() :])}"


def load_names(*paths: Path) -> Names:
    """Read ``names.yaml``, of the packaged library and then of the user's folder, where an entry replaces the one of
    its id and words are added. Raises :class:`PatternError` naming file, line and key."""
    problems = Problems()
    found: dict[str, Name] = {}
    words: dict[str, None] = {}
    article: set[str] = set()
    for path in paths:
        top = Fields(read(path), str(path), problems, "names.yaml")
        own: set[str] = set()
        for fields in top.entries("names", "name"):
            name = Name(
                fields.text("id"),
                fields.texts("literals"),
                fields.text("regex", ""),
                fields.texts("examples"),
                fields.texts("rejects"),
                fields.data.line,
            )
            fields.text("note", "")
            fields.done()
            _check(name, fields, own)
            found[name.id] = name
        for word in top.texts("words"):
            words[word] = None
            if not word or not _NUMERAL.match(word):
                problems.add(f"word '{word}' must begin with a Chinese numeral", top.where("words"))
        article.update(top.texts("article"))
        top.done()
    problems.raise_any()
    if not found:
        raise PatternError("no names", where=str(paths[0]), hint="add entries under 'names:'")
    return Names(list(found.values()), tuple(words), frozenset(article))


def _check(name: Name, fields: Fields, seen: set[str]) -> None:
    if name.id in seen:
        fields.problem(f"id '{name.id}' is given twice", "id")
    seen.add(name.id)
    if not name.literals and not name.regex:
        fields.problem(f"name '{name.id}' has neither literals nor a regex", "id")
    for literal in name.literals:
        if _NUMERAL.search(literal) is None:
            fields.problem(f"'{literal}' holds no numeral", "literals")
    if not name.examples:
        fields.problem(f"name '{name.id}' has no examples", "examples")
    if name.regex:
        try:
            groups = re.compile(name.regex).groups
        except re.error as error:
            fields.problem(f"regex of '{name.id}' is invalid: {error}", "regex")
            return
        if groups:
            fields.problem(f"regex of '{name.id}' has capturing groups", "regex", "write (?:...) for every group")
