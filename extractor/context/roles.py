"""Role and direction of a figure: level, share, growth, change, per unit or criterion.

Directions follow the printed verb: 下降2.1% is the value 2.1 with direction ``down``; observations carry the sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from extractor.context.cues import Cue, sign_of
from extractor.context.frames import Frame

_PERCENT: Final = frozenset({"%", "‰", "成", "个百分点", "倍", "番", "个千分点"})
_SPANS: Final = frozenset({"个月", "天", "日", "年", "小时", "分钟", "周", "个工作日"})
#: Measured properties, of which an average (年平均气温) is no rate per unit.
_PHYSICAL: Final = frozenset({"℃", "摄氏度", "分贝", "毫米", "分", "度", "毫克/升", "千伏安"})
_LAST_LEVEL: Final = re.compile(r"(?:比|较|与|由|从)(?:上年|去年)(?:同期|末|底|度)?的?$")
_AGES: Final = frozenset({"岁", "周岁"})
_BOUNDS: Final = frozenset({"at_least", "at_most"})
_WITHIN: Final = ("内", "以内", "之内")


def _alike(unit: str, chain: str) -> bool:
    """Whether a figure behind another in a list is of its kind: no age behind a count (6325名80周岁以上)."""
    return (unit in _PERCENT) == (chain in _PERCENT) and (unit not in _AGES or chain in _AGES)


class RoleReader:
    """The cues of role, compiled once."""

    def __init__(self, cues: Mapping[str, Cue]) -> None:
        self._criterion_after = cues["role.criterion_after"].pattern
        self._growth_up = cues["role.growth_up"].pattern
        self._growth_list = cues["role.growth_list"].pattern
        self._growth_down = cues["role.growth_down"].pattern
        self._growth_sign = sign_of([cues["role.growth_up"], cues["role.growth_down"]])
        self._threshold = cues["role.threshold"].pattern
        self._per_unit = cues["role.per_unit"].pattern
        self._standard = cues["role.standard"].pattern
        self._change_up = cues["role.change_up"].pattern
        self._change_down = cues["role.change_down"].pattern
        amounts = ("role.threshold", "role.per_unit", "role.standard", "role.change_up", "role.change_down")
        self._amount_sign = sign_of([cues[name] for name in amounts])

    def set_role(self, frame: Frame) -> None:
        """Fill ``role``, ``direction`` and ``why_role``."""
        unit = frame.unit
        chain = frame.chain
        if chain is not None and (unit == chain.unit or _alike(unit, chain.unit)):
            frame.role, frame.direction, frame.why_role = chain.role, chain.direction, "role.list"
            return
        origin = frame.origin
        if origin is not None and origin.unit == unit:
            frame.role, frame.why_role = origin.role, "role.from_to"
            return
        left, before = frame.left, frame.before
        if before is not None and before.unit == unit and "年" in left and _LAST_LEVEL.search(left):
            frame.role, frame.why_role = ("per_unit" if before.role == "per_unit" else "level"), "role.last_level"
            return
        right = frame.right
        if (unit in _AGES and "寿命" not in left and "平均年龄" not in left) or (
            frame.modifier in _BOUNDS and self._criterion_after.search(right)
        ):
            frame.role, frame.why_role = "criterion", "role.criterion_after"
        elif unit in _SPANS and right.startswith(_WITHIN):
            frame.role, frame.why_role = "criterion", "role.deadline"
            frame.modifier = "at_most"
        elif unit in _PERCENT:
            self._relative(frame)
        elif unit == "比例":
            frame.role, frame.why_role = "share", "role.ratio"
        elif self._amount_sign.search(left):
            self._amount(frame)
        elif "/" in unit:
            frame.role, frame.why_role = "per_unit", "role.rate"

    def _amount(self, frame: Frame) -> None:
        """An amount with a word before it that may make more of it than a level."""
        left, unit = frame.left, frame.unit
        if self._threshold.search(left):
            frame.role, frame.why_role = "criterion", "role.threshold"
        elif "/" in unit:
            frame.role, frame.why_role = "per_unit", "role.rate"
        elif unit in _PHYSICAL:
            pass
        elif self._per_unit.search(left) or self._standard.search(left):
            frame.role, frame.why_role = "per_unit", "role.per_unit"
        elif self._change_up.search(left):
            frame.role, frame.direction, frame.why_role = "change", "up", "role.change_up"
        elif self._change_down.search(left):
            frame.role, frame.direction, frame.why_role = "change", "down", "role.change_down"

    def _relative(self, frame: Frame) -> None:
        left, before = frame.left, frame.before
        grown = self._growth_sign.search(left) is not None
        if (grown and self._growth_up.search(left)) or self._growth_list.search(frame.lead):
            frame.role, frame.direction, frame.why_role = "growth", "up", "role.growth_up"
        elif grown and self._growth_down.search(left):
            frame.role, frame.direction, frame.why_role = "growth", "down", "role.growth_down"
        elif frame.unit in ("个百分点", "番", "个千分点"):
            frame.role, frame.direction, frame.why_role = "growth", "up", "role.points"
        elif (
            before is not None
            and before.role == "growth"
            and before.unit == frame.unit
            and frame.gap.startswith("、")
            and "率" not in left
            and "占" not in left
        ):
            # 增幅依次为：云岭县8.2%、望溪县5.1%
            frame.role, frame.direction, frame.why_role = "growth", before.direction, "role.list"
        else:
            frame.role, frame.why_role = "share", "role.percent"
        if frame.value is not None and frame.value < 0 and frame.role == "growth":
            frame.direction = None  # the printed sign already says it
