"""Claims made ready to be tried: what must and must not be found near a figure, as bits; and how claims are found."""

from __future__ import annotations

from typing import Final, NamedTuple

import regex

from .entries import SCOPES, ClaimRule
from .wordsets import WordSets

SUBJECT: Final = SCOPES.index("subject")
OWN: Final = SCOPES.index("own")
CLAUSE: Final = SCOPES.index("clause")
#: The words of the scopes up to this one are found in one pass over their text; the wider ones are seldom asked for.
NEAR: Final = SCOPES.index("near")


class Claim(NamedTuple):
    """The answer: which indicator, and by which rule."""

    indicator: str
    rule: str
    tentative: bool = False


class Test(NamedTuple):
    """One requirement or exclusion: whether any of ``words`` (longest first) stands in a scope."""

    scope: int
    words: tuple[str, ...]
    weight: int


class Masks(NamedTuple):
    """What must be found in a scope and what must not, in bits of :class:`WordSets`."""

    scope: int
    required: int
    excluded: int


class Compiled:
    """A claim, ready to be tried."""

    __slots__ = ("answer", "directions", "excluded", "excluded_near", "exclusions", "narrow", "order", "part",
                 "pattern", "required", "required_near", "requirements", "rule", "weight", "wide")

    def __init__(
        self, rule: ClaimRule, order: int, require: tuple[Test, ...], exclude: tuple[Test, ...], sets: WordSets
    ) -> None:
        self.rule = rule
        self.answer = Claim(rule.indicator, rule.name, rule.tentative)
        self.order = order
        self.requirements = require
        self.exclusions = exclude
        self.part = rule.part
        self.directions = rule.directions
        self.pattern = regex.compile(rule.regex) if rule.regex else None
        self.weight = sum(test.weight for test in require)
        masks = {scope: Masks(scope, _bits(require, scope, sets), _bits(exclude, scope, sets))
                 for scope in (CLAUSE, SUBJECT, OWN, NEAR)}
        # What is tested first costs least: the clause, a part of it, what is near, the wide scopes.
        _, self.required, self.excluded = masks[CLAUSE]
        self.narrow = tuple(masks[scope] for scope in (SUBJECT, OWN) if any(masks[scope][1:]))
        _, self.required_near, self.excluded_near = masks[NEAR]
        wide = [(test.scope, test.words, True) for test in require if test.scope > NEAR]
        wide += [(test.scope, test.words, False) for test in exclude if test.scope > NEAR]
        self.wide = tuple(wide)


def _bits(tests: tuple[Test, ...], scope: int, sets: WordSets) -> int:
    bits = 0
    for test in tests:
        if test.scope == scope:
            bits |= sets.enter(test.words)
    return bits


class Index:
    """Claims, found by the words of their rarest narrow requirement."""

    __slots__ = ("_always", "_by_key", "_keys")

    def __init__(self) -> None:
        self._always: list[Compiled] = []
        self._by_key: dict[int, tuple[int, list[Compiled]]] = {}
        """Bit of a set of words, and the claims that require one of them; by the bit's length, which is quickly had."""
        self._keys = 0

    def add(self, compiled: Compiled, key: int) -> None:
        """Enter a claim by the bit of its key; one without a key (0) is always a candidate."""
        if key:
            self._by_key.setdefault(key.bit_length(), (key, []))[1].append(compiled)
            self._keys |= key
        else:
            self._always.append(compiled)

    def candidates(self, found: int) -> list[Compiled]:
        """Claims of whose key a word was found; not to be changed by who asks."""
        keys = found & self._keys
        if not keys:
            return self._always
        key, requiring = self._by_key[keys.bit_length()]
        keys ^= key
        if not keys and not self._always:
            return requiring
        claims = self._always + requiring
        while keys:
            key, requiring = self._by_key[keys.bit_length()]
            claims += requiring
            keys ^= key
        return claims
