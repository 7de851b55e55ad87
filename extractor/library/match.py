"""Which indicator claims a figure: candidates by unit and term, then tests on bit sets; the most specific one wins.

Deterministic by construction: candidates are tried in the order of the library, the winner is the claim that requires
most (narrow scopes count more, then the length of the matched words), and a tie between two indicators is no claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import regex

from ..errors import PatternError
from .entries import NARROW, REGEX_SECONDS, SCOPES, ClaimRule, Indicator
from .neighbours import Neighbours, plain
from .terms import Scanner, Terms

#: What one matched requirement counts, by scope.
_WEIGHTS = {"subject": 4, "own": 4, "clause": 4, "near": 3, "sentence": 2, "passage": 2, "heading": 2, "title": 1,
            "context": 2}
_REGEX_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Claim:
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


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    rule: ClaimRule
    order: int
    require: tuple[tuple[int, int, int], ...]
    """(scope index, mask, weight)."""
    exclude: tuple[tuple[int, int], ...]
    pattern: regex.Pattern[str] | None


class _Index:
    """The claims of one unit, found by the terms of their rarest narrow requirement."""

    __slots__ = ("_always", "_by_term", "_keys", "roles")

    def __init__(self) -> None:
        self.roles: set[str] = set()
        self._by_term: dict[int, list[_Compiled]] = {}
        self._always: list[_Compiled] = []
        self._keys = 0

    def add(self, compiled: _Compiled, key: tuple[int, ...]) -> None:
        self.roles.update(compiled.rule.roles)
        if not key:
            self._always.append(compiled)
        for number in key:
            self._by_term.setdefault(number, []).append(compiled)
            self._keys |= 1 << number

    def candidates(self, found: int) -> list[_Compiled]:
        """Claims whose key is among the terms found, each once."""
        hits = found & self._keys
        if not hits:
            return self._always
        claims = list(self._always)
        by_term = self._by_term
        while hits:
            number = hits.bit_length() - 1
            claims += by_term[number]
            hits ^= 1 << number
        return list(dict.fromkeys(claims)) if len(claims) > 1 else claims


_SCOPE_INDEX = {scope: index for index, scope in enumerate(SCOPES)}
_SUBJECT, _OWN, _CLAUSE, _NEAR, _SENTENCE, _PASSAGE, _HEADING, _TITLE, _CONTEXT = range(len(SCOPES))


class Matcher:
    """All claims of a library, compiled. Immutable after construction (its caches only remember pure results)."""

    def __init__(self, indicators: Iterable[Indicator], terms: Terms,
                 family: Callable[[str], Iterable[str]] | None = None) -> None:
        self.scanner = Scanner()
        self._by_unit: dict[str, _Index] = {}
        order = 0
        for entry in indicators:
            for rule in entry.claims:
                self._add(rule, terms, order, family)
                order += 1
        self.scanner.freeze()

    def _add(self, rule: ClaimRule, terms: Terms, order: int,
             family: Callable[[str], Iterable[str]] | None) -> None:
        require = []
        key: tuple[int, ...] = ()
        for scope, item in rule.require:
            ids = tuple(self.scanner.add(word) for word in terms.expand(item))
            require.append((_SCOPE_INDEX[scope], _mask(ids), _WEIGHTS[scope]))
            if scope in NARROW and (not key or len(ids) < len(key)):
                key = ids
        exclude = [(_SCOPE_INDEX[scope], _mask(self.scanner.add(word) for word in terms.expand(item)))
                   for scope, item in rule.exclude]
        merged: dict[int, int] = {}
        for scope_index, mask in exclude:
            merged[scope_index] = merged.get(scope_index, 0) | mask
        compiled = _Compiled(rule, order, tuple(require), tuple(merged.items()),
                             regex.compile(rule.regex) if rule.regex else None)
        units = set(rule.units)
        if family is not None:
            for unit in rule.units:
                units.update(family(unit))
        for unit in sorted(units):
            self._by_unit.setdefault(unit, _Index()).add(compiled, key)

    def asks(self, unit: str, role: str) -> bool:
        """Whether any claim takes figures of this unit and role: where none does, no words need to be cut out."""
        index = self._by_unit.get(unit)
        return index is not None and role in index.roles

    def claim(self, subject: str, unit: str, role: str, status: str, around: Neighbours,
              direction: str | None = None, part: bool | None = None) -> Claim | None:
        """The indicator that claims the figure, or None where none does or two tie.

        ``subject`` and the strings of ``around`` are folded text. ``part`` says that the figure is a part of the one
        before it (其中), None that ``around`` decides: only claims that are marked as parts may take it.
        Raises :class:`PatternError` where a user's regex exceeds its time limit.
        """
        index = self._by_unit.get(unit)
        if index is None or role not in index.roles:
            return None
        passed, scopes = self._passed(subject, unit, role, status, around, direction, part)
        if not passed:
            return None
        best = passed[0] if len(passed) == 1 else self._best(passed, scopes)
        if best is None:
            return None
        return Claim(best.rule.indicator, best.rule.name, best.rule.tentative)

    def explain(self, subject: str, unit: str, role: str, status: str, around: Neighbours,
                direction: str | None = None, part: bool | None = None) -> list[Candidate]:
        """Every rule that came near, with its verdict; the same decision as :meth:`claim`, slower."""
        passed, scopes = self._passed(subject, unit, role, status, around, direction, part)
        best = self._best(passed, scopes) if passed else None
        answer = []
        for compiled in sorted(self._candidates(unit, scopes), key=lambda c: c.order):
            if compiled is best:
                verdict = "won"
            elif compiled in passed:
                verdict = "tied" if best is None else "lost: less specific"
            else:
                verdict = self._reason(compiled, scopes, role, status, direction,
                                       around.part if part is None else part)
            answer.append(Candidate(compiled.rule.name, compiled.rule.indicator, verdict))
        return answer

    def _passed(self, subject: str, unit: str, role: str, status: str, around: Neighbours, direction: str | None,
                part: bool | None) -> tuple[list[_Compiled], _Scopes]:
        scopes = _Scopes(self.scanner, subject, around)
        part = around.part if part is None else part
        passed = [
            compiled for compiled in self._candidates(unit, scopes)
            if role in compiled.rule.roles and status in compiled.rule.statuses and (compiled.rule.part or not part)
            and (not compiled.rule.directions or direction in compiled.rule.directions) and scopes.fit(compiled)
        ]
        return passed, scopes

    def _candidates(self, unit: str, scopes: _Scopes) -> list[_Compiled]:
        index = self._by_unit.get(unit)
        return index.candidates(scopes.keys) if index is not None else []

    def _best(self, passed: list[_Compiled], scopes: _Scopes) -> _Compiled | None:
        scores = [self._score(compiled, scopes) for compiled in passed]
        top = max(scores)
        ranked = [compiled for compiled, score in zip(passed, scores, strict=True) if score == top]
        if len({compiled.rule.indicator for compiled in ranked}) > 1:
            return None
        return min(ranked, key=lambda compiled: compiled.order)

    def _score(self, compiled: _Compiled, scopes: _Scopes) -> tuple[int, int]:
        weight = length = 0
        words = self.scanner.words
        for index, mask, value in compiled.require:
            weight += value
            found = mask & scopes.mask(index)
            longest = 0
            while found:
                number = found.bit_length() - 1
                longest = max(longest, len(words[number]))
                found ^= 1 << number
            length += longest
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
        for (scope, item), (index, mask, _) in zip(rule.require, compiled.require, strict=True):
            if not mask & scopes.mask(index):
                return f"no '{item}' in the {scope}"
        for index, mask in compiled.exclude:
            hit = mask & scopes.mask(index)
            if hit:
                return f"excluded by '{self.scanner.words[_bits(hit)[0]]}'"
        return "regex does not match"


class _Scopes:
    """Term masks of the scopes of one figure; the wide ones are scanned only where a claim asks for them."""

    __slots__ = ("_around", "_masks", "_scanner", "keys", "text")

    def __init__(self, scanner: Scanner, subject: str, around: Neighbours) -> None:
        subject = plain(subject)
        found = scanner.cached(subject)
        own = scanner.scan(around.clause)
        self.keys = found | own
        self._scanner = scanner
        self._around = around
        self._masks: list[int] = [found, own, self.keys, -1, -1, -1, -1, -1, -1]
        self.text = f"{subject}\n{around.clause}"

    def mask(self, index: int) -> int:
        mask = self._masks[index]
        if mask < 0:
            mask = self._masks[index] = self._wide(index)
        return mask

    def _wide(self, index: int) -> int:
        around = self._around
        if index == _NEAR:
            return self._masks[_CLAUSE] | self._find(around.near)
        if index == _SENTENCE:
            return self.mask(_NEAR) | self._find(around.sentence)
        if index == _PASSAGE:
            return self.mask(_SENTENCE) | self._find(around.passage)
        if index == _HEADING:
            return self._find(around.heading)
        if index == _TITLE:
            return self._find(around.title)
        return self.mask(_PASSAGE) | self.mask(_HEADING) | self.mask(_TITLE)

    def _find(self, text: str) -> int:
        return self._scanner.cached(text) if text else 0

    def fit(self, compiled: _Compiled) -> bool:
        masks = self._masks
        for index, mask, _ in compiled.require:
            found = masks[index]
            if not mask & (found if found >= 0 else self.mask(index)):
                return False
        for index, mask in compiled.exclude:
            found = masks[index]
            if mask & (found if found >= 0 else self.mask(index)):
                return False
        return compiled.pattern is None or _search(compiled.pattern, self.text, compiled.rule.name)


def _search(pattern: regex.Pattern[str], text: str, name: str) -> bool:
    try:
        return pattern.search(text[:_REGEX_LIMIT], timeout=REGEX_SECONDS) is not None
    except TimeoutError:
        raise PatternError(f"the regex of {name} took longer than {REGEX_SECONDS} s on '{text[:40]}'",
                           hint="simplify it; do not nest repeats") from None


def _mask(ids: Iterable[int]) -> int:
    mask = 0
    for number in ids:
        mask |= 1 << number
    return mask


def _bits(mask: int) -> list[int]:
    """Numbers of the bits that are set, ascending."""
    numbers = []
    while mask:
        number = mask.bit_length() - 1
        numbers.append(number)
        mask ^= 1 << number
    return numbers[::-1]
