"""The place that each figure describes.

``PlaceFinder(Gazetteer.load()).find(document, view)`` reads a document once; ``DocumentPlaces.region(...)`` then
answers for each figure in a microsecond or two. The rules, in order (the name of the rule is in the answer):

``direct``    a place that touches the number: 云岭县3120人、望溪县874人
``subject``   a place that begins the clause: 湾沚区连续两年获得...
``respectively``  无为县、南陵县分别完成投资3亿元、2亿元
``carried``   the same sentence goes on without a subject of its own: 无为县脱贫300人，同比增长5%
``scope``     全省, 全国 at the head of the clause of a lower document
``document``  everything else: the place of the document, or None where it is not known

Partners, origins and destinations (拨付望溪县资金, 赴...挂职, 南京企业), organisations (云岭市人民政府, 澄川日报),
titles in 《》 and comparisons (高于全省平均水平, 居全省第三) never change the region.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from extractor.context.document_place import DocumentPlace, document_place, document_year
from extractor.context.gazetteer import NATION, Gazetteer, Place, place_info
from extractor.context.place_mentions import (
    SHORT,
    Mention,
    named_again,
    scan,
    short_names,
    towns_as_subjects,
    unlisted_before_numbers,
    unwrap,
)
from extractor.context.place_roles import LINKS, PlaceMention, judge, scope_of
from extractor.model import Document

__all__ = ["DocumentPlaces", "Gazetteer", "Place", "PlaceFinder", "PlaceMention", "Region", "place_info"]


class Region(NamedTuple):
    """The place of a figure; ``code`` is its GB/T 2260 code in the document's year."""

    name: str | None
    code: str | None
    rule: str


# Between a place and the number that it owns.
_TOUCHES: Final = re.compile(r"[ ]?(?:[约近达为有共超:：（(]|超过|达到|共有|共计|分别为|分别)?[ ]?\Z")
# What may stand before the subject of a clause.
_LEAD: Final = re.compile(
    r"[\s（(]{0,4}(?:[一二三四五六七八九十]是)?"
    r"[\d年月日末底初上下中前后一二三四第季度旬至截止到去今全同期以来目据统计其包括如例仅已\-]{0,24}[,，、:： ]?\Z"
)
# A clause that goes on about the subject of the clause before.
_GOES_ON: Final = re.compile(
    r"[\s（(]*(?:同比|环比|比上年|较上年|比去年|较去年|比20|较20|增长|下降|增加|减少|增幅|降幅|增速|占|完成率|发放率|进度|平均"
    r"|人均|户均)"
)
_GOES_ON_SUBJECT: Final = re.compile(
    r"[\s（(]*(?:其中|共|累计|分别|均|还|并|已|带动|实现|完成|建设|建成|新建|改建|修建|投入|投资|安排|发放|涉及|覆盖|惠及"
    r"|吸纳|达|培育|发展|争取|落实|整合|帮助|解决|培训|转移|开展|组织|推进|引进|种植|养殖|打造|创建|流转|举办|新增|吸引|销售|接待|收入|年产|产值|总投资|面积|可)"
)
# 全省 as an adjective of honours, ranks and projects, or as the group that one is compared with.
_NOT_SCOPE: Final = re.compile(
    r"^(?:下达|拨付|安排|财政|给予|补助|奖补)|第|前列|先进|首[个批家位]|唯一|排名|平均水平[高低]|领先|^各|范围内|表彰|通报|推广|率先|优秀|示范|^重点|^级"
    r"|之[一首]|最|认定|获|荣|命名|称号|名特优|百强|试点|品牌|会议|大会|现场会|^[人劳]大|比赛|大赛|文明城市|工作会"
)
_EACH: Final = re.compile(r"分别[一-鿿]{0,10}")
_SHARED: Final = re.compile(r"[、和及]")
_BREAKS: Final = "；;。\n"
# 无为县300人、其余三县200人: the list has left the place behind.
_NEXT_ITEM: Final = re.compile(r"[^\d、]{0,3}\d[^、]{0,20}、(?![\d约近超共户人占])")
# 酒泉、张掖新能源装机...: the place shares what follows with others.
_SIDE: Final = frozenset("、和及与")
#: How many mentions and how many characters back a figure looks for its place.
_REACH: Final = 12
_FAR: Final = 160


@dataclass(frozen=True, slots=True)
class DocumentPlaces:
    """What a document says about places. ``place`` and ``code`` are its own; None where the text does not tell.

    ``mentions`` count in ``view``, which is the folded text without the line ends inside paragraphs (``cuts``).
    """

    view: str
    document: DocumentPlace | None
    year: int | None
    mentions: tuple[PlaceMention, ...]
    cuts: tuple[int, ...]
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
        """The place of the figure that begins at ``start`` (see the module for the rules). Offsets are in the text."""
        if self.cuts:
            cuts = self.cuts
            start -= bisect_left(cuts, start)
            clause_start -= bisect_left(cuts, clause_start)
            sentence_start -= bisect_left(cuts, sentence_start)
        starts = self._starts
        index = bisect_left(starts, start) - 1
        floor = clause_start if clause_start < sentence_start else sentence_start
        last = index - _REACH
        while index >= 0 and index > last and starts[index] >= floor:
            mention = self.mentions[index]
            index -= 1
            if start - mention.end > _FAR:
                break
            if mention.barred:
                continue
            if mention.own:
                break
            gap = self.view[mention.end : start]
            if not (mention.joint or mention.above) and _TOUCHES.match(gap):
                return Region(mention.name, mention.code, "direct")
            if mention.start >= clause_start:
                if mention.joint:
                    each = self._respectively(index + 1, gap)
                    if each is not None:
                        return each
                    continue
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
            if self.view[self.mentions[before].end : self.mentions[first].start] not in LINKS:
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
        if mention.joint or len(between) > 120 or any(char in _BREAKS for char in between):
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
            above = scope_of(name, document, "")
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
        view, cuts = unwrap(view)
        raw, touching, towns = scan(view, gazetteer)
        year = document_year(document, view)
        own = document_place(document, view, raw, gazetteer, year)
        villages = own is not None and own.level == "township"
        raw += unlisted_before_numbers(view, touching, {mention.end for mention in raw}, villages)
        if own is not None and own.level == "county":
            raw += towns_as_subjects(view, towns, {mention.start for mention in raw})
        raw.extend(named_again(view, raw))
        inside = own.place.id if own is not None and own.place is not None else None
        if inside is not None:
            raw.extend(_short_mentions(view, raw, gazetteer, inside, year))
        raw.sort()
        judged = judge(view, raw, own, gazetteer, year)
        default = Region(own.name, own.code, "document") if own else Region(None, None, "unknown")
        return DocumentPlaces(
            view, own, year, judged, cuts, tuple(mention.start for mention in judged), default, inside, gazetteer
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


_SHORT_EDGE: Final = frozenset(" \n\t、，,。;；:：(（中和年月底末")
_SHORT_LEAD: Final = re.compile(r"(?:其中|[县市区]和|20\d\d年)$")
_SHORT_AFTER: Final = re.compile(
    r"(?![市县区州盟旗省路街道镇乡村港站至到—\-~人籍产本牌]|新区|新城|都市圈|经开|经济技术|经济开发|高新|大学|大道|机场"
    r"|[一-鿿]{0,6}(?:公司|集团|学院|医院|日报|产业|精神|模式|经验|铁路|高速|公路|机场|水库|灌区|新区))"
)
