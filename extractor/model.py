"""What flows through the pipeline: plain frozen records, no behaviour, no imports of ours.

Spans are half-open ``[start, end)`` indices into ``Document.text`` (Python ``str`` indices, never bytes), so that
``document.text[record.start:record.end] == record.quote`` holds for every record that carries a quote.
Values are :class:`decimal.Decimal`, built from the printed digits; no float occurs before an export.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Span = tuple[int, int]
PageBox = tuple[int, float, float, float, float]
"""Page (from 1), x0, top, x1, bottom: points (1/72 inch) from the upper left corner of the page."""

BlockKind = Literal["title", "heading", "paragraph", "list_item", "table_cell", "caption", "furniture"]
Modifier = Literal["none", "approx", "at_least", "at_most", "range"]
Role = Literal["level", "share", "growth", "change", "per_unit", "criterion"]
Status = Literal["actual", "target", "rule"]
Direction = Literal["up", "down"]
Severity = Literal["error", "warning", "info"]
Disposition = Literal[
    "figure", "date", "ordinal", "marker", "name", "identifier", "furniture", "malformed", "unexplained"
]

#: Codes of malformed numbers; codes of arithmetic checks begin with one of ``CHECK_PREFIXES``.
MALFORMED_CODES = frozenset({"glued", "glued_date", "missing_unit", "implausible"})
CHECK_PREFIXES = ("sum_", "share_", "growth_", "average_", "repeat_", "order_")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document's layout, as the loader saw it. Blocks are ordered and do not overlap.

    ``note`` says why a ``furniture`` block is furniture (``navigation``, ``metadata``, ``related``, ``teaser``,
    ``disclaimer``, ``login``, ``page_number`` ...). Table cells carry ``table``, ``row`` and ``column`` (all from 0),
    their spans in ``rows`` and ``columns`` and whether they are printed as headers. PDF blocks carry ``page`` (from 1)
    and ``bbox`` (x0, top, x1, bottom in points).
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    note: str = ""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    rows: int = 1
    columns: int = 1
    header: bool = False
    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paged document (PDF, image). ``start`` and ``end`` hold all characters printed on it; a paragraph
    that goes on over the page end is one piece of text, so the stretches of neighbouring pages may overlap.

    ``width`` and ``height`` are points as the page is seen (rotation applied). ``recognised`` says that the characters
    were read from a picture of the page and not from the file's own text, ``turned`` by how many degrees clockwise the
    page was turned for reading because its text stands sideways; size and boxes are those of the turned page.
    """

    number: int
    start: int
    end: int
    width: float
    height: float
    recognised: bool = False
    turned: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """Where each character of a paged document is printed. Arrays, so that a book costs 18 bytes a character.

    ``pages`` holds the page of each character, 0 for those that the loader put in (line breaks, tabs); ``boxes`` four
    numbers for each: x0, top, x1, bottom in points. ``confidence`` is that of the recognition (0 to 1), negative for
    characters that were not recognised, None where no page of the document was.
    """

    pages: array[int]
    boxes: array[float]
    confidence: array[float] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One report: its text, its layout and what is known about it. The text is never altered after loading."""

    id: str
    text: str
    source: str = ""
    format: str = "text"
    title: str | None = None
    publisher: str | None = None
    place: str | None = None
    """Place supplied by the caller (``--place``, a column, ``sources.yaml``); it wins over what the text says."""
    issued: str | None = None
    """Date of issue, ISO 8601 (``2024-01-09``)."""
    period: str | None = None
    """Period supplied by the caller, written as in :attr:`Figure.period`."""
    meta: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    sha256: str = ""
    warnings: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    glyphs: Glyphs | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Repair:
    """One quantity of the reading that a malformed figure most likely had (a glued one has two of them)."""

    value: Decimal
    unit: str
    subject: str
    indicator: str | None = None
    rule: str = ""
    """Name of the constraint that proved the reading."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A reason to doubt a figure, with the evidence. ``blocking`` keeps the figure out of the comparable tables."""

    code: str
    severity: Severity
    message: str
    """What is wrong, in Chinese."""
    message_en: str
    evidence: str
    """The arithmetic or the place in the text, printed so that a person can follow it."""
    members: tuple[str, ...] = ()
    """Ids of all figures that take part, the flagged one included."""
    confirmed: tuple[str, ...] = ()
    """Members that other evidence of the document confirms."""
    rivals: tuple[str, ...] = ()
    """Readings that were excluded or are left, ranked, each with the reason."""
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity of a document. ``value`` has 万/亿 expanded and keeps the number of a percentage (17.2% is 17.2)."""

    doc: str
    id: str
    start: int
    end: int
    quote: str
    value: Decimal
    value_max: Decimal | None
    unit: str
    modifier: Modifier
    role: Role
    status: Status
    direction: Direction | None
    subject: str
    indicator: str | None = None
    period: str | None = None
    region: str | None = None
    region_code: str | None = None
    flags: tuple[Flag, ...] = ()
    repair: tuple[Repair, ...] = ()
    number_end: int = 0
    """Index where the number with its magnitude (万/亿) ends and the printed unit begins."""
    clause: Span = (0, 0)
    """The stretch between commas that holds the figure."""
    sentence: Span = (0, 0)
    heading: str = ""
    """Nearest section heading above the figure, '' at the top."""
    cell: tuple[int, int, int] | None = None
    """Table, row and column (from 0) of a table cell."""
    confirmed: tuple[str, ...] = ()
    """Codes of the arithmetic checks that this figure passed."""
    why: tuple[str, ...] = ()
    """Names of the rules behind number, unit, role, status, period, region, subject and indicator, for ``explain``."""
    page: int | None = None
    """Page of a paged document on which the figure begins, from 1."""
    boxes: tuple[PageBox, ...] = ()
    """Where it is printed: one box, or one for each line where the number is wrapped at the end of a line or page."""
    confidence: Decimal | None = None
    """Lowest recognition confidence of its characters (0 to 1); None where nothing had to be recognised."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One numeric mention of a document and what became of it. Entries are disjoint and in text order."""

    doc: str
    start: int
    end: int
    quote: str
    disposition: Disposition
    rule: str
    """Name of the rule that set it aside; '' for figures and unexplained mentions."""
    figure: str | None = None
    flags: tuple[Flag, ...] = ()
    repair: str = ""
    """For a damaged date: what it most likely said, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The result of one document. ``document`` carries what the text told about title, publisher, place and dates."""

    document: Document
    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]
    place: str | None = None
    place_code: str | None = None
    period: str | None = None
    """Period of the report as a whole."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A cell candidate of a comparable table: a figure that an indicator claims, in the indicator's unit."""

    doc: str
    figure: str
    place_id: str
    """Identity of the place across changes of its code."""
    place: str
    place_code: str
    """GB/T 2260 code valid in the period's year."""
    level: str
    period: str
    period_kind: str
    indicator: str
    value: Decimal
    """In the indicator's unit; negative where the figure's direction is down."""
    value_max: Decimal | None
    unit: str
    modifier: Modifier
    status: Status
    repaired: bool = False
    rule: str = ""
    flags: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    subject: str = ""
    quote: str = ""
