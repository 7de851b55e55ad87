"""What a page says about itself: title, publisher, date of issue and the labelled fields of disclosure pages.

Disclosure pages (政府信息公开) print the fields of their catalogue (索引号, 发布机构, 主题分类, 成文日期 ...), one a
line, several a line, or label and value on two lines; after the page has been flattened to text all three occur
in one document. Only the stretch above the body is read, so that 来源： in a paragraph is not taken for a label.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from extractor.model import Block, Span

#: Printed labels by the field that they mean; the first of a row names the field in ``Document.meta``.
_LABELS: Final = (
    ("索引号", "信息索引号"),
    ("发布机构", "发布单位", "发文机关", "发文单位", "制发机关", "公开主体", "发布部门", "公开单位"),
    ("来源", "信息来源", "文章来源", "稿件来源", "新闻来源", "内容来源", "稿源"),
    ("主题分类", "信息分类", "主题类别"),
    ("组配分类", "体裁分类"),
    ("成文日期", "生成日期", "发文日期", "制发日期", "成文时间", "生成时间"),
    ("发布日期", "发布时间", "公开日期", "发文时间", "发稿时间", "公开时间", "更新时间", "录入时间", "时间", "日期"),
    ("名称", "标题", "信息名称", "文件名称", "公文名称", "信息标题"),
    ("文号", "发文字号", "文件编号", "公文文号"),
    ("关键词", "主题词", "关键字"),
    ("栏目", "所属栏目", "信息类别", "所在栏目"),
    ("编辑", "责任编辑", "责编", "编审", "录入", "审核"),
    ("作者", "撰稿", "记者"),
    ("阅读次数", "浏览次数", "浏览量", "阅读量", "点击数", "点击量", "点击次数", "访问量", "访问次数", "阅读", "浏览"),
    ("字体", "字号", "字体大小", "文字大小"),
    ("原文链接", "链接"),
    ("有效性", "时效性", "效力状态"),
    ("内容概述", "内容摘要", "摘要"),
    ("公开方式",), ("公开范围",), ("信息格式",), ("语种",), ("服务对象",), ("本地目录",), ("分享到", "分享"), ("打印",),
    ("废止日期", "失效日期"), ("实施日期", "生效日期", "施行日期"),
)
_FIELD: Final = {name: row[0] for row in _LABELS for name in row}
_GAP: Final = "[ \\u00a0\\u3000]{0,4}"
_BY_LENGTH: Final = sorted(_FIELD, key=len, reverse=True)
# A short label must begin a word (资金来源： is none); a long one may touch what stands before it (某某局阅读次数：).
_LABEL: Final = re.compile(
    "(" + "|".join(_GAP.join(name) for name in _BY_LENGTH if len(name) > 2) + "|(?<![一-鿿])(?:"
    + "|".join(_GAP.join(name) for name in _BY_LENGTH if len(name) <= 2) + "))" + _GAP + "[:：]")
_COLON: Final = re.compile("[:：]")
#: What may stand before the colon of a label, and how far before it the label can begin.
_LABEL_END: Final = frozenset({*(name[-1] for name in _FIELD), *" \u00a0\u3000"})
_LABEL_REACH: Final = 5 * max(map(len, _FIELD)) + 5
_BLANKS: Final = " \u00a0\u3000"
_LENGTHS: Final = sorted({len(name) for name in _FIELD}, reverse=True)
_BLANK: Final = re.compile(r"[ \t　\xa0]+")
_CUT: Final = re.compile(r"[ \t　\xa0]{2,}|[【\[|｜(（]|\xa0|[　]")
_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?(?:[-/.]|年)\s?(\d{1,2})\s?(?:[-/.]|月)\s?(\d{1,2})(?!\d)")
_CLOCK: Final = re.compile(r"日?\s?\d{1,2}:\d\d(?::\d\d)?|日")
_HAN_DATE: Final = re.compile(
    r"([一二][〇○Ｏ零O一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_HAN_DIGIT: Final = {c: d for d, row in enumerate(("〇○零OＯ", *"一二三四五六七八九")) for c in row}
_DATE_LINE: Final = re.compile(
    r"[（(]?(?:[12]\d{3}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|[一二][〇○零O一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月"
    r"[一二三四五六七八九十]{1,3})\s?日?\s{0,3}(?:\d{1,2}:\d\d(?::\d\d)?)?[）)]?\Z")
_KIND: Final = re.compile(
    r"总结|报告|工作计划|工作要点|行动方案|实施方案|方案|公报|预算|决算|工作情况|开展情况|完成情况|进展情况|执行情况|"
    r"工作打算|工作安排|工作思路|规划|成效|纪实|综述|亮点|攻坚|振兴|汇报|讲话|通报|年报|简报")
#: What no title holds: words of the page's tools, signs of a sentence, a count; how none begins and none ends.
_NOT_TITLE_WORD: Final = re.compile(
    r"首页|当前位置|所在的?位置|您现在|无障碍|长辈版|适老|登录|注册|收藏|打印|下载|全屏|字号|加大|还原|减小|分享|微信|微博|扫一扫|"
    r"二维码|版权|备案|联系我们|网站地图|搜索|RSS|https?:|www\.|@|导航|栏目|责任编辑|点击|浏览|阅读|简体|繁体|English|记者|通讯员|"
    r"各位代表")
_NOT_TITLE_SIGN: Final = re.compile(r"[。；;！!？?]|[，,]\S+[，,]|\d[万亿]?[户人元个%项]")
_NOT_TITLE_HEAD: Final = re.compile(r"[\s•·\-—>|/【\]]|\d[\d\-: ]+\Z|[一二三四五六七八九十]+、|表\s?\d")
_NOT_TITLE_TAIL: Final = re.compile(r"(?:[:：]|(?<=[一-鿿])(?!(?:19|20)\d\d\Z)\d+(?:\.\d*)?[万亿]?)\Z")
_LONG: Final = 120
_MOST_LABELS: Final = 80
_HEAD_LINES: Final = 60
_HEAD_CHARS: Final = 6000
_TITLE_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was found; ``title_span`` is where the title is printed, ``meta`` the labelled fields as printed."""

    title: str | None = None
    title_span: Span | None = None
    publisher: str | None = None
    issued: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)


def read_metadata(text: str, known: Mapping[str, str] | None = None) -> Metadata:
    """Title, publisher, date of issue and labelled fields of a document's text; ``known`` are fields found before.

    >>> found = read_metadata("云岭市2023年工作总结\\n发布时间:2024-01-09 17:24来源: 云岭市农业局\\n\\n正文。")
    >>> found.title, found.publisher, found.issued
    ('云岭市2023年工作总结', '云岭市农业局', '2024-01-09')
    """
    lines = _head(text)
    meta = _labelled(text, lines) | dict(known or {})
    title, span = _title(text, lines, meta.get("名称"))
    publisher = meta.get("发布机构") or meta.get("来源") or None
    issued = parse_date(meta.get("发布日期", "")) or parse_date(meta.get("成文日期", ""))
    if issued is None:
        issued = _date_line(text, lines) or _signed(text)
    return Metadata(title, span, publisher, issued, meta)


def label_cells(text: str, blocks: Sequence[Block]) -> tuple[dict[str, str], set[int]]:
    """Fields of the table with which a disclosure page begins (索引号 | 发布机构 ...), label and value in cells.

    The second is the indices of its blocks: a table with two labels and more, most of whose rows are labels and values,
    is no table of the report.
    """
    meta: dict[str, str] = {}
    found: set[int] = set()
    tables: dict[int, list[int]] = {}
    for i, block in enumerate(blocks):
        if block.table is not None and block.kind == "table_cell" and block.table not in tables:
            if block.start >= _HEAD_CHARS:
                break
            tables[block.table] = []
        if block.kind == "table_cell" and block.table in tables:
            tables[block.table].append(i)
    for cells in tables.values():
        if len(cells) > _MOST_LABELS:
            continue
        fields: dict[str, str] = {}
        for i, k in itertools.pairwise(cells):
            key = _BLANK.sub("", text[blocks[i].start:blocks[i].end]).rstrip(":：\n")
            value = text[blocks[k].start:blocks[k].end].strip()
            if key in _FIELD and blocks[i].row == blocks[k].row and _BLANK.sub("", value).rstrip(":：") not in _FIELD:
                fields.setdefault(_FIELD[key], value)
        rows = len({blocks[i].row for i in cells})
        if len(fields) >= max(2 if "索引号" in fields else 3, rows):
            found.update(cells)
            for key, value in fields.items():
                if value and key not in meta:
                    meta[key] = value if key in ("名称", "关键词", "内容概述") else _short(key, value)
    return meta, found


def parse_date(printed: str) -> str | None:
    """The first full date in ``printed`` as ISO 8601, or None.

    >>> parse_date("2024年1月9日 17:24"), parse_date("二〇二四年十二月三十一日"), parse_date("2023-02-30")
    ('2024-01-09', '2024-12-31', None)
    """
    found = _DATE.search(printed)
    if found:
        return _iso(int(found[1]), int(found[2]), int(found[3]))
    found = _HAN_DATE.search(printed)
    if found:
        year = 0
        for char in found[1]:
            year = year * 10 + _HAN_DIGIT[char]
        return _iso(year, _tens(found[2]), _tens(found[3]))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def _tens(han: str) -> int:
    before, ten, after = han.partition("十")
    if not ten:
        return _HAN_DIGIT[before] if len(before) == 1 else 0
    return (_HAN_DIGIT[before] if before else 1) * 10 + (_HAN_DIGIT[after] if after else 0)


def _head(text: str) -> list[Span]:
    """Spans of the non-blank lines above the body: up to the first long paragraph without a label in front."""
    spans: list[Span] = []
    position, limit = int(text.startswith("\ufeff")), min(len(text), _HEAD_CHARS)  # a byte order mark is no title
    while position < limit and len(spans) < _HEAD_LINES:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:min(end, position + _HEAD_CHARS)]
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped[0])
            if len(stripped) > _LONG and not _LABEL.match(stripped):
                if not spans or _labels(stripped[:400]):
                    spans.append((start, start + min(len(stripped), 600)))  # the whole page is one line
                break
            spans.append((start, start + len(stripped)))
        position = end + 1
    return spans


class _Label(NamedTuple):
    """A printed label with its colon, and the field that it means."""

    start: int
    end: int
    field: str


def _labels(line: str) -> list[_Label]:
    """The labels of a line. They are looked for from their colons, of which most lines have none."""
    found: list[_Label] = []
    if ":" not in line and "：" not in line:
        return found
    done = 0
    for colon in _COLON.finditer(line):
        at = colon.start()
        if at and line[at - 1] in _LABEL_END:
            label = _label(line, max(done, at - _LABEL_REACH), at)
            if label is not None:
                found.append(label)
        done = at + 1
    return found


def _label(line: str, start: int, colon: int) -> _Label | None:
    """The longest label between ``start`` and a colon: ideographs, with blanks where it is set wide (来 源)."""
    begin = colon
    while begin > start and ("一" <= line[begin - 1] <= "鿿" or line[begin - 1] in _BLANKS):
        begin -= 1
    before = line[begin:colon].lstrip(_BLANKS)
    if " " in before or "\u00a0" in before or "\u3000" in before:
        match = _LABEL.search(line, begin, colon + 1)
        return _Label(match.start(), colon + 1, _FIELD[_BLANK.sub("", match[1])]) if match is not None else None
    for length in _LENGTHS:
        name = _FIELD.get(before[-length:]) if length <= len(before) else None
        if name is not None and (length > 2 or not "一" <= line[colon - length - 1 : colon - length] <= "鿿"):
            return _Label(colon - length, colon + 1, name)
    return None


def _labelled(text: str, lines: list[Span]) -> dict[str, str]:
    meta: dict[str, str] = {}
    pending = ""
    for start, end in lines:
        line = text[start:end]
        marks = _labels(line)
        if pending and not marks and len(line) <= _LONG and not meta.get(pending):
            meta[pending] = line.strip()
        pending = ""
        for i, mark in enumerate(marks):
            following = marks[i + 1] if i + 1 < len(marks) else None
            name = mark.field
            value = line[mark.end:following.start if following else len(line)].strip(" \t　\xa0|")
            if name not in ("名称", "关键词", "内容概述") and value:
                value = _short(name, value)
            if value and not meta.get(name):
                meta[name] = value
            elif not value and following is None:
                pending = name
    return {name: value for name, value in meta.items() if name not in ("字体", "打印", "分享到")}


def _short(name: str, value: str) -> str:
    """The value proper: what stands behind two blanks or a bracket on the same line is something else."""
    if name.endswith("日期"):
        found = _DATE.search(value) or _HAN_DATE.search(value)
        if found:
            clock = _CLOCK.match(value, found.end())
            return value[:clock.end() if clock else found.end()].strip()
    cut = _CUT.search(value)
    if cut and cut.start() > 0:
        value = value[:cut.start()]
    if len(value) > 60:
        value = value.split(" ", 1)[0]
    return value.strip()[:200]


def _title(text: str, lines: list[Span], labelled: str | None) -> tuple[str | None, Span | None]:
    if labelled:
        # The labelled title is often printed again as the headline; that place is the title of the body.
        at = -1
        for start, end in lines:
            line = text[start:end]
            if line == labelled:
                at = start
            elif at < 0 and labelled in line:
                at = start + line.index(labelled)
        return labelled, (at, at + len(labelled)) if at >= 0 else None
    best: Span | None = None
    for i, (start, end) in enumerate(lines):
        start += len(text[start:end]) - len(text[start:end].lstrip("# "))  # a Markdown heading
        line = text[start:end]
        if end - start > _TITLE_CHARS:
            if i == 0:
                best = _inline_title(text, start, end)
            break
        if end - start < 4 or "\t" in line or _no_title(line) or _labels(line) or _DATE_LINE.match(line):
            continue
        if _KIND.search(line):
            best = (start, end)
            break
        if best is None and end - start >= 6:
            best = (start, end)
    if best is None:
        return None, None
    index = next((i for i, span in enumerate(lines) if span[1] == best[1]), len(lines))
    if index + 1 < len(lines):
        start, end = lines[index + 1]
        # A subtitle after a dash carries the place and year that a headline leaves out.
        if text[start:start + 2] in ("——", "--", "──") and end - start <= _TITLE_CHARS and "。" not in text[start:end]:
            return text[best[0]:best[1]] + text[start:end], (best[0], end)
    return text[best[0]:best[1]], best


def _no_title(line: str) -> bool:
    """Whether a line has words, signs or counts that no title has."""
    return (
        _NOT_TITLE_HEAD.match(line) is not None
        or _NOT_TITLE_SIGN.search(line) is not None
        or _NOT_TITLE_WORD.search(line) is not None
        or ((line[-1] in ":：.万亿" or line[-1].isdigit()) and _NOT_TITLE_TAIL.search(line) is not None)
    )


def _inline_title(text: str, start: int, end: int) -> Span | None:
    """The first piece between blanks that reads like a headline, for pages flattened into one line."""
    for found in re.finditer(r"[^\s　\xa0]{6,80}", text[start:end]):
        piece = found[0]
        if _KIND.search(piece) and not _no_title(piece) and not _labels(piece):
            return start + found.start(), start + found.end()
    return None


def _date_line(text: str, lines: list[Span]) -> str | None:
    """A line of the head that is nothing but a date (and a time)."""
    for start, end in lines:
        if end - start <= 30 and _DATE_LINE.match(text[start:end]):
            return parse_date(text[start:end])
    return None


def _signed(text: str) -> str | None:
    """The date under the signature: a short line of its own among the last of the document."""
    for line in reversed(text[-400:].split("\n")):
        line = line.strip()
        if 6 <= len(line) <= 20 and _DATE_LINE.match(line):
            return parse_date(line)
    return None
