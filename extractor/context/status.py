"""Status of a figure: reached (actual), planned (target) or a standing norm (rule).

The document says first (a plan or a report, by its title), then the section heading, then the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from extractor.context.cues import Cue
from extractor.context.frames import Frame
from extractor.context.reportyears import years_in
from extractor.model import Status

#: A sentence that goes on about the plan of the one before: after a semicolon, or 一是, 二是.
_GOES_ON = re.compile(r"^[；;]|^.\s?[一二三四五六七八九十]是")


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
        self.document_plans = plan_of((title,), cues) if title else None
        self._sections: dict[tuple[str, ...], bool | None] = {}

    def plans(self, path: tuple[str, ...]) -> bool:
        """Whether a section holds plans."""
        if path not in self._sections:
            self._sections[path] = self._judge(path)
        found = self._sections[path]
        return bool(self.document_plans if found is None else found)

    def _judge(self, path: tuple[str, ...]) -> bool | None:
        headings = tuple(h for h in path if not (h in self.title and len(h) * 2 > len(self.title)))
        for heading in reversed(headings):
            found = plan_of((heading,), self.cues)
            if found is not None:
                return found
            years = years_in(heading)
            if years and self.report is not None and self.plan is not None and self.report < self.plan:
                return years[-1] >= self.plan  # 2024年主要工作 in a report on 2023
        return None

    def set_status(self, frame: Frame) -> None:
        """Fill ``status`` and ``why_status``; needs the role."""
        if frame.chain is not None:
            frame.status, frame.why_status = frame.chain.status, "status.list"
            return
        if frame.origin is not None and frame.origin.status == "rule":
            frame.status, frame.why_status = "rule", "status.from_to"
            return
        frame.status, frame.why_status = self._read(frame)

    def revise(self, frame: Frame) -> None:
        """A result dated after the year reported is a plan: 下一步，2019年… in a report on 2018."""
        period = frame.period
        if (
            frame.status == "actual"
            and frame.role != "criterion"
            and self.plan is not None
            and self.dated
            and period
            and frame.why_period in ("period.date", "period.upto", "period.next_year")
            and period[:4] >= str(self.plan)
        ):
            frame.status, frame.why_status = "target", "status.future"

    def _read(self, frame: Frame) -> tuple[Status, str]:
        cues = self.cues
        planned = self.plans(frame.section.path if frame.section else ())
        announced = cues["status.plan_words"].pattern.search(frame.lead)
        if announced and cues["status.done_words"].pattern.search(frame.lead[announced.end() :]):
            announced = None
        if frame.role == "criterion":
            if cues["status.standard_words"].pattern.search(frame.left):
                return "rule", "status.threshold"
            granted = cues["status.grant_words"].pattern.search(frame.lead[-12:] + frame.right)
            if planned or granted or frame.why_role == "role.deadline":
                return "rule", "status.criterion"
            return "actual", "status.report"
        standard = cues["status.standard_words"].pattern.search(frame.left)
        if standard and (frame.role == "per_unit" or "/" in frame.unit or frame.unit in ("元", "分")):
            return "rule", "status.standard_words"
        if announced:
            return "target", "status.plan_words"
        bound = frame.modifier in ("at_least", "at_most", "range") or frame.role == "per_unit"
        if bound and frame.unit not in ("%", "元"):
            duty = cues["status.duty_words"].pattern.search(frame.left)
            strict = frame.role == "per_unit" or (duty is not None and not planned)
            if (duty and strict) or (strict and planned and cues["status.rule_words"].pattern.search(frame.left)):
                return "rule", "status.rule_words"
        if planned:
            return "target", "status.plan_heading"
        prior = frame.prior
        if (
            prior is not None
            and prior.status == "target"
            and prior.why_status in ("status.plan_words", "status.future", "status.goes_on")
            and prior.sentence != frame.sentence
            and _GOES_ON.search(self.view[frame.sentence[0] - 1 : frame.sentence[0] + 4])
        ):
            return "target", "status.goes_on"
        return "actual", "status.report"
