"""Lists over a whole run: documents, numbers, flags. Searched and filtered by DuckDB, one page of rows at a time.

What a person types goes into parameters, never into SQL; the names of columns and conditions are ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extractor.review.data import Run

ROWS = 50
#: Characters of a search that count.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Source:
    """What a list shows: columns, tables, order, columns searched, and conditions by name of the filter.

    A condition with ``?`` takes the filter's value; one without holds where the filter is set at all.
    """

    select: str
    tables: str
    order: str
    searched: tuple[str, ...]
    filters: Mapping[str, str]
    always: str = "true"


_TITLE = "coalesce(d.title, d.source) AS document"
_FIGURE = (
    'f.doc, f.start, f."end", f.quote, f.value, f.value_max, f.unit, f.subject, f.indicator, f.period, f.region, '
    "f.status, f.flags"
)
_OF_FIGURE = ("f.quote", "f.value", "f.subject", "f.indicator", "f.region", "f.sentence", "d.title", "d.source")
_FIGURE_FILTERS = {
    "place": "contains(lower(coalesce(f.region, '')), lower(?))", "period": "starts_with(coalesce(f.period, ''), ?)",
    "indicator": "contains(lower(coalesce(f.indicator, '')), lower(?))", "status": "f.status = ?",
    "code": "contains(';' || coalesce(f.flags, '') || ';', ';' || ? || ';')", "doc": "f.doc = ?",
}
_READ = "LEFT JOIN documents d ON d.doc = {}.doc AND d.status = 'ok'"

_SOURCES: dict[str, _Source] = {
    "documents": _Source(
        "d.*", "documents d", "d.file_row_number",
        ("d.title", "d.source", "d.publisher", "d.place", "d.doc", "d.period"),
        {
            "place": "contains(lower(coalesce(d.place, '')), lower(?))", "status": "d.status = ?",
            "period": "starts_with(coalesce(d.period, ''), ?)", "flagged": "d.flagged > 0",
            "unexplained": "d.unexplained > 0", "unplaced": "d.status = 'ok' AND d.place IS NULL",
        },
    ),
    "figures": _Source(_FIGURE, f"figures f {_READ.format('f')}", "f.file_row_number", _OF_FIGURE, _FIGURE_FILTERS),
    "flagged": _Source(
        _FIGURE, f"figures f {_READ.format('f')}", "f.file_row_number", _OF_FIGURE, _FIGURE_FILTERS,
        "coalesce(f.flags, '') <> ''",
    ),
    # Nobody can say which place or period it belongs to: by its own text, or by the tables.
    "unplaced": _Source(
        f"{_FIGURE}, s.reason, s.detail", f"figures f {_READ.format('f')} LEFT JOIN set_aside s ON s.figure = f.id",
        "f.file_row_number", _OF_FIGURE, {**_FIGURE_FILTERS, "reason": "s.reason = ?"},
        "(f.region IS NULL OR f.period IS NULL OR s.reason IN ('no_place', 'no_period'))",
    ),
    "unexplained": _Source(
        'l.doc, l.start, l."end", l.quote, l.disposition, l.rule', f"ledger l {_READ.format('l')}",
        "l.file_row_number", ("l.quote", "d.title", "d.source"), {"doc": "l.doc = ?"},
        "l.disposition IN ('unexplained', 'malformed')",
    ),
    "ledger": _Source(
        'l.doc, l.start, l."end", l.quote, l.disposition, l.rule', f"ledger l {_READ.format('l')}",
        "l.file_row_number", ("l.quote", "l.rule", "d.title", "d.source"),
        {"doc": "l.doc = ?", "disposition": "l.disposition = ?"}, "l.figure IS NULL",
    ),
    "flags": _Source(
        "g.*", f"flags g {_READ.format('g')}", "g.file_row_number",
        ("g.quote", "g.message", "g.message_en", "g.evidence", "d.title", "d.source"),
        {"code": "g.code = ?", "severity": "g.severity = ?", "doc": "g.doc = ?", "blocking": "g.blocking"},
    ),
}


def names() -> tuple[str, ...]:
    """The lists there are."""
    return tuple(_SOURCES)


def filters(name: str) -> tuple[str, ...]:
    """The filters that a list takes, besides ``q``."""
    return tuple(_SOURCES[name].filters)


def listing(run: Run, name: str, wanted: Mapping[str, str], page: int = 0) -> Listing:
    """A page of a list. ``wanted`` holds ``q`` (words that all must be found) and filters; others are ignored."""
    source = _SOURCES[name]
    where, parameters = [source.always], []
    for word in wanted.get("q", "")[:_LONGEST].split()[:8]:
        where.append("(" + " OR ".join(f"contains(lower({column}), lower(?))" for column in source.searched) + ")")
        parameters += [word] * len(source.searched)
    for key, condition in source.filters.items():
        value = wanted.get(key, "").strip()[:_LONGEST]
        if value:
            where.append(condition)
            parameters += [value] * condition.count("?")
    tail = f"FROM {source.tables} WHERE {' AND '.join(where)}"
    total = int(run.query(f"SELECT count(*) AS n {tail}", parameters)[0]["n"])
    pages = max(-(-total // ROWS), 1)
    page = min(max(page, 0), pages - 1)
    select = source.select if name == "documents" else f"{source.select}, {_TITLE}"
    rows = run.query(
        f"SELECT {select} {tail} ORDER BY {source.order} LIMIT {ROWS} OFFSET {page * ROWS}", parameters
    )
    if name == "flags":
        for row in rows:
            row["repairs"] = json.loads(row["repair"]) if row["repair"] else []
    return Listing(rows, total, page, pages)


def choices(run: Run, name: str) -> dict[str, list[str]]:
    """Values to choose from for filters that have few: codes of flags, statuses, dispositions."""
    def distinct(expression: str, tables: str) -> list[str]:
        rows = run.query(f"SELECT DISTINCT {expression} AS word FROM {tables} ORDER BY 1")
        return [row["word"] for row in rows if row["word"]]

    if name == "documents":
        return {"status": distinct("status", "documents")}
    if name == "ledger":
        return {"disposition": distinct("disposition", "ledger WHERE figure IS NULL")}
    if name == "unexplained":
        return {}
    found = {"code": distinct("code", "flags")}
    if name == "flags":
        return {**found, "severity": distinct("severity", "flags")}
    return {**found, "status": ["actual", "target", "rule"]}
