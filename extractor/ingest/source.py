"""Bytes of a source, within limits, or an :class:`InputError` that says what is wrong and what to try."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from extractor.errors import InputError

_UNSAFE = re.compile(r"[^\w一-鿿.-]+")
_ROW = re.compile(r"!\d+\Z")
_MB = 1024 * 1024
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost. Sizes are bytes of the source.

    ``text`` (64 MB) is about four hundred times the longest report known to us, a provincial yearbook chapter; a file
    beyond it is a concatenation, which containers split, or a mistake. ``html`` is lower because markup costs memory:
    parsing takes about ten times the size of the source. ``pdf`` is higher for the pictures of scans. ``office`` holds
    for Word and Excel files, ``unpacked`` for what their parts (or a compressed file) may become when unpacked.
    ``seconds`` is what LibreOffice may take for one legacy file. Archives: at most ``members`` documents, archives
    inside archives down to ``depth``; unpacking that yields more than ``ratio`` times its source (beyond the first
    ``unpacked`` bytes) is a bomb: text shrinks about twentyfold, a page full of boilerplate a hundredfold.
    """

    text: int = 64 * _MB
    html: int = 32 * _MB
    pdf: int = 256 * _MB
    office: int = 64 * _MB
    unpacked: int = 256 * _MB
    seconds: float = 60.0
    members: int = 10_000_000
    depth: int = 3
    ratio: int = 400

    @property
    def usual(self) -> int:
        """The most that is read from a source that is no PDF."""
        return max(self.text, self.html, self.office)

    @property
    def largest(self) -> int:
        """The most that is read from any source."""
        return max(self.usual, self.pdf)


DEFAULT_LIMITS = Limits()


def read_bytes(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The content of a regular file. Raises :class:`InputError`: ``missing``, ``directory``, ``unreadable``,
    ``empty``, ``too_large``. Never reads more than the limit."""
    where = str(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise InputError("file does not exist", where=where, hint="check the path", code="missing") from None
    except (OSError, ValueError) as error:
        raise read_error(where, error) from None
    if stat.S_ISDIR(status.st_mode):
        hint = "extract reads one file; use 'extractor run' for a folder"
        raise InputError("is a directory, not a file", where=where, hint=hint, code="directory")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("is not a regular file (a device, pipe or socket)", where=where,
                         hint="copy its content to a file, or use - for standard input", code="unreadable")
    if status.st_size > limits.largest:
        raise too_large(where, status.st_size, limits.largest)
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
            # Only a PDF may be that large; nothing else is read before it is refused.
            if status.st_size > limits.usual and b"%PDF-" not in head:
                raise too_large(where, status.st_size, limits.usual)
            data = head + read_up_to(stream, limits.largest - len(head))
    except OSError as error:
        raise read_error(where, error) from None
    if len(data) > limits.largest:
        raise too_large(where, len(data), limits.largest)
    return data


def read_up_to(stream: BinaryIO, limit: int) -> bytes:
    """The rest of a stream; one byte more than ``limit`` where there is more. Reads piece by piece: asked for the limit
    at once, Python would make room for all of it."""
    pieces, size = [], 0
    while size <= limit and (piece := stream.read(min(_PIECE, limit + 1 - size))):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def read_exactly(stream: BinaryIO, length: int) -> bytes:
    """``length`` bytes, or fewer at the end of the stream; no room is made for what is not there."""
    return read_up_to(stream, length - 1)


def too_large(where: str, size: int, limit: int) -> InputError:
    """The error for a source of ``size`` bytes beyond ``limit``."""
    return InputError(f"is too large ({size / _MB:.1f} MB, the limit is {limit / _MB:.0f} MB)", where=where,
                      hint="split it into one report a file, or raise the limit", code="too_large")


def document_id(name: str, digest: str) -> str:
    """Readable and stable: the safe part of the file's stem and the first 12 hex digits of the content's SHA-256.

    >>> document_id("reports/云岭县 2023.txt", "0123456789abcdef")
    '云岭县_2023-0123456789ab'
    >>> document_id("reports.csv!12", "0123456789abcdef")  # a row
    'reports_12-0123456789ab'
    """
    if not name:
        return digest[:12]
    stem = os.path.basename(name.replace("\\", "/"))
    stem, mark, row = stem.rpartition("!") if _ROW.search(stem) else (stem, "", "")
    stem = stem.rsplit(".", 1)[0] if "." in stem.strip(".") else stem
    stem += f"_{row}" if mark else ""
    stem = _UNSAFE.sub("_", stem).strip("._-")[:48]
    return f"{stem}-{digest[:12]}" if stem else digest[:12]


def digest_of(data: bytes) -> str:
    """SHA-256 of the source, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_error(where: str, error: OSError | ValueError) -> InputError:
    """The error for a file that the system does not let us read."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"cannot be read: {reason}", where=where, hint="check the permissions and the name",
                      code="unreadable")
