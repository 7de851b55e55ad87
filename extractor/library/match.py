"""Which indicator claims a figure: candidates by unit and word, then tests of their words; the most specific one wins.

Deterministic by construction: the winner is the claim that requires most (narrow scopes count more, then the length
of the matched words), of two rules of one indicator the first in the library; a tie between two indicators is no claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import regex

from ..errors import PatternError
from .compiled import CLAUSE, NEAR, OWN, SUBJECT, Claim, Compiled, Index, Test
from .entries import REGEX_SECONDS, SCOPES, ClaimRule, Indicator
from .neighbours import Words, plain
from .terms import MIN_LENGTH, Terms
from .wordsets import WordSets

#: What one matched requirement counts, by scope.
_WEIGHTS: Final = {"subject": 4, "own": 4, "clause": 4, "near": 3, "sentence": 2, "passage": 2, "heading": 2,
                   "title": 1, "context": 2}
_REGEX_LIMIT: Final = 400
#: Stands for the sets of words of a text that no claim has asked for yet.
_UNKNOWN: Final = -1
_SENTENCE: Final = SCOPES.index("sentence")
_PASSAGE: Final = SCOPES.index("passage")
_HEADING: Final = SCOPES.index("heading")
_TITLE: Final = SCOPES.index("title")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rule that was tried, for ``explain``: ``verdict`` is ``won``, ``tied``, ``lost`` or why it failed."""

    rule: str
    indicator: str
    verdict: str


class Matcher:
    """All claims of a library, compiled. Immutable after construction."""

    def __init__(self, indicators: Iterable[Indicator], terms: Terms,
                 family: Callable[[str], Iterable[str]] | None = None) -> None:
        self._by_unit: dict[str, Index] = {}
        self._by_kind: dict[tuple[str, str, str], Index] = {}
        self._sets = WordSets()
        rules = [rule for entry in indicators for rule in entry.claims]
        required = [tuple([_test(scope, terms.expand(item)) for scope, item in rule.require]) for rule in rules]
        # All keys before all other sets: their bits are the low ones, and numbers of low bits are compared faster.
        keys = [self._key(require) for require in required]
        for order, (rule, require, key) in enumerate(zip(rules, required, keys, strict=True)):
            self._add(Compiled(rule, order, require, _exclusions(rule, terms), self._sets), key, family)
        self._sets.close()

    def _key(self, require: tuple[Test, ...]) -> int:
        """The bit of a claim's rarest narrow requirement, by which it is found; 0 where it has none."""
        narrow = [test.words for test in require if test.scope <= CLAUSE]
        return self._sets.enter(min(narrow, key=len)) if narrow else 0

    def _add(self, compiled: Compiled, key: int, family: Callable[[str], Iterable[str]] | None) -> None:
        rule = compiled.rule
        units = set(rule.units)
        if family is not None:
            for unit in rule.units:
                units.update(family(unit))
        for unit in sorted(units):
            self._by_unit.setdefault(unit, Index()).add(compiled, key)
            for role in rule.roles:
                for status in rule.statuses:
                    self._by_kind.setdefault((unit, role, status), Index()).add(compiled, key)

    def claims(self, unit: str, role: str, status: str) -> Index | None:
        """The claims that take figures of this kind; None where there are none and no words need to be cut out."""
        return self._by_kind.get((unit, role, status))

    def claim(self, subject: str, unit: str, role: str, status: str, around: Words,
              direction: str | None = None, part: bool | None = None) -> Claim | None:
        """The indicator that claims the figure, or None where none does or two tie.

        ``subject`` and the strings of ``around`` are folded text. ``part`` says that the figure is a part of the one
        before it (其中), None that ``around`` decides: only claims that are marked as parts may take it.
        Raises :class:`PatternError` where a user's regex exceeds its time limit.
        """
        claims = self.claims(unit, role, status)
        if claims is None:
            return None
        return self.choose(claims, subject, around, direction, around.part if part is None else part)

    def choose(self, claims: Index, subject: str, around: Words, direction: str | None, part: bool) -> Claim | None:
        """What :meth:`claim` answers, where the claims of the figure's kind are known (:meth:`claims`)."""
        scopes = _Scopes(subject, around, self._sets)
        candidates = claims.candidates(scopes.found)
        if not candidates:
            return None
        passed = _passed(candidates, scopes, direction, part)
        if not passed:
            return None
        best = passed[0] if len(passed) == 1 else _best(passed, scopes)
        return best.answer if best is not None else None

    def explain(self, subject: str, unit: str, role: str, status: str, around: Words,
                direction: str | None = None, part: bool | None = None) -> list[Candidate]:
        """Every rule that came near, with its verdict; the same decision as :meth:`claim`, slower."""
        index = self._by_unit.get(unit)
        if index is None:
            return []
        scopes = _Scopes(subject, around, self._sets)
        part = around.part if part is None else part
        near = index.candidates(scopes.found)
        right = [claim for claim in near if role in claim.rule.roles and status in claim.rule.statuses]
        passed = _passed(right, scopes, direction, part)
        best = _best(passed, scopes) if passed else None
        answer = []
        for compiled in sorted(near, key=lambda claim: claim.order):
            if compiled is best:
                verdict = "won"
            elif compiled in passed:
                verdict = "tied" if best is None else "lost: less specific"
            else:
                verdict = _reason(compiled, scopes, role, status, direction, part)
            answer.append(Candidate(compiled.rule.name, compiled.rule.indicator, verdict))
        return answer


def _test(scope: str, words: Iterable[str]) -> Test:
    long = (word for word in words if len(word) >= MIN_LENGTH)
    return Test(SCOPES.index(scope), tuple(sorted(long, key=lambda word: (-len(word), word))), _WEIGHTS[scope])


def _exclusions(rule: ClaimRule, terms: Terms) -> tuple[Test, ...]:
    """The exclusions of a claim, one for each scope."""
    merged: dict[str, dict[str, None]] = {}
    for scope, item in rule.exclude:
        merged.setdefault(scope, {}).update(dict.fromkeys(terms.expand(item)))
    return tuple([_test(scope, words) for scope, words in merged.items()])


def _passed(candidates: list[Compiled], scopes: _Scopes, direction: str | None, part: bool) -> list[Compiled]:
    found = scopes.found
    near = _UNKNOWN
    passed = []
    for compiled in candidates:
        if (part and not compiled.part) or (compiled.directions and direction not in compiled.directions):
            continue
        required = compiled.required
        if found & required != required or found & compiled.excluded:
            continue
        if compiled.narrow and not scopes.narrow(compiled):
            continue
        required = compiled.required_near
        if required or compiled.excluded_near:
            if near == _UNKNOWN:
                near = scopes.found_near()
            if near & required != required or near & compiled.excluded_near:
                continue
        if not (compiled.wide or compiled.pattern) or scopes.wide(compiled):
            passed.append(compiled)
    return passed


def _best(passed: list[Compiled], scopes: _Scopes) -> Compiled | None:
    """The claim that requires most, the one of longer words among equals; None where two indicators are left."""
    ranked: list[Compiled] = []
    for compiled in passed:
        if not ranked or compiled.weight > ranked[0].weight:
            ranked = [compiled]
        elif compiled.weight == ranked[0].weight:
            ranked.append(compiled)
    if len(ranked) > 1:
        lengths = [scopes.length(compiled) for compiled in ranked]
        longest = max(lengths)
        ranked = [compiled for compiled, length in zip(ranked, lengths, strict=True) if length == longest]
    best = ranked[0]
    for compiled in ranked:
        if compiled.rule.indicator != best.rule.indicator:
            return None
        if compiled.order < best.order:
            best = compiled
    return best


def _reason(compiled: Compiled, scopes: _Scopes, role: str, status: str, direction: str | None, part: bool) -> str:
    rule = compiled.rule
    if role not in rule.roles:
        return f"role is {role}"
    if status not in rule.statuses:
        return f"status is {status}"
    if part and not rule.part:
        return "is a part (其中)"
    if rule.directions and direction not in rule.directions:
        return f"direction is {direction}"
    for (scope, item), test in zip(rule.require, compiled.requirements, strict=True):
        if not scopes.longest(test):
            return f"no '{item}' in the {scope}"
    for test in compiled.exclusions:
        word = scopes.longest(test)
        if word:
            return f"excluded by '{word}'"
    return "regex does not match"


class _Scopes:
    """The texts of the scopes of one figure and the sets of words found in them; the wide texts are put together only
    where a claim asks for them."""

    __slots__ = ("_around", "_in_own", "_in_subject", "_own", "_sets", "_subject", "_wide", "found")

    def __init__(self, subject: str, around: Words, sets: WordSets) -> None:
        self._around = around
        self._sets = sets
        self._subject = subject = plain(subject)
        self._own = own = around.clause
        self._in_subject = self._in_own = _UNKNOWN
        # The subject is mostly made of the figure's own words: what one of them holds is found in the other one, too.
        if own in subject:
            self.found = self._in_subject = sets.found(subject)
            if len(own) == len(subject):
                self._in_own = self._in_subject
        elif subject in own:
            self.found = self._in_own = sets.found(own)
        else:
            self._in_subject, self._in_own = sets.found(subject), sets.found(own)
            self.found = self._in_subject | self._in_own
        self._wide: dict[int, str] = {}

    def found_near(self) -> int:
        """The sets of words found near the figure, its own words among them."""
        return self.found | self._sets.found(self._around.near)

    def narrow(self, compiled: Compiled) -> bool:
        """Whether the tests of a claim hold that look at a part of the clause."""
        for scope, required, excluded in compiled.narrow:
            if scope == SUBJECT:
                if self._in_subject == _UNKNOWN:
                    self._in_subject = self._sets.found(self._subject)
                found = self._in_subject
            else:
                if self._in_own == _UNKNOWN:
                    self._in_own = self._sets.found(self._own)
                found = self._in_own
            if found & required != required or found & excluded:
                return False
        return True

    def text(self, scope: int) -> str:
        """The text of a scope. Each of near, sentence, passage and context holds the one before."""
        if scope == SUBJECT:
            return self._subject
        if scope == OWN:
            return self._own
        text = self._wide.get(scope)
        if text is None:
            text = self._wide[scope] = self._joined(scope)
        return text

    def _joined(self, scope: int) -> str:
        around = self._around
        if scope == _SENTENCE:
            return f"{self._subject}\n{self._own}\n{around.near}\n{around.sentence}"
        if scope == CLAUSE:
            return f"{self._subject}\n{self._own}"
        if scope == NEAR:
            return f"{self._subject}\n{self._own}\n{around.near}"
        if scope == _PASSAGE:
            return f"{self.text(_SENTENCE)}\n{around.passage}"
        if scope == _HEADING:
            return around.heading
        if scope == _TITLE:
            return around.title
        return f"{self.text(_PASSAGE)}\n{around.heading}\n{around.title}"

    def longest(self, test: Test) -> str:
        """The longest word of the test that stands in its scope; '' where none does."""
        return _first_in(test.words, self.text(test.scope))

    def length(self, compiled: Compiled) -> int:
        """How long the words are, together, that fulfil the requirements of a claim."""
        length = 0
        for test in compiled.requirements:
            length += len(self.longest(test))
        return length

    def wide(self, compiled: Compiled) -> bool:
        """Whether the tests of a claim hold that look far beyond the clause, and its regex."""
        for scope, words, wanted in compiled.wide:
            if (_first_in(words, self.text(scope)) != "") is not wanted:
                return False
        return compiled.pattern is None or _search(compiled.pattern, self.text(CLAUSE), compiled.rule.name)


def _first_in(words: tuple[str, ...], text: str) -> str:
    """The first of some words that stands in a text; '' where none does."""
    for word in words:
        if word in text:
            return word
    return ""


def _search(pattern: regex.Pattern[str], text: str, name: str) -> bool:
    try:
        return pattern.search(text[:_REGEX_LIMIT], timeout=REGEX_SECONDS) is not None
    except TimeoutError:
        raise PatternError(f"the regex of {name} took longer than {REGEX_SECONDS} s on '{text[:40]}'",
                           hint="simplify it; do not nest repeats") from None
