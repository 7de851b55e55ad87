"""The words of ``patterns/context.yaml`` that tell how a figure is meant, compiled once.

Each cue is a regular expression over a short text near the figure (a clause, a sentence, a heading); callers ask by
id: ``cues["role.growth_up"].search(left)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from extractor.patternfiles import Problems, top

WHERE = ("left", "lead", "right", "heading")


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry: where it is searched, its expression, and texts that must and must not match."""

    id: str
    where: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    rejects: tuple[str, ...]
    note: str = ""


def load_cues(path: Path, problems: Problems | None = None) -> dict[str, Cue]:
    """Cues by id. Raises :class:`PatternError` (or notes it in ``problems``) for a broken file or expression."""
    own = Problems() if problems is None else problems
    cues: dict[str, Cue] = {}
    fields = top(path, own)
    if fields is not None:
        for entry in fields.entries("cues", "cue"):
            name = entry.text("id")
            where = entry.choice("where", WHERE)
            source = entry.text("pattern")
            cue = (name, where, entry.texts("examples", None), entry.texts("rejects", None), entry.text("note", ""))
            entry.done()
            if name in cues:
                entry.problem(f"cue '{name}' is given twice", "id")
            try:
                compiled = re.compile(source)
            except re.error as error:
                entry.problem(f"not a regular expression: {error}", "pattern")
                continue
            cues[name] = Cue(cue[0], cue[1], compiled, cue[2], cue[3], cue[4])
        fields.done()
    if problems is None:
        own.raise_any()
    return cues
