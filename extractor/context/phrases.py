"""Cutting the phrase that names a quantity out of the text around its number.

:class:`Phrases` holds the words of ``patterns/phrases.yaml``, compiled; its methods are pure functions over folded
text. :mod:`extractor.context.subjects` decides which of them applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from extractor.patternfiles import Problems, top

GROUPS: Final = (
    "openers", "closers", "verb_leads", "verbs", "generic_places", "generic_verbs", "generic_qualifiers",
    "generic_nouns", "noun_stops", "noun_stops_last", "siblings", "compounds", "common_tails",
)

#: Groups whose words hold no wildcard, so that all characters they can match are among those they are written with.
SPELLED: Final = ("closers", "generic_places", "generic_verbs", "generic_qualifiers", "generic_nouns")
_WILDCARD: Final = re.compile(r"\[\^|[^\\]-|\.|\\[a-rt-zA-Z]")
_SPACES: Final = "".join(filter(str.isspace, map(chr, range(0x3001))))

_IDEOGRAPHS: Final = "".join(map(chr, range(ord("一"), ord("鿿") + 1)))
#: What a word begins with: a group of alternatives, a class or a character, which may be missing.
_ATOM: Final = re.compile(r"(?:\(\?:([^()]+)\)|(\[(?:\\.|[^\]])+\]|\\.|[^()\[\]\\]))([?*]|\{0?,)?")

_SQUEEZED: Final = re.compile(r"[\s　“”\"'‘’「」『』〝〞]+")
#: What makes a text worth squeezing, or cutting at its last stop.
_UNEVEN: Final = re.compile(r"[\s　“”\"'‘’「」『』〝〞，,；;。：:]")
_UP_TO_STOP: Final = re.compile(r"(?s:.*)[，,；;。：:]")
_BRACKETS: Final = re.compile(r"[(（][^()（）]*[)）]")
_OWN: Final = re.compile(r"[我本][省市县区州旗镇乡](?![级直])")
_ITEM: Final = re.compile(r"(?:第?[一二三四五六七八九十]是|[一二三四五六七八九十]要|——)")
_COMPARISON: Final = re.compile(r"^(?:比|较|与)?(?:上年|去年)(?:同期|末|底|度)?(?:执行数|决算数|完成数|的)*$")
_COMPARED: Final = frozenset("比较与上去")
_GROW: Final = (
    r"(?:增长|增加|提高|提升|上升|上涨|递增|增收|下降|减少|降低|回落|下滑|收窄|扩大|缩小|压减|净增|增|减|降|升|涨)"
)
_GROWTH: Final = re.compile(
    r"(?:(?:同比|环比|比(?!例|重|率|如)|较(?!大|好|快|高)|高于|低于|年均|平均|累计|按|可比|名义|实际|同口径)[^，。]{0,22}?)?"
    + _GROW
    + r"(?:率|幅度?|速|额|量|总额|长率|长速度)?(?:了|约|为|达到?)*$"
    r"|(?:增速|增幅|涨幅|降幅|升幅|增长率)(?:为|达到?|约)*$|(?:(?<!不)高于|(?<!不)低于|快于)[^，。]{0,16}$"
)
#: Each of them holds one of these.
_GROWTH_SIGN: Final = re.compile(r"[增提升涨降减落滑窄扩缩于]")
_GROWTH_END: Final = re.compile(r"(?:了|约|为|达到?)+$")
_SHARE: Final = re.compile(r"(?:占比?|比重|比例|比率|率|进度|覆盖面|份额|完成度|满意度|指数|成数)$")
_NOUN_SIGN: Final = (
    r"[、，,。；;:：!！?？()（）\n\d…\x00|│]|[一二三四五六七八九十]是|以及|(?:和|与|及)(?=\d|$)|的?情况"
)
_RIGHT_HEAD: Final = re.compile(r"^(?:以上|以下|以内|及以上|左右|上下|多|余|\s|(?:19|20)\d\d年?度?)*(?:的)?")
#: What begins no noun.
_STOPS: Final = frozenset("，,。；;、：:)）!！?？%…")
#: What _RIGHT_HEAD can begin with.
_BEHIND: Final = frozenset("以及左上多余12的")
_MOVED: Final = re.compile(
    r"(?:以?来|内|间|中|后|前|期间|大关|台阶)(?![一-鿿])"
    r"|(?:提高|增加|增长|上升|扩大|提升|下降|降低|减少|缩小|调整|回落|攀升|增|减|降|升|跃升)(?:到|至|为)"
)
_PREDICATE_END: Final = re.compile(r"[、，,。；;:：!！?？()（）\n\d\x00]|[一二三四五六七八九十]是")
_MEASURED: Final = re.compile(
    r"(?:总?户数|总?人数|人次|户次|总?金额|总?数量|[个条处座家项次场篇件期份户]数|面积|总?数)$"
)
_MEASURED_ENDS: Final = frozenset("数次额量积")
_PREPOSITION: Final = re.compile(
    r"(?:^|[，,])?(?:为|给|对|向|使|让|吸引|由|从|将|把|全[市县省区镇州]|共有?|现有|目前|仍有|还有|已有|其中|有)*$"
)
_TRAILING: Final = re.compile(r"(?:和|及|与|等|的|、|并|且|共|中)+$")
_ABOUT: Final = re.compile(r".*(?:开展|推进|组织|实施|抓好|围绕|聚焦|针对|印发|落实|推动|加强|强化|深化)(.{4,24})$")
_NAME_BREAK: Final = re.compile(r"、|以及|和(?!谐|美|平)|(?<!普)(?<!涉)(?<!以)及|与(?!会)")


def squeeze(text: str) -> str:
    """Without spaces and quotation marks."""
    return _SQUEEZED.sub("", text)


def unbracketed(text: str) -> str:
    """Without what stands in brackets."""
    return _BRACKETS.sub("", text)


def split_growth(text: str) -> tuple[str, str] | None:
    """A phrase cut before its growth words; None where it has none.

    >>> split_growth("脱贫人口人均纯收入同比增长了")
    ('脱贫人口人均纯收入', '同比增长')
    """
    match = _GROWTH.search(text) if _GROWTH_SIGN.search(text) else None
    return None if match is None else (text[: match.start()], _GROWTH_END.sub("", match.group()))


def is_share(text: str) -> bool:
    """Whether a phrase names a share (普及率, 占比)."""
    return _SHARE.search(text) is not None


def long_topic(text: str) -> str:
    """What a long clause is about: the object of its last organising verb."""
    match = _ABOUT.search(text)
    return match.group(1) if match else text[-24:]


def unmeasured(text: str) -> str:
    """A subject without its closing measure noun.

    >>> unmeasured("监测对象户数")
    '监测对象'
    """
    return _MEASURED.sub("", text) if text[-1:] in _MEASURED_ENDS else text


def is_measured(text: str) -> bool:
    """Whether a phrase already ends in a measure noun."""
    return text[-1:] in _MEASURED_ENDS and _MEASURED.search(text) is not None


def only_prepositions(text: str) -> bool:
    """Whether the text before a number holds nothing but 为, 对, 全市现有 and the like."""
    return _PREPOSITION.match(text) is not None


def names_of(text: str) -> list[str]:
    """The items of a list: 肉类、禽蛋和水产品产量 -> three names."""
    return [name for name in _NAME_BREAK.split(text) if name]


@dataclass(frozen=True, slots=True)
class Group:
    """One group of words with its examples (text -> what the group makes of it)."""

    words: tuple[str, ...]
    examples: Mapping[str, str]


class Phrases:
    """The word groups, compiled once."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self.groups = groups
        word = {name: "|".join(group.words) or r"(?!)" for name, group in groups.items()}
        self._head = re.compile(rf"^(?:{word['openers']})+")
        self._tail = re.compile(rf"(?:{word['closers']})+$")
        self._verb = re.compile(rf"^(?:{word['verb_leads']})*((?:{word['verbs']})+)")
        self._generic = re.compile(
            rf"^(?:{word['generic_places']})*(?:计|累计)?(?:{word['generic_verbs']})*(?:{word['generic_qualifiers']})*"
            rf"(?:{word['generic_nouns']})?(?:数|量|额)?$"
        )
        self._noun_end = re.compile(
            rf"{_NOUN_SIGN}|(?:{word['noun_stops']})(?=.)|(?:{word['noun_stops_last']})"
        )
        self._openings = _openings(groups["openers"].words)
        self._verb_openings = _openings((*groups["verb_leads"].words, *groups["verbs"].words))
        generic = [*"计累数量额", *(word for name in SPELLED[1:] for word in groups[name].words)]
        self._generic_openings = _openings(generic)
        self._closing = _characters(groups["closers"].words)
        """No other character ends a phrase that a closer can be cut from."""
        self._plain = _characters(generic)
        """A generic phrase holds no other character."""
        self._siblings = groups["siblings"].words
        self._compounds = [tuple(word.replace("=", "/").split("/", 2)) for word in groups["compounds"].words]
        self._common_tail = re.compile(rf"(?:{word['common_tails']})$")

    def head(self, text: str) -> str:
        """The phrase before a number, without what opens the clause: 其中，全市累计发放 -> 全市累计发放."""
        # Most phrases are nothing but words, and hold none of the characters that the next steps look for.
        marked = "是" in text or "要" in text
        if not text.isalnum():
            if _UNEVEN.search(text):
                text = squeeze(text)
                stop = _UP_TO_STOP.match(text)
                if stop is not None:
                    text = text[stop.end() :]
            marked = marked or "—" in text
        if marked:
            cut = 0
            for marker in _ITEM.finditer(text):
                cut = marker.end()
            text = text[cut:]
        if "我" in text or "本" in text:
            text = _OWN.sub("", text)
        if not text:
            return text
        sign = text[0]
        if sign not in self._openings and "一" <= sign <= "鿿":  # as in _may_begin, which would be a call a figure
            return text
        opening = self._head.match(text)
        return text[opening.end() :] if opening is not None else text

    def body(self, text: str) -> str:
        """A phrase without the verb of reaching before the number: 自来水普及率达到 -> 自来水普及率."""
        at = length = len(text)
        closing = self._closing
        while at and text[at - 1] in closing:
            at -= 1
        if at < length:
            tail = self._tail.search(text, at)
            if tail is not None:
                text = text[: tail.start()]
        return "" if text[:1] in _COMPARED and _COMPARISON.match(text) else text

    def generic(self, text: str) -> bool:
        """Whether a phrase does not say of what it is (共拨付资金, 占比, 户数)."""
        if len(text) < 2:
            return True
        plain = self._plain
        for sign in text:  # most phrases end the search at their first characters
            if sign not in plain:
                return False
        return _may_begin(text[0], self._generic_openings) and self._generic.match(text) is not None

    def verb(self, text: str) -> str:
        """The verb a phrase begins with (共排查村 -> 排查), '' where it begins with none."""
        match = self._verb.match(text) if text and _may_begin(text[0], self._verb_openings) else None
        return match.group(1) if match else ""

    def without_verb(self, text: str) -> str:
        """A phrase without the verb it begins with: 全市累计投入财政衔接资金 -> 财政衔接资金."""
        match = self._verb.match(text) if text and _may_begin(text[0], self._verb_openings) else None
        if match is None:
            return text
        rest = text[match.end() :].lstrip("了")
        return rest if len(rest) >= 3 else text

    def noun_after(self, right: str) -> tuple[str, str]:
        """The noun behind a figure and the predicate behind it: 毕业生通过考试就业 -> 毕业生, 通过考试就业."""
        if not right or right[0] in _STOPS:
            return "", ""
        text = right
        if right[0] in _BEHIND or right[0].isspace():
            head = _RIGHT_HEAD.match(right)
            text = right[head.end() :] if head is not None else right
        if not text.isalnum():
            text = squeeze(text)
        if "(" in text:
            text = _BRACKETS.sub("", text)
        if not text or not ("一" <= text[0] <= "鿿" or text[0] == "《" or text[0].isalpha()):
            return "", ""
        if _MOVED.match(text):
            return "", ""
        stop = self._noun_end.search(text, 1)
        noun = text[: stop.start()] if stop else text
        rest = text[len(noun) :]
        end = _PREDICATE_END.search(rest)
        predicate = rest[: end.start()] if end else rest
        return _TRAILING.sub("", noun)[:30], predicate[:16]

    def both(self, name: str) -> list[str]:
        """The two names that one word holds: 城乡居民收入 -> 城镇居民收入, 农村居民收入; [] where it holds one."""
        for word, first, second in self._compounds:
            at = name.find(word)
            if at >= 0:
                rest = name[at + len(word) :]
                return [name[:at] + first + rest, name[:at] + second + rest]
        return []

    def completed(self, name: str, last: str) -> str:
        """A listed name with what the last of the list has after it: 城镇, 农村居民收入 -> 城镇居民收入."""
        own = next((word for word in self._siblings if name.endswith(word)), "")
        if own:
            # 城镇 stands for 农村, 城镇居民 for 农村居民: words of one length first.
            for sibling in sorted(self._siblings, key=lambda word: len(word) != len(own)):
                if last.startswith(sibling):
                    return name + last[len(sibling) :]
        tail = self._common_tail.search(last)
        return name + tail.group() if tail and not self._common_tail.search(name) else name


def _characters(words: Iterable[str]) -> frozenset[str]:
    """The characters of words without wildcards, signs of the expression among them."""
    text = "".join(words)
    return frozenset(text + _SPACES if r"\s" in text else text)


def _openings(words: Iterable[str]) -> frozenset[str]:
    """The ideographs that a match of one of these words may begin with; all of them where that is hard to tell."""
    found: set[str] = set()
    for word in words:
        at, missing = 0, True
        while missing:
            atom = _ATOM.match(word, at)
            if atom is None:
                return frozenset(_IDEOGRAPHS)
            group, sign = atom.group(1), atom.group(2)
            if group is not None:
                found |= _openings(group.split("|"))
            elif len(sign) == 1 and sign != ".":
                found.add(sign)
            else:
                found.update(re.findall(sign, _IDEOGRAPHS))
            at, missing = atom.end(), atom.group(3) is not None
    return frozenset(found)


def _may_begin(sign: str, openings: frozenset[str]) -> bool:
    return sign in openings or not "一" <= sign <= "鿿"


def load_phrases(path: Path) -> Phrases:
    """Read ``phrases.yaml``. Raises :class:`PatternError` naming file, line and key for every mistake."""
    problems = Problems()
    fields = top(path, problems)
    groups: dict[str, Group] = {}
    if fields is not None:
        for name in GROUPS:
            entry = fields.sub(name, name)
            if entry is None:
                fields.problem(f"group '{name}' is missing")
                continue
            words = entry.texts("words", None)
            entry.text("note", "")
            raw = entry.raw("examples")
            examples = {str(k): str(v) for k, v in raw.items()} if isinstance(raw, dict) else {}
            entry.done()
            for word in words:
                if name in SPELLED and _WILDCARD.search(word):
                    entry.problem(f"'{word}' holds a wildcard, which this group knows none of", "words")
                if name == "compounds" and not re.fullmatch(r"[^=/]+=[^=/]+/[^=/]+", word):
                    entry.problem(f"'{word}' must be written word=first/second", "words")
                try:
                    re.compile(word)
                except re.error as error:
                    entry.problem(f"'{word}' is no regular expression: {error}", "words")
            groups[name] = Group(words, examples)
        fields.done()
    problems.raise_any()
    return Phrases(groups)
