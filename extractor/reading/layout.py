"""Where sentences, clauses and sections begin: the skeleton that context is read from.

Everything here works on the folded view (see :mod:`extractor.reading.fold`), whose offsets are those of the text, and
is computed once a document. Look-ups by offset are bisections over sorted lists.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from extractor.model import Block, Span

# A clause ends at a comma, colon or stop; so it does at a bracket that holds digits (其中 lists in brackets are clauses
# of their own) but not at one inside a term (扶贫(衔接)资产). A comma between digits belongs to the number, a colon
# between digits to a ratio or a time of day.
_STOP: Final = frozenset("。！!？?；;\n")
_HOLDS_DIGITS: Final = re.compile(r"[(（][^()（）\n]{0,80}(?<![A-Za-z.\d])\d")

# Section markers by depth. 一、 and （一） are the official order (GB/T 9704-2012 7.3.3); 1. and (1) follow.
_HEADING: Final = re.compile(
    r"(?:^|(?<=[\n。 　]))[ \t　]*"
    r"(?:(?P<h0>第[一二三四五六七八九十百]+[编章篇]|第[一二三四五六七八九十]+(?:部分|节)|#+[ ])"
    r"|(?P<h1>(?:[一二三四五六七八九十]{1,3}|(?<=\n))、)"  # web pages lose the numeral of 三、
    r"|(?P<h2>[(（][一二三四五六七八九十]{1,3}[)）]、?)"
    r"|(?P<h3>\d{1,2}(?:[、．]|\.(?!\d)))"
    r"|(?P<h4>[(（]\d{1,2}[)）]、?))",
)
_BLANK: Final = frozenset(" \t　")
#: How a heading may begin, besides with a digit.
_HEADING_SIGN: Final = frozenset("第一二三四五六七八九十、#(（")
# The signs stand in one class at the front, which the regex engine skips to; the conditions look at it from behind.
_HEADING_END: Final = re.compile(
    r"[。；;\n：: 　一二](?:(?<=[。；;\n：:])|(?<=[一-鿿][ 　])(?=\S)|(?<=[一二])是)"
)
_SHORT_LINE: Final = re.compile(
    r"[ \t　]*((?:(?:19|20)\d\d年|[^\s。；;，,：:、0-9%《》|│┃•…●◆])[^\n。；;：:|│┃…%]{1,37})[ \t　]*\Z"
)
#: The longest text that it fits, blanks around it aside.
_SHORT: Final = 42
#: Width in characters of a full line of a hard-wrapped text, at most.
_WIDEST: Final = 140
_TABLE_SIGN: Final = re.compile(r"[─-╿|\t]")
_GAP: Final = re.compile(r"\S {3,}\S")
_COUNTED: Final = re.compile(r"\d\s*(?:[万亿]|[元户人个%项处])")


class Section(NamedTuple):
    """A stretch under one heading. ``path`` holds the headings above it, outermost first, its own last."""

    start: int
    end: int
    depth: int
    title: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Sorted starts of sentences and clauses and the sections of one document."""

    view: str
    sentence_starts: list[int]
    clause_starts: list[int]
    paragraph_starts: list[int]
    sections: tuple[Section, ...]
    section_starts: list[int]

    def sentence(self, offset: int) -> Span:
        """Span of the sentence that holds ``offset``."""
        return _span(self.sentence_starts, offset, len(self.view))

    def clause(self, offset: int) -> Span:
        """Span of the clause that holds ``offset``."""
        return _span(self.clause_starts, offset, len(self.view))

    def paragraph(self, offset: int) -> Span:
        """Span of the paragraph that holds ``offset``."""
        return _span(self.paragraph_starts, offset, len(self.view))

    def section(self, offset: int) -> Section | None:
        """The innermost section that holds ``offset``; None above the first heading."""
        i = bisect_right(self.section_starts, offset) - 1
        return self.sections[i] if i >= 0 else None


def _span(starts: list[int], offset: int, length: int) -> Span:
    i = bisect_right(starts, offset)
    return starts[i - 1], starts[i] if i < len(starts) else length


def read_layout(view: str, blocks: Sequence[Block] = ()) -> Layout:
    """The layout of a folded text; ``blocks`` (where the loader knows them) give headings that carry no number."""
    lines = view.split("\n")
    soft = _soft_breaks(lines)
    line_starts, full_stops = _line_starts(lines), _behind(view, "。")
    stops = sorted(line_starts + full_stops + _behind(view, "！!？?；;"))
    # Stops that touch close one sentence (。” and ？！): it ends behind the last of them.
    sentences = [0, *[at for at, following in pairwise([*stops, -1]) if at + 1 != following]]
    if soft:
        sentences = [start for start in sentences if start - 1 not in soft]
    paragraphs = [0]
    for start in line_starts:
        if start > paragraphs[-1]:
            end = start
            while view[end : end + 1] in _STOP:
                end += 1
            if end > start or start - 1 not in soft:
                paragraphs.append(end)
    headings = _headings(view, sorted(line_starts + full_stops + _behind(view, " ")))
    sections, ends = _sections(view, headings, lines, blocks)
    clauses = sentences + _clauses(view)
    if ends:
        # A heading that no stop closes (pages flattened into one line) ends where its title does.
        sentences = sorted({*sentences, *ends})
        clauses = list({*clauses, *ends})
    clauses.sort()
    return Layout(view, sentences, clauses, paragraphs, sections, [s.start for s in sections])


def _line_starts(lines: list[str]) -> list[int]:
    """Where all lines but the first begin."""
    found: list[int] = []
    at = 0
    for line in lines:
        at += len(line) + 1
        found.append(at)
    found.pop()  # behind the text
    return found


def _behind(view: str, signs: str) -> list[int]:
    """The offsets behind each of ``signs``, in order."""
    found: list[int] = []
    for sign in signs:
        if sign in view:
            at = 0
            for piece in view.split(sign):
                at += len(piece) + 1
                found.append(at)
            found.pop()  # behind the text
    if len(signs) > 1:
        found.sort()
    return found


def _clauses(view: str) -> list[int]:
    """Starts of clauses inside of sentences, in no order. The folded view holds no wide colon or bracket."""
    found = _behind(view, "，")
    for at in _behind(view, ",:"):
        if not (view[at - 2 : at - 1].isdecimal() and view[at : at + 1].isdecimal()):
            found.append(at)
    opened = False
    for at in _behind(view, "()"):
        if view[at - 1] == "(":
            if _HOLDS_DIGITS.match(view, at - 1):
                opened = True
                found.append(at)
        elif opened:
            opened = False
            found.append(at)
    return found


def _soft_breaks(lines: list[str]) -> frozenset[int]:
    """Offsets of the line ends that only wrap a paragraph (gazetteers, mail, old web pages).

    A text is hard-wrapped when most of its long lines have about the same width; there a full-width line with no stop
    at its end goes on in the next one, unless that is indented or begins a list.
    """
    if len(lines) < 4:
        return frozenset()
    for line in lines:
        if len(line) > _WIDEST and line.strip() and not _of_table(line):
            return frozenset()
    prose = [len(line) for line in lines if line.strip() and not _of_table(line)]
    full = max(prose, default=0)
    if not 20 <= full <= _WIDEST:
        return frozenset()
    near = sum(1 for width in prose if width >= full * 0.7)
    if near < 3 or near < 0.4 * sum(1 for width in prose if width > full * 0.3):
        return frozenset()
    soft, offset = set(), -1
    for i, line in enumerate(lines[:-1]):
        offset += len(line) + 1
        following = lines[i + 1]
        if len(line) < full * 0.65 or not following[:1].strip() or line[-1:] in _STOP or _of_table(line):
            continue
        if not _HEADING.match(following):
            soft.add(offset)
    return frozenset(soft)


def _of_table(line: str) -> bool:
    return _TABLE_SIGN.search(line) is not None or ("   " in line and _GAP.search(line) is not None)


def _headings(view: str, marks: list[int]) -> list[re.Match[str]]:
    """The numbered headings of a text, in order and disjoint: they begin at one of ``marks``, the offsets behind
    line ends, full stops and blanks."""
    first = _HEADING.match(view)
    found = [first] if first is not None else []
    done = first.end() if first is not None else 0
    at, length = 0, len(view)
    for mark in marks:
        if mark <= at:  # inside of the blanks behind the mark before
            continue
        if mark == length:
            break
        at = mark
        sign = view[at]
        if sign not in _HEADING_SIGN and "一" <= sign <= "鿿":
            continue
        while sign in _BLANK:
            at += 1
            sign = view[at : at + 1]
        if mark < done or not (sign in _HEADING_SIGN or sign.isdecimal()):
            continue
        match = _HEADING.match(view, mark)
        if match is not None:
            done = match.end()
            found.append(match)
    return found


def _sections(
    view: str, headings: list[re.Match[str]], lines: list[str], blocks: Sequence[Block]
) -> tuple[tuple[Section, ...], list[int]]:
    marks: list[tuple[int, int, str]] = []
    ends: list[int] = []
    end: re.Match[str] | None = None
    searched = False
    for match in headings:
        depth = int((match.lastgroup or "h9")[1])
        if not searched or (end is not None and end.start() < match.end()):
            end, searched = _HEADING_END.search(view, match.end()), True
        stop = min(end.start() if end else len(view), match.end() + 60)
        title = view[match.end() : stop].strip()
        if title:
            marks.append((match.start(), depth, title))
            if end and end.group()[:1] in (" ", "　"):
                ends.append(end.end())
    numbered = {start for start, _, _ in marks}
    start = 0
    for line in lines:
        if line and start not in numbered and (len(line) <= _SHORT or len(line.strip(" \t　")) <= _SHORT):
            short = _SHORT_LINE.match(line)
            if short is not None and not _COUNTED.search(line):
                marks.append((start, 1, short[1].strip()))
        start += len(line) + 1
    marks += [
        (block.start, max(block.level - 1, 1), view[block.start : block.end].strip()[:60])
        for block in blocks
        if block.kind == "heading" and block.start not in numbered
    ]
    marks.sort()
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    for i, (start, depth, title) in enumerate(marks):
        while path and path[-1][0] >= depth:
            path.pop()
        path.append((depth, title))
        until = marks[i + 1][0] if i + 1 < len(marks) else len(view)
        sections.append(Section(start, until, depth, title, tuple([above for _, above in path])))
    return tuple(sections), ends
