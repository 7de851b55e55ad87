"""The review page on a run of a million figures: how long it takes to open and to move to the next item.

    python -m benchmarks.review [--figures N] [--keep DIR]

A run over the sample corpus is multiplied (other documents, other ids, the same density of numbers and flags) into a
run folder of the usual layout. Then the server is started as a user starts it, and asked what the page asks: wall time,
and in brackets CPU time of the server, from the start of the process to the first item, for each following item, for
decisions with the item that follows, and for the lists. With chromium and chromedriver on the machine, key press to
next item is measured in the browser as well.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, "-c", "from extractor.cli import main; main()"]
#: Columns that hold ids made from the document's.
_IDS = {
    "documents": ("doc",), "figures": ("doc", "id"), "observations": ("doc", "figure"), "set_aside": ("doc", "figure"),
    "flags": ("doc", "figure", "members", "confirmed"), "ledger": ("doc", "figure"), "texts": ("doc",),
}


def make(figures: int, folder: Path) -> Path:
    """A run folder with about ``figures`` figures."""
    import duckdb
    import pyarrow.parquet as pq

    from extractor.tables.write import GROUP, TEXT_ROWS

    base, big = folder / "base", folder / "run"
    subprocess.run([*PROGRAM, "run", ROOT / "corpus", "--output", base], check=True, stdout=subprocess.DEVNULL)
    big.mkdir()
    database = duckdb.connect()
    known = pq.read_metadata(base / "figures.parquet").num_rows
    copies = max(figures // known, 1)
    for table, columns in _IDS.items():
        source = f"read_parquet('{base / table}.parquet', file_row_number = true)"
        # Copy 1 is the run itself; an id of copy k has -k behind the document's part.
        renamed = [f"replace(t.{name}, t.doc, t.doc || '-' || k) AS {name}" for name in columns]
        if table == "documents":
            renamed.append("sha256(t.sha256 || k) AS sha256")
        rows = database.sql(
            f"SELECT t.* EXCLUDE (file_row_number) REPLACE ({', '.join(renamed)}) "
            f"FROM {source} t, range({copies}) r(k) ORDER BY k, t.file_row_number"
        ).to_arrow_reader(GROUP)
        size = TEXT_ROWS if table == "texts" else GROUP
        with pq.ParquetWriter(big / f"{table}.parquet", rows.schema, compression="zstd") as writer:
            for batch in rows:
                for at in range(0, batch.num_rows, size):
                    writer.write_batch(batch.slice(at, size))
    for name in ("panel.parquet", "log.json"):
        shutil.copy(base / name, big / name)
    manifest = json.loads((base / "manifest.json").read_text(encoding="utf-8"))
    (big / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return big


class Served:
    """A server, started as a user starts it. ``cpu`` is what it has used so far, in seconds."""

    def __init__(self, run: Path) -> None:
        import psutil

        command = [*PROGRAM, "review", run, "--no-browser", "--reviewer", "bench"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True)
        self._watched = psutil.Process(self.process.pid)
        assert self.process.stdout is not None
        lines = iter(self.process.stdout)
        self.address = next(found[0] for line in lines if (found := re.search(r"http://\S+", line)))

    @property
    def cpu(self) -> float:
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(run: Path) -> Iterator[Served]:
    server = Served(run)
    try:
        yield server
    finally:
        server.stop()


def told(name: str, seconds: list[float], cpu: float | None = None) -> None:
    """One line: median, 95th percentile and most, in milliseconds; CPU of the server per request where it is known."""
    ordered = sorted(seconds)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    spent = "" if cpu is None else f" ({1000 * cpu / len(seconds):.0f})"
    print(f"  {name:<46} {1000 * statistics.median(ordered):8.1f} {1000 * p95:8.1f} {1000 * ordered[-1]:8.1f}{spent}")


def measure(run: Path) -> None:
    """Print the table."""
    import httpx

    began = time.perf_counter()
    sample = [*PROGRAM, "sample", run, "-n", "120", "--method", "risk", "--name", "bench"]
    subprocess.run(sample, check=True, stdout=subprocess.DEVNULL)
    print(f"extractor sample --method risk: {time.perf_counter() - began:.2f} s")
    began = time.perf_counter()
    with served(run) as server, httpx.Client(base_url=server.address, timeout=60) as client:
        printed = time.perf_counter() - began
        headers = {"Origin": server.address.rsplit("/", 2)[0]}

        def get(path: str) -> dict[str, Any]:
            return dict(client.get(path).raise_for_status().json())

        def opened(_: int) -> None:
            client.get("zh/").raise_for_status()
            get("api/list?sample=bench&fresh=1")
            get("api/item?sample=bench&at=0")

        def decide(at: int) -> None:
            kept = {name: items[at][name] for name in ("key", "kind", "doc", "start", "end", "fingerprint", "revision")}
            body = {**kept, "verdict": "accept", "sample": "bench", "at": at}
            client.post("api/decide", json=body, headers=headers).raise_for_status()
            get(f"api/item?sample=bench&at={at + 1}")

        def timed(name: str, times: int, run: Callable[[int], Any]) -> list[Any]:
            taken, answers, before = [], [], server.cpu
            for at in range(times):
                start = time.perf_counter()
                answers.append(run(at))
                taken.append(time.perf_counter() - start)
            told(name, taken, server.cpu - before)
            return answers

        opened(0)
        print(f"opened: {time.perf_counter() - began:.2f} s ({server.cpu:.2f} s of CPU) from the start of the process "
              f"to the first item; the address is printed after {printed:.2f} s")
        print(f"\n  {'milliseconds':<46} {'median':>8} {'95 %':>8} {'most':>8} (CPU)")
        timed("page opened again, to the first item", 10, opened)
        items = timed("next item", 120, lambda at: get(f"api/item?sample=bench&at={at}"))
        timed("decision stored, and the item after it", 60, decide)
        timed("error rates", 10, lambda _: get("api/rates?sample=bench"))
        pages = {"documents": "documents", "documents, searched": "documents?q=云岭", "flags": "flags",
                 "figures": "numbers/figures", "figures, searched": "numbers/figures?q=粮食产量",
                 "unplaced": "numbers/unplaced", "a document": f"document/{items[0]['doc']}"}
        for name, path in pages.items():
            timed(name, 5, lambda _, path=path: client.get(f"zh/{path}").raise_for_status())
    in_browser(run)


def in_browser(run: Path) -> None:
    """Key press to the next item on the screen, measured by the page's own clock."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        print("  (no chromium with chromedriver: nothing measured in a browser)")
        return
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = browser
    profile = tempfile.mkdtemp()
    flags = ("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync",
             "disable-background-networking", "disable-component-update", f"user-data-dir={profile}")
    for flag in flags:
        options.add_argument(f"--{flag}")
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    script = """
      const done = arguments[1], item = document.getElementById("item"), began = performance.now();
      const watch = new MutationObserver(() => { watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); });
      watch.observe(item, { attributes: true, attributeFilter: ["data-at"] });
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: arguments[0], bubbles: true }));
    """
    try:
        with served(run) as server:
            chrome.get(server.address + "zh/?sample=bench&at=60")
            while not chrome.execute_script("return document.querySelector('#list [aria-current]') !== null"):
                time.sleep(0.05)

            def pressed(key: str) -> float:
                time.sleep(0.4)  # a person looks at an item; the page fetches the next one meanwhile
                return float(chrome.execute_async_script(script, key)) / 1000

            told("in the browser: j to the next item", [pressed("j") for _ in range(20)])
            told("in the browser: a (stored) to the next item", [pressed("a") for _ in range(20)])
    finally:
        chrome.quit()
        shutil.rmtree(profile, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="folder for the run; made if it is not there, kept for the next time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        run = folder / "run"
        if not run.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            run = make(arguments.figures, folder)
        shutil.rmtree(run / "review", ignore_errors=True)
        import pyarrow.parquet as pq

        rows = {name: pq.read_metadata(run / f"{name}.parquet").num_rows for name in _IDS}
        print(", ".join(f"{count:,} {name}" for name, count in rows.items()))
        measure(run)


if __name__ == "__main__":
    main()
