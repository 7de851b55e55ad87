"""Made-up figures and a small library, for tests of what comes after the extraction."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.batch.run import Outcome, execute
from extractor.batch.work import Result
from extractor.library import Indicator
from extractor.model import Document, Extraction, Figure, Flag, LedgerEntry, Observation, Repair
from extractor.numbers.units import Units, load_units
from extractor.tables.observations import observe
from extractor.tables.panel import Settled, candidate_rows, panel_table, settle_candidates
from extractor.tables.records import document_row, figure_row, flag_rows, ledger_row
from extractor.tables.schema import Table
from extractor.tables.texts import text_row

UNITS = Path(__file__).parent.parent / "patterns" / "units.yaml"


class FakeLibrary:
    """Four indicators and the packaged units: all that the tables ask of a library."""

    def __init__(self) -> None:
        entries = [
            ("monitoring.households", "户", "stock"), ("funds.total.amount", "元", "flow"),
            ("macro.gdp.growth", "%", "growth"), ("assistance.urban.standard", "元/月", "standard"),
        ]
        self.indicators = {
            i: Indicator(i, i.split(".")[0], f"指标{n}", f"Indicator {n}", unit, kind, "Made up")
            for n, (i, unit, kind) in enumerate(entries, 1)
        }
        self.units: Units = load_units(UNITS)

    directory = None
    hash = "f" * 64

    def compiled(self, build: Any) -> Any:
        return build(self)

    def indicator(self, identity: str) -> Indicator:
        return self.indicators[identity]


def figure(**changes: Any) -> Figure:
    """A plain figure of a made-up county, with changes."""
    values: dict[str, Any] = {
        "doc": "a-1", "id": "a-1-001", "start": 4, "end": 9, "quote": "8273户", "value": Decimal(8273),
        "value_max": None, "unit": "户", "modifier": "none", "role": "level", "status": "actual", "direction": None,
        "subject": "监测对象户数", "indicator": "monitoring.households", "period": "2023", "region": "云岭县",
        "region_code": None, "sentence": (0, 9),
    }
    return Figure(**{**values, **changes})


def flag(code: str = "glued", blocking: bool = True) -> Flag:
    return Flag(
        code, "error" if blocking else "warning", "两个数连在一起", "two numbers run together", "228/559",
        members=("a-1-001",), rivals=("2285/59: more than 8 persons",), blocking=blocking,
    )


def repair(value: int, unit: str = "户", indicator: str | None = "monitoring.households") -> Repair:
    return Repair(Decimal(value), unit, "监测对象户数", indicator, "persons_per_household")


def extraction(*figures: Figure, text: str = "监测对象8273户。", ledger: tuple[LedgerEntry, ...] = ()) -> Extraction:
    document = Document("a-1", text, "a.txt", title="云岭县总结", sha256="0" * 64)
    entries = ledger or tuple(LedgerEntry(f.doc, f.start, f.end, f.quote, "figure", "", f.id, f.flags) for f in figures)
    return Extraction(document, figures, entries, "云岭县", None, "2023")


def observation(**changes: Any) -> Observation:
    values: dict[str, Any] = {
        "doc": "a-1", "figure": "a-1-001", "place_id": "云岭县", "place": "云岭县", "place_code": "", "level": "county",
        "period": "2023", "period_kind": "year", "indicator": "monitoring.households", "value": Decimal(8273),
        "value_max": None, "unit": "户", "modifier": "none", "status": "actual", "quote": "8273户",
    }
    return Observation(**{**values, **changes})



def compare(observations: Iterable[Observation], library: Any) -> tuple[Settled, Table]:
    """The comparable rows of some observations, and the panel's definition."""
    observations = list(observations)
    spans = {item.figure: (0, len(item.quote)) for item in observations}
    rows = candidate_rows(observations, spans, library)
    panel, keys = panel_table({(str(row[13]), str(row[2])) for row in rows}, library)
    return settle_candidates(rows, keys), panel


def result(found: Extraction, library: Any, source: str = "a.txt") -> Result:
    """What a worker sends back for an extraction."""
    observations, aside = observe(found, library)
    document = found.document
    spans = {f.id: (f.start, f.end) for f in found.figures}
    return Result(
        source, document.sha256, document_row(found, source), [figure_row(document, f) for f in found.figures],
        list(flag_rows(found)), [ledger_row(entry) for entry in found.ledger],
        candidate_rows(observations, spans, library), aside, text_row(document),
    )


def run_folder(folder: Path, monkeypatch: Any, *results: Result, library: Any = None) -> Outcome:
    """A finished run over made-up results: everything of a run except reading documents."""
    given = list(results)
    source = folder.parent / "sources"
    source.mkdir(exist_ok=True)
    for number in range(len(given)):
        (source / f"{number}.txt").write_text("x", encoding="utf-8")
    waiting = iter(given)
    monkeypatch.setattr("extractor.batch.work.load", lambda sources: iter(sources))
    monkeypatch.setattr("extractor.batch.work.process", lambda *arguments: next(waiting))
    return execute([str(source)], folder, library or FakeLibrary())
