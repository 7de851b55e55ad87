"""Office files (OOXML) before anything opens them: not a bomb, no entities, not encrypted; and which kind they are."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

from extractor.errors import InputError

from .member import damaged
from .source import Limits, too_large

Kind = Literal["docx", "xlsx", "opendocument", "ofd", "zip"]

_PARTS = 20_000
_HEAD = 2048


def kind_of_zip(data: bytes) -> Kind:
    """What a zip file is, by the names of its files: the first ones are enough, a broken directory is no matter."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[:_PARTS])
    except Exception:  # zipfile raises several kinds; a broken file is told by what it looks like
        head = data[:1 << 16]
        return "docx" if b"word/" in head else "xlsx" if b"xl/" in head else "zip"
    # The main part or the list of types is enough: a damaged Office file is no archive of documents.
    office = "[Content_Types].xml" in names
    if "word/document.xml" in names or (office and any(name.startswith("word/") for name in names)):
        return "docx"
    if "xl/workbook.xml" in names or (office and any(name.startswith("xl/") for name in names)):
        return "xlsx"
    if "OFD.xml" in names:
        return "ofd"
    return "opendocument" if "mimetype" in names and "content.xml" in names else "zip"


def opened(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """The package, checked. Raises :class:`InputError`: ``damaged``, ``too_large``, ``bomb``, ``encrypted``."""
    if len(data) > limits.office:
        raise too_large(name, len(data), limits.office)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
        heads = [(info, archive.open(info).read(_HEAD)) for info in infos[:_PARTS]
                 if info.filename.endswith((".xml", ".rels", ".vml")) and not info.flag_bits & 1]
    except Exception as error:  # zipfile and its codecs raise several kinds for broken archives
        raise damaged(name, error) from None
    if len(infos) > _PARTS or sum(info.file_size for info in infos) > limits.unpacked:
        raise InputError("unpacks to an absurd size (a bomb)", where=name, code="bomb",
                         hint="look at it by hand, or raise the limits")
    if any(info.flag_bits & 1 for info in infos):
        raise InputError("is encrypted", where=name, hint="save it without a password", code="encrypted")
    for info, head in heads:
        # OOXML forbids document type declarations; one is there to expand entities.
        if b"<!DOCTYPE" in head.replace(b"\0", b"") or b"<!ENTITY" in head.replace(b"\0", b""):
            raise InputError(f"declares entities in {info.filename}, which Office files never do", where=name,
                             hint="do not open it", code="damaged")
    return archive
