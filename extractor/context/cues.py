"""The words of ``patterns/context.yaml`` that tell how a figure is meant, compiled once.

Each cue is a regular expression over a short text near the figure (a clause, a sentence, a heading); callers ask by
id: ``cues["role.growth_up"].pattern.search(left)``. Most texts hold none of several cues; where the cues name their
``signs``, one search for these settles that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from extractor.patternfiles import Problems, top

_ANY: Final = re.compile("")
WHERE: Final = ("left", "lead", "right", "heading")


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry: where it is searched, its expression, and texts that must and must not match.

    ``signs`` are characters of which each match holds one; '' where the cue names none. ``sign`` finds one of them.
    """

    id: str
    where: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    rejects: tuple[str, ...]
    note: str = ""
    signs: str = ""
    sign: re.Pattern[str] = _ANY


def sign_of(cues: Sequence[Cue]) -> re.Pattern[str]:
    """One of the signs of these cues: a text where it is not found matches none of them."""
    return _sign("".join(cue.signs for cue in cues)) if all(cue.signs for cue in cues) else _ANY


def _sign(signs: str) -> re.Pattern[str]:
    return re.compile("[" + re.escape(signs) + "]") if signs else _ANY


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
            examples, rejects = entry.texts("examples", None), entry.texts("rejects", None)
            note, own_signs = entry.text("note", ""), entry.text("signs", "")
            entry.done()
            if name in cues:
                entry.problem(f"cue '{name}' is given twice", "id")
            try:
                compiled = re.compile(source)
            except re.error as error:
                entry.problem(f"not a regular expression: {error}", "pattern")
                continue
            for example in examples:
                match = compiled.search(example)
                if own_signs and match is not None and not any(sign in match.group() for sign in own_signs):
                    entry.problem(f"'{match.group()}' matches and holds none of the signs", "signs")
            cues[name] = Cue(name, where, compiled, examples, rejects, note, own_signs, _sign(own_signs))
        fields.done()
    if problems is None:
        own.raise_any()
    return cues
