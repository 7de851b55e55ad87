"""Bytes to :class:`~extractor.model.Document`: one door, :func:`load`, which goes by content and not by file name.

Files that hold many documents are listed and loaded by :mod:`extractor.ingest.containers`.
"""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from extractor.errors import InputError
from extractor.model import Document

from .detect import Format, detect
from .encoding import decode
from .source import DEFAULT_LIMITS, Limits, digest_of, read_bytes, too_large
from .text import from_text, text_document

__all__ = ["Limits", "from_text", "load"]

#: What a kind is called and what to do with it, for the kinds that are no documents.
_REFUSED: dict[Format, tuple[str, str]] = {
    "ofd": ("an OFD file", "open it in an OFD reader and save it as PDF"),
    "encrypted": ("an Office file with a password", "save it without a password"),
    "ole": ("an Office file of a kind that holds no report (a presentation or a database)", "save its text as DOCX"),
    "rar": ("a RAR archive", "unpack it, or pack it as zip"),
    "7z": ("a 7z archive", "unpack it, or pack it as zip"),
}
_CONTAINERS = frozenset({"zip", "tar", "parquet", "warc"})
_COMPRESSED = frozenset({"gz", "bz2", "xz"})


def load(source: str | PathLike[str] | bytes, *, name: str | None = None, place: str | None = None,
         period: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document in a file, in bytes, or in a container (``reports.zip!2023/a.html``, ``reports.csv!12``).

    ``name`` is what messages and tables call the source (default: the path). ``place`` and ``period`` are what the
    caller knows about the report. For plain text the document's text is the decoded file itself, newlines and byte
    order mark included. Raises :class:`InputError` with a stable ``code``: ``missing``, ``directory``,
    ``unreadable``, ``empty``, ``too_large``, ``bomb``, ``binary``, ``encoding``, ``encrypted``, ``damaged``,
    ``container`` (it holds many documents) or ``format``.
    """
    if isinstance(source, bytes):
        data, name = source, name or ""
        if len(data) > limits.largest:
            raise too_large(name, len(data), limits.largest)
    else:
        path = Path(source)
        name = name or str(source)
        if "!" in str(source) and not os.path.lexists(path):
            from .containers import load_named

            return load_named(str(source), name=name, place=place, period=period, limits=limits)
        data = read_bytes(path, limits)
    if not data:
        raise InputError("is empty", where=name, hint="nothing to extract; check the download", code="empty")
    return _document(data, detect(data), name, place, period, limits)


def _document(data: bytes, kind: Format, name: str, place: str | None, period: str | None, limits: Limits) -> Document:
    digest = digest_of(data)
    # The loaders are imported where they are needed: their libraries are slow to import, and plain text needs none.
    if kind in ("html", "mhtml"):
        if len(data) > limits.html:
            raise too_large(name, len(data), limits.html)
        if kind == "mhtml":
            from .mhtml import mhtml_document

            return mhtml_document(data, digest=digest, name=name, place=place, period=period)
        from .html import html_document

        return html_document(data, digest=digest, name=name, place=place, period=period)
    if kind == "pdf":
        from .pdf import pdf_document

        return pdf_document(data, digest=digest, name=name, place=place, period=period)
    if kind == "image":
        from .ocr import image_document

        return image_document(data, digest=digest, name=name, place=place, period=period)
    if kind == "docx":
        from .docx import docx_document

        return docx_document(data, digest=digest, name=name, place=place, period=period, limits=limits)
    if kind in ("xlsx", "xls"):
        from .sheet import sheet_document

        return sheet_document(data, kind, digest=digest, name=name, place=place, period=period, limits=limits)
    if kind in ("doc", "rtf", "opendocument"):
        from .legacy import legacy_document

        return legacy_document(data, kind, digest=digest, name=name, place=place, period=period, limits=limits)
    if kind in _COMPRESSED:
        from .streams import unpack

        data = unpack(data, name, limits)
        if (inner := detect(data)) in _COMPRESSED:
            raise InputError("is compressed twice", where=name, hint="unpack it first", code="format")
        return _document(data, inner, name, place, period, limits)
    if kind in _REFUSED:
        what, hint = _REFUSED[kind]
        raise InputError(f"is {what}, which cannot be read here", where=name, hint=hint, code="format")
    if kind in _CONTAINERS:
        raise _many(name)
    if len(data) > limits.text:
        raise too_large(name, len(data), limits.text)
    return _text(data, digest, name, place, period, limits)


def _text(data: bytes, digest: str, name: str, place: str | None, period: str | None, limits: Limits) -> Document:
    from .delimited import delimited_document

    decoded = decode(data, name)
    table = delimited_document(data, decoded, digest=digest, name=name, place=place, period=period, limits=limits)
    if table is not None:
        return table
    return text_document(decoded.text, digest=digest, name=name, place=place, period=period,
                         warnings=decoded.warnings)


def _many(name: str) -> InputError:
    return InputError("holds many documents", where=name, code="container",
                      hint="use 'extractor run', or name one of them: FILE!MEMBER")
