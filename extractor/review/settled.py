"""What all decisions come to for the run as it is now: which of them still hold, and on which rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from extractor.review.data import Run
from extractor.review.items import Item, figure_item, ledger_item, sentence_item
from extractor.review.rates import Outcome, outcome
from extractor.review.store import Decision, Store

_AT = 'JOIN (SELECT unnest($docs) AS doc, unnest($starts) AS start, unnest($ends) AS "end") k'
_ON = 'ON t.doc = k.doc AND t.start = k.start AND t."end" = k."end"'


@dataclass(frozen=True, slots=True)
class Settled:
    """A judged item: what it is in the run now (None where the run has it no longer), its row, what became of it."""

    item: Item | None
    row: dict[str, Any]
    outcome: Outcome
    decisions: tuple[Decision, ...]


def settled(run: Run, store: Store) -> Iterator[Settled]:
    """Every judged item of the store, in the order of documents and text."""
    decisions = store.counting()
    present = locate(run, [found[0] for found in decisions.values()])
    for key in sorted(decisions, key=lambda key: (decisions[key][0].doc, decisions[key][0].start, key)):
        item, row = present.get(key, (None, {}))
        result = Outcome("stale", decisions[key][-1]) if item is None else outcome(item, decisions[key])
        yield Settled(item, row, result, tuple(decisions[key]))


def refresh(run: Run, store: Store) -> int:
    """After a re-run, bring the store's samples up to date; returns how many items the run has no longer."""
    gone = 0
    for sample in store.samples():
        if sample["run"] != run.identity:
            present = locate(run, store.items(str(sample["name"])))
            now = {key: item for key, (item, _) in present.items()}
            gone += len(store.refresh(str(sample["name"]), run.identity, now))
    return gone


def locate(run: Run, wanted: Iterable[Item | Decision]) -> dict[str, tuple[Item, dict[str, Any]]]:
    """The items that the run holds now at the places of these, with their rows, by key."""
    asked = list(wanted)
    hashes = sorted({each.sha256 for each in asked})
    known = run.query("SELECT sha256, doc FROM documents WHERE status = 'ok' AND sha256 IN (SELECT unnest($hashes))",
                      {"hashes": hashes})
    docs = {row["sha256"]: row["doc"] for row in known}
    names = {doc: sha256 for sha256, doc in docs.items()}
    found: dict[str, tuple[Item, dict[str, Any]]] = {}
    for kind, table in (("figure", "figures"), ("ledger", "ledger")):
        places = [each for each in asked if each.kind == kind and each.sha256 in docs]
        for row in _rows(run, table, [(docs[each.sha256], each.start, each.end) for each in places]):
            if kind == "ledger" and row["figure"] is not None:
                continue
            item = (figure_item if kind == "figure" else ledger_item)(row, names[row["doc"]])
            found[item.key] = (item, row)
    for each in asked:
        if each.kind == "sentence" and each.sha256 in docs:
            item = sentence_item(docs[each.sha256], each.sha256, each.start, each.end, each.quote)
            found[item.key] = (item, {})
    return {each.key: found[each.key] for each in asked if each.key in found}


def _rows(run: Run, table: str, places: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    if not places:
        return []
    docs, starts, ends = (list(column) for column in zip(*places, strict=True))
    return run.query(f"SELECT t.* FROM {table} t {_AT} {_ON}", {"docs": docs, "starts": starts, "ends": ends})
