"""A crawl from beginning to end: the folder's lock, Scrapy's settings, the log table. One crawl per process: Twisted's
reactor cannot be started twice."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extractor.crawl.config import CrawlSource
from extractor.crawl.job import STATE, Job
from extractor.crawl.pages import ListPage
from extractor.crawl.records import Ask, Row
from extractor.errors import InputError, UsageError
from extractor.tables.text import neutral

#: The log of a crawl in its folder, one row an address.
LOG = "crawl.csv"

#: Product token of the crawler, for User-Agent and robots.txt.
AGENT = "extractor"


@dataclass(slots=True)
class Summary:
    """What a crawl did. ``complete`` is False where it was stopped; the next start goes on."""

    counts: Counter[str] = field(default_factory=Counter)
    resumed: tuple[str, ...] = ()
    complete: bool = False
    interrupted: bool = False
    failures: list[Row] = field(default_factory=list)

    @property
    def nothing_read(self) -> bool:
        """Whether not a single list page could be read, now or before the interruption."""
        return not self.counts["read"]


def crawl(sources: Sequence[CrawlSource], folder: Path, *, allow_private: bool = False,
          on_row: Callable[[Row], None] = lambda _: None) -> Summary:
    """Crawl ``sources`` into ``folder`` until nothing is left to ask or the user interrupts.

    Raises :class:`UsageError` where the folder is in use by another crawl or holds something else.
    """
    with _locked(folder):
        job = Job(folder)
        try:
            from extractor.crawl.store import Store

            store = Store(folder, job)
            store.clean()
            summary = Summary(resumed=tuple(sorted(job.begin(sources))))
            _run(job, store, on_row, allow_private, folder / STATE / "scrapy.log")
            summary.complete = job.end()
            summary.interrupted = not summary.complete
            _write_log(folder / LOG, job.rows())
            wanted = {source.id for source in sources}
            for one in job.rows():
                if one.source in wanted:
                    summary.counts[one.status] += 1
                    if one.status == "failed" or (one.status == "skipped" and one.kind == "list"):
                        summary.failures.append(one)
            return summary
        finally:
            job.close()


def check(source: CrawlSource, *, allow_private: bool = False) -> tuple[Ask, ListPage]:
    """The first list page of a source, as a crawl would read it; nothing is kept.

    Raises :class:`InputError` with the reason where the page cannot be read.
    """
    only_first = replace(source, start=source.start[:1], retries=min(source.retries, 1))
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        (Path(folder) / STATE).mkdir()
        job = Job(Path(folder))
        try:
            from extractor.crawl.store import Store

            job.begin([only_first])
            pages = _run(job, Store(Path(folder), job), rows.append, allow_private, None, stop_after_list=True)
        finally:
            job.close()
    if not pages:
        reason = rows[-1].reason if rows else "interrupted"
        raise InputError(f"list page cannot be read: {reason}", where=source.start[0], code="unreadable",
                         hint="see docs/crawling.md, When something is wrong")
    return pages[0]


def settings(sources: Sequence[CrawlSource], allow_private: bool, log_file: Path | None) -> dict[str, Any]:
    """Scrapy's settings. Everything of Scrapy that listens, takes code or trusts the environment is off."""
    least = min(source.delay for source in sources)
    polite = "extractor.crawl.polite."
    return {
        "CRAWL_ALLOW_PRIVATE": allow_private,
        "SCHEDULER": "extractor.crawl.spider.JobScheduler",
        "TWISTED_DNS_RESOLVER": "extractor.crawl.resolver.PublicResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # admits every subdomain
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # takes a broken robots.txt for leave
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
            polite + "Hosts": 50,
            polite + "Robots": 100,
            polite + "BackOff": 550,
            # Behind decompression and redirects: what is cached is what is kept.
            "extractor.crawl.cache.ConditionalCache": 585,
            polite + "Pace": 950,
        },
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_POLICY": "extractor.crawl.cache.Policy",
        "HTTPCACHE_STORAGE": "extractor.crawl.cache.Storage",
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                                    "Accept-Language": "zh-CN,zh;q=0.9"},
        "ROBOTSTXT_USER_AGENT": AGENT,
        "USER_AGENT": user_agent(),
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": least,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "DOWNLOAD_DELAY": least,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "REDIRECT_MAX_TIMES": 5,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": max(source.size for source in sources),
        "DOWNLOAD_WARNSIZE": 0,
        "HTTPPROXY_ENABLED": False,  # a proxy would connect where our resolver cannot look
        "COOKIES_ENABLED": False,
        "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "REFERRER_POLICY": "no-referrer",
        "LOG_ENABLED": log_file is not None,
        "LOG_FILE": str(log_file) if log_file else None,
        "LOG_FILE_APPEND": False,
        "LOG_LEVEL": "INFO",
    }


def user_agent() -> str:
    """How the crawler calls itself to the sites."""
    from extractor.version import version

    return f"{AGENT}/{version()}"


def _run(job: Job, store: Any, on_row: Callable[[Row], None], allow_private: bool, log_file: Path | None,
         stop_after_list: bool = False) -> list[tuple[Ask, ListPage]]:
    from scrapy.crawler import CrawlerProcess

    from extractor.crawl.spider import ReportSpider

    process = CrawlerProcess(settings(list(job.sources.values()), allow_private, log_file))
    crawler = process.create_crawler(ReportSpider)
    process.crawl(crawler, job=job, store=store, sources=job.sources, on_row=on_row, agent=user_agent(),
                  stop_after_list=stop_after_list)
    process.start()
    if process.bootstrap_failed:
        raise UsageError("Scrapy could not be started", where=str(log_file or ""), hint="see that file")
    spider: Any = crawler.spider
    if isinstance(spider.fatal, OSError):
        raise spider.fatal
    if spider.fatal is not None:
        raise UsageError(f"the state of the crawl cannot be written: {spider.fatal}", where=str(job.path),
                         hint="check the free space and the permissions, then start again: it goes on")
    pages: list[tuple[Ask, ListPage]] = spider.list_pages
    return pages


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    if folder.is_dir() and any(folder.iterdir()) and not (folder / STATE).is_dir():
        raise UsageError("holds something else than a crawl", where=str(folder),
                         hint="name an empty or a new folder with --output")
    if folder.exists() and not folder.is_dir():
        raise UsageError("is not a folder", where=str(folder), hint="name an empty or a new folder with --output")
    (folder / STATE).mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / STATE / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError("another crawl is using this folder", where=str(folder),
                         hint="wait for it, or name another folder") from None
    try:
        yield
    finally:
        lock.release()


def _write_log(path: Path, rows: Iterator[Row]) -> None:
    """The log as CSV for Excel (UTF-8 with byte order mark, no cell that is a formula)."""
    names = [one.name for one in fields(Row)]
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(names)
        for one in rows:
            values = (getattr(one, name) for name in names)
            writer.writerow("" if value is None else neutral(str(value)) for value in values)
    part.replace(path)
