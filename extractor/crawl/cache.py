"""The HTTP cache: what is there is asked for again with a condition, and answered from disk on 304 Not Modified.

Scrapy's middleware with a policy of one sentence and a storage without pickle.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Request, Response


log = logging.getLogger(__name__)


class Policy:
    """Never fresh, always revalidated: a crawl looks for what is new, so a guess that a list is still fresh (RFC 9111
    allows it) would hide new reports. Only whole answers with an ETag or a date are kept."""

    def __init__(self, settings: Any) -> None:
        pass

    def should_cache_request(self, request: Request) -> bool:
        return bool(request.method == "GET")

    def should_cache_response(self, response: Response, request: Request) -> bool:
        if response.status != 200 or b"no-store" in (response.headers.get("Cache-Control") or b"").lower():
            return False
        return "ETag" in response.headers or "Last-Modified" in response.headers

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        for condition, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            if validator in cachedresponse.headers:
                request.headers[condition] = cachedresponse.headers[validator]
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        return bool(response.status == 304)


class Storage:
    """Answers by address: headers in the job's database, the body under its hash."""

    def __init__(self, settings: Any) -> None:
        self.store: Any = None

    def open_spider(self, spider: Any) -> None:
        self.store = spider.store

    def close_spider(self, spider: Spider) -> None:
        self.store = None

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        found = self.store.job.cached(request.url)
        data = self.store.body(found[1]) if found else None
        if data is None:
            return None
        from scrapy.http import Headers
        from scrapy.responsetypes import responsetypes

        headers = Headers(json.loads(found[0]))
        kind = responsetypes.from_args(headers=headers, url=request.url, body=data)
        return kind(url=request.url, status=200, headers=headers, body=data)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        from extractor.crawl.store import plain_headers

        if "cached" in response.flags:  # after a 304 only the headers could be newer; the validators are the same
            return
        try:
            self.store.remember(request.url, plain_headers(response.headers), response.body)
        except (OSError, sqlite3.Error):
            # A full disk: the answer itself goes on to the spider, whose own writing is what matters.
            log.exception("%s is not cached", request.url)


class ConditionalCache(HttpCacheMiddleware):
    """Scrapy's cache, but a site that does not answer is an error to be retried, not a reason for an old copy."""

    def process_exception(self, request: Request, exception: Exception, spider: Spider | None = None) -> None:
        request.meta.pop("cached_response", None)
