"""`extractor show`: the text in the terminal, each number coloured by what became of it."""

from __future__ import annotations

import os
import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from extractor.cli.common import document_options, extraction_of
from extractor.errors import UsageError

if TYPE_CHECKING:
    from extractor.model import Extraction, Page


class Look(NamedTuple):
    """How one kind of mention is shown: its colour, and its brackets where there is no colour."""

    colour: str
    bold: bool
    opening: str
    closing: str
    meaning: str
    paint: str
    """Colour of its box on a picture of the page."""


LOOKS = {
    "figure": Look("green", True, "[", "]", "figure", "#1a9641"),
    "flagged": Look("red", True, "[!", "]", "figure with a flag", "#d7191c"),
    "unexplained": Look("yellow", True, "<?", "?>", "unexplained", "#e6a100"),
    "date": Look("cyan", False, "", "", "date", "#1f9bb5"),
    "other": Look("blue", False, "", "", "name, marker, ordinal or identifier", "#3b5bdb"),
    "furniture": Look("bright_black", False, "", "", "page furniture", "#868e96"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@click.command(
    epilog="Examples: extractor show report.txt | less -R    extractor show report.pdf --page 3 --png page3.png",
    short_help="Show a document with its numbers coloured by what became of them.",
)
@click.argument("file", metavar="FILE")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours; brackets stand in for them where there are none.")
@click.option("--page", type=click.IntRange(min=1), help="Only this page (PDF and pictures).")
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path),
              help="Draw the page with boxes around its numbers into this file instead (needs --page).")
@document_options
def show(
    file: str, color: str, page: int | None, png: Path | None, patterns: Path | None, place: str | None
) -> None:
    """Print the text of FILE (- is standard input) with every number marked: figures, flagged figures, dates, names
    and markers, page furniture, and what no rule explains. With --page and --png, draw a page of a PDF with a box
    around each of them."""
    if png is not None and page is None:
        raise UsageError("--png draws one page", hint="add --page N")
    extraction = extraction_of(file, patterns, place)
    if page is not None:
        sheet = _sheet(extraction, page)
        if png is not None:
            _draw(file, extraction, sheet, png)
            return
        span = (sheet.start, sheet.end)
    else:
        span = (0, len(extraction.document.text))
    coloured = color == "always" or (color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    click.echo(_legend(extraction, coloured) + "\n", color=coloured)
    text = "".join(_pieces(extraction, coloured, *span))
    click.echo(text, nl=not text.endswith("\n"), color=coloured)


def _sheet(extraction: Extraction, page: int) -> Page:
    document = extraction.document
    if not document.pages:
        raise UsageError("has no pages", where=document.source, hint="--page is for PDF and pictures")
    if page > len(document.pages):
        raise UsageError(f"has {len(document.pages)} pages", where=document.source, hint="choose one of them")
    return document.pages[page - 1]


def _draw(file: str, extraction: Extraction, page: Page, png: Path) -> None:
    """Write the page as a picture, each number in the colour of what became of it."""
    from extractor.ingest.glyphs import boxes_of
    from extractor.ingest.render import draw_boxes, page_picture

    glyphs = extraction.document.glyphs
    if glyphs is None:
        raise UsageError("has no places of its characters", where=file, hint="--png is for PDF and pictures")
    flagged = {figure.id for figure in extraction.figures if figure.flags}
    marks = [
        (box, LOOKS[kind_of(entry.disposition, bool(entry.flags) or entry.figure in flagged)].paint)
        for entry in extraction.ledger
        for box in boxes_of(glyphs, entry.start, entry.end)
    ]
    if not Path(file).is_file():
        raise UsageError("--png reads the file a second time", where=file, hint="save it to a file of its own")
    picture, scale = page_picture(Path(file).read_bytes(), page, name=file)
    try:
        draw_boxes(picture, scale, marks, page.number).save(png, format="PNG")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(png),
                         hint="choose another file") from None
    counts = Counter(entry.disposition for entry in extraction.ledger
                     if any(box[0] == page.number for box in boxes_of(glyphs, entry.start, entry.end)))
    told = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    click.echo(f"{png}: page {page.number} of {len(extraction.document.pages)}: {told or 'no numbers'}")


def kind_of(disposition: str, flagged: bool) -> str:
    """The look of a mention: one of :data:`LOOKS`."""
    if flagged or disposition == "malformed":
        return "flagged"
    return disposition if disposition in LOOKS else "other"


def _styled(text: str, kind: str | None, coloured: bool) -> str:
    if not text:
        return ""
    # A report must not steer the terminal: escape sequences in its text are shown, not obeyed.
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
    if kind is None:
        return text
    look = LOOKS[kind]
    return click.style(text, fg=look.colour, bold=look.bold) if coloured else look.opening + text + look.closing


def _pieces(extraction: Extraction, coloured: bool, first: int, last: int) -> Iterator[str]:
    text = extraction.document.text
    flagged = {figure.id for figure in extraction.figures if figure.flags}
    furniture = [block for block in extraction.document.blocks if block.kind == "furniture"]
    starts = [block.start for block in furniture]

    def between(start: int, end: int) -> Iterator[str]:
        """Text without numbers, cut where furniture begins and ends."""
        while start < end:
            at = bisect_right(starts, start) - 1
            inside = at >= 0 and furniture[at].end > start
            following = starts[at + 1] if at + 1 < len(starts) else end
            stop = min(end, furniture[at].end if inside else following)
            yield _styled(text[start:stop], "furniture" if inside else None, coloured)
            start = stop

    done = first
    for entry in extraction.ledger:
        if entry.start < first or entry.end > last:
            continue
        yield from between(done, entry.start)
        kind = kind_of(entry.disposition, bool(entry.flags) or entry.figure in flagged)
        yield _styled(text[entry.start : entry.end], kind, coloured)
        done = entry.end
    yield from between(done, last)


def _legend(extraction: Extraction, coloured: bool) -> str:
    flagged = {figure.id for figure in extraction.figures if figure.flags}
    counts = Counter(
        kind_of(entry.disposition, bool(entry.flags) or entry.figure in flagged) for entry in extraction.ledger
    )
    parts = [_styled(f"{counts[kind]} {look.meaning}", kind, coloured) for kind, look in LOOKS.items()]
    return " · ".join(parts)
