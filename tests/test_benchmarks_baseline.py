"""The pinned results: written as text, restored as a run that `extractor diff` takes, and what differs is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import baseline
from extractor.batch.diff import compare
from extractor.cli import main


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "a.txt").write_text("云岭县2023年工作总结\n全县脱贫户8214户、26753人，增长14.3%。\n", encoding="utf-8")
    text = "白石镇2023年工作总结\n全镇低保对象228559人。监测对象31户、102人。\n"
    (folder / "b.txt").write_text(text, encoding="utf-8")
    output = tmp_path_factory.mktemp("run") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["extractor", "run", str(folder), "--output", str(output), "--workers", "1"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    return output


def test_a_restored_baseline_says_the_same(finished: Path, tmp_path: Path) -> None:
    pinned = tmp_path / "baseline.jsonl"
    pinned.write_text("\n".join(baseline.lines(finished)) + "\n", encoding="utf-8")
    baseline.restore(pinned, finished, tmp_path / "before")
    found = compare(tmp_path / "before", finished)
    assert found.same
    assert found.unchanged >= 5


def test_a_changed_line_is_told(finished: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in baseline.lines(finished)]
    at = {name: index for index, name in enumerate(("table", *baseline.COLUMNS["figures"]))}
    figures = [line for line in lines if line[0] == "figures"]
    figures[0][at["unit"]] = "只"
    lines.remove(figures[1])
    pinned = tmp_path / "baseline.jsonl"
    pinned.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    baseline.restore(pinned, finished, tmp_path / "before")
    found = compare(tmp_path / "before", finished)
    assert found.figures == (1, 0, 1)
    assert found.fields == {"unit": 1}


def test_the_pinned_results_are_those_of_the_sample_corpus() -> None:
    read = [json.loads(line) for line in baseline.BASELINE.read_text(encoding="utf-8").splitlines()]
    sources = [line[1] for line in read if line[0] == "documents"]
    assert len(sources) == len({*sources}) >= 43
    assert all((baseline.ROOT / source.partition("!")[0]).is_file() for source in sources)
    assert sum(line[0] == "figures" for line in read) > 1000
