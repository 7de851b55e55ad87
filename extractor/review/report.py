"""`extractor report`: one HTML file that says what a run holds, how far to trust it, and how to cite it.

No script, no request to anywhere; whatever comes from documents is escaped by the template. The same run, decisions and
language give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.batch.manifest import LOG
from extractor.checks.catalogue import CATALOGUE
from extractor.review import report_charts as charts
from extractor.review import report_data as data
from extractor.review.apply import CORRECTED
from extractor.review.data import Run
from extractor.review.rates import Rates, outcomes, rates
from extractor.review.report_words import Words
from extractor.review.stats import Rate
from extractor.review.store import Store
from extractor.tables.records import plain

if TYPE_CHECKING:
    from extractor.library import Library

_TEMPLATES = Path(__file__).parent / "templates"
#: Rows of the table of error rates by indicator.
_GROUPS = 20


def report(run: Run, store: Store | None, library: Library, language: str) -> str:
    """The whole page. ``store`` is None where nothing was judged."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = Words(language)
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": _number, "decimal": _decimal, "percent": _percent}
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    values = {
        "words": words,
        "infinity": math.inf,
        "style": style,
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        "name": run.folder.resolve().name,
        "manifest": run.manifest,
        "finished": _finished(run),
        **_tables(run, library, words),
        **_review(run, store, library, words),
    }
    return environment.get_template("report.html").render(values)


def _finished(run: Run) -> str:
    try:
        log = json.loads((run.folder / LOG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(log.get("finished", "")).replace("T", " ")[:16] if isinstance(log, dict) else ""


# --- what the run holds ----------------------------------------------------------------------------------------------


def _tables(run: Run, library: Library, words: Words) -> dict[str, Any]:
    english = {} if words.chinese else data.labels(list(library.indicators.values()))
    found = data.documents(run)
    by_indicator, by_place = data.coverage_by_indicator(run, english), data.coverage_by_place(run)
    drawn = [(chart, english.get(chart.indicator, chart.label)) for chart in data.distributions(run)]
    dispositions = [(words.known("unexplained_word" if name == "unexplained" else name), count)
                    for name, count in found["disposition"]]
    return {
        "documents": found,
        "listed": {name: _listed(found[name], words) for name in ("status", "format")},
        "levels": _listed(found["level"], words, "l_"),
        "errors": data.errors(run),
        "set_aside": data.set_aside(run),
        "aside_listed": _listed(data.set_aside(run), words),
        "repaired": data.repaired(run),
        "dispositions": charts.bars(dispositions, words("accounted"), lambda count: f"{count:,}",
                                    words("unexplained_word")),
        "by_indicator": by_indicator,
        "by_place": by_place,
        "indicator_map": charts.heat_map(by_indicator, words("by_indicator"),
                                         lambda row, year, count: words("cell_places", row, year, count)),
        "place_map": charts.heat_map(by_place, words("by_place"),
                                     lambda row, year, count: words("cell_indicators", row, year, count)),
        "charts": [(chart, label, charts.strip(chart, f"{label}, {chart.unit}", words.chinese))
                   for chart, label in drawn],
        "outliers": _labelled(data.outliers(run), english),
        "changes": _labelled(data.changes(run), english),
        "limits": {"dots": data.MOST_DOTS, "fence": f"{data.FENCE:g}", "enough": data.ENOUGH},
        "flags": [{**flag, "title": _flag_title(flag["code"], words)} for flag in data.flags(run)],
        "unexplained": data.unexplained(run),
    }


def _listed(pairs: list[tuple[str, int]], words: Words, kind: str = "") -> str:
    named = [(words.known(name, kind) or "—", count) for name, count in pairs]
    return ("、" if words.chinese else ", ").join(f"{name} {count:,}" for name, count in named)


def _labelled(rows: list[dict[str, Any]], english: dict[str, str]) -> list[dict[str, Any]]:
    return [{**row, "label": english.get(row["indicator"], row["label"])} for row in rows]


def _flag_title(code: str, words: Words) -> str:
    entry = CATALOGUE.get(code)
    return "" if entry is None else entry.title if words.chinese else entry.title_en


# --- what a person found ---------------------------------------------------------------------------------------------


def _review(run: Run, store: Store | None, library: Library, words: Words) -> dict[str, Any]:
    labels = {entry.id: entry.label_zh if words.chinese else entry.label_en for entry in library.indicators.values()}
    samples = []
    for sample in store.samples() if store is not None else []:
        assert store is not None
        name = str(sample["name"])
        if any(result.state != "open" for _, result in outcomes(store, name)):
            samples.append(_sample(sample, rates(store, name), words, labels))
    return {"samples": samples, "corrections": _corrections(run), "sentence": _sentence(samples, words)}


def _sample(sample: dict[str, Any], found: Rates, words: Words, labels: dict[str, str]) -> dict[str, Any]:
    measures = [("m_number", found.numbers), ("m_any", found.figures), ("m_rejected", found.rejected),
                ("m_ledger", found.ledger), ("m_sentence", found.sentences)]
    limit = _limit([rate for _, rate in measures])
    nameless = words("no_indicator")
    groups = sorted(found.by_group.items(), key=lambda pair: (-pair[1].judged, pair[0]))[:_GROUPS]
    strata = list(found.by_stratum.items())[:_GROUPS] if len(found.by_stratum) > 1 else []
    return {
        "name": sample["name"], "method": words(sample["method"]), "seed": sample["seed"], "size": sample["items"],
        "states": found.states, "numbers": found.numbers, "limit": limit,
        "measures": [_measure(words(key), rate, limit) for key, rate in measures if rate.judged],
        "groups": [_measure(labels.get(name, name) or nameless, rate, 1.0) for name, rate in groups],
        "strata": [_measure(words.known(name, "s_") or words("other"), rate, 1.0) for name, rate in strata],
        "fields": _listed(found.fields.most_common(), words, "f_"),
        "recall": found.recall, "agreement": found.agreement,
    }


def _measure(name: str, rate: Rate, limit: float) -> dict[str, Any]:
    return {"name": name, "rate": rate, "picture": charts.interval(rate, name, limit)}


def _limit(found: list[Rate]) -> float:
    """End of the axis that all intervals of a table share."""
    most = max((rate.interval.high for rate in found if rate.judged), default=1.0)
    return next((step for step in (0.05, 0.1, 0.2, 0.5) if most <= step), 1.0)


def _sentence(samples: list[dict[str, Any]], words: Words) -> str:
    """The error rate for the paragraph to cite: of the largest sample."""
    judged = [sample for sample in samples if sample["numbers"].judged]
    if not judged:
        return words("method_unchecked")
    best = max(judged, key=lambda sample: sample["numbers"].judged)
    rate = best["numbers"]
    ends = [_percent(value) for value in (rate.interval.rate, rate.interval.low, rate.interval.high)]
    return words("method_rate", rate.judged, best["method"], *ends)


def _corrections(run: Run) -> dict[str, Any] | None:
    """What `extractor review apply` wrote, and whether it belongs to this run."""
    try:
        applied = json.loads((run.folder / CORRECTED / "applied.json").read_text(encoding="utf-8"))
        return {"count": sum(applied["verdicts"].values()), "current": applied["run"] == run.identity}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


# --- numbers as text -------------------------------------------------------------------------------------------------


def _number(value: int) -> str:
    return f"{value:,}"


def _decimal(value: Decimal) -> str:
    """Digits with separators, exactly as many as there are."""
    whole, _, rest = plain(value).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "") if whole not in ("", "-", "-0") else plain(value)


def _percent(value: float) -> str:
    """A share as percent, with a decimal more where it is small.

    >>> _percent(0.0345), _percent(0.5), _percent(float("nan"))
    ('3.45%', '50.0%', '—')
    """
    if math.isnan(value):
        return "—"
    return f"{100 * value:.2f}%" if 0 < value < 0.1 else f"{100 * value:.1f}%"
