"""The report's pictures as SVG: drawn by hand, text stays text, no script, colours from the style sheet.

Every picture has a title for screen readers; every mark has one that a pointer shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from markupsafe import Markup

from extractor.review.report_data import Distribution, Grid
from extractor.review.stats import Rate
from extractor.tables.records import plain

_CHINESE = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_ENGLISH = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))

#: Steps of the heat map's colour; the style sheet has a class for each.
STEPS = 6


def compact(value: float | Decimal, chinese: bool) -> str:
    """A number as an axis shows it: three digits and 万 or 亿, or k, M and bn.

    >>> compact(123456, True), compact(123456, False), compact(7.25, True)
    ('12.3万', '123k', '7.25')
    """
    number = float(value)
    for size, word in _CHINESE if chinese else _ENGLISH:
        if abs(number) >= size:
            return _digits(number / size) + word
    return _digits(number)


def _digits(number: float) -> str:
    if number == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(number)))) if abs(number) < 1000 else 0
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def short(text: str, most: int) -> str:
    """Text cut to a width, a Chinese character counting two."""
    width = 0
    for at, sign in enumerate(text):
        width += 2 if ord(sign) > 0x2E7F else 1
        if width > most:
            return text[: max(at - 1, 0)] + "…"
    return text


def heat_map(grid: Grid, title: str, describe: Callable[[str, str, int], str]) -> Markup:
    """Rows by columns, darker where there is more; the number stands in the cell."""
    left, top, row = 214, 26, 21
    width = min(62.0, max(30.0, 800 / max(len(grid.columns), 1)))
    most = max(grid.cells.values(), default=1)
    size = (left + width * len(grid.columns) + 4, top + row * len(grid.rows) + 4)
    out = [_open(size, title, "heat")]
    every = 2 if width < 34 else 1
    for at, column in enumerate(grid.columns):
        if (len(grid.columns) - 1 - at) % every == 0:
            out.append(_text(left + width * (at + 0.5), top - 9, column, "axis middle"))
    for down, (identity, label) in enumerate(grid.rows):
        y = top + row * down
        out.append(Markup('<g><title>{}</title>{}</g>').format(
            f"{label} ({identity})", _text(left - 8, y + row / 2 + 4, short(label, 32), "label end")))
        for at, column in enumerate(grid.columns):
            count = grid.cells.get((identity, column), 0)
            step = _step(count, most)
            out.append(Markup(
                '<g><title>{}</title><rect class="s{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>').format(
                describe(label, column, count), step, _n(left + width * at + 1), _n(y + 1), _n(width - 2), row - 2))
            if count:
                ink = "cell light" if step >= STEPS - 2 else "cell"
                out.append(_text(left + width * (at + 0.5), y + row / 2 + 3.5, str(count), f"{ink} middle"))
            out.append(Markup("</g>"))
    return _closed(out)


def _step(count: int, most: int) -> int:
    """Colour of a cell: 0 for nothing, then darker by the logarithm."""
    if not count:
        return 0
    return STEPS - 2 if most == 1 else 1 + math.floor((STEPS - 1) * math.log(count) / math.log(most) + 1e-9)


def strip(chart: Distribution, title: str, chinese: bool) -> Markup:
    """The values of one indicator as dots over a box of the quartiles; logarithmic where they span two magnitudes."""
    width, height, side = 340, 96, 12
    values = [dot.value for dot in chart.dots]
    low, high = min(values), max(values)
    logarithmic = low > 0 and high / low > 50

    def scale(value: float) -> float:
        return math.log10(value) if logarithmic else value

    a, b = scale(low), scale(high)
    pad = (b - a) * 0.04 or 1.0
    a, b = a - pad, b + pad

    def x(value: float) -> float:
        return side + (width - 2 * side) * (scale(value) - a) / (b - a)

    out = [_open((width, height), title, "strip")]
    for tick in _ticks(low, high, logarithmic):
        out.append(Markup('<line class="grid" x1="{0}" x2="{0}" y1="14" y2="70"/>').format(_n(x(tick))))
        out.append(_text(x(tick), 86, compact(tick, chinese), "axis middle"))
    q1, q2, q3 = (min(max(q, low), high) for q in chart.quartiles)
    out.append(Markup('<rect class="box" x="{}" y="26" width="{}" height="32" rx="2"/>').format(
        _n(x(q1)), _n(max(x(q3) - x(q1), 1.0))))
    for number, dot in enumerate(sorted(chart.dots, key=lambda d: (d.far, d.value, d.place, d.row))):
        # Spread over the height by the golden ratio: even, and the same for the same data.
        y = 20 + 44 * ((number * 0.6180339887) % 1)
        out.append(Markup('<circle class="{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
            "far" if dot.far else "dot", _n(x(dot.value)), _n(y), 3.4 if dot.far else 2.6,
            f"{dot.place} {dot.row}: {plain(dot.exact)}"))
    out.append(Markup('<line class="median" x1="{0}" x2="{0}" y1="24" y2="60"/>').format(_n(x(q2))))
    return _closed(out)


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Three to five round numbers."""
    if logarithmic:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        every = max(1, math.ceil((last - first) / 4))
        return [10.0**power for power in range(first, last + 1, every)]
    span = high - low
    if span <= 0:
        return [low]
    step = 10.0 ** math.floor(math.log10(span))
    step = next(step * factor for factor in (0.2, 0.25, 0.5, 1, 2, 5) if span / (step * factor) <= 4.5)
    start = math.ceil(low / step - 1e-9)
    return [round(step * (start + at), 10) for at in range(math.floor(high / step + 1e-9) - start + 1)]


def bars(pairs: Sequence[tuple[str, int]], title: str, formatted: Callable[[int], str], marked: str = "") -> Markup:
    """Horizontal bars with their numbers; ``marked`` is one that stands out."""
    left, row, reach = 132, 24, 300.0
    most = max((count for _, count in pairs), default=1) or 1
    out = [_open((left + reach + 96, row * len(pairs) + 6), title, "bars")]
    for down, (name, count) in enumerate(pairs):
        y = 3 + row * down
        out.append(_text(left - 8, y + 16, short(name, 20), "label end"))
        out.append(Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>').format(
            "bar marked" if name == marked else "bar", left, y + 4, _n(max(reach * count / most, 1.5)), row - 8))
        out.append(_text(left + max(reach * count / most, 1.5) + 7, y + 16, formatted(count), "value"))
    return _closed(out)


def interval(rate: Rate, title: str, limit: float) -> Markup:
    """A rate with its interval on a line from 0 to ``limit``."""
    width, height = 180, 18
    found = rate.interval

    def x(value: float) -> float:
        return 4 + (width - 8) * min(max(value, 0.0) / limit, 1.0)

    out = [_open((width, height), title, "interval")]
    out.append(Markup('<line class="base" x1="4" x2="{}" y1="9" y2="9"/>').format(width - 4))
    if not math.isnan(found.rate):
        ends = (_n(x(found.low)), _n(x(found.high)))
        out.append(Markup('<line class="range" x1="{}" x2="{}" y1="9" y2="9"/>').format(*ends))
        out.append(Markup('<circle class="point" cx="{}" cy="9" r="4"/>').format(_n(x(found.rate))))
    return _closed(out)


def _open(size: tuple[float, float], title: str, kind: str) -> Markup:
    return Markup('<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img"><title>{}</title>').format(
        kind, _n(size[0]), _n(size[1]), _n(size[0]), _n(size[1]), title)


def _closed(parts: list[Markup]) -> Markup:
    return Markup("").join([*parts, Markup("</svg>")])


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, _n(x), _n(y), text)


def _n(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
