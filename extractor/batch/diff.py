"""Two runs side by side: which documents and figures one has and the other has not, and which say something else.

Documents are the same by their source. Figures are the same by place in the text and quote; where a text has changed,
by quote and its number of occurrence. Everything is joined by DuckDB on the runs' Parquet files, which spills to disk.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.batch.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What is compared of a figure.
FIELDS = ("value", "value_max", "unit", "modifier", "role", "status", "direction", "subject", "indicator", "period",
          "region", "region_code", "flags", "blocked", "repair")
#: What is compared of a document.
ABOUT = ("status", "error_code", "title", "publisher", "place", "place_code", "period", "issued", "sha256")
NONE = "(none)"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs: ``what`` is gained, lost or changed; ``fields`` has old and new value by name."""

    what: str
    source: str
    quote: str
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two runs. Counts are (gained, lost, changed)."""

    documents: tuple[int, int, int]
    figures: tuple[int, int, int]
    unchanged: int
    """Figures that both runs have and that say the same."""
    fields: dict[str, int]
    """Changed figures by what has changed in them."""
    indicators: dict[str, tuple[int, int, int]]
    flags: dict[str, tuple[int, int]]
    """Gained and lost by code."""
    document_changes: list[Change]
    figure_changes: list[Change]

    @property
    def same(self) -> bool:
        return not (any(self.documents) or any(self.figures) or any(map(any, self.flags.values())))


def compare(first: Path, second: Path, limit: int = 20) -> Difference:
    """What the second run has gained, lost and changed against the first; ``limit`` examples of each kind.

    Raises :class:`UsageError` where one of the folders holds no finished run.
    """
    read_manifest(first)
    read_manifest(second)
    with _database(first, second) as query:
        return Difference(
            documents=_counts(query("SELECT what, count(*) FROM document_changes GROUP BY 1")),
            figures=_counts(query("SELECT what, count(*) FROM figure_changes GROUP BY 1")),
            unchanged=query("SELECT count(*) FROM pairs WHERE NOT differs")[0][0],
            fields=_fields(query),
            indicators=_indicators(query),
            flags={code: (gained, lost) for code, gained, lost in query(_FLAGS) if gained or lost},
            document_changes=_examples(query, "document_changes", ABOUT, limit),
            figure_changes=_examples(query, "figure_changes", FIELDS, limit),
        )


@contextmanager
def _database(first: Path, second: Path) -> Iterator[Any]:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="extractor-") as folder, \
            duckdb.connect(str(Path(folder) / "diff.duckdb"), config={"memory_limit": "1GB"}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        for side, run in (("a", first), ("b", second)):
            for table in ("documents", "figures", "flags"):
                path = str(run / f"{table}.parquet").replace("'", "''")
                connection.execute(f"CREATE VIEW {side}_{table} AS SELECT * FROM read_parquet('{path}')")
        connection.execute(_script())

        def query(sql: str) -> list[tuple[Any, ...]]:
            rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
            return rows

        yield query


def _script() -> str:
    differs = " OR ".join(f'a."{name}" IS DISTINCT FROM b."{name}"' for name in FIELDS)
    other = " OR ".join(f'a."{name}" IS DISTINCT FROM b."{name}"' for name in ABOUT)
    figures = ", ".join(f'f."{name}"' for name in ("id", "start", "end", "quote", *FIELDS))
    sides = "\n".join(
        f"""
        CREATE TABLE {side} AS SELECT d.source, {figures} FROM {side}_figures f
            JOIN (SELECT doc, source FROM {side}_documents WHERE status = 'ok') d USING (doc);
        CREATE TABLE {side}_flag AS SELECT d.source, coalesce(f.quote, '') AS quote, f.code, count(*) AS n
            FROM {side}_flags f JOIN (SELECT doc, source FROM {side}_documents WHERE status = 'ok') d USING (doc)
            GROUP BY ALL;
        """
        for side in "ab"
    )
    return f"""{sides}
        CREATE TABLE exact AS SELECT a.id AS a_id, b.id AS b_id, a.source
            FROM a JOIN b USING (source, start, "end", quote);
        CREATE TABLE moved AS
            WITH x AS (SELECT *, row_number() OVER (PARTITION BY source, quote ORDER BY start) AS n FROM a
                       ANTI JOIN exact ON exact.a_id = a.id AND exact.source = a.source),
                 y AS (SELECT *, row_number() OVER (PARTITION BY source, quote ORDER BY start) AS n FROM b
                       ANTI JOIN exact ON exact.b_id = b.id AND exact.source = b.source)
            SELECT x.id AS a_id, y.id AS b_id, x.source FROM x JOIN y USING (source, quote, n);
        CREATE TABLE pairs AS
            SELECT p.*, ({differs}) AS differs, a.indicator AS a_indicator, b.indicator AS b_indicator
            FROM (FROM exact UNION ALL FROM moved) p
            JOIN a ON a.id = p.a_id AND a.source = p.source JOIN b ON b.id = p.b_id AND b.source = p.source;
        CREATE TABLE figure_changes AS
            SELECT 'changed' AS what, source, a_id, b_id FROM pairs WHERE differs
            UNION ALL SELECT 'lost', source, id, NULL FROM a
                ANTI JOIN pairs ON pairs.a_id = a.id AND pairs.source = a.source
            UNION ALL SELECT 'gained', source, NULL, id FROM b
                ANTI JOIN pairs ON pairs.b_id = b.id AND pairs.source = b.source;
        CREATE TABLE document_changes AS
            SELECT CASE WHEN a.source IS NULL THEN 'gained' WHEN b.source IS NULL THEN 'lost' ELSE 'changed' END
                AS what, coalesce(a.source, b.source) AS source, a.source AS a_id, b.source AS b_id
            FROM a_documents a FULL JOIN b_documents b ON a.source = b.source WHERE {other};
    """


_FLAGS = """
    SELECT code, sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0))::BIGINT,
        sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0))::BIGINT
    FROM a_flag a FULL JOIN b_flag b USING (source, quote, code) GROUP BY code ORDER BY code
"""


def _counts(rows: list[tuple[Any, ...]]) -> tuple[int, int, int]:
    found: dict[str, int] = dict(rows)
    return found.get("gained", 0), found.get("lost", 0), found.get("changed", 0)


def _fields(query: Any) -> dict[str, int]:
    sums = ", ".join(f'count(*) FILTER (a."{name}" IS DISTINCT FROM b."{name}")' for name in FIELDS)
    row = query(f"""SELECT {sums} FROM pairs p JOIN a ON a.id = p.a_id AND a.source = p.source
                    JOIN b ON b.id = p.b_id AND b.source = p.source WHERE p.differs""")[0]
    return {name: count for name, count in zip(FIELDS, row, strict=True) if count}


def _indicators(query: Any) -> dict[str, tuple[int, int, int]]:
    """A figure that goes from one indicator to another is lost for the one and gained for the other."""
    rows = query(f"""
        SELECT indicator, sum(gained)::BIGINT, sum(lost)::BIGINT, sum(changed)::BIGINT FROM (
            SELECT coalesce(b.indicator, '{NONE}') AS indicator, 1 AS gained, 0 AS lost, 0 AS changed
                FROM figure_changes c JOIN b ON b.id = c.b_id AND b.source = c.source WHERE c.what = 'gained'
            UNION ALL SELECT coalesce(a.indicator, '{NONE}'), 0, 1, 0
                FROM figure_changes c JOIN a ON a.id = c.a_id AND a.source = c.source WHERE c.what = 'lost'
            UNION ALL SELECT coalesce(b_indicator, '{NONE}'), 1, 0, 0
                FROM pairs WHERE a_indicator IS DISTINCT FROM b_indicator
            UNION ALL SELECT coalesce(a_indicator, '{NONE}'), 0, 1, 0
                FROM pairs WHERE a_indicator IS DISTINCT FROM b_indicator
            UNION ALL SELECT coalesce(b_indicator, '{NONE}'), 0, 0, 1
                FROM pairs WHERE differs AND a_indicator IS NOT DISTINCT FROM b_indicator
        ) GROUP BY indicator ORDER BY indicator
    """)
    return {indicator: (gained, lost, changed) for indicator, gained, lost, changed in rows}


def _examples(query: Any, table: str, fields: tuple[str, ...], limit: int) -> list[Change]:
    """Up to ``limit`` changes of each kind, in the order of source and text."""
    figures = table == "figure_changes"
    key = "id" if figures else "source"
    sides = ("a", "b") if figures else ("a_documents", "b_documents")
    both = " AND {0}.source = c.source" if figures else ""
    place = "coalesce(a.start, b.start), coalesce(a.quote, b.quote)" if figures else "0, ''"
    values = ", ".join(f'{side}."{name}"' for name in fields for side in "ab")
    found = []
    for what in ("lost", "gained", "changed"):
        rows = query(f"""
            SELECT c.source, {place}, {values} FROM {table} c
            LEFT JOIN {sides[0]} a ON a.{key} = c.a_id{both.format("a")}
            LEFT JOIN {sides[1]} b ON b.{key} = c.b_id{both.format("b")}
            WHERE c.what = '{what}' ORDER BY c.source, 2, c.a_id, c.b_id LIMIT {int(limit)}
        """)
        for source, _, quote, *cells in rows:
            pairs = {name: (cells[2 * at], cells[2 * at + 1]) for at, name in enumerate(fields)}
            pairs = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
            found.append(Change(what, source, quote, pairs))
    return found
