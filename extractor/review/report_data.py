"""What the report shows, asked from the run's tables: counts, coverage, distributions, outliers, flags.

Everything is counted by the database, so that a large run costs no more memory than the page it becomes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from extractor.review.data import Run

#: Rows and columns of a heat map, charts, examples of a flag, rows of a list: what a reader takes in.
MOST_ROWS, MOST_YEARS, MOST_CHARTS, MOST_EXAMPLES, MOST_LISTED = 36, 24, 12, 3, 15
#: Dots drawn of one indicator; the quartiles are always those of all values.
MOST_DOTS = 400
#: An outlier lies this many interquartile ranges beyond the quartiles (Tukey 1977: "far out"), among at least so many.
FENCE, ENOUGH = 3.0, 8

#: Year of a panel row: its own, or that in which it ends.
_YEAR = "left(CASE WHEN contains(\"row\", '/') THEN split_part(\"row\", '/', 2) ELSE \"row\" END, 4)"
_VALUES = f"(SELECT *, {_YEAR} AS year FROM observations WHERE use = 'kept' AND status <> 'target')"


@dataclass(frozen=True, slots=True)
class Grid:
    """A heat map: names of rows (id, label) and columns, and how much is in each cell; ``left_out`` rows are not
    shown."""

    rows: list[tuple[str, str]]
    columns: list[str]
    cells: dict[tuple[str, str], int]
    left_out: int


@dataclass(frozen=True, slots=True)
class Dot:
    """One value of a distribution."""

    value: float
    exact: Decimal
    place: str
    row: str
    far: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """The panel's values of one indicator: quartiles of all of them, and those that are drawn."""

    indicator: str
    label: str
    unit: str
    count: int
    quartiles: tuple[float, float, float]
    dots: list[Dot]


def documents(run: Run) -> dict[str, list[tuple[str, int]]]:
    """Documents by status and format, places by level, numbers by disposition."""
    count = "SELECT {0} AS name, count(*) AS n FROM {1} GROUP BY 1 ORDER BY n DESC, name"
    return {
        "status": _pairs(run, count.format("status", "documents")),
        "format": _pairs(run, count.format("coalesce(format, '')", "documents WHERE status = 'ok'")),
        "level": _pairs(run, "SELECT coalesce(level, '') AS name, count(DISTINCT place_id) AS n FROM observations "
                             "GROUP BY 1 ORDER BY n DESC, name"),
        "disposition": _pairs(run, count.format("disposition", "ledger")),
    }


def _pairs(run: Run, sql: str) -> list[tuple[str, int]]:
    return [(str(row["name"]), int(row["n"])) for row in run.query(sql)]


def errors(run: Run) -> list[dict[str, Any]]:
    """The first documents that could not be read."""
    return run.query("SELECT source, error_reason, error_hint FROM documents WHERE status = 'error' "
                     "ORDER BY file_row_number LIMIT ?", [MOST_LISTED])


def coverage_by_indicator(run: Run, english: dict[str, str]) -> Grid:
    """Indicator and year: number of places with a value. Indicators with most values first."""
    return _grid(run, "indicator", "any_value(label)", "place_id", english)


def coverage_by_place(run: Run) -> Grid:
    """Place and year: number of indicators with a value."""
    return _grid(run, "place_id", "any_value(place)", "indicator", {})


def _grid(run: Run, row: str, label: str, counted: str, labels: dict[str, str]) -> Grid:
    years = [each["year"] for each in run.query(
        f"SELECT year FROM {_VALUES} GROUP BY year ORDER BY year DESC LIMIT ?", [MOST_YEARS])][::-1]
    total = run.query(f"SELECT count(DISTINCT {row}) AS n FROM {_VALUES}")[0]["n"]
    rows = run.query(f"SELECT {row} AS id, {label} AS label FROM {_VALUES} GROUP BY 1 "
                     "ORDER BY count(*) DESC, 1 LIMIT ?", [MOST_ROWS])
    names = [(str(each["id"]), labels.get(each["id"], each["label"] or each["id"])) for each in rows]
    cells = run.query(
        f"SELECT {row} AS id, year, count(DISTINCT {counted}) AS n FROM {_VALUES} WHERE {row} IN "
        "(SELECT unnest($rows)) AND year IN (SELECT unnest($years)) GROUP BY 1, 2",
        {"rows": [name for name, _ in names], "years": years})
    return Grid(names, years, {(str(c["id"]), c["year"]): c["n"] for c in cells}, total - len(names))


_FENCES = f"""
WITH measured AS (
  SELECT indicator, coalesce(level, '') AS level, label, unit, place, "row", doc, figure, quote, subject, value,
         CASE WHEN unit NOT IN ('%', '个百分点', '‰') AND value > 0 THEN ln(CAST(value AS DOUBLE))
              ELSE CAST(value AS DOUBLE) END AS x
  FROM {_VALUES}),
fences AS (
  SELECT indicator, level, count(*) AS n, quantile_cont(x, 0.25) AS q1, quantile_cont(x, 0.5) AS q2,
         quantile_cont(x, 0.75) AS q3 FROM measured GROUP BY 1, 2),
judged AS (
  SELECT m.*, f.n, CASE WHEN f.q3 > f.q1 AND f.n >= {ENOUGH}
    THEN greatest(f.q1 - m.x, m.x - f.q3) / (f.q3 - f.q1) ELSE 0 END AS distance
  FROM measured m JOIN fences f USING (indicator, level))
"""


def outliers(run: Run) -> list[dict[str, Any]]:
    """Values far from those of places of the same level, the farthest first."""
    return run.query(f"{_FENCES} SELECT * EXCLUDE (x) FROM judged WHERE distance > {FENCE} "
                     "ORDER BY distance DESC, indicator, figure LIMIT ?", [MOST_LISTED])


def distributions(run: Run) -> list[Distribution]:
    """The indicators with most values (four at least), with the values of the panel."""
    found = run.query(
        f"SELECT indicator, any_value(label) AS label, any_value(unit) AS unit, count(*) AS n, "
        f"quantile_cont(CAST(value AS DOUBLE), [0.25, 0.5, 0.75]) AS q FROM {_VALUES} GROUP BY indicator "
        "HAVING count(*) >= 4 AND count(DISTINCT value) >= 4 ORDER BY n DESC, indicator LIMIT ?", [MOST_CHARTS])
    out = []
    for each in found:
        rows = run.query(
            f"{_FENCES} SELECT value, place, \"row\", distance > {FENCE} AS far FROM judged "
            "WHERE indicator = $indicator ORDER BY far DESC, md5(figure), value LIMIT $most",
            {"indicator": each["indicator"], "most": MOST_DOTS})
        dots = [Dot(float(row["value"]), row["value"], row["place"], row["row"], row["far"]) for row in rows]
        quartiles = tuple(float(q) for q in each["q"])
        assert len(quartiles) == 3
        out.append(Distribution(each["indicator"], each["label"], each["unit"], each["n"], quartiles, dots))
    return out


def changes(run: Run) -> list[dict[str, Any]]:
    """The biggest changes between two years running."""
    rows = run.query("""
        WITH yearly AS (
          SELECT place_id, place, indicator, label, unit, "row", TRY_CAST("row" AS INTEGER) AS year, value, doc, quote
          FROM observations WHERE use = 'kept' AND status = 'actual' AND length("row") = 4 AND value > 0)
        SELECT b.place, b.indicator, b.label, b.unit, a."row" AS before_row, b."row" AS after_row, a.value AS before,
               b.value AS after, CAST(b.value AS DOUBLE) / CAST(a.value AS DOUBLE) AS ratio, b.quote, b.doc
        FROM yearly a JOIN yearly b ON a.place_id = b.place_id AND a.indicator = b.indicator AND b.year = a.year + 1
        WHERE a.value <> b.value AND a.unit NOT IN ('%', '个百分点', '‰')
        ORDER BY abs(ln(ratio)) DESC, b.place, b.indicator, b."row" LIMIT ?""", [MOST_LISTED])
    return [row for row in rows if math.isfinite(row["ratio"])]


def flags(run: Run) -> list[dict[str, Any]]:
    """Each code with its counts and a few findings to follow, one for each piece of evidence."""
    counted = run.query(
        "SELECT code, any_value(severity) AS severity, count(DISTINCT (doc, evidence)) AS findings, "
        "count(*) AS numbers, "
        "count(DISTINCT CASE WHEN repair IS NOT NULL THEN doc || ':' || start END) AS repaired, "
        "count(DISTINCT doc) AS documents FROM flags GROUP BY code ORDER BY findings DESC, code")
    picked = run.query(
        "WITH once AS (SELECT * FROM flags QUALIFY row_number() OVER (PARTITION BY doc, code, evidence ORDER BY "
        "file_row_number) = 1), few AS (SELECT * FROM once QUALIFY row_number() OVER (PARTITION BY code ORDER BY "
        "md5(doc || start), file_row_number) <= $most) "
        "SELECT few.code, few.doc, few.start, few.\"end\", few.quote, few.message, few.message_en, few.evidence, "
        "few.repair, few.rivals, "
        "f.sentence, d.title, d.source FROM few LEFT JOIN figures f ON f.doc = few.doc AND f.id = few.figure "
        "JOIN documents d ON d.doc = few.doc AND d.status = 'ok' ORDER BY few.doc, few.start", {"most": MOST_EXAMPLES})
    examples: dict[str, list[dict[str, Any]]] = {}
    for row in picked:
        row["repair"] = [{"unit": "", "subject": "", **reading} for reading in json.loads(row["repair"] or "[]")]
        row["rivals"] = json.loads(row["rivals"])[:3] if row["rivals"] else []
        row["before"], row["after"] = _around(row["sentence"], row["quote"]) if row["sentence"] else _nearby(run, row)
        examples.setdefault(row["code"], []).append(row)
    return [{**row, "examples": examples.get(row["code"], [])} for row in counted]


def _around(sentence: str | None, quote: str, reach: int = 60) -> tuple[str, str]:
    """The words before and after a number in its sentence, cut."""
    flat = " ".join(quote.split())
    before, found, after = (sentence or "").partition(flat)
    if not found:
        return "", ""
    return (("…" if len(before) > reach else "") + before[-reach:], after[:reach] + ("…" if len(after) > reach else ""))


def _nearby(run: Run, row: dict[str, Any], reach: int = 25) -> tuple[str, str]:
    """The words before and after a number that is no figure: of the document's text, which has no sentence for it."""
    text = run.plain(row["doc"])
    before, after = text[max(0, row["start"] - reach) : row["start"]], text[row["end"] : row["end"] + reach]
    return " ".join(before.split()), " ".join(after.split())


def unexplained(run: Run) -> list[dict[str, Any]]:
    """Some of the numbers that no rule explains, each with its text."""
    rows = run.query("SELECT doc, start, \"end\", quote FROM ledger WHERE disposition = 'unexplained' "
                     "ORDER BY md5(doc || start), start LIMIT ?", [MOST_LISTED])
    for row in rows:
        row["before"], row["after"] = _nearby(run, row)
    return rows


def set_aside(run: Run) -> list[tuple[str, int]]:
    """Claimed figures that are no observation, by reason."""
    return _pairs(run, "SELECT reason AS name, count(*) AS n FROM set_aside GROUP BY 1 ORDER BY n DESC, name")


def repaired(run: Run) -> int:
    return int(run.query("SELECT count(*) AS n FROM figures WHERE repair IS NOT NULL")[0]["n"])


def labels(indicators: Sequence[Any]) -> dict[str, str]:
    """English labels by indicator."""
    return {entry.id: entry.label_en for entry in indicators}
