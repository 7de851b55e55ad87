"""`extractor explain`: why a number has its value, unit, period, region and indicator, or why it is no figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractor.cli.common import document_options, extraction_of, read_library
from extractor.errors import UsageError

if TYPE_CHECKING:
    from extractor.library import Library
    from extractor.model import Document, Extraction, Figure, LedgerEntry


@click.command(
    epilog="Example: extractor explain report.txt:1204",
    short_help="Say why a figure has its value, unit, period, region ...",
)
@click.argument("target", metavar="FILE:OFFSET")
@document_options
def explain(target: str, patterns: Path | None, place: str | None) -> None:
    """Explain the number at OFFSET of FILE: a character position (from 0), as in the column `start` of every table.

    Prints each field with the rules behind it, the flags with their arithmetic, and the sentence with the number
    marked. Of a number that is no figure, it says which rule set it aside.
    """
    source, offset = _target(target)
    extraction = extraction_of(source, patterns, place)
    text = extraction.document.text
    if offset >= len(text):
        raise UsageError(f"offset {offset} is beyond its end", where=source, hint=f"it has {len(text)} characters")
    figure = next((f for f in extraction.figures if f.start <= offset < f.end), None)
    entry = next((e for e in extraction.ledger if e.start <= offset < e.end), None)
    if figure is not None:
        lines = [*_place(extraction.document, source, figure.start, figure.end), *_figure(figure)]
        lines += _claims(extraction.document, figure, read_library(patterns))
    elif entry is not None:
        lines = [*_place(extraction.document, source, entry.start, entry.end), *_entry(entry)]
    else:
        raise UsageError(f"no number at offset {offset}", where=source, hint=_nearest(extraction, offset))
    click.echo("\n".join(lines))


def _target(target: str) -> tuple[str, int]:
    source, _, offset = target.rpartition(":")
    if not source or not (offset.isascii() and offset.isdigit() and len(offset) <= 12):
        raise UsageError(f"'{target}' is not FILE:OFFSET", hint="for example: extractor explain report.txt:1204")
    return source, int(offset)


def _nearest(extraction: Extraction, offset: int) -> str:
    if not extraction.ledger:
        return "the document holds no number"
    entry = min(extraction.ledger, key=lambda e: max(e.start - offset, offset - e.end))
    return f"the nearest one is '{entry.quote}' at {entry.start}"


def _place(document: Document, source: str, start: int, end: int) -> list[str]:
    """Where the number stands: line and column (from 1), and its line with the number underlined by brackets."""
    text = document.text
    line = text.count("\n", 0, start) + 1
    left = max(text.rfind("\n", 0, start) + 1, start - 40)
    right = text.find("\n", end)
    right = min(len(text) if right < 0 else right, end + 40)
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    quoted = f"{text[left:start]}【{text[start:end]}】{text[end:right]}"
    return [f"{source}:{start} (line {line}, column {column})", "  " + " ".join(quoted.split()), ""]


def _figure(figure: Figure) -> list[str]:
    from extractor.tables.records import figure_record

    record = figure_record(figure)
    reasons = reasons_by_field(figure.why)
    shown = ("value", "value_max", "unit", "modifier", "role", "status", "direction", "subject", "indicator", "period",
             "region", "region_code")
    lines = [f"  figure {figure.id}"]
    for name in shown:
        if record[name] is not None or name in ("indicator", "period", "region"):
            value = "none" if record[name] is None else str(record[name])
            why = "; ".join(reasons.pop(name, []))
            lines.append(f"  {name:<12}{value}" + (f"   <- {why}" if why else ""))
    lines += [f"  {name:<12}{'; '.join(rules)}" for name, rules in reasons.items()]
    if figure.heading:
        lines.append(f"  {'heading':<12}{figure.heading}")
    if figure.confirmed:
        lines.append(f"  {'confirmed':<12}{', '.join(figure.confirmed)}")
    for flag in figure.flags:
        lines += ["", f"  {flag.severity} {flag.code}: {flag.message} {flag.message_en}", f"    {flag.evidence}"]
        lines += [f"    excluded or left: {rival}" for rival in flag.rivals]
    for repair in figure.repair:
        lines.append(f"  reading: {repair.value} {repair.unit} {repair.subject} ({repair.indicator}), by {repair.rule}")
    return lines


#: The fields whose rules the pipeline records first in ``Figure.why``, in this order.
_REASONED = ("value", "role", "status", "period", "region", "subject", "indicator")


def reasons_by_field(why: tuple[str, ...]) -> dict[str, list[str]]:
    """The rules behind each field; what came later (a check that settled something) stands under ``further``.

    >>> reasons_by_field(("number.arabic", "", "status.report", "", "document", "", "", "checks.glued"))
    {'value': ['number.arabic'], 'status': ['status.report'], 'region': ['document'], 'further': ['checks.glued']}
    """
    if len(why) < len(_REASONED):
        return {"further": list(why)} if why else {}
    reasons = {name: [rule] for name, rule in zip(_REASONED, why, strict=False) if rule}
    return reasons | ({"further": list(why[len(_REASONED) :])} if len(why) > len(_REASONED) else {})


def _claims(document: Document, figure: Figure, library: Library) -> list[str]:
    """Every claim of the pattern library that came near, with what became of it; the winner first."""
    from extractor.library import Neighbours, Words, around
    from extractor.reading.fold import fold

    title = document.title or ""
    words: Words
    if figure.cell is not None:
        words = Neighbours(figure.subject, "", figure.subject, figure.heading, title)
    else:
        words = around(fold(document.text), figure.start, figure.end, figure.sentence, figure.heading, title)
    tried = library.matcher.explain(figure.subject, figure.unit, figure.role, figure.status, words, figure.direction)
    if not tried:
        return ["", "  claims: no indicator of the pattern library comes near"]
    tried.sort(key=lambda candidate: candidate.verdict != "won")
    return ["", "  claims that came near (the rule, and what became of it):"] + [
        f"    {candidate.rule:<44}{candidate.verdict}" for candidate in tried
    ]


def _entry(entry: LedgerEntry) -> list[str]:
    lines = [f"  no figure: {entry.disposition}" + (f", by the rule '{entry.rule}'" if entry.rule else "")]
    if entry.repair:
        lines.append(f"  most likely {entry.repair}")
    lines += [f"  {flag.severity} {flag.code}: {flag.message_en} {flag.evidence}" for flag in entry.flags]
    return lines
