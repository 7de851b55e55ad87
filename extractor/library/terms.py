"""Synonym sets (``patterns/terms.yaml``) and the one-pass scanner that finds every term of the library in a text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import compress, count
from operator import add
from pathlib import Path

from ..patternfiles import Problems, top

#: Shorter terms would fire everywhere, and the scanner looks texts up by their first two characters.
MIN_LENGTH = 2


class Terms:
    """Named sets of synonyms. A name inside a set stands for that set."""

    def __init__(self, sets: Mapping[str, tuple[str, ...]]) -> None:
        self.sets = dict(sets)

    def expand(self, item: str) -> tuple[str, ...]:
        """All wordings of one item of a claim: ``A|B`` are alternatives, each a set's name or text as it is.

        ``=A`` is the text A, though a set has that name.

        >>> Terms({"脱贫户": ("脱贫户", "脱贫家庭")}).expand("脱贫户|出列村")
        ('脱贫户', '脱贫家庭', '出列村')
        >>> Terms({"脱贫户": ("脱贫户", "脱贫家庭")}).expand("=脱贫户")
        ('脱贫户',)
        """
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


class Scanner:
    """Finds all terms of the library in a text, overlapping and nested ones included, in one pass.

    The answer is a bit set (an ``int``): bit *n* stands for ``words[n]``.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self._ids: dict[str, int] = {}
        self._heads: dict[str, _Node] = {}
        self.cached = lru_cache(maxsize=8192)(self.scan)

    def add(self, word: str) -> int:
        """Register a term and return its number. All terms are added before the first scan (:meth:`freeze`)."""
        known = self._ids.get(word)
        if known is not None:
            return known
        number = self._ids[word] = len(self.words)
        self.words.append(word)
        return number

    def freeze(self) -> None:
        """Build the look-up: the first two characters lead to a tree of the characters that may follow."""
        heads: dict[str, _Node] = {}
        for word in sorted(self.words):  # a word comes after its own beginnings, whose bits it inherits
            node = heads.setdefault(word[:MIN_LENGTH], _Node())
            for char in word[MIN_LENGTH:]:
                node = node.children.setdefault(char, _Node(node.bits))
            node.bits |= 1 << self._ids[word]
        self._heads = heads

    def scan(self, text: str) -> int:
        """Every registered term that occurs in ``text``."""
        found = 0
        nodes = list(map(self._heads.get, map(add, text, text[1:])))
        for at in compress(count(), nodes):  # only the few places where a term may begin reach the interpreter
            node = nodes[at]
            at += MIN_LENGTH
            while node is not None:
                last = node
                node = node.children.get(text[at : at + 1])
                at += 1
            found |= last.bits
        return found


class _Node:
    """A beginning of terms: the bits of the terms that end here or before, and what may follow."""

    __slots__ = ("bits", "children")

    def __init__(self, bits: int = 0) -> None:
        self.bits = bits
        self.children: dict[str, _Node] = {}
