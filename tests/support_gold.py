"""Gold annotations as figures: lets the checks be tested on annotated reports without the rest of the pipeline.

Spans, values, units, roles and subjects come from the annotation; clause and sentence are cut at the punctuation;
digit runs that no annotation covers become ``unexplained`` ledger entries, as the trunk would hand them over.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

from extractor.model import Document, Figure, LedgerEntry

_FULL = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {
    ord("，"): ord(","),
    ord("％"): ord("%"),
    ord("．"): ord("."),
    ord("／"): ord("/"),
}
_NUMBER_END = re.compile(r"[^\d]*?[\d.,\s]*(?:万亿|亿|千万|百万|万|千|百)?")
_SENTENCE = re.compile(r"[。！？\n]")
_CLAUSE = re.compile(r"[,，;；。！？\n、]")
_ISSUED = re.compile(r"(?:发布时间|发布日期|成文日期|时间)[::]?\s*(20\d\d)[-年](\d{1,2})[-月](\d{1,2})")


def fold(text: str) -> str:
    """A stand-in for the folded view: full-width digits and signs, same length."""
    return text.translate(_FULL)


def _span(pattern: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    begin = 0
    for match in pattern.finditer(text, max(0, start - 1000), start):
        begin = match.end()
    stop = pattern.search(text, end)
    return begin, stop.start() if stop else len(text)


def load(
    text_path: Path, gold_path: Path
) -> tuple[Document, str, tuple[Figure, ...], tuple[LedgerEntry, ...], list[dict]]:
    """Document, view, figures, ledger of uncovered digits, and the gold lines themselves."""
    with text_path.open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    view = fold(text)
    gold = [json.loads(line) for line in gold_path.read_text(encoding="utf-8").splitlines() if line.strip()]
    issued = _ISSUED.search(view[:1500])
    document = Document(
        id=text_path.stem,
        text=text,
        issued=f"{issued[1]}-{int(issued[2]):02d}-{int(issued[3]):02d}" if issued else None,
    )
    figures = []
    for line in gold:
        if line.get("malformed") and line["unit"] == "":
            continue
        start, end = line["start"], line["end"]
        number = _NUMBER_END.match(view, start, end)
        readings = (line.get("malformed") or {}).get("repair") or []
        indicator = line.get("indicator") or next(
            (part.get("indicator") for part in readings if part["unit"] == line["unit"]), None
        )
        figures.append(
            Figure(
                doc=document.id,
                id=line["id"],
                start=start,
                end=end,
                quote=text[start:end],
                value=Decimal(line["value"]),
                value_max=Decimal(line["value_max"]) if line.get("value_max") else None,
                unit=line["unit"],
                modifier=line["modifier"],
                role=line["role"],
                status=line["status"],
                direction=line.get("direction"),
                subject=line["subject"],
                indicator=indicator,
                period=line.get("period"),
                region=line.get("region"),
                number_end=number.end() if number else end,
                clause=_span(_CLAUSE, view, start, end),
                sentence=_span(_SENTENCE, view, start, end),
            )
        )
    covered = [(figure.start, figure.end) for figure in figures]
    ledger = tuple(
        LedgerEntry(document.id, match.start(), match.end(), match.group(), "unexplained", "")
        for match in re.finditer(r"\d+", view)
        if not any(start < match.end() and match.start() < end for start, end in covered)
    )
    return document, view, tuple(figures), ledger, gold
