"""Numbers that count nothing: document and phone numbers, codes, list markers, ordinals and ranks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from .numerals import CHINESE, SPACES, chinese_value, end_of_digits
from .units import Units

__all__ = ["read_chinese_marker", "read_identifier", "read_marker", "read_ordinal"]

_DOCUMENT: Final = re.compile(
    r"(?:19|20)\d\d[〕\]\)]\s?(?:第\s?)?\d{1,5}\s?号|(?:19|20)\d\d年第?\s?\d{1,4}号(?=[)文令公通]|$)"
)
#: What follows the year of a document number: a bracket, or 年 and what begins the number itself.
_CLOSES_YEAR: Final = frozenset("〕])")
_YEAR_NUMBER: Final = frozenset("第0123456789") | SPACES
_PHONE: Final = re.compile(
    r"0\d{2,3}-\d{7,8}(?!\d)|1[3-9]\d{9}(?![\d万亿元人户])|400-\d{3}-\d{4}|\d{3,4}-\d{7,8}(?!\d)"
)
_TOKEN: Final = re.compile(r"[0-9A-Za-z]{1,80}(?:[-—_/]{1,2}[0-9A-Za-z]{1,80}){0,12}")
_JOIN: Final = re.compile(r"[-—_/]{1,2}")
_CODE_SIGNS: Final = frozenset("-—_/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ISO_DATE: Final = re.compile(r"(?:19|20)\d\d-(?:1[0-2]|0?[1-9])-(?:3[01]|[12]\d|0?[1-9])(?!\d)")
_LABEL: Final = re.compile(
    r"(?:电话|传真|邮编|邮政编码|编号|索引号|备案号?|ICP备|网安备|证号|账号|代码|号码|许可证|QQ|手机|标识码|文号|公网安备|版本|IP)[号码为]?[:\s]{0,3}(?:[^\s\d]{0,2})\Z"
)
_LABELLED: Final = re.compile(r"\d[\dA-Za-z/-]{3,}(?![\d]*[万亿元人户])")
_ATTACHED: Final = re.compile(r"\d{1,2}(?:[-—]\d{1,2}){0,2}(?![\d.万亿元人户个份件张%项年月])")
_NUMBER_OF: Final = re.compile(r"\d{1,6}\s?号(?!召|称|角|手|子)")

_LINE_DIGIT: Final = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.、．](?!\d)|\d{1,3}[)])\s?")
_SECTION: Final = re.compile(r"(?:1\d|[1-9])(?:\.(?:1\d|[1-9])){1,3}(?=[ ]?[\u4e00-\u9fff])")
_PAREN: Final = re.compile(rf"[{CHINESE}]{{1,3}}(?=[)])")
_CN_LINE: Final = re.compile(r"[一二三四五六七八九十]{1,3}(?=[、.])")
_CN_IS: Final = re.compile(r"[一二三四五六七八九十]{1,2}(?=是|要(?!素|点|件|求|闻))")
_BREAKS: Final = frozenset("。；;！？!?\n\r\t :,，”\u3000")
_CN_BREAKS: Final = frozenset("\n\r\t 。\u3000”；")
_AFTER_MARKER: Final = frozenset(".、．)")
_BEFORE_SECTION: Final = frozenset("\n\r元%户人个项亩吨")
_BEFORE_LABELLED: Final = frozenset(": \t号码Q备第话真编证")

_ORDINAL: Final = re.compile(rf"(?:\d+(?:[-—~至]\d+)?|[{CHINESE}]+)")
_RANK: Final = re.compile(
    r"(?:排名|排|位居|居|位列|名列|列|位次|跃居|跃升至|上升到|升至|升到|排位|稳居|全省|全国|全市|世界|并列|排在|前移至|综合|进位至|位于)(?:[\u4e00-\u9fff]{0,4})\Z"
)


def read_identifier(view: str, pos: int, stop: int, units: Units) -> tuple[int, str] | None:
    """A document number, phone number, code or labelled number at ``pos``, whose first digits end at ``stop``:
    ``(end, rule)``. What follows these digits, or stands before them, rules most kinds out."""
    follow = view[stop] if stop < len(view) else ""
    if (
        stop - pos == 4
        and (follow in _CLOSES_YEAR or (follow == "年" and view[stop + 1 : stop + 2] in _YEAR_NUMBER))
        and (found := _DOCUMENT.match(view, pos)) is not None
    ):
        return found.end(), "document number"
    if (follow == "-" or stop - pos == 11) and (found := _PHONE.match(view, pos)) is not None:
        return found.end(), "phone number"
    before = view[pos - 1] if pos else ""
    if before == "[" and follow == "]" and stop - pos <= 3:
        return stop, "footnote"
    if before == "开" and follow == "表" and stop - pos == 2 and view[pos] == "0":  # 公开01表 of final accounts
        return stop, "form"
    if before and before in "表图件录" and (before in "表图" or view[pos - 2 : pos] in ("附件", "附录")):
        found = _ATTACHED.match(view, pos)
        if found is not None:
            return found.end(), "attachment"
    if follow != "-" or _ISO_DATE.match(view, pos) is None:
        end = _code(view, pos, stop, units) if follow in _CODE_SIGNS else 0
        if end:
            return end, "code"
        found = _LABELLED.match(view, pos) if before in _BEFORE_LABELLED else None
        if found is not None and _LABEL.search(view, max(0, pos - 12), pos):
            return found.end(), "labelled number"
    if (follow == "号" or follow in SPACES) and (found := _NUMBER_OF.match(view, pos)) is not None:
        return found.end(), "number of a thing"
    return None


def _code(view: str, pos: int, stop: int, units: Units) -> int:
    """The end of a code at ``pos``: 12-3-4, 11A02/2023-7; 0 where the digits are not part of one."""
    found = _TOKEN.match(view, pos)
    if found is None:
        return 0
    token, end = found[0], found.end()
    if stop - pos < 12:
        if units.match(view, stop):
            return 0  # 35mg/L
        second = end_of_digits(view, stop + 1)
        if second > stop + 1 and token.count("-") == 1 and units.match(view, second):
            return 0  # 100-200kW
    parts = _JOIN.split(token)
    if len(parts) > 2 and "".join(parts).isdigit() and view[end : end + 1] not in ("%", "年", "月", "万", "亿"):
        return end if "/" not in token and "—" * 2 not in token else 0
    if len(parts) < 2:
        return 0
    for part in parts:
        if not part.isdigit() and not part.isalpha():
            return end
    return end if len(parts[0]) > 11 else 0


def read_marker(view: str, pos: int, stop: int, after: str) -> tuple[int, str] | None:
    """A list or section marker at the digits from ``pos`` to ``stop`` (``1.`` ``2、`` ``(3)`` ``2.3本项目``):
    ``(end, rule)``. ``after`` follows the digits and their decimals."""
    before = view[pos - 1] if pos else "\n"
    if before == "(":
        return (stop, "parenthesis") if view.startswith(")", stop) and stop - pos <= 3 else None
    if before in _BREAKS and after in _AFTER_MARKER:
        found = _LINE_DIGIT.match(view, pos)
        if found is not None and (before != " " or pos < 2 or view[pos - 2] in _BREAKS or found[0][-1] == "、"):
            return found.end(), "list"
    if before in _BEFORE_SECTION and view.startswith(".", stop):
        found = _SECTION.match(view, pos)
        if found is not None and not _measured(view, found.end()):
            return found.end(), "section"
    return None


def read_chinese_marker(view: str, pos: int) -> tuple[int, str] | None:
    """A list or section marker at the Chinese numeral ``pos`` (``（一）`` ``一、`` ``一是``): ``(end, rule)``."""
    before = view[pos - 1] if pos else "\n"
    if before == "(":
        found = _PAREN.match(view, pos)
        return (found.end(), "parenthesis") if found else None
    if before in _CN_BREAKS:
        found = _CN_LINE.match(view, pos)
        if found is not None:
            return found.end(), "heading"
    follow = view[pos + 1 : pos + 3]
    found = _CN_IS.match(view, pos) if "是" in follow or "要" in follow else None
    if found is not None and before not in "第之同统唯单初":
        return found.end(), "enumeration"
    return None


_MEASURED: Final = frozenset("万亿元人户个项亩吨公千平立倍名家处座条件份期场次")


def _measured(view: str, pos: int) -> bool:
    return view[pos : pos + 1] in _MEASURED


def read_ordinal(view: str, start: int, pos: int, units: Units) -> tuple[int, str, Decimal | None] | None:
    """第 with its number: ``(end, rule, value)``; ``rank`` for a place in a ranking (第66位, 位居第三)."""
    found = _ORDINAL.match(view, pos)
    if found is None:
        return None
    text, end = found[0], found.end()
    value = (
        chinese_value(text) if not text[0].isdigit() else Decimal(text) if text.isdigit() and len(text) < 9 else None
    )
    unit = units.match(view, end)
    follow = view[end : end + 1]
    rank = follow in ("位", "名") or (
        not "\u4e00" <= follow <= "\u9fff" and _RANK.search(view, max(0, start - 8), start) is not None
    )
    if rank:
        end += follow in ("位", "名")
        return end, "rank", value
    return (unit[0] if unit else end), "ordinal", value
