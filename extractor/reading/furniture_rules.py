"""``patterns/furniture.yaml`` read and compiled: what counts as page furniture is data, kept by readers of pages."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from extractor.patternfiles import Fields, Problems, top

from .fold import fold

#: Characters from which on a line is long; the usual rules admit none that is longer.
LONG: Final = 120
# What reports count; a line that counts it is the report, however it begins.
_FACT: Final = re.compile(r"\d\s?[万亿余多]{0,2}(?:[元户亩吨个项%]|人(?!次|民|大|事|参与|评论)|公里|公顷|平方)")
Where = Literal["head", "tail", "any"]
Takes = Literal["line", "match", "rest", "above"]
_DECORATION: Final = " \t　\xa0\ufeff•·●○◆■□▪►▶>*|\\-—[]()【】（）〔〕<《》/:：,，"


@dataclass(frozen=True, slots=True)
class LineRule:
    """One rule of ``lines``: tried at the beginning of a line, on the folded view."""

    id: str
    note: str
    where: Where
    takes: Takes
    longest: int
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    rejects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineRules:
    """Rules in the order in which they are tried, with one pattern that is true wherever any of them is, so that an
    ordinary line costs one test; another for long lines, which only a few rules admit."""

    rules: tuple[LineRule, ...]
    any: re.Pattern[str]
    any_long: re.Pattern[str]

    def first(self, line: str, offset: int) -> LineRule | None:
        """The first rule that fits ``line`` from ``offset`` on; a line that counts something is the report."""
        union = self.any if len(line) <= LONG else self.any_long
        if union.match(line, offset) is None or _FACT.search(line, offset) is not None:
            return None
        for rule in self.rules:
            if len(line) <= rule.longest and rule.pattern.match(line, offset) is not None:
                return rule
        return None


@dataclass(frozen=True, slots=True)
class FurnitureRules:
    """All rules. ``head``, ``tail`` and ``between`` hold the rules to try in that part of a document, ``rest`` those
    behind which the page is no longer the report."""

    lines: tuple[LineRule, ...]
    words: dict[str, str]
    html: dict[str, str]
    head: LineRules
    tail: LineRules
    between: LineRules
    rest: LineRules
    head_matches: tuple[LineRule, ...]
    """Rules of the head that take only what their pattern matches."""
    tail_pieces: LineRules
    """Rules of the tail that may stand behind the last full stop of a paragraph."""


def bare(line: str) -> str:
    """A line without bullets, bars and brackets around it, as ``words`` are compared."""
    return line.strip(_DECORATION)


def load_rules(folders: Iterable[Path]) -> FurnitureRules:
    """The rules of ``furniture.yaml`` in the given folders, base first; a later entry replaces one with the same id.

    Raises :class:`~extractor.errors.PatternError` that lists every mistake with file and line.
    """
    problems = Problems()
    lines: dict[str, LineRule] = {}
    words: dict[str, tuple[str, tuple[str, ...]]] = {}
    html: dict[str, tuple[str, tuple[str, ...]]] = {}
    for folder in folders:
        path = folder / "furniture.yaml"
        if not path.exists():
            continue
        fields = top(path, problems)
        if fields is None:
            continue
        for entry in fields.entries("lines", "line rule"):
            rule = _line_rule(entry)
            if rule is not None:
                lines[rule.id] = rule
        for key, target in (("words", words), ("html", html)):
            for entry in fields.entries(key, f"{key} rule"):
                target[entry.text("id")] = (entry.text("note"), entry.texts("words", None))
                entry.done()
        fields.done()
    problems.raise_any()
    rules = tuple(lines.values())
    return FurnitureRules(
        lines=rules, words={bare(fold(word)): note for note, group in words.values() for word in group},
        html={word: note for note, group in html.values() for word in group},
        head=_together([rule for rule in rules if rule.where != "tail" and rule.takes != "rest"]),
        tail=_together([rule for rule in rules if rule.where != "head" and rule.takes != "rest"]),
        between=_together([rule for rule in rules if rule.where == "any" and rule.takes != "rest"]),
        rest=_together([rule for rule in rules if rule.takes == "rest"]),
        head_matches=tuple(rule for rule in rules if rule.where != "tail" and rule.takes == "match"),
        tail_pieces=_together([rule for rule in rules if rule.where != "head" and rule.takes != "match"]))


@functools.cache
def packaged_rules() -> FurnitureRules:
    """The rules that ship with the package (in a checkout, those of ``patterns/``)."""
    here = Path(__file__).resolve().parent.parent
    return load_rules((here.parent / "patterns", here / "patterns"))


def _line_rule(entry: Fields) -> LineRule | None:
    rule_id, source = entry.text("id"), entry.text("match")
    note = entry.text("note")
    where = entry.choice("where", ("head", "tail", "any"))
    takes = entry.choice("takes", ("line", "match", "rest", "above"), "line")
    longest = entry.number("longest")
    examples, rejects = entry.texts("examples", None), entry.texts("rejects", None)
    entry.done()
    try:
        # A pattern may be folded over several lines of YAML, which puts blanks after the bars.
        pattern = re.compile(re.sub(r"\|\s+", "|", source.strip()))
    except re.error as error:
        entry.problem(f"'{rule_id}' is not a valid pattern: {error}", "match", "test it with a shorter alternative")
        return None
    return LineRule(rule_id, note, where, takes, int(longest) if longest is not None else LONG,  # type: ignore[arg-type]
                    pattern, examples, rejects)


def _together(rules: list[LineRule]) -> LineRules:
    return LineRules(tuple(rules), _union(rules), _union([rule for rule in rules if rule.longest > LONG]))


def _union(rules: list[LineRule]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules) or r"(?!)")
