"""The comparable tables of a run: cells settled, the long table, the panel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from extractor.checks.across import AcrossFlag
from extractor.checks.across import check as check_across
from extractor.model import Observation
from extractor.tables import periods
from extractor.tables.cells import settle
from extractor.tables.places import parent_id, parent_name
from extractor.tables.records import Cell, Row, joined
from extractor.tables.schema import PANEL, Column, Table

if TYPE_CHECKING:
    from extractor.library import Indicator, Library

#: Column name of a value that is not reached yet or not a fact: the indicator's id and this.
SUFFIX = {"actual": "", "target": ".target", "rule": ".rule"}
_SUFFIX_ZH = {"actual": "", "target": "（目标）", "rule": "（规定）"}
_SUFFIX_EN = {"actual": "", "target": " (target)", "rule": " (rule)"}

#: One cell: place, panel row, indicator, status.
CellKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Comparable:
    """The long table's rows, the panel's definition and rows, how many cells are in conflict, and what stands out
    only beside the other documents of the run (none of it blocks a value)."""

    observations: list[Row]
    panel: Table
    panel_rows: list[Row]
    cells: int
    conflicts: int
    across: list[AcrossFlag]


def status_of(observation: Observation, indicator: Indicator) -> str:
    """The status that decides the panel's column. A standard (低保标准) is a rule by nature: its rule in force is its
    actual value."""
    return "actual" if indicator.kind == "standard" and observation.status == "rule" else observation.status


def compare(observations: Iterable[Observation], library: Library) -> Comparable:
    """Settle every cell and lay the kept values out. The order of the input decides nothing."""
    cells: dict[CellKey, list[Observation]] = {}
    for item in sorted(observations, key=lambda o: (o.doc, o.figure, o.indicator, o.value)):
        period = periods.parse(item.period)
        row = period.row if period else item.period
        status = status_of(item, library.indicator(item.indicator))
        cells.setdefault((item.place_id, row, item.indicator, status), []).append(item)
    order = {identity: at for at, identity in enumerate(library.indicators)}
    settled = []
    kept: dict[CellKey, Observation] = {}
    lost: set[CellKey] = set()
    for key in sorted(cells, key=lambda k: (k[0], k[1], order[k[2]], k[3])):
        candidates = cells[key]
        verdict = settle(candidates)
        if verdict.kept is None:
            lost.add(key)
        else:
            kept[key] = candidates[verdict.kept]
        settled.append((key, candidates, verdict))
    across = _across(kept)
    codes: dict[tuple[str, str], list[str]] = {}
    for found in across:
        codes.setdefault((found.doc, found.figure), []).append(found.flag.code)
    long: list[Row] = []
    for key, candidates, verdict in settled:
        label = library.indicator(key[2]).label_zh
        for item, use in zip(candidates, verdict.uses, strict=True):
            flags = (*item.flags, *codes.get((item.doc, item.figure), ()))
            long.append(_long_row(replace(item, flags=flags), key, label, use, verdict.support))
    table, rows = _panel(cells, kept, lost, library)
    return Comparable(long, table, rows, len(cells), len(lost), across)


def _across(kept: dict[CellKey, Observation]) -> list[AcrossFlag]:
    """Jumps between a place's years and counties that do not fit their prefecture, among the panel's values."""
    values = [replace(item, period=row) for (_, row, _, _), item in sorted(kept.items())]
    parents = {item.place_id: above for item in values if (above := parent_id(item.place_id)) is not None}
    return check_across(values, parents)


def _long_row(item: Observation, key: CellKey, label: str, use: str, support: int) -> Row:
    return (
        item.place_id,
        item.place,
        item.place_code or None,
        item.level or None,
        parent_name(item.place_id),
        item.period,
        item.period_kind,
        key[1],
        item.indicator,
        label,
        item.value,
        item.value_max,
        item.unit,
        item.modifier,
        item.status,
        use,
        support,
        item.repaired,
        item.rule or None,
        joined(item.flags),
        joined(item.confirmed),
        item.subject,
        item.quote,
        item.doc,
        item.figure,
    )


def _panel(
    cells: dict[CellKey, list[Observation]],
    kept: dict[CellKey, Observation],
    lost: set[CellKey],
    library: Library,
) -> tuple[Table, list[Row]]:
    present = {(key[2], key[3]) for key in cells}
    columns = [(i, s) for i in library.indicators for s in SUFFIX if (i, s) in present]
    rows: dict[tuple[str, str], dict[tuple[str, str], Decimal]] = {}
    documents: dict[tuple[str, str], set[str]] = {}
    described: dict[tuple[str, str], Observation] = {}
    for key, candidates in cells.items():
        row = key[:2]
        rows.setdefault(row, {})
        documents.setdefault(row, set()).update(o.doc for o in candidates)
        described.setdefault(row, min(candidates, key=lambda o: (o.place, o.place_code, o.period)))
        if key in kept:
            rows[row][key[2:]] = kept[key].value
    missing: dict[tuple[str, str], int] = {}
    for key in lost:
        missing[key[:2]] = missing.get(key[:2], 0) + 1
    out: list[Row] = []
    for row in sorted(rows):
        head = _panel_head(described[row], row, len(documents[row]), missing.get(row, 0))
        out.append((*head, *(rows[row].get(column) for column in columns)))
    return PANEL.extended([panel_column(library.indicator(i), s) for i, s in columns]), out


def _panel_head(item: Observation, row: tuple[str, str], documents: int, conflicts: int) -> tuple[Cell, ...]:
    period = periods.parse(row[1])
    kind = period.kind if period else None
    place = (row[0], item.place, item.place_code or None, item.level or None, parent_name(row[0]))
    return (*place, row[1], kind, documents, conflicts)


def panel_column(indicator: Indicator, status: str) -> Column:
    """The panel's column of an indicator: its id, with ``.target`` or ``.rule`` for what is no fact."""
    zh = f"{indicator.label_zh}{_SUFFIX_ZH[status]}（{indicator.unit}）"
    en = f"{indicator.label_en}{_SUFFIX_EN[status]} ({indicator.unit}). {indicator.definition}"
    return Column(indicator.id + SUFFIX[status], "number", zh, en)


def preview(comparable: Comparable, rows: int = 8, columns: int = 3) -> tuple[list[str], list[Sequence[Cell]]]:
    """A corner of the panel to look at: the columns of facts that are filled best, the rows that have most of them."""
    fixed = len(PANEL.columns)
    names = comparable.panel.names
    filled = sorted(
        (at for at in range(fixed, len(names)) if not names[at].endswith(tuple(filter(None, SUFFIX.values())))),
        key=lambda at: (-sum(row[at] is not None for row in comparable.panel_rows), at),
    )[:columns]
    picked = sorted(comparable.panel_rows, key=lambda row: -sum(row[at] is not None for at in filled))[:rows]
    picked.sort(key=lambda row: (str(row[0]), str(row[5])))
    label = {column.name: column.zh for column in comparable.panel.columns}
    head = ["place", "period", *(f"{names[at]}\n{label[names[at]]}" for at in filled)]
    return head, [(row[1], row[5], *(row[at] for at in filled)) for row in picked]
