"""Where sentences, clauses and sections begin: the skeleton that context is read from.

Everything here works on the folded view (see :mod:`extractor.reading.fold`), whose offsets are those of the text, and
is computed once a document. Look-ups by offset are bisections over sorted lists.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.model import Block, Span

# A clause ends at a comma, colon or stop; so it does at a bracket that holds digits (其中 lists in brackets are clauses
# of their own) but not at one inside a term (扶贫(衔接)资产). A comma between digits belongs to the number, a colon
# between digits to a ratio or a time of day.
# All signs stand in one class at the front, which the regex engine skips to; the conditions look at it from behind.
_BREAK = re.compile(
    r"[。！!？?；;\n，,：:(（)）](?:(?<=[，：])|(?<=[。！!？?；;\n])[。！!？?；;\n]*+|(?<=[,:])(?:(?<!\d[,:])|(?!\d))"
    r"|(?<=[(（])(?=[^()（）\n]{0,80}(?<![A-Za-z.\d])\d)|(?<=[)）]))"
)
_STOP = frozenset("。！!？?；;\n")

# Section markers by depth. 一、 and （一） are the official order (GB/T 9704-2012 7.3.3); 1. and (1) follow.
_HEADING = re.compile(
    r"(?:^|(?<=[\n。 　]))[ \t　]*"
    r"(?:(?P<h0>第[一二三四五六七八九十百]+[编章篇]|第[一二三四五六七八九十]+(?:部分|节)|#+[ ])"
    r"|(?P<h1>(?:[一二三四五六七八九十]{1,3}|(?<=\n))、)"  # web pages lose the numeral of 三、
    r"|(?P<h2>[(（][一二三四五六七八九十]{1,3}[)）]、?)"
    r"|(?P<h3>\d{1,2}(?:[、．]|\.(?!\d)))"
    r"|(?P<h4>[(（]\d{1,2}[)）]、?))",
)
#: Where a heading may begin: behind a line end, a full stop or a blank; group 1 where its first sign fits.
_HEADING_AT = re.compile(r"[\n。 　][ \t　]*+([第一二三四五六七八九十、#(（\d])?+")
_HEADING_END = re.compile(r"[。；;\n：:]|(?<=[一-鿿])[ 　](?=[\S])|[一二]是")
_SHORT_LINE = re.compile(
    r"^[ \t　]*((?:(?:19|20)\d\d年|[^\s。；;，,：:、0-9%《》|│┃•…●◆])[^\n。；;：:|│┃…%]{1,37})[ \t　]*$", re.M
)
_TABLE_SIGN = re.compile(r"[─-╿|\t]")
_GAP = re.compile(r"\S {3,}\S")
_COUNTED = re.compile(r"\d\s*(?:[万亿]|[元户人个%项处])")


@dataclass(frozen=True, slots=True)
class Section:
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
    soft = _soft_breaks(view)
    sentences, clauses, paragraphs = [0], [0], [0]
    opened = False
    for match in _BREAK.finditer(view):
        start, end = match.span()
        mark = view[start]
        if mark in "，,：:":
            clauses.append(end)
        elif mark in _STOP:
            if mark == "\n" or view.find("\n", start, end) >= 0:
                if end - 1 in soft and end - start == 1:
                    continue
                paragraphs.append(end)
            sentences.append(end)
            clauses.append(end)
        elif mark in "(（":
            opened = True
            clauses.append(start + 1)
        elif opened:  # a closing bracket
            opened = False
            clauses.append(end)
    sections, ends = _sections(view, blocks)
    if ends:
        # A heading that no stop closes (pages flattened into one line) ends where its title does.
        sentences = sorted({*sentences, *ends})
        clauses = sorted({*clauses, *ends})
    return Layout(view, sentences, clauses, paragraphs, sections, [s.start for s in sections])


def _soft_breaks(view: str) -> frozenset[int]:
    """Offsets of the line ends that only wrap a paragraph (gazetteers, mail, old web pages).

    A text is hard-wrapped when most of its long lines have about the same width; there a full-width line with no stop
    at its end goes on in the next one, unless that is indented or begins a list.
    """
    lines = view.split("\n")
    prose = [len(line) for line in lines if line.strip() and not _of_table(line)]
    full = max(prose, default=0)
    if not 20 <= full <= 140 or len(lines) < 4:
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


def _headings(view: str) -> Iterator[re.Match[str]]:
    """The numbered headings of a text, in order and disjoint."""
    first = _HEADING.match(view)
    done = 0
    if first is not None:
        done = first.end()
        yield first
    for place in _HEADING_AT.finditer(view):
        if place.lastindex and place.start() + 1 >= done:
            match = _HEADING.match(view, place.start() + 1)
            if match is not None:
                done = match.end()
                yield match


def _sections(view: str, blocks: Sequence[Block]) -> tuple[tuple[Section, ...], list[int]]:
    marks: list[tuple[int, int, str]] = []
    ends: list[int] = []
    end: re.Match[str] | None = None
    searched = False
    for match in _headings(view):
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
    marks += [
        (match.start(), 1, match.group(1).strip())
        for match in _SHORT_LINE.finditer(view)
        if match.start() not in numbered and not _COUNTED.search(match.group())
    ]
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
        sections.append(Section(start, until, depth, title, tuple(t for _, t in path)))
    return tuple(sections), ends
