"""HTML and PDF: reading a document, and reading and extracting it, beside the usual library alone.

Alone means what one would write without us: ``BeautifulSoup(page, "lxml").get_text()``, and for each page of a PDF
pdfplumber's ``chars``, ``extract_text()`` and ``find_tables()``. We also keep offsets, blocks, tables with their header
cells, page parts, metadata, and for PDF the box of every character.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from statistics import median

from benchmarks import generate, pages, timing


@dataclass(frozen=True, slots=True)
class FormatSpeed:
    """Milliseconds of CPU a document; overheads are shares of the library's time (0.25: a quarter more)."""

    documents: int
    pages: int
    kilobytes: float
    library: float
    reading: float
    whole: float
    reading_overhead: float
    whole_overhead: float


def html(documents: int, seconds: float) -> FormatSpeed:
    """Generated reports as pages of a government site."""
    from bs4 import BeautifulSoup

    made = [pages.html_page(name, text) for name, text in generate.documents(documents)]
    return _measure(made, documents, lambda data: BeautifulSoup(data, "lxml").get_text(), "page.html", seconds)


def html_samples(seconds: float) -> FormatSpeed:
    """The pages of the sample corpus that show its plain-text reports: small, dense with figures."""
    from bs4 import BeautifulSoup

    made = [path.read_bytes() for path in sorted(generate.CORPUS.glob("page-*.html"))]
    return _measure(made, len(made), lambda data: BeautifulSoup(data, "lxml").get_text(), "page.html", seconds)


def pdf(documents: int, seconds: float) -> FormatSpeed:
    """Generated reports as PDF files with a ruled table at the end."""
    made = [pages.pdf_file(text) for _, text in generate.documents(documents)]
    return _measure([data for data, _ in made], sum(count for _, count in made), _pdfplumber, "report.pdf", seconds)


def _pdfplumber(data: bytes) -> None:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as file:
        for page in file.pages:
            _ = page.chars
            page.extract_text()
            page.find_tables()


def _measure(made: Sequence[bytes], count: int, library: Callable[[bytes], object], name: str, seconds: float
             ) -> FormatSpeed:
    from extractor import extract
    from extractor.ingest import load

    def reading(data: bytes) -> object:
        return load(data, name=name)

    def whole(data: bytes) -> object:
        return extract(load(data, name=name))

    actions = [timing.each(function, made) for function in (library, reading, whole)]
    for function in (library, whole):
        function(made[0])  # imports and patterns are compiled outside of the measure
    alone, read, both = timing.in_turns(repeat(actions), seconds, timing.forget)
    return FormatSpeed(
        documents=len(made), pages=count, kilobytes=sum(map(len, made)) / len(made) / 1000,
        library=1000 * median(alone) / len(made), reading=1000 * median(read) / len(made),
        whole=1000 * median(both) / len(made),
        reading_overhead=timing.ratio(read, alone) - 1, whole_overhead=timing.ratio(both, alone) - 1)
