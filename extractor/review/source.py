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
from typing import TYPE_CHECKING, Any

from extractor.errors import InputError
from extractor.review.session import Gone

if TYPE_CHECKING:
    from extractor.review.session import Session

#: Pixels of the longer side: readable at full width, about 300 KB.
_SIDE = 1600
_KEPT_PICTURES, _KEPT_FILES = 24, 2
_PICTURES = ("png", "jpeg", "tiff", "bmp", "image")


class PageImages:
    """Pictures of pages, made one at a time: PDFium is not made for several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def possible(self, doc: str) -> bool:
        """Whether a document has pages to show."""
        row = self._session.run.document(doc)
        return row is not None and (row["format"] == "pdf" or row["format"] in _PICTURES)

    def png(self, doc: str, number: int) -> bytes:
        """Page ``number`` (from 1) of a document. Raises :class:`Gone` or :class:`InputError` if it cannot be shown."""
        row = self._session.run.document(doc)
        if row is None or not self.possible(doc):
            raise Gone("the run holds no such page")
        with self._lock:
            known = (row["sha256"], number)
            if known not in self._pictures:
                _keep(self._pictures, known, _drawn(self._bytes(row["source"], row["sha256"]), number, row["format"]),
                      _KEPT_PICTURES)
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


def _keep(kept: OrderedDict[object, bytes] | OrderedDict[str, bytes] | OrderedDict[tuple[str, int], bytes], key: object,
          data: bytes, most: int) -> None:  # fmt: skip
    kept[key] = data  # type: ignore[index]
    while len(kept) > most:
        kept.popitem(last=False)


def _drawn(data: bytes, number: int, kind: str) -> bytes:
    """A page as PNG. Raises :class:`InputError` for a file that cannot be drawn."""
    picture = _of_pdf(data, number) if kind == "pdf" else _of_picture(data, number)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _of_pdf(data: bytes, number: int) -> Any:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            if not 1 <= number <= len(document):
                raise Gone("the document has no such page")
            page = document[number - 1]
            width, height = page.get_size()
            # Bounded by pixels, not by points: a hostile page claims any size.
            scale = min(_SIDE / max(width, height, 1.0), 4.0)
            return page.render(scale=scale, fill_color=(255, 255, 255, 255)).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise InputError(f"cannot be drawn: {error}") from None


def _of_picture(data: bytes, number: int) -> Any:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            if not 1 <= number <= getattr(picture, "n_frames", 1):
                raise Gone("the document has no such page")
            picture.seek(number - 1)
            picture.draft("RGB", (_SIDE, _SIDE))
            picture.thumbnail((_SIDE, _SIDE))
            return picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"cannot be drawn: {error}") from None
