"""The ledger: what became of every number of a document, disjoint, in text order, without a digit left out.

The stages before decide what a number is. Here their answers are put side by side: a figure wins over what was said of
the same characters before, an entry that a figure overlaps in part keeps the rest of its span, and digits that no
stage accounted for are entered as unexplained rather than lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final

from extractor.model import Document, Figure, LedgerEntry
from extractor.numbers.numerals import CHINESE
from extractor.records import changer, maker

_START: Final = attrgetter("start")
_entry = maker(LedgerEntry)
_changed = changer(LedgerEntry)

_DIGITS: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
#: What makes a rest worth an entry: a numeral; a magnitude alone is the tail of the number before.
_NUMERIC: Final = re.compile(rf"[0-9{re.sub('[百千万亿佰仟]', '', CHINESE)}①-⒇㈠-㈩❶-❿]")
_EDGE: Final = "-—~至到、，,.。;；:： \t\r\n\u3000/"


def disjoint(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures without those that begin inside the one before them. Figures come and go in text order."""
    kept: list[Figure] = []
    end = 0
    for figure in figures:
        if figure.start >= end:
            kept.append(figure)
            end = figure.end
    return tuple(kept)


def settle(
    document: Document, view: str, entries: Sequence[LedgerEntry], figures: Sequence[Figure]
) -> tuple[LedgerEntry, ...]:
    """The whole ledger: an entry for each figure (``figures`` are disjoint), and for every other number of ``view``."""
    doc = document.id
    own = [_entry(doc, f.start, f.end, f.quote, "figure", "", f.id, f.flags) for f in figures]
    ledger = _merged(document.text, own, sorted(entries, key=_START))
    between: list[str] = []
    end = 0
    for entry in ledger:
        between.append(view[end : entry.start])
        end = entry.end
    between.append(view[end:])
    rest = "".join(between)
    if [digit for digit in "0123456789" if digit in rest]:
        return _with_lost(document, view, ledger)
    return tuple(ledger)


def _merged(text: str, figures: list[LedgerEntry], others: list[LedgerEntry]) -> list[LedgerEntry]:
    """Figures and what the others keep beside them, disjoint and in text order."""
    merged: list[LedgerEntry] = []
    count = len(figures)
    i = end = 0
    for entry in others:
        start, last = entry.start, entry.end
        if start < end:
            start = end
        while i < count and figures[i].start < last:
            figure = figures[i]
            if start < figure.start:
                _add_piece(merged, text, entry, start, figure.start)
            merged.append(figure)
            if end < figure.end:
                end = figure.end
            if start < end:
                start = end
            i += 1
        if start < last:
            _add_piece(merged, text, entry, start, last)
            end = last
    merged += figures[i:]
    return merged


def _add_piece(merged: list[LedgerEntry], text: str, entry: LedgerEntry, start: int, end: int) -> None:
    """Add ``entry``, cut to a part of its span; nothing where no numeral is left in it."""
    if start == entry.start and end == entry.end:
        merged.append(entry)
        return
    quote = text[start:end]
    start += len(quote) - len(quote.lstrip(_EDGE))
    quote = quote.strip(_EDGE)
    if _NUMERIC.search(quote):
        merged.append(_changed(entry, start=start, end=start + len(quote), quote=quote))


def _with_lost(document: Document, view: str, entries: list[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """The entries, and between them one for each run of digits that no stage accounted for."""
    ledger: list[LedgerEntry] = []
    end = 0
    for entry in entries:
        ledger += _lost(document, view, end, entry.start)
        ledger.append(entry)
        end = entry.end
    ledger += _lost(document, view, end, len(view))
    return tuple(ledger)


def _lost(document: Document, view: str, start: int, end: int) -> Iterator[LedgerEntry]:
    while start < end and (found := _DIGITS.search(view, start, end)) is not None:
        first, start = found.span()
        yield _entry(document.id, first, start, document.text[first:start], "unexplained", "")
