"""HTML to text with blocks: nothing lost, digits that inline tags split put together, page parts labelled.

On lxml's tree, walked without recursion. BeautifulSoup, which the design named, builds the same tree with the same
parser at several times the cost and inherits its nesting limit without a word: libxml2 stops at 2,048 levels and drops
the rest. Here that is noticed and the page is parsed again with its bare nesting taken out.

Navigation, sidebars and the like stay in the text as blocks of kind ``furniture``: the parts that HTML itself names
(``nav``, ``footer`` ...) and those whose class or id says so (``patterns/furniture.yaml``). What only the words tell
(发布时间：..., 相关阅读) is found later in the text, as for any other format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from extractor.errors import InputError
from extractor.model import Block, Document

from .builder import described, with_title
from .encoding import decode
from .html_text import Walker
from .metadata import Metadata, parse_date
from .source import document_id

_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})", re.I)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,400}>")
_BARE_NESTING = re.compile(r"<(/?)(div|section|article|main|center|blockquote|ul|ol|dl|form)\b[^>]{0,4000}>", re.I)
_INLINE_NESTING = re.compile(
    r"</?(?:span|font|b|i|u|em|strong|small|big|a|o:p|label|sub|sup|s|strike|ins|del|code|tt)\b[^>]{0,4000}>", re.I)
_ANY_TAG = re.compile(r"<[/a-zA-Z!][^>]{0,4000}>")
# Characters that XML forbids; libxml2 would end a text node at them.
_FORBIDDEN = re.compile("[\x01-\x08\x0b\x0e-\x1f\ufffe\uffff]")
_SITE = re.compile(r"\s*[-_|—–·]{1,2}\s*[^-_|—–]{2,30}\Z")
#: ``<meta name>`` of the usual government site systems, by what they say.
_TITLES = ("articletitle", "og:title", "title")
_PUBLISHERS = ("contentsource", "source", "author.unit")
_DATES = ("pubdate", "publishdate", "article:published_time", "og:release_date", "publish_time", "createdate")
_KEPT = 40


@dataclass(frozen=True, slots=True)
class _Head:
    title: str
    meta: dict[str, str]


def html_document(data: bytes, *, digest: str, name: str, place: str | None = None, period: str | None = None,
                  declared: str | None = None) -> Document:
    """The document of an HTML page or fragment; ``declared`` is the charset that came with it, if any.

    Raises :class:`InputError`: ``empty`` (no text in it), ``binary``, ``encoding``, ``html`` (cannot be parsed).
    """
    in_page = _CHARSET.search(data[:8192]) or _XML.search(data[:400])
    decoded = decode(data, name, in_page[1].decode("ascii") if in_page else declared)
    warnings = decoded.warnings
    root, flattened = _parse(decoded.text, name)
    if flattened:
        warnings += ("nesting: the markup is nested too deeply, its structure was dropped, the text is complete",)
    head = _head(root)
    walker = Walker()
    walker.walk(root)
    text, blocks = walker.result()
    if not text.strip():
        raise InputError("has no text (a page that only scripts fill, or a picture)", where=name,
                         hint="save the page from the browser, or look for its attachment", code="empty")
    found, blocks = described(text, blocks)
    title, span = _title(head, found, text, blocks)
    if span is not None:
        blocks = with_title(blocks, span)
    meta = dict(found.meta)
    for key, value in head.meta.items():
        meta.setdefault(key, value)
    if head.title:
        meta.setdefault("html_title", head.title)
    lower = {key.lower(): value for key, value in head.meta.items()}
    return Document(
        id=document_id(name, digest), text=text, source=name, format="html", title=title,
        publisher=found.publisher or _first(lower, _PUBLISHERS), place=place,
        issued=found.issued or parse_date(_first(lower, _DATES) or ""), period=period, meta=meta, blocks=tuple(blocks),
        sha256=digest, warnings=warnings)


def _parse(text: str, name: str) -> tuple[etree._Element, bool]:
    text = _FORBIDDEN.sub(" ", _XML_DECLARATION.sub("", text.lstrip("\ufeff"), count=1))
    root, complete = _tree(text)
    if complete and root is not None:
        return root, False
    flat = _BARE_NESTING.sub("<br>", _INLINE_NESTING.sub("", text))
    for thinner in (flat, _ANY_TAG.sub("<br>", text)):
        root, complete = _tree(thinner)
        if complete and root is not None:
            return root, True
    raise InputError("is not HTML that can be parsed", where=name, hint="save the page again from the browser",
                     code="html")


def _tree(text: str) -> tuple[etree._Element | None, bool]:
    parser = etree.HTMLParser(huge_tree=True, recover=True, encoding="utf-8", remove_comments=True, remove_pis=True,
                              no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, False
    fatal = any(entry.type_name in ("ERR_RESOURCE_LIMIT", "ERR_NAME_TOO_LONG") for entry in parser.error_log)
    return root, not fatal


def _head(root: etree._Element) -> _Head:
    """``<title>`` and ``<meta name content>``; the first of each name counts."""
    meta: dict[str, str] = {}
    title = ""
    for element in root.iter("meta", "title"):
        if element.tag == "title":
            title = title or " ".join("".join(element.itertext()).split())[:300]
            continue
        key = (element.get("name") or element.get("property") or "").strip()
        value = " ".join((element.get("content") or "").split())
        if key and value and key.lower() not in ("viewport", "renderer", "generator", "robots") and len(meta) < _KEPT:
            meta.setdefault(key[:60], value[:500])
    return _Head(title, meta)


def _first(lower: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((lower[name] for name in names if lower.get(name)), None)


def _title(head: _Head, found: Metadata, text: str, blocks: list[Block]) -> tuple[str | None, tuple[int, int] | None]:
    """What the page declares, where it is printed: ``<meta>``, a label, the one ``<h1>``, ``<title>``, a headline."""
    lower = {key.lower(): value for key, value in head.meta.items()}
    tops = [block for block in blocks if block.kind == "heading" and block.level == 1]
    headline = text[tops[0].start:tops[0].end].strip() if len(tops) == 1 else ""
    page = _SITE.sub("", head.title) if len(head.title) > 12 else head.title
    labelled = found.meta.get("名称")
    for candidate in (_first(lower, _TITLES[:1]), labelled, headline, _first(lower, _TITLES[1:]), page):
        if candidate and len(candidate) >= 4:
            at = _printed(text, blocks, candidate)
            if at is not None or candidate != page:
                return candidate, at
    return found.title or page or None, found.title_span


def _printed(text: str, blocks: list[Block], title: str) -> tuple[int, int] | None:
    fallback = None
    for block in blocks:
        if block.kind in ("heading", "paragraph") and block.end - block.start <= len(title) + 20:
            at = text.find(title, block.start, block.end)
            if at >= 0:
                if text[block.start:block.end].strip() == title:
                    return at, at + len(title)
                fallback = fallback or (at, at + len(title))
    return fallback
