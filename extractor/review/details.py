"""Everything a page shows about one item, as plain data: its text around it, what was extracted, flags, readings."""

from __future__ import annotations

import json
from typing import Any

from extractor.review.data import AROUND, Run
from extractor.review.items import Item

_FIELDS = (
    "value", "value_max", "unit", "modifier", "role", "status", "direction", "subject", "indicator", "period", "region",
    "region_code", "heading", "blocked", "confirmed", "page", "boxes", "confidence",
)
_FLAG = ("code", "severity", "blocking", "message", "message_en", "evidence", "members", "confirmed", "rivals")
_OBSERVATION = (
    "place_id", "place", "row", "period_kind", "indicator", "label", "value", "value_max", "unit", "status", "use",
    "support", "repaired",
)


def details(run: Run, item: Item) -> dict[str, Any]:
    """What is known about an item.

    ``context`` has ``before``, ``quote``, ``after`` and ``start`` (offset of ``before``). ``fields`` is what was
    extracted, decimals as text. ``candidates`` are readings to choose from, each with ``label`` (``printed`` or
    ``repair``), ``rule`` and ``fields`` that :meth:`Store.decide` takes. ``readings`` in them means that the span holds
    several quantities.
    """
    document = run.document(item.doc) or {}
    found: dict[str, Any] = {
        "key": item.key, "kind": item.kind, "doc": item.doc, "start": item.start, "end": item.end, "quote": item.quote,
        "figure": item.figure, "fingerprint": item.fingerprint, "stratum": item.stratum, "group": item.group,
        "document": {name: document.get(name) for name in
                     ("source", "title", "publisher", "place", "place_code", "period", "issued", "format", "sha256")},
        "context": context(run, item), "fields": {}, "flags": [], "repair": [], "candidates": [], "observations": [],
        "set_aside": [], "ledger": {},
    }
    if item.kind == "figure":
        _figure(run, item, found)
    elif item.kind == "ledger":
        _ledger(run, item, found)
    return found


def context(run: Run, item: Item, around: int = AROUND) -> dict[str, Any]:
    """The text around an item."""
    text = run.plain(item.doc)
    begin = max(0, item.start - around)
    return {"before": text[begin : item.start], "quote": item.quote, "after": text[item.end : item.end + around],
            "start": begin}


def _figure(run: Run, item: Item, found: dict[str, Any]) -> None:
    rows = [row for row in run.figures(item.doc) if row["id"] == item.figure]
    if not rows:
        return
    row = rows[0]
    found["fields"] = {name: row[name] for name in _FIELDS}
    found["flags"] = [_flag(flag) for flag in run.flags(item.doc, item.figure)]
    found["repair"] = json.loads(row["repair"]) if row["repair"] else []
    observed = run.query("SELECT * FROM observations WHERE doc = ? AND figure = ?", [item.doc, item.figure])
    found["observations"] = [{name: _text(each[name]) for name in _OBSERVATION} for each in observed]
    aside = run.query("SELECT * FROM set_aside WHERE doc = ? AND figure = ?", [item.doc, item.figure])
    found["set_aside"] = [{name: each[name] for name in ("indicator", "reason", "detail")} for each in aside]
    if found["flags"] or found["repair"]:
        found["candidates"] = _candidates(row, found["repair"])


def _candidates(row: dict[str, Any], repair: list[dict[str, Any]]) -> list[dict[str, Any]]:
    printed = {"value": row["value"], "value_max": row["value_max"], "unit": row["unit"], "subject": row["subject"],
               "indicator": row["indicator"]}
    choices: list[dict[str, Any]] = [{"label": "printed", "rule": "", "fields": printed}]
    if repair:
        readings = [{name: each.get(name) for name in ("value", "unit", "subject", "indicator")} for each in repair]
        fields: dict[str, Any] = readings[0] if len(readings) == 1 else {"readings": readings}
        choices.insert(0, {"label": "repair", "rule": repair[0].get("rule", ""), "fields": fields})
    return choices


def _ledger(run: Run, item: Item, found: dict[str, Any]) -> None:
    rows = run.query("SELECT * FROM ledger WHERE doc = ? AND start = ?", [item.doc, item.start])
    if rows:
        found["ledger"] = {name: rows[0][name] for name in ("disposition", "rule", "repair", "flags")}
    flags = run.query("SELECT * FROM flags WHERE doc = ? AND start = ? AND figure IS NULL", [item.doc, item.start])
    found["flags"] = [_flag(flag) for flag in flags]


def _flag(row: dict[str, Any]) -> dict[str, Any]:
    flag = {name: row[name] for name in _FLAG}
    flag["rivals"] = json.loads(row["rivals"]) if row["rivals"] else []
    flag["members"] = [name for name in (row["members"] or "").split(";") if name]
    flag["confirmed"] = [name for name in (row["confirmed"] or "").split(";") if name]
    return flag


def _text(cell: Any) -> Any:
    """Decimals as text without closing zeros; everything else as it is."""
    from decimal import Decimal

    from extractor.tables.records import plain

    return plain(cell) if isinstance(cell, Decimal) else cell
