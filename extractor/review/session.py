"""What one server knows: the run, the store of decisions, the pattern library, who reviews, and the samples as lists.

All answers of the routes come from here as plain data; nothing here knows of HTTP.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import ExtractorError, UsageError
from extractor.model import Document
from extractor.review import fields, rates, render, stats
from extractor.review.data import Run
from extractor.review.details import details
from extractor.review.items import KINDS, Item
from extractor.review.sample import sample as draw
from extractor.review.settled import refresh
from extractor.review.store import Decision, Store

if TYPE_CHECKING:
    from extractor.library import Library

#: Items of a sample in one answer of the list.
LISTED = 100
#: Characters of text shown on each side of an item.
AROUND = 260
STATES = ("todo", "open", "stale", "skipped", "judged", "disagreed")
_LARGEST_SAMPLE = 2000
_TO_JUDGE = {"coding": ("open", "stale"), "adjudication": ("disagreed",)}


class Gone(UsageError):
    """What was asked for is not in the run (any more)."""

    code = "gone"


@dataclass(slots=True)
class _Queue:
    """A sample's items in order, for one role, with what became of each."""

    items: list[Item]
    outcomes: list[rates.Outcome]
    places: dict[str, int]


class Session:
    """A run under review by one person. Threads share it."""

    def __init__(
        self, folder: Path, reviewer: str, *, patterns: Path | None = None, roots: tuple[Path, ...] = ()
    ) -> None:
        """``roots`` are folders where source files may be. Raises :class:`UsageError` if there is no finished run."""
        self.run = Run(folder)
        self.store = Store.of(folder)
        self.reviewer = reviewer
        self.roots = roots
        self._patterns = patterns
        self._queues: dict[tuple[str, str], _Queue] = {}
        self._lock = threading.RLock()
        refresh(self.run, self.store)  # what the run reads differently now is asked again

    def close(self) -> None:
        self.run.close()
        self.store.close()

    @cached_property
    def library(self) -> Library:
        """The pattern library that corrections are checked against."""
        from extractor.library import load_library

        return load_library(self._patterns)

    def warm(self) -> None:
        """Read what the first item needs, while the browser is still opening."""
        with contextlib.suppress(ExtractorError):  # told when it is asked for
            self.label(next(iter(self.library.indicators), ""))
            for known in self.samples()[:1]:
                self.item_of_sample(known["name"], "coding", 0)

    def check_fresh(self) -> None:
        """Notice a run that was made anew under our feet."""
        from extractor.batch.manifest import read_manifest

        with self._lock:
            if read_manifest(self.run.folder) != self.run.manifest:
                old = self.run
                self.run = Run(old.folder)
                refresh(self.run, self.store)
                self._queues.clear()
                old.close()

    # --- samples -------------------------------------------------------------------------------------------------

    def samples(self) -> list[dict[str, Any]]:
        """The samples, newest first."""
        return self.store.samples()[::-1]

    def draw(self, n: int, method: str, by: list[str], seed: str) -> str:
        """Draw a sample and return its name. Raises :class:`UsageError`."""
        if not 1 <= n <= _LARGEST_SAMPLE:
            raise UsageError(f"sizes go from 1 to {_LARGEST_SAMPLE:,} here", where="n", hint="use: extractor sample")
        taken = {known["name"] for known in self.store.samples()}
        stem = f"{method}-{n}"
        name = next(name for name in (stem, *(f"{stem}-{i}" for i in range(2, 10_000))) if name not in taken)
        found = draw(self.run, n, by=by, seed=seed, method=method, name=name)  # type: ignore[arg-type]
        self.store.add(found, self.run.identity)
        return name

    def _queue(self, sample: str, role: str, *, fresh: bool = False) -> _Queue:
        """The items of a sample; of an adjudication those that were disagreed on."""
        with self._lock:
            found = None if fresh else self._queues.get((sample, role))
            if found is None:
                if sample not in {known["name"] for known in self.store.samples()}:
                    raise Gone(f"there is no sample '{sample[:60]}'", hint="draw one with: extractor sample")
                pairs = rates.outcomes(self.store, sample, None if role == "adjudication" else self.reviewer)
                if role == "adjudication":
                    pairs = [pair for pair in pairs if self._disputed(pair[1])]
                places = {item.key: at for at, (item, _) in enumerate(pairs)}
                found = _Queue([item for item, _ in pairs], [outcome for _, outcome in pairs], places)
                self._queues[sample, role] = found
            return found

    @staticmethod
    def _disputed(outcome: rates.Outcome) -> bool:
        decision = outcome.decision
        return outcome.state == "disagreed" or (decision is not None and decision.role == "adjudication")

    def _judged(self, item: Item, role: str) -> None:
        """Bring the lists up to date after a decision on an item, without reading all of them again."""
        with self._lock:
            decisions = self._decisions(item.key)
            for (_, kind), queue in self._queues.items():
                at = queue.places.get(item.key)
                if at is not None:
                    reviewer = None if kind == "adjudication" else self.reviewer
                    queue.outcomes[at] = rates.outcome(queue.items[at], decisions, reviewer)

    def _decisions(self, key: str) -> list[Decision]:
        """What counts for one item: this reviewer's coding, others', adjudications."""
        found = []
        for name in self.store.reviewers():
            for role in ("coding", "adjudication"):
                decision = self.store.current(key, name, role)
                if decision is not None:
                    found.append(decision)
        found.sort(key=lambda decision: (decision.role == "adjudication", decision.id))
        return found

    def listed(self, sample: str, role: str, state: str, offset: int, *, fresh: bool) -> dict[str, Any]:
        """A stretch of a sample's list, with what became of each item. ``state`` filters; '' takes all."""
        if fresh:
            self.check_fresh()
        queue = self._queue(sample, role, fresh=fresh)
        to_judge = _TO_JUDGE[role]
        wanted = {"": None, "todo": to_judge}.get(state, (state,))
        places = [at for at, outcome in enumerate(queue.outcomes) if wanted is None or outcome.state in wanted]
        offset = min(max(offset, 0), max(len(places) - 1, 0)) // LISTED * LISTED
        return {
            "total": len(queue.items),
            "listed": len(places),
            "offset": offset,
            "size": LISTED,
            "done": sum(found.state not in to_judge for found in queue.outcomes),
            "todo": next((at for at, found in enumerate(queue.outcomes) if found.state in to_judge), None),
            "items": [self._line(queue, at) for at in places[offset : offset + LISTED]],
        }

    def _line(self, queue: _Queue, at: int) -> dict[str, Any]:
        item, outcome = queue.items[at], queue.outcomes[at]
        verdict = outcome.decision.verdict if outcome.decision else ""
        return {"at": at, "key": item.key, "kind": item.kind, "quote": item.quote[:60], "group": item.group,
                "label": self.label(item.group) if item.kind == "figure" else {}, "state": outcome.state,
                "verdict": verdict}

    # --- items ---------------------------------------------------------------------------------------------------

    def item_of_sample(self, sample: str, role: str, at: int) -> dict[str, Any]:
        """Everything about the item at a place of a sample, and which one is to be judged next."""
        queue = self._queue(sample, role)
        if not 0 <= at < len(queue.items):
            raise Gone("the sample has no such item", where="at")
        found = self.shown(queue.items[at], role, queue.outcomes[at].state)
        return {**found, "at": at, "total": len(queue.items), "todo": self.following(sample, role, at)}

    def following(self, sample: str, role: str, at: int) -> int | None:
        """Which item of a sample is to be judged after the one at ``at``, round to the beginning; None: all are."""
        outcomes = self._queue(sample, role).outcomes
        order = [*range(at + 1, len(outcomes)), *range(min(at, len(outcomes)))]
        return next((i for i in order if outcomes[i].state in _TO_JUDGE[role]), None)

    def item_at(self, kind: str, doc: str, start: int, end: int) -> dict[str, Any]:
        """Everything about the item at a place of a document, in a sample or not."""
        return self.shown(self._item(kind, doc, start, end), "coding", "")

    def _item(self, kind: str, doc: str, start: int, end: int) -> Item:
        found = self.run.at(kind, doc, start, end) if kind in KINDS else None
        if found is None:
            raise Gone("the run holds no such item any more", hint="reload the page")
        return found

    def shown(self, item: Item, role: str, state: str) -> dict[str, Any]:
        """What the page shows of an item."""
        document = self._text(item.doc)
        found = details(self.run, item)
        found.pop("context")
        intact = document is not None and document.text[item.start : item.end] == item.quote
        found["decision"] = _told(self.store.current(item.key, self.reviewer, role))
        found["revision"] = self.store.revision(item.key, self.reviewer, role)
        found["stale"] = bool(found["decision"]) and found["decision"]["fingerprint"] != item.fingerprint
        found["state"] = state
        found["context"] = self._context(item, document) if document is not None and intact else None
        found["boxes"] = self._boxes(item, document) if document is not None and intact else None
        if role == "adjudication":
            found["codings"] = [_told(decision) for decision in self._decisions(item.key) if decision.role == "coding"]
        indicator = found["fields"].get("indicator")
        if indicator:
            found["indicator_label"] = self.label(indicator)
        return found

    def label(self, indicator: str) -> dict[str, str]:
        """An indicator's names, unit and definition; nothing for one that the library no longer has."""
        entry = self.library.indicators.get(indicator)
        if entry is None:
            return {}
        return {"zh": entry.label_zh, "en": entry.label_en, "unit": entry.unit, "definition": entry.definition}

    def _text(self, doc: str) -> Document | None:
        try:
            return self.run.text(doc)
        except UsageError:
            return None

    def _context(self, item: Item, document: Document) -> list[dict[str, str]]:
        """The text around an item in pieces: numbers with their marks, the item itself marked ``here``."""
        text = document.text
        start = text.rfind("\n", 0, max(item.start - AROUND, 0)) + 1
        start = max(start, item.start - 2 * AROUND)
        end = text.find("\n", item.end + AROUND)
        end = min(len(text) if end < 0 else end, item.end + 2 * AROUND)
        own = render.Mark("here", item.kind, item.start, item.end, "")
        rows = (self.run.figures(item.doc), self.run.ledger(item.doc))
        near = [[row for row in table if row["start"] < end and row["end"] > start] for table in rows]
        others = [mark for mark in render.marks_of(*near) if mark.end <= item.start or mark.start >= item.end]
        marks = sorted([*others, own], key=lambda mark: mark.start)
        pieces = render.around(document, marks, start, end)
        return [{"text": piece.text, "mark": piece.mark.mark if piece.mark else ""} for piece in pieces]

    @staticmethod
    def _boxes(item: Item, document: Document) -> dict[str, Any] | None:
        """Where the item is printed, for a document with pages: the page, its size in points, and boxes on it."""
        if document.glyphs is None or not document.pages:
            return None
        from extractor.ingest.glyphs import boxes_of

        boxes = boxes_of(document.glyphs, item.start, item.end)
        page = next((page for page in document.pages if boxes and page.number == boxes[0][0]), None)
        if page is None:
            return None
        here = [list(box[1:]) for box in boxes if box[0] == page.number]
        return {"page": page.number, "width": page.width, "height": page.height, "boxes": here,
                "recognised": page.recognised}

    # --- decisions -----------------------------------------------------------------------------------------------

    def decide(
        self, place: Mapping[str, Any], verdict: str, *, corrected: Mapping[str, Any] | None, note: str, role: str,
        revision: int,
    ) -> dict[str, Any]:
        """Store a decision. ``place`` is the item's key, kind, doc, start and end, ``revision`` what the page showed.

        Raises ``Invalid``, ``Conflict`` or :class:`Gone`.
        """
        item = self._placed(place)
        decision = self.store.decide(
            item, verdict, reviewer=self.reviewer, version=self.run.version, library=self.library, fields=corrected,
            note=note, role=role, expected_revision=revision,
        )
        self._judged(item, role)
        return {"decision": _told(decision), "revision": decision.id}

    def _placed(self, place: Mapping[str, Any]) -> Item:
        """The item that the page means: the sample's own, else what stands there now. A changed reading is refused."""
        key = str(place["key"])
        with self._lock:
            kept = [queue.items[queue.places[key]] for queue in self._queues.values() if key in queue.places]
        item = kept[0] if kept else self._item(place["kind"], place["doc"], place["start"], place["end"])
        found = (item.key, item.kind, item.doc, item.start, item.end, item.fingerprint)
        if found != tuple(place[name] for name in ("key", "kind", "doc", "start", "end", "fingerprint")):
            raise Gone("the run was made anew and reads this differently now", hint="reload the page")
        return item

    def undo(self, role: str, key: str = "", revision: int | None = None) -> dict[str, Any]:
        """Take back the latest decision, or the one on an item. Raises ``Invalid`` where there is none."""
        if not key:
            last = self.store.last(self.reviewer)
            key = last.key if last else ""
        left = self.store.undo(
            key, reviewer=self.reviewer, version=self.run.version, role=role, expected_revision=revision
        )
        with self._lock:
            for queue in self._queues.values():
                if key in queue.places:
                    self._judged(queue.items[queue.places[key]], role)
                    break
            found = {f"{name}\n{kind}": queue.places[key] for (name, kind), queue in self._queues.items()
                     if key in queue.places}
        taken = self.store.history(key)[-1]
        return {"key": key, "quote": taken.quote, "kind": taken.kind, "doc": taken.doc, "start": taken.start,
                "end": taken.end, "decision": _told(left), "places": found}

    def checked(self, corrected: Mapping[str, Any]) -> dict[str, Any]:
        """Corrections in their one spelling; the first that is wrong raises ``Invalid``."""
        return fields.clean(corrected, self.library)

    def vocabulary(self) -> dict[str, Any]:
        """What a form offers: indicators, units, and words of the fields that have few."""
        return {
            "indicators": [
                {"id": entry.id, "zh": entry.label_zh, "en": entry.label_en, "unit": entry.unit}
                for entry in self.library.indicators.values()
            ],
            "units": [unit.name for unit in self.library.units.entries],
            "choices": {name: list(words) for name, words in fields.CHOICES.items()},
        }

    # --- results -------------------------------------------------------------------------------------------------

    def rates(self, sample: str, everybody: bool) -> dict[str, Any]:
        """Error rates of a sample with their intervals, as percentages with one decimal."""
        if sample not in {known["name"] for known in self.store.samples()}:
            raise Gone(f"there is no sample '{sample[:60]}'")
        found = rates.rates(self.store, sample, None if everybody else self.reviewer)
        groups = sorted(found.by_group.items(), key=lambda pair: (-pair[1].judged, pair[0]))
        return {
            "states": dict(found.states), "verdicts": dict(found.verdicts), "fields": dict(found.fields),
            "figures": _percent(found.figures), "numbers": _percent(found.numbers),
            "rejected": _percent(found.rejected), "ledger": _percent(found.ledger),
            "sentences": _percent(found.sentences),
            "recall": _ends(found.recall) if found.recall is not None else None,
            "groups": [{"group": name, "label": self.label(name) if name else {}, **_percent(rate)}
                       for name, rate in groups],
            "strata": [{"group": name, **_percent(rate)} for name, rate in found.by_stratum.items()],
            "agreement": [
                {"first": a.first, "second": a.second, "items": a.items, "agreed": a.agreed,
                 "kappa": None if math.isnan(a.kappa) else f"{a.kappa:.2f}"} for a in found.agreement
            ],
        }


def _percent(rate: stats.Rate) -> dict[str, Any]:
    return {"errors": rate.errors, "judged": rate.judged, **_ends(rate.interval)}


def _ends(interval: stats.Interval) -> dict[str, str | None]:
    """The ends as the page prints them; None for the rate of nothing."""
    if math.isnan(interval.rate):
        return {"rate": None, "low": None, "high": None}
    return {name: f"{100 * getattr(interval, name):.1f}" for name in ("rate", "low", "high")}


def _told(decision: Decision | None) -> dict[str, Any] | None:
    """A decision as the page shows it."""
    if decision is None:
        return None
    return {
        "id": decision.id, "verdict": decision.verdict, "fields": dict(decision.fields), "note": decision.note,
        "reviewer": decision.reviewer, "time": decision.time, "fingerprint": decision.fingerprint,
    }
