"""The words around a figure that indicator claims look at, cut out of the folded view."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from ..model import Span

#: A clause ends at punctuation, and at a 、 that follows a figure (第一书记8名、队长3名): such a 、 separates
#: quantities, while the one in 产业、教育等项目 separates words. All candidates stand in one class at the front, which
#: the regex engine skips to; what makes each of them a cut is looked at from behind.
_CUT: Final = re.compile(
    r"[，；;。:：！？!?\n（）(),、一二三四五六七八九十%](?:(?<=[，；;。:：！？!?\n（）()])"
    r"|(?<=%)(?=今年|全年|截至|累计|全[省市县区镇])"
    r"|(?<=,)(?:(?<!\d,)|(?!\d))|(?<=[一二三四五六七八九十])(?=是[\u4e00-\u9fff])"
    r"|(?<=[\d万亿][^\d、年月]、)|(?<=[\d万亿][^\d、年月][^\d、]、)|(?<=[\d万亿][^\d、年月][^\d、]{2}、))"
)
#: What follows a figure belongs to it up to the next punctuation, figure or list marker (lost full stops: 15%四是).
_AFTER: Final = re.compile(r"(?:(?:19|20)\d\d年[底度]?)?[^，,；;。:：！？!?\n（）()、\d]{0,24}")
#: A short bracket without figures belongs to the word around it: 扶贫（衔接）资产, 村（社区）.
_BRACKET: Final = re.compile(r"[（(]([^（）()\d，；。]{1,6})[）)]")
_MARKER: Final = re.compile(r"[一二三四五六七八九十]是")
#: A piece with nothing but numbers, measures and joints has no words of its own: 2776户、7388人.
_EMPTY: Final = re.compile(
    r"[\s·、和及与共约近超达]*+(?:\d[\d.%％]*+[万亿千百余多]*+[\u4e00-\u9fff]{0,2}+[\s、和及与]*+)*+\Z"
)
#: What a piece of that kind can begin with.
_EMPTY_OPENS: Final = frozenset("·、和及与共约近超达0123456789")
_OWN_LIMIT: Final = 48
#: 38户101人及时纳入监测: what follows the pair is said of both.
_PAIR: Final = re.compile(r"[、，,]?\d[\d.,]*[万亿余多]*(?:户|人次|人|名)(?![，,；;。、])")
_PAIR_OPENS: Final = frozenset("、，,0123456789")
#: No words follow a figure that one of these follows.
_STOPS: Final = frozenset("，,；;。:：！？!?\n（）()、")
#: Those of them that may yet join two figures, before a digit, and those that may open a short bracket.
_JOINTS: Final = frozenset("、，,")
_OPENINGS: Final = frozenset("(（")
#: 5.4万名脱贫人口、0.2万名监测对象务工就业: the end of the list is near to its first item.
_LISTED: Final = re.compile(r"、(\d[^，,；;。:：！？!?\n（）()]{1,30})")
#: A short sentence without figures announces what the next one is about: 六是推进防贫保工作。全县参保620户.
_ANNOUNCED: Final = 24
_DIGIT: Final = re.compile(r"\d")
#: How much of a sentence is looked at, before and behind the figure: a report may be one line of a million figures.
_BEFORE: Final = 300
_BEHIND: Final = 100
_PASSAGE: Final = 200
#: How far the words behind a figure are looked for.
_TAIL: Final = 40
#: A shorter piece (投入资金320万元) seldom names its topic; the one before it is taken in as well.
_NEAR_ENOUGH: Final = 14
#: The list of parts that 其中 opens ends with its sentence, its bracket or the next section.
_PART_END: Final = re.compile(r"[；;。!！?？\n)）]|[一二三四五六七八九十]是")
_PART_LIMIT: Final = 90
#: A place named right before the number makes it that place's total, not a part: 其中云岭县23922人.
_PLACE: Final = re.compile(r"(?:其中[:：]?)?[\u4e00-\u9fff]{2,8}[省市县区州旗盟镇乡]\Z")
_ANEW: Final = re.compile(r"全[省市县区州旗盟镇乡]|今年以来|年以来|截至|同时|全年")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``clause``: the figure's own words; ``near``: the words before them; the rest as in the claim scopes."""

    clause: str
    near: str = ""
    sentence: str = ""
    heading: str = ""
    title: str = ""
    part: bool = False
    """The figure stands after 其中 in its sentence's list of parts."""
    passage: str = ""
    """What stands before the sentence in its paragraph, as far as it is near."""


class Cut:
    """The neighbours of the figure ``view[start:end]``, cut out of its sentence; ``view`` is the folded text.

    Its own words are there; the others are cut out when a claim asks for them.
    """

    __slots__ = ("_high", "_low", "_near", "_pieces", "_start", "_view", "clause", "heading", "part", "title")

    def __init__(self, view: str, start: int, end: int, sentence: Span, heading: str, title: str) -> None:
        low, high = sentence
        if low < start - _BEFORE:
            low = start - _BEFORE
        if high > end + _BEHIND:
            high = end + _BEHIND
        self._view = view
        self._low, self._start, self._high = low, start, high
        self.heading = heading
        self.title = title
        left = plain(view[low:start])
        pieces = _CUT.split(left)
        own = pieces.pop()
        if len(own) > _OWN_LIMIT:
            own = own[-_OWN_LIMIT:]
        self.part = ("其中" in left or own[:1] == "含") and _is_part(left, own)
        right = near = ""
        # Most figures end their clause: words may follow one only where no sign stands that stops them.
        if end < high and (
            (sign := view[end]) not in _STOPS
            or sign in _OPENINGS
            or (sign in _JOINTS and view[end + 1 : end + 2].isdecimal())
        ):
            right, near = _behind(plain(view[end : high if high < end + _TAIL else end + _TAIL]))
        if right:
            # 53家民宿、100名人才: where nouns follow their numbers, the noun before the 、 is of the figure before.
            if "、" in own and _DIGIT.search(own):
                own = own[own.rindex("、") + 1 :]
        elif pieces and _empty(own):
            own = f"{pieces.pop()[-_OWN_LIMIT:]}、{own}"
        # 自来水普及率、卫生厕所普及率分别达到95%、90%: the head belongs to all figures; the subject tells them apart.
        if "分别" in own:
            near, own = f"{own}、{near}" if near else own, ""
        self.clause = own + right
        self._near = near
        self._pieces: list[str] = pieces
        """What stands before the figure's own words, the nearest piece last; none once ``near`` was put together."""

    @property
    def near(self) -> str:
        """The words before the figure's own, back to a piece that says something."""
        pieces = self._pieces
        if pieces:
            near = self._near
            while pieces:
                piece = pieces.pop()
                near = f"{piece}、{near}" if near else piece
                if len(near) >= _NEAR_ENOUGH and not _empty(piece):
                    break
            self._near, self._pieces = near, []
        return self._near

    @property
    def sentence(self) -> str:
        """The sentence, with the short one before it that announces it."""
        return self._view[_announced(self._view, self._low) : self._high]

    @property
    def passage(self) -> str:
        """What stands before the sentence in its paragraph, as far as it is near."""
        return self._view[_opening(self._view, self._low, self._start) : self._low]


#: What claims read of the words around a figure: given as they are, or cut out of a text.
Words: TypeAlias = Neighbours | Cut


def _behind(tail: str) -> tuple[str, str]:
    """The words behind a figure that belong to it, and those of the list that goes on behind them."""
    if tail[:1] in _PAIR_OPENS and (pair := _PAIR.match(tail)):
        tail = tail[pair.end() :]
    if not tail or tail[0] in _STOPS or not (after := _AFTER.match(tail)):
        return "", ""
    right = after.group()
    near = ""
    if tail[len(right) : len(right) + 1] == "、" and (listed := _LISTED.match(tail, len(right))):
        near = listed.group(1)
    if "是" in right and (marker := _MARKER.search(right)):
        right = right[: marker.start()]
    return right, near


def around(view: str, start: int, end: int, sentence: Span, heading: str = "", title: str = "") -> Cut:
    """The neighbours of the figure ``view[start:end]`` in its sentence. ``view`` is the folded text.

    >>> text = "已消除风险2776户、7388人，户占比71%"
    >>> around(text, 11, 16, (0, len(text))).clause
    '已消除风险2776户、'
    """
    return Cut(view, start, end, sentence, heading, title)


def _empty(piece: str) -> bool:
    """Whether a piece has no words of its own."""
    return not piece or ((piece[0] in _EMPTY_OPENS or piece[0].isspace()) and _EMPTY.match(piece) is not None)


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
    if "是" in before:  # lost full stops: 开展排查行动六是推进防贫保工作。
        for marker in _MARKER.finditer(before):
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
