"""Compressed streams, within limits: gzip, bzip2 and xz are unpacked on the way and can be sought like a file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, TypeVar, cast

from extractor.errors import InputError

from .member import damaged
from .source import Limits, read_up_to, too_large

_MAGIC = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"))
_Result = TypeVar("_Result")
#: What the three libraries raise for bytes that are not what they should be.
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


def compression(head: bytes) -> str:
    """``gz``, ``bz2``, ``xz`` or '' by the first bytes.

    >>> compression(b"BZh91AY"), compression(b"{}")
    ('bz2', '')
    """
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def size_of(stream: BinaryIO) -> int:
    """Bytes of a seekable stream, which is left at its beginning."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


def unpacked(stream: BinaryIO, name: str, limits: Limits) -> tuple[BinaryIO, str]:
    """``stream`` without its compression, and the name of that (``gz``, ``bz2``, ``xz`` or '')."""
    size = size_of(stream)
    kind = compression(stream.read(6))
    stream.seek(0)
    if not kind:
        return stream, ""
    inner: io.BufferedIOBase
    if kind == "gz":
        inner = gzip.GzipFile(fileobj=stream, mode="rb")
    elif kind == "bz2":
        inner = bz2.BZ2File(stream)
    else:
        inner = lzma.LZMAFile(stream)  # noqa: SIM115 (closed with the stream)
    guarded = _Guarded(inner, name, limits.unpacked + limits.ratio * size)
    return cast(BinaryIO, io.BufferedReader(guarded, 65536)), kind


def unpack(data: bytes, name: str, limits: Limits) -> bytes:
    """The content of a compressed file. Raises :class:`InputError`: ``too_large``, ``damaged``, ``bomb``."""
    stream, _ = unpacked(io.BytesIO(data), name, limits)
    result = read_up_to(stream, limits.largest)
    if len(result) > limits.largest:
        raise too_large(name, len(result), limits.largest)
    if not result:
        raise InputError("is empty", where=name, hint="nothing to extract; check the download", code="empty")
    return result


def head_of(stream: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes from here; of a stream that is cut off, what there is."""
    head = b""
    try:
        while len(head) < size and (piece := stream.read1(size - len(head))):  # type: ignore[attr-defined]
            head += piece
    except InputError:
        pass
    return head


class _Guarded(io.RawIOBase):
    """An unpacked stream that refuses to become absurdly larger than its source."""

    def __init__(self, inner: io.BufferedIOBase, name: str, most: int) -> None:
        super().__init__()
        self._inner = inner
        self._name = name
        self._most = most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        # One piece at a time: what precedes the place where a stream is cut off is still handed on.
        data = self._guard(lambda: self._inner.read1(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._guard(lambda: self._inner.seek(offset, whence))

    def tell(self) -> int:
        return self._inner.tell()

    def _guard(self, act: Callable[[], _Result]) -> _Result:
        try:
            result = act()
        except _BROKEN as error:
            raise damaged(self._name, error) from None
        if self._inner.tell() > self._most:
            raise InputError("unpacks to an absurd size (a bomb)", where=self._name, code="bomb",
                             hint="look at it by hand, or raise the limits")
        return result
