"""Pages of the source files as pictures. A file is shown only if it is, byte for byte, the one that was read.

The browser names a document and a page; which file that is says the run's own table. The hash recorded there is
compared before a byte of the file is interpreted: an exchanged file is not shown beside figures that it does not hold.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from extractor.errors import InputError
from extractor.review.session import Gone

if TYPE_CHECKING:
    from extractor.model import Page
    from extractor.review.session import Session

Key = TypeVar("Key")

#: Pixels of the longer side: readable at full width, about 300 KB.
_SIDE = 1600
_KEPT_PICTURES, _KEPT_FILES = 24, 2


class PageImages:
    """Pictures of pages, made one at a time: PDFium is not made for several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def png(self, doc: str, number: int) -> bytes:
        """Page ``number`` (from 1) of a document. Raises :class:`Gone` or :class:`InputError` if it cannot be shown."""
        row = self._session.run.document(doc)
        pages = self._session.run.text(doc).pages if row is not None else ()
        page = next((page for page in pages if page.number == number), None)
        if row is None or page is None:
            raise Gone("the run holds no such page")
        with self._lock:
            known = (row["sha256"], number)
            if known not in self._pictures:
                _keep(self._pictures, known, _drawn(self._bytes(row["source"], row["sha256"]), page), _KEPT_PICTURES)
            self._pictures.move_to_end(known)
            return self._pictures[known]

    def _bytes(self, source: str, sha256: str) -> bytes:
        """The file behind a document: where the run found it, or below one of the folders that ``--sources`` names."""
        from extractor.ingest.source import read_bytes

        if sha256 in self._files:
            return self._files[sha256]
        for path in self._candidates(source):
            try:
                data = read_bytes(path)
            except InputError:
                continue
            if hashlib.sha256(data).hexdigest() == sha256:
                _keep(self._files, sha256, data, _KEPT_FILES)
                return data
        raise Gone("the file is not where it was read, or has changed since", hint="name its folder with --sources")

    def _candidates(self, source: str) -> list[Path]:
        given = Path(source)
        parts = given.parts[1:] if given.is_absolute() else given.parts
        below = [Path(*parts[at:]) for at in range(len(parts))]
        return [given, *(root / path for root in self._session.roots for path in below if ".." not in path.parts)]


def _keep(kept: OrderedDict[Key, bytes], key: Key, data: bytes, most: int) -> None:
    kept[key] = data
    while len(kept) > most:
        kept.popitem(last=False)


def _drawn(data: bytes, page: Page) -> bytes:
    """A page as PNG. Raises :class:`InputError` for a file that cannot be drawn."""
    from extractor.ingest.render import page_picture

    picture, _ = page_picture(data, page, longest=_SIDE)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
