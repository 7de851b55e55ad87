"""Running heads, page numbers, lines of a table of contents: what the pages print around the report.

Nothing is removed: such lines become blocks of kind ``furniture``, placed where they do not cut a paragraph in two.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .pdf_lines import Piece, joined

_EDGE_LINES = 3
_MARGIN = 0.16
"""Part of the page's height at its top and bottom in which running heads and page numbers stand."""
_EDGE = 0.08
_SMALL = 0.87
_PLACE = 5.0
"""Points by which the place of a running head may differ from page to page."""
_ROMAN = "ivxlcIVXLCⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"
_DASH = "-－—–―‐·•.…~～_|"
_BARE = re.compile(r"\d{1,4}\Z")
_DECORATED = re.compile(
    rf"(?:[{_DASH}]{{1,3}}\d{{1,4}}[{_DASH}]{{1,3}}|第\d{{1,4}}页(?:[，,/]?共\d{{1,4}}页)?|第[一二三四五六七八九十百]{{1,5}}页"
    rf"|\d{{1,4}}/\d{{1,4}}页?|[Pp]age\d{{1,4}}(?:of\d{{1,4}})?|\d{{1,4}}页|[{_DASH}]{{0,2}}[{_ROMAN}]{{1,6}}[{_DASH}]{{0,2}})\Z"
)
_DIGITS = re.compile(r"\d+")
_CAPTION = re.compile(r"单位[:：]|续表|表\s?\d|\A(?:19|20)\d\d年?(?:度|末|底)?\Z|附[表件]")
#: 一、基本情况 ........ 12
_CONTENTS = re.compile(r"\S.*?(?:[.…·．‥⋯]\s?){4,}\s*[-—]?\s*\d{1,4}\s*[-—]?\Z")


@dataclass(slots=True)
class EdgeLine:
    """A line in the upper or lower margin of a page."""

    page: int
    line: int
    text: str
    place: float


def furniture_lines(
    pages: Sequence[tuple[float, Sequence[Sequence[Piece]]]], body: float
) -> list[dict[int, str]]:
    """For each page (height and lines) the indices of its furniture lines and their notes: ``running_head``,
    ``page_number``, ``contents``. ``body`` is the usual size of the text."""
    found: list[dict[int, str]] = [{} for _ in pages]
    edges: list[EdgeLine] = []
    for index, (height, lines) in enumerate(pages):
        for number, line in enumerate(lines):
            if len(line) <= 3 and _CONTENTS.match(joined(line).text):
                found[index][number] = "contents"
        for number in _edge_numbers(lines, height):
            line = lines[number]
            text = "".join("".join(piece.text for piece in line).split())
            if text and line[0].payload is None and number not in found[index]:
                middle = line[0].middle
                edges.append(EdgeLine(index, number, text, middle if middle < height / 2 else middle - height))
    _mark_numbers(edges, found, len(pages))
    _mark_heads(edges, found, len(pages))
    for marks, (height, lines) in zip(found, pages, strict=True):
        _mark_small(lines, height, body, marks)
    return found


def _mark_small(lines: Sequence[Sequence[Piece]], height: float, body: float, marks: dict[int, str]) -> None:
    """Small print at the very edge, apart from the text: a head or foot, even where the file has only one page."""
    for number, beside in ((0, 1), (len(lines) - 1, len(lines) - 2)):
        if number in marks or not 0 <= beside < len(lines):
            continue
        line, text = lines[number][0], lines[beside][0]
        edge = line.bottom <= height * _EDGE or line.top >= height * (1 - _EDGE)
        apart = max(text.top - line.bottom, line.top - text.bottom) > 1.2 * line.size
        if edge and apart and line.payload is None and max(piece.size for piece in lines[number]) < _SMALL * body:
            marks[number] = "running_head"


def _edge_numbers(lines: Sequence[Sequence[Piece]], height: float) -> list[int]:
    top = [i for i in range(min(_EDGE_LINES, len(lines))) if lines[i][0].bottom <= height * _MARGIN]
    last = len(lines)
    bottom = [i for i in range(max(0, last - _EDGE_LINES), last) if lines[i][0].top >= height * (1 - _MARGIN)]
    return sorted({*top, *bottom})


def _mark_numbers(edges: Sequence[EdgeLine], found: list[dict[int, str]], pages: int) -> None:
    """Page numbers: with their signs (— 3 —), or bare ones that count the pages."""
    steps = Counter(int(edge.text) - edge.page for edge in edges if _BARE.match(edge.text))
    counted = {step for step, count in steps.items() if count >= 2 and count * 2 >= pages}
    for edge in edges:
        bare = _BARE.match(edge.text) is not None
        alone = bare and pages == 1 and edge.place < 0 and int(edge.text) <= 3
        if _DECORATED.match(edge.text) or (bare and int(edge.text) - edge.page in counted) or alone:
            found[edge.page][edge.line] = "page_number"


def _mark_heads(edges: Sequence[EdgeLine], found: list[dict[int, str]], pages: int) -> None:
    """Running heads: the same words (numbers may count) at the same place of most pages, or of every other one."""
    groups: dict[str, list[EdgeLine]] = defaultdict(list)
    for edge in edges:
        if edge.line not in found[edge.page] and not _CAPTION.search(edge.text):
            groups[_DIGITS.sub("#", edge.text)].append(edge)
    for text, group in groups.items():
        numbers = {tuple(_DIGITS.findall(edge.text)) for edge in group}
        if "#" in text and len(numbers) > 1 and not _counts(group):
            continue
        for edge in group:
            same = {other.page for other in group if abs(other.place - edge.place) <= _PLACE}
            if len(same) >= (2 if pages <= 3 else 3) and len(same) * 3 >= pages:
                found[edge.page][edge.line] = "running_head"


def _counts(group: Sequence[EdgeLine]) -> bool:
    """Whether the last number of each line goes up with the pages and the others stay."""
    values = [(edge.page, [int(digits[:9]) for digits in _DIGITS.findall(edge.text)]) for edge in group]
    first = values[0]
    return any(
        all(
            len(own) == len(first[1]) and own[k] - page == first[1][k] - first[0]
            and own[:k] + own[k + 1:] == first[1][:k] + first[1][k + 1:]
            for page, own in values
        )
        for k in range(len(first[1]))
    )
