"""A small site like those of county governments, with everything that a crawler meets there, good and bad.

Standard library only, loopback only. The tests use :class:`Site`; `python tests/support_site.py` serves it for a look
with a browser and for the entries `sample-*` of corpus/sources.yaml.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import html
import io
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8437
SLOW = 6.0
HUGE = 3_000_000
#: What the site links to on another host.
OUTSIDE_ONLY = ("/elsewhere.html", "/far.doc")


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it: when it came (monotonic seconds), what was asked and answered."""

    at: float
    host: str
    path: str
    status: int
    agent: str
    condition: str


def page(title: str, body: str, *, head: str = "", article: bool = False) -> str:
    meta = f'<meta name="ArticleTitle" content="{title}">' if article else ""
    nav = '<div><a href="/">首页</a><a href="/leaders.html">领导之窗</a><a href="javascript:void(0)">收藏</a></div>'
    return f"<!doctype html><html><head>{head}{meta}<title>{title}</title></head><body>{nav}{body}</body></html>"


def article(title: str, text: str, attachments: str = "") -> str:
    body = f'<h1>{title}</h1><div class="text"><p>{text}</p></div><div class="files">{attachments}</div>'
    return page(title, body, article=True)


def listing(items: list[tuple[str, str, str]], following: str = "") -> str:
    lines = "".join(f'<li><a href="{html.escape(href)}">{title}</a><span>{date}</span></li>'
                    for href, title, date in items)
    more = f'<div class="pages"><a href="{following}">下一页</a></div>' if following else ""
    return page("信息公开", f'<ul class="list">{lines}</ul>{more}')


@cache
def pdf(title: str, text: str) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(stream, invariant=1)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(72, 760, title)
    canvas.drawString(72, 730, text)
    canvas.save()
    return stream.getvalue()


@cache
def workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for line in (["云岭县低保情况表", None], ["乡镇", "户数（户）"], ["白石镇", 318], ["枫林渡镇", 205]):
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class Site:
    """The site on a free port (or ``port``), as a context manager. ``seen`` is its log."""

    def __init__(self, *, port: int = 0, outside: str = "http://127.0.0.1:9", robots: str | None = None,
                 robots_status: int = 200) -> None:
        self.outside = outside
        self.robots = robots if robots is not None else "User-agent: *\nDisallow: /private/\n"
        self.robots_status = robots_status
        self.seen: list[Seen] = []
        self.hits: Counter[str] = Counter()
        self.new_edition = False
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a killed crawler hangs up
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Site:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- what it serves --------------------------------------------------------------------------------------------

    def lists(self) -> dict[str, bytes]:
        first = [
            ("/xxgk/civil.html", "云岭县民政局2023年工作总结", "2024-01-09"),
            ("/xxgk/notice.html", "关于报送工作总结的通知", "2024-01-05"),
            ("/xxgk/rural.html", "云岭县乡村振兴局2023年工...", "2024-01-04"),
            ("/files/report-2021.pdf", "云岭县2021年政府工作报告", "2022-02-01"),
            ("/go/out", "云岭县2019年工作总结", "2020-01-03"),
            ("/go/in", "云岭县2018年工作总结", "2019-01-03"),
            ("/slow.html", "云岭县2017年工作总结", "2018-01-03"),
            ("/leaders.html", "领导活动", "2024-01-01"),
            (f"{self.outside}/elsewhere.html", "白石镇2023年工作总结", "2024-01-02"),
            ("javascript:open()", "云岭县2016年工作总结", "2017-01-03"),
        ]
        second = [
            ("/xxgk/health.html", "云岭县卫生健康局2022年工作总结", "2023-01-11"),
            ("/broken.html", "云岭县2015年工作总结", "2016-01-03"),
            ("/flaky.html", "云岭县教育局2022年工作总结", "2023-01-10"),
            ("/loop/a", "云岭县2014年工作总结", "2015-01-03"),
            ("/inner.html", "云岭县2013年工作总结", "2014-01-03"),
            ("/private/plan.html", "云岭县2024年工作计划", "2024-02-01"),
            ("/huge.html", "云岭县2012年工作总结", "2013-01-03"),
        ]
        third = [
            ("/xxgk/civil.html", "云岭县民政局2023年工作总结", "2024-01-09"),
            ("/files/..%2f..%2f..%2fescape.html", "云岭县2011年工作总结", "2012-01-03"),
            ("/files/%2e%2e/%2e%2e/%2e%2e/root.html?name=../../up.html", "云岭县2010年工作总结", "2011-01-03"),
            ("/copy/civil.html", "云岭县民政局2023年工作总结（转载）", "2024-01-12"),
            ("/gone.html", "云岭县2009年工作总结", "2010-01-03"),
            ("/withdrawn.html", "云岭县2008年工作总结", "2009-01-03"),
            ("/soft404.html", "云岭县2007年工作总结", "2008-01-03"),
        ]
        if self.new_edition:
            first.insert(0, ("/xxgk/new.html", "云岭县民政局2024年工作总结", "2025-01-08"))
        gb = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
        return {
            "/xxgk/index.html": listing(first, "index_2.html").encode(),
            "/xxgk/index_2.html": listing(second, "index_3.html").replace("<head>", f"<head>{gb}").encode("gb18030"),
            "/xxgk/index_3.html": listing(third, "index_2.html?from=3").encode(),
            "/xxgk/index_2.html?from=3": listing(second, "index_3.html?again=1").encode(),
        }

    def pages(self) -> dict[str, bytes]:
        gb = "<meta charset=\"gb2312\">"
        changed = "全年新增低保对象318户。" if not self.new_edition else "全年新增低保对象328户（已更正）。"
        files = (
            '<a href="/files/%E6%B1%87%E6%80%BB.xlsx">附件1：汇总表.xlsx</a>'
            '<a href="/download?file=../../../../etc/evil.pdf">附件2.pdf（12KB）</a>'
            '<a href="/files/scan.ofd">附件3.ofd</a>'
            f'<a href="{self.outside}/far.doc">附件4.doc</a>'
            '<a href="/files/lost.doc">附件5.doc</a>'
        )
        return {
            **self.lists(),
            "/": page("云岭县人民政府", "<p>欢迎</p>").encode(),
            "/xxgk/civil.html": article("云岭县民政局2023年工作总结", changed, files).encode(),
            "/xxgk/rural.html": article("云岭县乡村振兴局2023年工作总结", "监测对象1234户。").encode(),
            "/xxgk/health.html": article("云岭县卫生健康局2022年工作总结", "新建卫生室㐂36个。").replace(
                "<head>", f"<head>{gb}").encode("gb18030"),
            "/xxgk/moved.html": article("云岭县2018年工作总结", "植树2.3万亩。").encode(),
            "/xxgk/new.html": article("云岭县民政局2024年工作总结", "发放资金412万元。").encode(),
            "/copy/civil.html": article("云岭县民政局2023年工作总结", changed, files).encode(),
            "/flaky.html": article("云岭县教育局2022年工作总结", "新增学位1200个。").encode(),
            "/inner.html": page("统一身份认证", '<form>用户名<input><input type="password"></form>').encode(),
            "/private/plan.html": article("云岭县2024年工作计划", "计划投资9亿元。").encode(),
            "/files/..%2f..%2f..%2fescape.html": article("云岭县2011年工作总结", "修路11公里。").encode(),
            "/root.html?name=../../up.html": article("云岭县2010年工作总结", "修路10公里。").encode(),
            "/files/%2e%2e/%2e%2e/%2e%2e/root.html?name=../../up.html":
                article("云岭县2010年工作总结", "修路10公里。").encode(),
            "/soft404.html": page("404 页面不存在", "<p>您访问的页面不存在</p>").encode(),
            "/huge.html": article("云岭县2012年工作总结", "页" * (HUGE // 3)).encode(),
            "/files/report-2021.pdf": pdf("云岭县2021年政府工作报告", "全年新建农村公路36公里。"),
            "/download?file=../../../../etc/evil.pdf": pdf("附件2", "临时救助1205人次。"),
            "/files/%E6%B1%87%E6%80%BB.xlsx": workbook(),
            "/files/lost.doc": page("错误", "<p>文件不存在</p>").encode(),
            "/api/list?page=1": self.api(["/xxgk/rural.html", "/xxgk/health.html"]),
            "/api/list?page=2": self.api(["/xxgk/moved.html"]),
            "/api/list?page=3": self.api([]),
            "/columns.html": page("栏目", '<p class="columns"><a href="/xxgk/index_3.html">总结</a></p>').encode(),
        }

    def api(self, addresses: list[str]) -> bytes:
        titles = {
            "/xxgk/rural.html": "云岭县乡村振兴局2023年工作总结",
            "/xxgk/health.html": "<em>云岭县</em>卫生健康局2022年工作总结",
            "/xxgk/moved.html": "云岭县2018年工作总结",
        }
        items = [{"link": address, "name": titles[address]} for address in addresses]
        return json.dumps({"code": 0, "data": {"rows": items}}, ensure_ascii=False).encode()

    # --- how it answers --------------------------------------------------------------------------------------------

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        at, path = time.monotonic(), request.path
        self.hits[path] += 1
        status, headers, body = self.response(path, request.headers.get("If-None-Match", ""))
        self.seen.append(Seen(at, request.headers.get("Host", ""), path, status, request.headers.get("User-Agent", ""),
                              request.headers.get("If-None-Match", "")))
        if path == "/slow.html":
            time.sleep(SLOW)
        if body and "gzip" in request.headers.get("Accept-Encoding", "") and path.startswith("/xxgk/"):
            body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
        try:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            pass  # the crawler has hung up, as it should on the slow page

    def response(self, path: str, condition: str) -> tuple[int, dict[str, str], bytes]:
        redirects = {"/go/in": "/xxgk/moved.html", "/go/out": f"{self.outside}/trap.html", "/loop/a": "/loop/b",
                     "/loop/b": "/loop/a", "/withdrawn.html": "/"}
        if path == "/robots.txt":
            return self.robots_status, {"Content-Type": "text/plain"}, self.robots.encode()
        if path in redirects:
            return 302, {"Location": redirects[path]}, b""
        if path == "/broken.html" or (path == "/flaky.html" and self.hits[path] == 1):
            return 500, {"Content-Type": "text/html"}, page("500", "<p>系统错误</p>").encode()
        body = self.pages().get(path)
        if body is None or (path == "/xxgk/new.html" and not self.new_edition):
            return 404, {"Content-Type": "text/html"}, b"<p>404</p>"
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"Content-Type": "application/json" if path.startswith("/api") else "text/html", "ETag": tag}
        if ".pdf" in path:
            headers["Content-Disposition"] = 'attachment; filename="../../../evil.pdf"'
        if condition == tag:
            return 304, headers, b""
        return 200, headers, body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT)
    with Site(port=parser.parse_args().port) as site:
        print(f"{site.url}/xxgk/index.html (Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
