"""Figures of tables: each numeric cell with its row and column labels as subject.

The unit comes from where the table prints it (cell, header, unit column, caption); 万 and 亿 of a header's unit go into
the value, as they do in running text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from extractor.model import Direction, Role
from extractor.numbers.scan import Mention
from extractor.numbers.units import Units
from extractor.reading.tables import Cell, Grid

_MAGNITUDES: Final = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_GROWTH: Final = re.compile(r"增长|增速|增幅|增减|同比|环比|升降|涨跌|[±]")
_CHANGE: Final = re.compile(r"增加|增减|减少|净增")
_PER_UNIT: Final = re.compile(r"人均|户均|村均|亩均|平均|单价|每")
_PLAIN: Final = re.compile(
    r"^(?:指标值?|数值|本年|本期|实绩|绝对[数量额]|总量|合计|数量|年份|年度|数据|单位|全年|(?:19|20)\d\d年?(?:度)?(?:实绩|完成数?|合计)?|累计|实际|"
    r"计量单位|完成情况|金额|增长)$"
)
_UNIT_BRACKET: Final = re.compile(r"[(（\[][^()（）\[\]]{0,12}[)）\]]")


@dataclass(slots=True)
class CellFigure:
    """A numeric cell read as a quantity; the place and period of its labels are resolved by the caller."""

    mention: Mention
    grid: Grid
    cell: Cell
    start: int
    end: int
    value: Decimal
    unit: str
    role: Role
    direction: Direction | None
    subject: str


def split_unit(printed: str, units: Units) -> tuple[Decimal, str]:
    """A header's unit as factor and canonical name: 万吨 -> 10000, 吨; an unknown one is kept as printed.

    >>> split_unit("", None)  # doctest: +SKIP
    (Decimal('1'), '')
    """
    text = printed.strip()
    exponent = 0
    while text and text[0] in _MAGNITUDES and units.match(text, 0) is None:
        exponent += _MAGNITUDES[text[0]]
        text = text[1:]
    parts = [units.match(part, 0) for part in text.split("/")]
    named = [part[1] if part and part[0] == len(raw) else raw for part, raw in zip(parts, text.split("/"), strict=True)]
    return Decimal(10) ** exponent, "/".join(named)


def read_cells(
    mentions: Sequence[Mention], tables: Sequence[Grid], units: Units
) -> tuple[list[CellFigure], set[int], set[int]]:
    """Figures of all tables, the starts of the mentions they took, and of the mentions in labels (no figures)."""
    figures: list[CellFigure] = []
    used: set[int] = set()
    labels: set[int] = set()
    if not tables:
        return figures, used, labels
    starts = [m.start for m in mentions]
    names: dict[str, str] = {}
    measures: dict[str, tuple[Decimal, str]] = {}
    for grid in tables:
        for start, end in grid.labels:
            i = bisect_left(starts, start)
            while i < len(mentions) and mentions[i].start < end:
                labels.add(mentions[i].start)
                i += 1
        for cell in grid.cells:
            i = bisect_left(starts, cell.start)
            if i and mentions[i - 1].end > cell.start:
                i -= 1
            if i < len(mentions) and mentions[i].start < cell.end:
                if cell.unit not in measures:
                    measures[cell.unit] = split_unit(cell.unit, units)
                figure = _figure(mentions[i], grid, cell, measures[cell.unit], _subject(cell, names))
                if figure is not None:
                    figures.append(figure)
                while i < len(mentions) and mentions[i].start < cell.end:
                    used.add(mentions[i].start)
                    i += 1
    return figures, used, labels


def _figure(
    mention: Mention, grid: Grid, cell: Cell, measure: tuple[Decimal, str], subject: str
) -> CellFigure | None:
    # A measure behind the end of the cell belongs to the next one (5.7 before 批发和零售业).
    value, unit = _decimal(cell.text), mention.unit if mention.end <= cell.end else ""
    if mention.kind in ("figure", "bare") and mention.value is not None and mention.end <= cell.end:
        value = mention.value
    if value is None:
        return None
    if not unit:
        factor, unit = measure
        if factor != 1:
            value = (value * factor).normalize()
            value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value
    role: Role = "level"
    if unit in ("%", "‰", "个百分点"):
        role = "growth" if _GROWTH.search("".join(cell.column_labels[-1:])) or _GROWTH.search(subject) else "share"
    elif _CHANGE.search("".join(cell.column_labels[-1:])):
        role = "change"
    elif "/" in unit or _PER_UNIT.search(subject):
        role = "per_unit"
    return CellFigure(mention, grid, cell, cell.start, cell.end, value, unit, role, None, subject)


def cell_period(figure: CellFigure, default: str | None, year: int | None) -> str | None:
    """The period of a cell: its own label's, the year before under 上年, the last day under 年末 in a caption."""
    cell = figure.cell
    labels = "".join(cell.column_labels)
    own = cell.period
    if own is None and year is not None and _LAST_YEAR.search(labels) and not _GROWTH.search(labels):
        return str(year - 1)
    period = own or default
    if period and len(period) == 4 and _YEAR_END.search(figure.grid.caption + labels):
        return f"{period}-12-31"
    return period


_LAST_YEAR: Final = re.compile(r"(?:上年|去年|上期)(?!末?增)")
_YEAR_END: Final = re.compile(r"年末|年底|期末|12月末")


def _subject(cell: Cell, names: dict[str, str]) -> str:
    """Row and column labels as one phrase; headers that only say 指标值 or a year are left out.

    ``names`` holds what is left of the labels met so far: a row shares one, and so does a column.
    """
    parts: list[str] = []
    for label in (*cell.row_labels, *cell.column_labels):
        name = names.get(label)
        if name is None:
            name = _UNIT_BRACKET.sub("", label).strip()
            name = names[label] = "" if _PLAIN.match(name) else name
        if name and not any(part.endswith(name) for part in parts):  # 其他收入 below 收入
            parts.append(name)
    return "".join(parts)


_NUMBER: Final = re.compile(r"^-?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|^-?\d+(?:\.\d+)?")


def _decimal(text: str) -> Decimal | None:
    match = _NUMBER.match(text.strip())
    return Decimal(match.group().replace(",", "").replace("，", "")) if match else None
