"""A chunk of documents into one part: the piece of work that every engine hands out."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from extractor.batch import work
from extractor.batch.parts import PRINTED, TABLES, index_schema, pack, part_members
from extractor.batch.sources import Source
from extractor.batch.stamp import LAYOUT, Stamp
from extractor.batch.store import open_store
from extractor.errors import InputError, UsageError
from extractor.tables import schema
from extractor.tables.records import Row
from extractor.tables.write import csv_text

if TYPE_CHECKING:
    from extractor.library import Library

#: A file that was changed so shortly before it was read may be changed again without a new time: seconds.
_FRESH = 2.0
#: Errors that say more about the machine than about the document: tried again by the next run.
_AGAIN = frozenset({"crashed"})
_OK, _ERROR, _RETRY = 0, 1, 2

_DISPOSITION = schema.LEDGER.names.index("disposition")
_CODE = schema.FLAGS.names.index("code")
_REASON = schema.SET_ASIDE.names.index("reason")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds of wall time and bytes of memory beyond what a worker has anyway."""

    seconds: float = 300.0
    memory: int = 2 << 30


@dataclass(frozen=True, slots=True)
class ReadTask:
    """Read, extract and tabulate some documents, and write them as one part."""

    number: int
    sources: Sequence[Source]
    stamp: Stamp
    root: str
    """Where the parts lie; empty to have the bytes sent back."""
    limits: Limits = field(default_factory=Limits)

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> Written:
        """Do it. ``at`` is told which document comes next (-1: none); ``given`` are documents that are not to be
        touched because they have killed a worker, with the reason. Raises :class:`OSError` where the part cannot be
        written, :class:`UsageError` where this worker would do it differently."""
        if library.hash != self.stamp.patterns:
            raise UsageError("a worker has other patterns than the run",
                             hint="leave the pattern files alone while it works; give all machines the same ones")
        builder = Builder(self.stamp, self.limits)
        waiting = [source for number, source in enumerate(self.sources) if number not in given]
        documents = work.load(waiting)
        for number, source in enumerate(self.sources):
            began = time.monotonic()
            if number in given:
                result = work.failure(source, given[number])
            else:
                at(number)
                result = work.process(source, next(documents), library)
            builder.add(source, result, time.monotonic() - began)
        at(-1)
        name, data = builder.finish()
        if self.root:
            open_store(self.root).write(name, data)
        return Written(name, b"" if self.root else data, exhausted=builder.exhausted)


    def heaviest(self, given: Container[int]) -> int:
        left = [number for number in range(len(self.sources)) if number not in given]
        return max(left, key=lambda number: self.sources[number].size, default=-1)


@dataclass(frozen=True, slots=True)
class Written:
    """A part that is on disk now, or its bytes where the worker sees no shared disk."""

    name: str
    data: bytes = b""
    exhausted: bool = False
    """A document ran out of memory: what is left of the worker is better not used again."""


class Builder:
    """Collects the results of consecutive documents."""

    def __init__(self, stamp: Stamp, limits: Limits) -> None:
        self.stamp, self.limits = stamp, limits
        self.exhausted = False
        self._index: dict[str, list[Any]] = {field.name: [] for field in index_schema()}
        self._rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self._texts: dict[str, list[bytes]] = {table.name: [] for table in PRINTED}
        self._identity = hashlib.sha256(stamp.short.encode())

    def add(self, source: Source, result: work.Result, seconds: float) -> None:
        rows: dict[str, Sequence[Row]] = {
            "documents": [result.document], "figures": result.figures, "flags": result.flags,
            "ledger": result.ledger, "set_aside": result.set_aside, "candidates": result.candidates,
            "texts": [result.text] if result.text is not None else [],
        }
        for name, found in rows.items():
            self._rows[name] += found
            self._index[f"rows.{name}"].append(len(found))
        for table in PRINTED:
            text = csv_text(table, rows[table.name])
            self._texts[table.name].append(text)
            self._index[f"bytes.{table.name}"].append(len(text))
        self.exhausted |= result.error == "memory"
        limit = {"time": self.limits.seconds, "memory": float(self.limits.memory)}.get(result.error, 0.0)
        fresh = source.changed > time.time() - _FRESH
        about = {
            "key": source.key, "seen": min(source.seen, 1) if fresh else source.seen,
            "sha256": bytes.fromhex(result.sha256 or "00" * 32), "same": result.same,
            "status": _RETRY if result.error in _AGAIN else _ERROR if result.error else _OK,
            "limit": limit, "seconds": seconds, "name": source.name, "doc": result.document[0],
            "summary": json.dumps(summary(result), ensure_ascii=False, separators=(",", ":")),
        }
        for name, value in about.items():
            self._index[name].append(value)
        self._identity.update(f"\n{source.key} {result.sha256} {result.error} {limit}".encode())

    def finish(self) -> tuple[str, bytes]:
        """Name and bytes of the part. Equal documents, stamp and errors give an equal name."""
        about = {"layout": LAYOUT, "code": self.stamp.code, "patterns": self.stamp.patterns,
                 "documents": len(self._index["key"])}
        return self._identity.hexdigest()[:40], pack(part_members(about, self._index, self._rows, self._texts))


def summary(result: work.Result) -> dict[str, Any]:
    """What a run's summary counts of a document."""
    if result.error:
        names = {"code": "error_code", "reason": "error_reason", "hint": "error_hint"}
        where = {key: schema.DOCUMENTS.names.index(column) for key, column in names.items()}
        return {"error": {key: result.document[at] or "" for key, at in where.items()}}
    row = dict(zip(schema.DOCUMENTS.names, result.document, strict=True))
    return {
        "characters": row["characters"],
        "claimed": row["indicators"],
        "flags": Counter(str(flag[_CODE]) for flag in result.flags),
        "ledger": Counter(str(entry[_DISPOSITION]) for entry in result.ledger),
        "set_aside": Counter(str(aside[_REASON]) for aside in result.set_aside),
    }


