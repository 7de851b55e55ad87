"""`extractor review apply`: corrections as a layer over the tables, beside them. The run itself is never changed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.batch.manifest import dump
from extractor.review.corrected import corrected_figure, observations
from extractor.review.data import Run
from extractor.review.layer import (
    CORRECTED_OBSERVATIONS,
    Change,
    build,
    stream,
    write_observations,
    write_panel,
)
from extractor.review.settled import Settled, settled
from extractor.review.store import Store
from extractor.tables import dictionary
from extractor.tables.records import Cell, Row, compact, joined, plain
from extractor.tables.schema import FIGURES, Table, columns
from extractor.tables.write import TableWriter, write_table, write_text

if TYPE_CHECKING:
    from extractor.library import Library

CORRECTED = "corrected"

FIGURES_LAYER = FIGURES.extended(columns(
    ("review", "string", "核查结论", "accept, reject, correct; missed for a figure that a person added"),
    ("corrected", "json", "更正后的字段", "Fields as corrected; the columns before hold what was extracted"),
    ("corrected_by", "list", "核查人", "Who judged it"),
    ("corrected_at", "string", "核查时间", "When, UTC, ISO 8601"),
))

CORRECTIONS = Table(
    "corrections",
    "每条核查结论一行",
    "One row per decision that counts, and what it did",
    columns(
        ("doc", "string", "文件编号", "Id of the document"),
        ("source", "string", "来源路径", "Path of the source"),
        ("kind", "string", "类别", "figure, ledger (a number set aside), sentence"),
        ("start", "integer", "起始位置", "First character of the item"),
        ("end", "integer", "结束位置", "Position after its last character"),
        ("quote", "string", "原文", "The item as printed"),
        ("figure", "string", "数字编号", "Id of the figure, where it is one"),
        ("state", "string", "状态", "judged, skipped, disagreed, stale (the extraction has changed since)"),
        ("verdict", "string", "结论", "accept, reject, correct"),
        ("extracted", "json", "程序提取的字段", "The corrected fields as they were extracted"),
        ("corrected", "json", "更正后的字段", "The fields as corrected"),
        ("effect", "string", "效果", "Observations in the comparable tables after it, or why there are none"),
        ("by", "list", "核查人", "Who judged it"),
        ("at", "string", "时间", "When, UTC, ISO 8601"),
        ("version", "string", "版本", "Program and patterns that made what was judged"),
        ("note", "string", "备注", "The reviewer's note"),
    ),
    ("doc", "start", "end", "kind"),
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was written, and what the decisions came to."""

    folder: Path
    verdicts: Counter[str]
    """Decisions that count, by verdict."""
    states: Counter[str]
    cells: int
    """Cells of the comparable tables that were settled anew."""


def apply(run: Run, store: Store, library: Library) -> Applied:
    """Write ``RUN/corrected``: figures, observations, panel and corrections, complete or not at all."""
    judged = list(settled(run, store))
    documents = _documents(run, judged)
    changes: list[Change] = []
    audit: list[Row] = []
    marks: dict[tuple[str, str], tuple[str, str | None, str, str]] = {}
    added: list[Row] = []
    for each in judged:
        effect = ""
        if each.outcome.state == "judged" and each.item is not None:
            effect = _consequence(each, documents, library, changes, marks, added)
        audit.append(_audit_row(each, documents, effect))
    layer = build(run, changes, library)
    target = run.folder / CORRECTED
    work = run.folder / f".{CORRECTED}.partial"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        _write_figures(run, work, marks, added)
        write_observations(run, layer, work, library)
        panel = write_panel(run, layer, work, library)
        write_table(work, CORRECTIONS, audit)
        described = (FIGURES_LAYER, CORRECTED_OBSERVATIONS, panel, CORRECTIONS)
        write_text(work / "dictionary.md", dictionary.markdown(described))
        states: Counter[str] = Counter(each.outcome.state for each in judged)
        counting = [each.outcome.decision for each in judged if each.outcome.state == "judged"]
        verdicts = Counter(decision.verdict for decision in counting if decision is not None)
        write_text(work / "applied.json", dump({
            "extractor": run.manifest.get("extractor"), "patterns_sha256": run.manifest.get("patterns_sha256"),
            "run": run.identity, "decisions": max((d.id for e in judged for d in e.decisions), default=0),
            "verdicts": dict(sorted(verdicts.items())), "states": dict(sorted(states.items())),
        }))
        shutil.rmtree(target, ignore_errors=True)
        work.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Applied(target, verdicts, states, len(layer.rows))


def _documents(run: Run, judged: list[Settled]) -> dict[str, dict[str, Any]]:
    names = sorted({each.item.doc for each in judged if each.item is not None})
    rows = run.query("SELECT doc, source, period, place, place_code FROM documents WHERE status = 'ok' "
                     "AND doc IN (SELECT unnest($names))", {"names": names})
    return {row["doc"]: row for row in rows}


def _consequence(
    each: Settled, documents: dict[str, dict[str, Any]], library: Library, changes: list[Change],
    marks: dict[tuple[str, str], tuple[str, str | None, str, str]], added: list[Row],
) -> str:
    """What one decision does to the tables; returns it in words."""
    decision, item = each.outcome.decision, each.item
    assert decision is not None
    assert item is not None
    by, at = _who(each), decision.time
    figure = item.kind == "figure"
    if decision.verdict == "accept" or (decision.verdict == "reject" and not figure):
        if figure:
            marks[item.doc, item.figure] = ("accept", None, by, at)
        return ""
    if decision.verdict == "reject":
        marks[item.doc, item.figure] = ("reject", None, by, at)
        changes.append(Change(item.figure, item.doc, True, [], ("figure",), by, at))
        return "no figure"
    corrected = corrected_figure(each, documents[item.doc])
    after, aside = observations(corrected, library)
    fields = tuple(sorted(decision.fields)) if figure else ("figure",)
    changes.append(Change(corrected.id, item.doc, False, after, fields, by, at))
    if figure:
        marks[item.doc, item.figure] = ("correct", compact(dict(decision.fields)), by, at)
    else:
        fields_text = compact(dict(decision.fields))
        added.append(_added_row(corrected.id, item.doc, corrected.start, corrected.quote, fields_text, by, at))
    found = [f"{o.indicator} = {plain(o.value)} {o.unit} ({o.place}, {o.period})" for o in after]
    found += [f"{row[2]}: {row[3]}" for row in aside]
    return "; ".join(found) or "no indicator"


def _who(each: Settled) -> str:
    """Everybody whose decision counts here: of an adjudication the one who settled it, else all who agreed."""
    decision = each.outcome.decision
    assert decision is not None
    if decision.role == "adjudication":
        return decision.reviewer
    return joined(sorted(d.reviewer for d in each.decisions if d.role == "coding" and d.verdict == decision.verdict))


def _added_row(figure: str, doc: str, start: int, quote: str, fields: str, by: str, at: str) -> Row:
    known: dict[str, Cell] = {
        "doc": doc, "id": figure, "start": start, "end": start + len(quote), "quote": quote, "review": "missed",
        "corrected": fields, "corrected_by": by, "corrected_at": at,
    }
    return tuple(known.get(name) for name in FIGURES_LAYER.names)


def _write_figures(
    run: Run, folder: Path, marks: dict[tuple[str, str], tuple[str, str | None, str, str]], added: list[Row]
) -> None:
    """All figures with what was decided; those that were missed come at the end."""
    doc, figure = FIGURES.names.index("doc"), FIGURES.names.index("id")
    nothing = (None, None, None, None)

    def rows() -> Iterator[Row]:
        for row in stream(run.folder / "figures.parquet", FIGURES.names):
            yield (*row, *marks.get((row[doc], row[figure]), nothing))
        yield from added

    with TableWriter(folder, FIGURES_LAYER) as writer:
        writer.write(rows())


def _audit_row(each: Settled, documents: dict[str, dict[str, Any]], effect: str) -> Row:
    last = each.outcome.decision or each.decisions[-1]
    item = each.item
    doc = item.doc if item is not None else last.doc
    disagreed = each.outcome.state == "disagreed"
    corrected = dict(last.fields) if last.verdict == "correct" and not disagreed else {}
    extracted = {name: each.row.get(name) for name in corrected if name in each.row}
    by = joined(sorted(d.reviewer for d in each.decisions)) if each.outcome.state != "judged" else _who(each)
    notes = [f"{d.reviewer}: {d.note}" for d in each.decisions if d.note]
    return (
        doc, documents.get(doc, {}).get("source"), last.kind, last.start, last.end, last.quote, last.figure or None,
        each.outcome.state, None if disagreed else last.verdict, compact(extracted) if extracted else None,
        compact(corrected) if corrected else None, effect or None, by, last.time, last.version,
        "\n".join(notes) or None,
    )
