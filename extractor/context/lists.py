"""Lists that share one head: each figure gets the name of its own item.

A、B产量分别增长30%、45% names two items before 分别 and has a figure for each; a second run of figures
(，分别增长5.5%、7.6% or ，增长4.6%、6.7%) takes the names of the first.
A word that holds two (城乡居民收入, 存贷款余额) is split where two figures follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from extractor.context.frames import Frame
from extractor.context.phrases import Phrases, names_of, split_growth

_SIGNS: Final = frozenset({"、", "和", "及", "，", ",", "以及", "与"})
#: How far 分别 may stand before the first figure.
_REACH: Final = 24


def distribute(frames: Sequence[Frame], phrases: Phrases) -> None:
    """Name the figures of all such lists of a document; needs role and subject."""
    named: list[Frame] = []
    i = 0
    while i < len(frames):
        first = frames[i]
        if named and (first.before is None or first.sentence != named[0].sentence):
            named = []
        if not named and "分别" not in first.lead:  # most figures
            i += 1
            continue
        at = first.lead.rfind("分别", -_REACH)
        if at < 0 and not named:
            i += 1
            continue
        open_at = first.start - len(first.lead) + at
        own = at >= 0 and (first.before is None or first.before.end <= open_at)
        if not own and not (named and first.before is named[-1] and first.role == "growth"):
            i += 1
            continue
        group = _run(frames, i)
        i += len(group)
        if len(group) < 2:
            continue
        names = _names(first.lead[:at] if own else "", len(group), phrases)
        if not names and len(named) == len(group):
            names = [frame.base for frame in named]
        if len(names) != len(group):
            named = []
            continue
        _assign(group, names, first.lead[at + 2 :] if own else first.left, phrases)
        named = group


def _run(frames: Sequence[Frame], i: int) -> list[Frame]:
    """The figures from ``i`` on with nothing but a list sign between them, of one kind of measure."""
    group = [frames[i]]
    while i + len(group) < len(frames):
        following = frames[i + len(group)]
        gap = following.gap.strip("以上下内左右约近超过达 ")
        if following.before is not group[-1] or gap not in _SIGNS:
            break
        if (following.unit == "%") != (group[0].unit == "%"):
            break
        group.append(following)
    return group


def _names(text: str, count: int, phrases: Phrases) -> list[str]:
    names = names_of(phrases.head(text)) if text else []
    if len(names) == 1:
        return phrases.both(names[0]) if count == 2 else []
    return names if len(names) == count else []


def _assign(group: Sequence[Frame], names: Sequence[str], word: str, phrases: Phrases) -> None:
    last = group[-1].modifier
    bound = last if last in ("at_least", "at_most") else group[0].modifier
    growth = split_growth(phrases.head(word))
    for frame, name in zip(group, names, strict=True):
        if name is not names[-1]:
            name = phrases.completed(name, names[-1])
        if frame is not group[0] and names[0].startswith("第") and name[:1] in "二三":
            name = "第" + name
        frame.base, frame.why_subject = name, "subject.distributed"
        frame.about = ""
        frame.subject = name
        if frame.role in ("growth", "change"):
            frame.role, frame.direction = group[0].role, group[0].direction
            frame.subject += growth[1] if growth else phrases.body(word)
        if bound in ("at_least", "at_most") and frame.modifier == "none":
            frame.modifier = bound
