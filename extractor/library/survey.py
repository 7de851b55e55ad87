"""What a set of figures says about the library: which subjects nothing claims, and which entries fire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..model import Figure
from .entries import Indicator
from .words import Words

#: What varies from report to report in the same subject: places, years, 共, 累计 ...
_VARYING = re.compile(
    r"\d+(?:\.\d+)?|[其中共全我本]+[省市县区州旗盟镇乡村]|^[\u4e00-\u9fff]{2,4}[省市县州](?=[\u4e00-\u9fff]{3})"
    r"|今年以来|截至目前|目前|累计|已经|共计|总共|全年|年|其中|[()（）\s“”\"]"
)
_QUOTES = 3


@dataclass(slots=True)
class Group:
    """Figures of the same content words and unit that no indicator claims."""

    words: tuple[str, ...]
    """What is counted, as an entry's claim would require it."""
    unit: str
    subjects: Counter[str] = field(default_factory=Counter)
    count: int = 0
    documents: set[str] = field(default_factory=set)
    roles: Counter[str] = field(default_factory=Counter)
    quotes: list[str] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """The most frequent wording, the shortest of equals."""
        return min(self.subjects, key=lambda wording: (-self.subjects[wording], len(wording), wording))


class Survey:
    """Collects figures document by document; see :meth:`unclaimed` and :meth:`coverage`."""

    def __init__(self, words: Words | None = None) -> None:
        """``words`` puts wordings together that differ in what is not counted; without it each subject is a group."""
        self._words = words
        self._groups: dict[tuple[tuple[str, ...], str], Group] = {}
        self._fired: Counter[str] = Counter()
        self._fired_in: dict[str, set[str]] = {}

    def add(self, figures: Iterable[Figure], text: str) -> None:
        """Count the figures of one document. ``text`` is the document's text, for quotes with their context."""
        for figure in figures:
            readings = [r.indicator for r in figure.repair] if figure.repair else [figure.indicator]
            for indicator in readings:
                if indicator is not None:
                    self._fired[indicator] += 1
                    self._fired_in.setdefault(indicator, set()).add(figure.doc)
            if not any(readings) and figure.role != "criterion":
                self._unclaimed(figure, text)

    def _unclaimed(self, figure: Figure, text: str) -> None:
        subject = _VARYING.sub("", figure.subject)
        if len(subject) < 2:
            return
        key = (self._words.content(subject.removesuffix("数")) if self._words else (subject,), figure.unit)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(*key)
        group.count += 1
        group.subjects[subject] += 1
        group.documents.add(figure.doc)
        group.roles[figure.role] += 1
        if len(group.quotes) < _QUOTES:
            quote = " ".join(text[max(0, figure.start - 24) : figure.end + 8].split())
            group.quotes.append(quote)

    def unclaimed(self, least: int = 1) -> list[Group]:
        """Subjects that nothing claims, most documents first, then most figures, then by name."""
        groups = [group for group in self._groups.values() if group.count >= least]
        return sorted(groups, key=lambda g: (-len(g.documents), -g.count, g.subject, g.unit))

    def coverage(self, indicators: Mapping[str, Indicator]) -> list[tuple[str, int, int]]:
        """(indicator, figures, documents) for every entry, in the order of the library; zeros included."""
        return [(identity, self._fired[identity], len(self._fired_in.get(identity, ()))) for identity in indicators]
