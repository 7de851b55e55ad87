"""The parts of the crawler by themselves: addresses, source files, pages, the job, pauses, names."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.crawl.addresses import is_public, refusal
from extractor.crawl.config import CrawlSource, read_sources
from extractor.crawl.job import MAX_DEATHS, STATE, Job, row
from extractor.crawl.pages import (
    Link,
    actual_type,
    next_from_template,
    page_text,
    promised_type,
    read_list,
    read_report,
    title_refusal,
)
from extractor.crawl.records import Ask, canonical
from extractor.crawl.spider import link_refusal
from extractor.crawl.store import Store
from extractor.errors import PatternError, UsageError

SOURCE = CrawlSource("s", ("http://h.example/i.html",), ("h.example",), items="ul.list li", skip=("通知",))

# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "localhost", "", "1.2.3",
])
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("url", [
    "ftp://h.example/", "file:///etc/passwd", "http://h.example.evil.example/", "http://evil.example/?h.example",
    "http://sub.h.example/", "http://h.example:8080/", "http://user@h.example/", "http://h.example@evil.example/",
    "http://h.example:99999/", "http://[::1/", "javascript:alert(1)", "http://h.example/" + "a" * 3000, "http:///x", "",
])
def test_only_the_named_host_is_asked(url: str) -> None:
    assert refusal(url, SOURCE.hosts)


def test_hosts_may_name_ports_and_domains() -> None:
    assert not refusal("https://H.EXAMPLE./a", ["h.example"])
    assert not refusal("http://a.b.h.example/", ["*.h.example"])
    assert refusal("http://evilh.example/", ["*.h.example"])
    assert not refusal("http://h.example:8080/", ["h.example:8080"])
    assert refusal("http://h.example/", ["h.example:8080"])


def test_the_resolver_drops_private_answers_whoever_gives_them() -> None:
    from twisted.internet.address import IPv4Address

    from extractor.crawl import resolver

    class Original:
        def resolveHostName(self, receiver: Any, name: str, *_: Any) -> None:
            receiver.resolutionBegan(None)
            for host in ("10.0.0.7", *(["8.8.8.8"] if name == "mixed.example" else [])):
                receiver.addressResolved(IPv4Address("TCP", host, 80))
            receiver.resolutionComplete()

    def ask(name: str, allow: bool = False) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        receiver = SimpleNamespace(resolutionBegan=lambda _: None, resolutionComplete=lambda: None,
                                   addressResolved=lambda address: found.append((address.host, address.port)))
        reactor = SimpleNamespace(nameResolver=Original())
        one = resolver.PublicResolver(reactor, allow)
        one.resolveHostName(receiver, name, 80)
        one.resolveHostName(receiver, name, 81)  # from memory
        return found

    assert ask("mixed.example") == [("8.8.8.8", 80), ("8.8.8.8", 81)]
    assert ask("inner.example") == []
    assert resolver.refused["inner.example"] == "10.0.0.7"
    assert [host for host, _ in ask("inner.example", allow=True)] == ["10.0.0.7", "10.0.0.7"]


# --- source files ---------------------------------------------------------------------------------------------------


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_source_needs_little(tmp_path: Path) -> None:
    source, = read_sources(write(tmp_path, "crawl:\n- {id: a, start: 'http://H.example:8080/x'}\n"))
    assert (source.hosts, source.take, source.delay) == (("h.example:8080",), ("工作总结", "工作报告", "工作计划"), 2.0)


def test_a_default_port_is_no_port(tmp_path: Path) -> None:
    source, = read_sources(write(tmp_path, "crawl:\n- {id: a, start: 'https://h.example:443/x'}\n"))
    assert not refusal("http://h.example/", source.hosts)


@pytest.mark.parametrize(("line", "message"), [
    ("itmes: a", "unknown key 'itmes' (did you mean 'items'?)"),
    ("items: 'ul['", "'items' is no CSS selector"),
    ("pattern: '('", "'pattern' is no regular expression"),
    ("pattern: '<a>'", "'pattern' must name two groups"),
    ("pages: {url: index.html}", "'url' has no {page}"),
    ("{next: a, pages: {url: 'i_{page}.html'}}", "two ways to say the same"),
    ("json: {items: a}\n  items: li", "'items' is for HTML lists"),
    ("types: [pdf, exe]", "'exe' is no types"),
    ("limits: {delay: 0}", "'delay' must be between 0.1 and 600"),
    ("limits: {pages: 1.5}", "'pages' must be a whole number"),
    ("limits: {retries: 99}", "'retries' must be between 0 and 10"),
    ("hosts: 'a b'", "'a b' is no host"),
    ("contact: \"a\\nX-Evil: 1\"", "'contact' must be a mail or web address"),
    ("take: {a: b}", "'take' must be text or a list of texts"),
])
def test_a_mistake_is_told_with_its_line(line: str, message: str, tmp_path: Path) -> None:
    text = f"crawl:\n- id: a\n  start: http://h.example/\n  {line}\n"
    if line.startswith("{"):
        text = f"crawl:\n- {{id: a, start: 'http://h.example/', {line[1:]}\n"
    with pytest.raises(PatternError) as caught:
        read_sources(write(tmp_path, text))
    assert message in str(caught.value)
    assert "s.yaml:" in str(caught.value)


@pytest.mark.parametrize("start", ["file:///etc/passwd", "http://", "h.example", "http://a@h.example/", "http://[/"])
def test_a_start_is_a_web_address(start: str, tmp_path: Path) -> None:
    with pytest.raises(PatternError, match="is no web address"):
        read_sources(write(tmp_path, f"crawl:\n- {{id: a, start: '{start}'}}\n"))


@pytest.mark.parametrize("identity", ["../up", ".hidden", "a/b", "", "a" * 65, "云岭"])
def test_an_id_is_a_safe_folder_name(identity: str, tmp_path: Path) -> None:
    with pytest.raises(PatternError):
        read_sources(write(tmp_path, f"crawl:\n- id: '{identity}'\n  start: http://h.example/\n- {{id: b}}\n"))


def test_ids_are_unique_and_known(tmp_path: Path) -> None:
    twice = "crawl:\n- {id: a, start: 'http://h.example/'}\n- {id: a, start: 'http://h.example/'}\n"
    with pytest.raises(PatternError, match="given twice"):
        read_sources(write(tmp_path, twice))
    with pytest.raises(UsageError, match="no source 'civl'"):
        read_sources(write(tmp_path, "crawl:\n- {id: civil, start: 'http://h.example/'}\n"), ["civl"])
    with pytest.raises(UsageError, match="names no crawl sources"):
        read_sources(write(tmp_path, "documents: []\n"))


def test_the_shipped_sources_are_valid() -> None:
    path = Path(__file__).resolve().parent.parent / "corpus" / "sources.yaml"
    assert [source.id for source in read_sources(path)] == ["sample-lists", "sample-json"]


# --- pages ----------------------------------------------------------------------------------------------------------


def test_a_list_gives_titles_dates_and_the_next_page() -> None:
    text = """<base href="/xxgk/"><ul class=list>
      <li><a href="a.html" title="云岭县民政局2023年工作总结">云岭县民政局2023...</a> 2024年1月9日
      <li><a href="b.html#top"> 2022年\n 工作总结 </a><span>2023-2-1</span>
      <li>no link <li><a href="javascript:x()">y</a> <li><a href="#top">z</a></ul>
      <a href="i_2.html"> 下一页 &gt; </a>"""
    page = read_list(SOURCE, text, "http://h.example/i.html")
    assert page.links == (Link("http://h.example/xxgk/a.html", "云岭县民政局2023年工作总结", "2024-01-09"),
                          Link("http://h.example/xxgk/b.html", "2022年 工作总结", "2023-02-01"))
    assert page.next == "http://h.example/xxgk/i_2.html"


def test_titles_are_taken_by_words_in_any_script_and_width() -> None:
    assert title_refusal(SOURCE, "云岭县２０２３年工作 总结") == ""
    assert title_refusal(SOURCE, "雲嶺縣2016年工作總結") == ""
    assert title_refusal(SOURCE, "关于做好工作总结的通知") == "title has '通知'"
    assert title_refusal(SOURCE, "云岭县概况") == "title has none of the wanted terms"


def test_template_paging_ends_where_the_source_says() -> None:
    source = CrawlSource("s", ("http://h.example/x/",), SOURCE.hosts, page_url="i_{page}.html", page_from=1, page_to=2)
    start = source.start[0]
    assert next_from_template(source, start, -1) == ("http://h.example/x/i_1.html", 1)
    assert next_from_template(source, start, 1) == ("http://h.example/x/i_2.html", 2)
    assert next_from_template(source, start, 2) is None


def test_a_report_names_its_attachments_by_type() -> None:
    text = """<title>x</title><h1>t</h1><a href=a.doc>表</a><a href=a.doc>again</a><a href='d?id=1'>附件.pdf（3KB）</a>
      <a href=b.html>p</a><a href=c.ofd>o</a><a href=d.zip>z</a><a href=e.2023>v</a>"""
    source = CrawlSource("s", SOURCE.start, SOURCE.hosts, types=("html", "doc", "pdf"))
    page = read_report(source, text, "http://h.example/")
    assert [link.url[17:] for link in page.attachments] == ["a.doc", "d?id=1"]
    assert [promised_type(link) for link in page.unwanted] == ["ofd", "zip"]


@pytest.mark.parametrize(("text", "refused"), [
    ("<title>用户登录</title><input type=password>" + "字" * 2000, "login page"),
    ("<title>x</title><INPUT TYPE='PassWord'>", "login page"),
    ("<title>404 Not Found</title>", "error page: 404 Not Found"),
    ("<title>2023年工作总结</title><input type=password>" + "字" * 2000, ""),  # a login box in the page's corner
])
def test_pages_that_are_no_report(text: str, refused: str) -> None:
    assert read_report(SOURCE, text, "http://h.example/").refused == refused


def test_a_declared_gb2312_is_read_as_gb18030() -> None:
    data = '<meta charset="gb2312"><title>㐂冧镕</title>'.encode("gb18030")
    assert "㐂冧镕" in page_text(data, "text/html")
    assert "㐂冧镕" in page_text(data, "text/html; charset=GBK")


def test_a_pattern_without_end_costs_seconds_not_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.crawl.pages._PATTERN_SECONDS", 0.2)
    source = CrawlSource("s", SOURCE.start, SOURCE.hosts, pattern=r"(?P<url>(a+)+)(?P<title>b)$")
    begun = time.perf_counter()
    with pytest.raises(ValueError, match="takes more than"):
        read_list(source, "a" * 4000 + "!", "http://h.example/")
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("text", ["<a href=x>" * 60_000, "<ul class=list>" + "<li>" * 60_000, "<" * 500_000,
                                  "<ul class=list><li>" + "2024-1-1 " * 50_000 + "<a href=a>t</a>"])
def test_odd_pages_cost_little_time(text: str) -> None:
    begun = time.perf_counter()
    read_list(SOURCE, text, "http://h.example/")
    read_report(SOURCE, text, "http://h.example/")
    assert time.perf_counter() - begun < 8


def test_binary_is_no_text() -> None:
    assert actual_type(b"MZ\0\0\0", "doc") == "binary"
    assert actual_type("云岭县\n".encode("utf-16"), "") == "txt"
    assert actual_type("脱贫户".encode("gb18030"), "") == "txt"
    assert actual_type(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "wps") == "wps"


def test_one_spelling_of_an_address() -> None:
    assert canonical("http://H.example:80/a?b=1&a=2#x") == canonical("http://h.example:80/a?a=2&b=1")
    assert canonical("http://h.example/a.jsp;JSESSIONID=AB?x=1") == "http://h.example/a.jsp?x=1"


# --- the job --------------------------------------------------------------------------------------------------------


def job_in(folder: Path) -> Job:
    (folder / STATE).mkdir(exist_ok=True)
    return Job(folder)


def ask(path: str, kind: str = "report") -> Ask:
    return Ask("s", kind, f"http://h.example/{path}")  # type: ignore[arg-type]


def test_a_request_under_way_is_not_lost_and_not_made_twice(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    assert job.begin([SOURCE]) == set()
    first = job.next()
    assert first is not None
    assert job.next() is None, "one request per host"
    job.finish(first, row(first, "read"), children=[ask("a"), ask("b"), ask("a#x")])
    second = job.next()
    assert second is not None
    assert second.url.endswith("/a")
    job.close()  # killed here
    job = job_in(tmp_path)
    assert job.begin([SOURCE]) == {"s"}
    urls = []
    while one := job.next():
        urls.append(one.url[-1])
        job.finish(one, row(one, "kept"))
    assert urls == ["a", "b"]
    assert job.end()
    assert [one.status for one in job.rows()] == ["read", "kept", "kept"]


def test_an_edited_source_starts_anew(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    job.begin([SOURCE])
    job.close()
    job = job_in(tmp_path)
    assert job.begin([CrawlSource("s", SOURCE.start, SOURCE.hosts, take=("公报",))]) == set()


def test_what_kills_the_crawl_each_time_is_given_up(tmp_path: Path) -> None:
    for _ in range(MAX_DEATHS):
        job = job_in(tmp_path)
        job.begin([SOURCE])
        assert job.next() is not None
        job.close()
    job = job_in(tmp_path)
    job.begin([SOURCE])
    assert job.next() is None
    assert "ended 5 times" in next(job.rows()).reason


def test_one_source_alone_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    other = CrawlSource("o", ("http://o.example/",), ("o.example",))
    job = job_in(tmp_path)
    job.begin([SOURCE, other])
    hosts = {one.source for one in (job.next(), job.next()) if one}
    assert hosts == {"s", "o"}, "two hosts side by side"
    job.close()
    job = job_in(tmp_path)
    job.begin([other])
    one = job.next()
    assert one is not None
    assert one.source == "o"
    job.finish(one, row(one, "read"))
    assert job.end()
    assert job.begin([SOURCE, other]) == {"s"}


def test_a_state_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / STATE).mkdir()
    (tmp_path / STATE / "job.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match="cannot be read"):
        Job(tmp_path)


def test_files_get_names_of_hashes_and_half_written_ones_go(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    job.begin([SOURCE])
    store = Store(tmp_path, job)
    one = Ask("s", "report", "http://h.example/../../../etc/x%00.html", "../../title")
    status, name, key, digest = store.keep(one, b"data", "html", {"title": one.title})
    assert status == "kept"
    assert name == f"s/{name[2:14]}-{digest[:12]}.html"
    assert (tmp_path / name).read_bytes() == b"data"
    store.clean()  # it was never finished
    assert not list((tmp_path / "s").iterdir())
    store.keep(one, b"data", "html", {})
    job.finish(one, row(one, "kept"), kept=(key, digest))
    store.clean()
    assert (tmp_path / name).is_file()
    assert store.keep(one, b"data", "html", {})[0] == "unchanged"
    assert store.keep(one, b"new", "html", {})[0] == "changed"
    assert store.keep(Ask("s", "report", "http://h.example/2"), b"data", "html", {})[:2] == ("duplicate", name)
    (tmp_path / name).unlink()
    assert store.keep(one, b"data", "html", {})[0] == "kept", "a file that the user removed comes back"


def test_the_cache_notices_an_altered_file(tmp_path: Path) -> None:
    job = job_in(tmp_path)
    job.begin([SOURCE])
    store = Store(tmp_path, job)
    store.remember("http://h.example/l", {"Etag": ["1"]}, b"old")
    store.remember("http://h.example/l", {"Etag": ["2"]}, b"new")
    headers, digest = job.cached("http://h.example/l") or ("", "")
    assert json.loads(headers) == {"Etag": ["2"]}
    assert store.body(digest) == b"new"
    assert len(list(store.bodies.iterdir())) == 1, "the old body is gone"
    (store.bodies / digest).write_bytes(b"tampered")
    assert store.body(digest) is None


def test_a_folder_is_used_by_one_crawl_and_only_for_crawls(tmp_path: Path) -> None:
    from filelock import FileLock

    from extractor.crawl.run import crawl

    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "thesis.docx").touch()
    with pytest.raises(UsageError, match="something else"):
        crawl([SOURCE], tmp_path / "a")
    with pytest.raises(UsageError, match="not a folder"):
        crawl([SOURCE], tmp_path / "a" / "thesis.docx")
    (tmp_path / "b" / STATE).mkdir(parents=True)
    with FileLock(tmp_path / "b" / STATE / "lock"), pytest.raises(UsageError, match="another crawl"):
        crawl([SOURCE], tmp_path / "b")


def test_a_state_that_cannot_be_written_ends_the_crawl() -> None:
    import sqlite3

    from extractor.crawl.spider import JobScheduler, ReportSpider

    def full(*_: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    job: Any = SimpleNamespace(next=full, idle=lambda: False, finish=full, under_way={})
    spider = ReportSpider(job=job, store=job, sources={"s": SOURCE}, on_row=lambda _: None, agent="x")
    scheduler = JobScheduler(SimpleNamespace(spider=spider))
    assert scheduler.has_pending_requests()
    assert scheduler.next_request() is None
    assert str(spider.fatal) == "database or disk is full"
    assert not scheduler.has_pending_requests(), "an idle engine closes"
    spider.failed(SimpleNamespace(value=TimeoutError(), request=spider.request_of(ask("a"))))


# --- pauses ---------------------------------------------------------------------------------------------------------


def request(url: str = "http://h.example/", **meta: Any) -> Any:
    from scrapy import Request

    return Request(url, meta={"hosts": SOURCE.hosts, "delay": 0.1, **meta})


def pace_of(*requests: Any) -> list[float]:
    from extractor.crawl.polite import Pace

    async def run() -> list[float]:
        pace = Pace(SimpleNamespace(crawling=True))  # type: ignore[arg-type]
        begun, times = time.monotonic(), []
        for one in requests:
            await pace.process_request(one)
            times.append(time.monotonic() - begun)
        return times

    return asyncio.run(run())


def test_pauses_are_kept_for_each_host() -> None:
    first, other, second, third = pace_of(request(), request("http://o.example/"), request(crawl_delay=0.3),
                                          request(pause=0.5))
    assert first < 0.05
    assert other < 0.05
    assert 0.3 <= second < 0.45
    assert 0.8 <= third < 0.95


def test_a_crawl_that_is_stopped_does_not_wait_for_pauses() -> None:
    from extractor.crawl.polite import Interrupted, Pace

    pace = Pace(SimpleNamespace(crawling=False))  # type: ignore[arg-type]
    begun = time.monotonic()
    with pytest.raises(Interrupted):
        asyncio.run(pace.process_request(request(pause=200.0)))
    assert time.monotonic() - begun < 2


def test_pauses_double_and_the_sites_wish_is_kept() -> None:
    from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
    from scrapy.http import Response
    from scrapy.settings import Settings

    from extractor.crawl import resolver
    from extractor.crawl.polite import BackOff, ComeBackLater

    stats = SimpleNamespace(inc_value=lambda _: None)
    spider = SimpleNamespace(crawler=SimpleNamespace(settings=Settings(), stats=stats))
    middleware = BackOff(Settings())
    middleware.crawler = SimpleNamespace(spider=spider)
    one, pauses = request(max_retry_times=3), []
    while (again := middleware.process_exception(one, DownloadTimeoutError())) is not None:
        pauses.append(again.meta["pause"])
        one = again
    assert pauses == [0.2, 0.4, 0.8]

    def answer(status: int, wish: str) -> Any:
        response = Response("http://h.example/", status=status, headers={"Retry-After": wish})
        return middleware.process_response(request(max_retry_times=1), response)

    assert answer(503, "7").meta["pause"] == 7.0
    assert answer(500, "7").meta["pause"] == 0.2, "Retry-After is for 429 and 503"
    assert answer(404, "7").status == 404
    with pytest.raises(ComeBackLater, match="come back after 4000 s"):
        answer(429, "4000")
    resolver.refused["inner.example"] = "10.0.0.7"
    assert middleware.process_exception(request("http://inner.example/"), CannotResolveHostError()) is None


@pytest.mark.parametrize(("header", "seconds"), [
    (b"120", 120.0), (b"0", 0.0), (b"", 0.0), (b"soon", 0.0), (b"-5", 0.0), (b"Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    (b"9" * 400, 999_999_999.0), ("１２".encode(), 0.0),
])
def test_retry_after_is_seconds_or_a_date(header: bytes, seconds: float) -> None:
    from scrapy.http import Response

    from extractor.crawl.polite import _retry_after

    assert _retry_after(Response("http://h.example/", headers={"Retry-After": header})) == seconds


def test_hosts_and_circles_are_checked_on_redirects() -> None:
    from extractor.crawl.polite import Hosts, Refused

    hosts = Hosts(SimpleNamespace(settings=SimpleNamespace(getbool=lambda _: False)))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="redirected: host"):
        hosts.process_request(request("http://evil.example/", redirect_times=1))
    with pytest.raises(Refused, match="circle"):
        hosts.process_request(request(redirect_urls=["http://h.example/"]))
    with pytest.raises(Refused, match="private address"):
        hosts.process_request(request("http://10.0.0.1/", hosts=("10.0.0.1",)))
    redirected = request(cached_response="of another address")
    redirected.headers["If-None-Match"] = "1"
    hosts.process_request(redirected)
    assert "cached_response" not in redirected.meta
    assert "If-None-Match" not in redirected.headers


# --- robots.txt -----------------------------------------------------------------------------------------------------


def robots(answer: Any, path: str = "/a.html") -> str:
    """Why a page may not be read when the site answers for robots.txt with ``answer`` (status and body, or error)."""
    from scrapy.http import Response

    from extractor.crawl.polite import Refused, Robots

    async def download(asked: Any) -> Any:
        assert asked.url == "http://h.example/robots.txt"
        if isinstance(answer, Exception):
            raise answer
        return Response(asked.url, status=answer[0], body=answer[1])

    crawler = SimpleNamespace(settings={"ROBOTSTXT_USER_AGENT": "extractor"},
                              engine=SimpleNamespace(download_async=download))

    async def run() -> str:
        middleware = Robots(crawler)  # type: ignore[arg-type]
        try:
            await middleware.process_request(request("http://h.example" + path, download_timeout=1))
        except Refused as error:
            return str(error)
        return ""

    return asyncio.run(run())


def test_robots_is_read_as_the_standard_says() -> None:
    from scrapy.exceptions import DownloadTimeoutError

    from extractor.crawl.polite import ComeBackLater, Refused

    assert robots((200, b"User-agent: *\nDisallow: /\n")) == "robots.txt forbids it"
    assert robots((200, b"User-agent: *\nDisallow: /b\n")) == ""
    assert robots((200, b"User-agent: extractor\nAllow: /\n\nUser-agent: *\nDisallow: /\n")) == ""
    assert robots((200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /*.html$\n")) == "robots.txt forbids it"
    assert robots((200, b"<html>404</html>")) == ""
    assert robots((404, b"User-agent: *\nDisallow: /\n")) == ""
    assert robots((403, b"")) == ""
    assert robots((503, b"")) == "robots.txt cannot be read: HTTP 503"
    assert robots((429, b"")) == "robots.txt cannot be read: HTTP 429"
    assert robots(DownloadTimeoutError()) == "robots.txt cannot be read: no answer in time"
    assert robots(ComeBackLater("HTTP 503, asks to come back after 900 s")).startswith("robots.txt cannot be read")
    assert robots(Refused("redirected: host evil.example is not one of the source")) == ""
    assert robots((200, b"User-agent: *\nCrawl-delay: 4000\n")) == "robots.txt asks for 4000 s between requests"
    assert robots((200, b"User-agent: *\nCrawl-delay: much\n" + b"x" * 5_000_000)) == ""


# --- anything at all ------------------------------------------------------------------------------------------------

_PIECES = st.lists(st.sampled_from([
    "<a href='", "http://", "//", "h.example", "[", "]", ":", ":99999999", "%zz", "%00", "\0", "é", "云", "?a=1&a",
    ";x=", "'>", "工作总结", "</a>", "<li>", "<base href='", "<meta name=ArticleTitle content='",
    "<input type=password>", "2024-1-1", " ", "@", "\\", "../", "javascript:", "data:,x", "..."]), max_size=40)


@given(_PIECES)
@settings(max_examples=400, deadline=None)
def test_no_page_breaks_the_reading_of_its_links(pieces: list[str]) -> None:
    text = "<ul class=list><li>" + "".join(pieces)
    page = read_list(SOURCE, text, "http://h.example/i.html")
    report = read_report(SOURCE, text, "http://h.example/i.html")
    for link in (*page.links, *report.attachments, *report.unwanted):
        assert link.url.startswith(("http://", "https://"))
        assert canonical(link.url)
        link_refusal(SOURCE, link)
        one = Ask("s", "report", link.url)
        assert isinstance(one.host, str)
        refusal(link.url, SOURCE.hosts)
