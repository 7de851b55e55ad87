"""Error rates with intervals, agreement between reviewers, recall: the formulas, apart from where the data come from.

**Interval.** Wilson's score interval (Wilson 1927) with the lower end for one to three errors taken from the Poisson
distribution, as Brown, Cai and DasGupta (2001, Statistical Science 16, section 4.1.1) propose: plain Wilson covers a
true rate of 0.5 % in 86 of 100 samples of 30 instead of 95, because its lower end for a single error is too high.

**Weights.** In a stratified sample each item stands for ``N_h / n_h`` members of its stratum. The rate is the weighted
mean, and the interval that of a simple sample of the *effective size* (Kish 1965), with a finite population correction
in each stratum: ``n_eff = (sum w)^2 / sum w^2 (1 - n_h / N_h)``. It is what makes the variance of a weighted mean equal
to that of a simple sample where all strata have one rate. A stratum that was judged completely adds no uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate with its confidence interval, all between 0 and 1. NaN for the rate of nothing, which lies anywhere."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged item."""

    error: bool
    weight: float = 1.0
    """Members of the run that it stands for: ``N_h / n_h`` of its stratum."""
    open: float = 1.0
    """Share of its stratum that nobody judged, ``1 - n_h / N_h``: the finite population correction. 1 for a domain (an
    indicator), whose members are not all in the strata that were judged completely."""


def in_stratum(error: bool, population: int, judged: int) -> Judged:
    """A judged item of a stratum with ``population`` members, ``judged`` of which were judged."""
    return Judged(error, population / judged, max(0.0, 1 - judged / population))


@dataclass(frozen=True, slots=True)
class Rate:
    """A weighted error rate: counts as they are, rate and interval as estimated for the run."""

    errors: int
    judged: int
    interval: Interval
    effective: float
    """Size of the simple sample that would say as much; infinite where everything was judged."""
    stands_for: float
    """Sum of the weights: members of the run that the judged items stand for."""


def wilson(errors: float, n: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval without any change; ``errors`` and ``n`` may be effective, not whole, numbers.

    >>> [round(end, 4) for end in (wilson(3, 60).low, wilson(3, 60).high)]
    [0.0171, 0.137]
    """
    if n <= 0:
        return Interval(math.nan, 0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate = errors / n
    if math.isinf(n):
        return Interval(rate, rate, rate)
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low = 0.0 if errors <= 0 else max(0.0, centre - half)
    return Interval(rate, low, 1.0 if errors >= n else min(1.0, centre + half))


def interval(errors: float, n: float, level: float = LEVEL) -> Interval:
    """Wilson's interval with the ends near 0 and 1 corrected: what this project prints.

    >>> round(wilson(1, 30).low, 4), round(interval(1, 30).low, 4)
    (0.0059, 0.0017)
    """
    plain = wilson(errors, n, level)
    few = _few(n)
    low, high = plain.low, plain.high
    if 0 < errors < few:
        low = min(low, _poisson_low(errors, level) / n)
    if 0 < n - errors < few:
        high = max(high, 1 - _poisson_low(n - errors, level) / n)
    return Interval(plain.rate, low, high)


def _few(n: float) -> float:
    """Below how many errors the lower end comes from the Poisson distribution: up to 2 or 3 (Brown, Cai and DasGupta
    2001), and a half because effective counts are not whole."""
    return 2.5 if n <= 50 else 3.5


def _poisson_low(errors: float, level: float) -> float:
    """Mean of which ``errors`` or more are seen with probability ``1 - level``: half a quantile of chi-squared."""
    from scipy.special import gammaincinv

    return float(gammaincinv(errors, 1 - level))


def rate(items: Iterable[Judged], level: float = LEVEL) -> Rate:
    """The weighted error rate of judged items."""
    found = list(items)
    total = math.fsum(item.weight for item in found)
    if not found or total <= 0:
        return Rate(0, 0, interval(0, 0, level), 0.0, 0.0)
    wrong = math.fsum(item.weight for item in found if item.error) / total
    spread = math.fsum(item.weight * item.weight * item.open for item in found)
    effective = total * total / spread if spread > 0 else math.inf
    certain = Interval(wrong, wrong, wrong)
    estimate = certain if math.isinf(effective) else interval(wrong * effective, effective, level)
    return Rate(sum(item.error for item in found), len(found), estimate, effective, total)


def coverage(p: float, n: int, level: float = LEVEL, method: object = interval) -> float:
    """Probability that the interval of a simple sample of ``n`` holds the true rate ``p``: exact, no simulation."""
    assert callable(method)
    total = 0.0
    for errors in range(n + 1):
        found = method(errors, n, level)
        if found.low <= p <= found.high:
            total += _binomial(errors, n, p)
    return total


def _binomial(k: int, n: int, p: float) -> float:
    if p in (0.0, 1.0):
        return float(k == n * p)
    logarithm = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logarithm + k * math.log(p) + (n - k) * math.log1p(-p))


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa (1960) of two reviewers' verdicts on the same items; NaN where it says nothing (no items, or both
    always gave one and the same verdict).

    >>> kappa([("accept", "accept"), ("accept", "reject"), ("reject", "reject"), ("accept", "accept")])
    0.5
    """
    n = len(pairs)
    if n == 0:
        return math.nan
    words = sorted({word for pair in pairs for word in pair})
    agreed = sum(a == b for a, b in pairs)
    # n^2 times the agreement that is expected by chance; whole numbers as long as possible.
    chance = sum(sum(a == word for a, _ in pairs) * sum(b == word for _, b in pairs) for word in words)
    return (agreed * n - chance) / (n * n - chance) if chance < n * n else math.nan


def recall(found: Rate, figures: float, missed: Sequence[tuple[Rate, float]], level: float = LEVEL) -> Interval:
    """Share of the run's true figures that were extracted.

    ``found`` is the rate of figures that are none (rejected), ``figures`` their number in the run; ``missed`` holds for
    each place where figures can be missed (numbers set aside, sentences) the rate of misses and the number of members.
    True figures found are ``F = figures * (1 - rate)``, missed ones ``M = sum N_i p_i``; recall is ``F / (F + M)``. Its
    interval combines those of the parts (MOVER: Zou and Donner 2008 for the sum, Donner and Zou 2012 for the ratio).
    """
    good = Interval(1 - found.interval.rate, 1 - found.interval.high, 1 - found.interval.low)
    f, f_low, f_high = (figures * end for end in (good.rate, good.low, good.high))
    m = math.fsum(size * part.interval.rate for part, size in missed)
    m_low = m - math.sqrt(math.fsum((size * (part.interval.rate - part.interval.low)) ** 2 for part, size in missed))
    m_high = m + math.sqrt(math.fsum((size * (part.interval.high - part.interval.rate)) ** 2 for part, size in missed))
    if math.isnan(m) or math.isnan(f) or f <= 0:
        return Interval(math.nan, 0.0, 1.0)
    low, high = _ratio((m, max(m_low, 0.0), m_high), (f, f_low, f_high))
    return Interval(f / (f + m), 1 / (1 + high), 1 / (1 + low))


def _ratio(top: tuple[float, float, float], bottom: tuple[float, float, float]) -> tuple[float, float]:
    """Interval of a ratio of two independent estimates, each with its interval (Donner and Zou 2012, equation 9)."""
    a, a_low, a_high = top
    b, b_low, b_high = bottom
    if b_low <= 0:
        return 0.0, math.inf
    below = (a * b) ** 2 - a_low * b_high * (2 * a - a_low) * (2 * b - b_high)
    above = (a * b) ** 2 - a_high * b_low * (2 * a - a_high) * (2 * b - b_low)
    low = (a * b - math.sqrt(max(below, 0.0))) / (b_high * (2 * b - b_high)) if 2 * b > b_high else 0.0
    high = (a * b + math.sqrt(max(above, 0.0))) / (b_low * (2 * b - b_low))
    return max(low, 0.0), high
