"""Corrections as a layer over the comparable tables: only the cells that a correction touches are settled anew.

Everything else is copied as it stands, in batches, so that a large run needs no more memory than its corrections.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.model import Observation
from extractor.review.data import Run
from extractor.tables import periods
from extractor.tables.cells import settle
from extractor.tables.panel import SUFFIX, panel_column, status_of
from extractor.tables.places import parent_name
from extractor.tables.records import Row, joined
from extractor.tables.schema import OBSERVATIONS, PANEL, Table, columns
from extractor.tables.stored import stored_tables
from extractor.tables.write import TableWriter

if TYPE_CHECKING:
    from extractor.library import Library

_WHO = columns(
    ("corrected_by", "list", "更正人", "Who corrected it"),
    ("corrected_at", "string", "更正时间", "When, UTC, ISO 8601"),
)
CORRECTED_OBSERVATIONS = OBSERVATIONS.extended([
    *columns(
        ("corrected", "list", "更正的字段", "Fields that a person corrected; figure: it was missed, or is none"),
        ("extracted", "number", "程序提取的数值", "Value as extracted, where a person put another one in its place"),
    ),
    *_WHO,
])
#: What ``use`` says of an observation that a correction took out: its figure is none; another value stands for it.
REJECTED, REPLACED = "rejected", "replaced"

_ANY = Observation("", "", "", "", "", "", "", "", "", Decimal(0), None, "", "none", "actual")

#: One cell: place, panel row, indicator, status.
CellKey = tuple[str, str, str, str]


@dataclass(slots=True)
class Change:
    """What a person made of one figure: ``after`` is empty for a figure that is none."""

    figure: str
    doc: str
    rejected: bool
    after: list[Observation]
    fields: tuple[str, ...]
    by: str
    at: str


@dataclass(slots=True)
class Cell:
    """A touched cell: its rows before, and the corrected observations that are in it now."""

    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[tuple[Observation, Change]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layer:
    """The touched cells as they are now: rows of the long table, values of the panel."""

    rows: dict[CellKey, list[Row]]
    values: dict[CellKey, Decimal | None]
    present: dict[CellKey, bool]
    """Whether the cell has candidates left; one without is not there, one with may be a conflict."""
    changes: dict[tuple[str, str], list[Change]]
    """Changes by panel row (place, period)."""
    described: dict[tuple[str, str], Observation]


def cell_of(place_id: str, row: str, indicator: str, status: str, library: Library) -> CellKey:
    """The cell of a row of the long table."""
    item = replace(_ANY, status=status)  # type: ignore[arg-type]
    return place_id, row, indicator, status_of(item, library.indicator(indicator))


def build(run: Run, changes: Sequence[Change], library: Library) -> Layer:
    """Settle the cells that the changes touch."""
    by_figure = {change.figure: change for change in changes}
    old = run.query(
        "SELECT o.* FROM observations o JOIN (SELECT unnest($figures) AS figure) k ON k.figure = o.figure",
        {"figures": list(by_figure)},
    )
    cells: dict[CellKey, Cell] = {}
    for row in old:
        cells[cell_of(row["place_id"], row["row"], row["indicator"], row["status"], library)] = Cell()
    for change in changes:
        for item in change.after:
            found = periods.parse(item.period)
            key = cell_of(item.place_id, found.row if found else item.period, item.indicator, item.status, library)
            cells.setdefault(key, Cell()).after.append((item, change))
    places, rows, indicators = ([key[at] for key in cells] for at in range(3))
    for row in run.query(
        'SELECT DISTINCT o.* FROM observations o JOIN (SELECT unnest($places) AS place_id, unnest($rows) AS "row", '
        'unnest($indicators) AS indicator) k USING (place_id, "row", indicator) ORDER BY o.file_row_number',
        {"places": places, "rows": rows, "indicators": indicators},
    ):
        key = cell_of(row["place_id"], row["row"], row["indicator"], row["status"], library)
        if key in cells:
            cells[key].before.append(row)
    layer = Layer({}, {}, {}, {}, {})
    for key in sorted(cells):
        _settle(key, cells[key], by_figure, library, layer)
    return layer


def _settle(key: CellKey, cell: Cell, changed: Mapping[str, Change], library: Library, layer: Layer) -> None:
    out: list[tuple[Observation, str, int, Change | None, Decimal | None]] = []
    candidates: list[tuple[Observation, Change | None, Decimal | None]] = []
    for row in cell.before:
        change = changed.get(row["figure"])
        if change is None:
            candidates.append((_observation(row), None, None))
        else:
            out.append((_observation(row), REJECTED if change.rejected else REPLACED, 0, change, None))
    extracted = {(row["figure"], row["indicator"]): row["value"] for row in cell.before}
    for item, change in cell.after:
        candidates.append((item, change, extracted.get((item.figure, item.indicator))))
    candidates.sort(key=lambda c: (c[0].doc, c[0].figure, c[0].indicator, c[0].value))
    verdict = settle([item for item, _, _ in candidates])
    for (item, change, before), use in zip(candidates, verdict.uses, strict=True):
        out.append((item, use, verdict.support, change, before))
    layer.rows[key] = [_long_row(key, *entry, library) for entry in out]
    layer.present[key] = bool(candidates)
    layer.values[key] = candidates[verdict.kept][0].value if verdict.kept is not None else None
    place = key[:2]
    for _, _, _, change, _ in out:
        if change is not None and change not in layer.changes.setdefault(place, []):
            layer.changes[place].append(change)
    layer.described.setdefault(place, min((entry[0] for entry in out), key=lambda o: (o.place, o.place_code, o.period)))


def _observation(row: Mapping[str, Any]) -> Observation:
    """A row of the long table as the observation it was made of."""
    return Observation(
        doc=row["doc"], figure=row["figure"], place_id=row["place_id"], place=row["place"],
        place_code=row["place_code"] or "", level=row["level"] or "", period=row["period"],
        period_kind=row["period_kind"], indicator=row["indicator"], value=row["value"], value_max=row["value_max"],
        unit=row["unit"], modifier=row["modifier"], status=row["status"], repaired=row["repaired"],
        rule=row["rule"] or "", flags=_codes(row["flags"]), confirmed=_codes(row["confirmed"]), subject=row["subject"],
        quote=row["quote"],
    )


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(code for code in (text or "").split(";") if code)


def _long_row(
    key: CellKey, item: Observation, use: str, support: int, change: Change | None, extracted: Decimal | None,
    library: Library,
) -> Row:
    known: dict[str, Any] = {
        "place_id": item.place_id, "place": item.place, "place_code": item.place_code or None,
        "level": item.level or None, "parent": parent_name(item.place_id), "period": item.period,
        "period_kind": item.period_kind, "row": key[1], "indicator": item.indicator,
        "label": library.indicator(item.indicator).label_zh, "value": item.value, "value_max": item.value_max,
        "unit": item.unit, "modifier": item.modifier, "status": item.status, "use": use, "support": support,
        "repaired": item.repaired, "rule": item.rule or None, "flags": joined(item.flags),
        "confirmed": joined(item.confirmed), "subject": item.subject, "quote": item.quote, "doc": item.doc,
        "figure": item.figure, "extracted": extracted,
        "corrected": joined(change.fields) if change else None, "corrected_by": change.by if change else None,
        "corrected_at": change.at if change else None,
    }
    return tuple(known.get(name) for name in CORRECTED_OBSERVATIONS.names)


# --- the tables ------------------------------------------------------------------------------------------------------


def stream(path: Path, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows of a Parquet file with these columns in this order, a batch in memory at a time."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(10_000, columns=list(names)):
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def write_observations(run: Run, layer: Layer, folder: Path, library: Library) -> int:
    """The long table with its corrections: a touched cell stands where it stood, a new one at the end."""
    names = OBSERVATIONS.names
    place, row_, indicator, status = (names.index(name) for name in ("place_id", "row", "indicator", "status"))
    nothing = (None,) * (len(CORRECTED_OBSERVATIONS.names) - len(names))
    done: set[CellKey] = set()

    def rows() -> Iterator[Row]:
        touched = {key[:3] for key in layer.rows}
        for row in stream(run.folder / "observations.parquet", names):
            if (row[place], row[row_], row[indicator]) in touched:
                key = cell_of(row[place], row[row_], row[indicator], row[status], library)
                if key in layer.rows:
                    if key not in done:
                        done.add(key)
                        yield from layer.rows[key]
                    continue
            yield (*row, *nothing)
        for key, found in layer.rows.items():
            if key not in done:
                yield from found

    with TableWriter(folder, CORRECTED_OBSERVATIONS) as writer:
        writer.write(rows())
    return writer.rows


def write_panel(run: Run, layer: Layer, folder: Path, library: Library) -> Table:
    """The panel with its corrections. Rows and columns that only corrections fill are added; none is taken away."""
    before = stored_tables(run.folder)["panel"].table
    table = _panel_table(before, layer, library)
    counts = _counts(run, layer, library)
    wanted: dict[tuple[str, str], dict[CellKey, Decimal | None]] = {}
    for key, value in layer.values.items():
        wanted.setdefault(key[:2], {})[key] = value

    def known() -> Iterator[dict[str, Any]]:
        for cells_of_row in stream(run.folder / "panel.parquet", before.names):
            row = dict(zip(before.names, cells_of_row, strict=True))
            place = (row["place_id"], row["period"])
            cells = wanted.pop(place, None)
            yield row if cells is None else _changed(row, place, cells, layer, counts)

    def added() -> Iterator[dict[str, Any]]:
        for place in sorted(fresh):
            yield _changed(_head(layer.described[place], place), place, fresh[place], layer, counts)

    held = run.query(
        'SELECT place_id, period FROM panel JOIN (SELECT unnest($places) AS place_id, unnest($rows) AS period) k '
        "USING (place_id, period)", {"places": [p for p, _ in wanted], "rows": [r for _, r in wanted]},
    )
    there = {(row["place_id"], row["period"]) for row in held}
    fresh = {place: wanted.pop(place) for place in sorted(wanted) if place not in there}
    merged: Iterable[dict[str, Any]] = heapq.merge(known(), added(), key=lambda row: (row["place_id"], row["period"]))
    with TableWriter(folder, table) as writer:
        writer.write(tuple(row.get(name) for name in table.names) for row in merged)
    return table


def _panel_table(before: Table, layer: Layer, library: Library) -> Table:
    """The panel's columns in the library's order, with those that corrections bring, and who corrected."""
    indicators = {column.name: column for column in before.columns[len(PANEL.columns) :]}
    for _, _, indicator, status in layer.values:
        indicators.setdefault(indicator + SUFFIX[status], panel_column(library.indicator(indicator), status))
    order = {i + suffix: (at, n) for at, i in enumerate(library.indicators) for n, suffix in enumerate(SUFFIX.values())}
    ranked = sorted(indicators, key=lambda name: (order.get(name, (len(order), 0)), name))
    corrected = columns(("corrected", "list", "更正过的指标", "Indicator columns with a correction in this row"))
    return Table(PANEL.name, PANEL.zh, PANEL.en, (*PANEL.columns, *(indicators[name] for name in ranked), *corrected,
                                                  *_WHO), PANEL.key)


def _head(item: Observation, place: tuple[str, str]) -> dict[str, Any]:
    period = periods.parse(place[1])
    return {"place_id": place[0], "place": item.place, "place_code": item.place_code or None,
            "level": item.level or None, "parent": parent_name(place[0]), "period": place[1],
            "period_kind": period.kind if period else None}


def _changed(
    row: dict[str, Any], place: tuple[str, str], cells: Mapping[CellKey, Decimal | None], layer: Layer,
    counts: Mapping[tuple[str, str], tuple[int, int]],
) -> dict[str, Any]:
    changes = layer.changes.get(place, [])
    values = {key[2] + SUFFIX[key[3]]: value for key, value in cells.items()}
    documents, conflicts = counts[place]
    return {**row, **values, "documents": documents, "conflicts": conflicts, "corrected": joined(sorted(values)),
            "corrected_by": joined(sorted(change.by for change in changes)),
            "corrected_at": max((change.at for change in changes), default=None)}


def _counts(run: Run, layer: Layer, library: Library) -> dict[tuple[str, str], tuple[int, int]]:
    """Documents and conflicts of each touched panel row."""
    places = sorted({key[:2] for key in layer.rows})
    documents: dict[tuple[str, str], set[str]] = {place: set() for place in places}
    lost: dict[tuple[str, str], set[CellKey]] = {place: set() for place in places}
    for row in run.query(
        'SELECT o.place_id, o."row", o.indicator, o.status, o.use, o.doc FROM observations o JOIN (SELECT '
        'unnest($places) AS place_id, unnest($rows) AS "row") k USING (place_id, "row")',
        {"places": [p for p, _ in places], "rows": [r for _, r in places]},
    ):
        key = cell_of(row["place_id"], row["row"], row["indicator"], row["status"], library)
        if key not in layer.rows:
            documents[key[:2]].add(row["doc"])
            if row["use"] == "conflict":
                lost[key[:2]].add(key)
    doc, use = (CORRECTED_OBSERVATIONS.names.index(name) for name in ("doc", "use"))
    for key, rows in layer.rows.items():
        documents[key[:2]].update(str(row[doc]) for row in rows if row[use] not in (REJECTED, REPLACED))
        if layer.present[key] and layer.values[key] is None:
            lost[key[:2]].add(key)
    return {place: (len(documents[place]), len(lost[place])) for place in places}
