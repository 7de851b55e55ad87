"""Reasons to doubt a printed number: too large for its place, larger than its whole, a year in front, a lost 户."""

from __future__ import annotations

import re
from decimal import Decimal
from math import inf
from typing import Final

from .catalogue import flag_code
from .dates import YEAR
from .relations import Group, beyond
from .splits import digits_of
from .work import WHOLE_UNITS, Item, Sheet, amount_text

GLUED: Final = flag_code(
    "glued",
    severity="error",
    blocking=True,
    title="两个数字连写,中间的计量单位丢失",
    title_en="two numbers run together because the measure between them was lost",
    meaning="The page lost the measure (户, 个, 人, 、) between two numbers, so that they print as one. The repair is "
    "the one cut that household size, loan ceilings, wholes, shares and repetitions in the document leave.",
    example="监测对象312845人 is 312户845人 (2.71人/户).",
)
IMPLAUSIBLE: Final = flag_code(
    "implausible",
    severity="error",
    blocking=True,
    title="数值不可能如此,原因不明",
    title_en="the value cannot be right, cause unknown",
    meaning="The value is beyond what its unit, place and subject allow (patterns/plausibility.yaml) or contradicts "
    "its whole, and no cut or unit explains it.",
    example="某县脱贫人口9000万人.",
)
ORDER_VIOLATION: Final = flag_code(
    "order_violation",
    severity="warning",
    blocking=True,
    title="部分大于总数",
    title_en="a part is larger than its whole",
    meaning="A figure that the text places within another one (其中, brackets), or whose definition makes it a part of "
    "the other's, is the larger of the two.",
    example="完成改造85户,其中脱贫户97户.",
)

_YEAR_FIRST: Final = re.compile(rf"({YEAR})([1-9]\d*)")
#: The household noun that wants 户: 脱贫户6092户13468人, 户数626213968.
_HOUSEHOLD: Final = re.compile(r"(?:户|户数)(?:共|共计|为|达)?\Z")
#: Nouns that are counted, not paid: a sum of money right behind them has lost a count (学生20731.05万元).
#: Populations that reports print as households and persons.
_POPULATION: Final = re.compile(
    r"(?:对象|户|贫困人口|脱贫人口|低保人口|特困人员|困难群众|搬迁人口|搬迁群众|符合条件的?|共|达|为)\Z"
)
_COUNTED: Final = re.compile(
    r"(?:学生|群众|人员|劳动力|农户|贫困户|脱贫户|监测户|监测对象|低保对象|儿童|老人|职工|村民|党员|党员干部"
    r"|小额贷款|小额信贷|项目资产|资产|项目|企业|合作社|车间|基地)(?:共|共计)?\Z"
)
#: The last characters of these.
_COUNTED_ENDS: Final = frozenset("生众员力户象童人工民部款贷产目业社间地共计")
_PAY: Final = re.compile(r"补|给|发|付|奖|扶持|支持|投|拨|贷|入|额|争取|筹|完成|安排|减|免|到位|销|产|节|偿|融")


def collect(sheet: Sheet, groups: list[Group]) -> None:
    """Note every reason to doubt a figure on the sheet; may be called again when repairs have changed the picture."""
    bounds, level, view = sheet.bounds, sheet.level, sheet.view
    lowest: dict[str, float] = {}
    for item in sheet.items:
        unit, value = item.unit, item.value
        if unit == "%":
            if value > 100:
                _percent(sheet, item)
            continue
        if item.repair:
            continue
        bound = lowest.get(unit)
        if bound is None:
            limits = bounds.limits_of(unit, level)
            bound = lowest[unit] = limits[0][0] if limits else inf
        if value > bound:
            _magnitude(sheet, item)
        if unit == "元":
            if value >= 1000 and view[item.start - 1 : item.start] in _COUNTED_ENDS and item.figure.value_max is None:
                _counted(sheet, item)
        elif unit in WHOLE_UNITS:
            if value >= 1000 and item.figure.value_max is None:
                text = view[item.start : item.number_end]
                if len(text) >= 5 and text[:2] in ("19", "20"):
                    _year(sheet, item, text)
                if (
                    unit == "人"
                    and len(text) >= 3
                    and view[item.start - 1 : item.start] in ("户", "数", "共", "为", "达")
                ):
                    _lost_household(sheet, item, text)
            if value % 1:
                _broken(sheet, item)
    if sheet.losses.get("户", 0) >= 2:
        for item in sheet.items:
            if not item.doubts and not item.repair and item.unit in ("人", "元") and item.figure.role == "level":
                _pattern(sheet, item)
    for group in groups:
        _within(sheet, group)
    _orders(sheet)


def _broken(sheet: Sheet, item: Item) -> None:
    """12.5户: a count that is no whole number, and no 万 that makes it one."""
    text = sheet.view[item.start : item.number_end]
    if "万" not in text and item.figure.role == "level" and item.figure.modifier == "none" and digits_of(text):
        item.doubt(
            "implausible",
            f"{sheet.printed(item)}:以{item.unit}计数不应有小数",
            f"a count of {item.unit} has no decimals",
            1,
        )


def _magnitude(sheet: Sheet, item: Item) -> None:
    level = sheet.level_for(item)
    limits = sheet.bounds.limits_of(item.unit, level)
    if not limits or item.value <= limits[0][0]:
        return
    clause = sheet.clause_before(item, 60)
    if "全国" in clause or "全省" in clause or "世界" in clause:
        return
    start, end = item.sentence
    sentence = sheet.view[max(start, item.start - 120) : item.start] if end else clause
    for bound, entry in limits:
        if item.value <= bound:
            return
        if entry.applies(clause, sentence):
            limit = amount_text(Decimal(bound), item.unit) if bound < 1e17 else str(bound)
            item.doubt(
                "implausible",
                f"{sheet.printed(item)}超出{_LEVEL_ZH.get(level, '本级')}合理上限{limit}({entry.source})",
                f"above the bound of {limit} for {item.unit} at level {level or 'unknown'}",
            )
            return


#: Shares that cannot exceed the whole; 完成率, 增长率, 资产负债率 and their like can.
_AT_MOST_ALL: Final = re.compile(
    r"(?:占比|比重|普及率|覆盖率|合格率|参保率|入学率|达标率|满意率|满意度|通达率|通畅率|处理率|绿化率|入住率|消除率|户贷率"
    r"|升学率|就业率|巩固率|城镇化率|保证率|优良率|知晓率|签约率|安置率|使用率|利用率|报销比例)(?:达到|达|为|是)?\Z"
)


def _percent(sheet: Sheet, item: Item) -> None:
    """967% of a rate that ends at 100: a decimal point or a digit too much."""
    if (
        item.figure.role == "share"
        and item.figure.direction is None
        and _AT_MOST_ALL.search(sheet.clause_before(item, 16))
    ):
        item.doubt("implausible", f"{sheet.printed(item)}:这类比率不超过100%", "a rate of this kind ends at 100 %")


_LEVEL_ZH: Final = {"nation": "全国", "province": "省级", "prefecture": "市级", "county": "县级", "township": "乡镇级"}


def _year(sheet: Sheet, item: Item, text: str) -> None:
    found = _YEAR_FIRST.fullmatch(text)
    if found is None or sheet.view[item.start - 1 : item.start] in ("-", "—", "~", "至", ".", ","):
        return
    year, rest = int(found.group(1)), found.group(2)
    if not sheet.year - 3 <= year <= sheet.year + 1:
        return
    sure = len(rest) >= 2 or sheet.losses.get("年", 0) > 0
    item.doubt(
        "glued_date",
        f"{sheet.printed(item)}以年份{year}开头,疑“年”字丢失",
        f"begins with the year {year}",
        2 if sure else 1,
    )


def _lost_household(sheet: Sheet, item: Item, text: str) -> None:
    if item.index and sheet.items[item.index - 1].end >= item.start:
        return  # the 户 is the measure of the figure before: 1126户3985人
    if item.figure.modifier != "none" or _HOUSEHOLD.search(sheet.clause_before(item, 12)) is None:
        return
    clause = sheet.clause_before(item)
    if "、" in clause or "每户" in clause:
        return
    entry = sheet.bounds.ratio("户", "人", clause)
    if entry is not None and any(
        entry.low <= float(cut.second / cut.first) <= entry.high for cut in sheet.cuts(item)[0]
    ):
        item.doubt(
            "glued",
            f"“户”后直接以人计数,{sheet.printed(item)}疑丢失“户”",
            "a household noun before a count of persons",
            2 if sheet.losses.get("户", 0) or len(text) >= 6 else 1,
        )


def _pattern(sheet: Sheet, item: Item) -> None:
    """The page's own pattern of loss: where 户 was lost between two numbers elsewhere, a number of the same build (at
    least five digits, a population or a loan before it) that one household-sized cut explains is doubted too."""
    text = sheet.view[item.start : item.number_end]
    if digits_of(text) < 5 or item.figure.modifier != "none":
        return
    clause = sheet.clause_before(item)
    if item.unit == "人":
        if _POPULATION.search(clause) is None or (item.index and sheet.items[item.index - 1].end >= item.start):
            return
    elif "贷" not in clause[-8:]:
        return
    start = item.sentence[0]
    entry = sheet.bounds.ratio("户", item.unit, clause + sheet.view[max(start, item.start - 90) : item.start])
    if entry is not None and any(
        entry.low <= float(cut.second / cut.first) <= entry.high for cut in sheet.cuts(item)[0]
    ):
        item.doubt(
            "glued",
            f"同页另有{sheet.losses['户']}处丢失“户”,{sheet.printed(item)}疑同样连写",
            "the page lost 户 between numbers elsewhere",
            2,
        )


def _counted(sheet: Sheet, item: Item) -> None:
    """学生20731.05万元: money right behind a counted noun, with nothing that pays in the clause."""
    if item.figure.role == "per_unit" or item.figure.modifier != "none":
        return
    text = sheet.view[item.start : item.number_end]
    if digits_of(text) < 4:
        return
    clause = sheet.clause_before(item)
    found = _COUNTED.search(clause)
    if found is not None and not _PAY.search(
        clause[max(0, len(clause) - 8 - len(found.group())) : found.start()] + found.group()
    ):
        item.doubt(
            "glued",
            f"“{found.group()}”后应为计数,{sheet.printed(item)}疑丢失计量单位",
            "a counted noun directly before an amount of money",
            1,
        )


def _within(sheet: Sheet, group: Group) -> None:
    """其中 parts larger than the whole. A bracket without 其中 may hold anything, so it proves nothing."""
    if group.marker == "(":
        return
    if group.marker == "包括" and not group.bracket:
        return
    previous = group.start
    for part in group.parts:
        if (
            part.figure.role not in ("level", "change")
            or part.figure.value_max is not None
            or part.figure.modifier in ("at_least", "at_most")  # a class (50万元以上的村), not an amount
        ):
            continue
        if part.start - previous > 120:
            break
        previous = part.end
        for whole in group.wholes:
            if not whole.repair and (whole.unit != part.unit or 0 <= part.value <= whole.value):
                continue  # as it has to be
            if whole.figure.role not in ("level", "change") or whole.figure.value_max is not None:
                continue
            for whole_value, unit, half in sheet.quantities(whole):
                if unit != part.unit or part.repair or (whole.doubts and not whole.repair):
                    continue
                if part.value - sheet.slack(part) > (whole_value + half) * (
                    1.0 if whole.figure.modifier == "none" else 1.15
                ):
                    if beyond(group) and part.value < 20 * whole_value:
                        continue
                    text = f"{sheet.printed(part)}大于其所属的{sheet.printed(whole)}"
                    if whole.repair:
                        text += f"(即{amount_text(_exact(whole, unit), unit)})"
                    part.doubt("order_violation", text, "larger than the whole it is part of")


def _orders(sheet: Sheet) -> None:
    """Indicators that cannot exceed another one of the same document, period and place."""
    by_id: dict[str, list[Item]] = {}
    wanted = sheet.bounds.order_ids
    for item in sheet.items:
        indicator = item.figure.indicator
        if indicator is not None and indicator in wanted:
            by_id.setdefault(indicator, []).append(item)
        if item.repair:
            for reading in item.repair:
                if reading.indicator in wanted:
                    by_id.setdefault(reading.indicator or "", []).append(item)
    for part_id, whole_id in sheet.bounds.orders:
        if part_id not in by_id or whole_id not in by_id:
            continue
        for part in by_id[part_id]:
            if part.repair or part.figure.status != "actual":
                continue
            largest: tuple[float, Item] | None = None
            for whole in by_id[whole_id]:
                if (
                    whole is part
                    or whole.figure.status != "actual"
                    or part.figure.region_code != whole.figure.region_code
                    or (whole.doubts and not whole.repair)
                    or _other_period(part, whole)
                ):
                    continue
                for value, unit, half in sheet.quantities(whole):
                    if unit == part.unit and (largest is None or value + half > largest[0]):
                        largest = value + half, whole
            if largest is not None and part.value > largest[0]:
                whole = largest[1]
                part.doubt(
                    "order_violation",
                    f"{sheet.printed(part)}大于{amount_text(_exact(whole, part.unit), part.unit)}"
                    f"({whole_id}不应小于{part_id})",
                    f"{part_id} exceeds {whole_id}",
                )


def _exact(item: Item, unit: str) -> Decimal:
    return next((part.value for part in item.repair if part.unit == unit), item.figure.value)


def _other_period(part: Item, whole: Item) -> bool:
    a, b = part.figure.period, whole.figure.period
    return a is not None and b is not None and a[:4] != b[:4]
