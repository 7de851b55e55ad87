"""Small corpora and runs as programs of their own, for tests of what a batch must survive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TEXT = """{place}{year}年乡村振兴工作总结
（发布日期：{year}-12-20）

一、总体情况
截至{year}年11月底，全县脱贫户{a}户、{b}人，监测对象{c}户{d}人。落实财政衔接资金{e}万元，同比增长{f}%。
二、下一步打算
{next}年计划新增务工就业{g}人，建设高标准农田{h}亩，资金支出进度达到{i}%以上。
"""

#: The program with its code hash pinned: other people may be editing the package while the tests run.
PROGRAM = (
    "import extractor.batch.stamp as stamp, extractor.batch.cluster as cluster, extractor.batch.planning as planning\n"
    "stamp.code_hash = cluster.code_hash = lambda: 'c' * 64\n"
    "planning.CHUNK = {chunk}\n"
    "from extractor.cli import main\n"
    "main()\n"
)


def report(number: int) -> str:
    """A report with numbers of its own: one of 20 places and 5 years, every so often with a damaged number."""
    year = 2019 + number % 5
    numbers = {key: 1000 + (number * 7919 + at * 104729) % 90000 for at, key in enumerate("abcdeghi")}
    place = f"云{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'东西'[number // 10 % 2]}县"
    text = TEXT.format(place=place, year=year, next=year + 1, f=f"{number % 29 + 1}.{number % 7}",
                       **{**numbers, "i": 50 + number % 49})
    return text.replace("监测对象", f"监测对象{number + 10}").replace("亩，", "/亩，") if number % 11 == 3 else text


def write_corpus(folder: Path, count: int, first: int = 0) -> Path:
    """``count`` reports in two folders."""
    for number in range(first, first + count):
        path = folder / ("a" if number % 3 else "b") / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report(number), encoding="utf-8", newline="")
    return folder


def command(*arguments: object, chunk: int = 4) -> list[str]:
    return [sys.executable, "-c", PROGRAM.format(chunk=chunk), *map(str, arguments)]


def program(*arguments: object, chunk: int = 4, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(command(*arguments, chunk=chunk), capture_output=True, encoding="utf-8", check=False,
                          env={**os.environ, **environment}, timeout=300)


def start(*arguments: object, chunk: int = 1, **options: Any) -> subprocess.Popen[str]:
    """Begin a run in a process group of its own."""
    return subprocess.Popen(command(*arguments, chunk=chunk), start_new_session=True, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, encoding="utf-8", **options)


def tables(run: Path) -> dict[str, bytes]:
    """All files of a run that must not depend on how it came about."""
    return {path.name: path.read_bytes() for path in sorted(run.iterdir())
            if path.is_file() and not path.name.startswith(".") and path.name != "log.json"}
