"""One document of a run, in whatever process: source in, rows out. Nothing that a document does ends the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractor.batch.sources import Source
from extractor.errors import ExtractorError, InputError
from extractor.model import Document, Observation
from extractor.tables.observations import observe
from extractor.tables.records import Row, document_row, error_row, figure_row, flag_rows, ledger_row
from extractor.tables.texts import text_row

if TYPE_CHECKING:
    from extractor.library import Library


@dataclass(slots=True)
class Result:
    """What one source gave. Plain data, so that it travels between processes."""

    source: str
    sha256: str
    document: Row
    figures: list[Row] = field(default_factory=list)
    flags: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    set_aside: list[Row] = field(default_factory=list)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Where the figures behind the observations stand."""
    text: Row | None = None
    """The document's row of ``texts``."""
    failed: bool = False


def process(source: Source, library: Library) -> Result:
    """Read, extract and tabulate one source; every failure becomes a row with its reason."""
    try:
        if source.error is not None:
            raise source.error
        return _tabulate(source, library)
    except ExtractorError as error:
        return failure(source, error)
    except MemoryError:
        hint = "split it, or use fewer --workers"
        return failure(source, InputError("needs more memory than there is", code="memory", hint=hint))
    except Exception as problem:  # a mistake of ours must not cost the other documents
        reason = f"internal error, {type(problem).__name__}: {problem}"
        hint = "please report it; EXTRACTOR_DEBUG=1 extractor extract FILE shows where"
        return failure(source, InputError(reason, code="internal", hint=hint))


def failure(source: Source, error: ExtractorError) -> Result:
    """The result of a source that could not be read."""
    return Result(source.name, "", error_row(error, source.name), failed=True)


def _tabulate(source: Source, library: Library) -> Result:
    from extractor.pipeline import extract

    extraction = extract(_load(source), library)
    document = extraction.document
    observations, set_aside = observe(extraction, library)
    observed = {observation.figure for observation in observations}
    return Result(
        source.name,
        document.sha256,
        document_row(extraction, source.name),
        [figure_row(document, figure) for figure in extraction.figures],
        list(flag_rows(extraction)),
        [ledger_row(entry) for entry in extraction.ledger],
        observations,
        set_aside,
        {figure.id: (figure.start, figure.end) for figure in extraction.figures if figure.id in observed},
        text_row(document),
    )


def _load(source: Source) -> Document:
    from extractor.ingest import load

    return load(source.path, name=source.name, place=source.place, period=source.period)
