"""What share of the trunk's time each stage takes, by clocks around the stages' own functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

#: Stage -> the names in extractor/pipeline.py that do its work; a dot leads into a class or a module.
STAGES = {
    "folded view": ("fold_document",),
    "furniture": ("label",),
    "scan for numbers": ("scan",),
    "layout": ("read_layout",),
    "tables in text": ("grids",),
    "context and indicators": ("Context.__init__", "Context.read"),
    "checks and repairs": ("checks.damaged_dates", "checks.run", "rates.settle"),
    "ledger": ("settle", "_set_aside"),
}


def shares(action: Callable[[], object]) -> dict[str, float]:
    """Share of each stage in the time of ``pipeline.extract`` while ``action`` runs; the rest is its own work."""
    from extractor import pipeline

    spent = dict.fromkeys(STAGES, 0.0)
    with _clocks(pipeline, spent):
        began = time.process_time()
        action()
        total = time.process_time() - began
    found = {stage: seconds / total for stage, seconds in spent.items()}
    found["the rest"] = max(0.0, 1 - sum(found.values()))
    return found


@contextmanager
def _clocks(pipeline: Any, spent: dict[str, float]) -> Iterator[None]:
    with_clock: list[Any] = []
    for stage, names in STAGES.items():
        for name in names:
            owner, _, attribute = name.rpartition(".")
            target = getattr(pipeline, owner) if owner else pipeline
            with_clock.append(mock.patch.object(target, attribute, _clocked(getattr(target, attribute), spent, stage)))
    started = []
    try:
        for patch in with_clock:
            patch.start()
            started.append(patch)
        yield
    finally:
        for patch in reversed(started):
            patch.stop()


def _clocked(function: Callable[..., Any], spent: dict[str, float], stage: str) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[stage] += time.process_time() - began

    return timed
