"""Records as plain rows: the figure record that `extract` prints, and the rows of the tables.

Everything that leaves the program as text passes through here, so that a value has one spelling everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from extractor.errors import ExtractorError
from extractor.model import Document, Extraction, Figure, Flag, LedgerEntry, Repair

if TYPE_CHECKING:
    from extractor.checks.across import AcrossFlag

Cell = str | int | bool | Decimal | None
Row = tuple[Cell, ...]

_SENTENCE = 300


def plain(value: Decimal) -> str:
    """Digits without an exponent and without closing zeros: equal values have equal text.

    >>> plain(Decimal("356000000.00")), plain(Decimal("2E+4")), plain(Decimal("-0.50"))
    ('356000000', '20000', '-0.5')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def optional(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def compact(data: object) -> str:
    """JSON on one line, Chinese readable."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def joined(codes: Iterable[str]) -> str:
    """Codes or ids as one string, each once, in the order in which they come."""
    return ";".join(dict.fromkeys(codes)) if codes else ""


def flag_codes(flags: Sequence[Flag]) -> str:
    """The codes of flags as one string; most figures have none."""
    return joined([flag.code for flag in flags]) if flags else ""


def flag_record(flag: Flag) -> dict[str, object]:
    return {
        "code": flag.code,
        "severity": flag.severity,
        "message": flag.message,
        "message_en": flag.message_en,
        "evidence": flag.evidence,
        "members": list(flag.members),
        "confirmed": list(flag.confirmed),
        "rivals": list(flag.rivals),
        "blocking": flag.blocking,
    }


def repair_records(repairs: Sequence[Repair]) -> list[dict[str, object]]:
    return [
        {
            "value": plain(item.value),
            "unit": item.unit,
            "subject": item.subject,
            "indicator": item.indicator,
            "rule": item.rule,
        }
        for item in repairs
    ]


def figure_record(figure: Figure) -> dict[str, object]:
    """The figure record of DESIGN.md: one JSON object, fields in the documented order."""
    return {
        "doc": figure.doc,
        "id": figure.id,
        "start": figure.start,
        "end": figure.end,
        "quote": figure.quote,
        "value": plain(figure.value),
        "value_max": optional(figure.value_max),
        "unit": figure.unit,
        "modifier": figure.modifier,
        "role": figure.role,
        "status": figure.status,
        "direction": figure.direction,
        "subject": figure.subject,
        "indicator": figure.indicator,
        "period": figure.period,
        "region": figure.region,
        "region_code": figure.region_code,
        "flags": [flag_record(flag) for flag in figure.flags],
        "repair": repair_records(figure.repair),
        "confirmed": list(figure.confirmed),
        "page": figure.page,
        "boxes": [list(box) for box in figure.boxes],
        "confidence": optional(figure.confidence),
    }


def is_blocked(figure: Figure) -> bool:
    """The printed value may not enter a comparable table: a flag blocks it, or a reading has replaced it."""
    if not figure.flags:
        return bool(figure.repair)
    return bool(figure.repair) or any(flag.blocking for flag in figure.flags)


def _sentence(document: Document, figure: Figure) -> str:
    start, end = figure.sentence
    if not start <= figure.start < figure.end <= end:
        start, end = figure.start, figure.end
    if end - start > _SENTENCE:
        start = max(start, figure.start - _SENTENCE // 2)
        end = min(end, start + _SENTENCE)
    return " ".join(document.text[start:end].split())


def figure_row(document: Document, figure: Figure) -> Row:
    """A row of the table ``figures``."""
    return (
        figure.doc,
        figure.id,
        figure.start,
        figure.end,
        figure.quote,
        plain(figure.value),
        optional(figure.value_max),
        figure.unit,
        figure.modifier,
        figure.role,
        figure.status,
        figure.direction,
        figure.subject,
        figure.indicator,
        figure.period,
        figure.region,
        figure.region_code,
        flag_codes(figure.flags),
        is_blocked(figure),
        compact(repair_records(figure.repair)) if figure.repair else None,
        joined(figure.confirmed),
        figure.heading,
        _sentence(document, figure),
        figure.page,
        compact(figure.boxes) if figure.boxes else None,
        optional(figure.confidence),
    )


def _flag_row(doc: str, figure: str | None, span: tuple[int, int], quote: str, flag: Flag, repair: str | None) -> Row:
    return (
        doc,
        figure,
        span[0],
        span[1],
        quote,
        flag.code,
        flag.severity,
        flag.blocking,
        flag.message,
        flag.message_en,
        flag.evidence,
        joined(flag.members),
        joined(flag.confirmed),
        compact(list(flag.rivals)) if flag.rivals else None,
        repair,
    )


def flag_rows(extraction: Extraction) -> Iterator[Row]:
    """Rows of the table ``flags``, figures and damaged dates together in text order."""
    rows: list[tuple[int, int, Row]] = []
    for figure in extraction.figures:
        repair = compact(repair_records(figure.repair)) if figure.repair else None
        span = (figure.start, figure.end)
        rows += [
            (figure.start, order, _flag_row(figure.doc, figure.id, span, figure.quote, flag, repair))
            for order, flag in enumerate(figure.flags)
        ]
    for entry in extraction.ledger:
        if entry.figure is None:  # the flags of a figure are listed with the figure
            repair = compact([{"value": entry.repair}]) if entry.repair else None
            rows += [
                (entry.start, order, _flag_row(entry.doc, None, (entry.start, entry.end), entry.quote, flag, repair))
                for order, flag in enumerate(entry.flags)
            ]
    rows.sort(key=lambda item: item[:2])
    return (row for _, _, row in rows)


def across_row(found: AcrossFlag, span: tuple[int, int], quote: str) -> Row:
    """A row of the table ``flags`` for what stands out only beside the other documents of the run."""
    return _flag_row(found.doc, found.figure, span, quote, found.flag, None)


def ledger_row(entry: LedgerEntry) -> Row:
    """A row of the table ``ledger``."""
    return (
        entry.doc,
        entry.start,
        entry.end,
        entry.quote,
        entry.disposition,
        entry.rule or None,
        entry.figure,
        flag_codes(entry.flags),
        entry.repair or None,
    )


def document_row(extraction: Extraction, source: str) -> Row:
    """A row of the table ``documents`` for a document that was read."""
    document = extraction.document
    figures = extraction.figures
    return (
        document.id,
        source,
        "ok",
        None,
        None,
        None,
        None,
        None,
        document.format,
        document.title,
        document.publisher,
        extraction.place,
        extraction.place_code,
        extraction.period,
        document.issued,
        len(document.text),
        len(figures),
        sum(figure.indicator is not None for figure in figures),
        sum(bool(figure.flags) for figure in figures),
        sum(entry.disposition == "unexplained" for entry in extraction.ledger),
        joined(document.warnings),
        document.sha256,
    )


def error_row(error: ExtractorError, source: str, sha256: str = "") -> Row:
    """A row of the table ``documents`` for a source that could not be read."""
    unknown: tuple[Cell, ...] = (None,) * 12
    head = (None, source, "error", error.code, error.reason, error.hint or None, None, None)
    return (*head, *unknown, None, sha256 or None)


def duplicate_row(row: Row, original: str, kind: str) -> Row:
    """The row of a document that is the same report as ``original``: no counts, so that sums stay right."""
    head = (row[0], row[1], "duplicate", None, None, None, original, kind)
    return (*head, *row[8:16], None, None, None, None, *row[20:])
