"""The whole extraction of plain text beside ``jieba.cut`` alone, over one set of texts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from statistics import median

from benchmarks import generate, timing
from benchmarks.stages import shares

#: Generated documents of one round: one from each sample report.
ROUND = len(generate.bases())
#: How many rounds of generated documents are made; the first is also what the peers and the stages are measured on.
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class TextSpeed:
    """Characters per second on one core. ``unseen``: no sentence is remembered; ``again``: the same texts once more."""

    name: str
    documents: int
    characters: int
    figures: int
    unseen: float
    again: float
    jieba: float
    ratio: float
    ratio_again: float
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def density(self) -> float:
        """Characters from one figure to the next."""
        return self.characters / self.figures


def sample_corpus(folder: Path) -> list[str]:
    """The plain-text reports of a folder. Raises ``SystemExit`` where there is none."""
    found = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]
    if not found:
        raise SystemExit(f"{folder} holds no .txt file")
    return found


def generated() -> list[list[str]]:
    """Rounds of generated reports, different in each, with the density of real reports."""
    return [[generate.document(index)[1] for index in range(at, at + ROUND)] for at in range(0, ROUND * ROUNDS, ROUND)]


def measure(name: str, rounds: Sequence[Sequence[str]], seconds: float, *, stages: bool = True) -> TextSpeed:
    """Speed over rounds of texts that take turns; one round is measured again and again. ``stages``: their shares too
    (pure Python only: compiled functions call each other past any clock)."""
    import jieba

    from extractor import extract
    from extractor.library import default_library

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    library = default_library()

    def whole(text: str) -> object:
        return extract(text, library)

    def cut(text: str) -> object:
        return list(jieba.cut(text))

    first = rounds[0]
    figures = sum(len(extract(text, library).figures) for text in first)
    characters = sum(map(len, first))
    fresh = timing.in_turns(_turns(rounds, whole, cut), seconds, timing.forget)
    sizes = _sizes(rounds, len(fresh[0]))
    warm = timing.in_turns(repeat([timing.each(whole, first), timing.each(cut, first)]), seconds / 2)
    timing.forget()
    return TextSpeed(
        name=name, documents=len(first), characters=characters, figures=figures,
        unseen=median(size / taken for size, taken in zip(sizes, fresh[0], strict=True)),
        jieba=median(size / taken for size, taken in zip(sizes, fresh[1], strict=True)),
        again=characters / median(warm[0]),
        ratio=timing.ratio(fresh[1], fresh[0]), ratio_again=timing.ratio(warm[1], warm[0]),
        stages=shares(timing.each(whole, first)) if stages else {})


def _turns(rounds: Sequence[Sequence[str]], *functions: Callable[[str], object]) -> Iterator[list[timing.Action]]:
    """Endless rounds, beginning with the second one where there are several: the first has been seen already."""
    while True:
        for texts in [*rounds[1:], rounds[0]]:
            yield [timing.each(function, texts) for function in functions]


def _sizes(rounds: Sequence[Sequence[str]], count: int) -> list[int]:
    order = [*rounds[1:], rounds[0]]
    return [sum(map(len, order[at % len(order)])) for at in range(count)]
