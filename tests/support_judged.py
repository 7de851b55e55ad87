"""A small finished run over reports written for the tests, for what is judged and reported about it."""

from __future__ import annotations

from pathlib import Path

from extractor.batch.run import execute
from extractor.library import Library, load_library
from extractor.review.data import Run
from extractor.review.store import Store

REPORTS = {
    "yunling-2022.txt": (
        "云岭县乡村振兴局2022年工作总结\n\n截至2022年底，全县共有监测对象312户845人，其中已消除风险208户563人。"
        "全县完成农村改厕1520户。一是加强领导。会议强调三保障要求。大家表示要再接再厉，确保工作取得实效。\n"
    ),
    "yunling-2023.txt": (
        "云岭县乡村振兴局2023年工作总结\n\n截至2023年底，全县共有监测对象298户802人，其中已消除风险231户620人。"
        "全县完成农村改厕1640户。脱贫人口人均纯收入16820元，同比增长11.5%。二是压实责任，确保帮扶政策落实。\n"
    ),
    "linchuanba-2023.txt": (
        "临川坝县乡村振兴局2023年工作总结\n\n截至2023年底，全县共有监测对象415户1120人。累计识别监测对象312845人。"
        "<script>alert(1)</script>全县发放小额信贷4385万元。下一步，2024年计划改厕2000户。工作仍有不足之处。\n"
    ),
}


def library() -> Library:
    return load_library()


def make_run(folder: Path, reports: dict[str, str] | None = None) -> Path:
    """A run folder over ``reports`` (name -> text), made by the program itself."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for name, text in (reports or REPORTS).items():
        (sources / name).write_text(text, encoding="utf-8")
    execute([str(sources)], folder / "run", library())
    return folder / "run"


def opened(folder: Path) -> tuple[Run, Store]:
    return Run(folder), Store.of(folder)


def figure(run: Run, quote: str) -> str:
    """Id of the figure with this quote."""
    rows = run.query("SELECT id FROM figures WHERE quote = ? ORDER BY id", [quote])
    assert rows, f"no figure {quote}"
    return str(rows[0]["id"])
