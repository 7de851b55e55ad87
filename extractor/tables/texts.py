"""The texts of a run: what each document said, with its layout, so that any figure can be shown in its place.

The table ``texts`` is written as Parquet only (a spreadsheet has no use for whole reports). Its row groups are small,
so that one document is read without the others.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, cast

from extractor.errors import UsageError
from extractor.model import Block, Document, Glyphs, Page
from extractor.tables.records import Row, compact
from extractor.tables.schema import DOCUMENTS, TEXTS

Record = TypeVar("Record", Block, Page)

#: Columns of ``documents`` that are fields of the document under the same name.
_KNOWN = ("source", "format", "title", "publisher", "place", "period", "issued", "sha256")


def text_row(document: Document) -> Row:
    """A row of the table ``texts``."""
    meta = compact(dict(document.meta)) if document.meta else None
    row = (document.id, document.text, _dump(document.blocks), meta, _dump(document.pages), _packed(document.glyphs))
    return cast(Row, row)


def _dump(records: Sequence[Block] | Sequence[Page]) -> str | None:
    """Records as JSON: the names of the fields once, then one list a record, without the defaults at its end."""
    if not records:
        return None
    known = fields(records[0])
    rows = []
    for record in records:
        values = [getattr(record, field.name) for field in known]
        while values[-1] == known[len(values) - 1].default:
            values.pop()
        rows.append(values)
    return compact({"fields": [field.name for field in known], "rows": rows})


def _load(kind: type[Record], text: str | None) -> tuple[Record, ...]:
    if not text:
        return ()
    data = json.loads(text)
    known = {field.name for field in fields(kind)}
    names = data["fields"]
    return tuple(
        kind(**{name: _frozen(value) for name, value in zip(names, values, strict=False) if name in known})
        for values in data["rows"]
    )


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _packed(glyphs: Glyphs | None) -> bytes | None:
    """A line of JSON with type and length of each array, then the arrays, little-endian."""
    if glyphs is None:
        return None
    arrays = {name: getattr(glyphs, name) for name in (field.name for field in fields(Glyphs))}
    present = {name: values for name, values in arrays.items() if values is not None}
    head = compact([[name, values.typecode, len(values) * values.itemsize] for name, values in present.items()])
    return b"\n".join([head.encode(), b"".join(_little(values).tobytes() for values in present.values())])


def _unpacked(data: bytes | None) -> Glyphs | None:
    if not data:
        return None
    head, _, rest = data.partition(b"\n")
    arrays = {}
    for name, code, size in json.loads(head):
        values: array[Any] = array(code)
        values.frombytes(rest[:size])
        arrays[name] = _little(values)
        rest = rest[size:]
    return Glyphs(**arrays)


def _little(values: array[Any]) -> array[Any]:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values


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
        return Document(id=doc, text=row["text"], blocks=_load(Block, row["blocks"]), meta=meta, warnings=warnings,
                        pages=_load(Page, row["pages"]), glyphs=_unpacked(row["glyphs"]), **known)

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

            # Not read_table: its filters need the dataset reader, which imports pandas.
            rows = pq.ParquetFile(self._documents).read(columns=["doc", "status", "warnings", *_KNOWN]).to_pylist()
            self._about = {row["doc"]: row for row in rows if row["status"] == "ok"}
        return self._about


def text_of(run: Path, doc: str) -> Document:
    """One document of a run. For several of them keep a :class:`Texts`."""
    return Texts(run).document(doc)
