"""What kind of file bytes are, by content and not by name."""

from __future__ import annotations

import codecs
import itertools
import re
from typing import Literal

from .office import kind_of_zip

Format = Literal["text", "html", "mhtml", "pdf", "docx", "xlsx", "xls", "doc", "opendocument", "ofd", "encrypted",
                 "ole", "rtf", "image", "zip", "tar", "parquet", "warc", "gz", "bz2", "xz", "rar", "7z"]

_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"PAR1", "parquet"),
    (b"WARC/", "warc"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
)
# Streams of an OLE file, by their names as its directory holds them.
_STREAMS: tuple[tuple[str, Format], ...] = (
    ("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))
_MIME = re.compile(
    rb"\s*(?:[A-Za-z-]{2,40}:[^\r\n]{0,1000}\r?\n(?:[ \t][^\r\n]{0,1000}\r?\n)*){0,20}?MIME-Version:", re.I)
_HEAD = 4096
_SAMPLE = 65536
_SPACE = b"\xef\xbb\xbf \t\r\n\f"
_START = re.compile(
    rb"<(?:!doctype\s+html|!--|\?xml[^>]{0,200}\?>\s*<(?:!doctype\s+html|html)|(?:html|head|body|meta|title|link|script|"
    rb"style|div|p|table|span|section|article|ul|h[1-6]|center|font|strong|b|br|img|a)\b[^>]{0,2000}>)", re.I)
_CLOSING = re.compile(rb"</(?:p|div|td|tr|li|ul|span|table|html|body|h[1-6]|a|font|strong)\s*>", re.I)


def detect(data: bytes) -> Format:
    """The kind of ``data``. Markup counts as HTML if the file begins with it or closes at least three tags.

    >>> detect("全县脱贫人口<1万户".encode()), detect("<p>全县<b>12</b>户</p>".encode()), detect(b"%PDF-1.4")
    ('text', 'html', 'pdf')
    """
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return _office(data, kind)
    if data[257:262] == b"ustar":
        return "tar"
    if b"%PDF-" in data[:1024] and b"\0" in data[:_SAMPLE]:
        return "pdf"
    sample = data[:_SAMPLE]
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        sample = sample.decode("utf-16", "ignore").encode("utf-8", "ignore")
    if _MIME.match(sample[:_HEAD]):
        return "mhtml"
    if b"<" not in sample:
        return "text"
    if _START.match(sample[:_HEAD].lstrip(_SPACE)):
        return "html"
    return "html" if sum(1 for _ in itertools.islice(_CLOSING.finditer(sample), 3)) == 3 else "text"


def _office(data: bytes, kind: Format) -> Format:
    """The kind of Office file in a zip or OLE file; ``zip`` and ``ole`` for anything else."""
    if kind == "zip":
        return kind_of_zip(data)
    if kind == "ole":
        return next((found for stream, found in _STREAMS if stream.encode("utf-16-le") + b"\0\0" in data), "ole")
    return kind
