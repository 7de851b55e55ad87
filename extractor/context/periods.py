"""The period or date a figure refers to, written as ISO 8601 (``2023``, ``2023-11-30``, ``2023-01/2023-06``).

The document gives the years of report and plan (title, date of issue); a section may narrow them (2023年工作回顾,
下半年工作计划, “十四五”时期); the sentence decides (截至11月底, 1-5月份, 到2025年, 上年). An interval of months is
``start/end``; one of years ``2022/2024``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractor.context.frames import Frame
from extractor.model import Document
from extractor.numbers.scan import Mention
from extractor.reading.layout import Layout

#: Chinese names of half-years and quarters with their first and last month.
_PARTS = {
    "上半年": (1, 6), "下半年": (7, 12), "首季": (1, 3), "前两季度": (1, 6), "前三季度": (1, 9), "前三个季度": (1, 9),
    "一季度": (1, 3), "二季度": (4, 6), "三季度": (7, 9), "四季度": (10, 12),
    "第一季度": (1, 3), "第二季度": (4, 6), "第三季度": (7, 9), "第四季度": (10, 12),
}
_WORDS = re.compile(
    r"(?P<part>上半年|下半年|第?[一二三四]季度|前三个?季度|前两季度|首季)(?P<edge>末|底)?"
    r"|(?P<this>今年|本年度?|全年|年内|当年)(?P<since>以来)?|(?P<last>去年|上年度?|前一年)(?P<lastend>末|底)?|(?P<next>明年|来年)(?P<nextend>末|底)?"
    r"|(?P<end>年末|年底|期末|岁末)(?!前)|(?P<deadline>年底前|年底之前)|(?P<now>截[至止](?:目前|今|发稿|日前)|到目前为止|迄今|目前已?(?!的)|至今)"
    r"|(?P<plan>[“\"]?十[一二三四五六]五[”\"]?)(?:规划)?(?P<planpart>时期|期间|以来|末|期末|初)?"
    r"|(?P<five>(?:过去|这|近)?五年(?:来|间|中)|本届政府(?:任期内?|以来)?)"
)
#: Words before a date that make it the base of a comparison, not the period of what follows.
_COMPARED = re.compile(r"(?:比|较|与|同|相当于|按|以|相比于?|是)(?:\s*)$")
#: What may stand between the head of a clause and a date that rules the clauses behind it too.
_OPENS = re.compile(
    r"^[\s　“\"(（]*(?:[一二三四五六七八九十]是|其中|但|而|自|从|到|至|在|于|截至|截止|力争|确保|争取|预计|计划|全[省市县区]|我[省市县区镇]|今年以来|以及|与|和|、|[^一-鿿])*$"
)
_UPTO = re.compile(r"(?:截[至止]|到|至|截止到|截至到|止)\s*$")
_DEADLINE = re.compile(r"(?:完成时限|完成时间|时间要求|时限|完成期限)[:：]?\s*$")
_AS_OF = re.compile(r"[(（]截[至止]到?")
_LASTLEVEL = re.compile(r"(?:上年|去年)(?:同期|末|底|全年|度|执行数|决算数)?的?\s*$")
_FROM = re.compile(r"(?:由|从)[^，。；,;]{0,12}$")
_TO = re.compile(
    r"^[^，。；,;]{0,8}(?:增加|提高|增长|上升|扩大|提升|发展|下降|减少|降低|缩小|回落|攀升|跃升|跃)(?:到|至|为)"
)
_UNTIL = ("截至", "截止", "止", "截止到", "截至到")
_YEAR_PART = ("上半", "下半", "一季", "二季", "三季", "四季", "前三")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~～至](?:19|20)\d\d年)")
_CN_YEAR = re.compile(r"([一二三四五六七八九〇○零O０Ｏ]{4})年")
_CN = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "O": "0"}
_STRETCH = re.compile(r"((?:19|20)\d\d)年?\s?(?:[-—~～]{1,2}|至|到)\s?((?:19|20)\d\d)年")
_HALF = re.compile(r"上半年|下半年|前三季度|第?[一二三四]季度|(?<!\d)1[-—~～至](\d{1,2})月")


@dataclass(frozen=True, slots=True)
class DocumentPeriods:
    """What the document says about its years; any of them may be unknown."""

    report: int | None = None
    plan: int | None = None
    default: str | None = None
    """Period of an undated result: the report year, or the part of it that the title names."""
    ahead: str | None = None
    """Period of an undated plan."""
    issued: str | None = None
    dated: bool = False
    """Whether title or date of issue fix the year; else dates in the text carry from sentence to sentence."""


def years_in(text: str) -> list[int]:
    """Years a text names, Arabic or Chinese (二〇二三年), in order."""
    found = [int(y) for y in _YEAR.findall(text)]
    for word in _CN_YEAR.findall(text):
        digits = "".join(_CN.get(c, "") for c in word)
        if len(digits) == 4 and digits[:2] in ("19", "20"):
            found.append(int(digits))
    return found


def document_periods(document: Document, view: str, title: str, plans: bool | None) -> DocumentPeriods:
    """Read the years of report and plan from title and date of issue, then from the text.

    ``plans`` says whether the title announces a plan (True), results (False) or both or neither (None).
    """
    issued = document.issued
    years = sorted(set(years_in(title)))
    issue_year = int(issued[:4]) if issued else None
    early = bool(issued) and issued is not None and issued[5:7] <= "06"
    if not years:
        head = years_in(view[:600])
        if issue_year is not None:
            recent = [y for y in head if issue_year - 1 <= y <= issue_year]
            report = (max(recent) if recent else issue_year) if not early else issue_year - 1
            part = _HALF.search(title)
            if early and (f"{issue_year}年" in view[:1500]) and f"{issue_year - 1}年" not in view[:1500]:
                report = issue_year
            if part:
                report = issue_year
            plan = issue_year if early and report < issue_year else report + 1
            if plans is True:
                plan = issue_year if issued is not None and issued[5:7] <= "09" else issue_year + 1
                report = plan - 1
                stretch = _STRETCH.search(view[:2500])
                if stretch and int(stretch[1]) <= plan <= int(stretch[2]):
                    return DocumentPeriods(report, plan, str(report), f"{stretch[1]}/{stretch[2]}", issued, True)
        else:
            counted = Counter(years_in(view))
            if not counted:
                return DocumentPeriods()
            report = max(counted, key=lambda y: (counted[y], y)) if len(counted) < 4 else max(
                (y for y in counted if counted[y] >= 2), default=max(counted)
            )
            plan = report + 1
            return DocumentPeriods(report, plan, str(report), str(plan), None, False)
    elif len(years) >= 2 and plans is not True:
        report, plan = years[0], years[-1]
        if plan - report > 1:
            return DocumentPeriods(plan, plan + 1, f"{report}/{plan}", f"{plan + 1}", issued, True)
    elif len(years) >= 2:
        return DocumentPeriods(years[0] - 1, years[0], str(years[0] - 1), f"{years[0]}/{years[-1]}", issued, True)
    elif "政府工作报告" in title or plans is True:
        year = years[0]
        ahead = plans is True or (issue_year == year and early) or f"{year - 1}年工作回顾" in view or (
            issue_year is None and f"{year}年工作" in view and f"{year - 1}年" in view
        )
        report, plan = (year - 1, year) if ahead else (year, year + 1)
    else:
        report = years[0]
        plan = report + 1
    part = _HALF.search(title)
    default, ahead_text = str(report), str(plan)
    if part and len(years) <= 1:
        months = _PARTS.get(part.group()) or (1, int(part.group(1) or 12))
        if 1 <= months[1] <= 12 and title[part.end() : part.end() + 4] != "工作计划":
            default = _months(report, *months)
            ahead_text = _months(report, 7, 12) if "下半年" in title else str(report)
            plan = report
    return DocumentPeriods(report, plan, default, ahead_text, issued, True)


def _months(year: int, first: int, last: int) -> str:
    return f"{year}-{first:02d}/{year}-{last:02d}"


def month_end(year: int, month: int) -> str:
    """Last day of a month."""
    return f"{year}-{month:02d}-{monthrange(year, month)[1]:02d}"


@dataclass(slots=True)
class Anchor:
    """A date or time word in the text with the period it stands for."""

    start: int
    end: int
    period: str
    rule: str
    reach: int | None = None
    """Where its force ends: a date inside a phrase (2022年度考核优秀的) says nothing of the clauses behind it."""


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
        self.repaired = repaired or {}
        """Start of a damaged date -> what it most likely said (截至713日 -> 2023-07-13)."""
        self.view = view
        self.layout = layout
        self.dates = dates
        self._sections: dict[tuple[str, ...], tuple[str | None, int | None, bool]] = {}
        self._starts = [date.start for date in dates]
        self._deadlines = self._read_deadlines()
        self._position = 0
        self._sentence = -1
        self._anchors: list[Anchor] = []
        self._carried: Anchor | None = None
        self._previous = ""

    # -- sections ---------------------------------------------------------------------------------------------

    def section(self, path: tuple[str, ...], planned: bool) -> tuple[str | None, int | None]:
        """Default period and year of a section."""
        if path not in self._sections:
            self._sections[path] = self._read_section(path)
        period, year, own = self._sections[path]
        if own:
            return period, year
        p = self.periods
        return (p.ahead, p.plan) if planned else (p.default, p.report)

    def _read_section(self, path: tuple[str, ...]) -> tuple[str | None, int | None, bool]:
        p = self.periods
        for title in reversed(path):
            if title in self.title and len(title) * 2 > len(self.title):
                continue
            years = years_in(title)
            if years:
                year = years[-1]
                part = _HALF.search(title)
                if part:
                    months = _PARTS.get(part.group()) or (1, min(int(part.group(1) or 12), 12))
                    return _months(year, *months), year, True
                return (f"{years[0]}/{year}" if len(years) > 1 and years[0] < year else str(year)), year, True
            word = _WORDS.search(title)
            if word and word.lastgroup:
                if word["plan"] and word["planpart"] in ("时期", "期间", "以来"):
                    first = _five_year(word["plan"])
                    return f"{first}/{first + 4}", first + 4, True
                if word["five"] and p.report:
                    return f"{p.report - 4}/{p.report}", p.report, True
                if word["this"] and p.report and _is_plan_title(title):
                    return str(p.plan), p.plan, True
                if word["part"] and (p.report or p.plan) and "计划" in title:
                    base = p.report or p.plan or 0
                    return _months(base, *_PARTS[word["part"]]), base, True
        return None, None, False

    def _read_deadlines(self) -> list[tuple[int, int, str]]:
        """Spans of paragraphs that end in 完成时限：…, with the date."""
        spans = []
        for date in self.dates:
            if _DEADLINE.search(self.view[max(0, date.start - 8) : date.start]):
                period = self._resolve(date, None, upto=True)
                if period:
                    start = self._task_start(date.start)
                    spans.append((start, date.start, period))
        return spans

    def _task_start(self, offset: int) -> int:
        """Where the task begins that ends in a deadline: its numbered section, or the one above a 3. or (3)."""
        sections = self.layout.sections
        i = bisect_right(self.layout.section_starts, offset) - 1
        while i > 0 and sections[i].depth >= 3:
            i -= 1
        return sections[i].start if i >= 0 else self.layout.paragraph(offset)[0]

    # -- dates ------------------------------------------------------------------------------------------------

    def _resolve(self, date: Mention, year: int | None, *, upto: bool) -> str | None:
        own = year if year is not None else self.periods.report
        if date.start in self.repaired:
            iso = self.repaired[date.start].partition("/")[0]
            if own is not None and len(iso) == 10 and not self.view.startswith(iso[:4], date.start):
                iso = f"{own}{iso[4:]}"  # no year is printed
            return resolve(iso, None, "", own, upto=upto)
        if date.date is None or date.rule in ("damaged", "time"):
            return None
        first, last, flag = date.date[:3]
        return resolve(first, last, flag, own, upto=upto)

    def _read_sentence(self, frame: Frame, year: int | None) -> list[Anchor]:
        start, end = frame.sentence
        view = self.view
        anchors: list[Anchor] = []
        while self._position < len(self.dates) and self.dates[self._position].end <= start:
            self._position += 1
        i = self._position
        while i < len(self.dates) and self.dates[i].start < end:
            date = self.dates[i]
            i += 1
            left = view[max(start, date.start - 8) : date.start]
            if _COMPARED.search(left) or view[date.start - 1 : date.start] == "《":
                continue
            upto = _UPTO.search(left) is not None
            period = self._resolve(date, year, upto=upto and left.rstrip().endswith(_UNTIL))
            if period:
                if len(period) == 4 and view[date.end : date.end + 2] in _YEAR_PART:
                    continue
                rule = "period.upto" if upto else "period.date"
                anchor = Anchor(date.start, date.end, period, rule)
                if not upto and self.periods.dated and not _OPENS.search(view[self._clause_start(date.start) : date.start]):
                    anchor.reach = self.layout.clause(date.start)[1]
                if anchors and len(period) == 4 and len(anchors[-1].period) == 4 and anchors[-1].end >= date.start - 1:
                    if view[anchors[-1].end : date.start] in ("、", "和", "及", "与"):
                        anchor.period = f"{anchors[-1].period}/{period}"
                anchors.append(anchor)
        printed = [(date.start, date.end) for date in self.dates[self._position : i]]
        for word in _WORDS.finditer(view, start, end):
            if any(a <= word.start() < b for a, b in printed):
                continue  # the 年底 of 2024年底
            anchor = self._word(word, anchors, year)
            if anchor is not None:
                anchors.append(anchor)
        anchors.sort(key=lambda a: a.start)
        return anchors

    def _clause_start(self, offset: int) -> int:
        return self.layout.clause(offset)[0]

    def _word(self, word: re.Match[str], anchors: Sequence[Anchor], year: int | None) -> Anchor | None:
        named = [a for a in anchors if a.end <= word.start() and word.start() - a.end <= 1 and len(a.period) == 4]
        own = int(named[-1].period) if named else year
        start, end = word.span()
        left = self.view[max(0, start - 3) : start]
        if _COMPARED.search(left) or (word["last"] and left[-1:] in ("由", "从")):
            return None
        if word["now"]:
            p = self.periods
            if p.issued and p.default and len(p.default) > 4 and not word["now"].startswith("目前"):
                return Anchor(start, end, p.issued, "period.now")
            return Anchor(start, end, p.default, "period.now") if p.default and not p.dated else None
        if word["plan"]:
            first = _five_year(word["plan"])
            if word["planpart"] in ("时期", "期间", "以来"):
                return Anchor(start, end, f"{first}/{first + 4}", "period.five_year_plan")
            if word["planpart"] in ("末", "期末"):
                return Anchor(start, end, str(first + 4), "period.five_year_plan")
            return None
        if own is None:
            return None
        if word["part"]:
            months = _PARTS[word["part"]]
            if word["edge"]:
                return Anchor(start, end, month_end(own, months[1]), "period.part_end")
            return Anchor(start, end, _months(own, *months), "period.part")
        if word["last"]:
            period = f"{own - 1}-12-31" if word["lastend"] else str(own - 1)
            return Anchor(start, end, period, "period.last_year", self.layout.clause(start)[1])
        if word["next"]:
            return Anchor(start, end, f"{own + 1}-12-31" if word["nextend"] else str(own + 1), "period.next_year")
        if word["end"]:
            return Anchor(start, end, f"{own}-12-31", "period.year_end")
        if word["deadline"]:
            return Anchor(start, end, f"{own}-12-31", "period.deadline")
        if word["this"] and word["this"] in ("全年", "当年", "年内"):
            before = [a for a in anchors if a.end <= start and a.rule in ("period.date", "period.upto")]
            return Anchor(start, end, before[-1].period[:4] if before else str(own), "period.whole_year")
        if word["five"]:
            return Anchor(start, end, f"{own - 4}/{own}", "period.five_years")
        return None

    def _last_date(self, offset: int) -> Anchor | None:
        """The date that an undated document named last in the section of ``offset``."""
        i = bisect_right(self._starts, offset) - 1
        section = self.layout.section(offset)
        first = section.start if section is not None else 0
        while i >= 0 and self.dates[i].start >= first:
            date = self.dates[i]
            left = self.view[max(0, date.start - 8) : date.start]
            if not _COMPARED.search(left):
                period = self._resolve(date, self.periods.report, upto=False)
                if period:
                    return Anchor(date.start, date.end, period, "period.carried")
            i -= 1
        return None

    # -- figures ----------------------------------------------------------------------------------------------

    def set_period(self, frame: Frame, planned: bool) -> None:
        """Fill ``period`` and ``why_period``; needs role and status."""
        path = frame.section.path if frame.section else ()
        default, year = self.section(path, planned)
        if frame.sentence[0] != self._sentence:
            self._carry(frame)
            self._sentence = frame.sentence[0]
            self._anchors = self._read_sentence(frame, year)
        frame.period, frame.why_period = self._period(frame, default, year)

    def _period(self, frame: Frame, default: str | None, year: int | None) -> tuple[str | None, str]:
        if frame.chain is not None and frame.chain.end >= frame.start - 2:
            return frame.chain.period, "period.list"
        found: Anchor | None = None
        for anchor in self._anchors:
            if anchor.start == frame.end and anchor.rule == "period.date":
                return anchor.period, "period.noun"  # 37个2017年出列贫困村
            if anchor.start < frame.start and (anchor.reach is None or frame.start < anchor.reach):
                if anchor.rule == "period.deadline" and found is not None and found.rule == "period.date":
                    continue
                found = anchor
        if found is not None and found.rule == "period.year_end" and frame.role in ("growth", "change"):
            return found.period[:4], "period.whole_year"
        if frame.role == "growth" and default and len(default) == 9 and "年均" in frame.left:
            return default, "period.document"
        bracket = _AS_OF.match(self.view, frame.end)
        if bracket is not None:
            for anchor in self._anchors:
                if bracket.end() <= anchor.start <= bracket.end() + 1:
                    return anchor.period, anchor.rule
        if frame.role in ("level", "per_unit") and year is not None and _LASTLEVEL.search(frame.left):
            base = int(found.period[:4]) if found is not None and found.rule != "period.last_year" else year
            return str(base - 1), "period.last_year"
        if found is None and frame.role in ("per_unit", "level") and "每年" in frame.lead[-24:]:
            return default, "period.each_year"
        if found is None:
            found = self._carried
        period, rule = (found.period, found.rule) if found is not None else (default, "period.document")
        if found is None and frame.status != "actual":
            for start, end, deadline in self._deadlines:
                if start <= frame.start < end:
                    return deadline, "period.deadline"
        if found is None and period and _FROM.search(frame.left) and _TO.match(self.view[frame.end : frame.end + 14]):
            first = period[:4]
            if first.isdigit():
                return str(int(first) - 1), "period.earlier"
        if found is None and period and len(period) == 9 and frame.before is not None and _TO.match(frame.gap):
            return period[5:], "period.later"
        return period, rule

    def _carry(self, frame: Frame) -> None:
        """Whether a date of the sentence before still holds for this one."""
        last = self._anchors[-1] if self._anchors else self._carried
        self._carried = None
        if last is None or self._sentence < 0:
            return
        view, start = self.view, frame.sentence[0]
        gap = view[max(0, start - 2) : start]
        if "\n" in gap and self.periods.dated:
            return
        if not self.periods.dated:
            self._carried = self._last_date(start)
            return
        if last.rule not in ("period.upto", "period.year_end", "period.part_end"):
            return
        if view[start - 1 : start] in ("；", ";"):
            self._carried = last
            return
        opening = view[start : start + 3]
        if len(opening.strip()) == 3 and opening in view[self._sentence : start]:
            self._carried = last


def _is_plan_title(title: str) -> bool:
    return any(word in title for word in ("计划", "打算", "安排", "任务", "目标", "思路", "重点"))


def _five_year(word: str) -> int:
    """First year of a five-year plan: 十四五 -> 2021 (the 10th ran 2001-2005)."""
    return 2001 + 5 * "一二三四五六七八九".find(word.strip("“”\"")[1]) + 5 if "十" in word else 0


def resolve(first: str, last: str | None, flag: str, year: int | None, *, upto: bool = False) -> str | None:
    """The period of a printed date (ISO points as of :mod:`extractor.numbers.dates`); a month takes ``year``.

    With ``upto`` (截至11月) or a flag ``end`` or ``before`` (11月底, 6月底前) a month or year stands for its last day.

    >>> resolve("--11", None, "end", 2023)
    '2023-11-30'
    >>> resolve("2023-01", "2023-05", "", None)
    '2023-01/2023-05'
    """
    start = _with_year(first, year)
    if start is None or flag in ("decade", "century"):
        return None
    if last:
        stop = _with_year(last, int(start[:4]))
        if stop is None:
            return start
        return stop if upto and len(stop) > 4 else f"{start}/{stop}"
    if "Q" in start:
        quarter = int(start[-1])
        months = (quarter * 3 - 2, quarter * 3)
        return month_end(int(start[:4]), months[1]) if upto or flag in ("end", "before") else _months(int(start[:4]), *months)
    if flag in ("end", "before") or upto:
        if len(start) == 4:
            return f"{start}-12-31" if flag == "end" or flag == "before" else start
        if len(start) == 7:
            return month_end(int(start[:4]), int(start[5:7]))
    return start


def _with_year(point: str, year: int | None) -> str | None:
    if not point.startswith("--"):
        return point
    if year is None or point.startswith("---"):
        return None
    return f"{year}-{point[2:]}"
