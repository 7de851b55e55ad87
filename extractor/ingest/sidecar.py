"""What a crawler wrote down beside a file: ``report.html`` and ``report.html.meta.json``.

A sidecar is a JSON object. Known keys: ``url``, ``final_url``, ``fetched`` (ISO 8601 in UTC), ``status``, ``headers``,
``sha256`` (of the file), ``source`` (id of the source entry), ``title``, ``place``, ``period``, ``published``. All are
optional; others are passed over. A sidecar is untrusted like any input: values are cut, and one that cannot be read
costs a warning, never the document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from extractor.model import Document

from .columns import period_of
from .metadata import parse_date

SUFFIX = ".meta.json"
_LARGEST = 1 << 20
_KEPT = ("url", "final_url", "fetched", "source")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What is known about a file. ``issued`` is ISO 8601, ``place`` and ``period`` as the caller would supply them."""

    title: str | None = None
    place: str | None = None
    period: str | None = None
    issued: str | None = None
    sha256: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def sidecar_path(path: Path) -> Path:
    """Where the sidecar of a file is: its name with ``.meta.json`` behind it."""
    return path.with_name(path.name + SUFFIX)


def is_sidecar(name: str) -> bool:
    """Whether a file name is that of a sidecar."""
    return name.endswith(SUFFIX)


def read_sidecar(path: Path) -> Sidecar | None:
    """The sidecar of the file ``path``, None where it has none."""
    try:
        with sidecar_path(path).open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (OSError, ValueError):
        return None
    return parse_sidecar(data)


def parse_sidecar(data: bytes) -> Sidecar:
    """What a sidecar's bytes say.

    >>> parse_sidecar(b'{"title": "t", "period": 2023, "published": "2024-1-9"}').issued
    '2024-01-09'
    """
    try:
        record = json.loads(data) if len(data) <= _LARGEST else None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        return Sidecar(warnings=("sidecar: the file's .meta.json cannot be read; it was passed over",))
    values = {key: _text(record.get(key)) for key in ("title", "place", "period", "published", "sha256", *_KEPT)}
    meta = {key: value for key in _KEPT if (value := values[key])}
    return Sidecar(title=values["title"], place=values["place"], period=period_of(values["period"]),
                   issued=parse_date(values["published"] or ""), sha256=values["sha256"], meta=meta)


def with_sidecar(document: Document, sidecar: Sidecar) -> Document:
    """``document`` with what its sidecar knows; place and period that the caller gave stay."""
    warnings = sidecar.warnings
    if sidecar.sha256 and document.sha256 and sidecar.sha256.lower() != document.sha256:
        warnings += ("sidecar: the file is not the one that was fetched (its hash differs)",)
    return replace(
        document, title=document.title or sidecar.title, place=document.place or sidecar.place,
        period=document.period or sidecar.period, issued=document.issued or sidecar.issued,
        meta={**document.meta, **sidecar.meta}, warnings=(*document.warnings, *warnings))


def _text(value: object) -> str | None:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value).replace("\0", "").strip()[:_LONGEST] or None
    return None
