"""Role and direction of a figure: level, share, growth, change, per unit or criterion.

Directions follow the printed verb: 下降2.1% is the value 2.1 with direction ``down``; observations carry the sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from extractor.context.cues import Cue
from extractor.context.frames import Frame

_PERCENT = frozenset({"%", "‰", "成", "个百分点", "倍", "番", "个千分点"})
_SPANS = frozenset({"个月", "天", "日", "年", "小时", "分钟", "周", "个工作日"})
#: Measured properties, of which an average (年平均气温) is no rate per unit.
_PHYSICAL = frozenset({"℃", "摄氏度", "分贝", "毫米", "分", "度", "毫克/升", "千伏安"})
_LAST_LEVEL = re.compile(r"(?:比|较|与|由|从)(?:上年|去年)(?:同期|末|底|度)?的?$")
_AGES = frozenset({"岁", "周岁"})


def _alike(unit: str, chain: str) -> bool:
    """Whether a figure behind another in a list is of its kind: no age behind a count (6325名80周岁以上)."""
    return (unit in _PERCENT) == (chain in _PERCENT) and (unit not in _AGES or chain in _AGES)


def set_role(frame: Frame, cues: Mapping[str, Cue]) -> None:
    """Fill ``role``, ``direction`` and ``why_role``."""
    chain = frame.chain
    if chain is not None and (frame.unit == chain.unit or _alike(frame.unit, chain.unit)):
        frame.role, frame.direction, frame.why_role = chain.role, chain.direction, "role.list"
        return
    origin = frame.origin
    if origin is not None and origin.unit == frame.unit:
        frame.role, frame.why_role = origin.role, "role.from_to"
        return
    before = frame.before
    if before is not None and before.unit == frame.unit and _LAST_LEVEL.search(frame.left):
        frame.role, frame.why_role = ("per_unit" if before.role == "per_unit" else "level"), "role.last_level"
        return
    left, right, unit = frame.left, frame.right, frame.unit
    if (unit in _AGES and "寿命" not in left and "平均年龄" not in left) or (
        frame.modifier in ("at_least", "at_most") and cues["role.criterion_after"].pattern.search(right)
    ):
        frame.role, frame.why_role = "criterion", "role.criterion_after"
    elif unit in _SPANS and (right[:1] == "内" or right[:2] in ("以内", "之内")):
        frame.role, frame.why_role = "criterion", "role.deadline"
        frame.modifier = "at_most"
    elif unit in _PERCENT:
        _relative(frame, left, cues)
    elif unit == "比例":
        frame.role, frame.why_role = "share", "role.ratio"
    elif cues["role.threshold"].pattern.search(left):
        frame.role, frame.why_role = "criterion", "role.threshold"
    elif "/" in unit:
        frame.role, frame.why_role = "per_unit", "role.rate"
    elif unit in _PHYSICAL:
        pass
    elif cues["role.per_unit"].pattern.search(left) or cues["role.standard"].pattern.search(left):
        frame.role, frame.why_role = "per_unit", "role.per_unit"
    elif cues["role.change_up"].pattern.search(left):
        frame.role, frame.direction, frame.why_role = "change", "up", "role.change_up"
    elif cues["role.change_down"].pattern.search(left):
        frame.role, frame.direction, frame.why_role = "change", "down", "role.change_down"


def _relative(frame: Frame, left: str, cues: Mapping[str, Cue]) -> None:
    if cues["role.growth_up"].pattern.search(left) or cues["role.growth_list"].pattern.search(frame.lead):
        frame.role, frame.direction, frame.why_role = "growth", "up", "role.growth_up"
    elif cues["role.growth_down"].pattern.search(left):
        frame.role, frame.direction, frame.why_role = "growth", "down", "role.growth_down"
    elif frame.unit in ("个百分点", "番", "个千分点"):
        frame.role, frame.direction, frame.why_role = "growth", "up", "role.points"
    elif (
        frame.before is not None
        and frame.before.role == "growth"
        and frame.before.unit == frame.unit
        and frame.gap.startswith("、")
        and "率" not in left
        and "占" not in left
    ):
        # 增幅依次为：云岭县8.2%、望溪县5.1%
        frame.role, frame.direction, frame.why_role = "growth", frame.before.direction, "role.list"
    else:
        frame.role, frame.why_role = "share", "role.percent"
    if frame.value is not None and frame.value < 0 and frame.role == "growth":
        frame.direction = None  # the printed sign already says it
