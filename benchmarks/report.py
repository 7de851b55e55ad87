"""What ``make bench`` found, as Markdown tables, as goals met or missed, and as a plot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compiled import Speeds
from benchmarks.formats import FormatSpeed
from benchmarks.peers import GROUPS, PeerSpeed, together
from benchmarks.texts import TextSpeed

#: Between these lines docs/speed.md and docs/scaling.md belong to the benchmarks.
BEGIN, END = "<!-- make bench writes from here -->", "<!-- make bench writes up to here -->"
RECOGNIZERS, JIONLP = GROUPS
_PEERS = """\
**Peers**, part by part, characters per second, sentence by sentence. A group's rate is that of all its parts over the
same text."""
_TEXTS = """\
**Text**, in characters per second (ratios above 1: we are faster). *Unseen*: no sentence is remembered.
*Compiled*: by the rooms that `make compiled` translates to machine code."""
_FORMATS = """\
**Formats**, CPU milliseconds a document. Alone: `BeautifulSoup(page, "lxml").get_text()`; pdfplumber's `chars`,
`extract_text()` and `find_tables()` of every page."""
_BLUE, _GREY = "#2b6cb0", "#a0aec0"


@dataclass(frozen=True, slots=True)
class Result:
    """All measures of one run. Rates are characters per second, times CPU milliseconds a document or CPU seconds."""

    machine: str
    texts: list[TextSpeed]
    peers: dict[str, dict[str, PeerSpeed | str]]
    formats: dict[str, FormatSpeed]
    startup: dict[str, float]
    compiled: Speeds | None = None

    @property
    def best(self) -> Speeds:
        """What the goals are judged by: the compiled rooms, where they were measured."""
        return self.compiled or Speeds(self.texts, self.formats)

    @property
    def rows(self) -> list[tuple[TextSpeed, str]]:
        """All measures of texts, with what is added to their names."""
        compiled = [(speed, ", compiled") for speed in self.compiled.texts] if self.compiled else []
        return [*((speed, "") for speed in self.texts), *compiled]

    @property
    def format_rows(self) -> dict[str, FormatSpeed]:
        compiled = self.compiled.formats if self.compiled else {}
        return {**self.formats, **{f"{name}, compiled": speed for name, speed in compiled.items()}}


def goals(result: Result) -> dict[str, bool]:
    """Each goal of the project on speed, and whether this run meets it. The generated reports decide, and the compiled
    rooms where they were measured."""
    ordinary = result.best.texts[0]
    found = {"text: at least 2 x jieba.cut alone": ordinary.ratio >= 2}
    measured = result.peers.get(ordinary.name, {})
    for group, factor in ((RECOGNIZERS, 25), (JIONLP, 3)):
        rate = together(measured, group)
        if rate is not None:
            found[f"text: at least {factor} x {group}"] = ordinary.unseen >= factor * rate
    for name, speed in {**result.formats, **result.best.formats}.items():
        if ordinary.name not in name:
            continue  # the pages of the sample corpus are as dense with figures as its texts; they are for information
        found[f"{name}: at most 25 % over the library alone"] = speed.whole_overhead <= 0.25
    return found


def table(result: Result) -> str:
    """The Markdown of docs/speed.md between its two marks."""
    parts = [
        f"{result.machine}, one core, CPU time, median over rounds in which the alternatives take turns.",
        _TEXTS,
        grid(("text", "documents", "characters a figure", "whole extraction, unseen", "the same texts again",
               "`jieba.cut` alone", "ratio to jieba", "ratio, again", *(f"ratio to {group}" for group in GROUPS)),
              [_text_row(speed, added, result.peers.get(speed.name, {})) for speed, added in result.rows]),
    ]
    if result.peers:
        names = list(result.peers)
        labels = dict.fromkeys(label for measured in result.peers.values() for label in measured)
        rows = [
            *((label, *(_part(result.peers[name].get(label)) for name in names)) for label in labels),
            *((f"**{group}**", *(_rate(together(result.peers[name], group)) for name in names)) for group in GROUPS),
        ]
        parts += [_PEERS, grid(("part", *names), rows)]
    stages = list(result.texts[0].stages)
    parts += [
        "**Stages**, share of the extraction's time.",
        grid(("stage", *(speed.name for speed in result.texts)),
              [(stage, *(f"{speed.stages[stage]:.1%}" for speed in result.texts)) for stage in stages]),
        _FORMATS,
        grid(("format", "documents", "pages", "kB a document", "library alone", "we read", "we read and extract",
               "overhead of reading", "overhead of all"),
              [(name, speed.documents, speed.pages, f"{speed.kilobytes:.1f}", f"{speed.library:.1f}",
                f"{speed.reading:.1f}", f"{speed.whole:.1f}", f"{speed.reading_overhead:+.0%}",
                f"{speed.whole_overhead:+.0%}") for name, speed in result.format_rows.items()]),
        "**Start**: " + ", ".join(f"{name} {seconds:.2f} s of CPU" for name, seconds in result.startup.items()) + ".",
        "\n".join(f"- {'met' if met else '**missed**'}: {goal}" for goal, met in goals(result).items()),
    ]
    return "\n\n".join(parts)


def _text_row(speed: TextSpeed, added: str, measured: dict[str, PeerSpeed | str]) -> Sequence[object]:
    rates = [together(measured, group) for group in GROUPS]
    return (f"{speed.name}{added}", speed.documents, f"{speed.density:.0f}", _rate(speed.unseen), _rate(speed.again),
            _rate(speed.jieba), f"{speed.ratio:.2f}", f"{speed.ratio_again:.2f}",
            *("" if rate is None else f"{speed.unseen / rate:.1f}" for rate in rates))


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{round(rate, -3 if rate >= 100_000 else -2):,.0f}"


def _part(measured: PeerSpeed | str | None) -> str:
    if isinstance(measured, PeerSpeed):
        return _rate(measured.rate) + (f" ({measured.failed} sentences failed)" if measured.failed else "")
    return measured or ""


def grid(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def between_marks(page: Path, content: str) -> None:
    """Renew the part of a page between the two marks. Raises ``ValueError`` where they are missing."""
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if pattern.search(text) is None:
        raise ValueError(f"{page} has no part for the benchmark: {BEGIN} ... {END}")
    page.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{content}\n\n{END}", text), encoding="utf-8")


def plot(result: Result, path: Path) -> None:
    """Rates of all alternatives, shares of the stages, times of the formats, in one picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    ordinary = result.texts[0]
    rates = {"extractor, whole extraction": ordinary.unseen, "jieba.cut alone": ordinary.jieba}
    if result.compiled:
        rates = {"extractor, compiled": result.compiled.texts[0].unseen, **rates}
    for group in (JIONLP, RECOGNIZERS):
        rate = together(result.peers.get(ordinary.name, {}), group)
        if rate is not None:
            rates[group] = rate
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(15, 4.2), width_ratios=(5, 4, 5))
    names = list(rates)[::-1]
    colours = [_BLUE if name.startswith("extractor") else _GREY for name in names]
    bars = left.barh(names, [rates[name] for name in names], color=colours)
    left.bar_label(bars, labels=[f"{rates[name]:,.0f}" for name in names], padding=3)
    left.set(xscale="log", xlim=(1e3, max(rates.values()) * 6), title="Text: characters per second, one core (log)")
    shares = dict(sorted(ordinary.stages.items(), key=lambda item: item[1]))
    bars = middle.barh(list(shares), list(shares.values()), color=_BLUE)
    middle.bar_label(bars, labels=[f"{share:.0%}" for share in shares.values()], padding=3)
    middle.set(xlim=(0, max(shares.values()) * 1.2), xticks=[], title="Share of each stage")
    places = range(len(result.format_rows))
    speeds = list(result.format_rows.values())
    for shift, label, values, colour in (
        (0.27, "library alone", [1.0] * len(speeds), _GREY),
        (0.0, "we read", [1 + speed.reading_overhead for speed in speeds], "#63b3ed"),
        (-0.27, "we read and extract", [1 + speed.whole_overhead for speed in speeds], _BLUE),
    ):
        bars = right.barh([place + shift for place in places], values, height=0.25, label=label, color=colour)
        right.bar_label(bars, fmt="%.2f", padding=3)
    right.set(yticks=list(places), yticklabels=list(result.format_rows), title="Formats: time, library alone = 1")
    right.axvline(1.25, color="#c53030", linestyle="--", linewidth=1)
    right.margins(x=0.15)
    right.legend(loc="upper center", bbox_to_anchor=(0.4, -0.08), ncols=3, fontsize=8, frameon=False)
    for axes in (left, middle, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None}, bbox_inches="tight")
    pyplot.close(figure)
