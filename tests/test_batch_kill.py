"""Nothing ends a run for good: killed at any instant, interrupted; the next one goes on from there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from support_batch import program, start, tables, write_corpus

KILLS = int(os.environ.get("EXTRACTOR_TEST_KILLS", "20"))


def test_killed_at_random_instants_it_ends_with_the_tables_of_an_undisturbed_run(tmp_path: Path) -> None:
    draw = random.Random(6)
    corpus = write_corpus(tmp_path / "reports", 30)
    size = 30
    kills = finished = 0
    while kills < KILLS:
        run = start("run", corpus, "--output", tmp_path / "run", "--workers", 2)
        try:
            run.wait(timeout=draw.uniform(0.2, 2.8))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            kills += 1
            continue
        assert run.returncode == 0, run.communicate()[1]
        finished += 1
        write_corpus(corpus, 10, first=size)  # a run that was quicker than its kill gets more to do
        size += 10
    done = program("run", corpus, "--output", tmp_path / "run", "--workers", 2)
    assert done.returncode == 0, done.stderr
    undisturbed = program("run", corpus, "--output", tmp_path / "undisturbed", "--workers", 2)
    assert undisturbed.returncode == 0, undisturbed.stderr
    assert tables(tmp_path / "run") == tables(tmp_path / "undisturbed")
    left = {path.name for path in (tmp_path / "run").iterdir() if path.name.startswith(".")}
    assert left == {".parts", ".lock", ".state.json"}
    assert not list((tmp_path / "run" / ".parts").rglob("*.tmp"))


def _wait_for_parts(run: subprocess.Popen[str], output: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(list((output / ".parts").glob("??/*.part"))) < count:
        assert run.poll() is None, run.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ctrl_c_ends_with_the_tables_of_what_is_done(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 120)
    run = start("run", corpus, "--output", tmp_path / "run", "--workers", 2)
    _wait_for_parts(run, tmp_path / "run", 3)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "interrupted: " in errors
    assert "Traceback" not in errors
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["pending"] > 0
    assert manifest["inputs"]["count"] + manifest["pending"] == 120
    state = program("status", tmp_path / "run", "--format", "json")
    assert json.loads(state.stdout)["status"] == "interrupted"
    assert program("run", corpus, "--output", tmp_path / "run").returncode == 0
    assert program("run", corpus, "--output", tmp_path / "whole").returncode == 0
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


def test_an_interruption_leaves_the_tables_of_an_earlier_run(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 6)
    assert program("run", corpus, "--output", tmp_path / "run").returncode == 0
    before = tables(tmp_path / "run")
    write_corpus(corpus, 120, first=6)
    parts = len(list((tmp_path / "run" / ".parts").glob("??/*.part")))
    run = start("run", corpus, "--output", tmp_path / "run", "--workers", 2)
    _wait_for_parts(run, tmp_path / "run", parts + 3)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "the tables are as they were" in errors
    assert tables(tmp_path / "run") == before


def test_a_second_run_on_the_same_output_is_refused_and_status_looks_on(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 150)
    run = start("run", corpus, "--output", tmp_path / "run", "--workers", 1)
    try:
        _wait_for_parts(run, tmp_path / "run", 1)
        second = program("run", corpus, "--output", tmp_path / "run")
        assert second.returncode == 2
        assert f"another run is at work here: process {run.pid} on " in second.stderr
        state = program("status", tmp_path / "run")
        assert state.stdout.startswith("running: reading (process ")
        assert "150 documents" in state.stdout
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert program("status", tmp_path / "run").stdout.startswith("interrupted")
    assert program("status", tmp_path).returncode == 2
