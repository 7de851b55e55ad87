"""What a run has to do: each source against what is done already, with the reason."""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import IO, TYPE_CHECKING, Any

from extractor.batch.encode import Limits
from extractor.batch.index import Entry, Index
from extractor.batch.sources import Source
from extractor.batch.stamp import Stamp
from extractor.errors import InputError
from extractor.ingest.member import Member

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Documents of a chunk, and bytes of their sources: small enough that little is lost, large enough that a part is no
#: burden to the file system.
CHUNK = 64
CHUNK_BYTES = 1 << 20

NEW, CHANGED, PATTERNS, VERSION, RETRY, FORCED = "new", "changed", "patterns", "version", "retry", "forced"
#: Why a document is done, in words.
REASONS = {
    NEW: "not done yet",
    CHANGED: "the file has changed",
    PATTERNS: "the pattern library has changed",
    VERSION: "extractor or a library that reads formats has changed",
    RETRY: "had failed, and may succeed now",
    FORCED: "asked for with --force",
}
#: Documents of each reason that are kept by name, to be shown.
SHOWN = 5
_PENDING = -1


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be done with what is done already."""

    force: bool = False
    since: float | None = None
    """Seconds since 1970: what was changed before and is not done yet is left out."""
    limits: Limits = field(default_factory=Limits)


class Plan:
    """Sources in order: where the result of each is, or that it is still to be made. A context manager: the sources to
    be read wait in a temporary file."""

    def __init__(self, index: Index, stamp: Stamp, options: Options) -> None:
        self.index, self.stamp, self.options = index, stamp, options
        self.reasons: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self.left_out = 0
        self.met = 0
        """Documents that some part has a result of, usable or not."""
        self.todo_bytes = 0
        self._pointers = array("q")
        self._waiting: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed by __exit__)

    def __enter__(self) -> Plan:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.close()

    def __len__(self) -> int:
        return len(self._pointers)

    @property
    def todo(self) -> int:
        return sum(self.reasons.values())

    def is_known(self, source: Source) -> bool:
        """Whether the file of a source is an unchanged document of an earlier run."""
        return any(source.seen and entry.seen == source.seen for entry in self.index.find(source.key))

    def add(self, source: Source) -> None:
        """Decide about the next source."""
        number, reason = self._decide(source)
        if number is not None:
            self._pointers.append(number)
            return
        since = self.options.since
        if since is not None and source.error is None and source.changed < since:
            self.left_out += 1
            return
        self.reasons[reason] += 1
        shown = self.examples.setdefault(reason, [])
        if len(shown) < SHOWN:
            shown.append(source.name)
        self.todo_bytes += source.size
        self._waiting.write(json.dumps([len(self._pointers), _plain(source)], ensure_ascii=False) + "\n")
        self._pointers.append(_PENDING)

    def chunks(self, slots: int) -> Iterator[tuple[list[int], list[Source]]]:
        """What is to be done, in pieces: positions and sources. A small run, and the end of a large one, are cut so
        that no process idles."""
        left = self.todo
        most = max(1, min(CHUNK, -(-left // (slots * 4))))
        least = CHUNK // 4 if left >= CHUNK * slots * 4 else most
        positions: list[int] = []
        sources: list[Source] = []
        size = 0
        self._waiting.seek(0)
        for line in self._waiting:
            position, values = json.loads(line)
            source = _source(values)
            if sources and (len(sources) >= most or size + source.size > CHUNK_BYTES):
                yield positions, sources
                left -= len(sources)
                most = min(most, max(1, least, -(-left // (slots * 4))))
                positions, sources, size = [], [], 0
            positions.append(position)
            sources.append(source)
            size += source.size
        if sources:
            yield positions, sources

    def settle(self, positions: list[int], first: int) -> None:
        """The documents at these positions are done: they stand in the index from ``first`` on."""
        for offset, position in enumerate(positions):
            self._pointers[position] = first + offset

    def numbers(self) -> NDArray[np.int64]:
        """Places in the index of all documents that are done, in the order of the sources."""
        import numpy as np

        found = np.frombuffer(self._pointers, dtype=np.int64) if self._pointers else np.zeros(0, dtype=np.int64)
        chosen: NDArray[np.int64] = found[found != _PENDING]
        return chosen

    @property
    def pending(self) -> int:
        """Documents that are still to be done."""
        return len(self) - len(self.numbers())

    def _decide(self, source: Source) -> tuple[int | None, str]:
        entries = list(self.index.find(source.key))
        if not entries:
            return None, NEW
        self.met += 1
        current = [entry for entry in entries if entry.stamp == self.stamp]
        if self.options.force:
            return None, FORCED
        if not current:
            known = entries[0]
            if not _unchanged(source, known):
                return None, CHANGED
            return None, VERSION if known.stamp.code != self.stamp.code else PATTERNS
        failed = False
        for entry in current:
            if not _unchanged(source, entry):
                continue
            if entry.status == 2 or self._raised(entry):
                failed = True
                continue
            return entry.number, ""
        return None, RETRY if failed else CHANGED

    def _raised(self, entry: Entry) -> bool:
        """Whether the document exceeded a limit that is wider now."""
        limits = self.options.limits
        # Seconds are few, bytes of memory many: the two kinds of limits cannot be taken for each other.
        return 0 < entry.limit < (limits.seconds if entry.limit < 1e6 else limits.memory)


def _unchanged(source: Source, entry: Entry) -> bool:
    return source.seen == entry.seen or (bool(entry.sha256) and content_hash(source) == entry.sha256)


def content_hash(source: Source) -> str:
    """SHA-256 of a file; empty where it cannot be read, and for a document of a container: to find that a single
    one of a changed container is the same would mean to unpack all of it once more."""
    if source.error is not None or source.member is not None:
        return ""
    with suppress(OSError), open(source.path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
    return ""


def _plain(source: Source) -> list[Any]:
    error = source.error
    told = [error.reason, error.where, error.hint, error.code] if error is not None else None
    member = asdict(source.member) if source.member is not None else None
    return [source.path, source.name, source.place, source.period, member, source.size, source.seen, source.changed,
            source.text_column, told]


def _source(values: list[Any]) -> Source:
    *plain, told = values
    path, name, place, period, member, size, seen, changed, text_column = plain
    error = InputError(told[0], where=told[1], hint=told[2], code=told[3]) if told else None
    return Source(path, name, place, period, _member(member), size, seen, changed, text_column, error)


def _member(values: dict[str, Any] | None) -> Member | None:
    if values is None:
        return None
    return Member(**{**values, "outer": _member(values["outer"])})

