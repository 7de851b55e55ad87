"""The commented template that ``extractor patterns new`` writes."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import UsageError

_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+\Z")

_HEAD = """\
# Indicators of the topic "{topic}". All keys are explained in docs/indicators.md.
"""

_TEMPLATE = """\
- id: {id}
  topic: {topic}
  label_zh: 中文名称
  label_en: English label
  unit: 户            # unit of the table: 户 人 人次 元 % 个 处 座 项 亩 公里 吨 ...
  kind: stock         # stock (at a date), flow (in a period), share (%), growth (%), per_unit (人均), standard
  definition: What is counted, at which time, for whom; and what it is not.
  # note: remarks for colleagues
  # units: [个, 项, 处]        # every unit or measure word that reports print it with
  claims:
    # Each claim is an alternative; everything in one claim must hold. `A|B` means A or B, and a name of terms.yaml
    # stands for all wordings of that set.
    - clause: [指标词语一|指标词语二]     # in the figure's subject or its own words
      # near: [..]                    # ... or in the words just before; wider: sentence, context
      not: [排除词语]                  # a near miss: none of these may be there
      # status: [actual]             # default: actual and target
      # part: true                   # may claim a part after 其中
  examples:             # at least three, worded differently; each must give this value, once
    - text: 截至2023年底，全县指标词语一1234户。
      value: 1234
    - text: 全年指标词语二1.2万户。
      value: 12000
    - text: 2025年计划指标词语一560户。
      value: 560
      status: target
  rejects:              # at least two near misses, in which nothing may be claimed
    - 全县排除词语指标词语一96户。
    - 全县现有农户5.6万户。
"""


def write_template(identity: str, folder: Path) -> Path:
    """Write the template of a new entry into ``folder/indicators/TOPIC.yaml`` (appended where the file exists).

    Raises :class:`UsageError` for an id that is not ``topic.what...`` or that the file already holds.
    """
    if not _ID.match(identity):
        hint = "use small letters, digits, _ and dots: topic.what.unit"
        raise UsageError(f"'{identity}' is no indicator id", hint=hint)
    topic = identity.split(".")[0]
    path = folder / "indicators" / f"{topic}.yaml"
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if re.search(rf"^- id:\s*[\"']?{re.escape(identity)}[\"']?\s*(?:#.*)?$", before, re.MULTILINE):
        raise UsageError(f"'{identity}' is there already", where=str(path), hint="edit it, or take another id")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = before.rstrip("\n") + "\n\n" if before.strip() else _HEAD.format(topic=topic) + "\n"
    path.write_text(text + _TEMPLATE.format(id=identity, topic=topic), encoding="utf-8")
    return path
