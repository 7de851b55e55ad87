"""Rows as documents: which column holds the report, and what the others say about it.

The report is in the column that is named, or whose name says so (正文, content), or that has the longest Chinese text
on average. Columns whose names say so become place, period, title, publisher, date of issue and address; all columns
but the text are kept in the document's ``meta``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractor.errors import InputError

from .metadata import parse_date

_TEXT = ("正文", "全文", "正文内容", "报告正文", "报告内容", "报告全文", "内容", "文本", "文本内容",
         "text", "content", "body", "fulltext", "full_text", "article", "html")
_FACTS = {
    "title": ("标题", "题目", "名称", "文件名称", "报告名称", "报告标题", "title", "headline"),
    "period": ("年份", "年度", "报告年份", "报告年度", "所属年份", "year", "period"),
    "issued": ("发布日期", "发布时间", "公开日期", "成文日期", "日期",
               "date", "pubdate", "publish_date", "published", "issued"),
    "publisher": ("发布机构", "发布单位", "来源", "信息来源", "publisher", "agency"),
    "url": ("链接", "网址", "原文链接", "地址链接", "url", "link", "href"),
}
#: From the larger to the smaller division; several of them are put together.
_PLACES = (("省", "省份", "province"), ("市", "城市", "地市", "地级市", "prefecture", "city"),
           ("县", "区县", "县区", "县市", "县市区", "区", "county", "district"))
_PLACE = ("地区", "地区名称", "行政区", "行政区划", "所属地区", "区域", "地方", "place", "region", "area")
_HAN = re.compile(r"[㐀-鿿]")
_TAG = re.compile(r"</(?:p|div|td|span|html)\s*>", re.I)
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0+)?\s*(?:年度?)?\Z")
_ISO = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?(?:/(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?)?\Z")
_LONGEST_PLACE = 60
#: Names that end like divisions need no suffix; lists of places often leave it out (安徽, 芜湖).
_PROVINCES, _PREFECTURES = "省市区", "市州盟区"
_REGIONS = frozenset({"北京", "上海", "天津", "重庆", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门"})
#: A column is a column of reports from this mean number of Chinese characters; a cell of a table has far fewer.
LONG = 120
_LOOKED_AT = 2000
#: Enough for a column whose name says that it holds the text.
NAMED = 30


@dataclass(frozen=True, slots=True)
class Facts:
    """What the other columns of a row, or a sidecar, say about a document; None where they say nothing."""

    title: str | None = None
    publisher: str | None = None
    place: str | None = None
    period: str | None = None
    issued: str | None = None
    url: str | None = None


def text_column(names: Sequence[str], rows: Sequence[Sequence[str]], wanted: str | None = None, *, where: str = "",
                least: int = LONG) -> int | None:
    """Index of the column that holds the reports; None where no column has text as long as that.

    ``rows`` is a sample. Raises :class:`InputError` with code ``column`` where ``wanted`` is no column.
    """
    keys = [key_of(name) for name in names]
    if wanted is not None:
        if wanted in names:
            return list(names).index(wanted)
        if key_of(wanted) in keys:
            return keys.index(key_of(wanted))
        raise InputError(f"has no column {wanted!r}", where=where, code="column",
                         hint="its columns are: " + ", ".join(names)[:300])
    lengths = [_mean([row[i] for row in rows if i < len(row)]) for i in range(len(names))]
    if not lengths:
        return None
    for i, key in enumerate(keys):
        if key in _TEXT and lengths[i] >= min(NAMED, least) and lengths[i] * 3 >= max(lengths):
            return i
    best = max(range(len(lengths)), key=lambda i: (lengths[i], -i))
    return best if lengths[best] >= least and lengths[best] > 0 else None


def _mean(cells: Sequence[str]) -> float:
    """Mean number of Chinese characters of the cells that are not empty."""
    filled = [cell for cell in cells if cell.strip()]
    return sum(len(_HAN.findall(cell[:_LOOKED_AT])) for cell in filled) / len(filled) if filled else 0.0


def key_of(name: str) -> str:
    """A column name as it is compared: without blanks and brackets, lower case.

    >>> key_of(" 发布 日期(date) ")
    '发布日期'
    """
    return re.sub(r"[（(].*?[)）]|\s", "", name).lower()


def facts_of(fields: Mapping[str, str]) -> Facts:
    """What the columns of a row say about its document.

    >>> found = facts_of({"省份": "云州省", "县": "云岭县", "年份": "2023", "发布日期": "2024年1月9日", "标题": "总结"})
    >>> found.place, found.period, found.issued, found.title
    ('云州省云岭县', '2023', '2024-01-09', '总结')
    >>> facts_of({"省": "云州", "市": "云岭"}).place
    '云州省云岭市'
    """
    by_key: dict[str, str] = {}
    for name, value in fields.items():
        if value.strip():
            by_key.setdefault(key_of(name), value.strip())
    found = {fact: next((by_key[name] for name in names if name in by_key), None) for fact, names in _FACTS.items()}
    place = next((by_key[name] for name in _PLACE if name in by_key), None)
    if place is None:
        parts = [next((by_key[name] for name in names if name in by_key), "") for names in _PLACES]
        parts[:2] = _province(parts[0]), _suffixed(parts[1], _PREFECTURES, "市")
        place = "".join(part for i, part in enumerate(parts) if part not in parts[:i]) or None
    place = place if place is not None and len(place) <= _LONGEST_PLACE else None
    issued = parse_date(found["issued"] or "")
    return Facts(found["title"], found["publisher"], place, period_of(found["period"]), issued, found["url"])


def _province(name: str) -> str:
    """安徽 -> 安徽省; the short name of a municipality or an autonomous region stays."""
    return name if name in _REGIONS else _suffixed(name, _PROVINCES, "省")


def _suffixed(name: str, known: str, suffix: str) -> str:
    return name + suffix if 2 <= len(name) <= 4 and not name.endswith(tuple(known)) else name


def period_of(printed: str | None) -> str | None:
    """A period column's value as ISO 8601; None where it is none.

    >>> period_of("2023年"), period_of("2022/2024"), period_of("去年")
    ('2023', '2022/2024', None)
    """
    value = (printed or "").strip()
    found = _YEAR.match(value)
    if found:
        return found[1]
    return value if _ISO.match(value) else None
