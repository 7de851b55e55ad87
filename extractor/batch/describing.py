"""The data dictionary of a run, written by a process of the engine while others settle cells."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import InputError
from extractor.tables import dictionary, schema
from extractor.tables.schema import Table
from extractor.tables.write import write_table, write_text

if TYPE_CHECKING:
    from extractor.library import Library


@dataclass(frozen=True, slots=True)
class DescribeTask:
    """Write what every column means, those of the run's panel among them."""

    number: int
    folder: str
    panel: Table

    def run(self, library: Library, at: Callable[[int], None], given: Mapping[int, InputError]) -> None:
        """Do it. Raises :class:`OSError` where nothing can be written."""
        folder = Path(self.folder)
        tables = [self.panel if table.name == self.panel.name else table for table in schema.DESCRIBED]
        write_table(folder, dictionary.DICTIONARY, dictionary.rows(tables))
        write_text(folder / "dictionary.md", dictionary.markdown(tables))

    def heaviest(self, given: Container[int]) -> int:
        return -1
