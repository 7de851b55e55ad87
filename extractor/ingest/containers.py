"""Files that hold many documents: zip, tar, JSONL, CSV, Excel with a column of reports, Parquet, WARC; compressed too.

A container is listed once (:func:`members`, in the parent of a run) and its documents are loaded where they are needed
(:func:`load_members`, in a worker). Archives inside archives are flattened (``a.zip!b.zip!c.html``). What a container
holds is found by content; only inside an archive a file's ending decides whether it is looked into.

A spreadsheet or CSV file is a container where a column holds reports, and a document (a table) where it holds numbers.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from extractor.errors import InputError
from extractor.model import Document

from .columns import facts_of
from .member import Container, Content, Member
from .source import DEFAULT_LIMITS, Limits, read_error, read_up_to
from .streams import compression, head_of, unpacked

__all__ = ["Member", "container_kind", "is_sequential", "load_member", "load_members", "members", "split_name"]

_HEAD = 8192
_SEPARATOR = "!"
#: Endings of files in an archive that are looked into; anything else is taken for a document.
_INNER = re.compile(
    r"\.(?:zip|tar|tgz|tbz2?|txz|gz|bz2|xz|jsonl|ndjson|json|csv|tsv|xlsx|xlsm|xls|et|parquet|warc)\Z", re.I)
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/|customXml/|mimetype|OFD\.xml")
_KEY, _VALUE = 100, 2000
_NOTES = {
    "link": ("is a link, which is not followed", "pack the file itself"),
    "special": ("is no regular file", "pack plain files"),
    "encrypted": ("is encrypted", "unpack the archive with its password first"),
    "too_large": ("is too large for one record", "look for an unclosed quotation mark, or raise the limit"),
    "depth": ("is an archive inside too many archives", "unpack it first"),
}


def container_kind(path: Path | str, *, text_column: str | None = None) -> str | None:
    """What kind of container a file is, None for a document or anything that cannot be read.

    ``zip``, ``tar``, ``jsonl``, ``json``, ``csv``, ``excel``, ``parquet`` or ``warc``, with ``.gz``, ``.bz2`` or
    ``.xz`` behind it where the file is compressed. Reads the head of the file, of a spreadsheet the cells. A table
    whose ``text_column`` is named is one whatever it looks like.
    """
    try:
        with open(path, "rb") as stream:
            return _kind(stream, str(path), DEFAULT_LIMITS) or (_tabular(stream) if text_column else None)
    except (OSError, ValueError, InputError):
        return None


def kind_of_bytes(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """As :func:`container_kind`, for bytes at hand."""
    try:
        return _kind(io.BytesIO(data), name, limits)
    except InputError:
        return None


def is_sequential(kind: str) -> bool:
    """Whether finding a member means reading what stands before it: such a container is best loaded in long chunks.

    >>> is_sequential("tar.gz"), is_sequential("tar"), is_sequential("warc.gz")
    (True, False, False)
    """
    return (kind.endswith((".gz", ".bz2", ".xz")) and kind != "warc.gz") or kind in ("excel", "json")


def members(path: Path | str, *, text_column: str | None = None, limits: Limits = DEFAULT_LIMITS,
            name: str | None = None) -> Iterator[Member]:
    """The documents of a container, in its own order; archives inside it are flattened.

    ``name`` is what messages call the container (default: the path). Raises :class:`InputError`: at once where it is
    no container or cannot be read, at the end where only its head could be read (code ``damaged``), beyond the limits
    (``too_large``, ``bomb``).
    """
    name = name or str(path)
    with _opened(path, name) as stream:
        container = _top(stream, name, limits, text_column)
        for count, member in enumerate(_flat(container, name, limits, text_column, limits.depth), 1):
            if count > limits.members:
                raise InputError(f"holds more than {limits.members} documents", where=name, code="too_large",
                                 hint="split it, or raise the limit")
            yield member


def load_member(path: Path | str, member: Member, *, place: str | None = None, period: str | None = None,
                text_column: str | None = None, limits: Limits = DEFAULT_LIMITS, name: str | None = None) -> Document:
    """The document of one member. Raises :class:`InputError`."""
    found = next(load_members(path, [member], place=place, period=period, text_column=text_column, limits=limits,
                              name=name))
    if isinstance(found, InputError):
        raise found
    return found


def load_members(path: Path | str, wanted: Iterable[Member], *, place: str | None = None, period: str | None = None,
                 text_column: str | None = None, limits: Limits = DEFAULT_LIMITS,
                 name: str | None = None) -> Iterator[Document | InputError]:
    """The documents of several members, each or the reason why not, in the order asked for.

    The container is opened once; members that follow each other are read in one pass. ``place`` and ``period`` are
    what the caller knows and win over columns of a row. The document's source is ``name!member``.
    """
    name = name or str(path)
    wanted = iter(wanted)
    try:
        with _opened(path, name) as stream:
            top = _top(stream, name, limits, text_column)
            inner: dict[Member, Container] = {}
            for member in wanted:
                try:
                    _readable(member, _full(name, member))
                    container = _inside(top, member, inner, name, limits, text_column)
                    yield _document(container.read(_named(member)), member, name, place, period, limits)
                except InputError as error:
                    yield error if error.where else _at(error, _full(name, member))
                except OSError as error:  # the disk or the network, not the document
                    yield read_error(_full(name, member), error)
    except InputError as error:
        # The container itself cannot be read (any more): every member that is left has this reason.
        for member in wanted:
            yield _at(error, _full(name, member))


def load_named(source: str, *, name: str | None = None, place: str | None = None, period: str | None = None,
               text_column: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document that ``container!member`` names. Raises :class:`InputError` ``missing`` where there is none."""
    for at in [found.start() for found in re.finditer(_SEPARATOR, source)]:
        path = Path(source[:at])
        if path.is_file():
            wanted = source[at + 1:]
            try:
                for member in members(path, text_column=text_column, limits=limits):
                    if member.name == wanted:
                        return load_member(path, member, place=place, period=period, text_column=text_column,
                                           limits=limits)
            except InputError as error:
                if error.code != "damaged":
                    raise
            raise InputError(f"holds no document {wanted!r}", where=str(path), code="missing", hint="check the name")
    raise InputError("file does not exist", where=name or source, hint="check the path", code="missing")


def split_name(source: str) -> tuple[str, str] | None:
    """Container and member of a document's source; None where it names a plain file.

    >>> split_name("reports.zip!2023/a.html"), split_name("a.html")
    (('reports.zip', '2023/a.html'), None)
    """
    head, mark, tail = source.partition(_SEPARATOR)
    return (head, tail) if mark and head and tail else None


@contextmanager
def _opened(path: Path | str, name: str) -> Iterator[BinaryIO]:
    try:
        stream = open(path, "rb")  # noqa: SIM115 (errors of opening are ours, errors of reading are not)
    except (OSError, ValueError) as error:
        raise read_error(name, error) from None
    with stream:
        yield stream


def _top(stream: BinaryIO, name: str, limits: Limits, column: str | None) -> Container:
    container = _open(stream, name, limits, column)
    if container is None:
        raise InputError("is no container of documents", where=name, code="format",
                         hint="give it to extract as a document")
    return container


def _kind(stream: BinaryIO, name: str, limits: Limits) -> str | None:
    head = stream.read(_HEAD)
    packed = compression(head)
    if not packed:
        return _plain_kind(stream, head, name, limits)
    inner, _ = unpacked(stream, name, limits)
    start = head_of(inner, _HEAD)
    kind = _plain_kind(inner, start, name, limits)
    return f"{kind}.{packed}" if kind else None


def _plain_kind(stream: BinaryIO, head: bytes, name: str, limits: Limits) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        # The name of its first file tells an Office file from an archive.
        if _OFFICE.match(head, 30) is None:
            return "zip"
        return "excel" if _is_excel(stream, name, limits) else None
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "excel" if _is_excel(stream, name, limits) else None
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "warc"
    if head[257:262] == b"ustar" or _old_tar(head):
        return "tar"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return "jsonl" if _is_json_line(stream) else None
    if start.startswith(b"[") and re.match(rb"\[\s*\{\s*\"", start):
        return "json"
    line = re.split(rb"[\r\n]", head, maxsplit=1)[0]
    if len(line) < len(head) and re.search(rb"[,\t;|]", line) and not start.startswith(b"<"):
        from .rows import holds_reports

        return "csv" if holds_reports(stream, name, limits) else None
    return None


def _old_tar(head: bytes) -> bool:
    """A header block of the format before POSIX: its checksum is right."""
    if len(head) < 512 or not head[:1].strip(b"\0 "):
        return False
    try:
        printed = int(head[148:156].strip(b"\0 ") or b"x", 8)
    except ValueError:
        return False
    return printed == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def _is_json_line(stream: BinaryIO) -> bool:
    stream.seek(0)
    line = stream.readline(1 << 20)
    try:
        return isinstance(json.loads(line.decode("utf-8-sig", "replace")), dict)
    except (ValueError, RecursionError):
        return len(line) == 1 << 20 and re.match(rb"\s*\{\s*\"", line) is not None


def _open(stream: BinaryIO, name: str, limits: Limits, column: str | None) -> Container | None:
    """The container in ``stream``, None where it is a document."""
    stream.seek(0)
    kind = _kind(stream, name, limits) or (_tabular(stream) if column else None)
    stream.seek(0)
    if kind is None:
        return None
    base = kind.split(".")[0]
    if base == "warc":
        from .warc import Warc

        return Warc(stream, name, limits)
    if kind != base:
        stream, _ = unpacked(stream, name, limits)
    if base in ("zip", "tar"):
        from .archive import Tar, Zip

        return Zip(stream, name, limits) if base == "zip" else Tar(stream, name, limits)
    if base == "excel":
        from .sheetrows import Excel

        return Excel(read_up_to(stream, limits.office), name, limits, column)
    if base == "parquet":
        from .parquet import Parquet

        return Parquet(stream, name, limits, column)
    from . import rows

    if base == "csv":
        return rows.Csv(stream, name, limits, column)
    return (rows.JsonLines if base == "jsonl" else rows.JsonList)(stream, name, limits, column)


def _is_excel(stream: BinaryIO, name: str, limits: Limits) -> bool:
    """Whether a spreadsheet holds reports in its rows."""
    from .detect import detect

    stream.seek(0)
    data = read_up_to(stream, limits.office)
    kind = detect(data)
    if len(data) > limits.office or kind not in ("xlsx", "xls"):
        return False
    from .sheet import read_sheets
    from .sheetrows import find

    return any(find(sheet) for sheet in read_sheets(data, kind, name, limits)[0])


def _tabular(stream: BinaryIO) -> str | None:
    """The kind of a table whose text column is named: it is a container whatever it looks like. None for no table."""
    from .detect import detect
    from .rows import sniff

    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    if head in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return "excel" if detect(read_up_to(stream, DEFAULT_LIMITS.office)) in ("xlsx", "xls") else None
    return "csv" if sniff(stream) is not None else None


def _flat(container: Container, name: str, limits: Limits, column: str | None, depth: int) -> Iterator[Member]:
    for member in container.members():
        if member.note or not _INNER.search(member.name):
            yield member
            continue
        try:
            data = container.read(member).data
            opened = _open(io.BytesIO(data), f"{name}{_SEPARATOR}{member.name}", limits, column)
        except InputError:
            yield member  # loading it says what is wrong
            continue
        if opened is None:
            yield member
        elif depth <= 1:
            yield replace(member, note="depth")
        else:
            full = f"{name}{_SEPARATOR}{member.name}"
            try:
                for found in _flat(opened, full, limits, column, depth - 1):
                    outer = member if found.outer is None else _hung(found.outer, member)
                    yield replace(found, name=f"{member.name}{_SEPARATOR}{found.name}", outer=outer)
            except InputError as error:
                if error.code == "bomb":
                    raise
                # The inner archive is broken at its end: what was read counts, and it is itself a row with its error.
                yield replace(member, note=f"{error.code}: {error.reason}")


def _hung(inner: Member, outer: Member) -> Member:
    return replace(inner, outer=outer if inner.outer is None else _hung(inner.outer, outer))


def _inside(top: Container, member: Member, opened: dict[Member, Container], name: str, limits: Limits,
            column: str | None) -> Container:
    """The container that holds a member; the last one opened is kept."""
    if member.outer is None:
        return top
    found = opened.get(member.outer)
    if found is None:
        holder = _inside(top, member.outer, {}, name, limits, column)
        data = holder.read(_named(member.outer)).data
        inner = _open(io.BytesIO(data), _full(name, member.outer), limits, column)
        if inner is None:
            raise InputError("is no container any more", where=_full(name, member.outer), code="damaged",
                             hint="it changed while it was read; run again")
        opened.clear()
        found = opened[member.outer] = inner
    return found


def _readable(member: Member, where: str) -> None:
    """Raise what listing found out about a member."""
    if member.note:
        code, _, reason = member.note.partition(": ")
        known, hint = _NOTES.get(code, (reason, "fetch it again"))
        raise InputError(known, where=where, hint=hint, code=code)


def _named(member: Member) -> Member:
    """The member as its own container calls it."""
    if member.outer is None:
        return member
    return replace(member, name=member.name.rsplit(_SEPARATOR, 1)[-1])


def _full(name: str, member: Member) -> str:
    return f"{name}{_SEPARATOR}{member.name}"


def _at(error: InputError, where: str) -> InputError:
    return InputError(error.reason, where=where, hint=error.hint, code=error.code)


def _document(content: Content, member: Member, name: str, place: str | None, period: str | None,
              limits: Limits) -> Document:
    from . import load

    full = _full(name, member)
    fields = {_clean(key, _KEY): _clean(value, _VALUE) for key, value in content.fields.items() if value}
    facts = facts_of(fields)
    place, period = place or facts.place, period or facts.period
    if content.text is None:
        document = load(content.data, name=full, place=place, period=period, limits=limits)
    else:
        document = load_text(content.text, full, place, period, limits)
    meta = {**document.meta, **fields}
    if facts.url:
        meta["url"] = facts.url
    return replace(document, title=facts.title or document.title, publisher=facts.publisher or document.publisher,
                   issued=facts.issued or document.issued, meta=meta, warnings=(*content.warnings, *document.warnings))


def _clean(text: str, most: int) -> str:
    """A name or value of a column as tables can hold it: no lone surrogates (JSON allows them), not endless."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def load_text(text: str, name: str, place: str | None, period: str | None, limits: Limits) -> Document:
    """The document in a cell: plain text as it stands, or markup."""
    from . import from_text, load
    from .detect import detect

    data = text.encode("utf-8", "replace")
    if detect(data) == "html":
        return load(data, name=name, place=place, period=period, limits=limits)
    return from_text(text, name=name, place=place, period=period, limits=limits)
