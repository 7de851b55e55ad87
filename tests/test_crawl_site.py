"""The crawler against a small government-like site on loopback: what it takes, what it leaves, and how it behaves.

Each crawl is a process of its own (Twisted's reactor starts once), as a user starts it.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_site import OUTSIDE_ONLY, SLOW, Site

EXTRACTOR = Path(sys.executable).parent / "extractor"
DELAY = 0.1
#: By how much a busy machine may notice a request late, so that the gap to the next one looks shorter than it was.
LATE = 0.2

#: Address (path) -> status in crawl.csv, for everything that the list pages lead to.
EXPECTED = {
    "/xxgk/index.html": "read",
    "/xxgk/index_2.html": "read",
    "/xxgk/index_3.html": "read",
    "/xxgk/index_2.html?from=3": "read",
    "/xxgk/civil.html": "kept",
    "/xxgk/rural.html": "kept",
    "/xxgk/health.html": "kept",
    "/files/report-2021.pdf": "kept",
    "/files/%E6%B1%87%E6%80%BB.xlsx": "kept",
    "/download?file=../../../../etc/evil.pdf": "kept",
    "/files/..%2f..%2f..%2fescape.html": "kept",
    "/files/%2e%2e/%2e%2e/%2e%2e/root.html?name=../../up.html": "kept",
    "/go/in": "kept",
    "/flaky.html": "kept",
    "/copy/civil.html": "duplicate",
    "/xxgk/notice.html": "skipped",
    "/leaders.html": "skipped",
    "/private/plan.html": "skipped",
    "/go/out": "skipped",
    "/loop/a": "skipped",
    "/huge.html": "skipped",
    "/inner.html": "skipped",
    "/withdrawn.html": "skipped",
    "/soft404.html": "skipped",
    "/files/scan.ofd": "skipped",
    "/files/lost.doc": "skipped",
    "/slow.html": "failed",
    "/broken.html": "failed",
    "/gone.html": "failed",
}

REASONS = {
    "/xxgk/notice.html": "title has '通知'",
    "/leaders.html": "title has none of the wanted terms",
    "/private/plan.html": "robots.txt forbids it",
    "/loop/a": "redirects in a circle",
    "/huge.html": "answer is larger than allowed (1,048,576 bytes)",
    "/inner.html": "login page",
    "/withdrawn.html": "redirected to the front page",
    "/soft404.html": "error page: 404 页面不存在",
    "/files/scan.ofd": "a type that is not taken: ofd",
    "/files/lost.doc": "an HTML page came instead of the attachment",
    "/slow.html": "no answer in time (2 s)",
    "/broken.html": "HTTP 500",
    "/gone.html": "HTTP 404",
    "/xxgk/index_2.html?from=3": "same links as an earlier page; paging ends here",
}


def sources(path: Path, site: Site, **changes: str) -> Path:
    """A file with one source for the site's lists; ``changes`` replace its lines."""
    lines = {
        "id": "lists",
        "start": f"{site.url}/xxgk/index.html",
        "place": "云岭县",
        "items": "ul.list li",
        "skip": "[通知]",
        "contact": "crawl@yunling.example",
        "limits": f"{{delay: {DELAY}, timeout: 2, size_mb: 1, retries: 1}}",
        **changes,
    }
    text = "crawl:\n- " + "\n  ".join(f"{key}: {value}" for key, value in lines.items()) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def command(file: Path, folder: Path, *more: str) -> list[str]:
    return [str(EXTRACTOR), "crawl", str(file), "--output", str(folder), "--allow-private", *more]


def crawl(file: Path, folder: Path, *more: str, status: int = 0) -> str:
    done = subprocess.run(command(file, folder, *more), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def rows(folder: Path, site: Site) -> dict[str, dict[str, str]]:
    """crawl.csv by path; foreign addresses whole."""
    with (folder / "crawl.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.DictReader(stream))
    found = {row["url"].removeprefix(site.url): row for row in table}
    assert len(found) == len(table), "an address has two rows"
    return found


def contents(folder: Path) -> dict[str, str]:
    """Kept files: name -> sha256; each with a sidecar that tells the truth about it."""
    found = {}
    for path in sorted((folder / "lists").iterdir()):
        if path.name.endswith(".meta.json"):
            assert path.with_name(path.name.removesuffix(".meta.json")).is_file()
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert json.loads(path.with_name(path.name + ".meta.json").read_bytes())["sha256"] == digest
        found[path.name] = digest
    return found


def polite(site: Site, delay: float = DELAY) -> None:
    """The server's log: robots.txt first, nothing it forbids, and the time between requests kept."""
    assert site.seen[0].path == "/robots.txt"
    assert not [seen for seen in site.seen if seen.path.startswith("/private/")]
    assert all(seen.agent.startswith("extractor/") and "crawl@yunling.example" in seen.agent for seen in site.seen)
    times = sorted(seen.at for seen in site.seen)
    assert statistics.median(after - before for before, after in itertools.pairwise(times)) >= delay - 0.005
    # No burst anywhere: six requests in a row take five pauses.
    assert all(after - before >= 5 * delay - LATE for before, after in zip(times, times[5:], strict=False))


class Crawled:
    def __init__(self, base: Path, site: Site, outside: Site) -> None:
        self.base, self.site, self.outside = base, site, outside
        self.file = sources(base / "sources.yaml", site)
        self.folder = base / "out"
        self.printed = crawl(self.file, self.folder)
        self.rows = rows(self.folder, site)


@pytest.fixture(scope="module")
def outside() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, outside: Site) -> Iterator[Crawled]:
    with Site(outside=outside.url) as site:
        yield Crawled(tmp_path_factory.mktemp("crawl"), site, outside)


def test_takes_the_expected_set(once: Crawled) -> None:
    statuses = {path: row["status"] for path, row in once.rows.items() if path.startswith("/")}
    assert statuses == EXPECTED
    assert {path: once.rows[path]["reason"] for path in REASONS} == REASONS
    kept = [row for row in once.rows.values() if row["status"] == "kept"]
    assert sorted(Path(row["file"]).name for row in kept) == sorted(contents(once.folder))
    assert "10 files new" in once.printed


def test_never_leaves_the_named_host(once: Crawled) -> None:
    assert once.outside.seen == []
    foreign = {path: row["reason"] for path, row in once.rows.items() if not path.startswith("/")}
    assert set(foreign) == {once.outside.url + path for path in OUTSIDE_ONLY}
    assert all("is not one of the source" in reason for reason in foreign.values())
    assert "redirected: host" in once.rows["/go/out"]["reason"]


def test_the_servers_log_proves_politeness(once: Crawled) -> None:
    polite(once.site)
    hits = Counter(seen.path for seen in once.site.seen)
    twice = {"/slow.html", "/broken.html", "/flaky.html"}
    assert {path for path, count in hits.items() if count > 1} == twice
    assert all(hits[path] == 2 for path in twice)
    assert hits["/loop/a"] == hits["/loop/b"] == 1


def test_writes_nothing_outside_its_folder(once: Crawled) -> None:
    assert {path.name for path in once.base.iterdir()} == {"sources.yaml", "out"}
    assert {path.name for path in once.folder.iterdir()} == {".crawl", "lists", "crawl.csv"}
    for path in once.folder.rglob("*"):
        assert path.resolve().is_relative_to(once.folder.resolve())
        assert not {"evil", "escape", "up", "root"} & set(path.name.replace(".", "-").split("-"))


def test_keeps_raw_bytes_and_what_is_known_about_them(once: Crawled) -> None:
    name = once.rows["/xxgk/health.html"]["file"]
    assert (once.folder / name).read_bytes() == once.site.pages()["/xxgk/health.html"]  # GB18030, sent compressed
    record = json.loads((once.folder / f"{name}.meta.json").read_bytes())
    assert record["url"] == record["final_url"] == f"{once.site.url}/xxgk/health.html"
    assert (record["status"], record["source"], record["place"]) == (200, "lists", "云岭县")
    assert (record["title"], record["published"]) == ("云岭县卫生健康局2022年工作总结", "2023-01-11")
    assert record["headers"]["Etag"]
    assert record["fetched"].endswith("Z")


def test_titles_come_from_where_they_are_whole(once: Crawled) -> None:
    assert once.rows["/xxgk/rural.html"]["title"] == "云岭县乡村振兴局2023年工作总结"  # the list cut it
    assert once.rows["/files/%E6%B1%87%E6%80%BB.xlsx"]["title"] == "云岭县民政局2023年工作总结"  # an attachment's page
    moved = once.rows["/go/in"]
    assert moved["final_url"].endswith("/xxgk/moved.html")


def test_types_go_by_content(once: Crawled) -> None:
    suffixes = {path: Path(row["file"]).suffix for path, row in once.rows.items() if row["status"] == "kept"}
    assert suffixes["/files/report-2021.pdf"] == ".pdf"
    assert suffixes["/download?file=../../../../etc/evil.pdf"] == ".pdf"
    assert suffixes["/files/%E6%B1%87%E6%80%BB.xlsx"] == ".xlsx"


def test_the_folder_is_input_for_a_run(once: Crawled) -> None:
    out = once.base.parent / "run-of-crawl"
    done = subprocess.run([str(EXTRACTOR), "run", str(once.folder), "--output", str(out), "--workers", "1"],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    with (out / "documents.csv").open(encoding="utf-8-sig", newline="") as stream:
        documents = {Path(row["source"]).name: row for row in csv.DictReader(stream)}
    assert sorted(documents) == sorted(contents(once.folder)), "only the kept files are documents"
    assert {row["status"] for row in documents.values()} == {"ok"}
    row = documents[Path(once.rows["/download?file=../../../../etc/evil.pdf"]["file"]).name]
    # Its text says neither; the sidecar does.
    assert (row["place"], row["title"], row["issued"]) == ("云岭县", "云岭县民政局2023年工作总结", "2024-01-09")


def test_again_takes_what_is_new_or_changed_and_asks_with_conditions(tmp_path: Path, outside: Site) -> None:
    with Site(outside=outside.url) as site:
        file = sources(tmp_path / "s.yaml", site, start=f"{site.url}/xxgk/index_3.html", next="a.none")
        folder = tmp_path / "out"
        crawl(file, folder)
        first = contents(folder)
        site.seen.clear()
        assert "0 files new, 0 changed, 5 unchanged" in crawl(file, folder)
        assert contents(folder) == first
        fetched = [seen for seen in site.seen if seen.path in ("/xxgk/index_3.html", "/xxgk/civil.html")]
        assert [seen.status for seen in fetched] == [304, 304]
        polite(site)
        site.new_edition = True
        file = sources(tmp_path / "s.yaml", site, next="a.none")
        printed = crawl(file, folder)
        assert rows(folder, site)["/xxgk/new.html"]["status"] == "kept"
        assert rows(folder, site)["/xxgk/civil.html"]["status"] == "changed"
        assert "1 changed" in printed
        after = contents(folder)
        assert first.items() <= after.items(), "an earlier edition was lost"
        own = Path(rows(folder, site)["/xxgk/civil.html"]["file"]).name[:12]  # of the address
        assert len([name for name in after if name.startswith(own)]) == 2


def test_killed_anywhere_it_ends_with_the_same_set_and_nothing_twice(
    once: Crawled, tmp_path: Path, outside: Site
) -> None:
    with Site(outside=outside.url) as site:
        file, folder = sources(tmp_path / "s.yaml", site), tmp_path / "out"
        kills = 0
        for stop_at in (3, 12, 22):
            process = subprocess.Popen(command(file, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until = time.monotonic() + 20
            while len(site.seen) < stop_at + kills and process.poll() is None and time.monotonic() < until:
                time.sleep(0.005)
            assert process.poll() is None, "the crawl ended before it could be killed"
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            kills += 1
        printed = crawl(file, folder)
        assert "went on with lists" in printed
        found = rows(folder, site)
        assert {path: row["status"] for path, row in found.items() if path.startswith("/")} == EXPECTED
        assert sorted(contents(folder).values()) == sorted(contents(once.folder).values())
        hits = Counter(seen.path for seen in site.seen)
        before = Counter(seen.path for seen in once.site.seen)
        again = sum((hits - before).values()) - (hits["/robots.txt"] - before["/robots.txt"])
        # Only what was under way when a kill came is asked again (a redirect under way is two requests).
        assert again <= 2 * kills
        assert hits["/robots.txt"] == kills + 1
        assert not list(folder.rglob("*.part"))
        assert outside.seen == []


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child process")
def test_interrupted_it_stops_quickly_and_goes_on(tmp_path: Path) -> None:
    with Site() as site:
        file = sources(tmp_path / "s.yaml", site, start=f"{site.url}/xxgk/index_3.html", next="a.none")
        folder = tmp_path / "out"
        process = subprocess.Popen(command(file, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 20
        while len(site.seen) < 4 and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 130, errors
        assert "interrupted" in errors
        assert (folder / "crawl.csv").is_file()
        assert "went on with lists" in crawl(file, folder, status=0)
        hits = Counter(seen.path for seen in site.seen)
        assert hits["/xxgk/index_3.html"] == 1
        assert rows(folder, site)["/gone.html"]["reason"] == "HTTP 404"


def test_another_kind_of_source_needs_yaml_only(tmp_path: Path) -> None:
    with Site() as site:
        file = tmp_path / "s.yaml"
        file.write_text(
            f"""crawl:
- id: lists
  start: {site.url}/api/list?page=1
  json: {{items: data.rows, url: link, title: name}}
  pages: {{url: "/api/list?page={{page}}", from: 2}}
  limits: {{delay: 0.1}}
- id: columns
  start: {site.url}/columns.html
  lists: .columns a
  pattern: '<a href="(?P<url>[^"]+)">(?P<title>[^<]*)</a><span>'
  skip: [转载]
  take: [2023年]
  next: a.none
  limits: {{delay: 0.1}}
""", encoding="utf-8")
        crawl(file, tmp_path / "out")
        found = rows(tmp_path / "out", site)
        with (tmp_path / "out" / "crawl.csv").open(encoding="utf-8-sig", newline="") as stream:
            kept = {(row["source"], row["url"].removeprefix(site.url)) for row in csv.DictReader(stream)
                    if row["status"] == "kept"}
        assert {path for source, path in kept if source == "lists"} == {
            "/xxgk/rural.html", "/xxgk/health.html", "/xxgk/moved.html"}
        assert ("columns", "/xxgk/civil.html") in kept
        assert found["/api/list?page=3"]["status"] == "read"


def test_check_shows_what_a_source_would_take(tmp_path: Path) -> None:
    with Site() as site:
        file = sources(tmp_path / "s.yaml", site)
        done = subprocess.run([str(EXTRACTOR), "crawl", "--check", "lists", str(file), "--allow-private"],
                              capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "take  云岭县民政局2023年工作总结  2024-01-09" in done.stdout
        assert "skip  关于报送工作总结的通知  [title has '通知']" in done.stdout
        assert f"next page: {site.url}/xxgk/index_2.html" in done.stdout
        assert "6 of 9 links would be taken" in done.stdout
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/xxgk/index.html"]
        assert {path.name for path in tmp_path.iterdir()} == {"s.yaml"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_private_addresses_are_refused_unless_told(host: str, tmp_path: Path) -> None:
    with Site() as site:
        file = sources(tmp_path / "s.yaml", site, start=f"http://{host}:{site.port}/xxgk/index.html")
        done = subprocess.run([str(EXTRACTOR), "crawl", str(file), "--output", str(tmp_path / "out")],
                              capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 1
        assert "private address" in done.stderr
        assert "private address" in (tmp_path / "out" / "crawl.csv").read_text(encoding="utf-8-sig")
        assert site.seen == []


def test_robots_that_cannot_be_read_forbids_everything(tmp_path: Path) -> None:
    with Site(robots_status=503) as site:
        output = crawl(sources(tmp_path / "s.yaml", site), tmp_path / "out", status=1)
        assert {seen.path for seen in site.seen} == {"/robots.txt"}
        assert "robots.txt cannot be read: HTTP 503" in (tmp_path / "out" / "crawl.csv").read_text("utf-8-sig")
        assert "index.html: robots.txt cannot be read: HTTP 503" in output
        assert "0 list pages read" in output


def test_the_sites_own_crawl_delay_is_kept(tmp_path: Path) -> None:
    with Site(robots="User-agent: *\nCrawl-delay: 0.7\n") as site:
        file = sources(tmp_path / "s.yaml", site, next="a.none", take="[乡村振兴, 政府工作报告]")
        crawl(file, tmp_path / "out")
        assert len(site.seen) == 4
        polite(site, 0.7)


def test_limits_of_pages_and_documents(tmp_path: Path) -> None:
    with Site() as site:
        file = sources(tmp_path / "s.yaml", site, attachments="false",
                       limits="{delay: 0.1, pages: 1, documents: 2}")
        crawl(file, tmp_path / "out")
        found = rows(tmp_path / "out", site)
        assert found["/xxgk/index_2.html"]["reason"] == "beyond the limit of 1 list pages"
        assert found["/go/in"]["reason"] == "beyond the limit of 2 reports"
        assert sum(row["status"] == "kept" for row in found.values()) == 2


def test_the_slow_page_is_slower_than_the_limit() -> None:
    assert SLOW > 2
