"""A finished run, read lazily: nothing is held in memory but what was asked for.

All queries go through DuckDB over the run's Parquet files, so that a run of a million figures opens at once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from extractor.batch.manifest import read_manifest
from extractor.errors import UsageError
from extractor.model import Document
from extractor.review.items import Item, figure_item, ledger_item, sentence_item
from extractor.tables.texts import Texts
from extractor.version import version

TABLES = ("documents", "figures", "flags", "ledger", "observations", "set_aside", "panel", "texts")
#: Characters of text shown on each side of an item.
AROUND = 400
#: Documents kept in memory: a reviewer goes to and fro between a few.
_KEPT = 32


class Run:
    """A run folder. Raises :class:`UsageError` where the folder holds no finished run.

    One object may be used by several threads; each query has a cursor of its own.
    """

    def __init__(self, folder: Path) -> None:
        import duckdb

        self.folder = folder
        self.manifest = read_manifest(folder)
        self._lock = threading.Lock()
        # The database must fetch nothing from the network, whatever a query looks like.
        self._database = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        # Row numbers of the files are the run's own order; nothing else is promised by SQL.
        for name in TABLES:
            path = folder / f"{name}.parquet"
            if not path.is_file():
                raise UsageError("is missing", where=str(path), hint="run 'extractor run' with this --output again")
            literal = str(path).replace("'", "''")
            self._database.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{literal}', file_row_number = true)"
            )
        self._texts = Texts(folder)
        self._documents: dict[str, Document] = {}
        self._rows: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def query(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
    ) -> list[dict[str, Any]]:
        """Rows as dictionaries. Values from outside go into ``parameters`` (``?`` or ``$name``), never into ``sql``."""
        with self._lock:
            cursor = self._database.cursor()
        try:
            cursor.execute(sql, parameters if isinstance(parameters, Mapping) else list(parameters))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def close(self) -> None:
        self._database.close()

    @property
    def version(self) -> str:
        """What a decision was made on: version of the program and beginning of the hash of the patterns."""
        return f"{self.manifest.get('extractor', version())}+{str(self.manifest.get('patterns_sha256', ''))[:12]}"

    @cached_property
    def identity(self) -> str:
        """Changes whenever the tables do."""
        files = self.manifest.get("files", {})
        return str(files.get("figures.parquet", "")) + str(files.get("ledger.parquet", ""))

    def document(self, doc: str) -> dict[str, Any] | None:
        """The row of ``documents`` that was read under this id (not a duplicate's)."""
        rows = self._kept("SELECT * FROM documents WHERE doc = ? AND status = 'ok' LIMIT 1", doc)
        return rows[0] if rows else None

    def _kept(self, sql: str, doc: str) -> list[dict[str, Any]]:
        """The rows of a document, remembered: the items of one document are looked at one after the other."""
        with self._lock:
            rows = self._rows.get((sql, doc))
        if rows is None:
            rows = self.query(sql, [doc])
            with self._lock:
                while len(self._rows) >= 4 * _KEPT:
                    self._rows.pop(next(iter(self._rows)))
                self._rows[sql, doc] = rows
        return [dict(row) for row in rows]

    def plain(self, doc: str) -> str:
        """The text of a document alone: quicker than :meth:`text`, which reads layout and page positions too."""
        with self._lock:
            kept = self._documents.get(doc)
        if kept is not None:
            return kept.text
        rows = self.query("SELECT text FROM texts WHERE doc = ?", [doc])
        return str(rows[0]["text"]) if rows else ""

    def text(self, doc: str) -> Document:
        """A document with its text and layout. Raises :class:`UsageError` for an unknown id."""
        with self._lock:
            if doc not in self._documents:
                if len(self._documents) >= _KEPT:
                    self._documents.pop(next(iter(self._documents)))
                self._documents[doc] = self._texts.document(doc)
            return self._documents[doc]

    # --- items ---------------------------------------------------------------------------------------------------

    def figure(self, figure: str) -> Item | None:
        """The item of a figure's id."""
        rows = self.query(
            "SELECT f.*, d.sha256 FROM figures f JOIN documents d ON d.doc = f.doc AND d.status = 'ok' WHERE f.id = ?",
            [figure],
        )
        return figure_item(rows[0], rows[0]["sha256"]) if rows else None

    def figures(self, doc: str) -> list[dict[str, Any]]:
        """The figures of a document in text order."""
        return self._kept("SELECT * FROM figures WHERE doc = ? ORDER BY file_row_number", doc)

    def ledger(self, doc: str) -> list[dict[str, Any]]:
        """Every numeric mention of a document in text order."""
        return self._kept("SELECT * FROM ledger WHERE doc = ? ORDER BY file_row_number", doc)

    def flags(self, doc: str, figure: str | None = None) -> list[dict[str, Any]]:
        """The flags of a document, or of one of its figures."""
        rows = self._kept("SELECT * FROM flags WHERE doc = ? ORDER BY file_row_number", doc)
        return rows if figure is None else [row for row in rows if row["figure"] == figure]

    def at(self, kind: str, doc: str, start: int, end: int) -> Item | None:
        """The item that stands at a place of a document now; None where there is none (any more)."""
        document = self.document(doc)
        if document is None:
            return None
        sha256 = document["sha256"]
        if kind == "figure":
            rows = self.query('SELECT * FROM figures WHERE doc = ? AND start = ? AND "end" = ?', [doc, start, end])
            return figure_item(rows[0], sha256) if rows else None
        if kind == "ledger":
            rows = self.query(
                'SELECT * FROM ledger WHERE doc = ? AND start = ? AND "end" = ? AND figure IS NULL', [doc, start, end]
            )
            return ledger_item(rows[0], sha256) if rows else None
        text = self.plain(doc)
        if not 0 <= start < end <= len(text):
            return None
        inside = self.query('SELECT id FROM figures WHERE doc = ? AND start < ? AND "end" > ?', [doc, end, start])
        return None if inside else sentence_item(doc, sha256, start, end, text[start:end])
