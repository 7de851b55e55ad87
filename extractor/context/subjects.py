"""The subject of a figure: the phrase that says what is measured, complete enough to stand alone.

The phrase comes from the clause itself: the words before the number, or the noun behind it with its verb. What the
clause leaves out (户占比71%, 其中脱贫户22户, 共拨付资金) is taken from what precedes: the whole that a part belongs to,
the figure before it in the sentence, the topic that opens the sentence (住房安全方面), the clause before, the heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from extractor.context.frames import Frame
from extractor.context.lists import distribute
from extractor.context.phrases import (
    Phrases,
    is_measured,
    is_share,
    long_topic,
    only_prepositions,
    split_growth,
    squeeze,
    unbracketed,
    unmeasured,
)
from extractor.numbers.scan import Mention

_NEARLY: Final = frozenset({"约", "近", "超", "超过"})
_RELATIVE: Final = frozenset({"%", "‰", "个百分点", "倍", "番", "成"})
_ASPECT: Final = re.compile(r"([一-鿿]{2,14}?)(?:方面|领域|工作中)[,，:：]")
_PURPOSE: Final = re.compile(r"^[，,]?(?:主要)?(?:全部)?用于(?:开展|支持|实施)?([^，,。；;\d]{3,20})")
_MONEY_WORD: Final = re.compile(
    r"^(?:[共总]|累计|完成|安排|争取|整合|筹集|统筹|多方|已)*(?:投资|投入|资金|投入资金|筹资|安排资金|总投资)$"
)
_DATE_ONLY: Final = re.compile(r"^[\d一二三四五六七八九十年月日底末初前后上下旬季度半至到截止以来\-]+$")
_CAUSED: Final = re.compile(r"(?:实现|推动|帮助|促进|助力|吸引|引导)$")
_BREAKER: Final = re.compile(r"[，,。；;：:\n]")
_SEPARATOR: Final = re.compile(r"[、和及与,，]|以及")
_TOPIC_END: Final = re.compile(r"(?:方面|工作|中|来|后|的)$")
_TITLE_WORDS: Final = re.compile(r"工作|情况|\d{4}年|抓好|做好|扎实|持续")

_NAMES: Final = {
    "户": "户数", "人": "人数", "人次": "人次", "个": "数", "家": "数", "处": "处数", "座": "座数", "条": "条数",
    "项": "项数", "次": "次数", "场": "场次", "件": "件数", "篇": "篇数", "期": "期数", "亩": "面积", "户次": "户次",
}
_PLACE_ENDS: Final = frozenset("县区市旗镇乡州盟")
#: A part of up to this many characters needs its whole in front of it (中央资金), a longer one stands alone.
_SHORT_PART: Final = 9


def set_subjects(frames: Sequence[Frame], view: str, dates: Sequence[Mention], phrases: Phrases) -> None:
    """Fill ``subject``, ``base`` and ``verb`` of all figures of a document."""
    position, count = 0, len(dates)
    for frame in frames:
        left_start = frame.left_start
        while position < count and dates[position].end <= left_start:
            position += 1
        left = frame.left
        if position < count and dates[position].start < frame.start:
            left = _undated(frame, view, dates, position)
        _read(frame, left, view, phrases)
    distribute(frames, phrases)


def _undated(frame: Frame, view: str, dates: Sequence[Mention], position: int) -> str:
    """The left text of a figure without its dates, which are no part of what is measured.

    ``position`` is that of the first of them.
    """
    left, at = "", frame.left_start
    for i in range(position, len(dates)):
        date = dates[i]
        if date.start >= frame.start:
            break
        if date.start > at:
            left += view[at : date.start]
        at = date.end
    return left + view[at : frame.start]


def _read(frame: Frame, left: str, view: str, phrases: Phrases) -> None:
    before = frame.before
    if before is not None:
        if frame.origin is before and before.unit == frame.unit:
            frame.base, frame.verb, frame.noun = before.base, before.verb, before.noun
            frame.subject, frame.why_subject = before.subject, "subject.from_to"
            return
        if before.role == "criterion" and before.clause == frame.clause:
            # 经营性收入50万元以上的村占比: the criterion is part of the phrase.
            left = before.left + view[before.start : before.end] + left
        _set_whole(frame, before)
    text = phrases.head(left)
    if frame.chain is not None and (not text or text in _NEARLY):
        _continue_list(frame)
    elif frame.unit in _RELATIVE or frame.role == "growth" or frame.role == "change":
        _relative(frame, text, view, phrases)
    else:
        _level(frame, text, view, phrases)
    if not frame.subject:
        frame.subject = frame.base = _topic(frame, view, phrases)


def _set_whole(frame: Frame, before: Frame) -> None:
    """Find the figure that this one is a part of: 其中, or a bracket that opens right behind a figure."""
    gap = frame.gap
    opened = "(" in gap and gap.rfind("(") > gap.rfind(")")
    if opened or "其中" in gap:
        if not opened and before.whole is not None and before.whole.unit == frame.unit:
            frame.whole = before.whole
        else:
            frame.whole = _same_unit(before, frame.unit)
    elif before.whole is not None and ")" not in gap:
        other: Frame | None = before
        for _ in range(3):
            if other is None or other.whole is None:
                break
            if other.unit == frame.unit:
                frame.whole = other.whole
                break
            other = other.before


def _same_unit(before: Frame, unit: str) -> Frame:
    """The nearest figure to the left in the sentence with the same unit; a part has its whole's unit."""
    other: Frame | None = before
    for _ in range(4):
        if other is None or other.unit == unit:
            break
        other = other.before
    return other or before


def _continue_list(frame: Frame) -> None:
    """A figure that follows another directly shares its head: 3909户、10226人; 分别增长30%、45%."""
    first = frame.chain
    assert first is not None
    frame.base, frame.verb, frame.noun, frame.why_subject = first.base, first.verb, first.noun, "subject.list"
    if frame.unit == first.unit:
        frame.subject = first.subject
    else:
        frame.subject = frame.base + _measure(frame.unit, frame.base)


def _level(frame: Frame, text: str, view: str, phrases: Phrases) -> None:
    before = frame.before
    noun, predicate = phrases.noun_after(frame.right)
    inherited = ""
    if before is not None and before.noun and frame.clause == before.clause:
        # 3个精品村、5个美食村; 4个方面22个问题; 31名干部包抓31个村: the gap begins with the noun of the figure before.
        rest = unbracketed(squeeze(frame.gap)).lstrip("以上下内左右的")
        if rest.startswith(before.noun):
            rest = rest[len(before.noun) :]
        listed = rest[:1] in ("", "、", "和", "及", "与", "等")
        text = phrases.head(_SEPARATOR.split(rest)[-1] if listed else rest)
        inherited = before.verb if listed and not text else ""
    body = phrases.body(text)
    if noun and frame.unit not in ("元", "分"):
        frame.noun = noun
        frame.verb = body or inherited
        if predicate and only_prepositions(body) and len(predicate) > 2:
            phrase, frame.why_subject = f"{predicate}的{noun}", "subject.noun_predicate"
        else:
            phrase, frame.why_subject = frame.verb + noun, "subject.noun_after"
        if _CAUSED.search(frame.verb) and predicate:
            phrase = frame.verb + noun + predicate
        if phrases.generic(noun) and phrases.generic(frame.verb):
            shared = inherited and before is not None
            frame.about = frame.topic = before.topic if shared and before else _topic(frame, view, phrases)
            phrase = frame.topic + phrase
    else:
        phrase, frame.why_subject = body, "subject.noun_before"
        if before is not None and not before.noun and frame.gap.startswith("、"):
            verb = phrases.verb(before.base)
            if verb and not phrases.verb(body):
                phrase = verb + body
        if frame.whole is not None and len(body) <= _SHORT_PART:
            whole = phrases.without_verb(unmeasured(frame.whole.base))
            placed = body[-1:] in _PLACE_ENDS
            phrase, frame.why_subject = (body + whole if placed else whole + body), "subject.part"
        elif phrase[:1] in ("已", "未", "尚") and before is not None and before.base:
            phrase, frame.why_subject = _topic(frame, view, phrases) + phrase, "subject.ellipsis"
        elif phrases.generic(phrase) or (len(phrase) <= 2 and before is not None and phrase.isalpha()):
            purpose = _PURPOSE.match(view[frame.end : frame.end + 30]) if _MONEY_WORD.match(phrase) else None
            topic = phrases.head(purpose.group(1)) if purpose else _topic(frame, view, phrases)
            if topic and not phrase.startswith(topic):
                phrase, frame.why_subject = topic + phrase, "subject.ellipsis"
                frame.about = topic
    frame.base = phrase
    frame.subject = phrase + _measure(frame.unit, phrase)


def _relative(frame: Frame, text: str, view: str, phrases: Phrases) -> None:
    growth = split_growth(text)
    if growth is None and frame.role in ("growth", "change"):
        growth = split_growth(phrases.body(text))  # 提高幅度均不低于3%
    if growth is not None or frame.role in ("growth", "change"):
        head, word = growth if growth is not None else (phrases.body(text), "增长")
        head = phrases.body(head)
        if phrases.generic(head):
            frame.why_subject = "subject.growth_of_previous"
            head = _topic(frame, view, phrases) + head
        else:
            frame.why_subject = "subject.growth"
        frame.base = head
        frame.subject = head + word
        return
    body = phrases.body(text)
    noun, _ = phrases.noun_after(frame.right)
    frame.why_subject = "subject.share"
    if body.endswith("占") and noun:
        body = body + noun + "的比重"
    if noun and not is_share(body) and not body.startswith("占"):
        body, frame.why_subject = body + noun, "subject.share_of_noun"
    if phrases.generic(body) or body.startswith(("占", "户占", "人占")) or len(body) < 4:
        frame.why_subject = "subject.ellipsis"
        frame.about = _topic(frame, view, phrases)
        body = frame.about + body
    frame.base = frame.subject = body


def _topic(frame: Frame, view: str, phrases: Phrases) -> str:
    """What an incomplete phrase is about."""
    before = frame.before
    if before is not None and frame.whole is None and before.whole is not None and frame.unit not in _RELATIVE:
        before = before.whole
    if before is not None and before.base:
        whole = before.base if frame.unit in _RELATIVE else before.about or before.base
        return phrases.without_verb(unmeasured(whole))
    aspect = _ASPECT.match(view, frame.sentence[0], frame.start)
    if aspect:
        return aspect.group(1)
    lead = view[max(frame.sentence[0], frame.clause[0] - 70) : frame.clause[0]]
    for part in reversed(_BREAKER.split(lead)):
        phrase = _TOPIC_END.sub("", phrases.head(part))
        if len(phrase) >= 2 and not _DATE_ONLY.match(phrase):
            return phrase if len(phrase) <= 20 else long_topic(phrase)
    prior = frame.prior
    if prior is not None and prior.base and view[frame.sentence[0] - 1 : frame.sentence[0]] in ("；", ";"):
        return phrases.without_verb(unmeasured((prior.whole or prior).base))
    if frame.section is not None:
        return _TITLE_WORDS.sub("", phrases.head(frame.section.title))[:18]
    return ""


def _measure(unit: str, body: str) -> str:
    word = _NAMES.get(unit, "")
    return "" if not word or is_measured(body) else word
