"""What makes the crawler polite, as Scrapy downloader middlewares: hosts, robots.txt, pauses, back-off.

Order (see ``run.settings``): Hosts sees every request first, redirects and robots.txt included; Robots next; Retry
decides about failures; Pace is the last before the network.
"""

from __future__ import annotations

import asyncio
import logging
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from extractor.crawl import resolver
from extractor.crawl.addresses import is_ip, is_public, refusal
from extractor.crawl.records import host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

log = logging.getLogger(__name__)

#: Longest pause in seconds that a site can ask for, by Crawl-delay or Retry-After; more means: not this time.
LONGEST_PAUSE = 300.0

#: Bytes of a robots.txt that are read (RFC 9309, 2.5: at least 500 KiB).
_ROBOTS = 512 * 1024
_ROBOTS_RETRIES = 2


_REASONS = {
    "CannotResolveHostError": "host not found",
    "DownloadConnectionRefusedError": "connection refused",
    "DownloadTimeoutError": "no answer in time",
    "TimeoutError": "no answer in time",
    "DownloadCancelledError": "answer is larger than allowed",
    "ResponseDataLossError": "answer was cut off",
}
#: Words in messages of Scrapy, Twisted and OpenSSL -> what they mean.
_PARTS = (
    ("MAXSIZE", "answer is larger than allowed"),  # packed small, unpacked beyond the limit
    ("VerificationError", "the site's certificate is for another name"),
    ("certificate verify failed", "the site's certificate cannot be verified"),
    ("ConnectionDone", "the site closed the connection"),
    ("ConnectionLost", "the site closed the connection"),
    ("ended before the end-of-stream", "answer is packed wrongly"),
)


class Refused(IgnoreRequest):
    """A rule of the source, or of the site, forbids the request; the message is the reason in the log."""


class ComeBackLater(Refused):
    """The site is overloaded and names a time too far away to wait for."""


class Interrupted(IgnoreRequest):
    """The crawl is being stopped: the request was not made and stays in the queue."""


class _Middleware:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        return cls(crawler)


class Hosts(_Middleware):
    """Lets through the source's hosts only, and no private address (names are filtered where they are resolved)."""

    def process_request(self, request: Request) -> None:
        reason = refusal(request.url, request.meta["hosts"])
        name = urlsplit(request.url).hostname or ""
        if not reason and is_ip(name) and not is_public(name) \
                and not self.crawler.settings.getbool("CRAWL_ALLOW_PRIVATE"):
            reason = private_address(name)
        if reason:
            raise Refused(f"redirected: {reason}" if request.meta.get("redirect_times") else reason)
        if request.url in request.meta.get("redirect_urls", ()):
            raise Refused("redirects in a circle")
        # A redirect copies its request: conditions and copy belong to the address that was asked first.
        request.meta.pop("cached_response", None)
        for condition in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(condition, None)


class Robots(_Middleware):
    """Obeys robots.txt as RFC 9309 says: missing (4xx) allows everything, unreachable (5xx, no answer) nothing."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.known: dict[str, asyncio.Future[Protego | str]] = {}

    async def process_request(self, request: Request) -> None:
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self.known:
            self.known[site] = asyncio.get_running_loop().create_future()
            self.known[site].set_result(await self._fetch(site, request))
        rules = await self.known[site]
        if isinstance(rules, str):
            raise Refused(rules) if rules else Interrupted("stopping")
        delay = rules.crawl_delay(self.agent)
        if delay is not None:
            if delay > LONGEST_PAUSE:
                raise Refused(f"robots.txt asks for {delay:.0f} s between requests")
            request.meta["crawl_delay"] = float(delay)
        if not rules.can_fetch(request.url, self.agent):
            raise Refused("robots.txt forbids it")

    async def _fetch(self, site: str, request: Request) -> Protego | str:
        """The rules of a site, or why nothing of it may be read ('': the crawl is being stopped)."""
        asked = Request(f"{site}/robots.txt", callback=NO_CALLBACK, dont_filter=True, headers=request.headers,
                        meta={**{key: request.meta[key] for key in ("hosts", "delay", "download_timeout")},
                              "robots": True, "max_retry_times": _ROBOTS_RETRIES, "download_maxsize": 4 * _ROBOTS,
                              "handle_httpstatus_all": False})
        try:
            response = await self.crawler.engine.download_async(asked)
        except Interrupted:
            return ""
        except ComeBackLater as error:
            return f"robots.txt cannot be read: {error}"
        except IgnoreRequest:
            return Protego.parse("")  # it lies behind a redirect that is not followed: unavailable, RFC 9309, 2.3.1.2
        except Exception as error:
            log.info("robots.txt of %s: %r", site, error)
            private = resolver.refused.get(host_of(site))
            return private_address(private) if private else f"robots.txt cannot be read: {network_reason(error)}"
        if response.status >= 500 or response.status == 429:
            return f"robots.txt cannot be read: HTTP {response.status}"
        body = response.body[:_ROBOTS] if response.status < 300 else b""
        return Protego.parse(body.decode("utf-8-sig", "replace"))


class Pace(_Middleware):
    """Keeps the time between two requests to a host: the source's ``delay``, the site's Crawl-delay, and what Retry
    asks for. AutoThrottle may slow down further where a site answers slowly."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.last: dict[str, float] = {}

    async def process_request(self, request: Request) -> None:
        host = host_of(request.url)
        gap = max(request.meta["delay"], request.meta.get("crawl_delay", 0.0))
        at = time.monotonic() + request.meta.pop("pause", 0.0)
        if host in self.last:
            at = max(at, self.last[host] + gap)
        self.last[host] = at
        while (left := at - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.5))
            if not self.crawler.crawling:
                raise Interrupted("stopping")


class BackOff(RetryMiddleware):
    """Scrapy's retries with a growing pause: ``delay`` doubled each time, or what Retry-After says if that is more."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        asked = _retry_after(response) if response.status in (429, 503) else 0.0
        if asked > LONGEST_PAUSE:
            raise ComeBackLater(f"HTTP {response.status}, asks to come back after {asked:.0f} s")
        return self._slower(super().process_response(request, response), asked)

    def process_exception(self, request: Request, exception: Exception, spider: Any = None) -> Any:
        name = host_of(request.url)
        if isinstance(exception, CannotResolveHostError) and name in resolver.refused:
            return None  # it will not become public by asking again
        return self._slower(super().process_exception(request, exception), 0.0)

    def _slower(self, result: Any, asked: float) -> Any:
        if isinstance(result, Request):
            result.meta["pause"] = min(max(asked, result.meta["delay"] * 2 ** result.meta["retry_times"]),
                                       LONGEST_PAUSE)
        return result


def private_address(address: str) -> str:
    """The reason in the log for a host on a private network."""
    return f"private address {address}, asked only with --allow-private"


def network_reason(error: BaseException) -> str:
    """Why there was no answer, in words."""
    name = type(error).__name__
    if name in _REASONS:
        return _REASONS[name]
    text = " ".join(str(error).split())
    for part, reason in _PARTS:
        if part in text:
            return reason
    return f"no answer: {text[:200] or name}"


def _retry_after(response: Response) -> float:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: a number or a date); 0 where there is none."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time()) if value else 0.0
    except (ValueError, OverflowError, TypeError):
        return 0.0
