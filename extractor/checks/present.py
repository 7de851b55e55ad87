"""Flags printed for people, the way a compiler prints errors: place, line, the marked span, the arithmetic."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..model import Extraction, Flag, Repair
from .work import amount_text

#: Columns of the line that are shown around a marked span.
WIDTH: Final = 96
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One flag of a document with the span it marks. A contradiction is shown once, at its first member."""

    start: int
    end: int
    quote: str
    flag: Flag
    repair: tuple[Repair, ...]
    date: str
    others: tuple[tuple[int, int], ...]


def findings(extraction: Extraction) -> list[Finding]:
    """All flags of figures and damaged dates in text order, each contradiction once."""
    spans = {figure.id: (figure.start, figure.end) for figure in extraction.figures}
    seen: set[tuple[str, str]] = set()
    found = []
    for figure in extraction.figures:
        for flag in figure.flags:
            key = (flag.code, flag.evidence)
            if len(flag.members) > 1:
                if key in seen:
                    continue
                seen.add(key)
            others = tuple(spans[member] for member in flag.members if member != figure.id and member in spans)
            found.append(Finding(figure.start, figure.end, figure.quote, flag, figure.repair, "", others))
    for entry in extraction.ledger:
        if entry.figure is None:
            found.extend(
                Finding(entry.start, entry.end, entry.quote, flag, (), entry.repair, ()) for flag in entry.flags
            )
    found.sort(key=lambda finding: (finding.start, finding.flag.code))
    return found


class Lines:
    """Line and column (both from 1) of offsets in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line without its end."""
        start = self.starts[number - 1]
        stop = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[start:stop].rstrip("\r\n")


def columns(text: str) -> int:
    """Terminal columns of a text: Chinese characters and full-width signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def render(extraction: Extraction, name: str) -> Iterator[str]:
    """One block of text per finding."""
    lines = Lines(extraction.document.text)
    for finding in findings(extraction):
        yield "\n".join(_block(finding, lines, name))


def _block(finding: Finding, lines: Lines, name: str) -> Iterator[str]:
    flag = finding.flag
    number, column = lines.locate(finding.start)
    yield f"{name}:{number}:{column}: {flag.severity}: {flag.message} [{flag.code}]"
    line = lines.line(number)
    stop = min(finding.end - finding.start + column - 1, len(line))
    left, right = _window(line, column - 1, stop)
    shown = _safe(line[left:right])
    marks = [" "] * len(shown)
    for start, end in finding.others:
        if lines.locate(start)[0] == number:
            begin = start - lines.starts[number - 1]
            for index in range(begin, min(begin + end - start, len(line))):
                if left <= index < right:
                    marks[index - left] = "~"
    for index in range(column - 1, stop):
        marks[index - left] = "^"
    yield f"    {shown}"
    pointer = "".join(mark * max(1, columns(sign)) for mark, sign in zip(marks, shown, strict=True))
    yield f"    {pointer.rstrip()}"
    yield f"    evidence: {_safe(flag.evidence)}"
    if finding.repair:
        parts = "、".join(
            f"{amount_text(part.value, part.unit)}" + (f" [{part.indicator}]" if part.indicator else "")
            for part in finding.repair
        )
        yield f"    reading:  {parts} (rule: {finding.repair[0].rule})"
    elif finding.date:
        yield f"    reading:  {finding.date}"
    for rival in flag.rivals:
        yield f"    {'rival:  ' if finding.repair or finding.date else 'possible:'} {_safe(rival)}"


def _window(line: str, start: int, stop: int) -> tuple[int, int]:
    """The part of a line that is shown, so that the span stands in it."""
    left, right = start, stop
    room = WIDTH - columns(line[start:stop])
    while room > 0 and (left > 0 or right < len(line)):
        if left > 0:
            left -= 1
            room -= columns(line[left])
        if right < len(line) and room > 0:
            right += 1
            room -= columns(line[right - 1])
    return left, right


def _safe(text: str) -> str:
    """A report must not steer the terminal: control characters are shown, not obeyed."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\n", " "))
