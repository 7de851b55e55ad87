"""CPU time of alternatives over the same texts, taken in turns so that what else the machine does meets them alike."""

from __future__ import annotations

import functools
import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median

Action = Callable[[], object]


def one_core() -> None:
    """Keep this process on one core from here on."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def forget() -> None:
    """Empty the extractor's memories of sentences and terms, as for texts never seen. What is loaded once stays."""
    for item in gc.get_objects():
        if isinstance(item, functools._lru_cache_wrapper):
            module = getattr(item, "__module__", "") or ""
            if module.startswith("extractor.") and (item.cache_info().maxsize or 0) > 1:
                item.cache_clear()


def cpu(action: Action) -> float:
    """CPU seconds of one call."""
    began = time.process_time()
    action()
    return time.process_time() - began


def in_turns(rounds: Iterable[Sequence[Action]], seconds: float, before: Action = lambda: None) -> list[list[float]]:
    """CPU times of each action, round by round: every round gives the same alternatives, over texts of its own or not.

    ``before`` runs ahead of each call and is not counted. Stops after ``seconds`` of the clock, but not before three
    rounds are done (unless there are fewer).
    """
    times: list[list[float]] = []
    until = time.monotonic() + seconds
    for done, actions in enumerate(rounds):
        if done >= 3 and time.monotonic() > until:
            break
        taken = []
        for action in actions:
            before()
            taken.append(cpu(action))
        times.append(taken)
    return [list(column) for column in zip(*times, strict=True)]


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """How many times as long they take: the median over the rounds, each a comparison within a moment."""
    return median(one / other for one, other in zip(theirs, ours, strict=True))


def each(function: Callable[[str], object], texts: Sequence[str]) -> Action:
    """The action of giving every text to a function."""
    def action() -> None:
        for text in texts:
            function(text)

    return action
