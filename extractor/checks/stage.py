"""The stage of the trunk: figures and ledger in, the same with flags, repairs and confirmations out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..model import Document, Figure, LedgerEntry
from ..records import changer
from . import averages, glued, grammar, growth, relations, repeats, share_reading, shares, sums
from .catalogue import make_flag
from .dates import GLUED_DATE, DamagedDate, damaged_dates
from .grammar import Finding
from .plausibility import Bounds, packaged
from .readings import Evidence
from .repairs import part, resolve
from .share_reading import Share
from .work import Claim, Item, Sheet, amount_text

_changed = changer(Figure)

#: Rounds of repair: a repaired number may be the constraint that decides the next one.
ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Figures (with those that only the checks saw) in text order, and the ledger with its damaged dates marked.

    The ledger is not extended: the trunk gives an entry to each figure that is new.
    """

    figures: tuple[Figure, ...]
    ledger: tuple[LedgerEntry, ...]


def run(
    document: Document,
    view: str,
    figures: tuple[Figure, ...],
    ledger: tuple[LedgerEntry, ...] = (),
    *,
    dates: tuple[DamagedDate, ...] | None = None,
    bounds: Bounds | None = None,
    claim: Claim | None = None,
    name: Callable[[int, int], str] | None = None,
) -> CheckResult:
    """Flag, repair and confirm the figures of one document.

    ``view`` is the folded text (same length as the text), ``figures`` are complete and in text order, ``ledger`` gives
    the mentions that are no figures (``unexplained`` ones may turn out to be figures that lost their measure),
    ``dates`` are the damaged dates, where the caller has found them already,
    ``claim`` names the indicator of a reading, ``name`` makes the id of a new figure from its span. Pure; linear in
    the number of figures, whatever the text.
    """
    bounds = bounds or packaged()
    naming = name or (lambda start, end: f"{document.id}@{start}")
    if dates is None:
        dates = damaged_dates(view, document.issued)
    findings = [
        finding
        for finding in (*grammar.rates(view, bounds), *grammar.bare(view, ledger, bounds, figures), *grammar.runs(view))
        if not _in_date(dates, finding.start)
    ]
    if dates:
        figures = tuple(figure for figure in figures if not _in_date(dates, figure.start))
    merged, marked = grammar.place(document, findings, figures, naming) if findings else (list(figures), {})
    sheet = Sheet(document, view, tuple(merged), ledger, bounds, claim)
    for date in dates:
        sheet.lose("年" if date.printed[:4].isdigit() and date.printed[4:5] != "年" else "月")
    for item in sheet.items if marked else ():
        finding = marked.get(item.start)
        if finding is not None:
            _missing(sheet, item, finding)
    groups = relations.groups(sheet)
    shared = share_reading.read(sheet)
    _malformed(sheet, groups, shared)
    _arithmetic(sheet, groups, shared)
    return CheckResult(tuple(_finished(sheet)), _ledger(ledger, dates, document))


def _malformed(sheet: Sheet, groups: list[relations.Group], shared: list[Share]) -> None:
    for turn in range(ROUNDS):
        glued.collect(sheet, groups)
        solutions = shares.check(sheet, shared, False)
        for solution in solutions:
            for index, _, _ in solution.cuts:
                sheet.items[index].doubt(
                    "glued",
                    f"只有切分才与{sheet.printed(sheet.items[solution.percent])}相符",
                    "only a cut makes the share hold",
                    1,
                )
        doubted = [item for item in sheet.items if item.doubts and not item.repair]
        if not doubted:
            break
        evidence = Evidence.gather(sheet, groups, solutions)
        repaired = 0
        for item in doubted:
            if resolve(sheet, item, evidence, False):
                repaired += 1
                evidence.weighed.clear()
        if repaired == 0 or turn == ROUNDS - 1:
            for item in doubted:
                if not item.repair and not item.flags:
                    resolve(sheet, item, evidence, True)
                    if item.repair or item.flags:
                        evidence.weighed.clear()
            break


def _arithmetic(sheet: Sheet, groups: list[relations.Group], shared: list[Share]) -> None:
    """The checks of the registry, confirmations first: what one check proves, the next one does not suspect."""
    sums.check(sheet, groups)
    averages.check(sheet)
    growth.check(sheet)
    shares.check(sheet, shared, True, frozenset(part.index for group in groups for part in group.parts))
    repeats.check(sheet)


def _missing(sheet: Sheet, item: Item, finding: Finding) -> None:
    """Flag and repair a number whose construction misses a measure."""
    evidence = finding.why
    rivals: tuple[str, ...] = ()
    if finding.kind == "bare" and finding.units == ("户",):
        _bare_households(sheet, item, finding)
        return
    if finding.kind == "pair":
        _pair(sheet, item, finding)
        return
    if finding.units:
        item.repair = (part(sheet, item, finding.value, finding.units[0], finding.kind),)
        same = sheet.losses.get(f"{finding.kind}/", 0)
        evidence = f"{finding.why},应为{amount_text(finding.value, '')}{finding.units[0]}"
        if same:
            evidence += f";同页另有{same}处同样丢失"
        sheet.lose(f"{finding.kind}/")
        sheet.lose(finding.lost)
        rivals = tuple(f"{amount_text(finding.value, '')}{unit}" for unit in finding.units[1:])
    code = "glued" if finding.kind == "points" else "missing_unit"
    item.flag(make_flag(code, evidence, finding.why_en, evidence, members=(item.figure.id,), rivals=rivals))


def _bare_households(sheet: Sheet, item: Item, finding: Finding) -> None:
    """总参保户数626213968: households and persons run together where the whole cannot be households."""
    clause = sheet.clause_before(item)
    ceiling = sheet.bounds.ceiling("户", sheet.level_for(item), clause, clause)
    text = sheet.view[item.start : item.number_end]
    if ceiling is None or float(finding.value) <= ceiling[0]:
        item.repair = (part(sheet, item, finding.value, "户", "bare"),)
        evidence = f"{finding.why},应为{text}户"
        item.flag(make_flag("missing_unit", evidence, finding.why_en, evidence, members=(item.figure.id,)))
        return
    entry = sheet.bounds.ratio("户", "人", clause)
    good, rivals = [], []
    cuts, excluded = sheet.cuts(item)
    for cut in cuts:
        per = float(cut.second / cut.first)
        shown = f"{cut.first_text}户{cut.second_text}人:每户{per:.2f}人"
        if entry is not None and entry.minimum <= per <= entry.maximum:
            good.append((cut, shown))
        else:
            rivals.append(shown)
    evidence = f"{finding.why};作为户数超出合理上限"
    if len(good) == 1:
        cut, shown = good[0]
        item.repair = (part(sheet, item, cut.first, "户", "ratio"), part(sheet, item, cut.second, "人", "ratio"))
        evidence += f";“户”“人”丢失,唯一切分是{shown}"
        sheet.lose("户")
    item.flag(
        make_flag(
            "glued",
            evidence,
            "households and persons run together without measures",
            evidence,
            members=(item.figure.id,),
            rivals=tuple((rivals + excluded)[:8]),
        )
    )


def _pair(sheet: Sheet, item: Item, finding: Finding) -> None:
    """6.7万14.78万人: the first number of a pair lost its measure."""
    after = sheet.at(finding.end)
    evidence = finding.why
    if after is not None and after.unit in ("人", "元") and finding.value:
        clause = sheet.clause_before(item, 40)
        for unit in ("户",) if after.unit == "人" else (sheet.bounds.measure_of(clause) or "户",):
            entry = sheet.bounds.ratio(unit, after.unit, clause)
            per = after.value / float(finding.value)
            if entry is not None and entry.minimum <= per <= entry.maximum:
                item.repair = (part(sheet, item, finding.value, unit, "ratio"),)
                evidence += f";后接{sheet.printed(after)},每{unit}{per:.2f}{after.unit},应为{sheet.printed(item)}{unit}"
                sheet.lose(unit)
    item.flag(make_flag("missing_unit", evidence, finding.why_en, evidence, members=(item.figure.id,)))


def _in_date(dates: tuple[DamagedDate, ...], position: int) -> bool:
    return any(date.start <= position < date.end for date in dates)


def _finished(sheet: Sheet) -> list[Figure]:
    """The figures with what was found out; most are clean and stay what they are."""
    found = []
    for item in sheet.items:
        figure = item.figure
        if item.confirmed is not None:
            codes = item.confirmed
            if figure.confirmed or len(codes) > 1:
                codes = sorted({*figure.confirmed, *codes})
            figure = _changed(figure, confirmed=tuple(codes))
        if item.flags is not None or item.repair:
            figure = _changed(figure, flags=figure.flags + tuple(item.flags or ()), repair=item.repair or figure.repair)
        found.append(figure)
    return found


def _ledger(
    ledger: tuple[LedgerEntry, ...], dates: tuple[DamagedDate, ...], document: Document
) -> tuple[LedgerEntry, ...]:
    """The ledger with one entry for each damaged date, in place of the pieces that the scanner saw of it."""
    if not dates:
        return ledger
    starts = [entry.start for entry in ledger]
    kept = list(ledger)
    gone: set[int] = set()
    for date in dates:
        start, end = date.start, date.end
        index = max(0, bisect_left(starts, date.start) - 1)
        furniture = False
        while index < len(ledger) and ledger[index].start < date.end:
            if ledger[index].end > date.start:
                gone.add(index)
                furniture = furniture or ledger[index].disposition == "furniture"
                start, end = min(start, ledger[index].start), max(end, ledger[index].end)
            index += 1
        evidence = f"{date.printed}应为{date.reading}" if date.iso else f"{date.printed}可读作{'、'.join(date.rivals)}"
        flag = make_flag(
            GLUED_DATE,
            f"日期缺字:{evidence}",
            f"damaged date: {date.iso or 'several readings'}",
            evidence,
            rivals=date.rivals,
            blocking=False,
        )
        kept.append(
            LedgerEntry(
                document.id,
                start,
                end,
                document.text[start:end],
                "furniture" if furniture else "date",
                "damaged_date",
                flags=() if furniture else (flag,),
                repair=date.iso,
            )
        )
    merged = [entry for index, entry in enumerate(kept) if index not in gone]
    merged.sort(key=lambda entry: entry.start)
    return tuple(merged)
