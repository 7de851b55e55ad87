"""``patterns/furniture.yaml`` read and compiled: what counts as page furniture is data, kept by readers of pages."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from extractor.patternfiles import Fields, Problems, top

from .fold import fold

Where = Literal["head", "tail", "any"]
Takes = Literal["line", "match", "rest", "above"]
_DECORATION = " \t　\xa0\ufeff•·●○◆■□▪►▶>*|\\-—[]()【】（）〔〕<《》/:：,，"


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
class FurnitureRules:
    """All rules. ``head``, ``tail`` and ``between`` hold the rules to try in that part of a document, with one
    pattern that is true wherever any of them is, so that an ordinary line costs one test."""

    lines: tuple[LineRule, ...]
    words: dict[str, str]
    html: dict[str, str]
    head: tuple[LineRule, ...]
    tail: tuple[LineRule, ...]
    between: tuple[LineRule, ...]
    any_head: re.Pattern[str]
    any_tail: re.Pattern[str]
    any_between: re.Pattern[str]


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
    head = tuple(rule for rule in rules if rule.where != "tail")
    tail = tuple(rule for rule in rules if rule.where != "head")
    between = tuple(rule for rule in rules if rule.where == "any")
    return FurnitureRules(
        lines=rules, words={bare(fold(word)): note for note, group in words.values() for word in group},
        html={word: note for note, group in html.values() for word in group},
        head=head, tail=tail, between=between,
        any_head=_union(head), any_tail=_union(tail), any_between=_union(between))


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
    return LineRule(rule_id, note, where, takes, int(longest) if longest is not None else 120,  # type: ignore[arg-type]
                    pattern, examples, rejects)


def _union(rules: tuple[LineRule, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules) or r"(?!)")
