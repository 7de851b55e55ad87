"""Figures of scanned pages that the recognition was not sure of."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from ..model import Figure
from .catalogue import flag_code, make_flag

#: Below this a figure is doubted. A misread digit is the error that hurts, and lines with one score below this.
THRESHOLD: Final = Decimal("0.9")

CODE: Final = flag_code(
    "low_confidence",
    severity="warning",
    blocking=True,
    title="扫描页识别置信度低",
    title_en="read from a scan without confidence",
    meaning="The figure stands on a scanned page, and the recognition was not sure of at least one of its characters: "
    "its confidence (0 to 1) is below 0.9. Look at the page (`extractor show FILE.pdf --page N --png OUT`) and correct "
    "the value in the review, or take it as it is. A figure that arithmetic confirms is flagged all the same.",
    example="a blurred scan of 全县共有监测对象1286户, where 8 could be 3",
)


def check(figure: Figure) -> Figure:
    """``figure`` with the flag where its recognition confidence is below :data:`THRESHOLD`."""
    if figure.confidence is None or figure.confidence >= THRESHOLD:
        return figure
    flag = make_flag(
        CODE,
        f"扫描页识别置信度{figure.confidence}，低于{THRESHOLD}",
        f"read from a scan with confidence {figure.confidence}, below {THRESHOLD}",
        f"第{figure.page}页：{figure.quote}",
        members=(figure.id,),
    )
    return replace(figure, flags=(*figure.flags, flag))
