"""The period or date a figure refers to, written as ISO 8601 (``2023``, ``2023-11-30``, ``2023-01/2023-06``).

The document gives the years of report and plan (title, date of issue); a section may narrow them (2023年工作回顾,
下半年工作计划, “十四五”时期); the sentence decides (截至11月底, 1-5月份, 到2025年, 上年). An interval of months is
``start/end``; one of years ``2022/2024``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from extractor.context.anchors import WORDS, Anchor, AnchorReader, five_year
from extractor.context.frames import TO, Frame
from extractor.context.isodates import PARTS, months
from extractor.context.reportyears import PART, DocumentPeriods, years_in
from extractor.numbers.scan import Mention
from extractor.reading.layout import Layout

_DEADLINE: Final = re.compile(r"(?:完成时限|完成时间|时间要求|时限|完成期限)[:：]?\s*$")
#: What it ends in, besides blanks.
_DEADLINE_ENDS: Final = frozenset("限间求:：")
_AS_OF: Final = re.compile(r"[(（]截[至止]到?")
_LASTLEVEL: Final = re.compile(r"(?:上年|去年)(?:同期|末|底|全年|度|执行数|决算数)?的?\s*$")
#: Dates that may still hold in the next sentence.
_LASTING: Final = frozenset({"period.upto", "period.year_end", "period.part_end"})
_LEVELS: Final = frozenset({"level", "share", "per_unit"})
#: A level reached at the end of several years, not the sum over them.
_REACHED: Final = re.compile(
    r"(?:达到?|突破|(?:提高|增加|扩大|缩小|下降|上升|提升|降低|攀升|跃升)(?:到|至)|增至|升至|降至|总量|总数)[^，。；,;]{0,3}$"
)


class PeriodReader:
    """Reads the periods of one document's figures, in text order."""

    def __init__(
        self,
        periods: DocumentPeriods,
        title: str,
        view: str,
        layout: Layout,
        dates: Sequence[Mention],
        repaired: Mapping[int, str] | None = None,
    ) -> None:
        self.periods = periods
        self.title = title
        self.view = view
        self.layout = layout
        self.dates = dates
        self.reader = AnchorReader(periods, view, layout, dates, repaired or {})
        self._sections: dict[tuple[str, ...], tuple[str | None, int | None, bool]] = {}
        self._titles: dict[str, tuple[str, int | None] | None] = {}
        self._deadlines = self._read_deadlines()
        self._default: str | None = None
        self._year: int | None = None
        """Period and year of the section entered last."""
        self._stated: str | None = None
        """The period that its own headings give."""
        self._sentence = -1
        self._anchors: list[Anchor] = []
        self._carried: Anchor | None = None
        self._base: tuple[int, str] | None = None
        """Start of the last sentence that said from which year it compares (由1997年的A增加到B), and the year."""

    # -- sections ---------------------------------------------------------------------------------------------

    def section(self, path: tuple[str, ...], planned: bool) -> tuple[str | None, int | None]:
        """Default period and year of a section."""
        period, year, own = self._section(path)
        if own:
            return period, year
        p = self.periods
        return (p.ahead, p.plan) if planned else (p.default, p.report)

    def _section(self, path: tuple[str, ...]) -> tuple[str | None, int | None, bool]:
        """Period and year that a section's headings give, and whether they give any."""
        if path not in self._sections:
            self._sections[path] = self._read_section(path)
        return self._sections[path]

    def _read_section(self, path: tuple[str, ...]) -> tuple[str | None, int | None, bool]:
        for title in reversed(path):
            if title not in self._titles:
                self._titles[title] = self._read_title(title)
            found = self._titles[title]
            if found is not None:
                return found[0], found[1], True
        return None, None, False

    def _read_title(self, title: str) -> tuple[str, int | None] | None:
        """Period and year that one heading gives."""
        p = self.periods
        if title in self.title and len(title) * 2 > len(self.title):
            return None
        years = years_in(title)
        if years:
            year = years[-1]
            part = PART.search(title)
            if part:
                span = PARTS.get(part.group()) or (1, min(int(part.group(1) or 12), 12))
                return months(year, *span), year
            return (f"{years[0]}/{year}" if len(years) > 1 and years[0] < year else str(year)), year
        word = WORDS.search(title)
        if word is None:
            return None
        if word["plan"] and word["planpart"] in ("时期", "期间", "以来"):
            first = five_year(word["plan"])
            return f"{first}/{first + 4}", first + 4
        if word["fiveahead"] and p.plan:
            return f"{p.plan}/{p.plan + 4}", p.plan + 4
        if word["five"] and p.report:
            return f"{p.report - 4}/{p.report}", p.report
        if word["this"] and p.report and p.plan and _is_plan_title(title):
            return str(p.plan), p.plan
        if word["part"] and (p.report or p.plan) and "计划" in title:
            base = p.report or p.plan or 0
            return months(base, *PARTS[word["part"]]), base
        return None

    def _read_deadlines(self) -> list[tuple[int, int, str]]:
        """Spans of paragraphs that end in 完成时限：…, with the date."""
        spans = []
        view = self.view
        for date in self.dates:
            start = date.start
            before = view[start - 1 : start]
            if (before in _DEADLINE_ENDS or before.isspace()) and _DEADLINE.search(view[max(0, start - 8) : start]):
                period = self.reader.resolve(date, None, upto=True)
                if period:
                    spans.append((self._task_start(start), start, period))
        return spans

    def _task_start(self, offset: int) -> int:
        """Where the task begins that ends in a deadline: its numbered section, or the one above a 3. or (3)."""
        sections = self.layout.sections
        i = bisect_right(self.layout.section_starts, offset) - 1
        while i > 0 and sections[i].depth >= 3:
            i -= 1
        return sections[i].start if i >= 0 else self.layout.paragraph(offset)[0]

    # -- figures ----------------------------------------------------------------------------------------------

    def enter(self, path: tuple[str, ...], planned: bool) -> None:
        """The figures that follow stand in this section; ``planned``: whether it holds plans."""
        self._stated = self._section(path)[0]
        self._default, self._year = self.section(path, planned)

    def set_period(self, frame: Frame) -> None:
        """Fill ``period`` and ``why_period``; needs role and status."""
        if frame.sentence[0] != self._sentence:
            self._carry(frame)
            self._sentence = frame.sentence[0]
            self._anchors = self.reader.read(frame.sentence, self._year)
        frame.period, frame.why_period = self._period(frame)

    def _period(self, frame: Frame) -> tuple[str | None, str]:
        start, end, role, left, chain = frame.start, frame.end, frame.role, frame.left, frame.chain
        if chain is not None and chain.end >= start - 2:
            return chain.period, "period.list"
        default = self._default
        found: Anchor | None = None
        for anchor in self._anchors:
            if anchor.start == end and anchor.rule == "period.date":
                return anchor.period, "period.noun"  # 37个2017年出列贫困村
            if anchor.rule == "period.compared":
                # 较“十三五”末的9323亿元: only the level right behind it is of that time.
                if 0 <= start - anchor.end <= 3 and role != "growth":
                    return anchor.period, anchor.rule
                continue
            if frame.origin is not None and anchor.start < frame.origin.start:
                continue  # 由2020年的A增加到B
            if anchor.start < start and (anchor.reach is None or start < anchor.reach):
                if anchor.rule == "period.deadline" and found is not None and found.rule == "period.date":
                    continue
                found = anchor
        if role == "growth" or role == "change":
            if found is not None and found.rule == "period.year_end":
                return found.period[:4], "period.whole_year"
            if role == "growth" and default and len(default) == 9 and "年均" in left:
                return default, "period.document"
        if self.view.startswith("(", end):
            bracket = _AS_OF.match(self.view, end)
            if bracket is not None:
                for anchor in self._anchors:
                    if bracket.end() <= anchor.start <= bracket.end() + 1:
                        return anchor.period, anchor.rule
        if role == "level" or role == "per_unit":
            if self._year is not None and "年" in left and _LASTLEVEL.search(left):
                year = int(found.period[:4]) if found is not None and found.rule != "period.last_year" else self._year
                return str(year - 1), "period.last_year"
            if found is None and "每年" in frame.lead[-24:]:
                return default, "period.each_year"
        if found is None:
            found = self._carried
        period: str | None = default
        rule = "period.document"
        if found is not None:
            period, rule = found.period, found.rule
            stretch = rule == "period.five_years" or rule == "period.five_year_plan"
        else:
            stretch = True
            if frame.status != "actual":
                for first, last, deadline in self._deadlines:
                    if first <= start < last:
                        return deadline, "period.deadline"
        if frame.from_length and period and TO.match(self.view[end : end + 14]):
            # 由A提高到B: A is of the year before, unless a date stands between 由 and A.
            dated = found is not None and found.start >= start - frame.from_length - 1
            if dated and period[:4].isdigit():
                self._base = (frame.sentence[0], period)
            elif self._base is not None and self._base[0] == frame.sentence[0]:
                return self._base[1], "period.earlier"  # 由1997年的A增加到2002年的B，其中高速公路由C增加到D
            elif period[:4].isdigit():
                return str(int(period[:4]) - 1), "period.earlier"
        if stretch and period and len(period) == 9 and period[4] == "/" and frame.status == "actual":
            reached = frame.origin is not None or (frame.before is not None and TO.match(frame.gap))
            if reached or (role in _LEVELS and _REACHED.search(left)):
                return period[5:], "period.later"
        return period, rule

    def _carry(self, frame: Frame) -> None:
        """Whether a date of the sentence before still holds for this one."""
        last = self._anchors[-1] if self._anchors else self._carried
        self._carried = None
        stated = self._stated
        if stated is not None and len(stated) == 9 and stated[4] == "/":
            # In a chapter on five years a year that opens a sentence goes on to the end of its paragraph.
            self._carried = self.reader.opening_year(frame.sentence[0])
            return
        if last is None or self._sentence < 0:
            return
        view, start = self.view, frame.sentence[0]
        if not self.periods.dated:
            self._carried = self.reader.last_date(start)
            return
        if last.rule not in _LASTING or "\n" in view[max(0, start - 2) : start]:
            return
        if view[start - 1 : start] in ("；", ";"):
            self._carried = last
            return
        opening = view[start : start + 3]
        if len(opening.strip()) == 3 and opening in view[self._sentence : start]:
            self._carried = last


def _is_plan_title(title: str) -> bool:
    return any(word in title for word in ("计划", "打算", "安排", "任务", "目标", "思路", "重点"))
