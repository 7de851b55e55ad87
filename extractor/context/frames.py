"""The text around a figure, cut once and read by all rules of this room."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from extractor.model import Direction, Modifier, Role, Span, Status
from extractor.numbers.scan import Mention
from extractor.reading.layout import Layout, Section

#: How far rules look to the left of a number inside its sentence.
REACH: Final = 90


class Frame:
    """A figure in the making: the mention, the text around it, and what the rules of this room found.

    ``left`` is the clause before the number, up to the figure before it; ``lead`` the sentence before the number;
    ``right`` what follows up to the next figure or the end of the clause; ``gap`` what stands between the figure
    before it in the same sentence and this one. ``before`` is the figure before it in the same sentence, ``prior`` the
    one before it in the same paragraph.
    """

    __slots__ = (
        "about", "base", "before", "chain", "clause", "direction", "end", "from_length", "gap", "lead", "left",
        "left_start", "mention", "modifier", "noun", "origin", "period", "prior", "right", "role", "section",
        "sentence", "start", "status", "subject", "topic", "unit", "value", "verb", "whole", "why_period", "why_role",
        "why_status", "why_subject",
    )

    def __init__(
        self,
        mention: Mention,
        clause: Span,
        sentence: Span,
        section: Section | None,
        left_start: int,
        left: str,
        lead: str,
        right: str,
        gap: str,
        before: Frame | None,
        prior: Frame | None,
    ) -> None:
        self.mention = mention
        self.start = mention.start
        self.end = mention.end
        self.unit = mention.unit
        self.value: Decimal | None = mention.value
        self.modifier: Modifier = mention.modifier
        self.clause = clause
        self.sentence = sentence
        self.section = section
        self.left_start = left_start
        self.left = left
        self.lead = lead
        self.right = right
        self.gap = gap
        self.before = before
        self.prior = prior
        self.from_length = _from_length(left) if "由" in left or "从" in left else 0
        """Length of the text from 由 or 从 to the number (由A提高到B), 0 where neither stands there."""
        self.chain: Frame | None = None
        """The figure whose head this one shares (3909户、10226人; 分别增长30%、45%)."""
        self.origin: Frame | None = None
        """The level that this one was reached from (由A提高到B)."""
        self.role: Role = "level"
        self.status: Status = "actual"
        self.direction: Direction | None = None
        self.subject = ""
        self.base = ""
        """The subject without its measure and growth words: what an ellipsis after it refers to."""
        self.verb = ""
        """The verb phrase left of a number that stands before its noun (建设 in 建设8个驿站)."""
        self.about = ""
        """What an incomplete phrase after this figure is about: its subject, or the topic it borrowed itself."""
        self.topic = ""
        """What was put in front of an incomplete phrase."""
        self.noun = ""
        """The noun behind the figure, where it stands there (驿站 in 建设8个驿站)."""
        self.whole: Frame | None = None
        """The figure that this one is a part of (其中, or a bracket right behind it)."""
        self.period: str | None = None
        self.why_role = ""
        self.why_status = ""
        self.why_period = ""
        self.why_subject = ""


#: What may stand between two figures that share one head.
_LINK: Final = re.compile(r"(?:左右|以上|以下|以内|上下|多|余)?(?:[、和及与/]|以及)?(?:约|近|超过?)?")
_LONGEST_LINK: Final = len("左右以及超过")
#: Measures of one thing that a comma may separate (10486户,34092人).
_PAIRED: Final = frozenset({"户", "人", "人次", "元", "户次"})
_BOUNDS: Final = frozenset({"以上", "以下", "左右", "以内", "上下"})
_COMMAS: Final = (",", "，")
_JOINERS: Final = frozenset({"和", "及", "与", "以及"})
_BLANK: Final = re.compile(r"[\s　]+")
_FROM: Final = re.compile(r"[由从][^，。；,;]{0,16}$")
TO: Final = re.compile(
    r"[^，。；,;]{0,10}?(?:增加|提高|增长|上升|扩大|提升|发展|下降|减少|降低|缩小|回落|攀升|跃升|调整|增|减|降|升|跃)?(?:到|至|为)"
)


def frames(view: str, layout: Layout, mentions: Sequence[Mention]) -> list[Frame]:
    """Frames of the figure mentions, in text order."""
    result: list[Frame] = []
    before: Frame | None = None
    prior: Frame | None = None
    count, length = len(mentions), len(view)
    clause_starts, clause_count = layout.clause_starts, len(layout.clause_starts)
    # Figures come in text order: clause, sentence and the rest are looked up only where the last one has ended. A
    # sentence ends where a clause does, a paragraph where a sentence does.
    clause: Span = (0, 0)
    sentence: Span = (0, 0)
    section: Section | None = None
    clause_end = sentence_end = paragraph_end = section_end = 0
    # The next line end and the next space (the view has no wide ones): most figures have none near.
    line_end = space = -1
    for i in range(count):
        mention = mentions[i]
        start, end = mention.start, mention.end
        if start >= clause_end:
            following_clause = bisect_right(clause_starts, start)
            clause_end = clause_starts[following_clause] if following_clause < clause_count else length
            clause = (clause_starts[following_clause - 1], clause_end)
            if start >= sentence_end:
                sentence = layout.sentence(start)
                sentence_end = sentence[1]
                before = None
                if start >= paragraph_end:
                    paragraph_end = layout.paragraph(start)[1]
                    prior = None
        if start >= section_end:
            section = layout.section(start)
            section_end = section.end if section is not None else _first_section(layout)
        far = start - REACH
        lead_start = sentence[0] if sentence[0] > far else far
        left_start = clause[0] if clause[0] > far else far
        first = lead_start
        gap = ""
        if before is not None:
            gap = view[before.end : start]
            if before.end > left_start:
                left_start = before.end
            elif before.end < lead_start:
                first = before.end
        right_start, right_end = end, clause_end if clause_end > end else end
        if i + 1 < count:
            following = mentions[i + 1]
            if following.start < right_end:
                right_end = following.start
            if right_end == end:
                # 15类181项任务: figures that touch share the noun behind the last of them.
                right_start = following.end
                right_end = clause_end if clause_end > right_start else right_start
        if right_end > right_start + 60:
            right_end = right_start + 60
        left = view[left_start:start]
        lead = view[lead_start:start]
        right = view[right_start:right_end]
        if line_end < first:
            line_end = _next(view, "\n", first)
        if space < first:
            space = _next(view, " ", first)
        if line_end < right_end or space < right_end:
            left, lead, right, gap = _flat(left), _flat(lead), _flat(right), _flat(gap)
        frame = Frame(mention, clause, sentence, section, left_start, left, lead, right, gap, before, prior)
        if before is not None:
            if len(gap) <= _LONGEST_LINK and _linked(before, frame, view):
                frame.chain = before
            elif before.from_length and TO.match(gap):
                frame.origin = before
                if frame.unit == "元" and before.unit.startswith("元/"):
                    frame.unit = before.unit  # 由710元/人/月提高到750元
        result.append(frame)
        before = prior = frame
    return result


def _first_section(layout: Layout) -> int:
    """Where the first section of a document begins, or the end of one that has none."""
    return layout.section_starts[0] if layout.section_starts else len(layout.view)


def _next(view: str, sign: str, offset: int) -> int:
    """Where a sign stands next, or the end of the text."""
    at = view.find(sign, offset if offset > 0 else 0)
    return at if at >= 0 else len(view)


def _from_length(left: str) -> int:
    match = _FROM.search(left)
    return match.end() - match.start() if match is not None else 0


def _flat(text: str) -> str:
    """Without blanks and line ends, which hard-wrapped pages put inside words."""
    return _BLANK.sub("", text) if " " in text or "\n" in text else text


def _linked(before: Frame, frame: Frame, view: str) -> bool:
    """Whether a figure shares the head of the one before it: nothing but a list sign between them."""
    gap = frame.gap
    if gap.startswith(_COMMAS):
        if len(gap) > 1 or frame.unit == before.unit or frame.unit not in _PAIRED or before.unit not in _PAIRED:
            return False
    elif not _LINK.fullmatch(gap):
        return False
    right = frame.right
    if view[frame.start] == "每":
        return False
    if right[:2] in ("以上", "以下") and right[2:3] == "的":
        return False  # 4个200人以上的安置区
    if right and "一" <= right[0] <= "鿿" and right[:2] not in _BOUNDS:
        # The figure has its noun behind it (3个区级、13个镇级联合社), unless that is the sign of the list.
        return right in _JOINERS or not before.right[:1]
    return True
