"""Pages of a web archive (WARC, ISO 28500): its HTTP responses that may be documents, read with warcio."""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING, Any, BinaryIO

from extractor.errors import InputError

from .archive import Names, printable
from .member import Content, Member, damaged
from .source import Limits, too_large
from .streams import compression, unpacked

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

#: Media types that are no documents; everything else is read by its content.
_NOT_DOCUMENTS = ("image/", "audio/", "video/", "font/",
                  "text/css", "text/javascript", "application/javascript", "application/x-javascript",
                  "application/json", "application/font", "application/x-font", "application/x-shockwave-flash")


class Warc:
    """A WARC file, plain or with each record compressed by itself (``.warc.gz``)."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._stream = unpacked(stream, name, limits)[0] if _one_piece(stream) else stream

    def members(self) -> Iterator[Member]:
        names = Names()
        self._stream.seek(0)
        iterator = _iterator(self._stream)
        end = 0
        try:
            while (record := _next(iterator)) is not None:
                url = record.rec_headers.get_header("WARC-Target-URI") or "record"
                size = record.length or 0
                with _quiet():
                    iterator.read_to_end(record)
                offset, length = iterator.get_record_offset(), iterator.get_record_length()
                end = offset + length
                if _wanted(record):
                    yield Member(names.own(printable(url)[:400]), offset, length, size)
            self._stream.seek(end)
            # warcio goes on, or stops, without a word to us.
            if iterator.err_count or self._stream.read(64).strip():
                raise damaged(self._name, "a record in it is broken or cut off")
        except InputError:
            raise
        except Exception as error:  # warcio raises several kinds, and plain ones, for broken records
            raise damaged(self._name, error) from None

    def read(self, member: Member) -> Content:
        where = f"{self._name}!{member.name}"
        self._stream.seek(member.offset)
        try:
            record = _next(_iterator(self._stream))
            with _quiet():
                data = record.content_stream().read(self._limits.largest + 1)
            length = record.http_headers.get_header("Content-Length") if record.http_headers else None
        except Exception as error:
            raise damaged(where, error or "it ends in the middle") from None
        if len(data) > self._limits.largest:
            raise too_large(where, len(data), self._limits.largest)
        if not data:
            raise InputError("is empty", where=where, hint="nothing to extract; check the download", code="empty")
        encoded = record.http_headers.get_header("Content-Encoding") if record.http_headers else None
        short = length and length.isdigit() and len(data) < int(length) and not encoded
        if short or getattr(record.raw_stream, "limit", 0) > 0:
            raise damaged(where, "it ends in the middle")
        fields = {"url": record.rec_headers.get_header("WARC-Target-URI") or "",
                  "fetched": record.rec_headers.get_header("WARC-Date") or ""}
        return Content(data, fields={key: value for key, value in fields.items() if value})


def _iterator(stream: BinaryIO) -> Any:
    from warcio.archiveiterator import ArchiveIterator

    return ArchiveIterator(stream)


def _next(iterator: Any) -> Any:
    with _quiet():
        return next(iterator, None)


@contextmanager
def _quiet() -> Iterator[None]:
    """warcio prints what it finds in a broken record, which may be anything, to the terminal."""
    logger = logging.getLogger("warcio")
    logger.setLevel(logging.CRITICAL + 1)
    with redirect_stderr(io.StringIO()):
        yield


def _wanted(record: ArcWarcRecord) -> bool:
    if record.rec_type == "resource":
        kind = record.content_type or ""
    elif record.rec_type == "response" and record.http_headers is not None:
        if record.http_headers.get_statuscode() != "200":
            return False
        kind = record.http_headers.get_header("Content-Type") or ""
    else:
        return False
    return not kind.strip().lower().startswith(_NOT_DOCUMENTS)


def _one_piece(stream: BinaryIO) -> bool:
    """Whether the whole file is one gzip member, so that its records have no offsets of their own."""
    stream.seek(0)
    piece = stream.read(1 << 16)
    stream.seek(0)
    if compression(piece) != "gz":
        return False
    try:
        data = zlib.decompressobj(31).decompress(piece, 1 << 20)
    except zlib.error:
        return False
    # A WARC begins with a short warcinfo record; a gzip member that holds a second record holds them all.
    return b"\r\n\r\nWARC/1." in data
