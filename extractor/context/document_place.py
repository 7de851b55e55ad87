"""Which place a document is about: title, publisher, sign-off and body weighed against the words it uses for itself.

我市/全市 tell the level, names in title and publisher tell the place. A document that says 我县 and names no county
has no place: a partner county (拨付岳西县…资金) is not taken for it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, NamedTuple

from extractor.context.gazetteer import NATION, Gazetteer, Level, Place, site_divisions
from extractor.context.place_mentions import (
    EDGE,
    LISTED,
    ORGANISATION,
    SCOPE,
    Mention,
    level_of,
    plausible_name,
    towards,
)
from extractor.model import Document
from extractor.reading.fold import fold


class DocumentPlace(NamedTuple):
    """The place of a document. ``place`` is None for a name that GB/T 2260 does not list (a township, say)."""

    name: str
    code: str | None
    level: Level
    place: Place | None
    parents: tuple[Place, ...]
    """The divisions above, nearest first, as far as known."""
    rule: str


_YEAR: Final = re.compile(r"(?:19|20)\d\d(?=\s?年|[-/.]\d)")
_BETWEEN: Final = re.compile(r"[\s·-]+")
_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_LABEL: Final = re.compile(
    r"(?:来源|发布机构|发布单位|发文机关|公开主体|公开单位|发布部门|制发机关|稿源|栏目)"
    r"[ \xa0]{0,9}[:：][ \xa0]{0,9}([^\n]{2,40})"
)
_OWN: Final = frozenset("省市县区州旗盟镇乡")
_TITLE_NAME: Final = re.compile(
    r"(?:^关于|^|关于|年度?|在|[\s:—·《(\[,，、>])([一-鿿]{2,6}?(?:自治县|自治州|自治区|街道|[省市县区州旗镇乡]))"
    r"(?=(?:19|20)\d\d|二〇|人民政府|委|政府|民政|财政|统计|农业|乡村|扶贫|教育|卫生|医疗|人力|国民|经济|第[一二三四五六七八九十]|巩固|脱贫|[一-鿿]{2,12}局"
    r"|关于|推进|工作|年鉴|[0-9:])"
)
#: At the head of a title any words may follow: 云岭市就业帮扶情况通报. Only for a name of the document's own level.
_TITLE_HEAD: Final = re.compile(r"(?:关于)?([一-鿿]{2,5}?[省市县区州旗镇乡])")
_NATION_TITLE: Final = re.compile(r"^(?:中华人民共和国|全国|国务院|中国|我国)")
_SITE: Final = re.compile(r"(?<![a-z0-9])([a-z]{4,30})\.gov\.cn")
# What is before the code is looked at from behind, so that the engine skips to its first digit.
_CREDIT_CODE: Final = re.compile(r"1[1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}(?<![0-9A-Z].{18})(?![0-9A-Z])")
_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CORPS: Final = "新疆生产建设兵团"
#: What a candidate must reach; a single mention in the body is not enough.
_ENOUGH: Final = 8


def document_year(document: Document, view: str) -> int | None:
    """The year whose divisions the document means: of its period, title, date of issue, or first year printed."""
    for text in (document.period, document.title, document.issued):
        text = fold(text).translate(_DIGITS) if text else None
        found = _YEAR.search(text) if text else None
        if found is None and text and text[:4].isascii() and text[:4].isdigit():
            return int(text[:4])
        if found:
            return int(found[0])
    found = _YEAR.search(view, 0, 2000)
    return int(found[0]) if found else None


def document_place(
    document: Document, view: str, mentions: list[Mention], gazetteer: Gazetteer, year: int | None
) -> DocumentPlace | None:
    """The place of ``document``, or None where the text does not tell.

    ``mentions`` come from :func:`extractor.context.place_mentions.scan`.
    """
    if document.place:
        return _supplied(document.place, gazetteer, year)
    own = own_level(mentions)
    lines = _title_lines(document, view)
    publishers = _publishers(document, view)
    scores = _weigh(view, mentions, lines, publishers, own, gazetteer)
    best = max(scores.items(), key=lambda item: item[1], default=("", 0))
    unlisted = _unlisted(view, lines, publishers, own, gazetteer)
    if unlisted is not None and (best[1] < 2 * _ENOUGH or best[0][-1:] != own or unlisted[-1:] in "镇乡道"):
        township = level_of(unlisted) == "township"
        above = _site(document, view, "县市区旗", gazetteer, year) if township else None
        return _below(unlisted, scores, gazetteer, year, above)
    if any("建设兵团" in line for line in lines[:3]) and best[1] < 2 * _ENOUGH:
        # Not a division of GB/T 2260, but it reports like a province.
        xinjiang = gazetteer.at("650000", year)
        return DocumentPlace(_CORPS, None, "province", None, (xinjiang,) if xinjiang else (), "title")
    if _about_nation(lines, view, best[1]):
        return DocumentPlace(NATION.name, NATION.code, "nation", NATION, (), "title")
    if best[1] >= _ENOUGH:
        return _listed(best[0], scores, "\n".join((*lines, *publishers, view)), gazetteer, year)
    registered = _registered(view, own, gazetteer, year)
    if registered is not None:
        return registered
    site = _site(document, view, own, gazetteer, year) if own else None
    if site is not None:
        return _known(site, site.name, gazetteer, year, "site")
    repeated = _repeated(view, own, gazetteer)
    return _below(repeated, scores, gazetteer, year) if repeated is not None else None


def _supplied(name: str, gazetteer: Gazetteer, year: int | None) -> DocumentPlace:
    place = gazetteer.resolve(name.strip(), year)
    if place is None:
        return DocumentPlace(name.strip(), None, level_of(name.strip()), None, (), "supplied")
    return _known(place, place.name, gazetteer, year, "supplied")


def _known(place: Place, name: str, gazetteer: Gazetteer, year: int | None, rule: str) -> DocumentPlace:
    return DocumentPlace(name, place.code, place.level, place, tuple(gazetteer.parents(place, year)), rule)


def own_level(mentions: list[Mention]) -> str:
    """The character of 我市/全市/本镇 that the document uses for itself; '' if it does not."""
    counts: Counter[str] = Counter()
    for mention in mentions:
        if mention.kind == SCOPE and mention.name[1] in _OWN:
            # 全省 is said in every county report, 我省 only in a provincial one.
            counts[mention.name[1]] += 3 if mention.name[0] != "全" else 1 if mention.name[1] == "省" else 2
    return min(counts, key=lambda char: (-counts[char], char)) if counts else ""


def _title_lines(document: Document, view: str) -> list[str]:
    """The title, and the short lines above the body."""
    lines = [fold(document.title)] if document.title else []
    for line in view[:1500].split("\n"):
        line = line.strip()
        if len(line) > 90 or "。" in line:
            break
        if len(line) >= 4 and len(lines) < 14:
            lines.append(line)
    return lines


def _publishers(document: Document, view: str) -> list[str]:
    found = [fold(document.publisher)] if document.publisher else []
    found.extend(fold(document.meta[key]) for key in ("publisher", "site", "发布机构", "来源") if key in document.meta)
    for line in view[:3000].split("\n"):
        if ":" in line or "：" in line:
            found += [match[1] for match in _LABEL.finditer(line)]
    return found


def _names_in(text: str, gazetteer: Gazetteer) -> list[str]:
    """Listed names in a short text; of a path 安徽省芜湖市 only the last."""
    found: list[tuple[int, int, str]] = []
    for ending in gazetteer.endings.finditer(text, 1):
        end = ending.end()
        for length in gazetteer.lengths.get(text[end - 2 : end], ()):
            if length <= end and text[end - length : end] in gazetteer.by_name:
                start = end - length
                follows = bool(found) and found[-1][1] == start
                if length == 2 and start > 0 and "一" <= text[start - 1] <= "鿿" and not follows:
                    continue
                if follows:
                    found.pop()
                elif found and found[-1][1] > start:
                    continue
                found.append((start, end, text[start:end]))
                break
    return [name for _, _, name in found]


def _short_in(text: str, gazetteer: Gazetteer) -> str | None:
    """Short name at the start of a title or site name: 云岭坚决打赢…, 澄川日报."""
    text = text.lstrip("—-· >")
    for length in (4, 3, 2):
        name = text[:length]
        if len(name) == length and name in gazetteer.by_short:
            return name
    return None


def _weigh(
    view: str, mentions: list[Mention], lines: list[str], publishers: list[str], own: str, gazetteer: Gazetteer
) -> dict[str, int]:
    """Points by printed name."""
    scores: Counter[str] = Counter()
    body: Counter[str] = Counter()
    first_body = _body_start(view)
    for index, mention in enumerate(mentions):
        if mention.kind != LISTED or towards(view, mention.start):
            continue
        follower = mentions[index + 1] if index + 1 < len(mentions) else None
        if follower is not None and follower.start == mention.end and follower.kind == LISTED:
            continue
        body[mention.name] += 1
        if first_body <= mention.start < first_body + 400 and not ORGANISATION.match(view, mention.end):
            body[mention.name] += 3 if mention.start == 0 or view[mention.start - 1] in EDGE else 2
    for name, count in body.items():
        scores[name] += min(6, (count * 2 + 2) // 3)
    # Title and publisher are often printed again: the same text is read once.
    named: dict[str, list[str]] = {}
    for text in (*lines, *publishers[:4]):
        if text not in named:
            named[text] = _names_in(text, gazetteer)
    for rank, line in enumerate(lines):
        for name in named[line]:
            scores[name] += 10 if rank == 0 else 6
    for text in publishers[:4]:
        for name in named[text]:
            scores[name] += 8
    for name in _signed(view, gazetteer):
        scores[name] += 5
    heads = [*lines[:3], *(part for text in publishers[:3] for part in _BETWEEN.split(text))]
    for head in heads:
        short = _short_in(head, gazetteer)
        if short is not None:
            for name in {place.name for place in gazetteer.by_short[short]}:
                if scores.get(name):
                    scores[name] += 4
    for name in scores:
        if own:
            scores[name] += 5 if name[-1] == own else -6
    return dict(sorted(scores.items()))


def _body_start(view: str) -> int:
    """Where the first long line begins."""
    at = 0
    for line in view[:4000].split("\n"):
        if len(line) > 60:
            return at
        at += len(line) + 1
    return 0


def _signed(view: str, gazetteer: Gazetteer) -> list[str]:
    """Names in the short lines that close the document."""
    found: list[str] = []
    for line in view[-400:].split("\n")[-6:]:
        line = line.strip()
        if 4 <= len(line) <= 30 and not any(sign in line for sign in "。,，:："):
            found.extend(_names_in(line, gazetteer))
    return found


def _unlisted(
    view: str, lines: list[str], publishers: list[str], own: str, gazetteer: Gazetteer
) -> str | None:
    """A name that is not in the gazetteer but stands where a document names its place: 云岭县2023年…, 关于平原镇…."""
    counts: Counter[str] = Counter()
    named: dict[str, list[str]] = {}
    for weight, texts in ((3, lines[:1]), (2, publishers[:4]), (1, lines[1:])):
        for text in texts:
            if text not in named:
                named[text] = _new_names(text, gazetteer)
            for name in named[text]:
                counts[name] += weight
    head = _TITLE_HEAD.match(lines[0]) if lines else None
    if head is not None and head[1][-1] == own and head[1] not in gazetteer.by_name and plausible_name(head[1]):
        counts[head[1]] += 2
    if not counts:
        return None
    for name in counts:
        counts[name] += min(4, view.count(name)) + (4 if name[-1] == own else 0)
    best = min(counts, key=lambda name: (-counts[name], name))
    return best if counts[best] >= 4 else None


def _new_names(text: str, gazetteer: Gazetteer) -> list[str]:
    """Names in a short text that stand where it names a place, and are not in the gazetteer."""
    found: list[str] = []
    for match in _TITLE_NAME.finditer(text + "0"):
        name = _last_part(match[1], gazetteer)
        if name not in gazetteer.by_name and plausible_name(name):
            found.append(name)
    return found


def _last_part(name: str, gazetteer: Gazetteer) -> str:
    """平原镇 of 平潭县平原镇."""
    for end in range(len(name) - 2, 1, -1):
        if name[:end] in gazetteer.by_name:
            return name[end:]
    return name


def _repeated(view: str, own: str, gazetteer: Gazetteer) -> str | None:
    """An unlisted name of the document's own level that begins two or more of its clauses, for pages without title."""
    if own not in ("县", "市", "区", "镇", "乡"):
        return None
    subjects = re.finditer(rf"(?:^|[\s，,。；;:、(])(?:走进)?([一-鿿]{{2,5}}{own})(?![一-鿿]?[个级])", view)
    counts = Counter(
        match[1]
        for match in subjects
        if match[1] not in gazetteer.by_name and plausible_name(match[1])
    )
    best = min(counts, key=lambda name: (-counts[name], name), default="")
    return best if counts[best] >= 2 else None


def _below(
    name: str, scores: dict[str, int], gazetteer: Gazetteer, year: int | None, site: Place | None = None
) -> DocumentPlace:
    """An unlisted place, with the listed division that it lies in if the text, or for a township the site, names it."""
    level = level_of(name)
    above: Place | None = None
    for candidate, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        place = gazetteer.resolve(candidate, year)
        wanted = "county" if level == "township" else "prefecture" if level == "county" else "province"
        if place is not None and place.level == wanted and score > -6:
            above = place
            break
    if above is None and level == "township":
        above = site
    parents = (above, *gazetteer.parents(above, year)) if above is not None else ()
    code = above.code if above is not None and level == "township" else None
    return DocumentPlace(name, code, level, None, parents, "title_unlisted")


def _about_nation(lines: list[str], view: str, best: int) -> bool:
    if "代表国务院" in view[:1500]:
        return True
    return best < _ENOUGH and any(_NATION_TITLE.match(line) for line in lines[:3])


def _listed(name: str, scores: dict[str, int], text: str, gazetteer: Gazetteer, year: int | None) -> DocumentPlace:
    place = gazetteer.resolve(name, year)
    if place is None:
        place = _by_parent(name, scores, text, gazetteer, year)
    if place is None:
        return DocumentPlace(name, None, level_of(name), None, (), "ambiguous_name")
    return _known(place, name, gazetteer, year, "document")


def _by_parent(name: str, scores: dict[str, int], text: str, gazetteer: Gazetteer, year: int | None) -> Place | None:
    """鼓楼区 of the city that the text names most often; None where none or two are named equally."""
    ranked: list[tuple[int, Place]] = []
    for identity in {place.id for place in gazetteer.by_name[name]}:
        place = gazetteer.at(identity, year)
        if place is None:
            continue
        points = sum(
            10 * max(0, scores.get(above.name, 0)) + text.count(above.name) * 3 + text.count(above.short)
            for above in gazetteer.parents(place, year)
        )
        ranked.append((points, place))
    ranked.sort(key=lambda item: (-item[0], item[1].id))
    if not ranked or ranked[0][0] == 0 or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _registered(view: str, own: str, gazetteer: Gazetteer, year: int | None) -> DocumentPlace | None:
    """The division in the unified social credit code of the publisher (GB 32100-2015: digits 3-8 are GB/T 2260).

    Only a code whose check character is right counts, and only if the document calls itself by that level (我县 for a
    county); codes are printed in the index number (索引号) of disclosure pages.
    """
    for match in _CREDIT_CODE.finditer(view, 0, 4000):
        states = gazetteer.by_code.get(match[0][2:8])
        if not states or not credit_code_valid(match[0]):
            continue
        place = gazetteer.at(states[-1], year)
        if place is not None and place.name[-1] == own:
            return _known(place, place.name, gazetteer, year, "credit_code")
    return None


def _site(document: Document, view: str, endings: str, gazetteer: Gazetteer, year: int | None) -> Place | None:
    """The division whose pinyin is the name of the government site, if its name ends in one of ``endings``.

    Sites are read from the source of the document and from addresses printed above or below the body. A label that
    several divisions of the wanted ending share (朝阳区, 潮阳区) tells nothing.
    """
    for text in (document.source, *(document.meta[key] for key in ("url", "原文链接") if key in document.meta),
                 view[:3000], view[-1000:]):
        if ".gov.cn" not in text:
            continue
        for match in _SITE.finditer(text):
            states = [gazetteer.at(identity, year) for identity in site_divisions().get(match[1], ())]
            fitting = [state for state in states if state is not None and state.name[-1] in endings]
            if len(fitting) == 1:
                return fitting[0]
    return None


def credit_code_valid(code: str) -> bool:
    """Whether the check character of a unified social credit code is right (GB 32100-2015, modulus 31, weights 3^i)."""
    if len(code) != 18 or any(char not in _CREDIT_ALPHABET for char in code):
        return False
    total = sum(_CREDIT_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(code[:17]))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]
