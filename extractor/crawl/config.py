"""Crawl sources: the ``crawl:`` section of a YAML file, checked key by key, all mistakes reported at once.

A source says where the list pages of one site are, what a list looks like, which titles to take, and how much may be
asked of the site. See docs/crawling.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractor.errors import UsageError
from extractor.patternfiles import Fields, Map, Problems, suggestion, top

#: Titles that are taken where a source does not say.
TAKE = ("工作总结", "工作报告", "工作计划")

#: Kinds of file that a source may keep.
TYPES = ("html", "pdf", "doc", "docx", "wps", "xls", "xlsx", "zip", "txt", "rtf")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_HOST = re.compile(r"(?:\*\.)?[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?\Z")
_CONTACT = re.compile(r"[!-'*-:=?-~]{1,200}\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class JsonList:
    """Where a list served as JSON keeps its items, and each item its address and title; dotted paths of keys."""

    items: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class CrawlSource:
    """One site, or one column of a site, and the limits of what may be asked of it."""

    id: str
    start: tuple[str, ...]
    hosts: tuple[str, ...]
    """``host``, ``host:port`` or ``*.domain``; nothing else is ever requested."""
    place: str = ""
    period: str = ""
    contact: str = ""
    """Mail or web address of who crawls; sent with every request, so that the site can complain."""
    items: str = "a[href]"
    """CSS selector of the list's links, or of elements that hold one link each."""
    pattern: str = ""
    """Regular expression with groups ``url`` and ``title``, for lists that a script writes."""
    json: JsonList | None = None
    lists: str = ""
    """CSS selector of links to further list pages (columns), followed down to ``depth``."""
    next: str = ""
    """CSS selector of the link to the next list page; without one, a link that says 下一页."""
    page_url: str = ""
    """Address of the list pages after the first, with ``{page}``."""
    page_from: int = 1
    page_to: int = 0
    take: tuple[str, ...] = TAKE
    skip: tuple[str, ...] = ()
    attachments: str = "a[href]"
    """CSS selector of the links of a report's page that may be attachments; '' takes none."""
    types: tuple[str, ...] = TYPES
    pages: int = 50
    documents: int = 2000
    depth: int = 1
    size: int = 50 * _MB
    """Bytes of one response."""
    timeout: float = 60.0
    """Seconds for one response."""
    delay: float = 2.0
    """Least seconds between two requests to a host."""
    retries: int = 3


def read_sources(path: Path, only: Sequence[str] = ()) -> tuple[CrawlSource, ...]:
    """The sources of a file, or those of them that ``only`` names, in the order of the file.

    Raises :class:`~extractor.errors.PatternError` with file and line of every mistake, and
    :class:`~extractor.errors.UsageError` for an id that the file does not have.
    """
    problems = Problems()
    fields = top(path, problems)
    sources: list[CrawlSource] = []
    if fields is not None:
        fields.has("documents")  # facts about the files of a folder, which `extractor run` reads
        lines: dict[str, str] = {}
        for entry in fields.entries("crawl", "crawl source"):
            source = _source(entry)
            if source.id in lines:
                entry.problem(f"source '{source.id}' is given twice", "id", f"first given at {lines[source.id]}")
            lines.setdefault(source.id, entry.where("id"))
            sources.append(source)
        fields.done()
    problems.raise_any()
    if not sources:
        raise UsageError("names no crawl sources", where=str(path),
                         hint="add a section 'crawl:' with 'id' and 'start' for each site; see docs/crawling.md")
    known = {source.id for source in sources}
    for wanted in only:
        if wanted not in known:
            raise UsageError(f"no source '{wanted}'", where=str(path), hint=suggestion(wanted, known))
    return tuple(source for source in sources if not only or source.id in only)


def _source(entry: Fields) -> CrawlSource:
    identity = entry.text("id")
    if identity and not _ID.match(identity):
        entry.problem(f"'{identity}' cannot be an id", "id", "use up to 64 letters, digits, - and _")
    start = entry.texts("start", None)
    for url in start:
        _web_address(entry, "start", url)
    hosts = tuple(host.lower() for host in entry.texts("hosts")) or _hosts_of(start)
    for host in hosts:
        if not _HOST.match(host):
            entry.problem(f"'{host}' is no host", "hosts", "write www.county.example, county.example:8080 or *.example")
    page_url, page_from, page_to = _pages(entry)
    pattern = entry.text("pattern", "")
    if pattern:
        _regular(entry, pattern)
    entry.has("note")  # for people
    source = CrawlSource(
        id=identity,
        start=start,
        hosts=hosts,
        place=entry.text("place", ""),
        period=entry.text("period", ""),
        contact=_contact(entry),
        items=_css(entry, "items", "a[href]"),
        pattern=pattern,
        json=_json(entry),
        lists=_css(entry, "lists", ""),
        next=_css(entry, "next", ""),
        page_url=page_url,
        page_from=page_from,
        page_to=page_to,
        take=entry.texts("take", TAKE),
        skip=entry.texts("skip"),
        attachments=_attachments(entry),
        types=entry.choices("types", TYPES, TYPES),
        **_limits(entry),
    )
    entry.done()
    return source


def _limits(entry: Fields) -> dict[str, Any]:
    """Limits of a source. Bounds keep a slip of the pen (delay: 0) from becoming a nuisance to somebody's server."""
    limits = entry.sub("limits", "limits") or Fields(Map(entry.data.line), entry.file, entry.problems)
    found: dict[str, Any] = {
        "pages": _whole(limits, "pages", 50, 1, 100_000),
        "documents": _whole(limits, "documents", 2000, 1, 10_000_000),
        "depth": _whole(limits, "depth", 1, 0, 10),
        "size": int(_number(limits, "size_mb", Decimal(50), Decimal("0.001"), Decimal(2000)) * _MB),
        "timeout": float(_number(limits, "timeout", Decimal(60), Decimal("0.5"), Decimal(600))),
        "delay": float(_number(limits, "delay", Decimal(2), Decimal("0.1"), Decimal(600))),
        "retries": _whole(limits, "retries", 3, 0, 10),
    }
    limits.done()
    return found


def _number(fields: Fields, key: str, default: Decimal, least: Decimal, most: Decimal) -> Decimal:
    value = fields.number(key, default)
    if value is None or not least <= value <= most:
        fields.problem(f"'{key}' must be between {least} and {most}", key)
        return default
    return value


def _whole(fields: Fields, key: str, default: int, least: int, most: int) -> int:
    value = _number(fields, key, Decimal(default), Decimal(least), Decimal(most))
    if value != int(value):
        fields.problem(f"'{key}' must be a whole number", key)
        return default
    return int(value)


def _pages(entry: Fields) -> tuple[str, int, int]:
    pages = entry.sub("pages", "pages")
    if pages is None:
        return "", 1, 0
    url = pages.text("url")
    if url and "{page}" not in url:
        pages.problem("'url' has no {page}", "url", "put {page} where the number goes: index_{page}.html")
    first = _whole(pages, "from", 1, 0, 1_000_000)
    last = _whole(pages, "to", 1_000_000, 0, 1_000_000)
    if first > last:
        pages.problem("'from' is greater than 'to'", "from")
    if entry.has("next"):
        entry.problem("'pages' and 'next' are two ways to say the same", "next", "keep one of them")
    pages.done()
    return url, first, last


def _json(entry: Fields) -> JsonList | None:
    fields = entry.sub("json", "json")
    if fields is None:
        return None
    for key in ("items", "pattern", "lists", "next"):
        if entry.has(key):
            entry.problem(f"'{key}' is for HTML lists, not for JSON ones", key, "remove it, or remove 'json'")
    found = JsonList(fields.text("items"), fields.text("url", "url"), fields.text("title", "title"))
    fields.done()
    return found


def _attachments(entry: Fields) -> str:
    """A selector, ``true`` (any link) or ``false``."""
    if isinstance(entry.raw("attachments", True), bool):
        return "a[href]" if entry.flag("attachments", True) else ""
    return _css(entry, "attachments", "a[href]")


def _css(entry: Fields, key: str, default: str) -> str:
    selector = entry.text(key, default)
    if selector:
        from cssselect import HTMLTranslator, SelectorError

        try:
            HTMLTranslator().css_to_xpath(selector)
        except SelectorError as error:
            entry.problem(f"'{key}' is no CSS selector: {error}", key, "for example: ul.list li a")
    return selector


def _contact(entry: Fields) -> str:
    contact = entry.text("contact", "")
    if contact and not _CONTACT.match(contact):
        entry.problem("'contact' must be a mail or web address in plain ASCII", "contact")
        return ""
    return contact


def _regular(entry: Fields, pattern: str) -> None:
    import regex

    try:
        groups = regex.compile(pattern).groupindex
    except regex.error as error:
        entry.problem(f"'pattern' is no regular expression: {error}", "pattern")
        return
    if not {"url", "title"} <= set(groups):
        entry.problem("'pattern' must name two groups", "pattern", "(?P<url>...) and (?P<title>...)")


def _web_address(entry: Fields, key: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        entry.problem(f"'{url}' is no web address", key, "it must begin with http:// or https:// and a host")


def _hosts_of(urls: Sequence[str]) -> tuple[str, ...]:
    hosts = []
    for url in urls:
        try:
            parts = urlsplit(url)
            port = _DEFAULT_PORTS.get(parts.scheme)
            hosts.append(parts.netloc.lower().removesuffix(f":{port}"))
        except ValueError:
            continue  # reported by _web_address
    return tuple(dict.fromkeys(host for host in hosts if host and "@" not in host))
