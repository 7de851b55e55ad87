"""The comparable tables of a run: cells settled, the long table, the panel.

Each document gives candidates, one row for each observation. A family is a prefecture with its counties, or any other
place by itself; whatever is compared with each other is of one family, so that a run settles a few families at a time,
in any process, and never holds all of its observations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, cast

from extractor.checks.across import AcrossFlag
from extractor.checks.across import check as check_across
from extractor.model import Observation
from extractor.records import maker
from extractor.tables import periods
from extractor.tables.cells import settle
from extractor.tables.places import family, parent_id, parent_name
from extractor.tables.records import Cell, Row, across_row, joined
from extractor.tables.schema import OBSERVATIONS, PANEL, Column, Table, columns

if TYPE_CHECKING:
    from extractor.library import Indicator, Library

#: Column name of a value that is not reached yet or not a fact: the indicator's id and this.
SUFFIX = {"actual": "", "target": ".target", "rule": ".rule"}
_SUFFIX_ZH = {"actual": "", "target": "（目标）", "rule": "（规定）"}
_SUFFIX_EN = {"actual": "", "target": " (target)", "rule": " (rule)"}

#: Columns of ``observations`` that are known only when the cell is settled.
_SETTLED = ("use", "support")

#: What a document contributes; not a table for users. ``at`` is the indicator's place in the library, ``cell`` the
#: status that decides the panel's column, ``start`` and ``end`` the span of the figure.
CANDIDATES = Table(
    "candidates",
    "",
    "",
    columns(
        ("family", "string", "", ""),
        ("at", "integer", "", ""),
        ("cell", "string", "", ""),
        ("start", "integer", "", ""),
        ("end", "integer", "", ""),
    )
    + tuple(column for column in OBSERVATIONS.columns if column.name not in _SETTLED),
    (),
)


class Candidate(NamedTuple):
    """A row of :data:`CANDIDATES`."""

    family: str
    at: int
    cell: str
    start: int
    end: int
    place_id: str
    place: str
    place_code: str | None
    level: str | None
    parent: str | None
    period: str
    period_kind: str
    row: str
    indicator: str
    label: str
    value: Decimal
    value_max: Decimal | None
    unit: str
    modifier: str
    status: str
    repaired: bool
    rule: str | None
    flags: str
    confirmed: str
    subject: str
    quote: str
    doc: str
    figure: str


#: The order in which candidates are settled, and what makes them of one row and of one cell.
_ORDER = attrgetter("family", "place_id", "row", "at", "cell", "doc", "figure", "value")
_ROW = attrgetter("place_id", "row")
_CELL = attrgetter("place_id", "row", "indicator", "cell")
_observed = maker(Observation)

#: A column of the panel: indicator and status.
PanelKey = tuple[str, str]
#: One cell: place, panel row, indicator, status.
CellKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """The rows of some families in the tables ``observations``, ``panel`` and ``flags`` (what stands out only beside
    the other documents of the run; none of it blocks a value), and how many cells there are and are in conflict."""

    observations: list[Row]
    panel: list[Row]
    flags: list[Row]
    cells: int
    conflicts: int


def status_of(observation: Observation, indicator: Indicator) -> str:
    """The status that decides the panel's column. A standard (低保标准) is a rule by nature: its rule in force is its
    actual value."""
    return "actual" if indicator.kind == "standard" and observation.status == "rule" else observation.status


def candidate_rows(
    observations: Iterable[Observation], spans: Mapping[str, tuple[int, int]], library: Library
) -> list[Row]:
    """Rows of :data:`CANDIDATES` for the observations of one document."""
    order = library.compiled(_order)
    rows: list[Row] = []
    for item in observations:
        period = periods.parse(item.period)
        indicator = library.indicator(item.indicator)
        start, end = spans.get(item.figure, (0, 0))
        rows.append(Candidate(
            family(item.place_id),
            order[item.indicator],
            status_of(item, indicator),
            start,
            end,
            item.place_id,
            item.place,
            item.place_code or None,
            item.level or None,
            parent_name(item.place_id),
            item.period,
            item.period_kind,
            period.row if period else item.period,
            item.indicator,
            indicator.label_zh,
            item.value,
            item.value_max,
            item.unit,
            item.modifier,
            item.status,
            item.repaired,
            item.rule or None,
            joined(item.flags),
            joined(item.confirmed),
            item.subject,
            item.quote,
            item.doc,
            item.figure,
        ))
    return rows


def _order(library: Library) -> dict[str, int]:
    return {identity: at for at, identity in enumerate(library.indicators)}


def panel_table(present: Iterable[PanelKey], library: Library) -> tuple[Table, list[PanelKey]]:
    """The panel with the columns that occur, in the order of the library."""
    found = set(present)
    keys = [(identity, status) for identity in library.indicators for status in SUFFIX if (identity, status) in found]
    return PANEL.extended([panel_column(library.indicator(i), status) for i, status in keys]), keys


def settle_candidates(rows: Iterable[Row], keys: Sequence[PanelKey]) -> Settled:
    """Settle whole families: ``rows`` are all their candidates in any order, ``keys`` the columns of the panel."""
    found = sorted([Candidate._make(row) for row in cast(Iterable[tuple[str]], rows)], key=_ORDER)
    settled = Settled([], [], [], 0, 0)
    cells = conflicts = 0
    where = {key: at for at, key in enumerate(keys)}
    for _, members in groupby(found, key=attrgetter("family")):
        block = list(members)
        uses, kept, lost = _uses(block)
        cells += len(kept) + len(lost)
        conflicts += len(lost)
        across = _across(kept)
        by_figure = {(c.doc, c.figure): c for c in kept.values()} if across else {}
        codes: dict[tuple[str, str], list[str]] = {}
        for flagged in across:
            codes.setdefault((flagged.doc, flagged.figure), []).append(flagged.flag.code)
            candidate = by_figure[flagged.doc, flagged.figure]
            settled.flags.append(across_row(flagged, (candidate.start, candidate.end), candidate.quote))
        for candidate, (use, support) in zip(block, uses, strict=True):
            extra = codes.get((candidate.doc, candidate.figure), ())
            settled.observations.append(_long_row(candidate, use, support, extra))
        for _, group in groupby(block, key=_ROW):
            settled.panel.append(_panel_row(list(group), kept, lost, where))
    return Settled(settled.observations, settled.panel, settled.flags, cells, conflicts)


def _uses(block: Sequence[Candidate]) -> tuple[list[tuple[str, int]], dict[CellKey, Candidate], set[CellKey]]:
    """Use and support of each candidate, in their order; the kept candidate of each cell; the cells in conflict."""
    uses: list[tuple[str, int]] = []
    kept: dict[CellKey, Candidate] = {}
    lost: set[CellKey] = set()
    for key, group in groupby(block, key=_CELL):
        candidates = list(group)
        verdict = settle(candidates)
        if verdict.kept is None:
            lost.add(key)
        else:
            kept[key] = candidates[verdict.kept]
        uses += [(use, verdict.support) for use in verdict.uses]
    return uses, kept, lost


def _across(kept: Mapping[CellKey, Candidate]) -> list[AcrossFlag]:
    """Jumps between a place's years and counties that do not fit their prefecture, among the panel's values."""
    values = [
        (key, item) for key, item in kept.items()
        if item.status == "actual" and item.value_max is None and item.modifier == "none" and not item.flags
    ]
    if len(values) < 2:
        return []
    values.sort()
    places = dict.fromkeys([item.place_id for _, item in values])
    parents = {place: above for place in places if (above := parent_id(place)) is not None}
    return check_across([_observation(item) for _, item in values], parents)


def _observation(item: Candidate) -> Observation:
    """A kept value as the checks want it: with the period of its row."""
    return _observed(
        doc=item.doc, figure=item.figure, place_id=item.place_id, place=item.place, place_code=item.place_code or "",
        level=item.level or "", period=item.row, period_kind=item.period_kind, indicator=item.indicator,
        value=item.value, value_max=None, unit=item.unit, modifier="none", status="actual", quote=item.quote,
    )


def _long_row(item: Candidate, use: str, support: int, codes: Sequence[str]) -> Row:
    flags = joined([*filter(None, item.flags.split(";")), *codes]) if codes else item.flags
    return (*item[5:20], use, support, item.repaired, item.rule, flags, *item[23:])


def _panel_row(
    group: Sequence[Candidate],
    kept: Mapping[CellKey, Candidate],
    lost: set[CellKey],
    where: Mapping[PanelKey, int],
) -> Row:
    values: list[Cell] = [None] * len(where)
    conflicts = 0
    for key in dict.fromkeys(map(_CELL, group)):
        if key in kept:
            values[where[key[2:]]] = kept[key].value
        conflicts += key in lost
    named = min(group, key=lambda c: (c.place, c.place_code or "", c.period))
    period = periods.parse(named.row)
    place = (named.place_id, named.place, named.place_code, named.level, named.parent)
    counts = (len({c.doc for c in group}), conflicts)
    return (*place, named.row, period.kind if period else None, *counts, *values)


def panel_column(indicator: Indicator, status: str) -> Column:
    """The panel's column of an indicator: its id, with ``.target`` or ``.rule`` for what is no fact."""
    zh = f"{indicator.label_zh}{_SUFFIX_ZH[status]}（{indicator.unit}）"
    en = f"{indicator.label_en}{_SUFFIX_EN[status]} ({indicator.unit}). {indicator.definition}"
    return Column(indicator.id + SUFFIX[status], "number", zh, en)
