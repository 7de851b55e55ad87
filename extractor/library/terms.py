"""Synonym sets (``patterns/terms.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..patternfiles import Problems, top

#: Shorter terms would fire everywhere, and claims are looked up by the first two characters of their words.
MIN_LENGTH = 2


class Terms:
    """Named sets of synonyms. A name inside a set stands for that set."""

    def __init__(self, sets: Mapping[str, tuple[str, ...]]) -> None:
        self.sets = dict(sets)
        self._expanded: dict[str, tuple[str, ...]] = {}

    def expand(self, item: str) -> tuple[str, ...]:
        """All wordings of one item of a claim: ``A|B`` are alternatives, each a set's name or text as it is.

        ``=A`` is the text A, though a set has that name.

        >>> Terms({"脱贫户": ("脱贫户", "脱贫家庭")}).expand("脱贫户|出列村")
        ('脱贫户', '脱贫家庭', '出列村')
        >>> Terms({"脱贫户": ("脱贫户", "脱贫家庭")}).expand("=脱贫户")
        ('脱贫户',)
        """
        known = self._expanded.get(item)
        if known is None:
            known = self._expanded[item] = self._expand(item)
        return known

    def _expand(self, item: str) -> tuple[str, ...]:
        words: dict[str, None] = {}
        pending = [word.strip() for word in reversed(item.split("|"))]
        seen: set[str] = set()
        while pending:
            word = pending.pop()
            if word.startswith("="):
                words[word[1:]] = None
                continue
            members = self.sets.get(word)
            if members is None or word in seen:
                if word and (members is None or word in members):
                    words[word] = None
                continue
            seen.add(word)
            pending.extend(member for member in reversed(members))
        return tuple(words)


def load(paths: list[Path], problems: Problems) -> Terms:
    """Synonym sets of several files; a later file replaces a set of the same name. Mistakes go to ``problems``."""
    sets: dict[str, tuple[str, ...]] = {}
    for path in paths:
        fields = top(path, problems)
        if fields is None:
            continue
        for name in list(fields.data):
            words = fields.texts(name, None)
            for word in words:
                if len(word) < MIN_LENGTH:
                    fields.problem(f"term '{word}' of '{name}' is too short", name, "use at least two characters")
            sets[name] = tuple(word for word in words if len(word) >= MIN_LENGTH)
        fields.done()
    return Terms(sets)
