"""What the cells of a table mean: row and column labels, unit and period of each number in it.

Works on the cells of an HTML, Word, Excel or PDF table (blocks of kind ``table_cell``) and on tables that were found
in plain text (:mod:`extractor.reading.textgrid`). The unit of a cell is looked for where tables print it, nearest
first: in the cell, in the column's header (产量（万吨）), in a unit column, in the row's label (大牲畜（万头）), in the
caption (单位：万元).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from extractor.model import Document, Span

from .textgrid import NUMBER, PLACEHOLDER, UNIT_WORD, RawCell, RawGrid, find_grids, lines_above


@dataclass(frozen=True, slots=True)
class Cell:
    """One numeric cell. ``start`` and ``end`` hold the number with the measure printed in the cell; ``unit`` is the
    printed unit with its magnitude (``万吨``), '' where none is printed; ``row`` and ``column`` count from 0 in the
    whole table, headers included. Labels go from the outermost inwards, without units and list marks."""

    start: int
    end: int
    text: str
    row: int
    column: int
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    unit: str
    period: str | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its numeric cells in text order, its caption, the unit of the whole, and its span in the text.

    ``labels`` are the spans of all other cells (headers, row labels, serial numbers, placeholders): numbers in them
    are no figures. ``table`` counts the tables of a document from 0.
    """

    cells: tuple[Cell, ...]
    caption: str
    unit: str
    start: int
    end: int
    table: int
    labels: tuple[Span, ...]


_YEAR_ONLY = re.compile(r"(?:19|20)\d\d(?:年度?)?\Z")
_PERIOD = re.compile(
    r"(?<!\d)((?:19|20)\d\d)年?(?:度)?(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|"
    r"(?P<from>\d{1,2})月?[-—~至](?P<to>\d{1,2})月|(?P<month>\d{1,2})月)?(?!\d)")
_SPAN_OF_YEARS = re.compile(r"(?:19|20)\d\d年?\s?[-—~至]\s?(?:19|20)\d\d")
_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,14})[)\]]?\s*\Z")
_UNIT_LIKE = re.compile(
    r"(?:[十百千万亿]{0,2}(?:元|人次|人|户次|户|吨|公斤|千克|克|斤|公里|千米|米|厘米|毫米|亩|公顷|平方米|平方公里|立方米|平方千米|千瓦时|千瓦|度|升|毫升|头|只|辆|台|套|件|"
    r"个|处|座|家|所|张|项|次|天|日|小时|分|岁|年|册|部|条|床|担|箱|株|羽|匹|门|枚|枝|棵|眼|组|对|份|名|位|倍|级|点|重量箱|标准箱|印张|标米|"
    r"吨标准煤|标准煤|美元|港元|欧元|日元)?(?:/[一-鿿]{1,4}){0,2}|[±+\-]{0,2}%|‰|百分点|个百分点|%|[A-Za-z]{1,5}[²³23]?(?:/[a-zA-Z]{1,3}[²³23]?)?|℃)\Z")
_CAPTION_UNIT = re.compile(r"单\s*位\s*[:：]\s*([^\s()（）,，;；、。]{1,8})")
_CAPTION_BRACKET = re.compile(r"[(（]([^()（）]{1,8})[)）]\s*\Z")
_PERCENT_TAIL = re.compile(r"[±+\-]{0,3}%\Z")
_GROWTH = re.compile(r"增长|增速|增幅|增减|增降|升降|涨跌|比重|占比|比例|构成|[±]|比率|[率]\Z")
_AMOUNT_OF_GROWTH = re.compile(r"增长额|增减额|增加额|增长量|增减量|增加数|绝对")
_NOUN_UNIT = ((re.compile(r"户数\Z"), "户"), (re.compile(r"人次(?:数)?\Z"), "人次"),
              (re.compile(r"(?:人数|人口|人员|职工|劳动力)(?:数|合计)?\Z"), "人"), (re.compile(r"次数\Z"), "次"),
              (re.compile(r"(?:指数)\Z"), ""), (re.compile(r"个数\Z"), "个"))
_SERIAL = re.compile(r"(?:序\s*号|编\s*号|行\s*次|代\s*码|科目编码|编码|№|No\.?)\Z", re.I)
_STUB = re.compile(r"(?:指\s*标|项\s*目|名\s*称|品\s*名|内\s*容|类\s*别)(?:名\s*称)?\Z|(?:指标|产品|项目)名称\Z")
_MARK = re.compile(
    r"\s*(?:[#*＊]+|(?:其\s*中|其)\s*[:：]|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}(?:、|\.(?!\d)))\s*")
_SUB = re.compile(r"\s*(?:[#*＊]|其\s*中)")
_INNER_BLANK = re.compile(r"(?<=[一-鿿]) +(?=[一-鿿])")
_HALF = {"上": ("01", "06"), "下": ("07", "12")}
_QUARTER = {**dict(zip("一二三四", range(1, 5), strict=True)), **dict(zip("1234", range(1, 5), strict=True))}
_MAX_CELLS = 200_000


def grids(document: Document, view: str) -> list[Grid]:
    """The tables of a document in text order. ``view`` is the folded text. Prose and lists give none."""
    marked = _marked(document, view)
    taken = [(raw.start, raw.end) for raw in marked]
    raws = sorted([*marked, *find_grids(document.text, view, taken)], key=lambda raw: raw.start)
    result: list[Grid] = []
    for raw in raws:
        grid = read_grid(raw, document.text, view, len(result))
        if grid is not None:
            result.append(grid)
    return result


def _marked(document: Document, view: str) -> list[RawGrid]:
    """Tables of the markup, from the document's ``table_cell`` blocks."""
    found: dict[int, RawGrid] = {}
    captions: dict[int, str] = {}
    for block in document.blocks:
        if block.kind == "table_cell" and block.table is not None and block.row is not None:
            raw = found.get(block.table)
            if raw is None:
                raw = found[block.table] = RawGrid([], block.start, block.end, lines_above(view, block.start))
            cell = view[block.start:block.end]
            raw.cells.append(RawCell(block.start, block.end, cell, block.row, block.column or 0, block.rows,
                                     block.columns, block.header))
            raw.end = max(raw.end, block.end)
        elif block.kind == "caption" and block.table is not None:
            captions[block.table] = view[block.start:block.end]
    for table, caption in captions.items():
        if table in found:
            found[table].caption = f"{caption} {found[table].caption}".strip()
    return [raw for raw in found.values() if len(raw.cells) <= _MAX_CELLS]


def read_grid(raw: RawGrid, text: str, view: str, table: int = 0) -> Grid | None:
    """The meaning of a table's cells; None where it holds no number under a label."""
    cells = [cell for cell in raw.cells if cell.text.strip()]
    if not cells:
        return None
    matrix = _matrix(cells)
    last = max(row for row, _ in matrix)
    width = max(column for _, column in matrix) + 1
    head = _header_rows(cells, matrix, last)
    texts = {id(cell): cell.text.strip() for cell in cells}
    numeric = {id(cell) for cell in cells if cell.row >= head and NUMBER.match(texts[id(cell)])}
    names = [_column_names(matrix, column, head) for column in range(width)]
    stubs = _stub_columns(cells, matrix, numeric, names, head, last, width)
    unit_column = next((c for c in range(width) if names[c] and UNIT_WORD.match(names[c][-1])), None)
    caption = " ".join(raw.caption.split())
    caption_unit = _caption_unit(caption)
    caption_period = None if _SPAN_OF_YEARS.search(caption) else period_of(caption)
    column_units = [_column_unit(labels, matrix, c, head) for c, labels in enumerate(names)]
    clean_names = [_path(labels) for labels in names]
    found: list[Cell] = []
    others: list[Span] = []
    rows = _rows(cells, head)
    header_texts = {c: labels[-1] for c, labels in enumerate(names) if labels}
    sections: tuple[str, ...] = ()
    section_unit = ""
    above: list[tuple[int, str, str]] = []
    carried = ""
    for row in range(head, last + 1):
        line = rows.get(row, [])
        values = [cell for cell in line if id(cell) in numeric and cell.column not in stubs
                  and cell.column != unit_column]
        labels = _row_cells(matrix, row, stubs, unit_column)
        if not values or _repeats_header(line, header_texts):
            dashes = any(PLACEHOLDER.match(texts[id(c)]) for c in line)
            if labels and not dashes and not _repeats_header(line, header_texts):
                sections = (_clean(labels[-1].text)[0],)
                section_unit = _clean(labels[-1].text)[1]
                above, carried = [], ""
            others += [(cell.start, cell.end) for cell in line]
            continue
        path = [part for part in (_clean(cell.text)[0] for cell in labels) if part]
        unit_in_label = next((u for u in (_clean(cell.text)[1] for cell in reversed(labels)) if u), "")
        if labels and path:
            # Sub-rows stand deeper: by blanks in front, or by # and 其中 below the row that carries the whole.
            depth = _indent(text, labels[-1]) + _mark_width(labels[-1].text)
            while above and above[-1][0] >= depth:
                above.pop()
            path[-1:-1] = [name for _, name, _ in above]
            unit_in_label = unit_in_label or next((unit for _, _, unit in reversed(above) if unit), "")
            above.append((depth, path[-1], unit_in_label))
        carried = unit_in_label or carried
        row_unit = ""
        if unit_column is not None:
            unit_cell = matrix.get((row, unit_column))
            row_unit = unit_cell.text.strip() if unit_cell is not None else ""
        row_labels = tuple(dict.fromkeys([*sections, *path]))
        row_period = next((p for p in (period_of(label) for label in reversed(row_labels)) if p), None)
        for cell in line:
            if cell not in values:
                others.append((cell.start, cell.end))
                continue
            column_labels = clean_names[cell.column] if cell.column < width else ()
            period = next((p for p in (period_of(name) for name in reversed(column_labels)) if p), None)
            unit = _printed_unit(texts[id(cell)]) or column_units[cell.column] or row_unit or unit_in_label \
                or section_unit or (caption_unit if not _is_rate(row_labels) else "%" if _is_rate(row_labels) else "") \
                or _noun_unit(column_labels, row_labels) or carried
            start = cell.start + (len(cell.text) - len(cell.text.lstrip()))
            end = start + len(texts[id(cell)])
            found.append(Cell(start, end, text[start:end], cell.row, cell.column, row_labels, column_labels, unit,
                              period or row_period or caption_period))
    if not found or not any(cell.row_labels or cell.column_labels for cell in found):
        return None
    others += [(cell.start, cell.end) for cell in cells if cell.row < head]
    return Grid(tuple(sorted(found, key=lambda c: c.start)), caption, caption_unit, raw.start, raw.end, table,
                tuple(sorted(set(others))))


def period_of(label: str) -> str | None:
    """The period a label names, as in :attr:`Figure.period`; None where it names none.

    >>> period_of("2012年"), period_of("2023年1-6月"), period_of("2023年末"), period_of("1987-2005年")
    ('2012', '2023-01/2023-06', '2023', None)
    """
    if _SPAN_OF_YEARS.search(label):
        return None
    found = _PERIOD.search(label)
    if not found:
        return None
    year = found[1]
    if found["half"]:
        first, last = _HALF[found["half"]]
        return f"{year}-{first}/{year}-{last}"
    if found["quarter"]:
        quarter = _QUARTER[found["quarter"]]
        return f"{year}-{quarter * 3 - 2:02d}/{year}-{quarter * 3:02d}"
    if found["from"] and 1 <= int(found["from"]) <= int(found["to"]) <= 12:
        return f"{year}-{int(found['from']):02d}/{year}-{int(found['to']):02d}"
    if found["month"] and 1 <= int(found["month"]) <= 12:
        return f"{year}-{int(found['month']):02d}"
    return year


def _matrix(cells: Iterable[RawCell]) -> dict[tuple[int, int], RawCell]:
    """Cell by row and column, merged cells at each place they cover."""
    matrix: dict[tuple[int, int], RawCell] = {}
    for cell in cells:
        for row in range(cell.row, cell.row + min(cell.rows, 500)):
            for column in range(cell.column, cell.column + min(cell.columns, 100)):
                matrix.setdefault((row, column), cell)
                if len(matrix) > _MAX_CELLS:
                    return matrix
    return matrix


def _rows(cells: list[RawCell], head: int) -> dict[int, list[RawCell]]:
    rows: dict[int, list[RawCell]] = {}
    for cell in cells:
        if cell.row >= head:
            rows.setdefault(cell.row, []).append(cell)
    return rows


def _header_rows(cells: list[RawCell], matrix: dict[tuple[int, int], RawCell], last: int) -> int:
    """How many rows at the top hold no value: marked as headers, without numbers, or with nothing but years."""
    rows = _rows(cells, 0)
    head = 0
    for row in range(min(last + 1, 8)):
        line = rows.get(row, [])
        numbers = [cell for cell in line if NUMBER.match(cell.text.strip())]
        years = all(_YEAR_ONLY.match(cell.text.strip()) for cell in numbers)
        first_is_year = len(numbers) == 1 and numbers[0].column == 0
        if numbers and (not years or first_is_year) and not all(cell.header for cell in line):
            break
        if not numbers and row > 0 and len(line) == 1 and line[0].columns == 1 and rows.get(0) and len(rows[0]) > 1:
            break  # a section label below the header
        if line and not numbers and any(PLACEHOLDER.match(cell.text.strip()) for cell in line) and row > 0:
            break
        head = row + 1
    return head if head <= last else 0


def _column_names(matrix: dict[tuple[int, int], RawCell], column: int, head: int) -> list[str]:
    names: list[str] = []
    seen: set[int] = set()
    for row in range(head):
        cell = matrix.get((row, column))
        if cell is not None and id(cell) not in seen:
            seen.add(id(cell))
            names.append(cell.text.strip())
    return names


def _stub_columns(cells: list[RawCell], matrix: dict[tuple[int, int], RawCell], numeric: set[int],
                  names: list[list[str]], head: int, last: int, width: int) -> set[int]:
    """Columns that hold labels: text, years or serial numbers, from the left up to the first column of values (and
    again to the right of it, for tables printed in two halves side by side)."""
    stubs: set[int] = set()
    by_column: dict[int, list[RawCell]] = {}
    for cell in cells:
        if cell.row >= head:
            by_column.setdefault(cell.column, []).append(cell)
    for column in range(width):
        body = by_column.get(column, [])
        values = [cell for cell in body if id(cell) in numeric]
        title = names[column][-1] if names[column] else ""
        if UNIT_WORD.match(title):
            continue
        texts = len(values) * 2 < len(body) and not all(
            PLACEHOLDER.match(cell.text.strip()) or id(cell) in numeric for cell in body)
        years = column == 0 and values and all(_YEAR_ONLY.match(cell.text.strip()) for cell in values)
        if texts or years or _SERIAL.match(title):
            stubs.add(column)
    return stubs


def _row_cells(matrix: dict[tuple[int, int], RawCell], row: int, stubs: set[int],
               unit_column: int | None) -> list[RawCell]:
    cells: list[RawCell] = []
    for column in sorted(stubs):
        cell = matrix.get((row, column))
        if cell is None or cell in cells or column == unit_column:
            continue
        text = cell.text.strip()
        if (text.isdigit() and not _YEAR_ONLY.match(text)) or PLACEHOLDER.match(text):
            continue  # a serial number
        cells.append(cell)
    return cells


def _repeats_header(line: list[RawCell], header: dict[int, str]) -> bool:
    """A header printed again where the table goes on over a page."""
    return len(line) > 1 and all(header.get(cell.column) == cell.text.strip() for cell in line)


def _path(labels: list[str]) -> tuple[str, ...]:
    path: list[str] = []
    for label in labels:
        name = _clean(label)[0]
        if name and not _STUB.match(name) and (not path or path[-1] != name):
            path.append(name)
    return tuple(path)


def _clean(label: str) -> tuple[str, str]:
    """A label without marks, wide setting and unit, and the unit.

    >>> _clean("#水  稻（万吨）"), _clean("同比增长(±%)"), _clean("其中：中央资金")
    (('水稻', '万吨'), ('同比增长', '%'), ('中央资金', ''))
    """
    label = label.strip().replace("（", "(").replace("）", ")").replace("％", "%")
    label = _INNER_BLANK.sub("", label)
    label = _MARK.sub("", label, count=1) if _MARK.match(label) else label
    unit = ""
    bracket = _BRACKET.search(label)
    if bracket:
        inner = bracket[1].replace("单位:", "").replace("单位：", "").strip()
        if _UNIT_LIKE.match(inner) and inner:
            unit = "%" if inner.endswith("%") else inner
            label = label[:bracket.start()].strip()
    if not unit:
        percent = _PERCENT_TAIL.search(label)
        if percent and percent.start() > 0:
            unit, label = "%", label[:percent.start()].strip()
    return label.strip(" :：、"), unit


def _column_unit(labels: list[str], matrix: dict[tuple[int, int], RawCell], column: int, head: int) -> str:
    for label in reversed(labels):
        unit = _clean(label)[1]
        if unit:
            return unit
    return "%" if labels and _is_rate((labels[-1],)) else ""


def _is_rate(labels: tuple[str, ...]) -> bool:
    return bool(labels) and bool(_GROWTH.search(labels[-1])) and not _AMOUNT_OF_GROWTH.search(labels[-1])


def _caption_unit(caption: str) -> str:
    found = _CAPTION_UNIT.search(caption) or _CAPTION_BRACKET.search(caption)
    return found[1] if found and _UNIT_LIKE.match(found[1]) else ""


def _printed_unit(text: str) -> str:
    return text.lstrip("+-0123456789., ")


def _noun_unit(column_labels: tuple[str, ...], row_labels: tuple[str, ...]) -> str:
    for label in (*reversed(column_labels), *reversed(row_labels)):
        for pattern, unit in _NOUN_UNIT:
            if pattern.search(label):
                return unit
    return ""


def _indent(text: str, cell: RawCell) -> int:
    """Blanks in front of a label, wide ones counted twice; labels of the markup keep theirs inside the cell."""
    inside = len(cell.text) - len(cell.text.lstrip())
    start = cell.start + inside
    count = 0
    while start > 0 and text[start - 1] in " 　\xa0\t":
        start -= 1
        count += 2 if text[start] == "　" else 1
    return count


def _mark_width(label: str) -> int:
    """How far 其中： or # moves a sub-row's name to the right, so that the rows aligned below it are its siblings."""
    if not _SUB.match(label):
        return 0
    mark = _MARK.match(label)
    wide = sum(2 if char > "⺀" else 1 for char in mark[0].strip()) if mark else 0
    return max(3, wide + 1 if wide > 2 else wide)
