"""MHTML: a page saved with its pictures in one file, and what many sites offer as .doc. The page in it is read."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

from extractor.errors import InputError
from extractor.model import Document

from .html import html_document
from .member import damaged

_PARTS = 2000


def mhtml_document(data: bytes, *, digest: str, name: str, place: str | None = None,
                   period: str | None = None) -> Document:
    """The document of the first page in an MHTML file. Raises :class:`InputError`: ``empty``, ``damaged``."""
    try:
        message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
        pages = [part for part, _ in zip(message.walk(), range(_PARTS), strict=False)
                 if part.get_content_type() == "text/html"]
        page = pages[0].get_payload(decode=True) if pages else None
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        raise damaged(name, error) from None
    if not isinstance(page, bytes) or not page.strip():
        raise InputError("is a saved page without text", where=name, hint="save the page again", code="empty")
    document = html_document(page, digest=digest, name=name, place=place, period=period,
                             declared=pages[0].get_content_charset())
    return replace(document, meta={**document.meta, "container": "mhtml"})
