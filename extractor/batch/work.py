"""One document of a run, in whatever process: source in, rows out. Nothing that a document does ends the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.batch.duplicates import NONE, fingerprint
from extractor.batch.sources import Source
from extractor.errors import ExtractorError, InputError
from extractor.model import Document
from extractor.tables.observations import observe
from extractor.tables.panel import candidate_rows
from extractor.tables.records import Row, document_row, error_row, figure_row, flag_rows, ledger_row
from extractor.tables.texts import text_row

if TYPE_CHECKING:
    from extractor.library import Library


@dataclass(slots=True)
class Result:
    """What one source gave: its rows in each table."""

    source: str
    sha256: str
    document: Row
    figures: list[Row] = field(default_factory=list)
    flags: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    candidates: list[Row] = field(default_factory=list)
    """Rows of :data:`~extractor.tables.panel.CANDIDATES`, one for each observation."""
    set_aside: list[Row] = field(default_factory=list)
    text: Row | None = None
    """The document's row of ``texts``."""
    same: bytes = NONE
    """Equal for copies of one report, see ``duplicates``."""
    error: str = ""
    """Code of the error where the source could not be read."""


def load(sources: Sequence[Source]) -> Iterator[Document | ExtractorError]:
    """The documents of consecutive sources, or why not; those of one container are read in one pass."""
    for path, group in groupby(sources, key=lambda source: source.path if source.member else None):
        if path is None:
            for source in group:
                yield _alone(source)
        else:
            yield from _members(path, list(group))


def _alone(source: Source) -> Document | ExtractorError:
    from extractor import ingest
    from extractor.ingest.sidecar import read_sidecar, with_sidecar

    if source.error is not None:
        return source.error
    try:
        document = ingest.load(source.path, name=source.name, place=source.place, period=source.period)
        sidecar = read_sidecar(Path(source.path))
        return document if sidecar is None else with_sidecar(document, sidecar)
    except Exception as problem:
        return failed(problem)


def _members(path: str, sources: Sequence[Source]) -> Iterator[Document | ExtractorError]:
    from extractor.ingest.containers import load_members

    wanted = (source.member for source in sources if source.member is not None)
    container = sources[0].name.removesuffix(f"!{sources[0].member.name}") if sources[0].member else path
    found = load_members(path, wanted, place=sources[0].place, period=sources[0].period,
                         text_column=sources[0].text_column, name=container)
    for _ in sources:
        try:
            yield next(found)
        except StopIteration:
            yield InputError("is not in its container any more", where=path, code="missing", hint="run again")
        except Exception as problem:
            yield failed(problem)


def process(source: Source, document: Document | ExtractorError, library: Library) -> Result:
    """Extract and tabulate one document; every failure becomes a row with its reason."""
    if isinstance(document, ExtractorError):
        return failure(source, document)
    try:
        return _tabulate(source, document, library)
    except Exception as problem:
        return failure(source, failed(problem), document.sha256)


def failed(problem: Exception) -> ExtractorError:
    """Any exception as an error that a row can show."""
    if isinstance(problem, ExtractorError):
        return problem
    if isinstance(problem, MemoryError):
        hint = "split it, or raise --document-memory"
        return InputError("needs more memory than it may have", code="memory", hint=hint)
    # A mistake of ours must not cost the other documents.
    reason = f"internal error, {type(problem).__name__}: {problem}"
    hint = "please report it; EXTRACTOR_DEBUG=1 extractor extract FILE shows where"
    return InputError(reason, code="internal", hint=hint)


def failure(source: Source, error: ExtractorError, sha256: str = "") -> Result:
    """The result of a source that could not be read."""
    return Result(source.name, sha256, error_row(error, source.name, sha256), error=error.code)


def _tabulate(source: Source, document: Document, library: Library) -> Result:
    from extractor.pipeline import extract

    extraction = extract(document, library)
    document = extraction.document
    observations, set_aside = observe(extraction, library)
    spans = {figure.id: (figure.start, figure.end) for figure in extraction.figures}
    return Result(
        source=source.name,
        sha256=document.sha256,
        document=document_row(extraction, source.name),
        figures=[figure_row(document, figure) for figure in extraction.figures],
        flags=list(flag_rows(extraction)),
        ledger=[ledger_row(entry) for entry in extraction.ledger],
        candidates=candidate_rows(observations, spans, library),
        set_aside=set_aside,
        text=text_row(document),
        same=fingerprint(extraction),
    )
