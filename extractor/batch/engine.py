"""Engines: where the tasks of a run are done. Same tasks, same parts, same tables on each of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from extractor.errors import InputError

if TYPE_CHECKING:
    from extractor.library import Library


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Task(Protocol):
    """A piece of work that travels between processes. Its result may be lost and made again: it is always the same."""

    @property
    def number(self) -> int: ...

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> Any:
        """Do it. ``at`` is told which document comes next; ``given`` are documents that are errors already."""

    def heaviest(self, given: Container[int]) -> int:
        """The largest document that is not ``given``; -1 where there is none."""


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task, or why there is none."""

    number: int
    value: Any
    error: Exception | None = None


class Engine(Protocol):
    """Where tasks are done."""

    @property
    def slots(self) -> int:
        """Tasks that are done at the same time."""

    def run(self, tasks: Iterator[Task], is_stopped: Callable[[], bool] = never) -> Iterator[Done]:
        """Results as they come, in any order; tasks are taken from the iterator as they are needed. Ends early, with
        tasks under way left alone, once ``is_stopped``. Raises what a task raised."""

    def close(self) -> None:
        """Give back what the engine holds."""


class Inline:
    """Tasks in this process, with the library that is there already. No limits for a document can be kept."""

    slots = 1

    def __init__(self, library: Library) -> None:
        self._library = library

    def run(self, tasks: Iterator[Task], is_stopped: Callable[[], bool] = never) -> Iterator[Done]:
        for task in tasks:
            if is_stopped():
                return
            yield Done(task.number, task.run(self._library, lambda document: None, {}))

    def close(self) -> None:
        pass
