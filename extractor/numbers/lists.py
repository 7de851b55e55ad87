"""What the members of a list share: a bound printed once, or the unit printed after the last of them."""

from __future__ import annotations

from collections.abc import Sequence

from . import bounds, signs
from .measure import Quantity
from .mention import Mention
from .numerals import Bound, scaled

__all__ = ["list_bound", "share_unit"]


def list_bound(view: str, found: Sequence[Mention], q: Quantity, bound: Bound) -> Bound:
    """The bound of ``q`` after the mentions ``found``: 分别达到95%、90%以上 has one bound for all, printed before the
    first or after the last. Members before ``q`` get it, too."""
    last = found[-1]
    if last.kind != "figure" or view[last.end : q.start] not in signs.JOINTS or last.value_max is not None:
        return bound
    pair = last.unit == "户" and q.unit == "人"
    if not (last.unit == q.unit or pair):
        return bound
    if bound == "none":
        led = last.modifier != "none" and bounds.before(view, last.start) == last.modifier
        return last.modifier if led and "分别" in view[max(0, last.start - 30) : last.start] else bound
    if bounds.after(view, q.end, False) != bound:
        return bound
    start, members = q.start, []
    for mention in reversed(found):
        if mention.kind != "figure" or mention.modifier != "none" or view[mention.end : start] not in signs.JOINTS:
            break
        members.append(mention)
        start = mention.start
    if members and (pair or "分别" in view[max(0, start - 40) : start]):
        for mention in members:
            mention.modifier = bound
    return bound


def share_unit(view: str, found: Sequence[Mention], q: Quantity) -> None:
    """12.3、15.6和18.9万吨: the bare numbers before ``q`` get its unit, and its magnitude where they have none."""
    start = q.start
    for mention in reversed(found):
        if mention.kind != "bare" or mention.value is None or view[mention.end : start] not in signs.JOINTS:
            return
        mention.kind, mention.unit, mention.rule = "figure", q.unit, "unit from the list"
        digits = view[mention.start : mention.end].rstrip("万亿千百")
        if q.power and mention.number_end - mention.start == len(digits):
            mention.value = scaled(str(mention.value), q.power)
        start = mention.start
