"""Who judges what: the items of a sample dealt out, some of them to two people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractor.errors import UsageError
from extractor.review.items import Item
from extractor.review.sample import order


def assignments(
    items: Sequence[Item], reviewers: Sequence[str], *, double: float = 0.2, seed: int | str = 0
) -> Iterator[tuple[str, str]]:
    """``(item key, reviewer)`` pairs: every item to one reviewer in turn, a share of ``double`` to a second one.

    Which items are judged twice is drawn at random within each kind, so that kappa speaks for all of them. Raises
    :class:`UsageError` where there are not enough reviewers for it.
    """
    if not reviewers or len(set(reviewers)) != len(reviewers):
        raise UsageError("reviewers must be named, each once", hint="--reviewers 张,李")
    if not 0 <= double <= 1:
        raise UsageError("the share of double coding goes from 0 to 1", hint="0.2 is one item in five")
    if double and len(reviewers) < 2:
        raise UsageError("double coding needs two reviewers", hint="name two, or --double 0")
    for kind in ("figure", "ledger", "sentence"):
        mine = sorted((item for item in items if item.kind == kind), key=lambda item: order(str(seed), item.key))
        twice = round(len(mine) * double)
        for at, item in enumerate(mine):
            yield item.key, reviewers[at % len(reviewers)]
            if at < twice:
                yield item.key, reviewers[(at + 1) % len(reviewers)]
