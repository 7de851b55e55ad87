"""Numbers whose construction misses a measure: 960/人, 850//月, 网格员1729, 户数626213968, 6.7万14.78万人.

Works on the text alone, before the sheet is built: what it finds becomes a figure where the scanner saw none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ..model import Document, Figure, LedgerEntry
from .catalogue import flag_code
from .dates import YEAR
from .plausibility import Bounds
from .work import WHOLE_UNITS

MISSING_UNIT: Final = flag_code(
    "missing_unit",
    severity="error",
    blocking=True,
    title="计量单位(或其一部分)丢失",
    title_en="a unit or a part of it was lost",
    meaning="The construction requires a measure that is not printed: nothing before or between the slashes of a rate, "
    "a counted noun followed by a bare number.",
    example="筹资标准1020/人 is 1020元/人; 选聘网格员846,实现全覆盖 is 846人.",
)

_PER: Final = (
    r"人次|平方公里|平方米|立方米|千瓦时|公斤|学期|学年|公里"
    r"|[人月年次户亩天日吨斤套座期辆个度只头株班场村生]"
)
_RATE: Final = re.compile(
    rf"(?P<number>\d(?<![\d./]\d)[\d,，]*(?:\.\d+)?)[ ]?(?P<scale>万|亿)?(?P<unit>元|人)?"
    rf"(?P<slash>/{{1,2}})(?P<per>{_PER})?"
    rf"(?:[/·](?P<last>{_PER}))?"
)
#: The signs of a number and its unit that stand before a slash, digits apart; the longest that follows it (//人/学年).
_BEFORE_SLASH: Final = ",，. 万亿元人"
_RATE_TAIL: Final = 11
# Both begin with a digit and look behind it afterwards: so the engine skips to the digits of a text.
_PAIR: Final = re.compile(
    r"(\d(?<![\d.]\d)\d{0,5}(?:\.\d+)?)([万亿])(?=\d+(?:\.\d+)?[万亿]?[户人元个名])(?!\d{1,4}(?![\d.万亿]))"
)
_TWO_POINTS: Final = re.compile(r"\d(?<![\d.]\d)\d{0,7}\.\d{2,8}\.\d{1,4}(?![\d.])")
_YEAR: Final = re.compile(YEAR)
_STOP: Final = re.compile(r"[，,。;；、：:\s]")
_PLAIN: Final = re.compile(r"\d{2,20}\Z")
_AFTER: Final = "，,。;；、)）"
_NOUN_TAIL: Final = re.compile(r"(?:共计|共有|共|总计|为|达到|达|约|已)*\Z")


@dataclass(frozen=True, slots=True)
class Finding:
    """A number that misses a measure: its span, what is printed, and the units it may have had (best first)."""

    start: int
    number_end: int
    end: int
    value: Decimal
    unit: str
    """As printed: '', '/人', '//月'."""
    units: tuple[str, ...]
    lost: str
    why: str
    why_en: str
    kind: str
    """``rate``, ``bare``, ``pair`` or ``points``."""


def rates(view: str, bounds: Bounds) -> list[Finding]:
    """Rates with nothing before or between the slashes."""
    found = []
    done = 0
    slash = view.find("/")
    while slash >= 0:
        match = _rate(view, slash, done)
        if match is not None:
            done = match.end()
            finding = _rate_finding(view, match, bounds)
            if finding is not None:
                found.append(finding)
        slash = view.find("/", max(slash + 1, done))
    return found


def _rate(view: str, slash: int, done: int) -> re.Match[str] | None:
    """The number with a slash behind it whose slash this is."""
    begin = slash
    while begin > done and (view[begin - 1].isdecimal() or view[begin - 1] in _BEFORE_SLASH):
        begin -= 1
    if begin == slash:
        return None
    match = _RATE.search(view, begin, slash + _RATE_TAIL)
    return match if match is not None and match.start() < slash else None


def _rate_finding(view: str, match: re.Match[str], bounds: Bounds) -> Finding | None:
    number, unit, per, last = match["number"], match["unit"] or "", match["per"] or "", match["last"] or ""
    double = len(match["slash"]) == 2
    if per == "" and (double or not unit or not _ends(view, match.end())):
        return None
    if unit and per and not double:
        return None
    if _YEAR.fullmatch(number) and per in ("年", "月", "日"):
        return None
    context = view[max(0, match.start() - 40) : match.start()]
    units, lost = _rate_units(number, unit, per, last, double, context, bounds)
    scale = {"万": 10**4, "亿": 10**8}.get(match["scale"] or "", 1)
    value = Decimal(number.replace(",", "").replace("，", "")) * scale
    number_end = match.start() + len(match.group().split("/")[0]) - len(unit)
    printed = view[number_end : match.end()]
    return Finding(
        match.start(),
        number_end,
        match.end(),
        value,
        printed,
        units,
        lost,
        f"{match.group()}的计量单位残缺,“{lost}”丢失",
        f"the rate misses {lost}",
        "rate",
    )


def _ends(view: str, position: int) -> bool:
    return position >= len(view) or not ("一" <= view[position] <= "鿿" or view[position].isalnum())


def _rate_units(
    number: str, unit: str, per: str, last: str, double: bool, context: str, bounds: Bounds
) -> tuple[tuple[str, ...], str]:
    money_at = max((context.rfind(word) for word in bounds.money), default=-1)
    people_at = max((context.rfind(word) for word in bounds.people), default=-1)
    money = money_at >= len(context) - 16
    people = people_at > money_at
    if double:
        return (f"元/人/{per}",), ("人" if unit == "元" else "元、人")
    tail = f"/{last}" if last else ""
    if not per:
        return ((f"{unit}/人",), "人") if unit == "元" else (("人次",), "次")
    if per == "次" and not last:
        if "." not in number and (people or not money):
            return ("人次",), "人"
        return ("元/次",), "元"
    if per == "平方公里" and not money:
        return ("人/平方公里",), "人"
    return (f"元/{per}{tail}",), "元"


def bare(view: str, ledger: tuple[LedgerEntry, ...], bounds: Bounds, figures: tuple[Figure, ...] = ()) -> list[Finding]:
    """Numbers without measure right behind a counted noun: 网格员1729, 总参保户数626213968.

    A noun that the bounds do not know takes the measure that the document prints with the same number and noun.
    """
    found = []
    for entry in ledger:
        if entry.disposition not in ("unexplained", "malformed"):
            continue
        text = view[entry.start : entry.end]
        if not _PLAIN.match(text) or text[0] == "0":
            continue
        after = view[entry.end : entry.end + 1]
        if after and after not in _AFTER and not (after == "\n" and view[entry.end + 1 : entry.end + 2] == "\n"):
            continue
        before = view[max(0, entry.start - 16) : entry.start]
        if before[-1:].isspace() or not before:
            continue
        noun = _NOUN_TAIL.sub("", before)
        unit = bounds.measure_of(noun) or _elsewhere(view, text, noun, figures)
        if unit is None or (_YEAR.fullmatch(text) and unit != "户") or (unit in ("个", "家") and int(text) < 10):
            continue
        if unit != "户" and len(text) > 8:
            continue
        named = _STOP.split(noun)[-1][-12:]
        found.append(
            Finding(
                entry.start,
                entry.end,
                entry.end,
                Decimal(text),
                "",
                (unit,),
                unit,
                f"“{named}”后的数字{text}没有计量单位",
                "a counted noun is followed by a bare number",
                "bare",
            )
        )
    return found


def _elsewhere(view: str, text: str, noun: str, figures: tuple[Figure, ...]) -> str | None:
    """供水工程18 ... 18处供水工程: the measure of the same number with the same noun elsewhere in the document."""
    name = noun[-2:]
    if len(name) < 2 or not all("一" <= sign <= "鿿" for sign in name):
        return None
    value = Decimal(text)
    for figure in figures:
        if (
            figure.value == value
            and figure.unit in WHOLE_UNITS
            and (name in view[figure.end : figure.end + 8] or name in view[max(0, figure.start - 6) : figure.start])
        ):
            return figure.unit
    return None


def runs(view: str) -> list[Finding]:
    """Two numbers with nothing between them: 6.7万14.78万人, 3.512.6万元."""
    if not _runs_on(view):
        return []
    found = []
    for match in _PAIR.finditer(view):
        scale = 10**4 if match[2] == "万" else 10**8
        found.append(
            Finding(
                match.start(),
                match.end(),
                match.end(),
                Decimal(match[1]) * scale,
                "",
                (),
                "",
                f"{match.group()}与后面的数字之间没有计量单位",
                "no measure between two numbers",
                "pair",
            )
        )
    for match in _TWO_POINTS.finditer(view):
        head = match.group().rsplit(".", 1)[0]
        found.append(
            Finding(
                match.start(),
                match.end(),
                match.end(),
                Decimal(head),
                "",
                (),
                "",
                f"{match.group()}有两个小数点,是两个数字连写",
                "two decimal points in one number",
                "points",
            )
        )
    return found


def _runs_on(view: str) -> bool:
    """Whether a digit follows 万 or 亿, or a second point a decimal: most documents have neither."""
    for sign in "万亿":
        place = view.find(sign)
        while place >= 0:
            if view[place + 1 : place + 2].isdecimal():
                return True
            place = view.find(sign, place + 1)
    point = view.find(".")
    while point >= 0:
        behind = view.find(".", point + 1)
        if 3 <= behind - point <= 9 and view[point + 1 : behind].isdecimal():
            return True
        point = behind
    return False


def place(
    document: Document, findings: list[Finding], figures: tuple[Figure, ...], name: Callable[[int, int], str]
) -> tuple[list[Figure], dict[int, Finding]]:
    """All figures, those that only the grammar saw among them, and the findings by the start of their figure."""
    merged = list(figures)
    starts = [figure.start for figure in figures]
    marked: dict[int, Finding] = {}
    added = []
    for finding in findings:
        index = bisect_left(starts, finding.end) - 1
        if index >= 0 and figures[index].end > finding.start:
            if finding.kind == "pair" and figures[index].number_end > finding.number_end:
                continue  # one numeral of two parts: 3亿5000万元
            if finding.kind != "points" or figures[index].start == finding.start:
                marked[figures[index].start] = finding
            continue
        quote = document.text[finding.start : finding.end]
        role = "per_unit" if finding.kind == "rate" else "level"
        clause, sentence, heading = _around(document.text, finding.start, finding.end, figures, index)
        subject = document.text[clause[0] : finding.start].strip("，,。;； 　")
        added.append(
            Figure(
                doc=document.id,
                id=name(finding.start, finding.end),
                start=finding.start,
                end=finding.end,
                quote=quote,
                value=finding.value,
                value_max=None,
                unit=finding.unit,
                modifier="none",
                role=role,  # type: ignore[arg-type]
                status="actual",
                direction=None,
                subject=subject,
                number_end=finding.number_end,
                clause=clause,
                sentence=sentence,
                heading=heading,
                why=(f"checks.{finding.kind}",),
            )
        )
        marked[finding.start] = finding
    merged.extend(added)
    merged.sort(key=lambda figure: figure.start)
    return merged, marked


def _around(
    text: str, start: int, end: int, figures: tuple[Figure, ...], index: int
) -> tuple[tuple[int, int], tuple[int, int], str]:
    """Clause, sentence and heading of a figure that the trunk did not see, from a neighbour in the same sentence."""

    def edge(signs: str, backward: bool) -> int:
        if backward:
            return 1 + max(text.rfind(sign, max(0, start - 400), start) for sign in signs)
        places = [at for at in (text.find(sign, end, end + 400) for sign in signs) if at >= 0]
        return min(places, default=min(len(text), end + 400))

    clause = (max(edge("，,；;。\n、", True), start - 60), edge("，,；;。\n、", False))
    heading = ""
    for neighbour in figures[max(0, index) : index + 2]:
        if neighbour.sentence[0] <= start and end <= neighbour.sentence[1]:
            return clause, neighbour.sentence, neighbour.heading
    return clause, (edge("。\n", True), edge("。\n", False)), heading
