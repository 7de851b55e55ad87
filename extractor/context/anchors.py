"""Dates and time words of a sentence, with the periods they stand for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from extractor.context.isodates import PARTS, month_end, months, resolve
from extractor.context.reportyears import DocumentPeriods
from extractor.model import Span
from extractor.numbers.scan import Mention
from extractor.reading.layout import Layout

#: Words that name a time without a date. Their first characters stand in front: most places of a text fail there.
WORDS: Final = re.compile(
    r"(?=[上下第一二三四前首今本全年当去明来期岁截到迄目至“\"十过这近五未])(?:"
    r"(?P<part>上半年|下半年|第?[一二三四]季度|前三个?季度|前两季度|首季)(?P<edge>末|底)?"
    r"|(?P<this>今年|本年度?|全年|年内|当年)(?P<since>以来)?"
    r"|(?P<last>去年|上年度?|前一年)(?P<lastend>末|底)?|(?P<next>明年|来年)(?P<nextend>末|底)?"
    r"|(?P<end>年末|年底|期末|岁末)(?!前)|(?P<deadline>年底前|年底之前)"
    r"|(?P<now>截[至止](?:目前|今|发稿|日前)|到目前为止|迄今|目前已?(?!的)|至今)"
    r"|(?P<plan>[“\"]?十[一二三四五六]五[”\"]?)(?:规划)?(?P<planpart>时期|期间|以来|末|期末|初)?"
    r"|(?P<five>(?:过去|这|近)?五年(?:来|间|中)|(?:过去|这)五年|本届政府(?:任期内?|以来)?)|(?P<fiveahead>(?:今后|未来)五年))"
)
#: Where such a word may begin: at its first character with its second behind it. The engine skips to the first.
WORD_AT: Final = re.compile(
    r"[上下第一二三四前首今本全年当去明来期岁截到迄目至“\"十过这近五未](?=[年半季内末底届今前后去来目至止一二三四五六十两])"
)
#: Words before a date that make it the base of a comparison, not the period of what follows.
_COMPARED: Final = ("比", "较", "与", "同", "按", "以", "是", "相当于", "相比于")
#: What may stand between the head of a clause and a date that rules the clauses behind it too.
_OPENS: Final = re.compile(
    r"^[\s　“\"(（]*(?:[一二三四五六七八九十]是|其中|但|而|自|从|到|至|在|于|截至|截止|力争|确保|争取|预计|计划|"
    r"刚刚过去的|过去的|全[省市县区]|我[省市县区镇]|今年以来|以及|与|和|、|[^一-鿿])*$"
)
_UPTO: Final = ("到", "至", "止")
_UNTIL: Final = ("截至", "截止", "止", "截止到", "截至到")
_BETWEEN_YEARS: Final = frozenset({"、", "和", "及", "与"})
_YEAR_PART: Final = ("上半", "下半", "一季", "二季", "三季", "四季", "前三")


@dataclass(slots=True)
class Anchor:
    """A date or time word in the text with the period it stands for."""

    start: int
    end: int
    period: str
    rule: str
    reach: int | None = None
    """Where its force ends: a date inside a phrase (2022年度考核优秀的) says nothing of the clauses behind it."""


def _start(anchor: Anchor) -> int:
    return anchor.start


class AnchorReader:
    """Reads the anchors of one document, sentence by sentence in text order."""

    def __init__(
        self,
        periods: DocumentPeriods,
        view: str,
        layout: Layout,
        dates: Sequence[Mention],
        repaired: Mapping[int, str],
    ) -> None:
        self.periods = periods
        self.view = view
        self.layout = layout
        self.dates = dates
        self.repaired = repaired
        """Start of a damaged date -> what it most likely said (截至815日 -> 2023-08-15)."""
        self._starts = [date.start for date in dates]
        self._position = 0

    def resolve(self, date: Mention, year: int | None, *, upto: bool) -> str | None:
        """The period of a date; ``year`` is the section's, for dates that print none."""
        own = year if year is not None else self.periods.report
        if not self.periods.dated:
            own = self._named_year(date.start) or own
        if date.start in self.repaired:
            iso = self.repaired[date.start].partition("/")[0]
            if own is not None and len(iso) == 10 and not self.view.startswith(iso[:4], date.start):
                iso = f"{own}{iso[4:]}"  # no year is printed
            return resolve(iso, None, "", own, upto=upto)
        if date.date is None or date.rule in ("damaged", "time"):
            return None
        first, last, flag = date.date[:3]
        return resolve(first, last, flag, own, upto=upto)

    def _named_year(self, offset: int) -> int | None:
        """The year an undated document named last before ``offset``: 1992年5月…，8月."""
        i = bisect_right(self._starts, offset) - 1
        for date in reversed(self.dates[max(0, i - 8) : i]):
            if date.date is not None and date.date[0][:4].isdigit() and date.date[2] not in ("decade", "century"):
                last = date.date[1] or ""
                return int(last[:4] if last[:4].isdigit() else date.date[0][:4])
        return None

    def read(self, sentence: Span, year: int | None) -> list[Anchor]:
        """The anchors of a sentence, in order."""
        start, end = sentence
        anchors: list[Anchor] = []
        dates, position = self.dates, self._position
        while position < len(dates) and dates[position].end <= start:
            position += 1
        self._position = position
        while position < len(dates) and dates[position].start < end:
            self._date(dates[position], start, anchors, year)
            position += 1
        for opening in WORD_AT.finditer(self.view, start, end):
            at = opening.start()
            word = WORDS.match(self.view, at, end) if at >= start else None
            if word is None:
                continue
            start = word.end()
            if not self._in_date(at):  # the 年底 of 2024年底
                named = self._word(word, anchors, year)
                if named is not None:
                    anchors.append(named)
        if len(anchors) > 1:
            anchors.sort(key=_start)
        return anchors
    def _in_date(self, offset: int) -> bool:
        i = bisect_right(self._starts, offset) - 1
        return i >= 0 and offset < self.dates[i].end

    def _date(self, date: Mention, start: int, anchors: list[Anchor], year: int | None) -> None:
        """Append what a date of a sentence that begins at ``start`` stands for; ``anchors`` are those before it."""
        view = self.view
        if view[date.start - 1 : date.start] == "《":
            return
        left = view[max(start, date.start - 8) : date.start].rstrip()
        compared = left.endswith(_COMPARED)
        upto = left.endswith(_UPTO)
        period = self.resolve(date, year, upto=upto and left.endswith(_UNTIL))
        if not period or (len(period) == 4 and view[date.end : date.end + 2] in _YEAR_PART):
            return
        clause = self.layout.clause(date.start)
        if date.date is not None and date.date[2] == "since" and not compared:
            end_year = self.periods.report
            if len(period) == 4 and end_year is not None and int(period) < end_year:
                period = f"{period}/{end_year}"
            anchors.append(Anchor(date.start, date.end, period, "period.since", clause[1]))
            return
        before = anchors[-1] if anchors else None
        if (
            before is not None
            and len(period) == len(before.period) == 4
            and view[before.end : date.start] in _BETWEEN_YEARS
        ):
            period = f"{before.period}/{period}"  # 2014、2015两年
        reach = None
        if not upto and self.periods.dated and not _OPENS.search(view[clause[0] : date.start]):
            reach = clause[1]
        rule = "period.compared" if compared else "period.upto" if upto else "period.date"
        anchors.append(Anchor(date.start, date.end, period, rule, reach))

    def _word(self, word: re.Match[str], anchors: Sequence[Anchor], year: int | None) -> Anchor | None:
        named = [a for a in anchors if a.end <= word.start() and word.start() - a.end <= 1 and len(a.period) == 4]
        own = int(named[-1].period) if named else year
        start, end = word.span()
        left = self.view[max(0, start - 3) : start]
        compared = left.rstrip().endswith(_COMPARED)
        if (compared and not word["plan"]) or (word["last"] and left[-1:] in ("由", "从")):
            return None
        if word["now"]:
            p = self.periods
            if p.issued and p.default and len(p.default) > 4 and not word["now"].startswith("目前"):
                return Anchor(start, end, p.issued, "period.now")
            return Anchor(start, end, p.default, "period.now") if p.default and not p.dated else None
        if word["plan"]:
            first = five_year(word["plan"])
            if word["planpart"] in ("时期", "期间", "以来"):
                return Anchor(start, end, f"{first}/{first + 4}", "period.five_year_plan")
            if word["planpart"] in ("末", "期末"):
                return Anchor(start, end, str(first + 4), "period.compared" if compared else "period.five_year_plan")
            return None
        if own is None:
            return None
        if word["part"]:
            first, last = PARTS[word["part"]]
            if word["edge"]:
                return Anchor(start, end, month_end(own, last), "period.part_end")
            return Anchor(start, end, months(own, first, last), "period.part")
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
        if word["fiveahead"] and self.periods.plan:
            return Anchor(start, end, f"{self.periods.plan}/{self.periods.plan + 4}", "period.five_years")
        return None

    def opening_year(self, offset: int) -> Anchor | None:
        """The year that opened a sentence last in the paragraph of ``offset``: 刚刚过去的2025年，…。GDP增长5.8%."""
        first = self.layout.paragraph(offset)[0]
        i = bisect_right(self._starts, offset) - 1
        while i >= 0 and self.dates[i].start >= first:
            date = self.dates[i]
            i -= 1
            head = self.view[self.layout.sentence(date.start)[0] : date.start]
            if date.date is None or date.date[2] or len(date.date[0]) != 4 or date.date[1] or not _OPENS.search(head):
                continue
            return Anchor(date.start, date.end, date.date[0], "period.date")
        return None

    def last_date(self, offset: int) -> Anchor | None:
        """The date that an undated document named last in the section of ``offset``."""
        i = bisect_right(self._starts, offset) - 1
        section = self.layout.section(offset)
        first = section.start if section is not None else 0
        while i >= 0 and self.dates[i].start >= first:
            date = self.dates[i]
            left = self.view[max(0, date.start - 8) : date.start]
            if not left.rstrip().endswith(_COMPARED):
                period = self.resolve(date, self.periods.report, upto=False)
                if period:
                    return Anchor(date.start, date.end, period, "period.carried")
            i -= 1
        return None


def five_year(word: str) -> int:
    """First year of a five-year plan: 十四五 -> 2021 (the 10th ran 2001-2005)."""
    return 2001 + 5 * "一二三四五六七八九".find(word.strip("“”\"")[1]) + 5 if "十" in word else 0


