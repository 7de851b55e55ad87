"""What a document says about its years: the one it reports on and the one it plans for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from extractor.context.isodates import PARTS, months
from extractor.model import Document

# The digits stand first, so that the engine skips to them; what is before them is looked at from behind.
_YEAR: Final = re.compile(r"(?:19|20)\d\d(?<!\d{5})(?=年|[-—~～至](?:19|20)\d\d年)")
_CN_YEAR: Final = re.compile(r"([一二][九〇○零O][一二三四五六七八九〇○零O]{2})年")
_CN: Final = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "O": "0"}
_STRETCH: Final = re.compile(r"((?:19|20)\d\d)年?\s?(?:[-—~～]{1,2}|至|到)\s?((?:19|20)\d\d)年")
_DATED: Final = re.compile(r"(?:19|20)\d\d年(?:底|末|初)?")
_BASE_SIGNS: Final = frozenset("从由自比较")
#: Part of the year that a title names.
PART: Final = re.compile(r"上半年|下半年|前三季度|第?[一二三四]季度|(?<!\d)1[-—~～至](\d{1,2})月")


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
    if "年" not in text:
        return []
    found = [int(y) for y in _YEAR.findall(text)]
    for word in _CN_YEAR.findall(text):
        digits = "".join(_CN.get(c, "") for c in word)
        if len(digits) == 4 and digits[:2] in ("19", "20"):
            found.append(int(digits))
    return found


def _without_bases(view: str) -> str:
    """``view`` without the years that results are compared with: 由1997年的7.4万亿元增加到, 比2019年增长. They are
    named often, but not reported on."""
    parts: list[str] = []
    done = 0
    for match in _DATED.finditer(view):
        start = match.start()
        before = 3 if view.endswith("以来的", 0, start) else 2 if view.endswith("相比", 0, start) else 1
        if before > 1 or view[start - 1 : start] in _BASE_SIGNS:
            parts.append(view[done : start - before])
            done = match.end()
    parts.append(view[done:])
    return "".join(parts)


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
            part = PART.search(title)
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
            counted = Counter(years_in(_without_bases(view)) or years_in(view))
            if not counted:
                return DocumentPeriods()
            report = max(counted, key=lambda y: (counted[y], y))
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
    part = PART.search(title)
    default, ahead_text = str(report), str(plan)
    if part and len(years) <= 1:
        span = PARTS.get(part.group()) or (1, int(part.group(1) or 12))
        if 1 <= span[1] <= 12 and title[part.end() : part.end() + 4] != "工作计划":
            default = months(report, *span)
            ahead_text = months(report, 7, 12) if "下半年" in title else str(report)
            plan = report
    return DocumentPeriods(report, plan, default, ahead_text, issued, True)
