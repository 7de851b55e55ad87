"""One document that takes too long, too much or kills its process is an error row and costs no other document."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support_batch import write_corpus

from extractor.batch import local, planning
from extractor.batch.encode import Limits
from extractor.batch.planning import Options
from extractor.batch.run import Job, Outcome, run
from extractor.batch.watch import Watcher
from extractor.errors import ExtractorError
from extractor.library import load_library

#: A child in which the names of documents say what happens to them, and joining tables takes more than a document may.
POISON = """
import os, time
from extractor.batch import child, work
process = work.process
def poisoned(source, document, library):
    if "sleep" in source.name:
        time.sleep(600)
    if "stuck" in source.name:
        while not time.sleep(0): pass
    if "eat" in source.name:
        hoard = []
        while True:
            hoard.append(bytearray(10_000_000))
    if "die" in source.name:
        os._exit(9)
    if "once" in source.name and not os.path.exists(source.path + ".gone"):
        open(source.path + ".gone", "w").close()
        os.kill(os.getpid(), 9)
    return process(source, document, library)
work.process = poisoned
from extractor.batch import joining
join = joining.JoinTask.run
def large(task, *arguments):
    assert bytearray(400 << 20)
    return join(task, *arguments)
joining.JoinTask.run = large
child.main()
"""


def execute(folder: Path, output: Path, limits: Limits, workers: int = 2) -> Outcome:
    job = Job([str(folder)], str(output), workers, options=Options(limits=limits))
    return run(job, load_library(), Watcher())


def documents(output: Path) -> dict[str, dict[str, object]]:
    rows = pq.read_table(output / "documents.parquet").to_pylist()
    return {Path(row["source"]).stem: row for row in rows}


@pytest.fixture(autouse=True)
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_PROGRAM", POISON)
    monkeypatch.setattr(planning, "CHUNK", 5)


def test_each_bad_document_is_a_row_with_its_reason(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 9)
    text = (corpus / "a" / "00001.txt").read_text(encoding="utf-8")
    for number, name in enumerate(("sleep", "stuck", "eat", "die", "once")):
        (corpus / "a" / f"00002-{name}.txt").write_text(text.replace("脱贫户", f"脱贫户{number}"), encoding="utf-8")
    outcome = execute(corpus, tmp_path / "run", Limits(seconds=3.0, memory=300 << 20))
    assert outcome.summary.documents == {"ok": 10, "error": 4}
    found = documents(tmp_path / "run")
    codes = {name: row["error_code"] for name, row in found.items() if row["status"] == "error"}
    assert codes == {"00002-sleep": "time", "00002-stuck": "time", "00002-eat": "memory", "00002-die": "crashed"}
    assert found["00002-once"]["status"] == "ok"
    assert "longer than 3 seconds" in str(found["00002-sleep"]["error_reason"])


def test_what_was_too_long_is_tried_again_only_with_more_time(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 2)
    (corpus / "a" / "sleep.txt").write_text("截至2023年底，脱贫户12户。", encoding="utf-8")
    assert execute(corpus, tmp_path / "run", Limits(seconds=0.8)).done == 3
    assert execute(corpus, tmp_path / "run", Limits(seconds=0.8)).done == 0
    assert execute(corpus, tmp_path / "run", Limits(seconds=1.2)).done == 1


def test_a_program_that_cannot_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_PROGRAM", "raise SystemExit(3)")
    with pytest.raises(ExtractorError, match="die before they can work"):
        execute(write_corpus(tmp_path / "reports", 1), tmp_path / "run", Limits())
