"""PDF to a document: text in reading order, tables, furniture, and the place of every character on its page.

pdfplumber reads the characters and rules of a page; what they mean is worked out in the modules beside this one. A page
without text of its own is recognised where the extra ``ocr`` is installed. Limits of time, pages and inflated bytes
hold for each document, and whatever a malformed file makes the library raise ends in one :class:`InputError`.
"""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass, field, replace
from typing import Any

from extractor.errors import InputError
from extractor.model import Block, Document

from .metadata import Metadata, read_metadata
from .pdf_flow import Flowed, PageContent, flow
from .pdf_guard import Complaints, Guard, Stop
from .pdf_lines import Bounds, Char, Piece, count_characters, read_lines, settle_heights
from .pdf_tables import PageTable, find_tables
from .source import document_id

_MB = 1024 * 1024
_MOSTLY = 0.5
"""Share of characters without a meaning from which on a page cannot be read as text."""
_PICTURE = 0.5
"""Part of the page that a picture covers from which on a page with little text is a scan."""
_COVERED = 0.9
"""... and from which on a page with text is taken for a scan with a text layer."""
_FEW = 16
_OUTLINES = 200
_MOST_SHADES = 500
NOT_LOADED = "the recognition that is installed cannot be loaded"
REPAIR = "install what the error names (libGL: libgl1), or pip install --force-reinstall extractor[ocr]"


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What one PDF may cost. ``pages`` and ``seconds`` bound the work, ``inflated`` the bytes that its streams unpack
    to, ``recognised`` the pages that are read by recognition, ``page_seconds`` the time for one of those."""

    pages: int = 3000
    seconds: float = 300.0
    inflated: int = 512 * _MB
    recognised: int = 200
    page_seconds: float = 60.0


DEFAULT_PDF_LIMITS = PdfLimits()


@dataclass(slots=True)
class _Reading:
    """What is collected while the pages are read."""

    pages: list[PageContent] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    unmapped: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    crowded: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    partly: list[int] = field(default_factory=list)
    read_by_ocr: list[int] = field(default_factory=list)
    no_ocr: str = ""
    """Why the extra ``ocr`` cannot be loaded although it is installed."""
    repaired: bool = False


def pdf_document(data: bytes, *, digest: str, name: str, place: str | None = None, period: str | None = None,
                 limits: PdfLimits = DEFAULT_PDF_LIMITS) -> Document:
    """The document of a PDF file.

    Raises :class:`InputError`: ``encrypted`` (needs a password), ``pdf`` (malformed or truncated), ``empty`` (no text
    and no picture), ``scan`` (pictures of text, and the extra ``ocr`` is not installed or cannot be loaded),
    ``cid`` (fonts that do not say what their characters mean), ``pages``, ``slow``, ``too_large`` (beyond the limits).
    """
    try:
        with Guard(limits.seconds, limits.inflated), Complaints() as complaints:
            reading = _read_or_repair(data, name, limits)
        _recognise(reading, data, name, limits)
        with Guard(limits.seconds, limits.inflated):
            flowed = flow(reading.pages)
    except Stop as stop:
        raise _over(stop, name, limits) from None
    except InputError:
        raise
    except Exception as problem:  # pdfminer raises whatever a malformed file leads it into
        raise _malformed(name, problem) from None
    warnings = (*_warnings(reading), *complaints.told())
    return document_of(flowed, warnings, digest=digest, name=name, place=place, period=period)


# --- pages ----------------------------------------------------------------------------------------------------------


def _read_or_repair(data: bytes, name: str, limits: PdfLimits) -> _Reading:
    """The pages of a file; where pdfminer cannot make sense of it, of what the more lenient pdfium writes anew."""
    try:
        return _read(data, name, limits)
    except (InputError, MemoryError) as problem:
        if getattr(problem, "code", "") != "pdf":
            raise
    except Exception:  # whatever a malformed file leads pdfminer into
        pass
    reading = _read(_repaired(data, name), name, limits)
    reading.repaired = True
    return reading


def _repaired(data: bytes, name: str) -> bytes:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        try:
            buffer = io.BytesIO()
            pdf.save(buffer)
            return buffer.getvalue()
        finally:
            pdf.close()
    except Exception as problem:
        raise _malformed(name, problem) from None


def _read(data: bytes, name: str, limits: PdfLimits) -> _Reading:
    pdf = _open(data, name)
    reading = _Reading()
    try:
        pages = _pages(pdf, name)
        if len(pages) > limits.pages:
            raise InputError(f"has {len(pages)} pages, the limit is {limits.pages}", where=name,
                             hint="split it into one report a file", code="pages")
        for number, page in enumerate(pages, 1):
            try:
                reading.pages.append(_page(page, number, reading))
            except MemoryError:
                raise
            except Exception:
                reading.damaged.append(number)
                reading.pages.append(PageContent(number, 595.0, 842.0, []))
            finally:
                page.close()
    finally:
        pdf.close()
    if len(reading.damaged) == len(reading.pages):
        raise _malformed(name, None)
    return reading


def _open(data: bytes, name: str) -> Any:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    try:
        return pdfplumber.open(io.BytesIO(data))
    except Exception as problem:
        causes = (problem, problem.__cause__, problem.__context__, *problem.args)
        if any(isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)) for cause in causes):
            raise InputError("is encrypted and needs a password", where=name,
                             hint="remove the password (qpdf --decrypt, or print to a new PDF)",
                             code="encrypted") from None
        raise


def _pages(pdf: Any, name: str) -> list[Any]:
    pages: list[Any] = pdf.pages
    if not pages:
        raise _malformed(name, None)
    return pages


def _page(page: Any, number: int, reading: _Reading) -> PageContent:
    turn = 0
    chars: list[Char] = page.chars
    sideways = [char for char in chars if not char["upright"]]
    if len(sideways) * 2 > len(chars):
        turn = _turn_of(sideways[len(sideways) // 2])
        page = _turned(page, turn)
        chars = page.chars
        sideways = [char for char in chars if not char["upright"]]
    settle_heights(chars)  # type: ignore[arg-type]
    # What the page shows is its crop box; boxes count from the corner of its media box.
    left, top, right, bottom = (float(value) for value in page.bbox)
    crop = page.cropbox
    bounds: Bounds = (max(left, crop[0]), max(top, crop[1]), min(right, crop[2]), min(bottom, crop[3]))
    if bounds[0] >= bounds[2] or bounds[1] >= bounds[3]:
        bounds = (left, top, right, bottom)
    upright = [char for char in chars if char["upright"]] if sideways else chars
    tables, outside, crowded = find_tables(page, upright, number)
    text = read_lines(outside, number, bounds, _shades(page))
    lines = [*text.lines, *([_stand_in(table, number)] for table in tables)]
    lines.sort(key=lambda line: line[0].middle if line[0].payload is None else line[0].top)
    content = PageContent(number, float(page.width), float(page.height), lines, text.hidden, turned=turn)
    if sideways:
        content.hidden = [*content.hidden, *_in_drawn_order(sideways, number)]
    if left or top:
        content.move(-left, -top)
    if text.hidden:
        reading.hidden.append(number)
    if crowded:
        reading.crowded.append(number)
    _judge(page, chars, number, content, reading)
    return content


def _judge(page: Any, chars: list[Char], number: int, content: PageContent, reading: _Reading) -> None:
    """Note what the page is: text, a picture of text, or characters without a meaning."""
    characters, unmapped = count_characters(chars)
    picture = _picture_share(page)
    if characters < _FEW and (picture > _PICTURE or len(page.objects.get("curve", ())) > _OUTLINES):
        reading.scans.append(number)
    elif unmapped > _MOSTLY * characters:
        reading.unmapped.append(number)
    elif unmapped:
        reading.partly.append(number)
    elif picture > _COVERED and characters:
        reading.pictures.append(number)
        content.recognised = True


def _turn_of(char: Char) -> int:
    """Degrees clockwise by which a page has to be turned so that a character that stands sideways is upright."""
    matrix = char["matrix"]
    return 90 if matrix[1] > 0 else 270


def _turned(page: Any, turn: int) -> Any:
    """The same page as if it were shown turned, so that text and rules come in the order of reading."""
    from pdfplumber.page import Page

    inner = page.page_obj
    inner.rotate = (inner.rotate + turn) % 360
    inner.attrs = {**inner.attrs, "Rotate": inner.rotate}
    return Page(page.pdf, inner, page.page_number, page.initial_doctop)


def _stand_in(table: PageTable, number: int) -> Piece:
    return Piece("", array("f"), *table.box, 0.0, page=number, payload=table)


def _in_drawn_order(chars: list[Char], number: int) -> list[Piece]:
    """Text that does not stand upright (watermarks, stamps), in the order in which it is drawn."""
    text, boxes = "", array("f")
    for char in chars:
        own = char["text"][:1]
        if own.strip():
            text += own
            boxes.extend((char["x0"], char["top"], char["x1"], char["bottom"]))
    if not text:
        return []
    box = min(boxes[0::4]), min(boxes[1::4]), max(boxes[2::4]), max(boxes[3::4])
    return [Piece(text, boxes, *box, float(chars[0]["size"]), page=number)]


def _shades(page: Any) -> list[Bounds]:
    """Filled areas and pictures: what is white on them can be seen."""
    objects = page.objects
    filled = [rect for rect in objects.get("rect", ()) if rect.get("fill")] + list(objects.get("image", ()))
    filled += [curve for curve in objects.get("curve", ()) if curve.get("fill")]
    return [(item["x0"], item["top"], item["x1"], item["bottom"]) for item in filled[:_MOST_SHADES]]


def _picture_share(page: Any) -> float:
    """Part of the page that its largest picture covers; pictures in strips count together."""
    area = float(page.width) * float(page.height)
    covered = 0.0
    for image in page.objects.get("image", ()):
        covered += max(0.0, float(image["x1"] - image["x0"])) * max(0.0, float(image["bottom"] - image["top"]))
    return min(covered / area, 1.0) if area else 0.0


# --- recognition ----------------------------------------------------------------------------------------------------


def _recognise(reading: _Reading, data: bytes, name: str, limits: PdfLimits) -> None:
    """Read the pages that are pictures, or whose fonts say nothing, by recognition; without the extra, say so."""
    wanted = sorted({*reading.scans, *reading.unmapped})
    if not wanted:
        return
    from . import ocr

    why = ""
    if not ocr.available() or (why := ocr.broken()):
        reading.no_ocr = why
        left = [page for page in reading.pages if page.number not in wanted and page.lines]
        if not left:
            raise _unreadable(reading, name)
        return
    if len(wanted) > limits.recognised:
        raise InputError(f"has {len(wanted)} scanned pages, the limit is {limits.recognised}", where=name,
                         hint="split it into one report a file", code="pages")
    with Guard(limits.page_seconds * len(wanted), limits.inflated):
        for number, content in ocr.recognise_pdf(data, wanted):
            reading.pages[number - 1] = content
    reading.read_by_ocr = wanted


def _unreadable(reading: _Reading, name: str) -> InputError:
    scan = len(reading.scans) >= len(reading.unmapped)
    reason = ("is a scan: its pages are pictures without text" if scan
              else "uses fonts that do not say what their characters mean (cid)")
    hint = f"pip install extractor[ocr] reads them{'' if scan else ' as pictures'}"
    if reading.no_ocr:
        reason, hint = f"{reason}, and {NOT_LOADED}: {reading.no_ocr}", REPAIR
    return InputError(reason, where=name, hint=hint, code="scan" if scan else "cid")


# --- what is said about it ------------------------------------------------------------------------------------------


def _over(stop: Stop, name: str, limits: PdfLimits) -> InputError:
    if stop.code == "too_large":
        return InputError(f"unpacks to more than {limits.inflated // _MB} MB", where=name,
                          hint="is it a report? Print it to a new PDF", code="too_large")
    return InputError(f"takes longer than {limits.seconds:.0f} seconds to read", where=name,
                      hint="print it to a new PDF, or split it", code="slow")


def _malformed(name: str, problem: BaseException | None) -> InputError:
    reason = "is not a PDF that can be read (damaged or truncated)"
    if isinstance(problem, MemoryError):
        reason = "needs more memory than there is"
    return InputError(reason, where=name, hint="download it again, or open it and print it to a new PDF", code="pdf")


def _warnings(reading: _Reading) -> tuple[str, ...]:
    missing = [n for n in (*reading.scans, *reading.unmapped) if n not in reading.read_by_ocr]
    remedy = f"{NOT_LOADED}: {reading.no_ocr}" if reading.no_ocr else "pip install extractor[ocr]"
    told = (
        ("scan", missing, f"are pictures or use fonts without a meaning, and were not read: {remedy}"),
        ("ocr", reading.read_by_ocr, "were read by recognition"),
        ("cid", reading.partly, "hold characters whose fonts do not say what they mean"),
        ("text_layer", reading.pictures, "are pictures with a text layer, which some other program recognised"),
        ("hidden", reading.hidden, "hold text that cannot be seen, kept as furniture"),
        ("damaged", reading.damaged, "are damaged and were not read"),
        ("rules", reading.crowded, "have too many lines to look for tables"),
    )
    warnings = [f"{code}: pages {_ranges(pages)} {what}" for code, pages, what in told if pages]
    if reading.repaired:
        warnings.append("repaired: the file is damaged and was read after a repair, it may lack something")
    return tuple(warnings)


def _ranges(numbers: list[int]) -> str:
    """Page numbers in short.

    >>> _ranges([1, 2, 3, 7])
    '1-3, 7'
    """
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def document_of(flowed: Flowed, warnings: tuple[str, ...], *, digest: str, name: str, place: str | None,
                period: str | None, kind: str = "pdf") -> Document:
    """The document of pages that have been put into one text. Raises :class:`InputError` ``empty``."""
    if not flowed.text.strip():
        raise InputError("has no text", where=name, hint="nothing to extract; open it and look", code="empty")
    found = read_metadata(_without_furniture(flowed))
    blocks = with_title(flowed.blocks, found)
    return Document(
        id=document_id(name, digest), text=flowed.text, source=name, format=kind, title=found.title,
        publisher=found.publisher, place=place, issued=found.issued, period=period, meta=found.meta,
        blocks=tuple(blocks), sha256=digest, warnings=warnings, pages=flowed.pages, glyphs=flowed.glyphs)


def _without_furniture(flowed: Flowed) -> str:
    """The text with blanks in the place of the furniture: a running head is not the title of the report."""
    parts, done = [], 0
    for block in flowed.blocks:
        if block.kind == "furniture":
            parts += [flowed.text[done : block.start], " " * (block.end - block.start)]
            done = block.end
    return "".join([*parts, flowed.text[done:]])


def with_title(blocks: list[Block], found: Metadata) -> list[Block]:
    """The blocks with the title as such, where it was found in the text."""
    span = found.title_span
    if span is None:
        return blocks
    result: list[Block] = []
    for block in blocks:
        if block.end <= span[0] or block.start >= span[1] or block.kind in ("table_cell", "furniture"):
            result.append(block)
            continue
        if block.start < span[0]:
            result.append(replace(block, end=span[0]))
        start, end = max(block.start, span[0]), min(block.end, span[1])
        result.append(replace(block, start=start, end=end, kind="title", level=0))
        if block.end > span[1]:
            result.append(replace(block, start=span[1]))
    return result
