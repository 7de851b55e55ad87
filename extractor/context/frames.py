"""The text around a figure, cut once and read by all rules of this room."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractor.model import Direction, Modifier, Role, Span, Status
from extractor.numbers.scan import Mention
from extractor.reading.layout import Layout, Section

#: How far rules look to the left of a number inside its sentence.
REACH = 90


@dataclass(slots=True)
class Frame:
    """A figure in the making: the mention, the text around it, and what the rules of this room found.

    ``left`` is the clause before the number, up to the figure before it; ``lead`` the sentence before the number;
    ``right`` what follows up to the next figure or the end of the clause; ``gap`` what stands between the figure
    before it in the same sentence and this one.
    """

    mention: Mention
    start: int
    end: int
    unit: str
    value: Decimal | None
    modifier: Modifier
    clause: Span
    sentence: Span
    section: Section | None
    left_start: int
    left: str
    lead: str
    right: str
    gap: str
    before: Frame | None
    """The figure before this one in the same sentence."""
    prior: Frame | None
    """The figure before this one in the same paragraph."""
    chain: Frame | None = None
    """The figure whose head this one shares (3909户、10226人; 分别增长30%、45%)."""
    origin: Frame | None = None
    """The level that this one was reached from (由A提高到B)."""
    role: Role = "level"
    status: Status = "actual"
    direction: Direction | None = None
    subject: str = ""
    base: str = ""
    """The subject without its measure and growth words: what an ellipsis after it refers to."""
    verb: str = ""
    """The verb phrase left of a number that stands before its noun (建设 in 建设8个驿站)."""
    about: str = ""
    """What an incomplete phrase after this figure is about: its subject, or the topic it borrowed itself."""
    topic: str = ""
    """What was put in front of an incomplete phrase."""
    noun: str = ""
    """The noun behind the figure, where it stands there (驿站 in 建设8个驿站)."""
    whole: Frame | None = None
    """The figure that this one is a part of (其中, or a bracket right behind it)."""
    period: str | None = None
    why_role: str = ""
    why_status: str = ""
    why_period: str = ""
    why_subject: str = ""


#: What may stand between two figures that share one head.
_LINK = re.compile(r"(?:左右|以上|以下|以内|上下|多|余)?(?:[、和及与/]|以及)?(?:约|近|超过?)?")
#: Measures of one thing that a comma may separate (10486户,34092人).
_PAIRED = frozenset({"户", "人", "人次", "元", "户次"})
_JOINERS = ("和", "及", "与", "以及")
_BLANK = re.compile(r"[\s　]+")
#: One of these makes a text worth flattening.
_BLANK_SIGN = re.compile(r"[ \n　]")
FROM = re.compile(r"(?:由|从)[^，。；,;]{0,16}$")
TO = re.compile(
    r"[^，。；,;]{0,10}?(?:增加|提高|增长|上升|扩大|提升|发展|下降|减少|降低|缩小|回落|攀升|跃升|调整|增|减|降|升|跃)?(?:到|至|为)"
)


def frames(view: str, layout: Layout, mentions: Sequence[Mention]) -> list[Frame]:
    """Frames of the figure mentions, in text order."""
    result: list[Frame] = []
    before: Frame | None = None
    clause_starts, sentence_starts, length = layout.clause_starts, layout.sentence_starts, len(view)
    count = len(mentions)
    blanks = [blank.start() for blank in _BLANK_SIGN.finditer(view)]
    blanks.append(length)
    for i, mention in enumerate(mentions):
        start, end = mention.start, mention.end
        c = bisect_right(clause_starts, start)
        s = bisect_right(sentence_starts, start)
        clause = (clause_starts[c - 1], clause_starts[c] if c < len(clause_starts) else length)
        sentence = (sentence_starts[s - 1], sentence_starts[s] if s < len(sentence_starts) else length)
        if before is not None and before.start < sentence[0]:
            before = None
        left_start = clause[0] if before is None or before.end < clause[0] else before.end
        right_start, right_end = end, max(clause[1], end)
        if i + 1 < count:
            following = mentions[i + 1]
            if following.start < right_end:
                right_end = following.start
            if right_end == end:
                # 15类181项任务: figures that touch share the noun behind the last of them.
                right_start, right_end = following.end, max(clause[1], following.end)
        far = start - REACH
        left = view[left_start if left_start > far else far : start]
        lead = view[sentence[0] if sentence[0] > far else far : start]
        right = view[right_start : min(right_end, right_start + 60)]
        gap = "" if before is None else view[before.end : start]
        first = far if before is None or before.end > far else before.end
        if blanks[bisect_left(blanks, first)] < right_start + 60:
            left, lead, right, gap = _flat(left), _flat(lead), _flat(right), _flat(gap)
        frame = Frame(
            mention=mention,
            start=start,
            end=end,
            unit=mention.unit,
            value=mention.value,
            modifier=mention.modifier,
            clause=clause,
            sentence=sentence,
            section=layout.section(start),
            left_start=left_start if left_start > far else far,
            left=left,
            lead=lead,
            right=right,
            gap=gap,
            before=before,
            prior=result[-1] if result and result[-1].start >= layout.paragraph(start)[0] else None,
        )
        if before is not None and _linked(before, frame, view):
            frame.chain = before
        elif before is not None and FROM.search(before.left) and TO.match(frame.gap):
            frame.origin = before
            if frame.unit == "元" and before.unit.startswith("元/"):
                frame.unit = before.unit  # 由710元/人/月提高到750元
        result.append(frame)
        before = frame
    return result


def _flat(text: str) -> str:
    """Without blanks and line ends, which hard-wrapped pages put inside words."""
    return _BLANK.sub("", text) if " " in text or "\n" in text or "　" in text else text


def _linked(before: Frame, frame: Frame, view: str) -> bool:
    """Whether a figure shares the head of the one before it: nothing but a list sign between them."""
    gap = frame.gap
    if gap in (",", "，"):
        if frame.unit == before.unit or frame.unit not in _PAIRED or before.unit not in _PAIRED:
            return False
    elif not _LINK.fullmatch(gap):
        return False
    right = frame.right
    if view[frame.start] == "每":
        return False
    if right[:2] in ("以上", "以下") and right[2:3] == "的":
        return False  # 4个200人以上的安置区
    if "一" <= right[:1] <= "鿿" and right[:2] not in ("以上", "以下", "左右", "以内", "上下"):
        # The figure has its noun behind it (3个区级、13个镇级联合社), unless that is the sign of the list.
        return right in _JOINERS or not before.right[:1]
    return True
