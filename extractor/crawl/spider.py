"""The one spider, for every source: lists to reports to attachments. What differs between sites is data.

It yields no requests. What an answer leads to goes into the job in one transaction with the answer itself
(:meth:`Job.finish`), and the scheduler takes the next address from there.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

from extractor.crawl import resolver
from extractor.crawl.addresses import refusal
from extractor.crawl.config import CrawlSource
from extractor.crawl.job import Job, row
from extractor.crawl.pages import (
    Link,
    ListPage,
    actual_type,
    is_cut,
    next_from_template,
    page_text,
    promised_type,
    read_list,
    read_report,
    title_refusal,
)
from extractor.crawl.polite import Interrupted, Refused, network_reason, private_address
from extractor.crawl.records import Ask, Row, host_of
from extractor.crawl.store import Store, plain_headers

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

log = logging.getLogger(__name__)


class ReportSpider(scrapy.Spider):
    """Reads the sources of a job."""

    name = "reports"

    def __init__(self, *, job: Job, store: Store, sources: Mapping[str, CrawlSource], on_row: Callable[[Row], None],
                 agent: str, stop_after_list: bool = False) -> None:
        super().__init__()
        self.job = job
        self.store = store
        self.sources = sources
        self.on_row = on_row
        self.agent = agent
        self.stop_after_list = stop_after_list
        self.list_pages: list[tuple[Ask, ListPage]] = []
        self.fatal: Exception | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Nothing: the scheduler has the start pages already."""
        return
        yield

    def request_of(self, ask: Ask) -> Request:
        """The request for an address, with the limits and the pace of its source."""
        source = self.sources[ask.source]
        agent = f"{self.agent} (+{source.contact})" if source.contact else self.agent
        meta = {"ask": ask, "hosts": source.hosts, "delay": source.delay, "download_timeout": source.timeout,
                "download_maxsize": source.size, "max_retry_times": source.retries}
        return scrapy.Request(ask.url, callback=self.answered, errback=self.failed, dont_filter=True, meta=meta,
                              headers={"User-Agent": agent})

    def give_up(self, ask: Ask, reason: str) -> None:
        """An address that cannot be asked for."""
        outcome = row(ask, "failed", reason)
        self.job.finish(ask, outcome)
        self.on_row(outcome)

    # --- answers ---------------------------------------------------------------------------------------------------

    def answered(self, response: Response) -> None:
        """An answer with status 200. Whatever a page holds, the crawl goes on: a mistake of ours is a row too."""
        ask: Ask = response.meta["ask"]
        with self.disk():
            try:
                self._list(ask, response) if ask.kind == "list" else self._file(ask, response)
            except (OSError, sqlite3.Error):
                raise
            except ValueError as error:
                self._done(ask, response, "failed", str(error))
            except Exception as error:
                log.exception("internal error at %s", ask.url)
                self._done(ask, response, "failed", f"internal error: {type(error).__name__}: {error}"[:300])

    def failed(self, failure: Failure) -> None:
        """No answer, or one that is none."""
        error: Any = failure.value
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        ask: Ask = request.meta["ask"]
        if isinstance(error, Interrupted):
            return  # still in the queue for the next start
        if isinstance(error, HttpError):
            status, reason, http = "failed", f"HTTP {error.response.status}", error.response.status
        elif isinstance(error, Refused):
            status, reason, http = "skipped", str(error), None
        elif isinstance(error, IgnoreRequest) and "MAXSIZE" not in str(error):
            status, reason, http = "failed", str(error) or "refused", None
        else:
            source = self.sources[ask.source]
            private = resolver.refused.get(host_of(request.url))
            reason = private_address(private) if private else network_reason(error)
            reason += {"answer is larger than allowed": f" ({source.size:,} bytes)",
                       "no answer in time": f" ({source.timeout:g} s)"}.get(reason, "")
            status, http = "skipped" if private or "larger" in reason else "failed", None
        with self.disk():
            outcome = row(ask, status, reason, http=http, final_url=request.url, fetched=now())
            self.job.finish(ask, outcome)
            self.on_row(outcome)

    @contextmanager
    def disk(self) -> Iterator[None]:
        """Where something is written down. A full or lost disk ends the crawl; what could not be written down is asked
        for again by the next start."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            log.exception("the crawl cannot go on")
            self.fatal = error

    def _list(self, ask: Ask, response: Response) -> None:
        source = self.sources[ask.source]
        page = read_list(source, _text(response), response.url)
        if page.refused:
            self._done(ask, response, "failed", page.refused)
            return
        if self.stop_after_list:
            self.list_pages.append((ask, page))
            self._done(ask, response, "read")
            return
        children, rows = [], []
        for link in page.links:
            one = Ask(ask.source, "report", link.url, link.title, response.url, link.published)
            reason = link_refusal(source, link)
            if not reason and self.job.is_list(ask.source, link.url):
                reason = "a list page of this source"  # columns are called 工作总结, too
            if reason:
                rows.append(row(one, "skipped", reason))
            else:
                children.append(one)
        if ask.depth < source.depth:
            children += [Ask(ask.source, "list", link.url, link.title, response.url, depth=ask.depth + 1,
                             start=link.url)
                         for link in page.lists if not refusal(link.url, source.hosts)]
        fingerprint = hashlib.sha256("\n".join(link.url for link in page.links).encode()).hexdigest()
        following = _following(source, ask, page, response.url)
        circle = bool(following) and self.job.seen(ask.source, fingerprint)
        if following and page.links and not circle:
            children.append(following)
        nothing = not page.links and not page.lists
        if nothing and ask.url in source.start:
            self._done(ask, response, "failed", "no link matches; has the site changed? (extractor crawl --check)")
            return
        reason = "same links as an earlier page; paging ends here" if circle else "no links" if nothing else ""
        self._done(ask, response, "read", reason, children=children, rows=rows,
                   fingerprint=fingerprint if page.links else "")

    def _file(self, ask: Ask, response: Response) -> None:
        source = self.sources[ask.source]
        kind = actual_type(response.body, promised_type(Link(ask.url, ask.title)))
        title, children, rows = ask.title, [], []
        reason = "" if kind in source.types else f"content is {kind or 'empty'}, a type that is not taken"
        if kind == "html":
            if ask.kind == "attachment":
                reason = "an HTML page came instead of the attachment"
            else:
                page = read_report(source, _text(response), response.url)
                title = page.title if page.title and (is_cut(title) or not title) else title
                no_report = page.refused or _went_home(ask, response) or title_refusal(source, title)
                reason = no_report or reason
                for link in () if no_report else page.attachments:
                    # The text of a link is often 附件1.doc; the report's title says what it belongs to.
                    named = link.title if not title_refusal(source, link.title) else title
                    one = Ask(ask.source, "attachment", link.url, named, response.url, ask.published)
                    forbidden = refusal(link.url, source.hosts)
                    if forbidden:
                        rows.append(row(one, "skipped", forbidden))
                    else:
                        children.append(one)
                rows += [row(Ask(ask.source, "attachment", link.url, link.title, response.url), "skipped",
                             f"a type that is not taken: {promised_type(link)}")
                         for link in page.unwanted if not no_report]
        if reason:
            self._done(ask, response, "skipped", reason, title=title, children=children, rows=rows)
            return
        facts = {"url": ask.url, "final_url": response.url, "fetched": now(), "status": response.status,
                 "headers": plain_headers(response.headers), "source": ask.source, "title": title or None,
                 "place": source.place or None, "period": source.period or None,
                 "published": ask.published or None, "page": ask.page or None}
        status, name, key, digest = self.store.keep(ask, response.body, kind, facts)
        same = f"same content as {name}" if status == "duplicate" else ""
        self._done(ask, response, status, same, title=title, file=name, children=children, rows=rows,
                   kept=(key, digest) if status in ("kept", "changed") else None)

    def _done(self, ask: Ask, response: Response, status: str, reason: str = "", *, title: str | None = None,
              file: str = "", **rest: Any) -> None:
        outcome = row(ask, status, reason, title=ask.title if title is None else title, file=file,
                      http=response.status, final_url=response.url, fetched=now())
        self.job.finish(ask, outcome, **rest)
        self.on_row(outcome)


def link_refusal(source: CrawlSource, link: Link) -> str:
    """Why a link of a list page is not followed, or ''."""
    reason = title_refusal(source, link.title)
    if reason and not (is_cut(link.title) and reason.endswith("wanted terms")):
        return reason
    reason = refusal(link.url, source.hosts)
    if reason:
        return reason
    kind = promised_type(link)
    return "" if kind in ("", "html", *source.types) else f"a type that is not taken: {kind}"


def now() -> str:
    """The time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _following(source: CrawlSource, ask: Ask, page: ListPage, url: str) -> Ask | None:
    if source.page_url:
        found = next_from_template(source, ask.start, ask.number)
        return Ask(ask.source, "list", found[0], page=url, depth=ask.depth, number=found[1], start=ask.start) \
            if found and not refusal(found[0], source.hosts) else None
    if page.next and not refusal(page.next, source.hosts):
        return Ask(ask.source, "list", page.next, page=url, depth=ask.depth, start=ask.start)
    return None


def _went_home(ask: Ask, response: Response) -> str:
    """Sites answer for a withdrawn report with a redirect to their front page."""
    home = ("", "/", "/index.html", "/index.htm")
    went = urlsplit(response.url).path in home and urlsplit(ask.url).path not in home
    return "redirected to the front page" if went else ""


def _text(response: Response) -> str:
    return page_text(response.body, (response.headers.get("Content-Type") or b"").decode("latin-1"))


class JobScheduler:
    """Scrapy's scheduler on top of the job: one request under way per host, and nothing that a kill could lose.

    The engine gives back redirects and retries (``enqueue_request``); they live in memory only, because the address
    they stand for is still marked as under way in the job.
    """

    def __init__(self, crawler: Any) -> None:
        self.spider: ReportSpider = crawler.spider
        self.again: list[Request] = []

    @classmethod
    def from_crawler(cls, crawler: Any) -> JobScheduler:
        return cls(crawler)

    def open(self, spider: Any) -> None:
        pass

    def close(self, reason: str) -> None:
        pass

    def has_pending_requests(self) -> bool:
        return self.spider.fatal is None and (bool(self.again) or not self.spider.job.idle())

    def enqueue_request(self, request: Request) -> bool:
        self.spider.job.under_way.pop(request.meta["ask"].id, None)
        self.again.append(request)
        return True

    def next_request(self) -> Request | None:
        if self.spider.fatal is None:
            with self.spider.disk():
                return self._next()
        return None

    def _next(self) -> Request | None:
        job = self.spider.job
        for place, request in enumerate(self.again):
            host = host_of(request.url)
            if host not in job.under_way.values():
                del self.again[place]
                job.under_way[request.meta["ask"].id] = host
                return request
        while ask := job.next():
            try:
                return self.spider.request_of(ask)
            except ValueError as error:  # Scrapy is stricter about addresses than browsers are
                self.spider.give_up(ask, f"not a web address: {error}")
        return None
