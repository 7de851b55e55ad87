"""Tables that have become plain text: columns set with tabs or blanks, one cell a line, or one long line.

Only the geometry is found here: which piece of text stands in which row and column. What the rows and columns mean is
read in :mod:`extractor.reading.tables`, for HTML tables as well. A flattened table is told from prose by its rhythm:
label, k numbers, label, k numbers ..., with nothing but short labels between numbers that carry no measure.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import Final

from extractor.model import Span

from .boxgrid import find_boxes
from .rawgrid import NUMBER, PLACEHOLDER, UNIT_WORD, RawCell, RawGrid

_ALONE: Final = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_BARE: Final = re.compile(rf"\s{_ALONE.pattern}(?=\s|\Z)")
_TOKEN: Final = re.compile(r"\S+")
_TAB_CELL: Final = re.compile(r"[^\t\s](?:[^\t]*[^\t\s])?")
_PROSE: Final = re.compile(r"[。；;！!？?“”《》│┃║|]|[，,](?!\d)|(?<!单位)(?<!其中):\S")
_HEADER_WORD: Final = re.compile(
    r"(?:指\s*标|项\s*目|名\s*称|品\s*名|品\s*种|产\s*品|地\s*区|年\s*度|年\s*份|类\s*别|科\s*目|行\s*业|分\s*类|单\s*位|"
    r"县\s*区|县市区|乡\s*镇|时\s*间|内\s*容|种\s*类|序\s*号)(?:名\s*称|别)?\Z|.{0,10}(?:指标|产品|项目|科目|地区|行业|单位|县区|乡镇)(?:名称)?\Z")
_UNIT_TOKEN: Final = re.compile(
    r"(?:[十百千万亿]{0,2}(?:元|人次|人|户|吨|公斤|千克|克|公里|千米|米|亩|公顷|平方米|平方公里|立方米|千瓦时|千瓦|度|升|千升|头|只|辆|台|套|件|个|处|"
    r"座|家|所|张|项|次|天|吨标准煤|美元|册|部|条|床|担|箱|株|羽|匹|门|重量箱|米/秒|标准箱)|%|‰|百分点|个百分点|±%|"
    r"(?:毫克|微克)/(?:立方米|升)|[A-Za-zμµ]{1,4}[²³23]?(?:/[A-Za-z]{1,2}[²³23]?)?)\Z")
_SERIAL: Final = re.compile(r"(?:序\s*号|编\s*号|行\s*次)\Z")
_UNIT_ALONE: Final = re.compile(r"\([^()]{1,12}\)\Z")
_YEAR_CORNER: Final = re.compile(r".{0,4}年\s*[度份别]?\Z|时\s*间\Z")
_LONE: Final = re.compile(r"(?:#|其中:)?[一-鿿]\Z")
_YEAR: Final = re.compile(r"(?:19|20)\d\d年?\Z")
_LABEL_LONGEST: Final = 34
_GAP: Final = 90
_FAR: Final = 2000
"""Characters between two numbers of a table, without and with the blanks that markup leaves behind."""
_HEADER_TOKENS: Final = 40
_MIN_NUMBERS: Final = 4


def find_grids(text: str, view: str, taken: list[Span]) -> list[RawGrid]:
    """Tables in plain text, in order; spans in ``taken`` (tables of the markup) are left out. Linear in the text."""
    held = _Held(taken)
    found: list[RawGrid] = []
    if "│" in view or "┃" in view or "║" in view or "|" in view:
        found = [grid for grid in find_boxes(view) if not held.touch(grid.start, grid.end)]
    numbers = _bare_numbers(view)
    if len(numbers) >= _MIN_NUMBERS:
        held = _Held([*taken, *((grid.start, grid.end) for grid in found)])
        for cluster in _clusters(view, [span for span in numbers if not held.touch(*span)]):
            found += [grid for grid in _stream(view, cluster) if not held.touch(grid.start, grid.end)]
    found.sort(key=lambda grid: grid.start)
    return found


@dataclass(slots=True)
class _Token:
    start: int
    end: int
    text: str
    kind: str  # N number, P placeholder, L label
    line: int


class _Held:
    """Spans that belong to something else, asked by bisection."""

    def __init__(self, spans: list[Span]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Whether any of them overlaps ``[start, end)``."""
        i = bisect_left(self.starts, end) - 1
        return i >= 0 and self.ends[i] > start


def _bare_numbers(view: str) -> list[Span]:
    """Numbers that stand between blanks, each with the blank before it."""
    found: list[Span] = []
    end = 0
    for piece in view.split():  # prose has few blanks: its pieces are fewer than its characters by far
        start = view.find(piece[0], end)
        end = start + len(piece)
        if (piece[-1] in "%," or piece[-1].isdecimal()) and start > 0 and _ALONE.fullmatch(piece) is not None:
            found.append((start - 1, end))
    return found


def _clusters(view: str, numbers: list[Span]) -> list[list[Span]]:
    """Runs of bare numbers with nothing but short pieces between them."""
    clusters: list[list[Span]] = []
    for span in numbers:
        if clusters:
            before = clusters[-1][-1][1]
            if span[0] - before <= _FAR and not _PROSE.search(view, before, span[0]) \
                    and len("".join(view[before:span[0]].split())) <= _GAP:
                clusters[-1].append(span)
                continue
        clusters.append([span])
    return [cluster for cluster in clusters if len(cluster) >= _MIN_NUMBERS]


def _stream(view: str, cluster: list[Span]) -> list[RawGrid]:
    tokens = _tokens(view, _begin(view, cluster[0][0] + 1), cluster[-1][1])
    grids = []
    for part in _parts(tokens):
        part, serials = _without_serials(part)
        grid = _rhythm(part)
        if grid is not None:
            grid.serials = serials
            grids.append(grid)
    return grids


def _without_serials(tokens: list[_Token]) -> tuple[list[_Token], list[Span]]:
    """The tokens without the column of serial numbers, and the places of these."""
    corner = next((i for i, token in enumerate(tokens) if _SERIAL.match(token.text)), None)
    if corner is None:
        return tokens, []
    kept, serials = tokens[:corner], []
    following = 1
    for token, after in itertools.zip_longest(tokens[corner + 1:], tokens[corner + 2:]):
        if token.text == str(following) and after is not None and after.kind == "L":
            following += 1
            serials.append((token.start, token.end))
        else:
            kept.append(token)
    return (kept, serials) if serials else (tokens, [])


def _begin(view: str, first: int) -> int:
    """Where the header of a flattened table may begin: after the last prose before its first number."""
    floor = max(0, first - _FAR)
    start = first
    for match in list(_TOKEN.finditer(view, floor, first))[:-_HEADER_TOKENS - 1:-1]:
        piece = match[0]
        if _PROSE.search(piece) or len(piece) > _LABEL_LONGEST or (match.start() == floor and floor):
            break
        start = match.start()
    return start


def _tokens(view: str, start: int, end: int) -> list[_Token]:
    """The pieces of a stretch: whole lines where numbers stand alone on theirs, tab columns, or single words."""
    lines: list[tuple[int, str]] = []
    position = start
    alone = mixed = 0
    for line in view[start:end].split("\n"):
        stripped = line.strip()
        if stripped:
            lines.append((position + line.index(stripped[0]), stripped))
            if NUMBER.match(stripped):
                alone += 1
            elif _BARE.search(f" {stripped} "):
                mixed += 1
        position += len(line) + 1
    tokens: list[_Token] = []
    for index, (at, line) in enumerate(lines):
        if alone > 2 * max(mixed, 1):
            tokens.append(_token(at, at + len(line), line, index))
            continue
        pieces = _TAB_CELL.finditer(line) if "\t" in line else _TOKEN.finditer(line)
        tokens += [_token(at + piece.start(), at + piece.end(), piece[0], index) for piece in pieces]
    return _joined(_year_headers(tokens))


def _year_headers(tokens: list[_Token]) -> list[_Token]:
    """Years above columns (指标 2022 2023) are labels; years that begin rows (年度 ... 1987 5320) are not."""
    for i, token in enumerate(tokens):
        if token.kind != "N":
            continue
        if not _YEAR.match(token.text) or any(_YEAR_CORNER.match(t.text) for t in tokens[:i] if t.kind == "L"):
            break
        token.kind = "L"
    return tokens


def _token(start: int, end: int, text: str, line: int) -> _Token:
    if NUMBER.match(text):
        kind = "N" if not _YEAR.match(text) or not text.endswith("年") else "L"
    else:
        kind = "P" if PLACEHOLDER.match(text) else "L"
    return _Token(start, end, text, kind, line)


def _joined(tokens: list[_Token]) -> list[_Token]:
    """Labels set wide (粮  食) put together again: single Chinese characters in a row."""
    result: list[_Token] = []
    single = values = False
    for token in tokens:
        if token.kind == "L" and result and result[-1].kind == "L" and _UNIT_ALONE.match(token.text) \
                and "单位" not in token.text and not values:
            before = result[-1]
            result[-1] = _Token(before.start, token.end, before.text + token.text, "L", token.line)
            continue
        lone = token.kind == "L" and _LONE.match(token.text) is not None
        values = values or token.kind == "N"
        # On two lines only below the header, where 男 and 女 may be two columns.
        near = single and token.line - result[-1].line <= values
        if lone and near and not _HEADER_WORD.match(result[-1].text):
            result[-1] = _Token(result[-1].start, token.end, result[-1].text + token.text, "L", token.line)
        else:
            result.append(token)
        single = lone
    return result


def _parts(tokens: list[_Token]) -> list[list[_Token]]:
    """Cut where a new header begins between two tables that follow each other."""
    parts: list[list[_Token]] = [[]]
    run = 0
    for i, token in enumerate(tokens):
        run = run + 1 if token.kind == "L" else 0
        if run >= 2 and token.kind == "L" and _HEADER_WORD.match(token.text) and any(t.kind == "N" for t in parts[-1]):
            follows = tokens[i + 1:i + 3]
            if len(follows) == 2 and all(t.kind == "L" for t in follows):
                head = [parts[-1].pop() for _ in range(run - 1)]
                parts.append(head[::-1])
                run = len(head) + 1
        elif run == 1 and _HEADER_WORD.match(token.text) and any(t.kind == "N" for t in parts[-1]):
            follows = tokens[i + 1:i + 3]
            if len(follows) == 2 and all(t.kind == "L" for t in follows):
                parts.append([])
        parts[-1].append(token)
    return parts


def _rhythm(tokens: list[_Token]) -> RawGrid | None:
    """Rows of ``label, k values`` under a header, or None where the stretch has no such rhythm."""
    runs: list[tuple[list[_Token], list[_Token]]] = []
    labels: list[_Token] = []
    values: list[_Token] = []
    for token in tokens:
        if token.kind == "L":
            if values:
                runs.append((labels, values))
                labels, values = [], []
            labels.append(token)
        elif token.kind == "N" or values or labels:
            values.append(token)
    if values:
        runs.append((labels, values))
    if not runs:
        return None
    if len(runs) == 1 or sum(len(v) for _, v in runs[:1]) > 3 * max(len(v) for _, v in runs[1:]):
        return _year_rows(*runs[0])
    counts = Counter(len(v) for _, v in runs)
    k = max(counts, key=lambda n: (counts[n], n))
    body = runs[1:]
    sizes = Counter(len(names) for names, _ in body)
    m = max(sizes, key=lambda n: (sizes[n], -n))
    if counts[k] < 2 or counts[k] * 5 < len(runs) * 3 or m > 3 or k > 30:
        return None
    units = m >= 2 and sum(1 for names, _ in body if _UNIT_TOKEN.match(names[-1].text)) * 2 > len(body)
    m = 2 if units else 1
    head = runs[0][0]
    first_line = runs[0][1][0].line
    own = sum(1 for t in head if t.line == first_line)
    rows_on_lines = sum(1 for (_, before), (names, _) in itertools.pairwise(runs) if names[0].line > before[-1].line)
    skip = len(head) - (own if m <= own < len(head) and rows_on_lines * 2 > len(body) else m)
    header, sections, caption = _header(head[:skip], k, units)
    if not header and not (len(runs) >= 3 and re.search(r"单位:|[(（][^()（）]*[元吨人户%亩][)）]", caption)):
        return None
    if k == 1 and not _has_unit(header, caption, body) and not units:
        return None
    return _assembled(runs, k, m, header, sections, caption, skip)


def _has_unit(header: list[_Token], caption: str, body: list[tuple[list[_Token], list[_Token]]]) -> bool:
    texts = [caption, *(t.text for t in header)]
    return any(re.search(r"单位:|\([^()]*(?:元|吨|人|户|%|亩|个|公里|公顷|头|只)[^()]*\)", text) for text in texts) or \
        sum(1 for names, _ in body if re.search(r"\([^()]{1,8}\)\Z", names[-1].text)) * 2 > len(body)


def _header(tokens: list[_Token], k: int, units: bool) -> tuple[list[_Token], list[_Token], str]:
    """The header proper (with the corner first), section labels between header and first row, and the caption."""
    need = k + 1 + units
    corner = next((i for i in range(len(tokens) - 1, -1, -1)
                   if _HEADER_WORD.match(tokens[i].text) and not UNIT_WORD.match(tokens[i].text)
                   and len(tokens) - i >= k + units), None)
    if corner is not None:
        header, sections = tokens[corner:corner + need], tokens[corner + need:]
    else:
        corner = max(0, len(tokens) - need)
        header, sections = tokens[corner:], []
        if len(header) < k:
            return [], [], " ".join(t.text for t in tokens[-3:])
    return header, sections, " ".join(t.text for t in tokens[max(0, corner - 3):corner])


def _assembled(runs: list[tuple[list[_Token], list[_Token]]], k: int, m: int, header: list[_Token],
               sections: list[_Token], caption: str, skip: int) -> RawGrid:
    cells: list[RawCell] = []
    corner = len(header) - k - (m - 1)
    row = 0
    for i, token in enumerate(header):
        column = i if corner > 0 else i + 1
        cells.append(RawCell(token.start, token.end, token.text, row, column, header=True))
    row += bool(header)
    for token in sections:
        cells.append(RawCell(token.start, token.end, token.text, row, 0))
        row += 1
    for i, (names, values) in enumerate(runs):
        names = names[skip:] if i == 0 else names
        extra, own = (names[:-m], names[-m:]) if len(names) > m else ([], names)
        for token in extra:
            cells.append(RawCell(token.start, token.end, token.text, row, 0))
            row += 1
        for column, token in enumerate(own):
            cells.append(RawCell(token.start, token.end, token.text, row, column))
        for column, token in enumerate(values[:k], start=m):
            cells.append(RawCell(token.start, token.end, token.text, row, column))
        row += 1
    return RawGrid(cells, cells[0].start, cells[-1].end, caption)


def _year_rows(header: list[_Token], values: list[_Token]) -> RawGrid | None:
    """Rows that begin with a year instead of a label: header of w columns, then w values a row."""
    corner = next((i for i in range(len(header) - 1, -1, -1) if _HEADER_WORD.match(header[i].text)), None)
    if corner is None:
        return None
    names = header[corner:]
    width = len(names)
    if width < 2 or len(values) < 2 * width or not all(_YEAR.match(v.text) for v in values[::width]):
        return None
    cells = [RawCell(t.start, t.end, t.text, 0, i, header=True) for i, t in enumerate(names)]
    cells += [RawCell(t.start, t.end, t.text, 1 + i // width, i % width) for i, t in enumerate(values)]
    return RawGrid(cells, cells[0].start, cells[-1].end,
                   " ".join(t.text for t in header[max(0, corner - 3):corner]))
