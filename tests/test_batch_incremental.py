"""Only what is new, changed or touched by changed patterns is done; the tables are those of a run from nothing."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support_batch import program, report, tables, write_corpus

from extractor.batch import planning, stamp
from extractor.batch.index import Index
from extractor.batch.planning import Options
from extractor.batch.run import Job, Outcome, dry_run
from extractor.batch.run import run as execute
from extractor.batch.sources import Source
from extractor.batch.store import Folder
from extractor.batch.watch import Watcher
from extractor.library import Library, load_library

LIBRARY = load_library()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "CHUNK", 3)
    monkeypatch.setattr(stamp, "code_hash", lambda: "c" * 64)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Ten reports that were written a while ago."""
    folder = write_corpus(tmp_path / "reports", 10)
    _age(folder)
    return folder


def _age(folder: Path, seconds: float = 100.0) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - seconds,) * 2)


def run(corpus: Path, output: Path, library: Library = LIBRARY, **options: object) -> Outcome:
    return execute(Job([str(corpus)], str(output), options=Options(**options)), library, Watcher())  # type: ignore[arg-type]


def same_as_from_nothing(corpus: Path, output: Path, library: Library = LIBRARY) -> bool:
    fresh = output.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    run(corpus, fresh, library)
    return tables(output) == tables(fresh)


def test_an_unchanged_corpus_is_only_looked_at(corpus: Path, tmp_path: Path) -> None:
    assert run(corpus, tmp_path / "run").done == 10
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir() if path.name[0] != "."}
    again = run(corpus, tmp_path / "run")
    assert (again.done, again.written) == (0, False)
    assert again.summary.figures > 50
    assert {path: path.stat().st_mtime_ns for path in before} == before


def _new(folder: Path) -> int:
    (folder / "a" / "00001-new.txt").write_text(report(77), encoding="utf-8")
    return 1


def _changed(folder: Path) -> int:
    (folder / "a" / "00004.txt").write_text(report(78), encoding="utf-8")
    return 1


def _same_size_and_time(folder: Path) -> int:
    path = folder / "a" / "00005.txt"
    before = path.stat()
    text = path.read_text(encoding="utf-8")
    digit = next(character for character in text[100:] if character in "12345678")
    path.write_text(text[:100] + text[100:].replace(digit, str(int(digit) + 1), 1), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    return 1


def _removed(folder: Path) -> int:
    (folder / "b" / "00003.txt").unlink()
    return 0


def _touched(folder: Path) -> int:
    os.utime(folder / "a" / "00002.txt")
    return 0


def _renamed(folder: Path) -> int:
    (folder / "a" / "00002.txt").rename(folder / "a" / "moved.txt")
    return 1


def _place(folder: Path) -> int:
    text = "documents:\n  - {file: a/00007.txt, place: 望溪县}\n"
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    return 1


@pytest.mark.parametrize("change", [_new, _changed, _same_size_and_time, _removed, _touched, _renamed, _place])
def test_only_what_a_change_touches_is_done(change: Callable[[Path], int], corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    expected = change(corpus)
    assert run(corpus, tmp_path / "run").done == expected
    assert same_as_from_nothing(corpus, tmp_path / "run")
    live = sum(1 for _ in (tmp_path / "run" / ".parts").rglob("*.part"))
    assert live <= 5, "parts that nothing rests on are removed"


def test_many_small_changes_one_after_the_other(corpus: Path, tmp_path: Path) -> None:
    for step in range(6):
        path = corpus / ("a" if (step * 3 + 1) % 3 else "b") / f"{step * 3 + 1:05}.txt"
        path.write_text(report(200 + step), encoding="utf-8")
        run(corpus, tmp_path / "run")
    assert same_as_from_nothing(corpus, tmp_path / "run")


def test_changed_patterns_do_everything_again(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    folder = tmp_path / "patterns" / "indicators"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text("", encoding="utf-8")
    other = load_library(folder.parent)
    assert other.hash != LIBRARY.hash
    assert run(corpus, tmp_path / "run", other).done == 10
    assert same_as_from_nothing(corpus, tmp_path / "run", other)


def test_another_version_does_everything_again(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(corpus, tmp_path / "run")
    monkeypatch.setattr(stamp, "code_hash", lambda: "d" * 64)
    assert run(corpus, tmp_path / "run").done == 10


def test_force_does_everything_again(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    before = tables(tmp_path / "run")
    assert run(corpus, tmp_path / "run", force=True).done == 10
    assert tables(tmp_path / "run") == before


def test_since_leaves_out_what_is_old_and_not_done_yet(corpus: Path, tmp_path: Path) -> None:
    run(corpus / "b", tmp_path / "run")
    _new(corpus)
    outcome = run(corpus, tmp_path / "run", since=time.time() - 50)
    assert outcome.done == 1
    sources = [Path(row["source"]).name for row in pq.read_table(tmp_path / "run" / "documents.parquet").to_pylist()]
    assert sorted(sources) == ["00000.txt", "00001-new.txt", "00003.txt", "00006.txt", "00009.txt"]


def test_a_damaged_part_is_done_again(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    before = tables(tmp_path / "run")
    parts = sorted((tmp_path / "run" / ".parts").rglob("*.part"), key=lambda path: path.stat().st_size)
    parts[-1].write_bytes(parts[-1].read_bytes()[:-40])
    (parts[0].parent / "left.over.123.tmp").write_bytes(b"x")
    assert run(corpus, tmp_path / "run").done == 3
    assert tables(tmp_path / "run") == before
    assert not list((tmp_path / "run" / ".parts").rglob("*.tmp"))


def test_a_part_that_rots_inside_is_found_when_it_is_read(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    before = tables(tmp_path / "run")
    part = sorted((tmp_path / "run" / ".parts").rglob("*.part"))[0]
    data = bytearray(part.read_bytes())
    middle = data.index(b"figures.arrow") + 400
    data[middle] ^= 0xFF
    part.write_bytes(bytes(data))
    _changed(corpus)
    run(corpus, tmp_path / "run")
    assert tables(tmp_path / "run") != before
    assert same_as_from_nothing(corpus, tmp_path / "run")


def test_a_table_that_was_edited_is_written_again(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    before = tables(tmp_path / "run")
    (tmp_path / "run" / "figures.csv").write_text("edited", encoding="utf-8")
    assert run(corpus, tmp_path / "run").done == 0
    assert tables(tmp_path / "run") == before


def test_a_dry_run_says_what_and_why_and_writes_nothing(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "run")
    for change in (_new, _changed, _removed):
        change(corpus)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}
    with dry_run(Job([str(corpus)], str(tmp_path / "run")), LIBRARY) as (plan, gone):
        assert dict(plan.reasons) == {"new": 1, "changed": 1}
        assert gone == 1
        assert [Path(name).name for name in plan.examples["changed"]] == ["00004.txt"]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")} == before
    done = program("run", corpus, "--output", tmp_path / "other", "--dry-run")
    assert "10 documents: 0 are done already, 10 would be done now" in done.stdout
    assert "not done yet" in done.stdout
    assert not (tmp_path / "other").exists()


def test_the_json_log_tells_what_happened(corpus: Path, tmp_path: Path) -> None:
    (corpus / "bad.txt").write_bytes(b"\0\1\2" * 50)
    log = tmp_path / "log.jsonl"
    assert program("run", corpus, "--output", tmp_path / "run", "--log-json", log).returncode == 0
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [event["event"] for event in events if event["event"] != "document"][:2] == ["start", "planned"]
    assert events[-1] == {"time": events[-1]["time"], "event": "end", "status": "finished", "done": 11, "errors": 1}
    documents = [event for event in events if event["event"] == "document"]
    assert len(documents) == 11
    assert [Path(event["document"]).name for event in documents if event.get("error") == "binary"] == ["bad.txt"]


def test_the_column_of_the_reports_can_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    folder.mkdir()
    usual = "本表由各县填报，口径一致，仅供研究使用，请勿转载。" * 6
    lines = ["县,说明,情况", f"云岭县,{usual},监测对象312户。", f"白石县,{usual},监测对象208户。"]
    (folder / "reports.csv").write_text("\n".join(lines), encoding="utf-8")
    _age(folder)

    def texts(output: Path, **named: str) -> list[str]:
        execute(Job([str(folder)], str(output), **named), LIBRARY, Watcher())  # type: ignore[arg-type]
        return list(pq.read_table(output / "texts.parquet")["text"].to_pylist())

    named = ["监测对象312户。", "监测对象208户。"]
    assert texts(tmp_path / "run") != named
    assert texts(tmp_path / "run", text_column="情况") == named
    (folder / "sources.yaml").write_text("documents:\n  - {file: reports.csv, text_column: 情况}\n", encoding="utf-8")
    assert texts(tmp_path / "other") == named


@pytest.mark.parametrize(("documents", "sizes"), [
    (20, [3, 3, 3, 3, 3, 3, 2]),
    (64, [8, 7, 7, 6, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2]),
])
def test_the_last_chunks_of_a_large_run_are_smaller(
    documents: int, sizes: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CHUNK", 8)
    with planning.Plan(Index(Folder(tmp_path)), stamp.stamp_of(LIBRARY), Options()) as plan:
        for number in range(documents):
            plan.add(Source(f"/{number}", f"{number}", size=1))
        chunks = list(plan.chunks(2))
    assert [len(found) for found, _ in chunks] == sizes
    assert [position for found, _ in chunks for position in found] == list(range(documents))
