"""The same measures on the compiled rooms (``make compiled``), in a process of its own that imports them.

Sources and machine code of one module cannot both be loaded, and what stands in the working folder is imported first;
so the process gets the compiled package by PYTHONPATH and this folder last.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import formats, generate, texts, timing
from benchmarks.formats import FormatSpeed
from benchmarks.texts import TextSpeed

ROOT = Path(__file__).resolve().parent.parent
#: What ``make compiled`` leaves.
PACKAGE = ROOT / ".compiled"
_PROGRAM = f"import sys; sys.path.append({str(ROOT)!r}); from benchmarks.compiled import main; main()"


@dataclass(frozen=True, slots=True)
class Speeds:
    """What was measured on one build of the package."""

    texts: list[TextSpeed]
    formats: dict[str, FormatSpeed]


def sets(reports: Path | None) -> list[tuple[str, list[list[str]]]]:
    """The sets of texts, each in rounds; the first is what the goals are judged by."""
    found = [("generated reports", texts.generated()), ("sample corpus", [texts.sample_corpus(generate.CORPUS)])]
    if reports:
        found.append((f"other reports ({reports.name})", [texts.sample_corpus(reports)]))
    return found


def speeds(seconds: float, reports: Path | None, *, stages: bool) -> Speeds:
    """Texts and HTML pages on the build that this process has imported."""
    return Speeds(
        texts=[texts.measure(name, rounds, seconds, stages=stages) for name, rounds in sets(reports)],
        formats={"HTML, generated reports": formats.html(texts.ROUND, seconds),
                 "HTML, sample corpus": formats.html_samples(seconds / 2)})


def measure(seconds: float, reports: Path | None) -> Speeds | None:
    """The same on the compiled build; None where there is none."""
    if not (PACKAGE / ".ready").exists():
        return None
    call = [sys.executable, "-P", "-c", _PROGRAM, "--seconds", str(seconds)]
    call += ["--reports", str(reports.resolve())] if reports else []
    done = subprocess.run(call, env={**os.environ, "PYTHONPATH": str(PACKAGE)}, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    return Speeds(texts=[TextSpeed(**text) for text in found["texts"]],
                  formats={name: FormatSpeed(**speed) for name, speed in found["formats"].items()})


def main() -> None:
    """The program of that process: prints its measures as JSON."""
    from extractor import pipeline

    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--reports", type=Path)
    options = parser.parse_args()
    if Path(str(pipeline.__file__)).suffix == ".py":
        raise SystemExit(f"error: {pipeline.__file__} is not compiled")
    timing.one_core()
    print(json.dumps(dataclasses.asdict(speeds(options.seconds, options.reports, stages=False))))
