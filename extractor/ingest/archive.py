"""Zip and tar: which files they hold and the bytes of one, read at its own offset.

Nothing is ever written to disk, names are only names, links are not followed, and no file unpacks beyond the limit.
``zipfile`` reads the directory of a zip; its single files are unpacked here, because ``ZipFile`` would read the whole
directory again for each chunk of documents.
"""

from __future__ import annotations

import bz2
import itertools
import re
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from extractor.errors import InputError

from .member import Content, Member, damaged
from .source import Limits, read_exactly, too_large

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_ENCRYPTED, _STREAMED, _UTF8 = 1, 8, 0x800
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CHUNK = 1 << 20
_NOT_REPORTS = re.compile(
    r"(?:^|/)(?:\.|__MACOSX/|Thumbs\.db$|sources\.yaml$|readme(?:\.[a-z]{2,4})?$)|\.meta\.json$", re.I)


def is_report(name: str) -> bool:
    """Whether a file of an archive may be a document: not hidden, no read-me, no sidecar of the crawler.

    >>> [is_report(name) for name in ("a/b.html", ".git/config", "__MACOSX/._b.html", "a/b.meta.json")]
    [True, False, False, False]
    """
    return not name.endswith("/") and _NOT_REPORTS.search(name) is None


def safe_name(name: str) -> str:
    """A name from an archive as a relative path without tricks; it is only printed, never opened.

    >>> safe_name("..\\\\..\\\\etc/./passwd"), safe_name("C:/a\\x1b[31m.txt")
    ('etc/passwd', 'C:/a_[31m.txt')
    """
    parts = printable(name.replace("\\", "/")).split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))[-400:] or "_"


def printable(name: str) -> str:
    """A name without control characters and line separators."""
    return _CONTROL.sub("_", name)


class Names:
    """Names that occur twice get a number, so that each member has its own."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def own(self, name: str) -> str:
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}#{self._seen[name]}"


class Zip:
    """A zip archive on a seekable stream."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits) -> None:
        self._stream, self._name, self._limits = stream, name, limits

    def members(self) -> Iterator[Member]:
        names = Names()
        try:
            with zipfile.ZipFile(self._stream) as archive:
                infos = archive.infolist()
        except InputError:
            raise
        except Exception as error:  # zipfile raises several kinds for broken directories
            yield from self._salvaged(names)
            raise damaged(self._name, f"its directory cannot be read ({error})", "fetch the archive again") from None
        ends = sorted((info.header_offset, info.header_offset + info.compress_size) for info in infos)
        if any(end > start for (_, end), (start, _) in itertools.pairwise(ends)):
            raise InputError("its files overlap (a bomb)", where=self._name, code="bomb", hint="look at it by hand")
        for info in infos:
            name = safe_name(_file_name(info))
            if info.is_dir() or not is_report(name):
                continue
            note = "encrypted" if info.flag_bits & _ENCRYPTED else "link" if _is_link(info) else ""
            yield Member(names.own(name), info.header_offset, info.compress_size, info.file_size, info.CRC, note)

    def read(self, member: Member) -> Content:
        where = f"{self._name}!{member.name}"
        if member.size > self._limits.largest:
            raise too_large(where, member.size, self._limits.largest)
        if member.offset < 0:
            raise damaged(where, "no file begins where the directory says")
        self._stream.seek(member.offset)
        method, _, _ = self._header(where)
        if member.length > self._limits.largest:
            raise too_large(where, member.length, self._limits.largest)
        data = _inflate(read_exactly(self._stream, member.length), method, self._limits.largest, where)
        if zlib.crc32(data) != member.check:
            raise damaged(where, "its checksum is wrong", "fetch the archive again")
        return Content(data)

    def _header(self, where: str) -> tuple[int, str, tuple[int, int, int, int]]:
        """Method, name and (flags, checksum, packed, unpacked size) of the local header that begins here."""
        head = self._stream.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise damaged(where, "no file begins where the directory says")
        _, _, flags, method, _, _, check, packed, size, name, extra = _LOCAL.unpack(head)
        printed = self._stream.read(name)
        self._stream.seek(extra, 1)
        text = printed.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        return method, text if flags & _UTF8 else _chinese(text), (flags, check, packed, size)

    def _salvaged(self, names: Names) -> Iterator[Member]:
        """The files of an archive whose directory is lost (a download cut off), from their own headers."""
        end = self._stream.seek(0, 2)
        self._stream.seek(0)
        while True:
            offset = self._stream.tell()
            try:
                method, name, (flags, check, packed, size) = self._header(self._name)
            except InputError:
                return
            begin = self._stream.tell()
            if flags & _STREAMED and not packed:
                # Sizes stand behind the data: only unpacking finds the end.
                if method != _DEFLATED:
                    return
                found = self._measure()
                if found is None:
                    return
                packed, size, check = found
                trailer = self._stream.read(4)
                self._stream.seek(begin + packed + (16 if trailer == b"PK\x07\x08" else 12))
            else:
                if begin + packed > end:
                    return
                self._stream.seek(begin + packed)
            name = safe_name(name)
            if is_report(name) and size:
                note = "encrypted" if flags & _ENCRYPTED else ""
                yield Member(names.own(name), offset, packed, size, check, note)

    def _measure(self) -> tuple[int, int, int] | None:
        """Packed size, unpacked size and checksum of the deflated data that begins here; None if it does not end."""
        begin = self._stream.tell()
        engine = zlib.decompressobj(-15)
        size = check = 0
        try:
            while not engine.eof:
                piece = self._stream.read(65536)
                if not piece or size > self._limits.unpacked:
                    return None
                while piece and not engine.eof:
                    data = engine.decompress(piece, _CHUNK)
                    size, check = size + len(data), zlib.crc32(data, check)
                    piece = engine.unconsumed_tail
        except zlib.error:
            return None
        end = self._stream.tell() - len(engine.unused_data)
        self._stream.seek(end)
        return end - begin, size, check


def _is_link(info: zipfile.ZipInfo) -> bool:
    return info.create_system == 3 and (info.external_attr >> 28) == 0xA


def _file_name(info: zipfile.ZipInfo) -> str:
    return info.filename if info.flag_bits & _UTF8 else _chinese(info.filename)


def _chinese(name: str) -> str:
    """A name that ``zipfile`` read as code page 437: Chinese Windows writes GBK there, others UTF-8.

    >>> _chinese("总结.txt".encode("gbk").decode("cp437"))
    '总结.txt'
    """
    if name.isascii():
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return name


def _inflate(data: bytes, method: int, limit: int, where: str) -> bytes:
    try:
        if method == _STORED:
            result, done = data, True
        elif method == _DEFLATED:
            engine = zlib.decompressobj(-15)
            result = engine.decompress(data, limit + 1)
            done = engine.eof or len(result) > limit
        elif method == _BZIP2:
            unpacker = bz2.BZ2Decompressor()
            result = unpacker.decompress(data, limit + 1)
            done = unpacker.eof or len(result) > limit
        else:
            raise InputError(f"is packed in a way that is not supported (zip method {method})", where=where,
                             hint="unpack it with another program", code="format")
    except (zlib.error, OSError, ValueError) as error:
        raise damaged(where, error, "fetch the archive again") from None
    if len(result) > limit:
        raise too_large(where, len(result), limit)
    if not done:
        raise damaged(where, "it ends in the middle", "fetch the archive again")
    return result


class Tar:
    """A tar archive on a seekable stream (unpacked already where it was compressed)."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits) -> None:
        self._stream, self._name, self._limits = stream, name, limits

    def members(self) -> Iterator[Member]:
        names = Names()
        try:
            with tarfile.open(fileobj=self._stream, mode="r:", ignore_zeros=False) as archive:
                while (info := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # the archive would keep them all
                    name = safe_name(info.name)
                    if info.isdir() or not is_report(name):
                        continue
                    note = "" if info.isreg() and not info.issparse() else "link" if info.issym() or info.islnk() \
                        else "special"
                    yield Member(names.own(name), info.offset_data, info.size, info.size, 0, note)
                # tarfile takes whatever it does not understand for the end; the end is a block of zeros.
                self._stream.seek(archive.offset)
                if self._stream.read(512) != b"\0" * 512:
                    raise damaged(self._name, "it ends in the middle, or a header is broken", "fetch the archive again")
        except InputError:
            raise
        except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, MemoryError, struct.error) as error:
            raise damaged(self._name, error, "fetch the archive again") from None

    def read(self, member: Member) -> Content:
        where = f"{self._name}!{member.name}"
        if member.size > self._limits.largest:
            raise too_large(where, member.size, self._limits.largest)
        self._stream.seek(member.offset)
        data = read_exactly(self._stream, member.length)
        if len(data) < member.length:
            raise damaged(where, "it ends in the middle", "fetch the archive again")
        return Content(data)
