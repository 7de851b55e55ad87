"""What a fetched page holds: the links of a list, the way to its next page, the attachments of a report.

Pure functions of text and source; nothing here asks for anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from extractor.crawl.config import TYPES, CrawlSource
from extractor.ingest.detect import detect
from extractor.reading.fold import fold

if TYPE_CHECKING:
    from parsel import Selector

_NEXT = re.compile(r"\A[\s>›»]*(?:下一页|下页|后一页|下一頁|Next)[\s>›»]*\Z", re.I)
_CUT = ("...", "…", "..")
_BLANK = re.compile(r"\s+")
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{2,5})\s*(?:[（(][^()（）]{0,20}[)）])?\Z")
_LOST = re.compile(r"\A\W*(?:404|403|500|页面不存在|找不到|您访问的页面|页面未找到|Not Found|出错)", re.I)
_LOGIN = re.compile(r"登录|登陆|登錄|login|sign in|统一身份认证", re.I)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:[-/.]|年)(0?[1-9]|1[0-2])(?:[-/.]|月)(0?[1-9]|[12]\d|3[01])(?!\d)")
#: Suffixes that name a page and not a kind of file.
_PAGES = frozenset({"htm", "html", "shtml", "jhtml", "jsp", "asp", "aspx", "php", "do", "action"})
#: Kinds of document that pages attach and that are not read here: passed over with a row in the log.
_UNREAD = frozenset({"ofd", "rar", "7z", "ppt", "pptx", "csv", "jpg", "jpeg", "png", "gif", "mp3", "mp4", "ceb", "caj",
                     "exe", "apk"})
_PATTERN_SECONDS = 5.0
_LINKS = 5000
_BINARY = 65536
_TITLE = 300


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: absolute address without fragment, its title and date as far as they are printed."""

    url: str
    title: str
    published: str = ""
    """ISO 8601 date that stands beside the link in the list."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """The links of a list page, its next page ('' for none) and the further lists it leads to."""

    links: tuple[Link, ...]
    next: str = ""
    lists: tuple[Link, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report's own page: its title, its attachments, those of a kind that is not taken, and why it is no report
    ('' if it is one)."""

    title: str
    attachments: tuple[Link, ...]
    unwanted: tuple[Link, ...] = ()
    refused: str = ""


def page_text(data: bytes, content_type: str) -> str:
    """A page as text: the encoding it declares, GB2312 and GBK read as GB18030, which contains them."""
    from w3lib.encoding import html_to_unicode

    return str(html_to_unicode(content_type, data, default_encoding="utf-8")[1])


def read_list(source: CrawlSource, text: str, url: str) -> ListPage:
    """The links of one list page. Raises ValueError with the reason where the page is not what the source says."""
    if source.json is not None:
        return ListPage(tuple(_json_links(source, text, url)))
    root, base = _parse(text, url)
    found = _pattern_links(source.pattern, text, base) if source.pattern else _links(root, source.items, base)
    lists = tuple(_links(root, source.lists, base)) if source.lists else ()
    following = "" if source.page_url else _next(source, root, base)
    return ListPage(tuple(found), following, lists, _refused(root, _head(root)))


def read_report(source: CrawlSource, text: str, url: str) -> ReportPage:
    """What the page of a report leads to, and its own title (``<meta name=ArticleTitle>``, else ``<title>``)."""
    root, base = _parse(text, url)
    title = ""
    for meta in root.css("meta[name][content]")[:200]:
        if meta.attrib["name"].lower() == "articletitle":
            title = _squeeze(meta.attrib["content"])
    head = _head(root)
    refused = "" if title and not _LOGIN.search(head) else _refused(root, head)
    wanted: dict[str, Link] = {}
    unwanted: dict[str, Link] = {}
    for link in _links(root, source.attachments, base) if source.attachments else ():
        kind = promised_type(link)
        if kind in source.types and kind != "html":
            wanted.setdefault(link.url, link)
        elif kind not in ("", "html"):
            unwanted.setdefault(link.url, link)
    return ReportPage(title or head, tuple(wanted.values()), tuple(unwanted.values()), refused)


def next_from_template(source: CrawlSource, start: str, page: int) -> tuple[str, int] | None:
    """Address and number of the list page after number ``page`` (-1: the start page); None behind the last."""
    number = source.page_from if page < source.page_from else page + 1
    if not source.page_url or number > source.page_to:
        return None
    return urljoin(start, source.page_url.replace("{page}", str(number))), number


def title_refusal(source: CrawlSource, title: str) -> str:
    """Why a title is not taken, or ''. Full-width and traditional characters count as their plain forms."""
    folded = _BLANK.sub("", fold(title))
    unwanted = next((term for term in source.skip if fold(term) in folded), None)
    if unwanted is not None:
        return f"title has '{unwanted}'"
    if not any(fold(term) in folded for term in source.take):
        return "title has none of the wanted terms"
    return ""


def is_cut(title: str) -> bool:
    """Whether a list printed only the beginning of a title, so that the report's own page has to decide.

    >>> is_cut("云岭县民政局2023年工..."), is_cut("云岭县2023年工作总结")
    (True, False)
    """
    return title.endswith(_CUT)


def promised_type(link: Link) -> str:
    """The kind of file that an address or its link text promises ('' where neither has a suffix that is known).

    >>> promised_type(Link("http://h/down.jsp?id=3", "附件：汇总表.XLSX（23KB）"))
    'xlsx'
    """
    kinds = []
    for text in (link.title, unquote(urlsplit(link.url).path)):
        found = _SUFFIX.search(text)
        if found:
            suffix = found[1].lower()
            kinds.append("html" if suffix in _PAGES else suffix if suffix in TYPES or suffix in _UNREAD else "")
    return next((kind for kind in kinds if kind not in ("", "html")), "html" if "html" in kinds else "")


def actual_type(data: bytes, promised: str) -> str:
    """The kind of file that bytes are; the promise only decides between formats that share a container.

    >>> actual_type(b"%PDF-1.7 ...", "docx"), actual_type(b"<!doctype html><p>", "pdf"), actual_type(b"", "pdf")
    ('pdf', 'html', '')
    """
    if not data:
        return ""
    kind = str(detect(data))
    if kind == "zip":
        return "docx" if b"word/document.xml" in data else "xlsx" if b"xl/workbook.xml" in data else "zip"
    if kind == "ole":
        return promised if promised in ("doc", "wps", "xls") else "doc"
    if kind == "text":
        plain = b"\0" not in data[:_BINARY] or data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return "txt" if plain else "binary"
    return kind


def _parse(text: str, url: str) -> tuple[Selector, str]:
    from parsel import Selector
    from w3lib.html import get_base_url

    try:
        base = get_base_url(text, url)
    except ValueError:
        base = url  # <base href> is no address
    return Selector(text=text or "<html></html>", type="html"), base


def _head(root: Selector) -> str:
    return _squeeze(root.xpath("string(//title)").get() or "")


def _refused(root: Selector, head: str) -> str:
    """Why a page is neither list nor report: a login form instead of an article, or an error sent as status 200."""
    if root.css("input[type=password i]") and (
        _LOGIN.search(head) or len(_squeeze(root.xpath("string(//body)").get() or "", 1000)) < 600
    ):
        return "login page"
    return f"error page: {head[:60]}" if _LOST.match(head) else ""


def _links(root: Selector, selector: str, base: str) -> Iterator[Link]:
    for element in root.css(selector)[:_LINKS]:
        anchor = element if element.root.tag == "a" else next(iter(element.css("a[href]")), None)
        if anchor is None:
            continue
        url = _absolute(base, anchor.attrib.get("href", ""))
        if url:
            printed = _squeeze(anchor.xpath("string()").get() or "")
            full = _squeeze(anchor.attrib.get("title", ""))
            # Lists cut long titles and keep the whole of it in the attribute.
            title = full if len(full) > len(printed.rstrip(".…")) else printed
            yield Link(url, title, _date(anchor))


def _date(anchor: Selector) -> str:
    """The date beside a link, where its list item, table row or definition prints one and holds no other link."""
    for item in anchor.xpath("ancestor::*[self::li or self::tr or self::dd or self::dt][1]"):
        found = _DATE.findall((item.xpath("string()").get() or "")[:2000])
        if len(found) == 1 or (found and len(item.css("a[href]")) == 1):
            year, month, day = found[-1]
            return f"{year}-{int(month):02}-{int(day):02}"
    return ""


def _next(source: CrawlSource, root: Selector, base: str) -> str:
    if source.next:
        return next((link.url for link in _links(root, source.next, base)), "")
    for anchor in root.css("a[href]")[:_LINKS]:
        if _NEXT.match(anchor.xpath("string()").get() or ""):
            url = _absolute(base, anchor.attrib["href"])
            if url:
                return url
    return ""


def _pattern_links(pattern: str, text: str, base: str) -> Iterator[Link]:
    import regex
    from w3lib.html import remove_tags, replace_entities

    try:
        # The limit is for patterns that backtrack without end: they come from YAML and meet pages of strangers.
        for count, found in enumerate(regex.finditer(pattern, text, timeout=_PATTERN_SECONDS)):
            if count >= _LINKS:
                return
            url = _absolute(base, replace_entities(found["url"] or ""))
            if url:
                yield Link(url, _squeeze(replace_entities(remove_tags(found["title"] or ""))))
    except TimeoutError:
        raise ValueError(f"the source's pattern takes more than {_PATTERN_SECONDS:.0f} s on this page") from None


def _json_links(source: CrawlSource, text: str, url: str) -> Iterator[Link]:
    assert source.json is not None
    try:
        items = _walk(json.loads(text), source.json.items)
    except (ValueError, RecursionError):
        raise ValueError("the list is not valid JSON") from None
    if not isinstance(items, list):
        raise ValueError(f"the JSON list has no items at '{source.json.items}'")
    for item in items[:_LINKS]:
        address, title = _walk(item, source.json.url), _walk(item, source.json.title)
        absolute = _absolute(url, address) if isinstance(address, str) else ""
        if absolute:
            yield Link(absolute, _squeeze(re.sub(r"<[^<>]{0,200}>", "", title)) if isinstance(title, str) else "")


def _walk(value: Any, path: str) -> Any:
    for key in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _absolute(base: str, href: str) -> str:
    """The address a link leads to, or '' for what is none (``javascript:``, ``mailto:``, a place on the same page)."""
    href = href.strip()
    if not href or href.startswith("#"):
        return ""
    try:
        url = urljoin(base, href)
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url.partition("#")[0] if parts.scheme in ("http", "https") and parts.netloc else ""


def _squeeze(text: str, longest: int = _TITLE) -> str:
    return _BLANK.sub(" ", text[: longest * 20]).strip()[:longest]
