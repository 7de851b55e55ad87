"""Characters per second of the whole extraction beside jieba.cut alone over the same text, and the share of each stage.

One process, one core. Run with ``make bench``; every figure in the documentation comes from here.

    python benchmarks/speed.py [--corpus DIR] [--seconds S] [--json FILE]
"""

from __future__ import annotations

import argparse
import cProfile
import json
import logging
import os
import pstats
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: Stage -> what its functions are called by the trunk (file suffix, function); see extractor/pipeline.py.
STAGES = {
    "fold": ("reading/fold.py", "fold"),
    "furniture": ("reading/furniture.py", "label"),
    "layout": ("reading/layout.py", "read_layout"),
    "scan": ("numbers/scan.py", "scan"),
    "tables in text": ("reading/tables.py", "grids"),
    "context and indicators": ("context/engine.py", "read"),
    "context, set-up": ("context/engine.py", "__init__"),
    "checks and repairs": ("checks/stage.py", "run"),
}


def texts(folder: Path) -> list[str]:
    """The plain-text reports of a folder."""
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]


def best(action: Callable[[], object], seconds: float) -> float:
    """Shortest CPU time of the action over several rounds: what the machine can do, not what else it was doing."""
    fastest = float("inf")
    until = time.monotonic() + seconds
    rounds = 0
    while rounds < 3 or time.monotonic() < until:
        began = time.process_time()
        action()
        fastest = min(fastest, time.process_time() - began)
        rounds += 1
    return fastest


def each(function: Callable[[str], object], documents: Iterable[str]) -> Callable[[], None]:
    def action() -> None:
        for text in documents:
            function(text)

    return action


def stages(extract: Callable[[str], object], documents: list[str]) -> dict[str, float]:
    """Share of each stage in the time of the trunk, from one profiled round."""
    profile = cProfile.Profile()
    profile.runcall(each(extract, documents))
    stats = pstats.Stats(profile)
    found: dict[str, float] = dict.fromkeys(STAGES, 0.0)
    total = 0.0
    for (file, _, name), (*_, cumulative, _callers) in stats.stats.items():  # type: ignore[attr-defined]
        if file.endswith("extractor/pipeline.py") and name == "extract":
            total = cumulative
        for stage, (suffix, function) in STAGES.items():
            if file.endswith("extractor/" + suffix) and name == function:
                found[stage] += cumulative
    found["the rest"] = max(0.0, total - sum(found.values()))
    return {stage: seconds / total for stage, seconds in found.items()} if total else found


def startup() -> float:
    """CPU seconds of ``extractor --help`` in a fresh process, the best of five."""
    program = "import sys; sys.argv = ['extractor', '--help']; from extractor.cli import main; main()"
    command = [sys.executable, "-c", program]
    fastest = float("inf")
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        fastest = min(fastest, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return fastest


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the whole extraction beside jieba.cut alone.")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="folder of plain-text reports")
    parser.add_argument("--seconds", type=float, default=4.0, help="time for each of the two measurements")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    documents = texts(options.corpus)
    if not documents:
        parser.error(f"{options.corpus} holds no .txt file")
    characters = sum(map(len, documents))

    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    from extractor.library import load_library
    from extractor.pipeline import extract

    began = time.process_time()
    library = load_library()
    figures = sum(len(extract(text, library).figures) for text in documents)
    first = time.process_time() - began

    ours = best(each(lambda text: extract(text, library), documents), options.seconds)
    theirs = best(each(lambda text: list(jieba.cut(text)), documents), options.seconds)
    shares = stages(lambda text: extract(text, library), documents)
    report = {
        "documents": len(documents), "characters": characters, "figures": figures,
        "extractor_characters_per_second": round(characters / ours),
        "jieba_characters_per_second": round(characters / theirs),
        "ratio": round(theirs / ours, 3), "characters_per_figure": round(characters / figures, 1),
        "microseconds_per_figure": round(ours / figures * 1e6, 1),
        "library_and_first_pass_seconds": round(first, 3),
        "help_cpu_seconds": round(startup(), 3),
        "stages": {stage: round(share, 3) for stage, share in shares.items()},
    }
    show(report, shares)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def show(report: dict[str, object], shares: dict[str, float]) -> None:
    print(f"{report['documents']} documents, {report['characters']} characters, {report['figures']} figures "
          f"({report['characters_per_figure']} characters a figure); one core")
    print(f"  whole extraction   {report['extractor_characters_per_second']:>10,} characters/s, "
          f"{report['microseconds_per_figure']} microseconds a figure")
    print(f"  jieba.cut alone    {report['jieba_characters_per_second']:>10,} characters/s")
    print(f"  ratio              {report['ratio']:>10} (1 = as fast as jieba.cut alone, more is faster)")
    print(f"  library and first pass {report['library_and_first_pass_seconds']} s, "
          f"extractor --help {report['help_cpu_seconds']} s of CPU")
    print("  share of each stage (profiled, which makes many small calls look dearer):")
    for stage, share in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"    {stage:<24}{share:>6.1%}")


if __name__ == "__main__":
    main()
