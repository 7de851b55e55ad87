"""Which indicator claims a figure: candidates by unit and word, then tests of their words; the most specific one wins.

Deterministic by construction: candidates are tried in the order of the library, the winner is the claim that requires
most (narrow scopes count more, then the length of the matched words), and a tie between two indicators is no claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import compress, count
from operator import add
from typing import NamedTuple

import regex

from ..errors import PatternError
from .entries import REGEX_SECONDS, SCOPES, ClaimRule, Indicator
from .neighbours import Words, plain
from .terms import MIN_LENGTH, Terms

#: What one matched requirement counts, by scope.
_WEIGHTS = {"subject": 4, "own": 4, "clause": 4, "near": 3, "sentence": 2, "passage": 2, "heading": 2, "title": 1,
            "context": 2}
_REGEX_LIMIT = 400
#: How often some words are looked for one by one before an expression is compiled from them.
_OFTEN = 20


class Claim(NamedTuple):
    """The answer: which indicator, and by which rule."""

    indicator: str
    rule: str
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rule that was tried, for ``explain``: ``verdict`` is ``won``, ``tied``, ``lost`` or why it failed."""

    rule: str
    indicator: str
    verdict: str


class _AnyOf:
    """Whether a text holds any of some words: ``search(text)`` is None where it holds none.

    Words that are asked for again and again get a compiled expression; compiling those of a whole library would take
    longer than reading one document does.
    """

    __slots__ = ("asked", "search", "words")

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.asked = 0
        self.search: Callable[[str], object | None] = self._one_by_one

    def _one_by_one(self, text: str) -> object | None:
        self.asked += 1
        if self.asked > _OFTEN:
            self.search = re.compile("|".join(map(re.escape, self.words)) or r"(?!)").search
        return next((word for word in self.words if word in text), None)


class _Test(NamedTuple):
    """One requirement or exclusion: whether any of ``words`` (longest first) stands in a scope."""

    scope: int
    words: tuple[str, ...]
    any_of: _AnyOf
    weight: int


class _Compiled:
    """A claim, ready to be tried: its tests in the order in which they cost least."""

    __slots__ = ("directions", "exclude", "order", "part", "pattern", "require", "rule", "tests")

    def __init__(
        self, rule: ClaimRule, order: int, require: tuple[_Test, ...], exclude: tuple[_Test, ...], key: _Test | None
    ) -> None:
        self.rule = rule
        self.order = order
        self.require = require
        self.exclude = exclude
        self.part = rule.part
        self.directions = rule.directions
        self.pattern = regex.compile(rule.regex) if rule.regex else None
        # The words of the key stand in the clause, or the claim were no candidate.
        tests = [(test, True) for test in require if test is not key or test.scope != _CLAUSE]
        tests += [(test, False) for test in exclude]
        tests.sort(key=lambda entry: (entry[0].scope > _NEAR, not entry[1], entry[0].scope))
        self.tests = tuple((test.scope, test.any_of, wanted) for test, wanted in tests)


class _Index:
    """Claims, found by the words of their rarest narrow requirement."""

    __slots__ = ("_always", "_by_word", "_heads")

    def __init__(self) -> None:
        self._by_word: dict[str, list[_Compiled]] = {}
        self._heads: dict[str, list[tuple[str, list[_Compiled]]]] = {}
        """First two characters of a word -> the words that begin so, with their claims."""
        self._always: list[_Compiled] = []

    def add(self, compiled: _Compiled, key: _Test | None) -> None:
        """Enter a claim; one without a key is always a candidate."""
        if key is None:
            self._always.append(compiled)
            return
        for word in key.words:
            claims = self._by_word.get(word)
            if claims is None:
                claims = self._by_word[word] = []
                self._heads.setdefault(word[:MIN_LENGTH], []).append((word, claims))
            claims.append(compiled)

    def candidates(self, text: str) -> list[_Compiled]:
        """Claims whose key stands in ``text``, each once."""
        claims = list(self._always)
        nodes = list(map(self._heads.get, map(add, text, text[1:])))
        for at in compress(count(), nodes):  # only the few places where a key may begin reach the interpreter
            for word, found in nodes[at] or ():
                if text.startswith(word, at):
                    claims += found
        return list(dict.fromkeys(claims)) if len(claims) > 1 else claims


_SCOPE_INDEX = {scope: index for index, scope in enumerate(SCOPES)}
_SUBJECT, _OWN, _CLAUSE, _NEAR, _SENTENCE, _PASSAGE, _HEADING, _TITLE, _CONTEXT = range(len(SCOPES))


class Matcher:
    """All claims of a library, compiled. Immutable after construction."""

    def __init__(self, indicators: Iterable[Indicator], terms: Terms,
                 family: Callable[[str], Iterable[str]] | None = None) -> None:
        self._by_unit: dict[str, _Index] = {}
        self._by_kind: dict[tuple[str, str, str], _Index] = {}
        self._asked: set[tuple[str, str]] = set()
        self._words: dict[tuple[str, ...], _AnyOf] = {}
        order = 0
        for entry in indicators:
            for rule in entry.claims:
                self._add(rule, terms, order, family)
                order += 1

    def _add(self, rule: ClaimRule, terms: Terms, order: int,
             family: Callable[[str], Iterable[str]] | None) -> None:
        require = [self._test(scope, terms.expand(item)) for scope, item in rule.require]
        narrow = [test for test in require if test.scope <= _CLAUSE]
        key = min(narrow, key=lambda test: len(test.words), default=None)
        merged: dict[str, dict[str, None]] = {}
        for scope, item in rule.exclude:
            merged.setdefault(scope, {}).update(dict.fromkeys(terms.expand(item)))
        exclude = [self._test(scope, words) for scope, words in merged.items()]
        compiled = _Compiled(rule, order, tuple(require), tuple(exclude), key)
        units = set(rule.units)
        if family is not None:
            for unit in rule.units:
                units.update(family(unit))
        for unit in sorted(units):
            self._by_unit.setdefault(unit, _Index()).add(compiled, key)
            for role in rule.roles:
                self._asked.add((unit, role))
                for status in rule.statuses:
                    self._by_kind.setdefault((unit, role, status), _Index()).add(compiled, key)

    def _test(self, scope: str, words: Iterable[str]) -> _Test:
        long = (word for word in words if len(word) >= MIN_LENGTH)
        ordered = tuple(sorted(long, key=lambda word: (-len(word), word)))
        any_of = self._words.setdefault(ordered, _AnyOf(ordered))
        return _Test(_SCOPE_INDEX[scope], ordered, any_of, _WEIGHTS[scope])

    def asks(self, unit: str, role: str) -> bool:
        """Whether any claim takes figures of this unit and role: where none does, no words need to be cut out."""
        return (unit, role) in self._asked

    def claim(self, subject: str, unit: str, role: str, status: str, around: Words,
              direction: str | None = None, part: bool | None = None) -> Claim | None:
        """The indicator that claims the figure, or None where none does or two tie.

        ``subject`` and the strings of ``around`` are folded text. ``part`` says that the figure is a part of the one
        before it (其中), None that ``around`` decides: only claims that are marked as parts may take it.
        Raises :class:`PatternError` where a user's regex exceeds its time limit.
        """
        index = self._by_kind.get((unit, role, status))
        if index is None:
            return None
        scopes = _Scopes(subject, around)
        candidates = index.candidates(scopes.clause)
        if not candidates:
            return None
        passed = self._passed(candidates, scopes, direction, around.part if part is None else part)
        if not passed:
            return None
        best = passed[0] if len(passed) == 1 else self._best(passed, scopes)
        if best is None:
            return None
        return Claim(best.rule.indicator, best.rule.name, best.rule.tentative)

    def explain(self, subject: str, unit: str, role: str, status: str, around: Words,
                direction: str | None = None, part: bool | None = None) -> list[Candidate]:
        """Every rule that came near, with its verdict; the same decision as :meth:`claim`, slower."""
        index = self._by_unit.get(unit)
        if index is None:
            return []
        scopes = _Scopes(subject, around)
        part = around.part if part is None else part
        near = index.candidates(scopes.clause)
        right = [claim for claim in near if role in claim.rule.roles and status in claim.rule.statuses]
        passed = self._passed(right, scopes, direction, part)
        best = self._best(passed, scopes) if passed else None
        answer = []
        for compiled in sorted(near, key=lambda claim: claim.order):
            if compiled is best:
                verdict = "won"
            elif compiled in passed:
                verdict = "tied" if best is None else "lost: less specific"
            else:
                verdict = self._reason(compiled, scopes, role, status, direction, part)
            answer.append(Candidate(compiled.rule.name, compiled.rule.indicator, verdict))
        return answer

    def _passed(
        self, candidates: list[_Compiled], scopes: _Scopes, direction: str | None, part: bool
    ) -> list[_Compiled]:
        return [
            compiled for compiled in candidates
            if (compiled.part or not part) and (not compiled.directions or direction in compiled.directions)
            and scopes.fit(compiled)
        ]

    def _best(self, passed: list[_Compiled], scopes: _Scopes) -> _Compiled | None:
        scores = [self._score(compiled, scopes) for compiled in passed]
        top = max(scores)
        ranked = [compiled for compiled, score in zip(passed, scores, strict=True) if score == top]
        if len({compiled.rule.indicator for compiled in ranked}) > 1:
            return None
        return min(ranked, key=lambda compiled: compiled.order)

    def _score(self, compiled: _Compiled, scopes: _Scopes) -> tuple[int, int]:
        weight = length = 0
        for test in compiled.require:
            weight += test.weight
            length += len(scopes.longest(test))
        return weight, length

    def _reason(self, compiled: _Compiled, scopes: _Scopes, role: str, status: str, direction: str | None,
                part: bool) -> str:
        rule = compiled.rule
        if role not in rule.roles:
            return f"role is {role}"
        if status not in rule.statuses:
            return f"status is {status}"
        if part and not rule.part:
            return "is a part (其中)"
        if rule.directions and direction not in rule.directions:
            return f"direction is {direction}"
        for (scope, item), test in zip(rule.require, compiled.require, strict=True):
            if not scopes.longest(test):
                return f"no '{item}' in the {scope}"
        for test in compiled.exclude:
            word = scopes.longest(test)
            if word:
                return f"excluded by '{word}'"
        return "regex does not match"


class _Scopes:
    """The texts of the scopes of one figure; the wide ones are put together only where a claim asks for them."""

    __slots__ = ("_around", "_texts", "clause")

    def __init__(self, subject: str, around: Words) -> None:
        self._around = around
        subject, own = plain(subject), around.clause
        self.clause = f"{subject}\n{own}"
        self._texts: list[str | None] = [subject, own, self.clause, None, None, None, None, None, None]

    def text(self, scope: int) -> str:
        """The text of a scope. Each of near, sentence, passage and context holds the one before."""
        text = self._texts[scope]
        if text is None:
            around = self._around
            if scope == _NEAR:
                text = f"{self.clause}\n{around.near}"
            elif scope == _SENTENCE:
                text = f"{self.text(_NEAR)}\n{around.sentence}"
            elif scope == _PASSAGE:
                text = f"{self.text(_SENTENCE)}\n{around.passage}"
            elif scope == _HEADING:
                text = around.heading
            elif scope == _TITLE:
                text = around.title
            else:
                text = f"{self.text(_PASSAGE)}\n{around.heading}\n{around.title}"
            self._texts[scope] = text
        return text

    def longest(self, test: _Test) -> str:
        """The longest word of the test that stands in its scope; '' where none does."""
        text = self.text(test.scope)
        return next((word for word in test.words if word in text), "")

    def fit(self, compiled: _Compiled) -> bool:
        """Whether all tests of a claim hold."""
        texts = self._texts
        for scope, any_of, wanted in compiled.tests:
            text = texts[scope]
            if text is None:
                text = self.text(scope)
            if (any_of.search(text) is not None) is not wanted:
                return False
        return compiled.pattern is None or _search(compiled.pattern, self.clause, compiled.rule.name)


def _search(pattern: regex.Pattern[str], text: str, name: str) -> bool:
    try:
        return pattern.search(text[:_REGEX_LIMIT], timeout=REGEX_SECONDS) is not None
    except TimeoutError:
        raise PatternError(f"the regex of {name} took longer than {REGEX_SECONDS} s on '{text[:40]}'",
                           hint="simplify it; do not nest repeats") from None
