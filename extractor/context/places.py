"""The place that each figure describes.

``PlaceFinder(Gazetteer.load()).find(document, view)`` reads a document once; ``DocumentPlaces.region(...)`` then
answers for each figure in a microsecond or two. The rules, in order (the name of the rule is in the answer):

``direct``    a place that touches the number: 无为县23922人、南陵县6827人
``subject``   a place that begins the clause: 湾沚区连续两年获得...
``respectively``  无为县、南陵县分别完成投资3亿元、2亿元
``carried``   the same sentence goes on without a subject of its own: 无为县脱贫300人，同比增长5%
``scope``     全省, 全国 at the head of the clause of a lower document
``document``  everything else: the place of the document, or None where it is not known

Partners, origins and destinations (拨付岳西县资金, 赴...挂职, 南京企业), organisations (宜昌市人民政府, 商洛日报),
titles in 《》 and comparisons (高于全省平均水平, 居全省第三) never change the region.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from extractor.context.document_place import DocumentPlace, document_place, document_year, own_level
from extractor.context.gazetteer import NATION, Gazetteer, Place, place_info
from extractor.context.place_mentions import (
    LISTED,
    ORGANISATION,
    SCOPE,
    SHORT,
    UNLISTED,
    Mention,
    scan,
    short_names,
    towards,
    towns_as_subjects,
    unlisted_before_numbers,
)
from extractor.model import Document

__all__ = ["DocumentPlaces", "Gazetteer", "Place", "PlaceFinder", "PlaceMention", "Region", "place_info"]


class Region(NamedTuple):
    """The place of a figure; ``code`` is its GB/T 2260 code in the document's year."""

    name: str | None
    code: str | None
    rule: str


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


# Between a place and the number that it owns.
_TOUCHES = re.compile(r"[ ]?(?:[约近达为有共超:：（(]|超过|达到|共有|共计|分别为|分别)?[ ]?\Z")
# What may stand before the subject of a clause.
_LEAD = re.compile(
    r"[\s（(]{0,4}(?:[一二三四五六七八九十]是)?"
    r"[\d年月日末底初上下中前后一二三四第季度旬至截止到去今全同期以来目据统计其包括如例仅已\-]{0,24}[,，、:： ]?\Z"
)
# A clause that goes on about the subject of the clause before.
_GOES_ON = re.compile(
    r"[\s（(]*(?:同比|环比|比上年|较上年|比去年|较去年|比20|较20|增长|下降|增加|减少|增幅|降幅|增速|占|完成率|发放率|进度|平均"
    r"|人均|户均)"
)
_GOES_ON_SUBJECT = re.compile(
    r"[\s（(]*(?:其中|共|累计|分别|均|还|并|已|带动|实现|完成|建设|建成|新建|改建|修建|投入|投资|安排|发放|涉及|覆盖|惠及"
    r"|吸纳|达|培育|发展|争取|落实|整合|帮助|解决|培训|转移|开展|组织|推进|引进|种植|养殖|打造|创建|流转|举办|新增|吸引|销售|接待|收入|年产|产值|总投资|面积|可)"
)
_TITLE_MARKS = re.compile(r"《[^《》\n]{0,120}》")
# 全省 as an adjective of honours, ranks and projects, or as the group that one is compared with.
_NOT_SCOPE = re.compile(
    r"^(?:下达|拨付|安排|财政|给予|补助|奖补)|第|前列|先进|首[个批家位]|唯一|排名|平均水平[高低]|领先|^各|范围内|表彰|通报|推广|率先|优秀|示范|^重点|^级"
    r"|之[一首]|最|认定|获|荣|命名|称号|名特优|百强|试点|品牌|会议|大会|现场会|^[人劳]大|比赛|大赛|文明城市|工作会"
)
_EACH = re.compile(r"分别[一-鿿]{0,10}")
_SHARED = re.compile(r"[、和及]")
_BREAKS = "；;。\n"
# 无为县300人、其余三县200人: the list has left the place behind.
_NEXT_ITEM = re.compile(r"[^\d、]{0,3}\d[^、]{0,20}、(?![\d约近超共户人占])")
# 酒泉、张掖新能源装机...: the place shares what follows with others.
_SIDE = frozenset("、和及与")
#: How many mentions and how many characters back a figure looks for its place.
_REACH = 12
_FAR = 160


@dataclass(frozen=True, slots=True)
class DocumentPlaces:
    """What a document says about places. ``place`` and ``code`` are its own; None where the text does not tell."""

    view: str
    document: DocumentPlace | None
    year: int | None
    mentions: tuple[PlaceMention, ...]
    _starts: tuple[int, ...]
    _default: Region
    _inside: str | None
    _gazetteer: Gazetteer

    @property
    def place(self) -> str | None:
        return self.document.name if self.document else None

    @property
    def code(self) -> str | None:
        return self.document.code if self.document else None

    def region(self, start: int, clause_start: int, sentence_start: int) -> Region:
        """The place of the figure that begins at ``start`` (see the module for the rules)."""
        index = bisect_left(self._starts, start) - 1
        mentions, view = self.mentions, self.view
        floor = min(clause_start, sentence_start)
        for _ in range(_REACH):
            if index < 0:
                break
            mention = mentions[index]
            index -= 1
            if mention.start < floor or start - mention.end > _FAR:
                break
            if mention.barred:
                continue
            if mention.start >= clause_start:
                if mention.own:
                    break
                gap = view[mention.end : start]
                if mention.joint:
                    each = self._respectively(index + 1, gap)
                    if each is not None:
                        return each
                    continue
                if not mention.above and _TOUCHES.match(gap):
                    return Region(mention.name, mention.code, "direct")
                if "等" in gap or gap[:1] in _SIDE or _NEXT_ITEM.match(gap):
                    continue
                if self._leads(mention, clause_start):
                    if mention.above and _NOT_SCOPE.search(gap):
                        continue
                    return Region(mention.name, mention.code, "scope" if mention.above else "subject")
                continue
            return self._carried(mention, start, clause_start)
        return self._default

    def _leads(self, mention: PlaceMention, clause_start: int) -> bool:
        clause_start = max(clause_start, mention.start - _FAR)
        head = self.view[clause_start : mention.start]
        cut = head.rfind("、")
        if cut >= 0 and any(char.isdigit() for char in head[:cut]):
            # 无为县脱贫300人、南陵县脱贫200人: each item of the list has a subject of its own.
            head = head[cut + 1 :]
        return bool(_LEAD.match(head))

    def _respectively(self, last: int, gap: str) -> Region | None:
        """无为县、南陵县分别完成投资3亿元、2亿元: the places of the list in turn."""
        each = _EACH.search(gap)
        if each is None:
            return None
        first = last
        for before in range(last - 1, max(-1, last - _REACH), -1):
            if self.view[self.mentions[before].end : self.mentions[first].start] not in _LINKS:
                break
            first = before
        turn = first + len(_SHARED.findall(gap, each.end()))
        if turn > last or self.mentions[turn].barred:
            return None
        return Region(self.mentions[turn].name, self.mentions[turn].code, "respectively")

    def _carried(self, mention: PlaceMention, start: int, clause_start: int) -> Region:
        """The subject of a clause before, if this clause goes on with it."""
        view = self.view
        between = view[mention.end : clause_start]
        if mention.own or mention.joint or len(between) > 120 or any(char in _BREAKS for char in between):
            return self._default
        comma = max(view.rfind(sign, max(0, mention.start - _FAR), mention.start) for sign in "，,。；;：:\n（(")
        if not self._leads(mention, comma + 1):
            return self._default
        # 其中无为县22750人，占97%，34个村出列: a number that touches its place takes only its own rates along.
        touching = view[mention.end : mention.end + 4].lstrip("约近达为有共超 :")[:1].isdigit()
        goes_on = _GOES_ON.match(view, clause_start) or (
            not touching and not mention.above and _GOES_ON_SUBJECT.match(view, clause_start)
        )
        return Region(mention.name, mention.code, "carried") if goes_on else self._default

    def region_of_label(self, label: str) -> Region | None:
        """The place that a row label or header of a table names (无为市, 兰州, 全省), or None if it names none."""
        name = label.strip().replace(" ", "").replace("\u3000", "")
        if not 2 <= len(name) <= 16:
            return None
        gazetteer, document = self._gazetteer, self.document
        if name in ("全国", "中国"):
            return Region(NATION.name, NATION.code, "label")
        if name[0] in "全本我" and len(name) == 2:
            above = _scope(name, document, "")
            if above is not None:
                return Region(*above, "label")
            return self._default if document is not None and document.name[-1:] == name[1] else None
        place = None
        if self._inside is not None:
            place = gazetteer.resolve(name, self.year, self._inside)
        if place is None and name in gazetteer.by_name:
            place = gazetteer.resolve(name, self.year)
        if place is None:
            return None
        return Region(name if name in gazetteer.by_name else place.name, place.code, "label")


class PlaceFinder:
    """Reads places off documents; holds only the gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def find(self, document: Document, view: str) -> DocumentPlaces:
        """The place of ``document`` and the mentions that its figures may refer to. ``view`` is the folded text."""
        gazetteer = self.gazetteer
        raw = scan(view, gazetteer)
        year = document_year(document, view)
        own = document_place(document, view, raw, gazetteer, year)
        villages = own is not None and own.level == "township"
        raw.extend(unlisted_before_numbers(view, {mention.end for mention in raw}, villages))
        if own is not None and own.level == "county":
            raw.extend(towns_as_subjects(view, {mention.start for mention in raw}))
        inside = own.place.id if own is not None and own.place is not None else None
        if inside is not None:
            raw.extend(_short_mentions(view, raw, gazetteer, inside, year))
        raw.sort()
        judged = _judge(view, raw, own, gazetteer, year)
        default = Region(own.name, own.code, "document") if own else Region(None, None, "unknown")
        return DocumentPlaces(
            view, own, year, judged, tuple(mention.start for mention in judged), default, inside, gazetteer
        )


def _short_mentions(
    view: str, raw: Iterable[Mention], gazetteer: Gazetteer, inside: str, year: int | None
) -> list[Mention]:
    """无为, 南陵 in a report of 芜湖市, where they stand alone and do not begin a full name, a firm or a road."""
    table = short_names(gazetteer, inside, year)
    if table is None:
        return []
    pattern, places = table
    taken = {mention.start for mention in raw}
    found: list[Mention] = []
    for match in pattern.finditer(view):
        start, end = match.span()
        before = view[start - 1] if start else "\n"
        if start in taken or before not in _SHORT_EDGE or not _SHORT_AFTER.match(view, end):
            continue
        if before in "和中年" and not _SHORT_LEAD.search(view, max(0, start - 4), start):
            continue
        found.append(Mention(start, end, SHORT, places[match[0]].name))
    return found


_SHORT_EDGE = frozenset(" \n\t、，,。;；:：(（中和年月底末")
_SHORT_LEAD = re.compile(r"(?:其中|[县市区]和|20\d\d年)$")
_SHORT_AFTER = re.compile(
    r"(?![市县区州盟旗省路街道镇乡村港站至到—\-~人籍产本牌]|新区|新城|经开|经济技术|经济开发|高新|大学|大道|机场"
    r"|[一-鿿]{0,6}(?:公司|集团|学院|医院|日报|产业|精神|模式|经验|铁路|高速|公路|机场|水库|灌区|新区))"
)


#: Height of what 全省, 全市, 全县 mean; a word above the document's own height is about more than the document.
_HEIGHT = {"国": 0, "省": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "区": 3, "旗": 3, "镇": 4, "乡": 4}
_LEVEL_HEIGHT = {"nation": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}


def _scope(word: str, document: DocumentPlace | None, own: str) -> tuple[str, str | None] | None:
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


def _judge(
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
            above = _scope(name, own, own_char)
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
    if following is not None and following.kind != SCOPE and view[mention.end : following.start] in _LINKS:
        return True
    return previous is not None and previous.kind != SCOPE and view[previous.end : mention.start] in _LINKS


_LINKS = frozenset(("、", "和", "及", "与", "以及", "或"))


def _comparing(view: str, start: int) -> bool:
    """高于全省平均水平, 占全省, 居全省第三: the figure is the document's own."""
    return bool(_COMPARING.search(view, max(0, start - 3), start))


_COMPARING = re.compile(r"[于比占居列在获被为全是受与和较级成入]$|相当|超过|超出|达到")


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
