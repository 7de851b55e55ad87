"""A small run with hostile texts in it, and a review server as a user starts it: in a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

SCRIPT = "<script>window.attacked = 1</script>"
#: Reports of invented places. The second one tries to be markup wherever it can: name, title and text.
REPORTS = {
    "云岭县.txt": (
        "云岭县2023年乡村振兴工作总结\n\n一、主要成效\n"
        "截至2023年底，全县脱贫户3909户、11872人，脱贫人口人均纯收入18638元，同比增长17.2%。"
        "累计识别监测对象228559人，其中已消除风险159户412人。\n"
        "全年投入衔接资金9268万元，其中中央资金4385万元、省级资金2910万元、市级资金863万元、县级资金1110万元。\n"
        "干部群众团结一心，乡村面貌焕然一新。城乡居民医保参保缴费标准为每人每年380元。\n"
        "二、下一步计划\n2024年计划新增就业1200人，改造危房74户，农村自来水普及率达到96.7%。\n"
    ),
    "<img src=x onerror=alert(1)>.txt": (
        f"白石镇2022年工作总结{SCRIPT}\n\n全镇上下齐心协力，各项工作稳步推进。\n"
        f"</script><script>window.attacked = 2</script>全镇脱贫户612户、1874人，<b>粮食</b>产量39.2万吨。\n"
        "{{ config.items() }} ${7*7} <!-- --> ]]> \"><svg onload=\"window.attacked=3\">"
        "投入资金85.5万元，新建公路12.4公里。\n"
        "<iframe src=\"javascript:alert(1)\"></iframe>发放补助1203户，涉及资金61.3万元。\n"
    ),
    "石桥坪镇.txt": (
        "石桥坪镇2022年工作总结\n\n全镇辖11个行政村，总人口14280人，粮食产量20300吨，脱贫户408户、1320人。"
        "发放小额信贷126户、630万元。建成高标准农田3200亩，硬化道路18.6公里。\n"
        "开展技能培训5期312人次，公益性岗位安置脱贫劳动力96人。全镇农村居民人均可支配收入16240元，增长7.5%。\n"
    ),
}


def make_run(folder: Path) -> Path:
    """A finished run over :data:`REPORTS`."""
    sources = folder / "reports"
    sources.mkdir()
    for name, text in REPORTS.items():
        (sources / name).write_text(text, encoding="utf-8", newline="")
    extractor("run", sources, "--output", folder / "run", "--workers", "1")
    return folder / "run"


def extractor(*arguments: object) -> str:
    """What the program prints; it must succeed."""
    done = subprocess.run(_command(*arguments), capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from extractor.cli import main; main()", *map(str, arguments)]


class Server:
    """A running `extractor review`."""

    def __init__(self, run: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            _command("review", run, "--no-browser", "--reviewer", "张三", *options), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", start_new_session=True,
        )
        watch = threading.Timer(60, self.kill)  # a server that says nothing must not hang the tests
        watch.start()
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/", line)
            if found:
                break
        else:
            raise AssertionError("".join(lines))
        watch.cancel()
        self.address, self.port, self.token = found[0], int(found[1]), found[2]
        self.origin = f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextlib.contextmanager
def serving(run: Path, *options: str) -> Iterator[Server]:
    server = Server(run, *options)
    try:
        yield server
    finally:
        server.kill()
