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

if TYPE_CHECKING:
    from extractor.model import Extraction


class Look(NamedTuple):
    """How one kind of mention is shown: its colour, and its brackets where there is no colour."""

    colour: str
    bold: bool
    opening: str
    closing: str
    meaning: str


LOOKS = {
    "figure": Look("green", True, "[", "]", "figure"),
    "flagged": Look("red", True, "[!", "]", "figure with a flag"),
    "unexplained": Look("yellow", True, "<?", "?>", "unexplained"),
    "date": Look("cyan", False, "", "", "date"),
    "other": Look("blue", False, "", "", "name, marker, ordinal or identifier"),
    "furniture": Look("bright_black", False, "", "", "page furniture"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@click.command(
    epilog="Example: extractor show report.txt | less -R",
    short_help="Show a document with its numbers coloured by what became of them.",
)
@click.argument("file", metavar="FILE")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours; brackets stand in for them where there are none.")
@document_options
def show(file: str, color: str, patterns: Path | None, place: str | None) -> None:
    """Print the text of FILE (- is standard input) with every number marked: figures, flagged figures, dates, names
    and markers, page furniture, and what no rule explains."""
    extraction = extraction_of(file, patterns, place)
    coloured = color == "always" or (color == "auto" and sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    click.echo(_legend(extraction, coloured) + "\n", color=coloured)
    text = "".join(_pieces(extraction, coloured))
    click.echo(text, nl=not text.endswith("\n"), color=coloured)


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


def _pieces(extraction: Extraction, coloured: bool) -> Iterator[str]:
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

    done = 0
    for entry in extraction.ledger:
        yield from between(done, entry.start)
        kind = kind_of(entry.disposition, bool(entry.flags) or entry.figure in flagged)
        yield _styled(text[entry.start : entry.end], kind, coloured)
        done = entry.end
    yield from between(done, len(text))


def _legend(extraction: Extraction, coloured: bool) -> str:
    flagged = {figure.id for figure in extraction.figures if figure.flags}
    counts = Counter(
        kind_of(entry.disposition, bool(entry.flags) or entry.figure in flagged) for entry in extraction.ledger
    )
    parts = [_styled(f"{counts[kind]} {look.meaning}", kind, coloured) for kind, look in LOOKS.items()]
    return " · ".join(parts)
