"""The same report in two formats: what differs between the figures of the two documents."""

from __future__ import annotations

import difflib

from extractor import extract
from extractor.model import Document, Extraction, Figure
from extractor.tables.records import plain

Key = tuple[str, str, str]


def key(figure: Figure) -> Key:
    """What has to be the same in every format: value (with the upper end of a range), unit and subject."""
    value = plain(figure.value) if figure.value_max is None else f"{plain(figure.value)}~{plain(figure.value_max)}"
    return value, figure.unit, "".join(figure.subject.split())


def same_figures(one: Document | Extraction | str, other: Document | Extraction | str) -> list[str]:
    """Differences between the figures of two documents, in text order: '- ...' only in the first, '+ ...' only in the
    second. Empty where both have the same sequence of (value, unit, subject)."""
    a, b = _keys(one), _keys(other)
    differences: list[str] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            differences += [f"- {item}" for item in a[i1:i2]]
            differences += [f"+ {item}" for item in b[j1:j2]]
    return differences


def all_fields(figure: Figure) -> tuple[object, ...]:
    """Everything that is said of a figure but its places."""
    return (
        *key(figure), figure.modifier, figure.role, figure.status, figure.direction, figure.indicator, figure.period,
        figure.region, tuple(flag.code for flag in figure.flags),
        tuple((plain(item.value), item.unit) for item in figure.repair), figure.confirmed,
    )


def agreement(one: Document | Extraction | str, other: Document | Extraction | str) -> float:
    """Share of the first document's figures that the second has in the same order (1.0: all, and none besides)."""
    a, b = _keys(one), _keys(other)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return same / max(len(a), len(b), 1)


def _keys(source: Document | Extraction | str) -> list[Key]:
    extraction = source if isinstance(source, Extraction) else extract(source)
    return [key(figure) for figure in extraction.figures]
