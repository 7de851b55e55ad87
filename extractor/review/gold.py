"""Judged figures as gold annotations, and as candidates for the examples and rejects of the pattern library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.model import CHECK_PREFIXES, MALFORMED_CODES, Figure
from extractor.review.corrected import corrected_figure
from extractor.review.data import Run
from extractor.review.settled import Settled, settled
from extractor.review.store import Store
from extractor.tables.records import compact, optional, plain
from extractor.tables.write import write_text

if TYPE_CHECKING:
    from extractor.library import Library

#: Candidates of one kind for one indicator; more than that nobody reads.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: gold lines and documents, documents of which every figure was judged, candidate entries."""

    folder: Path
    lines: int
    documents: int
    complete: int
    candidates: int


def export(run: Run, store: Store, library: Library, folder: Path) -> Exported:
    """Write ``gold/DOC.jsonl``, ``predictions/DOC.jsonl``, ``docs/DOC.txt`` and ``candidates.yaml`` into ``folder``.

    Gold holds the judged figures as they should be, predictions what the run extracted at the judged places, so that
    ``score.py --gold gold --predictions predictions`` measures exactly what was judged. ``docs`` holds the texts, for
    scoring other versions of the program; of a document that is not judged completely only recall says something then.
    """
    by_doc: dict[str, list[tuple[Settled, Figure | None]]] = {}
    documents: dict[str, dict[str, Any]] = {}
    for each in settled(run, store):
        if each.outcome.state != "judged" or each.item is None:
            continue
        doc = each.item.doc
        if doc not in documents:
            documents[doc] = run.document(doc) or {}
        by_doc.setdefault(doc, []).append((each, _true_figure(each, documents[doc])))
    lines = complete = 0
    for doc, judged in sorted(by_doc.items()):
        gold = _gold(doc, judged, run)
        lines += len(gold)
        own = [each for each, _ in judged if each.item is not None and each.item.kind == "figure"]
        complete += len(own) == (documents[doc].get("figures") or 0)
        _write_lines(folder / "gold" / f"{doc}.jsonl", gold)
        _write_lines(folder / "predictions" / f"{doc}.jsonl", [_prediction(each.row) for each in own])
        (folder / "docs").mkdir(parents=True, exist_ok=True)
        write_text(folder / "docs" / f"{doc}.txt", run.plain(doc))
    candidates = _candidates(by_doc, documents)
    write_text(folder / "candidates.yaml", _yaml(candidates, run))
    return Exported(folder, lines, len(by_doc), complete, sum(len(found) for kinds in candidates.values()
                                                              for found in kinds.values()))


def _write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "".join(compact(dict(record)) + "\n" for record in records))


def _true_figure(each: Settled, document: Mapping[str, Any]) -> Figure | None:
    """The figure as a person says it is; None where there is none, or where nobody said what was missed."""
    decision, item = each.outcome.decision, each.item
    assert decision is not None
    assert item is not None
    if decision.verdict == "reject" or (decision.verdict == "accept" and item.kind != "figure"):
        return None
    return corrected_figure(each, document)


def _gold(doc: str, judged: Iterable[tuple[Settled, Figure | None]], run: Run) -> list[dict[str, object]]:
    figures = sorted(((f, each) for each, f in judged if f is not None), key=lambda pair: (pair[0].start, pair[0].end))
    return [_gold_line(f"{doc}-{number:03d}", figure, each, run) for number, (figure, each) in enumerate(figures, 1)]


def _gold_line(identity: str, figure: Figure, each: Settled, run: Run) -> dict[str, object]:
    """One annotation: printed value and unit, and what is wrong with them, as SPEC.md has it."""
    codes = [flag.code for flag in figure.flags]
    evidence = {flag["code"]: flag["evidence"] for flag in run.flags(figure.doc, figure.id)} if codes else {}
    fields = each.outcome.decision.fields if each.outcome.decision is not None else {}
    damaged = next((code for code in codes if code in MALFORMED_CODES), None)
    contradicted = next((code for code in codes if code.startswith(CHECK_PREFIXES)), None)
    malformed = None
    if figure.repair or (damaged and "value" not in fields):
        repair = [{"value": plain(r.value), "unit": r.unit, "subject": r.subject, "indicator": r.indicator}
                  for r in figure.repair]
        malformed = {"code": damaged or "implausible", "repair": repair, "evidence": evidence.get(damaged or "", "")}
    return {
        "id": identity, "start": figure.start, "end": figure.end, "quote": figure.quote, "value": plain(figure.value),
        "value_max": optional(figure.value_max), "unit": figure.unit, "modifier": figure.modifier, "role": figure.role,
        "status": figure.status, "direction": figure.direction, "subject": figure.subject, "period": figure.period,
        "region": figure.region, "malformed": malformed,
        "inconsistent": evidence.get(contradicted, contradicted) if contradicted else None, "optional": False,
        "indicator": None if figure.repair else figure.indicator,
    }


def _prediction(row: Mapping[str, Any]) -> dict[str, object]:
    """A row of ``figures`` as the record that ``extractor extract`` prints, as far as scoring reads it."""
    names = ("doc", "id", "start", "end", "quote", "value", "value_max", "unit", "modifier", "role", "status",
             "direction", "subject", "indicator", "period", "region")
    codes = [code for code in (row["flags"] or "").split(";") if code]
    return {**{name: row[name] for name in names}, "flags": [{"code": code} for code in codes],
            "repair": json.loads(row["repair"]) if row["repair"] else []}


# --- candidates for the pattern library ------------------------------------------------------------------------------


def _candidates(
    by_doc: Mapping[str, list[tuple[Settled, Figure | None]]], documents: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Examples and rejects by indicator. Corrections come before what was merely accepted: they teach more."""
    found: dict[str, dict[str, list[tuple[bool, dict[str, str]]]]] = {}
    for doc, judged in sorted(by_doc.items()):
        for each, figure in judged:
            if not each.row.get("sentence") or (figure is not None and figure.repair):
                continue
            claimed = each.row["indicator"]
            true = figure.indicator if figure is not None else None
            learned = claimed != true
            if true is not None and figure is not None:
                entry = _entry(each, documents[doc], plain(figure.value), figure.unit, figure.status)
                found.setdefault(true, {}).setdefault("examples", []).append((learned, entry))
            if claimed is not None and learned:
                entry = _entry(each, documents[doc], each.row["value"])
                found.setdefault(claimed, {}).setdefault("rejects", []).append((True, entry))
    return {
        indicator: {kind: [entry for _, entry in sorted(entries, key=lambda pair: not pair[0])][:_MOST]
                    for kind, entries in sorted(kinds.items())}
        for indicator, kinds in sorted(found.items())
    }


def _entry(each: Settled, document: Mapping[str, Any], value: str, unit: str = "", status: str = "") -> dict[str, str]:
    entry = {"text": each.row["sentence"], "value": value}
    if unit:
        entry["unit"] = unit
    if status and status != "actual":
        entry["status"] = status
    if each.row["heading"]:
        entry["heading"] = each.row["heading"]
    if document.get("title"):
        entry["title"] = document["title"]
    return entry


def _yaml(candidates: Mapping[str, Mapping[str, list[dict[str, str]]]], run: Run) -> str:
    """The candidates as they would stand in ``patterns/indicators/*.yaml``. Written by hand: JSON strings are YAML,
    and numbers keep their digits."""
    lines = [
        f"# Candidates from the review of a run of extractor {run.version}. Take over what teaches something, then:",
        "#   extractor patterns test ID",
        "# Sentences are of the reports that were read: put your own words where they may not be shown.",
    ]
    for indicator, kinds in candidates.items():
        lines += ["", f"- id: {indicator}"]
        for kind, entries in kinds.items():
            lines.append(f"  {kind}:")
            for entry in entries:
                for at, (name, value) in enumerate(entry.items()):
                    text = value if name == "value" else json.dumps(value, ensure_ascii=False)
                    lines.append(f"    {'- ' if at == 0 else '  '}{name}: {text}")
    return "\n".join(lines) + "\n"
