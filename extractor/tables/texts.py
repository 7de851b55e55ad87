"""The texts of a run: what each document said, with its layout, so that any figure can be shown in its place.

The table ``texts`` is written as Parquet only (a spreadsheet has no use for whole reports). Its row groups are small,
so that one document is read without the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from extractor.errors import UsageError
from extractor.model import Block, Document
from extractor.tables.records import Row, compact
from extractor.tables.schema import DOCUMENTS, TEXTS

_FIELDS = tuple(field.name for field in fields(Block))
_DEFAULTS = tuple(field.default for field in fields(Block))
#: Columns of ``documents`` that are fields of the document under the same name.
_KNOWN = ("source", "format", "title", "publisher", "place", "period", "issued", "sha256")


def text_row(document: Document) -> Row:
    """A row of the table ``texts``."""
    meta = compact(dict(document.meta)) if document.meta else None
    return document.id, document.text, _dump(document.blocks), meta


def _dump(blocks: Sequence[Block]) -> str | None:
    """Blocks as JSON: the names of the fields once, then one list a block, without the defaults at its end."""
    if not blocks:
        return None
    rows = []
    for block in blocks:
        values = [getattr(block, name) for name in _FIELDS]
        while values and values[-1] == _DEFAULTS[len(values) - 1]:
            values.pop()
        rows.append(values)
    return compact({"fields": _FIELDS, "blocks": rows})


def _load(text: str | None) -> tuple[Block, ...]:
    if not text:
        return ()
    data = json.loads(text)
    names = [name if name in _FIELDS else None for name in data["fields"]]
    blocks = []
    for values in data["blocks"]:
        known = {name: _frozen(value) for name, value in zip(names, values, strict=False) if name is not None}
        blocks.append(Block(**known))
    return tuple(blocks)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


class Texts:
    """The documents of a run, read one at a time; ids and what ``documents`` says of them are kept in memory."""

    def __init__(self, run: Path) -> None:
        """Raises :class:`UsageError` where the run has no texts."""
        import pyarrow.parquet as pq

        path = run / f"{TEXTS.name}.parquet"
        if not path.is_file():
            raise UsageError("is missing", where=str(path), hint="run 'extractor run' with this --output again")
        self._documents = run / f"{DOCUMENTS.name}.parquet"
        self._file = pq.ParquetFile(path)
        self._where: dict[str, tuple[int, int]] | None = None
        self._about: dict[str, dict[str, Any]] | None = None

    def ids(self) -> Iterator[str]:
        """Ids of the documents that have a text, in the order of the run (no duplicates, no errors)."""
        return iter(self._index())

    def document(self, doc: str) -> Document:
        """The document as it was extracted, with labelled furniture. Raises :class:`UsageError` for an unknown id."""
        where = self._index().get(doc)
        if where is None:
            raise UsageError(f"the run holds no text of a document '{doc}'", hint="see the column doc of documents.csv")
        group, at = where
        row = self._file.read_row_group(group).slice(at, 1).to_pylist()[0]
        about = self._described()[doc]
        warnings = tuple(filter(None, str(about["warnings"] or "").split(";")))
        meta = cast(dict[str, str], json.loads(row["meta"])) if row["meta"] else {}
        known = {name: about[name] for name in _KNOWN}
        known["source"] = known["source"] or ""
        return Document(id=doc, text=row["text"], blocks=_load(row["blocks"]), meta=meta, warnings=warnings, **known)

    def _index(self) -> dict[str, tuple[int, int]]:
        if self._where is None:
            self._where = {}
            for group in range(self._file.num_row_groups):
                names = self._file.read_row_group(group, columns=["doc"]).column(0).to_pylist()
                self._where |= {doc: (group, at) for at, doc in enumerate(names)}
        return self._where

    def _described(self) -> dict[str, dict[str, Any]]:
        if self._about is None:
            import pyarrow.parquet as pq

            names = ["doc", "warnings", *_KNOWN]
            table = pq.read_table(self._documents, columns=names, filters=[("status", "=", "ok")])
            self._about = {row["doc"]: row for row in table.to_pylist()}
        return self._about


def text_of(run: Path, doc: str) -> Document:
    """One document of a run. For several of them keep a :class:`Texts`."""
    return Texts(run).document(doc)
