"""What table finders hand on: cells with their place, and what counts as a value in one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

#: A cell that holds a value: a number, alone or with a short measure.
NUMBER: Final = re.compile(
    r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[ ]?"
    r"(?:[%‰]|(?:[十百千万亿]{0,2}(?![年月日])[^\s\d%.,，。、;；:()+\-—/·~*#=]{0,5}))?\Z")
#: Marks that stand in a cell instead of a number.
PLACEHOLDER: Final = re.compile(r"(?:-{1,3}|—{1,3}|…{1,2}|\.{2,6}|/|×|\*|持平|不变|无|空|基本持平|N/?A)\Z", re.I)
#: Header of the column that holds the units of the rows.
UNIT_WORD: Final = re.compile(r"单\s*位\Z|计\s*量\s*单\s*位\Z")
_TWO_NUMBERS: Final = re.compile(r"(?:\s|\A)[\d.,]+(?:\s.*)?\s[\d.,]+(?:\s|\Z)")


@dataclass(slots=True)
class RawCell:
    """A cell as printed. ``text`` is its content with the line breaks inside a wrapped cell taken out."""

    start: int
    end: int
    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    header: bool = False


@dataclass(slots=True)
class RawGrid:
    """Cells in reading order, the text above them that may be a caption, and the span of the whole."""

    cells: list[RawCell]
    start: int
    end: int
    caption: str = ""
    serials: list[tuple[int, int]] = field(default_factory=list)
    """Places of serial numbers (序号), which are cells of no column."""


def lines_above(view: str, start: int) -> str:
    """The short lines above a table, which may be its caption and its unit."""
    lines: list[str] = []
    for line in reversed(view[max(0, start - 240):start].split("\n")[:-1]):
        line = line.strip()
        if not line:
            continue
        full = line.endswith(("。", "；", ";", ".")) or len(lines) == 3
        if full or len(line) > 60 or _TWO_NUMBERS.search(line):
            break
        lines.append(line)
    return " ".join(reversed(lines))
