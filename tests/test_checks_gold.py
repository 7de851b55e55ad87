"""Damaged and contradictory figures of annotated reports: detection, repair, false alarms."""

from __future__ import annotations

from pathlib import Path

import pytest
from support_gold import load

from extractor import checks
from extractor.model import MALFORMED_CODES

ROOT = Path(__file__).resolve().parent.parent
CORPUS = [
    (path, ROOT / "corpus" / "gold" / f"{path.stem}.jsonl")
    for path in sorted((ROOT / "corpus").glob("*.txt"))
    if (ROOT / "corpus" / "gold" / f"{path.stem}.jsonl").exists()
]
SHARED = ROOT.parent / "shared"
SEEDS = [(path, SHARED / "gold" / f"{path.stem}.jsonl") for path in sorted((SHARED / "seeds").glob("*.txt"))]


def measure(pairs: list[tuple[Path, Path]]) -> dict[str, list[str]]:
    """What was missed and what was raised wrongly, by kind, and how much there was to find."""
    found: dict[str, list[str]] = {
        key: []
        for key in (
            "malformed",
            "not flagged",
            "repairable",
            "not repaired",
            "well-formed",
            "false alarm",
            "inconsistent",
            "not caught",
        )
    }
    for text_path, gold_path in pairs:
        document, view, figures, ledger, gold = load(text_path, gold_path)
        indicators = {
            (line["start"], part["unit"]): part.get("indicator")
            for line in gold
            if line.get("malformed")
            for part in line["malformed"]["repair"]
        }
        result = checks.run(
            document,
            view,
            figures,
            ledger,
            claim=lambda figure, known=indicators: known.get((figure.start, figure.unit)),
        )
        for line in gold:
            hits = [figure for figure in result.figures if figure.start < line["end"] and line["start"] < figure.end]
            codes = {flag.code for figure in hits for flag in figure.flags}
            name = f"{text_path.stem}: {line['quote']}"
            if line.get("malformed"):
                found["malformed"].append(name)
                if not codes:
                    found["not flagged"].append(name)
                want = {(float(part["value"]), part["unit"]) for part in line["malformed"]["repair"]}
                if want:
                    found["repairable"].append(name)
                    if not want <= {(float(part.value), part.unit) for figure in hits for part in figure.repair}:
                        found["not repaired"].append(name)
                continue
            found["well-formed"].append(name)
            if codes & MALFORMED_CODES:
                found["false alarm"].append(name)
            if line.get("inconsistent"):
                found["inconsistent"].append(name)
                if not codes:
                    found["not caught"].append(name)
    return found


def judge(found: dict[str, list[str]]) -> None:
    assert found["malformed"]
    assert len(found["not flagged"]) <= 0.05 * len(found["malformed"]), found["not flagged"]
    assert len(found["not repaired"]) <= 0.10 * len(found["repairable"]), found["not repaired"]
    assert len(found["false alarm"]) <= 0.005 * len(found["well-formed"]), found["false alarm"]
    assert len(found["not caught"]) <= 0.20 * len(found["inconsistent"]), found["not caught"]


def test_the_sample_corpus() -> None:
    judge(measure(CORPUS))


@pytest.mark.skipif(not SEEDS, reason="the annotated real reports are not here")
def test_the_annotated_real_reports() -> None:
    judge(measure(SEEDS))
