"""The same report twice: equal bytes, or a copy in another file or format.

A copy is a report of the same place and period with exactly the same figures and nearly the same words. Figures decide
first: the reports of two years share their boilerplate but not their numbers, and a corrected report differs from the
first one where it matters. So the candidates are found by a hash, and words are compared only where it is equal: no
signature has to be computed for the many reports that have no copy.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from extractor.model import Extraction
from extractor.tables.records import optional, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAME_BYTES = "same_bytes"
SAME_REPORT = "same_report"
#: Distinct values below which equal figures may be chance: 100% coverage of everything is said everywhere.
DISTINCT = 6
#: Shared part of all shingles (Jaccard) from which two texts have nearly the same words.
ALIKE = 0.8
_SHINGLE = 5
#: Texts of one fingerprint that a text is compared with at most.
_RIVALS = 20
_NOT_WORDS = re.compile(r"[\W_]+")
NONE = bytes(16)


def fingerprint(extraction: Extraction) -> bytes:
    """16 bytes that are equal for reports of one place and period with the same figures; zeros where there are too
    few figures, or no place or period, to tell."""
    figures = extraction.figures
    values = sorted((plain(f.value), optional(f.value_max) or "", f.unit, f.direction or "") for f in figures)
    if not extraction.place or not extraction.period or len(set(values)) < DISTINCT:
        return NONE
    what = (extraction.place, extraction.place_code, extraction.period, values)
    return hashlib.blake2b(repr(what).encode(), digest_size=16).digest()


def alike(one: str, other: str) -> bool:
    """Whether two texts have nearly the same words; spaces, punctuation and widths do not count.

    >>> alike("全县脱贫户3909户，已全部销号。", "全县脱贫户 3909 户,已全部销号")
    True
    """
    first, second = _shingles(one), _shingles(other)
    if not first or not second:
        return first == second
    return len(first & second) >= ALIKE * len(first | second)


def _shingles(text: str) -> set[str]:
    words = _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text))
    return {words[at : at + _SHINGLE] for at in range(max(1, len(words) - _SHINGLE + 1))} if words else set()


def find(
    hashes: NDArray[np.void],
    fingerprints: NDArray[np.void],
    usable: NDArray[np.bool_],
    text: Callable[[int], str],
) -> dict[int, tuple[int, str]]:
    """Position of each duplicate -> (position of the document that is counted, kind). The first one in order counts.

    ``hashes`` and ``fingerprints`` are those of all positions, ``usable`` marks what was read; ``text`` gives the text
    at a position.
    """
    found: dict[int, tuple[int, str]] = {}
    for group in _groups(hashes, usable):
        found |= {at: (group[0], SAME_BYTES) for at in group[1:]}
    usable = usable.copy()
    usable[list(found)] = False
    for group in _groups(fingerprints, usable):
        leaders: list[tuple[int, str]] = []
        for at in group:
            words = text(at)
            same = next((leader for leader, other in leaders if alike(words, other)), None)
            if same is not None:
                found[at] = (same, SAME_REPORT)
            elif len(leaders) < _RIVALS:
                leaders.append((at, words))
    return found


def _groups(values: NDArray[np.void], usable: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Positions of equal values, zeros aside, each group in order, by its first member."""
    import numpy as np

    positions = np.flatnonzero(usable)
    # Eight bytes decide first: hardly any value occurs twice, and whole ones are slow to sort and much to copy.
    heads = values.view("<u8").reshape(len(values), -1)[:, 0][positions]
    ordered_heads = np.sort(heads)
    positions = positions[np.isin(heads, ordered_heads[1:][ordered_heads[1:] == ordered_heads[:-1]])]
    if len(positions) < 2:
        return
    chosen = values[positions]
    order = np.argsort(chosen, kind="stable")
    ordered = chosen[order]
    equal = ordered[1:] == ordered[:-1]
    starts = np.flatnonzero(np.concatenate(([True], ~equal)))
    ends = [*starts[1:].tolist(), len(ordered)]
    groups: Iterable[tuple[int, int]] = zip(starts.tolist(), ends, strict=True)
    empty = bytes(values.dtype.itemsize)
    several = [
        positions[order[start:end]].tolist()
        for start, end in groups
        if end - start > 1 and ordered[start].tobytes() != empty
    ]
    yield from sorted(several)
