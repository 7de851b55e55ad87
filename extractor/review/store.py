"""Decisions on disk: SQLite, one transaction each, written through before the call returns; nothing is ever deleted.

A decision is a row; a later row of the same reviewer takes its place, and an undo is a row that puts the one before
back. ``current`` points to what counts. Several reviewers judge one item independently; where they differ, an
adjudication (a decision of the role ``adjudication``) settles it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from extractor.errors import ExtractorError, UsageError
from extractor.review.fields import Invalid, clean
from extractor.review.items import Item
from extractor.tables.records import compact

if TYPE_CHECKING:
    from extractor.library import Library
    from extractor.review.sample import Sample

Verdict = Literal["accept", "reject", "correct", "skip"]
VERDICTS: tuple[Verdict, ...] = ("accept", "reject", "correct", "skip")
ROLES = ("coding", "adjudication")
#: Characters of a note, and of a reviewer's name.
NOTE = 10_000
NAME = 60
LAYOUT = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS samples (
  name TEXT PRIMARY KEY, spec TEXT NOT NULL, created TEXT NOT NULL, run TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
  sample TEXT NOT NULL REFERENCES samples(name), position INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
  doc TEXT NOT NULL, sha256 TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, quote TEXT NOT NULL,
  fingerprint TEXT NOT NULL, figure TEXT NOT NULL, grp TEXT NOT NULL, stratum TEXT NOT NULL,
  population INTEGER NOT NULL, drawn INTEGER NOT NULL, PRIMARY KEY (sample, position), UNIQUE (sample, key));
CREATE TABLE IF NOT EXISTS decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, doc TEXT NOT NULL,
  start INTEGER NOT NULL, stop INTEGER NOT NULL, quote TEXT NOT NULL, figure TEXT NOT NULL, fingerprint TEXT NOT NULL,
  verdict TEXT NOT NULL, fields TEXT NOT NULL, note TEXT NOT NULL, reviewer TEXT NOT NULL, role TEXT NOT NULL,
  time TEXT NOT NULL, version TEXT NOT NULL, previous INTEGER);
CREATE INDEX IF NOT EXISTS decisions_by_key ON decisions (key, id);
CREATE TABLE IF NOT EXISTS current (
  key TEXT NOT NULL, reviewer TEXT NOT NULL, role TEXT NOT NULL, decision INTEGER REFERENCES decisions(id),
  revision INTEGER NOT NULL, PRIMARY KEY (key, reviewer, role));
CREATE TABLE IF NOT EXISTS assignments (
  sample TEXT NOT NULL, key TEXT NOT NULL, reviewer TEXT NOT NULL, PRIMARY KEY (sample, key, reviewer));
"""
_DECISION = (
    "id, key, kind, sha256, doc, start, stop, quote, figure, fingerprint, verdict, fields, note, reviewer, role, time, "
    "version, previous"
)
_ITEM = "key, kind, doc, sha256, start, stop, quote, fingerprint, figure, grp, stratum, population, drawn"


class Conflict(ExtractorError):
    """Someone (another tab) has decided in the meantime; ``current`` is what counts now, None after an undo."""

    code = "conflict"

    def __init__(self, current: Decision | None, revision: int) -> None:
        super().__init__("this item was judged elsewhere in the meantime", hint="look at it, then judge again")
        self.current = current
        self.revision = revision


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the history. ``verdict`` is one of :data:`VERDICTS`, or ``undo``."""

    id: int
    key: str
    kind: str
    sha256: str
    doc: str
    start: int
    end: int
    quote: str
    figure: str
    fingerprint: str
    verdict: str
    fields: Mapping[str, Any]
    note: str
    reviewer: str
    role: str
    time: str
    """UTC, ISO 8601."""
    version: str
    """Program and patterns that made what was judged."""
    previous: int | None = field(default=None, repr=False)
    """Decision that this one took the place of; for an undo the one that it took back."""

    def holds(self, item: Item) -> bool:
        """Whether it judged what the run holds now."""
        return self.fingerprint == item.fingerprint


class Store:
    """The file ``RUN/review/decisions.sqlite``. Threads may share one object, processes may share the file."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            # A decision is on the disk before it is answered: a crash or a power cut loses nothing.
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            layout = self._db.execute("PRAGMA user_version").fetchone()[0]
            if layout not in (0, LAYOUT):
                raise UsageError("was written by another version of extractor", where=str(path))
            with self._transaction():
                for statement in filter(str.strip, _SCHEMA.split(";\n")):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {LAYOUT}")
        except sqlite3.DatabaseError as error:
            raise UsageError(f"cannot be used: {error}", where=str(path), hint="is it a folder of review?") from None

    @classmethod
    def of(cls, run: Path) -> Store:
        """The store of a run folder; made where there is none yet."""
        return cls(run / "review" / "decisions.sqlite")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, tuple(parameters)).fetchall()

    # --- decisions -----------------------------------------------------------------------------------------------

    def decide(
        self,
        item: Item,
        verdict: str,
        *,
        reviewer: str,
        version: str,
        library: Library | None = None,
        fields: Mapping[str, Any] | None = None,
        note: str = "",
        role: str = "coding",
        expected_revision: int | None = None,
    ) -> Decision:
        """Store a decision and return it.

        ``fields`` go with ``correct`` and are checked against ``library`` (:func:`extractor.review.fields.clean`).
        ``expected_revision`` is what :meth:`revision` said when the item was shown; None judges in any case. Raises
        :class:`Invalid` for what cannot be stored and :class:`Conflict` where somebody was faster.
        """
        cleaned = self._checked(item, verdict, fields, note, reviewer, role, library)
        with self._transaction():
            decision, revision = self._state(item.key, reviewer, role)
            if expected_revision is not None and expected_revision != revision:
                raise Conflict(decision, revision)
            previous = decision.id if decision is not None else None
            return self._insert(item, verdict, cleaned, note, reviewer, role, version, previous)

    def _checked(
        self, item: Item, verdict: str, fields: Mapping[str, Any] | None, note: str, reviewer: str, role: str,
        library: Library | None,
    ) -> dict[str, Any]:
        if verdict not in VERDICTS:
            raise Invalid(f"'{verdict[:20]}' is no verdict", where="verdict", hint=f"one of {', '.join(VERDICTS)}")
        if role not in ROLES:
            raise Invalid(f"'{role[:20]}' is no role", where="role", hint=f"one of {', '.join(ROLES)}")
        check_name(reviewer)
        check_note(note)
        if verdict != "correct":
            if fields:
                raise Invalid("only a correction has fields", where="verdict")
            return {}
        if not fields:
            raise Invalid("says nothing", where="fields", hint="correct at least one field, or accept or reject")
        if library is None:
            raise ValueError("a correction is checked against the library")
        cleaned = clean(fields, library)
        if item.kind != "figure" and "readings" not in cleaned and "value" not in cleaned:
            raise Invalid("is missing", where="value", hint="say what was missed, or reject without fields")
        if item.kind == "sentence" and cleaned.get("quote", "\0") not in item.quote:
            raise Invalid("does not stand in the sentence", where="quote", hint="copy the missed figure from the text")
        if item.kind != "sentence" and "quote" in cleaned:
            raise Invalid("belongs to a sentence", where="quote")
        return cleaned

    def _insert(
        self, item: Item, verdict: str, fields: Mapping[str, Any], note: str, reviewer: str, role: str, version: str,
        previous: int | None, current: int | None = None,
    ) -> Decision:
        """Append a row and point to it (or, for an undo, to ``current``)."""
        time = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        place = (item.key, item.kind, item.sha256, item.doc, item.start, item.end, item.quote, item.figure)
        said = (item.fingerprint, verdict, compact(dict(fields)), note, reviewer, role, time, version, previous)
        cells = (*place, *said)
        marks = ", ".join("?" * len(cells))
        cursor = self._db.execute(f"INSERT INTO decisions ({_DECISION.removeprefix('id, ')}) VALUES ({marks})", cells)
        number = int(cursor.lastrowid or 0)
        self._db.execute(
            "INSERT INTO current (key, reviewer, role, decision, revision) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
            "(key, reviewer, role) DO UPDATE SET decision = excluded.decision, revision = excluded.revision",
            (item.key, reviewer, role, current if verdict == "undo" else number, number),
        )
        return _decision((number, *cells))

    def _state(self, key: str, reviewer: str, role: str) -> tuple[Decision | None, int]:
        rows = self._rows(
            "SELECT decision, revision FROM current WHERE key = ? AND reviewer = ? AND role = ?", (key, reviewer, role)
        )
        if not rows:
            return None, 0
        return self._by_id(rows[0][0]), int(rows[0][1])

    def _by_id(self, number: int | None) -> Decision | None:
        rows = self._rows(f"SELECT {_DECISION} FROM decisions WHERE id = ?", (number,)) if number else []
        return _decision(rows[0]) if rows else None

    def current(self, key: str, reviewer: str, role: str = "coding") -> Decision | None:
        """What a reviewer's last word on an item is."""
        return self._state(key, reviewer, role)[0]

    def revision(self, key: str, reviewer: str, role: str = "coding") -> int:
        """Grows with every row of this reviewer for this item; 0 where there is none."""
        return self._state(key, reviewer, role)[1]

    def undo(
        self, key: str, *, reviewer: str, version: str, role: str = "coding", expected_revision: int | None = None
    ) -> Decision | None:
        """Take the reviewer's last decision on an item back; returns what counts then, None where nothing is left.

        Raises :class:`Invalid` where there is nothing to take back, :class:`Conflict` as :meth:`decide` does.
        """
        with self._transaction():
            decision, revision = self._state(key, reviewer, role)
            if expected_revision is not None and expected_revision != revision:
                raise Conflict(decision, revision)
            if decision is None:
                raise Invalid("there is nothing to undo", where="undo")
            item = _item_of(decision)
            self._insert(item, "undo", {}, "", reviewer, role, version, decision.id, current=decision.previous)
            return self._by_id(decision.previous)

    def last(self, reviewer: str) -> Decision | None:
        """The reviewer's latest decision that still counts: what the undo key takes back."""
        rows = self._rows(
            "SELECT MAX(decision) FROM current WHERE reviewer = ? AND role = 'coding' AND decision IS NOT NULL",
            (reviewer,),
        )
        return self._by_id(rows[0][0])

    def history(self, key: str) -> list[Decision]:
        """Every row about an item, oldest first, undone ones and undos included."""
        return [_decision(row) for row in
                self._rows(f"SELECT {_DECISION} FROM decisions WHERE key = ? ORDER BY id", (key,))]

    def counting(self, sample: str | None = None) -> dict[str, list[Decision]]:
        """All decisions that count, by item: codings by reviewer name, then adjudications by time."""
        where = " AND c.key IN (SELECT key FROM items WHERE sample = ?)" if sample is not None else ""
        columns = ", ".join(f"d.{name.strip()}" for name in _DECISION.split(","))
        rows = self._rows(
            f"SELECT {columns} FROM current c JOIN decisions d ON d.id = c.decision WHERE 1 = 1{where} "
            "ORDER BY c.key, c.role DESC, CASE WHEN c.role = 'coding' THEN c.reviewer ELSE '' END, d.id",
            (sample,) if sample is not None else (),
        )
        found: dict[str, list[Decision]] = {}
        for row in rows:
            decision = _decision(row)
            found.setdefault(decision.key, []).append(decision)
        return found

    def reviewers(self) -> list[str]:
        """Everybody who judged or was given items."""
        return [row[0] for row in self._rows(
            "SELECT DISTINCT reviewer FROM decisions UNION SELECT DISTINCT reviewer FROM assignments ORDER BY 1")]

    # --- samples -------------------------------------------------------------------------------------------------

    def add(self, sample: Sample, run: str) -> None:
        """Store a sample under its name. Raises :class:`UsageError` where the name is taken."""
        with self._transaction():
            if self._rows("SELECT 1 FROM samples WHERE name = ?", (sample.name,)):
                raise UsageError(f"there is a sample '{sample.name}' already", hint="give another --name")
            created = self._clock().astimezone(UTC).isoformat(timespec="seconds")
            self._db.execute("INSERT INTO samples VALUES (?, ?, ?, ?)",
                             (sample.name, compact(sample.spec()), created, run))
            marks = ", ".join("?" * 15)
            self._db.executemany(f"INSERT INTO items (sample, position, {_ITEM}) VALUES ({marks})",
                                 [(sample.name, at, *_item_cells(item)) for at, item in enumerate(sample.items)])

    def samples(self) -> list[dict[str, Any]]:
        """The samples, oldest first: ``name``, ``created``, ``run``, number of ``items``, and how each was drawn."""
        rows = self._rows(
            "SELECT name, created, run, spec, (SELECT COUNT(*) FROM items WHERE sample = name) FROM samples "
            "ORDER BY created, name")
        return [{**json.loads(spec), "name": name, "created": created, "run": run, "items": count}
                for name, created, run, spec, count in rows]

    def items(self, sample: str, reviewer: str | None = None) -> list[Item]:
        """The items of a sample in their order; with ``reviewer`` those given to this one, or all where none is given
        to anybody."""
        rows = self._rows(f"SELECT {_ITEM} FROM items WHERE sample = ? ORDER BY position", (sample,))
        if reviewer is not None and self._rows("SELECT 1 FROM assignments WHERE sample = ? LIMIT 1", (sample,)):
            given = {row[0] for row in self._rows(
                "SELECT key FROM assignments WHERE sample = ? AND reviewer = ?", (sample, reviewer))}
            rows = [row for row in rows if row[0] in given]
        return [Item(*row) for row in rows]

    def refresh(self, sample: str, run: str, now: Mapping[str, Item]) -> list[Item]:
        """After a re-run: take over what the run holds ``now``, by key. Returns the items that it no longer has.

        They stay in the sample: what is no longer extracted was judged, or is judged, as it was.
        """
        gone = []
        fresh = []
        for item in self.items(sample):
            found = now.get(item.key)
            if found is None:
                gone.append(item)
            else:
                fresh.append((found.doc, found.fingerprint, found.figure, found.group, sample, item.key))
        with self._transaction():
            self._db.executemany(
                "UPDATE items SET doc = ?, fingerprint = ?, figure = ?, grp = ? WHERE sample = ? AND key = ?", fresh)
            self._db.execute("UPDATE samples SET run = ? WHERE name = ?", (run, sample))
        return gone

    def assign(self, sample: str, given: Iterable[tuple[str, str]]) -> None:
        """Give items (by key) to reviewers; what was given before is replaced."""
        pairs = sorted(set(given))
        for _, reviewer in pairs:
            check_name(reviewer)
        with self._transaction():
            self._db.execute("DELETE FROM assignments WHERE sample = ?", (sample,))
            self._db.executemany("INSERT INTO assignments VALUES (?, ?, ?)", [(sample, *pair) for pair in pairs])

    def assignments(self, sample: str) -> dict[str, list[str]]:
        """Reviewers by item key."""
        found: dict[str, list[str]] = {}
        for key, reviewer in self._rows(
            "SELECT key, reviewer FROM assignments WHERE sample = ? ORDER BY key, reviewer", (sample,)):
            found.setdefault(key, []).append(reviewer)
        return found


def check_name(reviewer: str) -> str:
    """A reviewer's name that can be stored. Raises :class:`Invalid`."""
    if not reviewer.strip() or len(reviewer) > NAME or not reviewer.isprintable():
        raise Invalid(f"must be a name of 1 to {NAME} characters", where="reviewer")
    return reviewer


def check_note(note: str) -> str:
    """A note that can be stored. Raises :class:`Invalid`."""
    if len(note) > NOTE:
        raise Invalid(f"is longer than {NOTE:,} characters", where="note")
    if any("\ud800" <= sign <= "\udfff" for sign in note):  # half a character: no file can hold it
        raise Invalid("holds broken characters", where="note")
    return note


def _item_cells(item: Item) -> tuple[object, ...]:
    return (item.key, item.kind, item.doc, item.sha256, item.start, item.end, item.quote, item.fingerprint, item.figure,
            item.group, item.stratum, item.population, item.drawn)


def _decision(row: Sequence[Any]) -> Decision:
    decision = Decision(*row)
    return replace(decision, fields=json.loads(row[11]))


def _item_of(decision: Decision) -> Item:
    return Item(
        decision.key, decision.kind, decision.doc, decision.sha256, decision.start, decision.end, decision.quote,  # type: ignore[arg-type]
        decision.fingerprint, decision.figure,
    )
