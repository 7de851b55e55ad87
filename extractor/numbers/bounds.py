"""Words that turn a number into a bound or an estimate: 约, 近, 超过, 不少于 before it, 以上, 以内, 左右 after it.

Outside words stay outside of the figure's span; only 余, 多 and 几 inside the number belong to it.
"""

from __future__ import annotations

import re
from typing import Final

from .numerals import Bound

__all__ = ["after", "before", "is_leading", "is_trailing"]

_BEFORE: Final[dict[str, Bound]] = {
    "约": "approx",
    "大约": "approx",
    "约为": "approx",
    "约有": "approx",
    "约占": "approx",
    "约达": "approx",
    "近": "approx",
    "将近": "approx",
    "接近": "approx",
    "大概": "approx",
    "达近": "approx",
    "约计": "approx",
    "约合": "approx",
    "超": "at_least",
    "超过": "at_least",
    "超过了": "at_least",
    "突破": "at_least",
    "突破了": "at_least",
    "逾": "at_least",
    "高于": "at_least",
    "大于": "at_least",
    "多于": "at_least",
    "至少": "at_least",
    "至少有": "at_least",
    "最少": "at_least",
    "不少于": "at_least",
    "不低于": "at_least",
    "不小于": "at_least",
    "不下": "at_least",
    "不下于": "at_least",
    "过": "at_least",
    "超出": "at_least",
    "≥": "at_least",
    ">": "at_least",
    "达到或超过": "at_least",
    "起码": "at_least",
    "不超过": "at_most",
    "不超": "at_most",
    "不高于": "at_most",
    "不大于": "at_most",
    "不多于": "at_most",
    "不足": "at_most",
    "不到": "at_most",
    "未达到": "at_most",
    "低于": "at_most",
    "少于": "at_most",
    "小于": "at_most",
    "至多": "at_most",
    "最多": "at_most",
    "≤": "at_most",
    "<": "at_most",
    "未超过": "at_most",
    "不突破": "at_most",
    "控制在": "none",
    "不得超过": "at_most",
    "不得低于": "at_least",
    "不得少于": "at_least",
    "原则上不超过": "at_most",
    "不得高于": "at_most",
}
#: The same words by their last character, longest first.
_ENDING: Final[dict[str, list[str]]] = {}
for _word in sorted(_BEFORE, key=len, reverse=True):
    _ENDING.setdefault(_word[-1], []).append(_word)
#: Words that end like a modifier and are none.
_NOT: Final = re.compile(
    r"(?:签约|节约|集约|合约|契约|违约|条约|公约|预约|制约|特约|履约|简约|解约|续约|大众约|附近|邻近|靠近|亲近|最近|临近|贴近|新近|远近|赶超|反超|通过|经过|路过|度过|渡过|不过|走过|开过|做过|搞过|有过|去过|来过|悔过|改过|渡过|胜过|受过|超标过)\Z"
)
_APPROX_FAR: Final = re.compile(
    r"(?<![签节集合契违条公预制特履简解续])约(?:增长?|下降|减少|提高|占|完成|达到?|为|有|需|支出|增加|安排|收入|投入|合|计)\Z"
)
_LEAST_FAR: Final = re.compile(r"(?:至少|不少于|不低于|最少)[\u4e00-\u9fff]{1,5}\Z")
_TOUCH: Final = re.compile(
    r"(?:\(含[^()\n]{0,8}\)|[)])?\s?(?:(?P<l>及以上|或以上|(?:含)?以上|之上|起步|\+(?![\dNX+]))|(?P<m>及以下|以下|或以下|之下|以内|之内|内(?!部|容|外|需|陆|生|在|控|置|设|河|涝|蒙|乡|江))|(?P<a>左右|上下(?!游|级|联)|前后|不等|上[、下]?下))"
)

#: First characters of everything that _TOUCH matches.
OPENS: Final = frozenset("() \n\t及或以含之起+内左上前不")


def before(view: str, start: int) -> Bound:
    """The bound that the words directly before ``start`` put on the number."""
    if not start:
        return "none"
    stop, last = start, view[start - 1]
    if last == " ":
        stop -= 2 if view.startswith("  ", start - 2) else 1
        if stop <= 0:
            return "none"
        last = view[stop - 1]
    words = _ENDING.get(last)
    if words is not None:
        for word in words:
            begin = stop - len(word)
            if begin >= 0 and view.startswith(word, begin):
                if begin == stop - 1 and _NOT.search(view, max(0, stop - 4), stop):
                    break
                return _BEFORE[word]
    window = view[stop - 9 if stop > 9 else 0 : stop]
    if "约" in window and _APPROX_FAR.search(window):
        return "approx"
    # All words of the second look have one of two characters.
    if (
        ("少" in window or "低" in window)
        and ("至少" in window or "不少于" in window or "不低于" in window)
        and _LEAST_FAR.search(window)
    ):
        return "at_least"
    return "none"


def after(view: str, end: int, duration: bool) -> Bound:
    """The bound that the words directly after ``end`` put on the number; 内 counts after durations only."""
    if end >= len(view) or view[end] not in OPENS:
        return "none"
    found = _TOUCH.match(view, end)
    if found is None:
        return "none"
    if found["l"]:
        return "at_least"
    if found["m"]:
        return "at_most" if duration or found["m"][0] != "内" else "none"
    return "approx"


def is_leading(text: str) -> bool:
    """Whether ``text`` is nothing, or one of the words that may stand before a number."""
    return not text or text in _BEFORE


def is_trailing(text: str) -> bool:
    """Whether ``text`` is nothing, or one of the words that may stand after a number."""
    found = _TOUCH.match(text)
    return not text or (found is not None and found.end() == len(text)) or text in ("多", "余")
