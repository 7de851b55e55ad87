"""Runs: what is read, in which order, what is written, and that nothing ends a run or is lost in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support_batch import program
from test_cli_commands import TEXT, extractor

from extractor.batch import index, planning, settling
from extractor.batch.run import execute
from extractor.batch.sources import collect
from extractor.batch.watch import Watcher
from extractor.errors import UsageError
from extractor.library import load_library
from extractor.tables.schema import TABLES


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Reports of three years, one of them twice, with what does not belong and what cannot be read."""
    root = tmp_path / "reports"
    for year, count in ((2021, 3909), (2022, 4127), (2023, 4388)):
        write(root / f"{year}.txt", TEXT.replace("2023", str(year)).replace("3909", str(count)))
    write(root / "again" / "2023.txt", TEXT.replace("3909", "4388"))
    write(root / "gold" / "2023.jsonl", "{}")
    write(root / ".hidden.txt", "12户")
    write(root / "README.md", "12户")
    (root / "bad.txt").write_bytes(b"\0\1\2" * 100)
    return root


def rows(run: Path, name: str) -> list[dict[str, object]]:
    return pq.read_table(run / f"{name}.parquet").to_pylist()


def test_a_folder_is_walked_in_order_and_what_is_passed_over_is_listed(folder: Path) -> None:
    plan = collect([str(folder)])
    assert [Path(s.name).relative_to(folder).as_posix() for s in plan.sources] == [
        "2021.txt", "2022.txt", "2023.txt", "bad.txt", "again/2023.txt",
    ]
    assert {Path(path).name: reason for path, reason in plan.skipped} == {
        "gold": "annotations", ".hidden.txt": "hidden", "README.md": "read me",
    }


def test_a_file_named_by_hand_is_taken_and_taken_once(folder: Path) -> None:
    plan = collect([str(folder / "README.md"), str(folder / "README.md")])
    assert [Path(s.name).name for s in plan.sources] == ["README.md"]
    assert [reason for _, reason in plan.skipped] == ["named twice"]


def test_sources_yaml_supplies_places_and_the_call_wins(folder: Path) -> None:
    write(folder / "sources.yaml", "documents:\n  - {file: 2021.txt, place: 望溪县, period: 2020, note: x}\n")
    first = collect([str(folder)]).sources[0]
    assert (first.place, first.period) == ("望溪县", "2020")
    assert collect([str(folder)], place="清河市").sources[0].place == "清河市"


def test_a_run_accounts_for_every_source(folder: Path, tmp_path: Path) -> None:
    done = extractor("run", folder, "--output", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "3 documents read, 1 duplicates, 1 with errors" in done.stdout
    found = rows(tmp_path / "run", "documents")
    documents = {Path(str(row["source"])).relative_to(folder).as_posix(): row for row in found}
    assert [row["status"] for row in documents.values()] == ["ok", "ok", "ok", "error", "duplicate"]
    assert documents["bad.txt"]["error_code"] == "binary"
    assert documents["bad.txt"]["error_hint"]
    assert documents["again/2023.txt"]["duplicate_of"] == documents["2023.txt"]["doc"]
    assert len(rows(tmp_path / "run", "figures")) == 12
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["documents"] == {"duplicate": 1, "error": 1, "ok": 3}
    assert manifest["errors"][0]["code"] == "binary"
    assert "error: " in done.stderr
    assert "bad.txt" in done.stderr
    panel = rows(tmp_path / "run", "panel")
    assert [(row["place"], row["period"], row["poverty.lifted.households"]) for row in panel] == [
        ("云岭县", f"{year}-01/{year}-11", count) for year, count in ((2021, 3909), (2022, 4127), (2023, 4388))
    ]


def test_the_exit_status_is_one_only_where_every_document_failed(folder: Path, tmp_path: Path) -> None:
    assert extractor("run", folder / "bad.txt", tmp_path / "none.txt", "--output", tmp_path / "a").returncode == 1
    (tmp_path / "empty").mkdir()
    done = extractor("run", tmp_path / "empty", "--output", tmp_path / "b")
    assert done.returncode == 1
    assert "holds no documents" in done.stderr
    assert extractor("run", tmp_path / "empty", folder / "2021.txt", "--output", tmp_path / "c").returncode == 0


def _files(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.iterdir() if path.name[0] != "." and path.name != "log.json"}


def test_two_runs_are_byte_identical_whatever_the_hash_seed(folder: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "2")):
        assert program("run", folder, "--output", tmp_path / name, PYTHONHASHSEED=seed).returncode == 0
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    assert set(_files(tmp_path / "a")) >= {f"{t.name}.{end}" for t in TABLES for end in ("csv", "parquet")}


def test_small_pieces_give_the_same_bytes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        text = TEXT.replace("3909", str(4000 + number)).replace("云岭", f"云{number}岭")
        write(folder / f"more-{number:02}.txt", text)
    library = load_library()
    execute([str(folder)], tmp_path / "one", library)
    monkeypatch.setattr(settling, "BUCKET", 5)
    monkeypatch.setattr(settling, "PIECE", 7)
    monkeypatch.setattr(planning, "CHUNK", 2)
    monkeypatch.setattr(index, "_OPEN", 1)
    execute([str(folder)], tmp_path / "two", library)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_an_internal_error_in_one_document_is_a_row(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("made up")

    monkeypatch.setattr("extractor.pipeline.extract", fail)
    outcome = execute([str(folder / "2021.txt")], tmp_path / "run", load_library())
    assert outcome.summary.all_failed
    assert outcome.summary.errors[0]["code"] == "internal"
    assert "ZeroDivisionError: made up" in outcome.summary.errors[0]["reason"]


def test_a_folder_that_is_no_run_is_never_written_into(folder: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    done = extractor("run", folder / "2021.txt", "--output", folder)
    assert done.returncode == 2
    assert "is not empty and holds no run" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == before
    with pytest.raises(UsageError, match="is a file"):
        execute([str(folder)], folder / "2021.txt", load_library())


def test_a_run_replaces_the_run_before_it_and_a_failed_one_leaves_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    library = load_library()
    execute([str(folder)], run, library)
    before = _files(run)

    class Stop(Watcher):
        def phase(self, name: str) -> None:
            if name.startswith("joining"):
                raise ZeroDivisionError("made up")

    with pytest.raises(ZeroDivisionError):
        execute([str(folder / "2021.txt")], run, library, watcher=Stop())
    assert _files(run) == before
    execute([str(folder / "2021.txt")], run, library)
    assert len(rows(run, "documents")) == 1


def test_output_inside_the_sources_is_not_read_again(folder: Path) -> None:
    for _ in range(2):
        done = extractor("run", ".", "--output", "out", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert len(rows(folder / "out", "documents")) == 5


def test_export_of_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    for folder, part in ((tmp_path / "none", "no such run folder"), (tmp_path, "holds no finished run")):
        done = extractor("export", folder, "--to", "xlsx")
        assert done.returncode == 2
        assert part in done.stderr


def test_export_after_a_run(folder: Path, tmp_path: Path) -> None:
    assert extractor("run", folder, "--output", tmp_path / "run").returncode == 0
    done = extractor("export", tmp_path / "run", "--to", "duckdb")
    assert done.stdout.strip() == f"written: {tmp_path / 'run' / 'exports' / 'run.duckdb'}"
    assert (tmp_path / "run" / "exports" / "run.duckdb").is_file()


def test_a_run_reads_with_the_patterns_of_the_call(folder: Path, tmp_path: Path) -> None:
    broken = write(tmp_path / "patterns" / "indicators" / "x.yaml", "- id: a\n  unknown: 1\n").parent.parent
    done = extractor("run", folder, "--output", tmp_path / "run", "--patterns", broken)
    assert done.returncode == 2
    assert not (tmp_path / "run").exists()


def test_ctrl_c_is_one_line(folder: Path, tmp_path: Path) -> None:
    program = (
        "import extractor.batch.run as r\n"
        "def stop(*a, **k): raise KeyboardInterrupt\n"
        "r.walk = stop\n"
        "from extractor.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "run", str(folder), "--output", str(tmp_path / "run")],
        capture_output=True, encoding="utf-8", check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (130, "error: interrupted")


def test_what_stands_out_beside_other_documents_is_flagged(tmp_path: Path) -> None:
    text = "望溪县{0}年乡村振兴工作总结\n截至{0}年底,全县脱贫户{1}户。\n"
    for year, count in ((2021, 3909), (2022, 39090)):
        write(tmp_path / "reports" / f"{year}.txt", text.format(year, count))
    outcome = execute([str(tmp_path / "reports")], tmp_path / "run", load_library())
    assert outcome.summary.flags["repeat_jump"] == 2
    flags = [row for row in rows(tmp_path / "run", "flags") if row["code"] == "repeat_jump"]
    for row in flags:
        year = str(row["doc"])[:4]
        count = 3909 if year == "2021" else 39090
        assert text.format(year, count)[row["start"] : row["end"]] == row["quote"] == f"{count}户"  # type: ignore[misc]
        assert row["blocking"] is False
