"""What the decisions on a sample say: progress, error rates by indicator and stratum, recall, agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

from extractor.review import stats
from extractor.review.items import Item
from extractor.review.store import Decision, Store

State = Literal["open", "stale", "skipped", "judged", "disagreed"]

#: Corrections that change the number itself, not what is said about it.
NUMBER_FIELDS = frozenset({"value", "value_max", "unit", "readings"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: its state and, where it is judged, the decision that counts.

    ``stale`` means that it was judged before the extraction changed; ``decision`` is then the old one.
    """

    state: State
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on the items that both judged (skipped ones left out)."""

    first: str
    second: str
    items: int
    agreed: int
    kappa: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Error rates of a sample, from the decisions so far."""

    states: Counter[str]
    verdicts: Counter[str]
    """Verdicts on figures that count."""
    fields: Counter[str]
    """How often each field of a figure was corrected."""
    figures: stats.Rate
    """Anything wrong with the figure: rejected, or a field corrected."""
    numbers: stats.Rate
    """Value or unit wrong, or no figure at all."""
    rejected: stats.Rate
    """No figure at all: what is left to precision 1."""
    by_group: dict[str, stats.Rate]
    """Like ``figures``, by indicator; '' are figures that no indicator claims."""
    by_stratum: dict[str, stats.Rate]
    ledger: stats.Rate
    """Numbers that were set aside but are figures."""
    sentences: stats.Rate
    """Sentences without figures that hold one."""
    recall: stats.Interval | None
    """Share of the true figures that were extracted; None until figures and what was set aside have been judged."""
    agreement: list[Agreement] = field(default_factory=list)


def outcome(item: Item, decisions: Sequence[Decision], reviewer: str | None = None) -> Outcome:
    """What the decisions on an item come to: an adjudication, else what the codings agree on.

    With ``reviewer`` only this one's own coding counts: double coding is blind.
    """
    if reviewer is not None:
        decisions = [d for d in decisions if d.reviewer == reviewer and d.role == "coding"]
    fresh = [decision for decision in decisions if decision.holds(item)]
    if not fresh:
        return Outcome("stale", decisions[-1]) if decisions else Outcome("open")
    settled = [decision for decision in fresh if decision.role == "adjudication" and decision.verdict != "skip"]
    if settled:
        return Outcome("judged", settled[-1])
    codings = [decision for decision in fresh if decision.role == "coding" and decision.verdict != "skip"]
    if not codings:
        return Outcome("skipped", fresh[-1])
    if any(decision.verdict != codings[0].verdict or decision.fields != codings[0].fields for decision in codings):
        return Outcome("disagreed")
    return Outcome("judged", codings[-1])


def outcomes(store: Store, sample: str, reviewer: str | None = None) -> list[tuple[Item, Outcome]]:
    """Every item of a sample with what became of it, in the sample's order."""
    decisions = store.counting(sample)
    return [(item, outcome(item, decisions.get(item.key, ()), reviewer)) for item in store.items(sample, reviewer)]


def rates(store: Store, sample: str, reviewer: str | None = None) -> Rates:
    """Progress and error rates of a sample, of all reviewers together or of one."""
    found = outcomes(store, sample, reviewer)
    judged = {kind: [(i, o.decision) for i, o in found if i.kind == kind and o.state == "judged" and o.decision]
              for kind in ("figure", "ledger", "sentence")}
    figures = judged["figure"]
    missed = [(_rate(judged[kind]), float(_population(item for item, _ in found if item.kind == kind)))
              for kind in ("ledger", "sentence")]
    figures_rate, rejected = _rate(figures), _rate(figures, {"reject"})
    groups = sorted({item.group for item, _ in figures})
    strata = sorted({item.stratum for item, _ in figures})
    total = _population(item for item, _ in found if item.kind == "figure")
    complete = bool(figures) and all(part.judged for part, size in missed if size)
    corrected = Counter(name for _, decision in figures for name in _corrected(decision))
    return Rates(
        states=Counter(o.state for _, o in found),
        verdicts=Counter(decision.verdict for _, decision in figures),
        fields=corrected,
        figures=figures_rate,
        numbers=_rate(figures, numbers=True),
        rejected=rejected,
        by_group={name: _rate(figures, within=("group", name)) for name in groups},
        by_stratum={name: _rate(figures, within=("stratum", name)) for name in strata},
        ledger=missed[0][0],
        sentences=missed[1][0],
        recall=stats.recall(rejected, total, [part for part in missed if part[1]]) if complete else None,
        agreement=agreement(store, sample) if reviewer is None else [],
    )


def _corrected(decision: Decision) -> list[str]:
    return sorted(decision.fields) if decision.verdict == "correct" else []


def _rate(
    judged: Sequence[tuple[Item, Decision]], verdicts: Iterable[str] = ("reject", "correct"), *, numbers: bool = False,
    within: tuple[str, str] | None = None,
) -> stats.Rate:
    """The weighted rate of errors, all in all or ``within`` one group or stratum; weights are those of whole strata."""
    drawn = Counter(item.stratum for item, _ in judged)
    wrong = frozenset(verdicts)
    items = []
    for item, decision in judged:
        if within is not None and getattr(item, within[0]) != within[1]:
            continue
        error = decision.verdict in wrong
        if numbers and decision.verdict == "correct":
            error = bool(NUMBER_FIELDS & set(decision.fields))
        member = stats.in_stratum(error, max(item.population, drawn[item.stratum]), drawn[item.stratum])
        # A group cuts through strata, and its members in those that were not drawn are unknown.
        items.append(replace(member, open=1.0) if within is not None and within[0] == "group" else member)
    return stats.rate(items)


def _population(items: Iterable[Item]) -> int:
    """Members of all strata of these items, each stratum once."""
    return sum({item.stratum: item.population for item in items}.values())


def agreement(store: Store, sample: str | None = None) -> list[Agreement]:
    """Cohen's kappa of each two reviewers over the items that both judged."""
    return agreement_of(store.counting(sample))


def agreement_of(decisions: Mapping[str, Sequence[Decision]]) -> list[Agreement]:
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for found in decisions.values():
        codings = [d for d in found if d.role == "coding" and d.verdict != "skip"]
        for a, b in combinations(sorted(codings, key=lambda d: d.reviewer), 2):
            if a.fingerprint == b.fingerprint:
                pairs.setdefault((a.reviewer, b.reviewer), []).append((a.verdict, b.verdict))
    return [
        Agreement(*names, len(words), sum(a == b for a, b in words), stats.kappa(words))
        for names, words in sorted(pairs.items())
    ]
