"""The state of a crawl on disk: what is still to be asked, what came of the rest, which files are kept.

SQLite, because each step has to be a transaction: an answer is written down together with the addresses it leads to, or
not at all. Whatever kills the crawl, the next start goes on exactly there. (Scrapy's own JOBDIR takes a request out of
its queue before the answer is there, and a killed crawl loses it.)
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from extractor.crawl.config import CrawlSource
from extractor.crawl.records import Ask, Row, canonical
from extractor.errors import UsageError

#: Folder inside the output folder for everything that is no report. Hidden: `extractor run` passes it over.
STATE = ".crawl"

#: A request that was under way this often when the crawl died is taken for the cause.
MAX_DEATHS = 5

_WAITING, _UNDER_WAY, _DONE = 0, 1, 2
_VERSION = 1
_TABLES = """
CREATE TABLE source (id TEXT PRIMARY KEY, definition TEXT NOT NULL, finished INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE request (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, host TEXT NOT NULL,
  url TEXT NOT NULL, title TEXT NOT NULL, page TEXT NOT NULL, published TEXT NOT NULL, depth INTEGER NOT NULL,
  number INTEGER NOT NULL, start TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0,
  UNIQUE (source, key));
CREATE INDEX request_next ON request (state, source, host, id);
CREATE TABLE log (
  source TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL, http INTEGER, page TEXT NOT NULL,
  final_url TEXT NOT NULL, fetched TEXT NOT NULL, PRIMARY KEY (source, key));
CREATE TABLE seen (source TEXT NOT NULL, fingerprint TEXT NOT NULL, PRIMARY KEY (source, fingerprint)) WITHOUT ROWID;
CREATE TABLE file (
  source TEXT NOT NULL, key TEXT NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, whole INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (source, key, sha256)) WITHOUT ROWID;
CREATE INDEX file_content ON file (sha256);
CREATE TABLE cache (url TEXT PRIMARY KEY, headers TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX cache_content ON cache (sha256);
"""
_ASK = "source, kind, url, title, page, published, depth, number, start, id"
_ROW = "source, kind, url, status, reason, title, file, http, page, final_url, fetched"


class Job:
    """The crawl of some sources in one folder. The caller holds the folder's lock; one thread uses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / STATE / "job.sqlite"
        self.db = sqlite3.connect(self.path)
        try:
            self.db.execute("PRAGMA journal_mode = WAL")  # a killed process loses no transaction
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self.db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")
        except sqlite3.DatabaseError as error:
            raise UsageError(f"the state of the crawl cannot be read: {error}", where=str(self.path),
                             hint="crawl into a new folder, or delete this file to begin again") from None
        if version not in (0, _VERSION):
            raise UsageError("was written by another version of this program", where=str(self.path),
                             hint="crawl into a new folder")
        self.sources: dict[str, CrawlSource] = {}
        self.waiting: Counter[tuple[str, str]] = Counter()
        self.asked: Counter[tuple[str, str]] = Counter()
        self.under_way: dict[int, str] = {}
        """Requests that are out, with their host."""

    def close(self) -> None:
        self.db.close()

    # --- begin and end ---------------------------------------------------------------------------------------------

    def begin(self, sources: Sequence[CrawlSource]) -> set[str]:
        """Take up the sources: those left unfinished under the same definition go on (their ids are returned), the
        others start anew, with what is kept and cached from before."""
        self.sources = {source.id: source for source in sources}
        resumed = set()
        with self.db:
            for source in sources:
                definition = hashlib.sha256(repr(source).encode()).hexdigest()
                before = self.db.execute("SELECT definition, finished FROM source WHERE id = ?",
                                         (source.id,)).fetchone()
                if before == (definition, 0):
                    resumed.add(source.id)
                    continue
                for table in ("request", "log", "seen"):
                    self.db.execute(f"DELETE FROM {table} WHERE source = ?", (source.id,))
                self.db.execute("INSERT OR REPLACE INTO source VALUES (?, ?, 0)", (source.id, definition))
                self._insert(Ask(source.id, "list", url, start=url) for url in source.start)
            self.db.execute("UPDATE request SET state = ?, deaths = deaths + 1 WHERE state = ?",
                            (_WAITING, _UNDER_WAY))
        while deadly := self._asks(f"deaths >= {MAX_DEATHS} AND state = {_WAITING}"):
            ask = deadly[0]
            self.finish(ask, row(ask, "failed", f"the crawl ended {MAX_DEATHS} times while this was read"))
        self.waiting.clear()
        self.asked.clear()
        for source_id, host, kind, state, count in self.db.execute(
            "SELECT source, host, kind, state, count(*) FROM request GROUP BY source, host, kind, state"
        ):
            self.asked[source_id, kind] += count
            if source_id in self.sources and state == _WAITING:
                self.waiting[source_id, host] += count
        return resumed

    def end(self) -> bool:
        """Mark the sources that have nothing left to ask; whether that is all of them. What was under way when the user
        stopped the crawl waits again."""
        left = {source for (source, _), count in self.waiting.items() if count}
        left.update(source for (source,) in self.db.execute("SELECT DISTINCT source FROM request WHERE state = ?",
                                                            (_UNDER_WAY,)))
        with self.db:
            self.db.execute("UPDATE request SET state = ? WHERE state = ?", (_WAITING, _UNDER_WAY))
            for source in self.sources:
                if source not in left:
                    self.db.execute("UPDATE source SET finished = 1 WHERE id = ?", (source,))
        return not left & set(self.sources)

    # --- requests --------------------------------------------------------------------------------------------------

    def next(self) -> Ask | None:
        """Take out the next address of a host that is not being asked; None where there is none now."""
        for (source, host), count in self.waiting.items():
            if not count or host in self.under_way.values():
                continue
            ask = self._asks("state = 0 AND source = ? AND host = ?", (source, host))[0]
            with self.db:
                self.db.execute("UPDATE request SET state = ? WHERE id = ?", (_UNDER_WAY, ask.id))
            self.under_way[ask.id] = host
            # To the end of the line, so that sources on one host take turns.
            del self.waiting[source, host]
            self.waiting[source, host] = count - 1
            return ask
        return None

    def idle(self) -> bool:
        """Whether nothing waits to be asked."""
        return not any(self.waiting.values())

    def finish(self, ask: Ask, outcome: Row, children: Iterable[Ask] = (), rows: Iterable[Row] = (),
               fingerprint: str = "", kept: tuple[str, str] | None = None) -> None:
        """One transaction: ``ask`` is done with ``outcome``, leads to ``children``, and ``rows`` say which of its links
        were passed over. ``kept`` is (key, sha256) of the file that was written for it."""
        with self.db:
            for passed in rows:
                self._log(passed, "IGNORE")
            for over in self._insert(children):
                self._log(over, "IGNORE")
            self._log(outcome, "REPLACE")
            if fingerprint:
                self.db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (ask.source, fingerprint))
            if kept:
                self.db.execute("UPDATE file SET whole = 1 WHERE source = ? AND key = ? AND sha256 = ?",
                                (ask.source, *kept))
            self.db.execute("UPDATE request SET state = ? WHERE id = ?", (_DONE, ask.id))
        self.under_way.pop(ask.id, None)

    def is_list(self, source: str, url: str) -> bool:
        """Whether an address was or will be asked for as a list page."""
        return self.db.execute("SELECT 1 FROM request WHERE source = ? AND key = ?",
                               (source, _key("list", url))).fetchone() is not None

    def seen(self, source: str, fingerprint: str) -> bool:
        """Whether a list page with the same links was read already: paging that goes in a circle."""
        return self.db.execute("SELECT 1 FROM seen WHERE source = ? AND fingerprint = ?",
                               (source, fingerprint)).fetchone() is not None

    def rows(self) -> Iterator[Row]:
        """The log of all sources' last crawls, in a fixed order."""
        for values in self.db.execute(f"SELECT {_ROW} FROM log ORDER BY source, kind = 'list' DESC, url, kind"):
            yield Row(*values)

    # --- kept files and the cache ----------------------------------------------------------------------------------

    def files(self, source: str, sha256: str) -> list[tuple[str, str]]:
        """(key, name) of the whole files of a source with this content."""
        return self.db.execute("SELECT key, name FROM file WHERE source = ? AND sha256 = ? AND whole = 1 ORDER BY key",
                               (source, sha256)).fetchall()

    def has_other(self, source: str, key: str, sha256: str) -> bool:
        """Whether another content of this address was kept before."""
        return self.db.execute("SELECT 1 FROM file WHERE source = ? AND key = ? AND sha256 <> ? AND whole = 1",
                               (source, key, sha256)).fetchone() is not None

    def intend(self, source: str, key: str, sha256: str, name: str) -> None:
        """Write down that a file is about to be written, so that a half-written one is found."""
        with self.db:
            self.db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, 0)", (source, key, sha256, name))

    def half_written(self) -> list[str]:
        """Names of files that were begun and not finished; forgets them."""
        with self.db:
            names = [name for (name,) in self.db.execute("SELECT name FROM file WHERE whole = 0")]
            self.db.execute("DELETE FROM file WHERE whole = 0")
        return names

    def content_name(self, sha256: str) -> str | None:
        """Name of any kept file with this content."""
        found = self.db.execute("SELECT name FROM file WHERE sha256 = ? AND whole = 1 LIMIT 1", (sha256,)).fetchone()
        return found[0] if found else None

    def cached(self, url: str) -> tuple[str, str] | None:
        """(headers as JSON, sha256 of the body) of the last whole answer of an address."""
        found: tuple[str, str] | None = self.db.execute("SELECT headers, sha256 FROM cache WHERE url = ?",
                                                        (url,)).fetchone()
        return found

    def cache(self, url: str, headers: str, sha256: str) -> str | None:
        """Remember an answer; returns the hash of the body that no answer needs any more."""
        before = self.cached(url)
        with self.db:
            self.db.execute("INSERT OR REPLACE INTO cache VALUES (?, ?, ?)", (url, headers, sha256))
        if before is None or before[1] == sha256:
            return None
        used = self.db.execute("SELECT 1 FROM cache WHERE sha256 = ? LIMIT 1", (before[1],)).fetchone()
        return None if used else before[1]

    # --- inside ----------------------------------------------------------------------------------------------------

    def _asks(self, where: str, values: tuple[object, ...] = ()) -> list[Ask]:
        found = self.db.execute(f"SELECT {_ASK} FROM request WHERE {where} ORDER BY id LIMIT 1", values)
        return [Ask(*values) for values in found]

    def _insert(self, asks: Iterable[Ask]) -> list[Row]:
        """Queue addresses that are new, up to the limits of their source; the rows of those beyond a limit."""
        beyond = []
        for ask in asks:
            source = self.sources[ask.source]
            limit = source.pages if ask.kind == "list" else source.documents
            if self.asked[ask.source, ask.kind] >= limit:
                if not self._known(ask):
                    what = "list page" if ask.kind == "list" else ask.kind
                    beyond.append(row(ask, "skipped", f"beyond the limit of {limit} {what}s"))
                continue
            added = self.db.execute(
                f"INSERT OR IGNORE INTO request (key, host, {_ASK.removesuffix(', id')}) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_key(ask.kind, ask.url), ask.host, ask.source, ask.kind, ask.url, ask.title, ask.page, ask.published,
                 ask.depth, ask.number, ask.start)).rowcount
            if added:
                self.asked[ask.source, ask.kind] += 1
                self.waiting[ask.source, ask.host] += 1
        return beyond

    def _known(self, ask: Ask) -> bool:
        return self.db.execute("SELECT 1 FROM request WHERE source = ? AND key = ?",
                               (ask.source, _key(ask.kind, ask.url))).fetchone() is not None

    def _log(self, entry: Row, otherwise: str) -> None:
        self.db.execute(
            f"INSERT OR {otherwise} INTO log (key, {_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_key(entry.kind, entry.url), entry.source, entry.kind, entry.url, entry.status, entry.reason, entry.title,
             entry.file, entry.http, entry.page, entry.final_url, entry.fetched))


def row(ask: Ask, status: str, reason: str = "", **more: object) -> Row:
    """The log row of an address."""
    values: dict[str, object] = {"title": ask.title, "page": ask.page, **more}
    return Row(ask.source, ask.kind, ask.url, status, reason, **values)  # type: ignore[arg-type]


def _key(kind: str, url: str) -> str:
    """A list page and a file are different things under one address; a report and an attachment are not."""
    return f"{'list' if kind == 'list' else 'file'} {canonical(url)}"
