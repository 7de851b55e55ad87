"""Where a text names divisions: full names by one pass over the suffix characters, other names by their position.

A pass over all suffix characters (省市县区州旗盟镇乡街道) with a dictionary look-up backwards costs well under a
millisecond a report; an alternation of 4,500 names would cost a hundred times that.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Final, NamedTuple

from extractor.context.gazetteer import Gazetteer, Level, Place

#: ``listed`` names are in the gazetteer; ``unlisted`` ones have the form of a name; ``scope`` is 全市 我县 全国.
LISTED, UNLISTED, SHORT, SCOPE = "listed", "unlisted", "short", "scope"


class Mention(NamedTuple):
    """One mention of a place (or of a scope such as 全市) with its span in the view."""

    start: int
    end: int
    kind: str
    name: str


# The sign stands first, so that the engine skips to it; what is before it is looked at from behind.
_SUFFIX: Final = re.compile(r"[省市县区州旗盟镇乡国街](?:(?<=[一-鿿][^街])|(?<=[一-鿿]街)道)")
_SCOPE_CHARS: Final = frozenset("全我本")
#: Who acts or is named, not where: 云岭市委, 望溪县人民政府, 澄川日报, 云岭市级.
ORGANISATION: Final = re.compile(
    r"(?:委(?!托)|人民政府|政府|级|人大|政协|纪委|党校"
    r"|[一-鿿]{0,8}?(?:局|厅|办公室|委员会|办(?=[\s)，。]|$)|总会|协会|联社|公司|集团|厂|敬老院|福利院|养老院|学校|小学|卫生院|合作社|日报|晚报|晨报|电视台|大学|学院|中学|医院|银行|法院|检察院|支行|分行|总队|支队|调查队|指挥部|领导小组|工商联))"
)
#: The place is where something goes to or comes from: partner, origin, destination.
_TOWARDS: Final = re.compile(
    r"(?:拨付|赴|到|去|往|与|同|向|对口(?:支援|帮扶|协作)?|帮扶|结对|支援|援助|来自|引进|驻|从|由|携手|联合|对接|对标|学习|借鉴"
    r"|毗邻|接壤|靠近|通往|送往|发往|销往|运往|位于|坐落于|在|访问|考察|承接|经|途经|给|为)$"
)
#: The last characters of these words, which most mentions have none of before them.
_TOWARDS_END: Final = frozenset("付赴到去往与同向口援扶作对助自进驻从由手合接标习鉴邻壤近于在问察经给为")
#: Words before a suffix that make it a kind of division, or none: 贫困县, 建制镇, 各乡镇.
_KINDS: Final = (
    *"个全我本各该两双多几数0123456789强弱大小名",
    "贫困", "脱贫", "重点", "示范", "试点", "中心", "特色", "建制", "先进", "达标", "行政", "直属", "边境", "民族",
    "发达", "牧业", "农业", "工业", "产粮", "产油", "出列", "摘帽", "帮扶", "受援", "易地", "所有", "其他", "其余",
    "有关", "相关", "涉及", "覆盖", "包括", "百强", "旅游", "生态", "文明", "卫生", "省级", "市级", "国级", "家级",
    "县级", "自然", "难点", "空壳", "薄弱", "保护", "开发", "安置", "居住", "棚户", "养殖", "种植", "聚集", "集聚",
    "合作", "实验", "功能", "产业", "缓冲", "核心",
)
#: Ends of words that end like a division, two or three characters long: these, and 社区, 返乡, 菜市.
_GENERIC_TAILS: Final = frozenset({
    *(kind + suffix for kind in _KINDS for suffix in "省市县区州旗盟镇乡村"),
    *(char + "区" for char in "城园景库灌新山地矿林牧老片街校院营辖郊高低禁滩滨社功"),
    *(char + "乡" for char in "城返回下还故家水入进村老民"),
    *(char + "镇" for char in "乡城村古集"),
    *(char + "村" for char in "农乡山新老"),
    *(char + "市" for char in "城县超门股楼上菜"),
    *(char + "县" for char in "乡村市省区州"),
    *(char + "区" for char in "省县乡"),
    *(char + "街道" for char in "全各个乡镇"),
})
#: Signs that a name may begin after.
EDGE: Final = frozenset(" \n\t、，,。;；:：(（)）[]《》\"“”'·—-|>/：.．")


class Found(NamedTuple):
    """What one pass over the suffix characters finds."""

    mentions: list[Mention]
    """Listed names and scope words, in text order."""
    touching: list[int]
    """Ends of suffixes that a number may touch."""
    towns: list[int]
    """Where 镇, 乡 and 街道 stand that may close a name at the edge of a clause."""


def scan(view: str, gazetteer: Gazetteer) -> Found:
    """Listed names (longest at each end) and scope words, and where names that are not listed may end."""
    found: list[Mention] = []
    touching: list[int] = []
    towns: list[int] = []
    by_name, lengths = gazetteer.by_name, gazetteer.lengths
    for match in _SUFFIX.finditer(view):
        at = match.start()
        sign = view[at]
        end = at + 2 if sign == "街" else at + 1
        following = view[end : end + 1]
        if following in _BEFORE_NUMBER or following.isdecimal():
            touching.append(end)
        if sign in _TOWN_SIGN and (view[at - 4 : at - 3] in _CLAUSE_EDGE or view[at - 3 : at - 2] in _CLAUSE_EDGE):
            towns.append(at)
        tail = view[end - 2 : end]
        if tail[0] in _SCOPE_CHARS:
            if not view.startswith(("城", "域", "道", "庆"), end):
                found.append(Mention(end - 2, end, SCOPE, tail))
            continue
        for length in lengths.get(tail, ()):
            if length > end:
                continue
            name = view[end - length : end]
            if name in by_name:
                if length > 2 or _edge(view, end - length, found):
                    if view[end - 1] == "区" and view.startswith("域", end):
                        break
                    found.append(Mention(end - length, end, LISTED, name))
                break
    return Found(found, touching, towns)


#: What may stand between a name and its number, besides the number itself.
_BEFORE_NUMBER: Final = frozenset(" 约近超共有达")
_TOWN_SIGN: Final = frozenset("镇乡街")
#: Before the name of a town that begins a clause; 中 is that of 其中.
_CLAUSE_EDGE: Final = frozenset("\n，,。；;:（( 中")


def _edge(view: str, start: int, found: list[Mention]) -> bool:
    """Whether a name of two characters (和县, 城区) can begin here, and is not the end of a longer word."""
    return start == 0 or view[start - 1] in EDGE or (bool(found) and found[-1].end == start)


def unlisted_before_numbers(view: str, touching: list[int], known: set[int], villages: bool) -> list[Mention]:
    """Names in the form of 白石镇 that stand at the edge of a clause and touch a number: 白石镇120户、青山乡80户.

    One alone counts only if the document names it again; a count of such units (重点镇12个) never does. ``touching``
    holds the ends of suffixes that a number may touch, ``known`` those of the listed mentions; ``villages`` admits
    names in 村, for the report of a township.
    """
    ends = [end for end in touching if view[end - 1] in _UNITS]
    if villages:
        ends += [match.end() for match in _VILLAGE.finditer(view)]
        ends.sort()
    found: list[Mention] = []
    for end in ends:
        if end in known or _NUMBER.match(view, end) is None:
            continue
        name = name_before(view, end)
        if name is not None:
            found.append(Mention(end - len(name), end, UNLISTED, name))
    if not found:
        return found
    # Counting a name costs a pass over the text: not for the thousands of names that only a hostile text has.
    again = Counter(mention.name for mention in found)
    if len(again) <= _MANY:
        again.update({name: view.count(name) - 1 for name in again})
    return [
        mention
        for index, mention in enumerate(found)
        if (index and mention.start - found[index - 1].end < 20)
        or (index + 1 < len(found) and found[index + 1].start - mention.end < 20)
        or again[mention.name] > 1
        or view.endswith(_LEADS, 0, mention.start)
    ]


#: Suffixes of the divisions that reports list with their numbers.
_UNITS: Final = frozenset("县市区镇乡旗道")
_VILLAGE: Final = re.compile("村")
_NUMBER: Final = re.compile(r"[ ]?(?:[约近超共有]|达到?)?\d[\d.,]{0,14}[万亿余]{0,2}(?!个|G|[\d.,万亿余])")


def named_again(view: str, mentions: list[Mention]) -> list[Mention]:
    """Every other mention of the unlisted names that were found."""
    names = {mention.name for mention in mentions if mention.kind == UNLISTED}
    if not names or len(names) > _MANY:
        return []
    taken = {mention.start for mention in mentions}
    # Not one pattern of all names: to compile it takes longer than to look for each of them.
    places: list[tuple[int, int, str]] = []
    for name in names:
        start = view.find(name)
        while start >= 0:
            places.append((start, -len(name), name))
            start = view.find(name, start + 1)
    places.sort()
    found: list[Mention] = []
    done = 0
    for start, _, name in places:  # of two that begin in one place the longer one comes first
        if start >= done:
            done = start + len(name)
            if start not in taken:
                found.append(Mention(start, done, UNLISTED, name))
    return found


_WRAP: Final = re.compile(r"\n(?<=[一-鿿，、0-9]\n)(?=[一-鿿0-9（(])")


def unwrap(view: str) -> tuple[str, tuple[int, ...]]:
    """``view`` without the line ends that cut its paragraphs, and where they were (offsets in ``view``).

    Only texts that are wrapped throughout are changed: three or more full lines that end inside a sentence. Names are
    cut by such line ends (临川|坝县); offsets map back by counting the cuts before.
    """
    cuts = [
        match.start()
        for match in _WRAP.finditer(view)
        if match.start() - view.rfind("\n", max(0, match.start() - _WIDE), match.start()) > _LINE
    ]
    if len(cuts) < 3:
        return view, ()
    parts, last = [], 0
    for cut in cuts:
        parts.append(view[last:cut])
        last = cut + 1
    parts.append(view[last:])
    return "".join(parts), tuple(cuts)


#: Width in characters of a full line, at least and at most.
_LINE, _WIDE = 20, 160


def towns_as_subjects(view: str, towns: list[int], known: set[int]) -> list[Mention]:
    """Towns that begin a clause of a county's report: 白石镇种植3万亩. ``towns`` holds where names may end in 镇, 乡 or
    街道, ``known`` the starts found already."""
    found: list[Mention] = []
    done = 0
    for at in towns:
        for start in (at - 3, at - 2):
            match = _TOWN.match(view, start) if start >= done else None
            if match is not None:
                done = match.end()
                if start not in known and plausible_name(match[1]):
                    found.append(Mention(start, done, UNLISTED, match[1]))
                break
    return found


_TOWN: Final = re.compile(
    r"(?:(?<=[\n，,。；;:（( ])|(?<=其中))"
    r"(?!提升|改造|建设|打造|推进|支持|加强|组织|开展|实施|引导|指导|选派|督促|协调|涉及|覆盖|惠及|辐射"
    r"|带动|撤并|整合|规划|培育|创建|评选|表彰|构建|完善|统筹|促进|服务|走进|深入|依托|围绕|落实|压实)"
    r"([一-鿿]{2,3}(?:镇(?![村级区域化街长])|乡(?![镇村亲贤土情风愁级域间])|街道(?!办))"
    r"(?![一-鿿]{0,4}(?:党委|政府|书记|镇长|乡长|等)))"
)
_MANY: Final = 60
_LEADS: Final = ("其中", "包括", "以及", "关于", "最高的", "最低的", "最多的", "最少的")


def name_before(view: str, end: int) -> str | None:
    """The unlisted name that ends at ``end``, from the edge of its clause, or None where it has not the form of one."""
    start = end
    while start > 0 and end - start < 10 and "一" <= view[start - 1] <= "鿿":
        start -= 1
    if start > 0 and view[start - 1] not in EDGE and not view[start - 1].isdigit():
        return None
    name = view[start:end]
    for lead in _LEADS:
        if lead in name:
            name = name[name.index(lead) + len(lead) :]
    return name if plausible_name(name) else None


def plausible_name(name: str) -> bool:
    """Whether an unlisted word has the form of a division's name: 白石镇, but not 贫困县, 全县 or 落实县[委]."""
    return (3 <= len(name) <= 6 and name[0] not in _NOT_FIRST and name[-2:] not in _GENERIC_TAILS
            and name[-3:] not in _GENERIC_TAILS and not _NO_NAME.search(name))


#: What officials do to a county, its committee or its plans; no division is called so.
_NO_NAME: Final = re.compile(
    r"贯彻|落实|认真|坚持|按照|根据|围绕|部署|要求|报请|推动|推进|加强|强化|加快|召开|制定|出台|印发|支持|指导|确保|协助|配合"
)


_NOT_FIRST: Final = frozenset("全我本某各每该几多按到有在对是为与和及其以从将把被给让使共另约近由即应未已不仅")


def towards(view: str, start: int) -> bool:
    """Whether the words before ``start`` make the place a partner, origin or destination (拨付岳西县, 赴岳西县)."""
    return view[start - 1 : start] in _TOWARDS_END and bool(_TOWARDS.search(view, max(0, start - 6), start))


_Table = tuple[re.Pattern[str], dict[str, Place]]


@lru_cache(maxsize=512)
def short_names(gazetteer: Gazetteer, identity: str, year: int | None) -> _Table | None:
    """Pattern and table of the short names of what lies directly below a division: 无为, 南陵 below 芜湖市."""
    table: dict[str, Place] = {}
    own = {state.short for state in gazetteer.states.get(identity, ())}
    for child in gazetteer.children(identity):
        place = gazetteer.at(child, year)
        if place is None or (year is not None and not place.valid(year) and place.last_year is not None):
            continue
        short = place.short
        if len(short) >= 2 and short not in own and short != place.name and short[-1] not in "县区市":
            table[short] = place
    if not table:
        return None
    names = sorted(table, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, names))), table


def level_of(name: str) -> Level:
    """Level that the ending of an unlisted name tells; 市 may be either, the prefecture is the usual one."""
    if name.endswith(("省", "自治区")):
        return "province"
    if name.endswith(("市", "州", "盟", "地区")):
        return "prefecture"
    return "county" if name.endswith(("县", "区", "旗")) else "township"
