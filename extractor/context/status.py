"""Status of a figure: reached (actual), planned (target) or a standing norm (rule).

The document says first (a plan or a report, by its title), then the section heading, then the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from extractor.context.cues import Cue
from extractor.context.frames import Frame
from extractor.model import Status

_TIMES = frozenset({"岁", "周岁", "年", "个月", "天", "日", "小时", "个"})


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

    def __init__(self, title: str, cues: Mapping[str, Cue]) -> None:
        self.cues = cues
        self.document_plans = plan_of((title,), cues) if title else None
        self._sections: dict[tuple[str, ...], bool | None] = {}

    def plans(self, path: tuple[str, ...]) -> bool:
        """Whether a section holds plans."""
        if path not in self._sections:
            self._sections[path] = plan_of(path, self.cues)
        found = self._sections[path]
        return bool(self.document_plans if found is None else found)

    def set_status(self, frame: Frame) -> None:
        """Fill ``status`` and ``why_status``; needs the role."""
        if frame.chain is not None:
            frame.status, frame.why_status = frame.chain.status, "status.list"
            return
        frame.status, frame.why_status = self._read(frame)

    def _read(self, frame: Frame) -> tuple[Status, str]:
        cues = self.cues
        planned = self.plans(frame.section.path if frame.section else ())
        announced = cues["status.plan_words"].pattern.search(frame.lead)
        if announced and cues["status.done_words"].pattern.search(frame.lead[announced.end() :]):
            announced = None
        if frame.role == "criterion":
            if cues["status.standard_words"].pattern.search(frame.left):
                return "rule", "status.threshold"
            if frame.unit in _TIMES or planned:
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
            if duty or (planned and cues["status.rule_words"].pattern.search(frame.left)):
                return "rule", "status.rule_words"
        if planned:
            return "target", "status.plan_heading"
        return "actual", "status.report"
