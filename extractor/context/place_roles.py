"""What each mention of a place is in its document: its own place, one above, a sub-place, or a mere partner."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, NamedTuple

from extractor.context.document_place import DocumentPlace, own_level
from extractor.context.gazetteer import NATION, Gazetteer
from extractor.context.place_mentions import LISTED, ORGANISATION, SCOPE, UNLISTED, Mention, towards


class PlaceMention(NamedTuple):
    """A mention that can be the place of a figure. ``own`` mentions (全市, the document's place) lead back to it."""

    start: int
    end: int
    name: str
    code: str | None
    own: bool
    above: bool
    """A division above the document's: counts only at the head of a clause."""
    barred: bool
    """Partner, organisation, title: never a region."""
    joint: bool
    """One of several that share what follows: 无为县、南陵县共有..."""


_TITLE_MARKS: Final = re.compile(r"《[^《》\n]{0,120}》")
#: Height of what 全省, 全市, 全县 mean; a word above the document's own height is about more than the document.
_HEIGHT: Final = {"国": 0, "省": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "区": 3, "旗": 3, "镇": 4, "乡": 4}
_LEVEL_HEIGHT: Final = {"nation": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}


def scope_of(word: str, document: DocumentPlace | None, own: str) -> tuple[str, str | None] | None:
    """Name and code of what 全省, 全市, 全国 mean in the document of a lower division.

    None where they mean the document's own place. A division above that nobody names keeps the printed word (全省)
    without a code. ``own`` is the character of the level that the document calls itself by.
    """
    char = word[1]
    if char == "国":
        return None if document is not None and document.level == "nation" else (NATION.name, NATION.code)
    if word[0] != "全":
        return None
    if document is None:
        return (word, None) if own in _HEIGHT and _HEIGHT[char] < _HEIGHT[own] else None
    if document.name[-1] == char or (char == "区" and document.name.endswith(("自治区", "地区"))):
        return None
    for above in document.parents:
        if above.name[-1] == char:
            return above.name, above.code
    return (word, None) if _HEIGHT[char] < _LEVEL_HEIGHT[document.level] else None


def judge(
    view: str, raw: list[Mention], own: DocumentPlace | None, gazetteer: Gazetteer, year: int | None
) -> tuple[PlaceMention, ...]:
    """Keep what matters for figures: decide for each mention what it is in this document."""
    titles = [match.span() for match in _TITLE_MARKS.finditer(view)]
    title_starts = [start for start, _ in titles]
    province = _province_of(raw, gazetteer, year)
    own_char = own_level(raw)
    own_id = own.place.id if own is not None and own.place is not None else None
    judged: list[PlaceMention] = []
    cache: dict[str, tuple[str | None, bool, bool, bool]] = {}
    for index, mention in enumerate(raw):
        start, end, kind, name = mention
        if kind == SCOPE:
            above = scope_of(name, own, own_char)
            if above is not None and name[1] == "省" and above[1] is None and province is not None:
                above = province
            if above is not None:
                judged.append(PlaceMention(start, end, *above, False, True, _comparing(view, start), False))
            else:
                # 占全市的23.5% leaves the figure with whom the clause is about.
                judged.append(PlaceMention(start, end, name, None, True, False, _comparing(view, start), False))
            continue
        known = cache.get(name)
        if known is None:
            known = cache[name] = _relation(name, kind, own, own_id, gazetteer, year)
        code, is_own, is_above, foreign = known
        following = raw[index + 1] if index + 1 < len(raw) else None
        path = following is not None and following.start == end
        previous = raw[index - 1] if index else None
        inside = bisect_left(title_starts, start) - 1
        in_title = inside >= 0 and titles[inside][1] > start
        barred = (
            foreign or path or in_title or bool(ORGANISATION.match(view, end)) or towards(view, _path_start(raw, index))
        )
        if is_own and not path:
            # 芜湖市委 leaves the clause where it was; it neither opens a sub-place nor closes one.
            judged.append(PlaceMention(start, end, name, code, True, False, barred, False))
            continue
        joint = _joined(view, mention, previous, following)
        judged.append(PlaceMention(start, end, name, code, False, is_above, barred, joint))
    return tuple(judged)


def _path_start(raw: list[Mention], index: int) -> int:
    """Where the path begins that a mention ends: 安徽省芜湖市无为县."""
    for _ in range(3):
        if index > 0 and raw[index - 1].end == raw[index].start:
            index -= 1
    return raw[index].start


def _joined(view: str, mention: Mention, previous: Mention | None, following: Mention | None) -> bool:
    """Whether a mention is one of a list of bare names, which share what follows."""
    if following is not None and following.kind != SCOPE and view[mention.end : following.start] in LINKS:
        return True
    return previous is not None and previous.kind != SCOPE and view[previous.end : mention.start] in LINKS


LINKS: Final = frozenset(("、", "和", "及", "与", "以及", "或"))


def _comparing(view: str, start: int) -> bool:
    """高于全省平均水平, 占全省, 居全省第三: the figure is the document's own."""
    return bool(_COMPARING.search(view, max(0, start - 3), start))


_COMPARING: Final = re.compile(r"[于比占居列在获被为全是受与和较级成入]$|相当|超过|超出|达到")


def _relation(
    name: str, kind: str, own: DocumentPlace | None, own_id: str | None, gazetteer: Gazetteer, year: int | None
) -> tuple[str | None, bool, bool, bool]:
    """Code of a name in this document, and whether it is its own place, above it, or foreign to it."""
    if own is not None and name.endswith(own.name):
        return own.code, True, False, False
    if kind == UNLISTED:
        return None, False, False, False
    place = gazetteer.resolve(name, year, own_id) if own_id is not None else None
    if place is not None:
        return place.code, False, False, False
    if len(name) == 2 and name[1] == "区":
        # 城区, 郊区, 新区 are districts of a few cities and a common word in all others.
        return None, False, False, True
    if own is not None:
        for above in own.parents:
            if name in (above.name, above.short) or name in {state.name for state in gazetteer.states[above.id]}:
                return above.code, False, True, False
    if own_id is not None and any(state.id == own_id for state in gazetteer.by_name.get(name, ())):
        return own.code if own else None, True, False, False
    found = gazetteer.resolve(name, year)
    code = found.code if found is not None else None
    if own is None:
        # Nobody knows whose report it is: provinces above it stay above, the rest may be what it lists.
        return code, False, found is not None and found.level == "province", False
    return code, False, False, own_id is not None or own.level == "township"


def _province_of(raw: list[Mention], gazetteer: Gazetteer, year: int | None) -> tuple[str, str | None] | None:
    """The province that 全省 means where nothing is known above the document: the only one that the text names."""
    named = {mention.name for mention in raw if mention.kind in (LISTED, UNLISTED) and mention.name.endswith("省")}
    if len(named) != 1:
        return None
    name = named.pop()
    place = gazetteer.resolve(name, year)
    return name, place.code if place is not None else None
