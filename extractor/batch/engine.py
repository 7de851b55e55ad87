"""Engines: where the tasks of a run are done. Same tasks, same parts, same tables on each of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
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

    def prepare(self, tasks: int) -> None:
        """There will be so many tasks at least: start what takes long to start."""

    def run(self, next_task: Callable[[], Task | None], is_stopped: Callable[[], bool] = never) -> Iterator[Done]:
        """Results as they come, in any order. ``next_task`` is called as tasks are needed; None says that there is
        none for the moment, and it is called again after each result. Ends when there is none and none under way; ends
        early, with tasks under way left alone, once ``is_stopped``. Raises what a task raised."""

    def shares(self, folder: Path) -> bool:
        """Whether the processes see the parts, and what this one writes into a folder."""

    def close(self) -> None:
        """Give back what the engine holds."""


class Inline:
    """Tasks in this process, with the library that is there already. No limits for a document can be kept."""

    slots = 1

    def __init__(self, library: Library) -> None:
        self._library = library

    def prepare(self, tasks: int) -> None:
        pass

    def run(self, next_task: Callable[[], Task | None], is_stopped: Callable[[], bool] = never) -> Iterator[Done]:
        while not is_stopped() and (task := next_task()) is not None:
            yield Done(task.number, task.run(self._library, lambda document: None, {}))

    def shares(self, folder: Path) -> bool:
        return True

    def close(self) -> None:
        pass
