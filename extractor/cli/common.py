"""What several commands share: reading one document, the pattern library, the common options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from extractor.library import Library
    from extractor.model import Document, Extraction

Command = TypeVar("Command", bound=Callable[..., object])

_place = click.option("--place", metavar="NAME", help="Place the report is about, where its text does not say: 云岭县.")
_patterns = click.option(
    "--patterns",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of pattern files that add to or override the packaged ones. Default: ./patterns, if it is there.",
)


def document_options(command: Command) -> Command:
    """``--place`` and ``--patterns``, the same for every command that reads documents."""
    return _place(_patterns(command))


def read_document(source: str, place: str | None = None) -> Document:
    """One document from a path, or from standard input for ``-``."""
    from extractor.ingest import load
    from extractor.ingest.source import DEFAULT_LIMITS

    if source == "-":
        # One byte more than allowed: the loader refuses it, and an endless stream cannot fill the memory.
        return load(sys.stdin.buffer.read(DEFAULT_LIMITS.largest + 1), name="stdin", place=place)
    return load(Path(source), place=place)


def read_library(patterns: Path | None) -> Library:
    from extractor.library import load_library

    return load_library(patterns)


def extraction_of(source: str, patterns: Path | None = None, place: str | None = None) -> Extraction:
    """One document through the whole pipeline."""
    from extractor.pipeline import extract

    library = read_library(patterns)
    return extract(read_document(source, place), library)
