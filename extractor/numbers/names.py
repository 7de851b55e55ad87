"""Names, slogans and words that hold a numeral: the table of ``patterns/names.yaml``, compiled.

The names become one regular expression for each numeral that they can begin with, tried at that numeral and only there:
a literal that begins with other characters (双50) is anchored at its first numeral with a look-behind, so that ordinary
prose costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import PatternError
from ..patternfiles import Fields, Problems, read
from .numerals import CHINESE

__all__ = ["Name", "Names", "beginnings", "load_names"]

_NUMERAL: Final = re.compile(r"[0-9〇零一二三四五六七八九十百千万亿两数几]")
_DIGITS: Final = "0123456789"
#: Where the scan asks for a name.
_NUMERALS: Final = _DIGITS + CHINESE + "数几"
#: One step of a regular expression: a bracket, a bar, what consumes nothing, or what stands for one character.
_STEP: Final = re.compile(
    r"(?P<look>\(\?<?[=!])|(?P<group>\((?:\?:)?)|(?P<bar>\|)|(?P<close>\))|(?P<mark>\\[AbBZ]|[$^])"
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|."
)
_REPEATED: Final = re.compile(r"(?P<absent>[?*]|\{0?,\d*\}|\{0\})?(?:\+|\{\d+,?\d*\})?[?+]?")


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
            self._words[char] = tuple(sorted(found, key=_longest))
        self._has_short = any(len(word) == 1 for word in words)
        self._names: dict[str, tuple[re.Pattern[str], list[str]]] = {}
        """By the numeral at which they begin: the names as one regular expression, and their ids by its groups."""
        firsts = [beginnings(entry.regex) if entry.regex else "" for entry in entries]
        for chars in (_DIGITS, *_NUMERALS[len(_DIGITS) :]):
            ids: list[str] = []
            parts: list[str] = []
            for entry, first in zip(entries, firsts, strict=True):
                forms = [_anchored(word) for word in sorted(entry.literals, key=_longest) if _numeral(word) in chars]
                if not set(first).isdisjoint(chars):
                    forms.append(f"(?:{entry.regex})")
                if forms:
                    ids.append(entry.id)
                    parts.append(f"({'|'.join(forms)})")
            if parts:
                self._names.update(dict.fromkeys(chars, (re.compile("|".join(parts)), ids)))

    def match(self, view: str, pos: int) -> tuple[int, str] | None:
        """The name at the numeral ``pos``: ``(end, id of the entry)``."""
        names = self._names.get(view[pos])
        if names is None:
            return None
        found = names[0].match(view, pos)
        if found is None or found.end() == pos:
            return None
        return found.end(), names[1][(found.lastindex or 1) - 1]

    def word(self, view: str, pos: int) -> int:
        """The end of a word such as 一次性 at ``pos``; ``pos`` where there is none."""
        for word in self._words.get(view[pos : pos + 2], ()):
            if view.startswith(word, pos):
                return pos + len(word)
        return pos + 1 if self._has_short and view[pos] in self._words else pos


def _longest(word: str) -> tuple[int, str]:
    return -len(word), word


def _numeral(literal: str) -> str:
    """The numeral at which ``literal`` is tried; its first character where it holds none."""
    found = _NUMERAL.search(literal)
    return literal[:1] if found is None else found[0]


def _anchored(literal: str) -> str:
    found = _NUMERAL.search(literal)
    if found is None or not found.start():
        return re.escape(literal)
    return f"(?<={re.escape(literal[: found.start()])}){re.escape(literal[found.start() :])}"


def beginnings(regex: str) -> str:
    """The numerals with which a match of ``regex`` may begin; all of them where its first steps do not tell.

    >>> beginnings(r"(?<=第)[1-3]?十|\\d{2}强")
    '0123456789十'
    """
    try:
        chars, absent, _ = _first(regex, 0)
    except re.error:
        return _NUMERALS
    return _NUMERALS if absent else "".join(char for char in _NUMERALS if char in chars)


def _first(regex: str, pos: int) -> tuple[set[str], bool, int]:
    """The numerals that may come first in the group at ``pos``, whether it may be empty, and where it ends."""
    chars: set[str] = set()
    empty, beginning = False, True
    while pos < len(regex):
        step = _STEP.match(regex, pos)
        if step is None or (regex.startswith("(?", pos) and not (step["look"] or step["group"] == "(?:")):
            raise re.error("beyond this reader", regex, pos)
        pos = step.end()
        if step["close"]:
            break
        if step["bar"]:
            empty, beginning = empty or beginning, True
            continue
        if step["mark"]:
            continue
        absent = False
        if step["look"] or step["group"]:
            found, absent, pos = _first(regex, pos)
        else:
            one = re.compile(step[0]) if step[0][0] in "[\\." else None
            found = {step[0]} if one is None else {char for char in _NUMERALS if one.fullmatch(char)}
        repeated = _REPEATED.match(regex, pos)
        if repeated is not None:
            pos = repeated.end()
            absent = absent or repeated["absent"] is not None
        if beginning and not step["look"]:
            chars |= found
            beginning = absent
    return chars, empty or beginning, pos


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
