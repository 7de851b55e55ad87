"""One result on every engine: 1, 2, 4 processes, and a real Dask cluster of separate processes, one of them killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support_batch import command, program, tables, write_corpus

from extractor.batch import cluster
from extractor.batch.encode import ReadTask
from extractor.batch.sources import collect
from extractor.batch.stamp import Stamp
from extractor.batch.store import Folder
from extractor.errors import UsageError
from extractor.library import load_library

_NODE = (
    "import extractor.batch.stamp as stamp, extractor.batch.cluster as cluster\n"
    "stamp.code_hash = cluster.code_hash = lambda: 'c' * 64\n"
    "from distributed.cli.dask_{0} import main\n"
    "main()\n"
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus") / "reports", 60)


@pytest.fixture(scope="module")
def expected(corpus: Path) -> dict[str, bytes]:
    run = corpus.parent / "one"
    done = program("run", corpus, "--output", run, "--workers", 1)
    assert done.returncode == 0, done.stderr
    return tables(run)


@pytest.mark.parametrize("workers", [2, 4])
def test_the_number_of_processes_changes_nothing(
    workers: int, corpus: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    done = program("run", corpus, "--output", tmp_path / "run", "--workers", workers, chunk=3)
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == expected


def _node(kind: str, *arguments: object, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _NODE.format(kind), *map(str, arguments)], cwd=folder,
                            stdout=subprocess.DEVNULL, stderr=(folder / f"{kind}.log").open("ab"))


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers (one thread each), all of them processes of their own."""
    file = tmp_path / "scheduler.json"
    options = ("--scheduler-file", file, "--host", "127.0.0.1", "--no-dashboard")
    nodes = [_node("scheduler", "--port", 0, *options, folder=tmp_path)]
    nodes += [
        _node("worker", *options, "--nthreads", 1, "--no-nanny", "--name", f"w{number}", "--local-directory",
              tmp_path / "scratch", folder=tmp_path)
        for number in range(2)
    ]
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, "the scheduler does not start"
        time.sleep(0.1)
    yield json.loads(file.read_text(encoding="utf-8"))["address"]
    for node in nodes:
        node.kill()
        node.wait()


def _worker_pids(address: str) -> list[int]:
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        return [int(pid) for pid in client.run(os.getpid).values()]


def test_a_worker_of_a_dask_cluster_that_is_killed_costs_nothing(
    scheduler: str, corpus: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    victims = _worker_pids(scheduler)
    run = subprocess.Popen(command("run", corpus, "--output", tmp_path / "run", "--cluster", scheduler, chunk=2),
                           stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, encoding="utf-8")
    parts = tmp_path / "run" / ".parts"
    deadline = time.monotonic() + 120
    while len(list(parts.glob("??/*.part"))) < 4:
        assert run.poll() is None, run.communicate()[1]
        assert time.monotonic() < deadline, "no part appears"
        time.sleep(0.02)
    psutil.Process(victims[0]).send_signal(signal.SIGKILL)
    _, errors = run.communicate(timeout=180)
    assert run.returncode == 0, errors
    assert tables(tmp_path / "run") == expected


def test_an_output_at_a_url_holds_the_same_tables(corpus: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    url = f"file://{tmp_path}/run"
    done = program("run", corpus, "--output", url, "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == expected
    again = program("run", corpus, "--output", url, "--workers", 2)
    assert "nothing has changed since the last run" in again.stdout
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("x", encoding="utf-8")
    assert "holds no run" in program("run", corpus, "--output", f"file://{tmp_path}/other").stderr


def test_parts_travel_back_where_workers_see_no_shared_disk(corpus: Path, tmp_path: Path) -> None:
    library = load_library()
    sources = collect([str(corpus / "b")]).sources
    names = []
    for root in ("", str(tmp_path / "parts")):
        task = ReadTask(0, sources, Stamp("c" * 64, library.hash), root)
        written = task.run(library, lambda document: None, {})
        names.append(written.name)
        assert bool(written.data) == (not root)
        Folder(tmp_path / "parts").write(written.name, written.data) if written.data else None
    assert names[0] == names[1]
    assert list(Folder(tmp_path / "parts").names()) == names[:1]


def test_a_class_in_the_configuration_is_imported_and_scaled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "[cluster.here]\nclass = 'no.such.Cluster'\n[cluster.empty]\n[cluster.file]\nscheduler_file = 'x.json'\n"
    (tmp_path / "extractor.toml").write_text(lines, encoding="utf-8")
    for name, problem in (("here", "cannot be imported"), ("empty", "names neither"), ("none", "no cluster 'none'")):
        with pytest.raises(UsageError, match=problem):
            cluster._connect(name)


def test_a_cluster_that_is_not_there_is_said(corpus: Path, tmp_path: Path) -> None:
    done = program("run", corpus, "--output", tmp_path / "run", "--cluster", "nowhere")
    assert done.returncode == 2
    assert "no cluster 'nowhere' is described" in done.stderr
