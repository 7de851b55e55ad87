"""Runs the examples and rejects of indicator entries through the whole extraction.

The extraction is passed in, because it stands above this room; ``extractor patterns test`` and the test suite do so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..model import Document, Extraction, Figure
from .entries import Example, Indicator, Reject

Extract = Callable[[Document], Extraction]


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that was not taken as it says, or a near miss that was taken."""

    indicator: str
    kind: str
    """``example``, ``reject`` or ``overlap`` (the same figure is claimed, but by another entry)."""
    text: str
    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (f"{self.where}: {self.kind} of {self.indicator} failed\n    text      {self.text}\n"
                f"    expected  {self.expected}\n    found     {self.found}")


def prove(entries: Iterable[Indicator], extract: Extract) -> list[Failure]:
    """Failures of all examples and rejects, in the order of the entries; [] where everything holds.

    An example holds where its entry claims exactly one quantity (and those named as ``also``), with the example's
    value, status, and unit, where it gives one. A reject holds where its entry claims nothing in the text (or not the
    value it names).
    """
    known: dict[tuple[str, str, str, str], Extraction] = {}

    def run(text: str, heading: str, title: str, place: str) -> Extraction:
        key = (text, heading, title, place)
        if key not in known:
            body = f"{heading}\n\n{text}" if heading else text
            known[key] = extract(Document(id="example", text=body, title=title or None, place=place or None))
        return known[key]

    failures = []
    for entry in entries:
        for example in entry.examples:
            extraction = run(example.text, example.heading, example.title, example.place)
            failure = _check_example(entry, example, extraction)
            if failure:
                failures.append(failure)
        for reject in entry.rejects:
            failure = _check_reject(entry, reject, run(reject.text, reject.heading, reject.title, ""))
            if failure:
                failures.append(failure)
    return failures


@dataclass(frozen=True, slots=True)
class _Taken:
    value: Decimal
    unit: str
    figure: Figure


def _taken(extraction: Extraction, indicator: str) -> list[_Taken]:
    taken = []
    for figure in extraction.figures:
        if figure.repair:
            taken += [_Taken(r.value, r.unit, figure) for r in figure.repair if r.indicator == indicator]
        elif figure.indicator == indicator:
            taken.append(_Taken(figure.value, figure.unit, figure))
    return taken


def _check_example(entry: Indicator, example: Example, extraction: Extraction) -> Failure | None:
    taken = _taken(extraction, entry.id)
    one = next((t for t in taken if t.value == example.value), None)
    fits = one is not None and example.unit in ("", one.unit) and one.figure.status == example.status
    if fits and sorted(t.value for t in taken) == sorted((example.value, *example.also)):
        return None
    expected = f"{example.value} {example.unit or entry.unit} ({example.status})"
    rivals = [f for f in extraction.figures if f.value == example.value and f.indicator not in (None, entry.id)]
    found = _describe(extraction) if not taken else "; ".join(f"{t.value} {t.unit} ({t.figure.status})" for t in taken)
    if not taken and rivals:
        found = f"claimed by {rivals[0].indicator}; {found}"
    return Failure(entry.id, "overlap" if rivals and not taken else "example", example.text, example.where, expected,
                   found)


def _check_reject(entry: Indicator, reject: Reject, extraction: Extraction) -> Failure | None:
    taken = [t for t in _taken(extraction, entry.id) if reject.value is None or t.value == reject.value]
    if not taken:
        return None
    expected = "nothing" if reject.value is None else f"not {reject.value}"
    found = "; ".join(f"{t.value} {t.unit} ({', '.join(w for w in t.figure.why if entry.id in w)})" for t in taken)
    return Failure(entry.id, "reject", reject.text, reject.where, expected, found)


def _describe(extraction: Extraction) -> str:
    if not extraction.figures:
        return "no figure in the text"
    return "; ".join(
        f"{f.quote} [{f.role}, {f.status}, subject {f.subject or '-'}, {f.indicator or 'not claimed'}]"
        for f in extraction.figures
    )
