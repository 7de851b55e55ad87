"""Plain text: the decoded file itself is the document's text; only its metadata is read."""

from __future__ import annotations

from extractor.errors import InputError
from extractor.model import Block, Document

from .metadata import read_metadata
from .source import DEFAULT_LIMITS, Limits, digest_of, document_id, too_large


def from_text(text: str, *, name: str = "", place: str | None = None, period: str | None = None,
              limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document of a string, text unchanged. Raises :class:`InputError`: ``empty``, ``too_large``, ``encoding``."""
    if len(text) > limits.text:
        raise too_large(name, len(text), limits.text)
    try:
        digest = digest_of(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise InputError("contains lone surrogates, which are no characters", where=name,
                         hint="decode the bytes with the right encoding", code="encoding") from None
    return text_document(text, digest=digest, name=name, place=place, period=period)


def text_document(text: str, *, digest: str, name: str, place: str | None, period: str | None,
                  warnings: tuple[str, ...] = ()) -> Document:
    """A plain-text document whose bytes have the given SHA-256. Raises :class:`InputError` ``empty``."""
    if not text.strip("\ufeff \t\r\n\f\v　\xa0"):
        raise InputError("is empty", where=name, hint="nothing to extract; check the download", code="empty")
    found = read_metadata(text)
    blocks = (Block(*found.title_span, "title"),) if found.title_span else ()
    return Document(
        id=document_id(name, digest), text=text, source=name, format="text", title=found.title,
        publisher=found.publisher, place=place, issued=found.issued, period=period, meta=found.meta, blocks=blocks,
        sha256=digest, warnings=warnings)
