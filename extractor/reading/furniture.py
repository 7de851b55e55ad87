"""What a page prints around a report, marked so that its numbers are not taken for figures of the report.

Nothing is removed: furniture becomes blocks of kind ``furniture``, and the ledger lists the numbers in them. The text
is cut into three parts: the *head* above the first paragraph of the body, the *tail* below its last, and what lies
between; only short lines are looked at, and most rules hold only above or below the body. A wrong label would lose
figures, so that a paragraph of prose is never furniture unless everything from a marker (相关阅读, 免责声明) to the end
is, or it repeats the beginning of the body (the teaser).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from extractor.model import Block, Span

from .furniture_rules import LONG, FurnitureRules, LineRule, bare, packaged_rules

_PROSE: Final = 100
"""Characters from which on a line with a comma or stop in it is a paragraph of the body."""
_SHORT: Final = 300
_EDGE: Final = 700
_SECTION: Final = re.compile(
    r"[ \t]*(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|第[一二三四五六七八九十]{1,3}[章节部编])")
_SENTENCE: Final = re.compile(r"[。，；]|, ?[一-鿿]|,[一-鿿]")
_BULLET: Final = frozenset(" \t\xa0　•·●◆■□▪►▶*\ufeff")
_TEASER_LEAD: Final = re.compile(r"\s*[\[(]?(?:摘要|导读|导语|简介|内容提要|内容摘要|核心提示|提要)[\])]?\s*[:：]?\s*")
_TEASER_MIN: Final = 30
_TEASER_LINES: Final = 12
_CUT_OFF: Final = re.compile(r"[\s.…]*(?:\[?(?:详细|详情|更多|全文|查看全文|阅读全文)\]?)?[\s>]*$")
_CUT_SIGNS: Final = ("...", "…")
_ESSAY: Final = 160
_FULL_STOP: Final = frozenset("。！!？?”」』；;")
_FLAT_PIECE: Final = 90
_FLAT_END: Final = 150
_PIECE: Final = re.compile(r"\S+")
_BLANKS: Final = re.compile(r"\s+")
_TEASER_PROBE: Final = 16
_FIRM: Final = frozenset({"title", "heading", "table_cell", "furniture"})
"""Kinds of block that the loader knows for certain; furniture found in the text does not cut them."""


def label(
    text: str, view: str, blocks: Sequence[Block] = (), rules: FurnitureRules | None = None
) -> tuple[Block, ...]:
    """``blocks`` with the furniture of the page marked: new ``furniture`` blocks, each with its reason in ``note``.

    ``view`` is the folded text. Titles, headings and table cells that overlap new furniture keep their place; other
    blocks are cut where furniture begins. The result is ordered and free of overlaps. Linear in the text.
    """
    found = furniture_spans(text, view, rules or packaged_rules())
    return _merged(blocks, found)


def furniture_spans(text: str, view: str, rules: FurnitureRules) -> list[tuple[int, int, str]]:
    """Spans of page furniture with their notes, in order and disjoint."""
    lines = _lines(view)
    if not lines:
        return []
    first, last = _body(view, lines)
    rest = _rest(view, lines, rules, first)
    if rest is not None:
        lines, cut, note = lines[:rest[0]], lines[rest[0]][0], rest[1]
        last = min(last, rest[0] - 1)
    found: list[tuple[int, int, str]] = []
    pending = False
    for i, (start, end) in enumerate(lines):
        if end - start > _SHORT:
            pending = False
            if i <= first:
                found += _flat(view, start, min(end, start + _EDGE), rules)
            if i >= last:
                found += _flat_end(view, max(start, end - _EDGE), end, rules)
            continue
        line = view[start:end]
        note_here = rules.words.get(bare(line))
        rule = None
        if note_here is None:
            part = rules.head if i < first else rules.tail if i > last else rules.between
            rule = part.first(line, _bullets(line, 0, len(line)))
        if rule is not None:
            if rule.takes == "above":
                found = [(lines[0][0], end, rule.note)]
                continue
            if rule.takes == "match":
                found += _flat(view, start, end, rules)
                continue
            note_here = rule.note
        elif note_here is None and pending and end - start <= 80 and not _SENTENCE.search(line):
            note_here = "metadata"  # the value under a label that stands alone on its line
        if note_here is not None:
            found.append((start, end, note_here))
        pending = i < first and note_here == "metadata" and (
            line.endswith(":") or rules.words.get(bare(line)) == "metadata")
    if rest is not None:
        found.append((cut, len(view.rstrip()), note))
    found += _teasers(text, view, lines, found)
    return _disjoint(found)


def _lines(view: str) -> list[Span]:
    """Spans of the non-blank lines, without the blanks around them."""
    spans = []
    position = 0
    for line in view.split("\n"):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped[0])
            spans.append((start, start + len(stripped)))
        position += len(line) + 1
    return spans


def _body(view: str, lines: list[Span]) -> Span:
    """Indices of the first and the last line of the body: paragraphs of prose, and the section headings among them."""
    prose = [i for i, (start, end) in enumerate(lines)
             if end - start >= _PROSE and _SENTENCE.search(view, start, start + 400)]
    if not prose:
        prose = [i for i, (start, end) in enumerate(lines) if end - start >= 30 and _SENTENCE.search(view, start, end)]
    if not prose:
        return len(lines), -1
    first, last = prose[0], prose[-1]
    for i in range(first):
        if _SECTION.match(view, *lines[i]):
            first = i
            break
    for i in range(len(lines) - 1, last, -1):
        if _SECTION.match(view, *lines[i]):
            last = i
            break
    return first, last


def _bullets(view: str, start: int, end: int) -> int:
    """Where a line begins behind the bullets in front of it."""
    while start < end and view[start] in _BULLET:
        start += 1
    return start


def _rest(view: str, lines: list[Span], rules: FurnitureRules, first: int) -> tuple[int, str] | None:
    """The line from which on the page is no longer the report: a marker with most of the prose above it."""
    weight = [end - start if end - start >= _TEASER_MIN else 0 for start, end in lines]
    total, above = sum(weight), 0
    for i, (start, end) in enumerate(lines):
        if i > first and above * 3 >= total:
            offset = _bullets(view, start, end)
            starters = rules.rest
            union = starters.any if end - start <= LONG else starters.any_long
            if union.match(view, offset, end) is not None:
                for rule in starters.rules:
                    fits = end - start <= rule.longest and rule.pattern.match(view, offset, end)
                    if fits and not _goes_on(view, lines[i + 1:], rule):
                        return i, rule.note
        above += weight[i]
    return None


def _goes_on(view: str, below: list[Span], rule: LineRule) -> bool:
    """Whether the report goes on below a marker: section headings, or paragraphs too long for a list of articles."""
    sections = essays = 0
    for start, end in below:
        sections += _SECTION.match(view, start, end) is not None
        essays += end - start >= _ESSAY and rule.note == "related" and not view[end - 3:end].endswith(_CUT_SIGNS)
    return sections >= 2 or essays >= 2


def _flat(view: str, start: int, end: int, rules: FurnitureRules) -> list[tuple[int, int, str]]:
    """Furniture at the beginning of a line that holds more than furniture: the pieces between blanks, one by one."""
    found: list[tuple[int, int, str]] = []
    for at, stop in _pieces(view, start, end):
        if found and at < found[-1][1]:
            continue  # taken by the pattern that matched an earlier piece
        piece = view[at:stop]
        note = rules.words.get(bare(piece)) if found else None
        if note is not None:
            found.append((at, stop, note))
            continue
        for rule in rules.head_matches:
            match = rule.pattern.match(view, at, end)
            if match and match.end() > at:
                found.append((at, match.end(), rule.note))
                break
        else:
            if len(piece) > _FLAT_PIECE or _SENTENCE.search(piece):
                break
    return found


def _flat_end(view: str, start: int, end: int, rules: FurnitureRules) -> list[tuple[int, int, str]]:
    """Furniture behind the last full stop of a paragraph: 来源：某镇 附件下载."""
    stop = max(view.rfind("。", start, end), view.rfind("!", start, end), view.rfind("！", start, end))
    if stop < 0 or end - stop > _FLAT_END:
        return []
    found: list[tuple[int, int, str]] = []
    open_label = False
    for at, until in _pieces(view, stop + 1, end):
        piece = view[at:until]
        note = rules.words.get(bare(piece))
        if note is None and open_label:
            note = "metadata"
        if note is None and rules.tail_pieces.any.match(piece):
            note = next((rule.note for rule in rules.tail_pieces.rules if rule.pattern.match(piece)), None)
        open_label = note == "metadata" and piece.endswith(":")
        if note is not None:
            found.append((at, until, note))
    return found


def _pieces(view: str, start: int, end: int) -> list[Span]:
    return [match.span() for match in _PIECE.finditer(view, start, end)]


def _teasers(text: str, view: str, lines: list[Span], found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Paragraphs above the body that print its beginning in advance: cut off in the middle of a sentence, or with the
    line breaks of several paragraphs squeezed out. The body's own copy stays."""
    taken = {start for start, _, _ in found}
    teasers = []
    for start, end in lines[:_TEASER_LINES]:
        if start in taken or end - start < _TEASER_MIN or end - start > 2000:
            continue
        lead = _TEASER_LEAD.match(view, start, end)
        begin = lead.end() if lead else start
        again = view.find(view[begin:begin + _TEASER_PROBE], end)
        if again < 0:
            continue
        close = _CUT_OFF.search(view, max(begin, end - 16), end)
        stop = close.start() if close else end
        if stop - begin < _TEASER_MIN:
            continue
        squeezed = _BLANKS.sub("", text[begin:stop])
        stretch = text[again:again + (stop - begin) * 2 + 200]
        if not _BLANKS.sub("", stretch).startswith(squeezed):
            continue
        # Where the copy ends, walked in step with the blanks that only one of the two has.
        reach = _reach(stretch, len(squeezed))
        cut_off = text[stop - 1] not in _FULL_STOP or stop < end
        if cut_off or "\n" in stretch[:reach].strip() or (lead and lead.end() > start):
            teasers.append((start, end, "teaser"))
    return teasers


def _reach(stretch: str, count: int) -> int:
    """Index behind the ``count``-th character of ``stretch`` that is no blank."""
    for i, char in enumerate(stretch):
        if not char.isspace():
            count -= 1
            if count == 0:
                return i + 1
    return len(stretch)


def _disjoint(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """In order, without overlaps; the one that begins first wins, then the longer one."""
    result: list[tuple[int, int, str]] = []
    for start, end, note in sorted(found, key=lambda span: (span[0], -span[1])):
        if result and start < result[-1][1]:
            start = result[-1][1]
        if start < end:
            result.append((start, end, note))
    return result


def _merged(blocks: Sequence[Block], found: list[tuple[int, int, str]]) -> tuple[Block, ...]:
    if not found:
        return tuple(blocks)
    kept = sorted(blocks, key=lambda block: block.start)
    firm = [(b.start, b.end) for b in kept if b.kind in _FIRM]
    new: list[Block] = []
    i = 0
    for start, end, note in found:
        while i < len(firm) and firm[i][1] <= start:
            i += 1
        j = i
        while j < len(firm) and firm[j][0] < end:
            if start < firm[j][0]:
                new.append(Block(start, firm[j][0], "furniture", note=note))
            start = max(start, firm[j][1])
            j += 1
        if start < end:
            new.append(Block(start, end, "furniture", note=note))
    result: list[Block] = list(new)
    i = 0
    for block in kept:
        if block.kind in _FIRM:
            result.append(block)
            continue
        start = block.start
        while i < len(new) and new[i].end <= start:
            i += 1
        j = i
        while j < len(new) and new[j].start < block.end:
            if start < new[j].start:
                result.append(replace(block, start=start, end=new[j].start))
            start = max(start, new[j].end)
            j += 1
        if start < block.end:
            result.append(block if start == block.start else replace(block, start=start))
    result.sort(key=lambda block: (block.start, block.end))
    return tuple(result)
