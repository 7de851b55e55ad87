"""Status of a figure: reached (actual), planned (target) or a standing norm (rule).

The document says first (a plan or a report, by its title), then the section heading, then the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from extractor.context.cues import Cue
from extractor.context.frames import Frame
from extractor.context.reportyears import years_in
from extractor.model import Status

#: A sentence that goes on about the plan of the one before: after a semicolon, or 一是, 二是.
_GOES_ON: Final = re.compile(r"^[；;]|^.\s?[一二三四五六七八九十]是")
_HANDED_ON: Final = frozenset({"status.plan_words", "status.future", "status.goes_on"})
_BOUNDED: Final = frozenset({"at_least", "at_most", "range"})
#: Periods that say themselves when they are, other than those taken from a document or a section.
_DATED: Final = frozenset({"period.date", "period.upto", "period.next_year"})


def plan_of(headings: tuple[str, ...], cues: Mapping[str, Cue]) -> bool | None:
    """Whether headings announce plans (True) or results (False); None where they say neither.

    The innermost heading that says something decides; one that names both (…总结及下一年工作计划) says nothing.
    """
    plan, report = cues["status.plan_heading"].pattern, cues["status.report_heading"].pattern
    for heading in reversed(headings):
        planned, reported = bool(plan.search(heading)), bool(report.search(heading))
        if planned != reported:
            return planned
    return None


class StatusReader:
    """Reads the status of the figures of one document; headings are judged once."""

    def __init__(
        self, title: str, view: str, cues: Mapping[str, Cue], report: int | None = None, plan: int | None = None
    ) -> None:
        self.view = view
        self.cues = cues
        self.title = title
        self.report, self.plan = report, plan
        self.dated = report is not None and plan is not None and report < plan
        self._future = str(plan)
        """First year of what is planned; only where the document is dated."""
        self._plan = cues["status.plan_words"].pattern
        self._done = cues["status.done_words"].pattern
        self._standard = cues["status.standard_words"].pattern
        self._standard_sign = cues["status.standard_words"].sign
        self._grant = cues["status.grant_words"].pattern
        self._duty = cues["status.duty_words"].pattern
        self._rule = cues["status.rule_words"].pattern
        self.document_plans = plan_of((title,), cues) if title else None
        self._sections: dict[tuple[str, ...], bool | None] = {}
        self._headings: dict[str, bool | None] = {}

    def plans(self, path: tuple[str, ...]) -> bool:
        """Whether a section holds plans."""
        if path not in self._sections:
            self._sections[path] = self._judge(path)
        found = self._sections[path]
        return bool(self.document_plans if found is None else found)

    def _judge(self, path: tuple[str, ...]) -> bool | None:
        for heading in reversed(path):
            if heading not in self._headings:
                self._headings[heading] = self._judge_heading(heading)
            found = self._headings[heading]
            if found is not None:
                return found
        return None

    def _judge_heading(self, heading: str) -> bool | None:
        if heading in self.title and len(heading) * 2 > len(self.title):
            return None
        found = plan_of((heading,), self.cues)
        if found is None and self.plan is not None and self.dated:
            years = years_in(heading)
            if years:
                return years[-1] >= self.plan  # 2024年主要工作 in a report on 2023
        return found

    def set_status(self, frame: Frame, planned: bool) -> None:
        """Fill ``status`` and ``why_status``; needs the role. ``planned``: whether the section holds plans."""
        if frame.chain is not None:
            frame.status, frame.why_status = frame.chain.status, "status.list"
            return
        if frame.origin is not None and frame.origin.status == "rule":
            frame.status, frame.why_status = "rule", "status.from_to"
            return
        frame.status, frame.why_status = self._read(frame, planned)

    def revise(self, frame: Frame) -> None:
        """A result dated after the year reported is a plan: 下一步，2019年… in a report on 2018."""
        period = frame.period
        if (
            frame.why_period in _DATED
            and frame.status == "actual"
            and frame.role != "criterion"
            and self.dated
            and period
            and period[:4] >= self._future
        ):
            frame.status, frame.why_status = "target", "status.future"

    def _read(self, frame: Frame, planned: bool) -> tuple[Status, str]:
        left, role, unit = frame.left, frame.role, frame.unit
        if role == "criterion":
            if self._standard.search(left):
                return "rule", "status.threshold"
            if planned or frame.why_role == "role.deadline" or self._grant.search(frame.lead[-12:] + frame.right):
                return "rule", "status.criterion"
            return "actual", "status.report"
        rated = role == "per_unit"
        priced = rated or unit == "元" or unit == "分" or "/" in unit
        if priced and self._standard_sign.search(left) and self._standard.search(left):
            return "rule", "status.standard_words"
        announced = self._plan.search(frame.lead)
        if announced is not None and not self._done.search(frame.lead[announced.end() :]):
            return "target", "status.plan_words"
        if (rated or frame.modifier in _BOUNDED) and unit != "%" and unit != "元":
            duty = self._duty.search(left)
            strict = rated or (duty is not None and not planned)
            if strict and (duty is not None or (planned and self._rule.search(left))):
                return "rule", "status.rule_words"
        if planned:
            return "target", "status.plan_heading"
        prior = frame.prior
        if (
            prior is not None
            and prior.status == "target"
            and prior.why_status in _HANDED_ON
            and prior.sentence != frame.sentence
            and _GOES_ON.search(self.view[frame.sentence[0] - 1 : frame.sentence[0] + 4])
        ):
            return "target", "status.goes_on"
        return "actual", "status.report"
