"""Sentences that hold no figure: where a figure may have been missed altogether."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from extractor.reading.fold import fold
from extractor.reading.layout import read_layout
from extractor.review.data import Run
from extractor.review.items import Item, sentence_item

#: Characters of a piece to judge: a page without punctuation is cut.
LONGEST = 300
#: Less than this many Chinese characters say nothing.
_SHORTEST = 4
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def sentences_without_figures(run: Run, doc: str, sha256: str) -> Iterator[Item]:
    """The sentences of a document that hold no figure, page furniture set aside, in text order."""
    stored = run.text(doc)
    layout = read_layout(fold(stored.text), stored.blocks)
    taken = run.query('SELECT start, "end" FROM figures WHERE doc = ?', [doc])
    spans = [(row["start"], row["end"]) for row in taken]
    spans += [(block.start, block.end) for block in stored.blocks if block.kind == "furniture"]
    spans.sort()
    starts = [start for start, _ in spans]
    ends = [0] * len(spans)
    reach = 0
    for at, (_, end) in enumerate(spans):
        reach = max(reach, end)
        ends[at] = reach
    bounds = [*layout.sentence_starts, len(stored.text)]
    for begin, stop in pairwise(bounds):
        before = bisect_left(starts, stop)
        if before and ends[before - 1] > begin:
            continue  # a figure, or furniture, lies in it
        for start in range(begin, stop, LONGEST):
            piece = stored.text[start : min(start + LONGEST, stop)]
            left = start + len(piece) - len(piece.lstrip())
            right = start + len(piece.rstrip())
            if left < right and len(_CHINESE.findall(stored.text, left, right)) >= _SHORTEST:
                yield sentence_item(doc, sha256, left, right, stored.text[left:right])
