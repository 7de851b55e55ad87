"""No space left: one line, parts that are complete are kept, the next run goes on."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_batch import program, start, tables, write_corpus


def test_a_file_that_may_not_grow_ends_the_run_with_one_line_and_the_next_goes_on(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 40)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))

    run = start("run", corpus, "--output", tmp_path / "run", "--workers", 2, preexec_fn=limit)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "error: " in errors
    assert "File too large" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "run" / "manifest.json").exists()
    assert program("run", corpus, "--output", tmp_path / "run").returncode == 0
    assert program("run", corpus, "--output", tmp_path / "whole").returncode == 0
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for 300 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=False)


def test_a_full_disk_ends_the_run_with_one_line_and_the_next_goes_on(small_disk: Path, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 60)
    run = program("run", corpus, "--output", small_disk / "run", "--workers", 2, chunk=2)
    assert run.returncode == 1
    assert "No space left on device" in run.stderr
    assert "Traceback" not in run.stderr
    kept = list((small_disk / "run" / ".parts").glob("??/*.part"))
    assert kept, "parts that were complete are kept"
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    again = program("run", corpus, "--output", small_disk / "run", "--workers", 2, chunk=2)
    assert again.returncode == 0, again.stderr
    assert program("run", corpus, "--output", tmp_path / "whole").returncode == 0
    assert tables(small_disk / "run") == tables(tmp_path / "whole")
