"""The trunk: one document in, its accounted numbers out. Read it top to bottom; only here is the order of the stages.

    text -> folded view -> furniture, layout -> mentions (numbers, dates, names) -> tables
         -> role, status, period, place, subject, indicator -> checks and repairs -> figures and ledger

Nothing here reads files, keeps state between documents or depends on anything but its arguments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from extractor import checks
from extractor.context.engine import Context
from extractor.ingest import from_text
from extractor.ingest.glyphs import boxes_of, confidence_of
from extractor.ledger import disjoint, settle
from extractor.library import Library, default_library, rates
from extractor.model import Block, Document, Extraction, Figure, LedgerEntry, Repair
from extractor.numbers.numerals import Malformed, Number
from extractor.numbers.parse import read_number
from extractor.numbers.scan import Mention, scan
from extractor.reading.fold import fold_document
from extractor.reading.furniture import label
from extractor.reading.layout import Layout, read_layout
from extractor.reading.tables import grids
from extractor.records import changer, maker

_entry = maker(LedgerEntry)
_document = changer(Document)
_figure = changer(Figure)
_repair = changer(Repair)


def extract(document: Document | str, library: Library | None = None) -> Extraction:
    """Account for every number of a document.

    ``document`` is a loaded :class:`Document` or plain text; ``library`` the pattern library (the packaged one by
    default). The same document, library and version give the same result, always. Raises :class:`InputError` for an
    empty text and :class:`PatternError` where a user's pattern exceeds its time limit.
    """
    if isinstance(document, str):
        document = from_text(document)
    library = library or default_library()

    view, own = fold_document(document.text)
    blocks = label(document.text, view, document.blocks)
    document = _document(document, blocks=blocks)
    mentions = scan(view, library.units, library.names)
    tables = grids(document, view)
    report = _without_heads(view, blocks)
    layout = _ended(read_layout(report, blocks), [table.end for table in tables])

    furniture = _Spans([block for block in blocks if block.kind == "furniture"])
    body = furniture.without(mentions)
    dates = checks.damaged_dates(report, document.issued)
    damaged = {date.start: date.iso for date in dates if date.iso}

    context = Context(document, report, layout, library)
    figures = tuple(context.read(body, tables, damaged))
    ledger = _set_aside(document, mentions, furniture, figures, context.labels)
    bounds = library.compiled(checks.bounds_of)
    checked = checks.run(document, report, figures, ledger, dates=dates, bounds=bounds, claim=context.claim)

    settled = rates.settle(checked.figures, library)
    figures = _on_pages(document, disjoint(_in_own_words(settled, own)))
    return Extraction(
        document=document,
        figures=figures,
        ledger=settle(document, view, checked.ledger, figures),
        place=context.place,
        place_code=context.place_code,
        period=context.periods.default,
    )


def parse_number(text: str, library: Library | None = None) -> Number | Malformed:
    """Read a text that should be one number, with its unit and modifiers where it has them.

    >>> parse_number("3万4000").value
    Decimal('34000')
    >>> type(parse_number("3.5.6万元")).__name__
    'Malformed'
    """
    library = library or default_library()
    return read_number(text, library.units, library.names)


class _Spans:
    """Disjoint spans in order, asked by offset."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.starts = [block.start for block in blocks]
        self.first = blocks[0].start if blocks else 0
        self.end = blocks[-1].end if blocks else 0

    def find(self, offset: int) -> Block | None:
        i = bisect_right(self.starts, offset) - 1
        return self.blocks[i] if i >= 0 and offset < self.blocks[i].end else None

    def without(self, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions that begin in none of them."""
        first, end = self.first, self.end
        return [m for m in mentions if m.start >= end or m.start < first or self.find(m.start) is None]


def _without_heads(view: str, blocks: Sequence[Block]) -> str:
    """``view`` with blanks in the place of what pages print at their edges: a running head names the bulletin, not the
    report, and stands in the middle of its text. As long as ``view``."""
    heads = [block for block in blocks if block.kind == "furniture" and block.page is not None]
    if not heads:
        return view
    parts, done = [], 0
    for block in heads:
        parts += [view[done : block.start], " " * (block.end - block.start)]
        done = block.end
    return "".join([*parts, view[done:]])


def _ended(layout: Layout, ends: list[int]) -> Layout:
    """``layout`` with a new sentence behind each table: prose that follows one on the same line begins there."""
    if not ends:
        return layout
    return replace(
        layout,
        sentence_starts=sorted({*layout.sentence_starts, *ends}),
        clause_starts=sorted({*layout.clause_starts, *ends}),
    )


def _set_aside(
    document: Document, mentions: Sequence[Mention], furniture: _Spans, figures: Sequence[Figure], labels: set[int]
) -> tuple[LedgerEntry, ...]:
    """One entry for each numeric mention that no figure holds, in text order."""
    doc, text = document.id, document.text
    # Both come in text order: ``held`` is the last figure that begins before the end of a mention, ``at`` the next one.
    held: Figure | None = None
    at, count = 0, len(figures)
    entries: list[LedgerEntry] = []
    for mention in mentions:
        start, end = mention.start, mention.end
        while at < count and figures[at].start < end:
            held = figures[at]
            at += 1
        if held is not None and held.start <= start and held.end >= end:
            continue
        block = furniture.find(start)
        quote = text[start:end]
        if block is not None:
            entries.append(_entry(doc, start, end, quote, "furniture", block.note))
        elif start in labels and mention.kind != "date":
            entries.append(_entry(doc, start, end, quote, "name", "table_label"))
        elif mention.kind == "figure" or mention.kind == "bare":
            entries.append(_entry(doc, start, end, quote, "unexplained", ""))
        else:
            entries.append(_entry(doc, start, end, quote, mention.kind, mention.rule))
    return tuple(entries)


def _on_pages(document: Document, figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Figures of a paged document with page, boxes and recognition confidence; those of a doubtful scan are flagged."""
    glyphs = document.glyphs
    if glyphs is None:
        return figures
    placed = []
    for figure in figures:
        boxes = boxes_of(glyphs, figure.start, figure.end)
        confidence = confidence_of(glyphs, figure.start, figure.end)
        page = boxes[0][0] if boxes else None
        placed.append(checks.check_recognition(_figure(figure, page=page, boxes=boxes, confidence=confidence)))
    return tuple(placed)


def _in_own_words(figures: tuple[Figure, ...], own: dict[int, str]) -> tuple[Figure, ...]:
    """Subjects in the characters of the document: rules read simplified ones, a traditional text keeps its own."""
    if not own:
        return figures
    return tuple(
        _figure(
            figure,
            subject=figure.subject.translate(own),
            repair=tuple(_repair(repair, subject=repair.subject.translate(own)) for repair in figure.repair),
        )
        for figure in figures
    )
