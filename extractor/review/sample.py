"""Samples of a run: which figures, which numbers that are no figures, and which sentences without figures to judge.

Drawn with permanent random numbers: every member of the run has a number made from the seed and from its own content
and place, and a sample is the members with the smallest ones. Equal runs and seeds give equal samples, and after a
re-run over more documents a new sample with the old seed has most members, and so their decisions, in common.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from extractor.errors import UsageError
from extractor.review.data import Run
from extractor.review.items import Item, figure_item, ledger_item
from extractor.review.sentences import sentences_without_figures

Method = Literal["simple", "stratified", "risk"]
METHODS: tuple[Method, ...] = ("simple", "stratified", "risk")

#: What a sample can be stratified by, as an SQL expression over the table ``figures``.
BY = {
    "indicator": "coalesce(f.indicator, '')",
    "flag": "split_part(coalesce(f.flags, ''), ';', 1)",
    "place": "coalesce(f.region, '')",
    "period": "coalesce(f.period, '')",
    "status": "f.status",
    "role": "f.role",
    "document": "f.doc",
}
#: Strata too small for two members of their own are drawn from together.
OTHERS = "…"
#: Classes of a risk-first sample, the riskiest first.
RISKS = ("repaired", "flagged", "conflict", "change", "plain")
#: Beyond this many documents, sentences are drawn in two stages: documents first.
STAGE = 400
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample. Each item knows its stratum, the stratum's size in the run and how many were drawn from it."""

    name: str
    method: Method
    by: tuple[str, ...]
    seed: str
    items: tuple[Item, ...]

    def spec(self) -> dict[str, Any]:
        """How it was drawn, for the store and the report."""
        return {"method": self.method, "by": list(self.by), "seed": self.seed}


def sample(
    run: Run,
    n: int,
    *,
    by: Sequence[str] = (),
    seed: int | str = 0,
    method: Method | None = None,
    ledger: int | None = None,
    sentences: int | None = None,
    name: str = "sample",
) -> Sample:
    """Draw ``n`` figures, ``ledger`` numbers that are no figures and ``sentences`` sentences without figures.

    The latter two are a third of ``n`` each unless given; they tell what was missed. ``by`` names strata (:data:`BY`)
    and makes the method ``stratified``; ``risk`` draws from the classes :data:`RISKS` alike. A run with fewer members
    gives all of them. Raises :class:`UsageError` for an impossible request.
    """
    chosen = method or ("stratified" if by else "simple")
    if chosen not in METHODS:
        raise UsageError(f"no method '{chosen}'", hint=f"one of {', '.join(METHODS)}")
    unknown = [word for word in by if word not in BY]
    if unknown:
        raise UsageError(f"cannot stratify by '{unknown[0]}'", hint=f"by any of {', '.join(BY)}")
    if bool(by) != (chosen == "stratified"):
        raise UsageError("only a stratified sample is drawn by strata", hint="give --by, or another --method")
    third = -(-n // 3)
    ledger = third if ledger is None else ledger
    sentences = third if sentences is None else sentences
    if min(n, ledger, sentences) < 0 or max(n, ledger, sentences) > _LARGEST:
        raise UsageError(f"sizes go from 0 to {_LARGEST:,}", hint="give fewer items")
    key = str(seed)
    items = _figures(run, n, tuple(by), chosen, key)
    items += _ledger(run, ledger, chosen, key)
    items += _sentences(run, sentences, key)
    return Sample(name, chosen, tuple(by), key, tuple(items))


def order(seed: str, *parts: object) -> str:
    """The permanent random number of a member, as hexadecimal digits (the same that :func:`_hashed` makes in SQL)."""
    return hashlib.md5("|".join([seed, *map(str, parts)]).encode(), usedforsecurity=False).hexdigest()


def _hashed(table: str) -> str:
    return f"md5(concat_ws('|', $seed, d.sha256, {table}.start, {table}.\"end\"))"


# --- how many from where ---------------------------------------------------------------------------------------------


def proportional(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """Two members from each stratum as far as ``n`` goes, the rest by size; no stratum gives more than it has.

    >>> proportional({"a": 90, "b": 10, "c": 1}, 10)
    {'a': 7, 'b': 2, 'c': 1}
    """
    given = {name: min(size, 2) for name, size in sizes.items()}
    if sum(given.values()) > n:
        given = dict.fromkeys(sizes, 0)
    left = max(n - sum(given.values()), 0)
    room = {name: size - given[name] for name, size in sizes.items()}
    total = sum(room.values())
    if left >= total:
        return dict(sizes)
    # Largest remainders, in whole numbers: the same on every machine.
    for name in sizes:
        given[name] += left * room[name] // total
    order = sorted(sizes, key=lambda name: (-(left * room[name] % total), name))
    for name in order[: n - sum(given.values())]:
        given[name] += 1
    return given


def alike(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """The same number from each stratum; what a small one cannot give goes to the others, in their order.

    >>> alike({"repaired": 3, "flagged": 50, "plain": 900}, 20)
    {'repaired': 3, 'flagged': 9, 'plain': 8}
    """
    given = dict.fromkeys(sizes, 0)
    left = min(n, sum(sizes.values()))
    while left:
        open_strata = [name for name in sizes if given[name] < sizes[name]]
        share = max(left // len(open_strata), 1)
        for name in open_strata:
            more = min(share, sizes[name] - given[name], left)
            given[name] += more
            left -= more
    return given


def collapsed(sizes: Mapping[str, int], n: int) -> dict[str, str]:
    """Stratum of each group: the largest groups keep their own, the others share :data:`OTHERS`.

    Every stratum of the sample then has two members, without which nothing can be said about it, and half of the sample
    is left to follow the sizes.
    """
    most = max(n // 4, 1)
    if len(sizes) <= most:
        return {name: name for name in sizes}
    ranked = sorted(sizes, key=lambda name: (-sizes[name], name))
    return {name: name if at < most - 1 else OTHERS for at, name in enumerate(ranked)}


# --- figures ---------------------------------------------------------------------------------------------------------

_FIGURES = "figures f JOIN documents d ON d.doc = f.doc AND d.status = 'ok'"


def _figures(run: Run, n: int, by: tuple[str, ...], method: Method, seed: str) -> list[Item]:
    if n == 0:
        return []
    if method == "simple":
        return _drawn(run, _FIGURES, "''", lambda sizes: sizes, n, seed, figure_item)
    if method == "stratified":
        expression = f"concat_ws(' · ', {', '.join(BY[word] for word in by)})"
        return _drawn(run, _FIGURES, expression, lambda sizes: collapsed(sizes, n), n, seed, figure_item)
    return _risky(run, n, seed)


def _risky(run: Run, n: int, seed: str) -> list[Item]:
    """The biggest changes between years are all taken, from the other classes the same number is drawn."""
    changed = [row["figure"] for row in run.query(_CHANGES, [-(-n // len(RISKS))])]
    table = (
        f"{_FIGURES} LEFT JOIN (SELECT DISTINCT figure FROM observations WHERE use = 'conflict') c ON c.figure = f.id "
        "LEFT JOIN (SELECT unnest($changed) AS figure) g ON g.figure = f.id"
    )
    expression = (
        "CASE WHEN f.repair IS NOT NULL THEN 'repaired' WHEN coalesce(f.flags, '') <> '' THEN 'flagged' "
        "WHEN c.figure IS NOT NULL THEN 'conflict' WHEN g.figure IS NOT NULL THEN 'change' ELSE 'plain' END"
    )
    return _drawn(run, table, expression, lambda sizes: sizes, n, seed, figure_item, changed, RISKS)


#: Values of one place and indicator in two years running, the greatest ratio first. Floats decide the order only.
_CHANGES = """
WITH yearly AS (
  SELECT place_id, indicator, figure, TRY_CAST("row" AS INTEGER) AS year, CAST(value AS DOUBLE) AS value
  FROM observations WHERE use = 'kept' AND status = 'actual' AND length("row") = 4 AND value > 0),
pairs AS (
  SELECT b.figure, abs(ln(b.value / a.value)) AS change FROM yearly a
  JOIN yearly b ON a.place_id = b.place_id AND a.indicator = b.indicator AND b.year = a.year + 1)
SELECT figure, max(change) AS change FROM pairs WHERE change > 0 GROUP BY figure ORDER BY change DESC, figure LIMIT ?
"""


def _drawn(
    run: Run, table: str, expression: str, merge: Any, n: int, seed: str, make: Any,
    changed: Sequence[str] | None = None, ranked: Sequence[str] = (),
) -> list[Item]:
    """Draw from the strata that ``expression`` makes of ``table``."""
    parameters: dict[str, Any] = {} if changed is None else {"changed": list(changed)}
    counted = run.query(f"SELECT {expression} AS stratum, count(*) AS size FROM {table} GROUP BY 1", parameters)
    groups = {row["stratum"]: row["size"] for row in counted}
    if ranked:
        groups = {name: groups[name] for name in ranked if name in groups}
        into, sizes = {name: name for name in groups}, groups
        given = alike(sizes, n)
    else:
        groups = dict(sorted(groups.items()))
        merged = merge(groups)
        into = {name: merged[name] if merged is not groups else name for name in groups}
        sizes = {}
        for name, size in groups.items():
            sizes[into[name]] = sizes.get(into[name], 0) + size
        given = proportional(sizes, n)
    alias, source = ("f", "figures") if make is figure_item else ("l", "ledger")
    # Only row numbers go through the sort; the few rows that are drawn are fetched by them.
    rows = run.query(
        "WITH strata AS (SELECT unnest($groups) AS grp, unnest($names) AS name, unnest($given) AS given), numbered AS "
        f"(SELECT {alias}.file_row_number AS number, s.name AS stratum, s.given, {_hashed(alias)} AS random "
        f"FROM {table} JOIN strata s ON s.grp = {expression}), drawn AS (SELECT * FROM numbered "
        "QUALIFY row_number() OVER (PARTITION BY stratum ORDER BY random, number) <= given) "
        f"SELECT t.*, d.sha256, drawn.stratum, drawn.random FROM {source} t "
        "JOIN drawn ON drawn.number = t.file_row_number JOIN documents d ON d.doc = t.doc AND d.status = 'ok'",
        {**parameters, "seed": seed, "groups": list(into), "names": list(into.values()),
         "given": [given[name] for name in into.values()]},
    )
    drawn: dict[str, int] = {}
    for row in rows:
        drawn[row["stratum"]] = drawn.get(row["stratum"], 0) + 1
    place = {name: at for at, name in enumerate(ranked)}
    rows.sort(key=lambda row: (place.get(row["stratum"], 0), row["random"], row["file_row_number"]))
    return [
        replace(make(row, row["sha256"]), stratum=row["stratum"], population=sizes[row["stratum"]],
                drawn=drawn[row["stratum"]])
        for row in rows
    ]


# --- what may have been missed ---------------------------------------------------------------------------------------

_LEDGER = (
    "(SELECT doc, start, \"end\", disposition, file_row_number FROM ledger "
    "WHERE figure IS NULL AND disposition <> 'figure') l "
    "JOIN documents d ON d.doc = l.doc AND d.status = 'ok'"
)
_DISPOSITIONS = ("unexplained", "malformed", "identifier", "name", "ordinal", "date", "marker", "furniture")


def _ledger(run: Run, n: int, method: Method, seed: str) -> list[Item]:
    if n == 0:
        return []
    if method == "simple":
        return _drawn(run, _LEDGER, "''", lambda sizes: sizes, n, seed, ledger_item)
    return _drawn(run, _LEDGER, "l.disposition", lambda sizes: sizes, n, seed, ledger_item, None, _DISPOSITIONS)


def _sentences(run: Run, n: int, seed: str) -> list[Item]:
    """Sentences without figures; in a large run those of :data:`STAGE` documents stand for all."""
    if n == 0:
        return []
    total = run.query("SELECT count(*) AS n FROM documents WHERE status = 'ok'")[0]["n"]
    documents = run.query(
        "SELECT * FROM (SELECT doc, sha256, file_row_number FROM documents WHERE status = 'ok' "
        "ORDER BY md5(concat_ws('|', ?, sha256)), doc LIMIT ?) ORDER BY file_row_number",
        [seed, STAGE],
    )
    best: list[tuple[int, str, Item]] = []
    seen = 0
    for document in documents:
        for item in sentences_without_figures(run, document["doc"], document["sha256"]):
            seen += 1
            random = -int(order(seed, item.sha256, item.start, item.end), 16)
            if len(best) < n:
                heapq.heappush(best, (random, item.key, item))
            else:
                heapq.heappushpop(best, (random, item.key, item))
    population = round(seen * total / len(documents)) if documents else 0
    ranked = sorted(best, key=lambda entry: (-entry[0], entry[1]))
    return [replace(item, population=population, drawn=len(ranked)) for _, _, item in ranked]
