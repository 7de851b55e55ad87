"""Bytes to :class:`~extractor.model.Document`: one door, :func:`load`, which goes by content and not by file name."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from extractor.errors import InputError
from extractor.model import Document

from .detect import detect
from .encoding import decode
from .source import DEFAULT_LIMITS, Limits, digest_of, read_bytes, too_large
from .text import from_text, text_document

__all__ = ["Limits", "from_text", "load"]

_KINDS = {
    "pdf": ("a PDF file", "convert it to text with a PDF tool"),
    "zip": ("a zip archive or an Office file (DOCX, XLSX)", "unpack it, or save the document as text or HTML"),
    "ole": ("a legacy Office file (DOC, WPS, XLS)", "save it as text or HTML"),
    "rtf": ("an RTF file", "save it as text or HTML"),
    "gzip": ("a gzip file", "unpack it first"),
    "image": ("an image", "recognise its text first"),
}


def load(source: str | PathLike[str] | bytes, *, name: str | None = None, place: str | None = None,
         period: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document in a file or in bytes.

    ``name`` is what messages and tables call the source (default: the path). ``place`` and ``period`` are what the
    caller knows about the report. For plain text the document's text is the decoded file itself, newlines and byte
    order mark included. Raises :class:`InputError` with a stable ``code``: ``missing``, ``directory``,
    ``unreadable``, ``empty``, ``too_large``, ``binary``, ``encoding`` or ``format``.
    """
    if isinstance(source, bytes):
        data, name = source, name or ""
        if len(data) > limits.largest:
            raise too_large(name, len(data), limits.largest)
    else:
        name = name or str(source)
        data = read_bytes(Path(source), limits)
    if not data:
        raise InputError("is empty", where=name, hint="nothing to extract; check the download", code="empty")
    kind = detect(data)
    digest = digest_of(data)
    if kind == "html":
        from .html import html_document  # lxml is slow to import and plain text does not need it

        if len(data) > limits.html:
            raise too_large(name, len(data), limits.html)
        return html_document(data, digest=digest, name=name, place=place, period=period)
    if kind != "text":
        what, hint = _KINDS[kind]
        raise InputError(f"is {what}, which cannot be read here", where=name, hint=hint, code="format")
    if len(data) > limits.text:
        raise too_large(name, len(data), limits.text)
    decoded = decode(data, name)
    return text_document(decoded.text, digest=digest, name=name, place=place, period=period,
                         warnings=decoded.warnings)
