"""Speed beside the peers, in one run with ratios: ``make bench``. Every figure of docs/speed.md comes from here.

    python -m benchmarks.speed [--seconds S] [--peer-seconds S] [--reports DIR] [--no-peers] [--write] [--json FILE]

One process on one core, CPU time, alternatives in turns. Measured are the whole extraction of plain text beside
``jieba.cut`` alone, Recognizers-Text and JioNLP; the share of each stage; HTML and PDF beside BeautifulSoup and
pdfplumber alone; and what a call costs before it begins (``extractor --help``, loading the library). Texts and HTML are
measured a second time on the compiled rooms where ``make compiled`` has made them.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks import compiled, formats, peers, report, timing

ROOT = Path(__file__).resolve().parent.parent


def startup() -> dict[str, float]:
    """CPU seconds, the best of five fresh processes each: ``extractor --help``; library and one short text."""
    programs = {
        "help": "import sys; sys.argv = ['extractor', '--help']; from extractor.cli import main; main()",
        "library and a first text": "import extractor; extractor.extract('全县脱贫户8214户、26753人。')",
    }
    found = {}
    for name, program in programs.items():
        taken = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        found[name] = min(taken)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of the extraction beside its peers.")
    parser.add_argument("--seconds", type=float, default=8.0, help="time for each set of texts and each format")
    parser.add_argument("--peer-seconds", type=float, default=6.0, help="CPU time for each part of a peer")
    parser.add_argument("--reports", type=Path, help="a folder of your own reports (.txt), measured as a third set")
    parser.add_argument("--no-peers", action="store_true", help="without Recognizers-Text and JioNLP (no installation)")
    parser.add_argument("--write", action="store_true", help="write table and plot into docs/")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    timing.one_core()

    pure = compiled.speeds(options.seconds, options.reports, stages=True)
    result = report.Result(
        machine=f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        texts=pure.texts,
        peers={} if options.no_peers else {
            name: peers.measure(rounds[0], options.peer_seconds) for name, rounds in compiled.sets(None)},
        formats={**pure.formats, "PDF, generated reports": formats.pdf(6, options.seconds * 2)},
        compiled=compiled.measure(options.seconds, options.reports),
        startup=startup())
    print(report.table(result))
    if options.json:
        options.json.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    if options.write:
        report.between_marks(ROOT / "docs" / "speed.md", report.table(result))
        report.plot(result, ROOT / "docs" / "img" / "speed.png")
    missed = [goal for goal, met in report.goals(result).items() if not met]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
