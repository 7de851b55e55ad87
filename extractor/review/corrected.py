"""A judged row as a figure again: what the extraction said, with what a person corrected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from extractor.model import Document, Extraction, Figure, Flag, Observation, Repair
from extractor.review.settled import Settled
from extractor.tables import periods
from extractor.tables.observations import observe
from extractor.tables.records import Row

if TYPE_CHECKING:
    from extractor.library import Library

#: Rule named by readings that a person gave.
REVIEW = "review"
#: Naming the value lifts the doubts about it; a corrected period alone does not.
_LIFTS = ("value", "readings")


def corrected_figure(judged: Settled, document: Mapping[str, Any]) -> Figure:
    """The figure as corrected. What a correction does not name stays as it was extracted, a repaired reading included.

    For a figure that was missed, the document's own period and place stand in for what the correction does not say.
    """
    decision, item = judged.outcome.decision, judged.item
    assert decision is not None
    assert item is not None
    fields = dict(decision.fields)
    row = judged.row if item.kind == "figure" else _missed(judged, document, fields)
    _place(fields, row)
    repair = _readings(fields, row)
    text = {name: fields.get(name, row[name]) for name in
            ("unit", "modifier", "role", "status", "direction", "subject", "indicator", "period", "region",
             "region_code")}
    lifted = any(name in fields for name in _LIFTS)
    codes = [code for code in (row.get("flags") or "").split(";") if code]
    flags = [Flag(code, "warning", "", "", "", blocking=bool(row["blocked"]) and not lifted and not repair)
             for code in codes]
    upper = fields["value_max"] if "value_max" in fields else None if "value" in fields else row["value_max"]
    return Figure(
        doc=item.doc, id=row["id"], start=row["start"], end=row["end"], quote=row["quote"],
        value=Decimal(fields.get("value", row["value"]) or 0), value_max=Decimal(upper) if upper else None,
        unit=text["unit"] or "", modifier=_modifier(text["modifier"], upper), role=text["role"], status=text["status"],
        direction=text["direction"], subject=text["subject"] or "", indicator=text["indicator"], period=text["period"],
        region=text["region"], region_code=text["region_code"], flags=tuple(flags), repair=tuple(repair),
        confirmed=tuple(code for code in (row.get("confirmed") or "").split(";") if code),
    )


def observations(figure: Figure, library: Library) -> tuple[list[Observation], list[Row]]:
    """The observations of one figure, and why it gives none, as for any figure of a run."""
    return observe(Extraction(Document(figure.doc, ""), (figure,), ()), library)


def _modifier(given: str, upper: str | None) -> Any:
    """A range needs two ends, and two ends make a range."""
    return "range" if upper else "none" if given == "range" else given


def _readings(fields: Mapping[str, Any], row: Mapping[str, Any]) -> list[Repair]:
    """The quantities that take the place of the printed one: given by the person, or repaired and left alone."""
    if "readings" in fields:
        subject = row["subject"] or ""
        return [Repair(Decimal(r["value"]), r["unit"] or "", r["subject"] or subject, r["indicator"], REVIEW)
                for r in fields["readings"]]
    if "value" in fields or not row.get("repair"):
        return []
    repaired = [Repair(Decimal(r["value"]), r["unit"], r["subject"], r["indicator"], r["rule"])
                for r in json.loads(row["repair"])]
    if len(repaired) > 1:
        return repaired
    only = repaired[0]
    return [Repair(only.value, fields.get("unit", only.unit) or "", fields.get("subject", only.subject) or "",
                   fields.get("indicator", only.indicator), only.rule)]


def _missed(judged: Settled, document: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A row for a figure that the extraction did not see."""
    item = judged.item
    assert item is not None
    start, quote = item.start, item.quote
    if item.kind == "sentence":
        quote = str(fields["quote"])
        start = item.start + item.quote.index(quote)
    return {
        "id": f"{item.doc}:{start}", "start": start, "end": start + len(quote), "quote": quote, "value": None,
        "value_max": None, "unit": "", "modifier": "none", "role": "level", "status": "actual", "direction": None,
        "subject": "", "indicator": None, "period": document.get("period"), "region": document.get("place"),
        "region_code": document.get("place_code"), "blocked": False, "repair": None, "flags": "",
    }


def _place(fields: dict[str, Any], row: Mapping[str, Any]) -> None:
    """A corrected name without a code gets the code that the name has in the figure's year, or none."""
    if "region" not in fields or "region_code" in fields:
        return
    from extractor.context.gazetteer import Gazetteer

    period = periods.parse(fields.get("period", row["period"]) or "")
    place = Gazetteer.load().resolve(fields["region"], period.year if period else None) if fields["region"] else None
    fields["region_code"] = place.code if place is not None else None
