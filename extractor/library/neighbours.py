"""The words around a figure that indicator claims look at, cut out of the folded view."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model import Span

#: A clause ends at punctuation, and at a 、 that follows a figure (第一书记8名、队长3名): such a 、 separates
#: quantities, while the one in 产业、教育等项目 separates words. All candidates stand in one class at the front, which
#: the regex engine skips to; what makes each of them a cut is looked at from behind.
_CUT = re.compile(
    r"[，；;。:：！？!?\n（）(),、一二三四五六七八九十%](?:(?<=[，；;。:：！？!?\n（）()])"
    r"|(?<=%)(?=今年|全年|截至|累计|全[省市县区镇])"
    r"|(?<=,)(?:(?<!\d,)|(?!\d))|(?<=[一二三四五六七八九十])(?=是[\u4e00-\u9fff])"
    r"|(?<=[\d万亿][^\d、年月]、)|(?<=[\d万亿][^\d、年月][^\d、]、)|(?<=[\d万亿][^\d、年月][^\d、]{2}、))"
)
#: What follows a figure belongs to it up to the next punctuation, figure or list marker (lost full stops: 15%四是).
_AFTER = re.compile(r"(?:(?:19|20)\d\d年[底度]?)?[^，,；;。:：！？!?\n（）()、\d]{0,24}")
#: A short bracket without figures belongs to the word around it: 扶贫（衔接）资产, 村（社区）.
_BRACKET = re.compile(r"[（(]([^（）()\d，；。]{1,6})[）)]")
_MARKER = re.compile(r"[一二三四五六七八九十]是")
#: A piece with nothing but numbers, measures and joints has no words of its own: 2776户、7388人.
_EMPTY = re.compile(r"[\s·、和及与共约近超达]*+(?:\d[\d.%％]*+[万亿千百余多]*+[\u4e00-\u9fff]{0,2}+[\s、和及与]*+)*+\Z")
_OWN_LIMIT = 48
#: 38户101人及时纳入监测: what follows the pair is said of both.
_PAIR = re.compile(r"[、，,]?\d[\d.,]*[万亿余多]*(?:户|人次|人|名)(?![，,；;。、])")
#: 5.4万名脱贫人口、0.2万名监测对象务工就业: the end of the list is near to its first item.
_LISTED = re.compile(r"、(\d[^，,；;。:：！？!?\n（）()]{1,30})")
#: A short sentence without figures announces what the next one is about: 六是推进防贫保工作。全县参保620户.
_ANNOUNCED = 24
_DIGIT = re.compile(r"\d")
#: How much of a sentence is looked at, before and behind the figure: a report may be one line of a million figures.
_BEFORE, _BEHIND = 300, 100
_PASSAGE = 200
#: A shorter piece (投入资金320万元) seldom names its topic; the one before it is taken in as well.
_NEAR_ENOUGH = 14
#: The list of parts that 其中 opens ends with its sentence, its bracket or the next section.
_PART_END = re.compile(r"[；;。!！?？\n)）]|[一二三四五六七八九十]是")
_PART_LIMIT = 90
#: A place named right before the number makes it that place's total, not a part: 其中云岭县23922人.
_PLACE = re.compile(r"(?:其中[:：]?)?[\u4e00-\u9fff]{2,8}[省市县区州旗盟镇乡]\Z")
_ANEW = re.compile(r"全[省市县区州旗盟镇乡]|今年以来|年以来|截至|同时|全年")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``clause``: the figure's own words; ``near``: the words before them; the rest as in the claim scopes."""

    clause: str
    near: str = ""
    sentence: str = ""
    heading: str = ""
    title: str = ""
    part: bool = False
    passage: str = ""
    """What stands before the sentence in its paragraph, as far as it is near."""
    """The figure stands after 其中 in its sentence's list of parts."""


def around(view: str, start: int, end: int, sentence: Span, heading: str = "", title: str = "") -> Neighbours:
    """Cut the neighbours of the figure ``view[start:end]`` out of its sentence. ``view`` is the folded text.

    >>> text = "已消除风险2776户、7388人，户占比71%"
    >>> around(text, 11, 16, (0, len(text))).clause
    '已消除风险2776户、'
    """
    low, high = max(sentence[0], start - _BEFORE), min(sentence[1], end + _BEHIND)
    left = plain(view[low:start])
    pieces = _CUT.split(left)
    own = pieces.pop()[-_OWN_LIMIT:]
    part = _is_part(left, own)
    tail = plain(view[end : min(high, end + 40)])
    pair = _PAIR.match(tail)
    if pair:
        tail = tail[pair.end() :]
    after = _AFTER.match(tail)
    right = after.group() if after else ""
    listed = _LISTED.match(tail, len(right)) if right else None
    marker = _MARKER.search(right)
    if marker:
        right = right[: marker.start()]
    if right and "、" in own and _DIGIT.search(own):
        # 53家民宿、100名人才: where nouns follow their numbers, the noun before the 、 belongs to the figure before.
        own = own[own.rindex("、") + 1 :]
    if not right and pieces and _EMPTY.match(own):
        own = f"{pieces.pop()[-_OWN_LIMIT:]}、{own}"
    near = listed.group(1) if listed else ""
    if "分别" in own:
        # 自来水普及率、卫生厕所普及率分别达到95%、90%: the head belongs to all figures; the subject tells them apart.
        near, own = f"{own}、{near}" if near else own, ""
    while pieces:
        piece = pieces.pop()
        near = f"{piece}、{near}" if near else piece
        if len(near) >= _NEAR_ENOUGH and not _EMPTY.match(piece):
            break
    return Neighbours(own + right, near, view[_announced(view, low) : high], heading, title, part,
                      view[_opening(view, low, start) : low])


def _opening(view: str, low: int, start: int) -> int:
    """Where the passage begins: the paragraph, but not more than ``_PASSAGE`` characters before the figure."""
    first = max(0, start - _PASSAGE)
    return max(view.rfind("\n", first, low) + 1, first) if first < low else low


def _announced(view: str, low: int) -> int:
    """Where the sentence's topic begins: the short sentence before it, where that has no figures, else itself."""
    if low < 2 or view[low - 1] != "。":
        return low
    before = view[max(0, low - _ANNOUNCED) : low - 1]
    begin = max(before.rfind("。"), before.rfind("\n"), before.rfind("；"))
    for marker in _MARKER.finditer(before):  # lost full stops: 开展排查行动六是推进防贫保工作。
        begin = max(begin, marker.start() - 1)
    if begin < 0 and len(before) == _ANNOUNCED - 1:
        return low
    return low if _DIGIT.search(before, begin + 1) else low - len(before) + begin


def plain(text: str) -> str:
    """The text without short inner brackets, so that 扶贫(衔接)资产 reads like 扶贫衔接资产."""
    return _BRACKET.sub(r"\1", text) if "(" in text or "（" in text else text


def _is_part(left: str, own: str) -> bool:
    if own.startswith(("含", "其中")) and left.endswith((f"({own}", f"（{own}")):
        return True
    opened = left.rfind("其中", max(0, len(left) - _PART_LIMIT))
    if opened < 0 or _PART_END.search(left, opened):
        return False
    # 全县 in the figure's own words begins anew, and a place named right before the number has that place's total.
    return not _PLACE.match(own) and ("其中" in own or not _ANEW.search(own))
