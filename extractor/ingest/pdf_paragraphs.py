"""Which lines belong to one paragraph, so that a number wrapped at the end of a line or page is one number.

The test is the typesetter's own: a line was ended by force only if the first unit of the next one (a character with
its closing punctuation, or a run of Latin letters and digits, which are not broken) would not have fitted behind it.
Where it would have, the author ended the paragraph. An indented line begins a new one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .pdf_lines import Piece

_STOP = frozenset("。！!？?；;：:…")
_OPENING = frozenset("（《“‘「『【([")
_CLOSING = frozenset("，。、；：！？）》”’」』】％%,.;:!?)]")
_MARK = re.compile(
    r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十百\d]{1,4}[章节条部编篇]"
    r"|\d{1,2}[、．]|\d{1,2}\.(?!\d)|[①-⑳●■◆•]")
#: What programs do not break: Latin letters and digits, and for some of them a list of numbers (17.8%、4.8%、9.9%).
_RUN = re.compile(r"[!-~]{1,40}(?:、[\d.%]{1,12}){0,6}")
_HAN = re.compile(r"[\u2e80-\u9fff]")
_BOXES = re.compile(r"[─-╿]")
TABULAR = re.compile(r"[─-╿]|\S\s{4,}\S")
"""Lines of drawn tables and those with wide gaps, which say nothing of the margins of the text."""
_INDENT = 0.8
_SLACK = 0.6
_LOOSE = 2.5
"""Room (in characters) beyond the first unit that a line may leave: little where a sentence ends with it, more where
one is cut, since programs differ in what they keep together."""
_GAP = 1.7
"""Distance of two lines, in usual distances, from which on a new paragraph begins."""


@dataclass(frozen=True, slots=True)
class Margins:
    """Where the lines of a region begin and end, and their usual distance (all in points; 0 where unknown).

    ``sure`` says that several lines end at the right margin; a list of short lines shows none.
    """

    left: float
    right: float
    pitch: float
    sure: bool = True


def margins(lines: Sequence[Piece]) -> Margins | None:
    """The margins of a region; None where it has too few lines to tell."""
    prose = [line for line in lines if line.payload is None and not TABULAR.search(line.text)]
    if not prose:
        return None
    low, high = min(line.x0 for line in prose), max(line.x1 for line in prose)
    wide = [line for line in prose if line.x1 - line.x0 >= 0.6 * (high - low)]
    if len(wide) < 2:
        return None
    lefts = Counter(round(line.x0) for line in prose)
    # The leftmost place where a good part of the lines begins: what is indented stands to the right of it.
    left = min((x for x in lefts if lefts[x - 1] + lefts[x] + lefts[x + 1] >= len(prose) / 7), default=min(lefts))
    ends = sorted(map(_end, wide), reverse=True)
    enough = len(ends) // 7
    right = next((x for i, x in enumerate(ends) if _near(ends, i, wide[0].size) >= enough), ends[0])
    gaps = sorted(below.top - above.top for above, below in pairwise(prose)
                  if below.top > above.top and below.page == above.page)
    reaching = sum(abs(x - right) <= 2 * wide[0].size for x in ends)
    sure = reaching >= max(3, 0.3 * len(prose))
    return Margins(float(left), right, gaps[len(gaps) // 2] if len(gaps) > 2 else 0.0, sure)


def _end(line: Piece) -> float:
    """Where a line ends without closing punctuation, which may hang over the margin."""
    hangs = line.text[-1:] in _CLOSING and len(line.text) > 1
    return float(line.boxes[-6]) if hangs else line.x1


def _near(ends: Sequence[float], index: int, size: float) -> int:
    """How many line ends (sorted, the rightmost first) lie within two characters of one, itself included."""
    count = index
    while count < len(ends) and ends[index] - ends[count] <= 2 * size:
        count += 1
    return count - index


def goes_on(above: Piece, below: Piece, edge: Margins | None, body: float, next_edge: Margins | None = None) -> bool:
    """Whether ``below`` continues the paragraph of ``above``.

    ``edge`` are the margins where ``above`` stands, ``next_edge`` those where ``below`` does (another page or column),
    ``body`` the usual size of the text.
    """
    size = max(above.size, below.size)
    if _BOXES.search(above.text) or _BOXES.search(below.text):
        return False
    if abs(above.size - below.size) > 0.12 * size and _HAN.search(above.text) and _HAN.search(below.text):
        return False
    moved = above.page != below.page or below.top < above.top
    pitch = edge.pitch if edge else 0.0
    if not moved and pitch and below.top - above.top > max(_GAP * pitch, 1.5 * size):
        return False
    if above.size > 1.15 * body and not moved and _centred(above, below):
        return above.text[-1:] not in _STOP  # the lines of a title
    if edge is None:
        edge = next_edge
    if edge is None:
        return False
    here = next_edge or edge
    if _MARK.match(below.text) and (above.text[-1:] in _STOP or below.x0 - here.left > _INDENT * size):
        return False
    room = edge.right - above.x1
    slack = _SLACK if above.text[-1:] in _STOP else _LOOSE
    if room >= first_width(below) + slack * size:
        return False
    return below.x0 - here.left <= _INDENT * size


def glue(above: str, below: str) -> str:
    """What joins two lines of a paragraph: a blank between Latin words, nothing between characters and digits.

    >>> glue("GDP", "per head"), glue("12", "345户"), glue("共有", "12户")
    (' ', '', '')
    """
    last, first = above[-1:], below[:1]
    return " " if last.isascii() and last.isalpha() and first.isascii() and first.isalpha() else ""


def _centred(above: Piece, below: Piece) -> bool:
    """Whether two lines are centred below each other: their middles agree and their beginnings do not."""
    apart = (above.x0 + above.x1) / 2 - (below.x0 + below.x1) / 2
    return abs(apart) < 0.8 * above.size and abs(above.x0 - below.x0) > above.size


def first_width(line: Piece) -> float:
    """Width of what cannot be parted from the beginning of a line."""
    text = line.text
    end = 0
    while end < len(text) - 1 and text[end] in _OPENING:
        end += 1
    run = _RUN.match(text, end)
    if run is None:
        end += 1
    else:
        end = run.end() + text[run.end() - 1].isdigit()  # some programs keep a number and its measure together
    end = min(end, len(text))
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return float(line.boxes[end * 4 - 2] - line.boxes[0])
