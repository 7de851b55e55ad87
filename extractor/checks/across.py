"""Checks across the documents of a run: a place's value against its other years, counties against their prefecture.

Pure functions over observations; the caller brings the hierarchy of places. Nothing here changes a value: what stands
out is listed for a person to look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from ..model import Flag, Observation
from .catalogue import flag_code, make_flag
from .slips import ONE_DIGIT, slips
from .work import amount_text, decimal_text

REPEAT_JUMP: Final = flag_code(
    "repeat_jump",
    severity="info",
    blocking=False,
    title="与同地其他年份相差悬殊",
    title_en="far from the same place's other years",
    meaning="The value of a place is many times larger or smaller than the same indicator in the year before or after. "
    "Where one slip of a digit would bring it close, the message says so. Raised over the documents of a run.",
    example="全县脱贫人口 2021 年 26530 人, 2022 年 265300 人.",
)
SUM_COUNTIES: Final = flag_code(
    "sum_counties",
    severity="warning",
    blocking=False,
    title="各县之和与市级数不符",
    title_en="the counties do not fit their prefecture",
    meaning="Counties of a prefecture report, for the same indicator and period, more together than the prefecture "
    "itself, or all of its counties are there and their sum differs. Raised over the documents of a run.",
    example="三县监测对象合计 5210 户, 全市 3909 户.",
)

#: Ratio between neighbouring years beyond which a stock or a flow is worth a look.
JUMP: Final = 5.0
#: Rounding of sums of counties: reports give 万人 with one or two decimals.
SUM_TOLERANCE: Final = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class AcrossFlag:
    """A flag on an observation: document and figure it belongs to."""

    doc: str
    figure: str
    flag: Flag


def check(
    observations: Iterable[Observation],
    parents: Mapping[str, str] | None = None,
    children: Mapping[str, int] | None = None,
) -> list[AcrossFlag]:
    """Flags of a run. ``parents`` gives the place above a place (by id), ``children`` the number
    of its counties (without it, sums are only checked for exceeding the prefecture). Ordered by document and figure."""
    usable = [
        entry
        for entry in observations
        if entry.status == "actual" and entry.value_max is None and entry.modifier == "none" and not entry.flags
    ]
    found = [*_jumps(usable), *_sums(usable, parents or {}, children or {})]
    found.sort(key=lambda entry: (entry.doc, entry.figure, entry.flag.code))
    return found


def _jumps(observations: list[Observation]) -> Iterable[AcrossFlag]:
    series: dict[tuple[str, str, str], dict[str, Observation]] = defaultdict(dict)
    for entry in observations:
        if (
            len(entry.period) == 4
            and entry.period.isdigit()
            and entry.unit not in ("%", "个百分点")
            and entry.value > 0
        ):
            series[entry.place_id, entry.indicator, entry.unit].setdefault(entry.period, entry)
    for years in series.values():
        ordered = sorted(years)
        for before, after in pairwise(ordered):
            if int(after) - int(before) > 2:
                continue
            a, b = years[before], years[after]
            ratio = float(b.value / a.value)
            if 1 / JUMP < ratio < JUMP:
                continue
            for entry, other in ((a, b), (b, a)):
                yield AcrossFlag(entry.doc, entry.figure, _jump_flag(entry, other, ratio))


def _jump_flag(entry: Observation, other: Observation, ratio: float) -> Flag:
    evidence = (
        f"{entry.place}{entry.period}年{amount_text(entry.value, entry.unit)}, "
        f"{other.period}年{amount_text(other.value, other.unit)}, 相差{max(ratio, 1 / ratio):.1f}倍"
    )
    rivals = []
    digits = decimal_text(entry.value)
    if len(digits) <= 14:
        for _, what, said in slips(digits):
            near = float(Decimal(said) / other.value)
            if not what.endswith(ONE_DIGIT) and 0.7 <= near <= 1.4:
                rivals.append(f"若为{said}{entry.unit}则与{other.period}年相近({what})")
    return make_flag(
        REPEAT_JUMP,
        f"年度间相差悬殊:{evidence}",
        f"a jump between years: {evidence}",
        evidence,
        members=(entry.figure, other.figure),
        rivals=tuple(rivals[:3]),
    )


def _sums(
    observations: list[Observation], parents: Mapping[str, str], children: Mapping[str, int]
) -> Iterable[AcrossFlag]:
    cells: dict[tuple[str, str, str], dict[str, Observation]] = defaultdict(dict)
    for entry in observations:
        if entry.unit not in ("%", "个百分点", "元/人", "元/人/月"):
            cells[entry.indicator, entry.period, entry.unit].setdefault(entry.place_id, entry)
    for (_, period, unit), places in cells.items():
        below: dict[str, list[Observation]] = defaultdict(list)
        for place, entry in places.items():
            parent = parents.get(place)
            if parent is not None and parent in places and entry.level == "county":
                below[parent].append(entry)
        for parent, parts in below.items():
            whole = places[parent]
            total = sum((part.value for part in parts), Decimal(0))
            slack = whole.value * SUM_TOLERANCE
            complete = len(parts) >= 2 and children.get(parent) == len(parts)
            if total <= whole.value + slack and not (complete and total < whole.value - slack):
                continue
            names = "+".join(
                f"{part.place}{amount_text(part.value, unit)}"
                for part in sorted(parts, key=lambda part: part.place_code)
            )
            evidence = f"{period}: {names} = {amount_text(total, unit)}, {whole.place}{amount_text(whole.value, unit)}"
            members = (whole.figure, *(part.figure for part in parts))
            for entry in (whole, *parts):
                yield AcrossFlag(
                    entry.doc,
                    entry.figure,
                    make_flag(
                        SUM_COUNTIES,
                        f"各县之和与市级数不符:{evidence}",
                        f"counties against prefecture: {evidence}",
                        evidence,
                        members=members,
                    ),
                )
