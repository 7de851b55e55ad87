"""What a table's labels say: the name without marks and unit, the unit, the period."""

from __future__ import annotations

import re
from typing import Final

_PERIOD: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)年?(?:度)?(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度|"
    r"(?P<from>\d{1,2})月?[-—~至](?P<to>\d{1,2})月|(?P<month>\d{1,2})月)?(?!\d)")
_SPAN_OF_YEARS: Final = re.compile(r"(?:19|20)\d\d年?\s?[-—~至]\s?(?:19|20)\d\d")
_BRACKET: Final = re.compile(r"[(\[]([^()\[\]]{1,14})[)\]]?\s*\Z")
_UNIT_LIKE: Final = re.compile(
    r"(?:[十百千万亿]{0,2}(?:元|人次|人|户次|户|吨|公斤|千克|克|斤|公里|千米|米|厘米|毫米|亩|公顷|平方米|平方公里|立方米|平方千米|"
    r"毫克|微克|克|千瓦时|千瓦|度|升|毫升|头|只|辆|台|套|件|个|处|座|家|所|张|项|次|天|日|小时|分|岁|年|"
    r"册|部|条|床|担|箱|株|羽|匹|门|枚|枝|棵|"
    r"眼|组|对|份|名|位|倍|级|点|重量箱|标准箱|印张|标米|吨标准煤|标准煤|美元|港元|欧元|日元)?(?:/[一-鿿]{1,4}){0,2}|"
    r"[±+\-]{0,2}%|‰|百分点|个百分点|[A-Za-zμµ]{1,5}[²³23]?(?:/[a-zA-Z]{1,3}[²³23]?)?|℃|dB\([A-Z]\))\Z")
_CAPTION_UNIT: Final = re.compile(r"单\s*位\s*[:：]\s*([^\s()（）,，;；、。]{1,8})")
_CAPTION_BRACKET: Final = re.compile(r"[(（]([^()（）]{1,8})[)）]\s*\Z")
_PERCENT_TAIL: Final = re.compile(r"[±+\-]{0,3}%\Z")
_GROWTH: Final = re.compile(r"增长|增速|增幅|增减|增降|升降|涨跌|比重|占比|比例|构成|[±]|比率|[率]\Z")
_AMOUNT_OF_GROWTH: Final = re.compile(r"增长额|增减额|增加额|增长量|增减量|增加数|绝对")
#: Ends of labels and the unit that they imply.
_NOUN_UNIT: Final = (
    (("户数",), "户"), (("人次", "人次数"), "人次"),
    (tuple(noun + end for noun in ("人数", "人口", "人员", "职工", "劳动力") for end in ("", "数", "合计")), "人"),
    (("次数",), "次"), (("个数",), "个"))
_MARK: Final = re.compile(
    r"\s*(?:[#*＊]+|(?:其\s*中|其)\s*[:：]|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|"
    r"\d{1,2}(?:、|\.(?!\d)))\s*")
_DEPENDENT: Final = re.compile(
    r"(?:男|女|城镇|农村|城市|乡村|农业|非农业|常住|户籍|中央|省级|市级|县级|区级|乡级|本级|地方|省|市|县|其他|其它|国有|集体|私营|外资|出口|进口|"
    r"内资|公办|民办|一般|专项|小计|合计|[0-9一二三四五六七八九十]\S{0,3}(?:级|类|岁)\S{0,2})[性级资金部分]{0,2}\Z")
_SUB: Final = re.compile(r"\s*(?:[#*＊]|其\s*中)")
_INNER_BLANK: Final = re.compile(r"(?<=[一-鿿]) +(?=[一-鿿])")
_HALF: Final = {"上": ("01", "06"), "下": ("07", "12")}
_QUARTER: Final = {**dict(zip("一二三四", range(1, 5), strict=True)), **dict(zip("1234", range(1, 5), strict=True))}


def period_of(label: str) -> str | None:
    """The period a label names, as in :attr:`Figure.period`; None where it names none.

    >>> period_of("2012年"), period_of("2023年1-6月"), period_of("2023年末"), period_of("1987-2005年")
    ('2012', '2023-01/2023-06', '2023', None)
    """
    if ("20" not in label and "19" not in label) or _SPAN_OF_YEARS.search(label):
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


def clean(label: str) -> tuple[str, str]:
    """A label without marks, wide setting and unit, and the unit.

    >>> clean("#水  稻（万吨）"), clean("同比增长(±%)"), clean("其中：中央资金")
    (('水稻', '万吨'), ('同比增长', '%'), ('中央资金', ''))
    """
    label = label.strip().replace("（", "(").replace("）", ")").replace("％", "%")
    if " " in label:
        label = _INNER_BLANK.sub("", label)
    mark = _MARK.match(label)
    if mark is not None:
        label = label[mark.end():]
    unit = ""
    bracket = _BRACKET.search(label) if "(" in label or "[" in label else None
    if bracket:
        inner = bracket[1].replace("单位:", "").replace("单位：", "").strip()
        if _UNIT_LIKE.match(inner) and inner:
            unit = "%" if inner.endswith("%") else inner
            label = label[:bracket.start()].strip()
    if not unit and label.endswith("%"):
        percent = _PERCENT_TAIL.search(label)
        if percent and percent.start() > 0:
            unit, label = "%", label[:percent.start()].strip()
    return label.strip(" :：、"), unit


def is_rate(label: str) -> bool:
    """Whether a label names a percentage although it prints no sign: 同比增长, 比重, 参保率; 增长额 is none."""
    return _GROWTH.search(label) is not None and not _AMOUNT_OF_GROWTH.search(label)


def has_span_of_years(label: str) -> bool:
    """Whether a caption covers several years (1987～2005年), so that none is the period of all cells."""
    return ("20" in label or "19" in label) and _SPAN_OF_YEARS.search(label) is not None


def caption_unit(caption: str) -> str:
    """The unit of a whole table: 单位：万元, or a unit in brackets at the caption's end."""
    # 编制单位：某某局 names an office; the one that names a unit counts.
    units = (found[1] for found in _CAPTION_UNIT.finditer(caption) if _UNIT_LIKE.match(found[1]))
    bracket = _CAPTION_BRACKET.search(caption)
    return next(units, bracket[1] if bracket and _UNIT_LIKE.match(bracket[1]) else "")


def printed_unit(text: str) -> str:
    """The measure printed behind a cell's number, '' where the number stands alone."""
    return text.lstrip("+-0123456789., ")


def noun_unit(labels: tuple[str, ...]) -> str:
    """The unit that the noun of a label implies (参保人数 -> 人), '' where it implies none."""
    for label in reversed(labels):
        for ends, unit in _NOUN_UNIT:
            if label.endswith(ends):
                return unit
    return ""


def needs_parent(label: str) -> bool:
    """Whether the name of a sub-row says nothing without the row above it: 女性, 城镇, 县级资金."""
    return _DEPENDENT.match(label) is not None


def mark_width(label: str) -> int:
    """How far 其中： or # moves a sub-row's name to the right, so that the rows aligned below it are its siblings."""
    if not _SUB.match(label):
        return 0
    mark = _MARK.match(label)
    wide = sum(2 if char > "⺀" else 1 for char in mark[0].strip()) if mark else 0
    return max(3, wide + 1 if wide > 2 else wide)
