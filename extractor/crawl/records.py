"""What a crawl asks for and what came of it. Plain records, shared by the job, the spider and the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["list", "report", "attachment"]

#: What became of an address: a list was ``read``; a file is ``kept`` (new), ``changed`` (another content than before),
#: ``unchanged`` or a ``duplicate`` of a file under another address; or it was ``skipped`` by a rule, or ``failed``.
Status = Literal["read", "kept", "changed", "unchanged", "duplicate", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to ask for, and why."""

    source: str
    kind: Kind
    url: str
    title: str = ""
    """Title in the list, or the text of the link."""
    page: str = ""
    """The page that links to it."""
    published: str = ""
    depth: int = 0
    """Levels of list pages below the start page."""
    number: int = -1
    """Number of the list page in the source's template; -1 for the start page."""
    start: str = ""
    """The start page of the list that paging belongs to."""
    id: int = 0
    """Set by the job."""

    @property
    def host(self) -> str:
        """The host's name, without port: one computer is asked one thing at a time."""
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ``crawl.csv``."""

    source: str
    kind: Kind
    url: str
    status: Status
    reason: str = ""
    title: str = ""
    file: str = ""
    http: int | None = None
    page: str = ""
    final_url: str = ""
    fetched: str = ""


def host_of(url: str) -> str:
    """The host's name in an address, '' where there is none.

    >>> host_of("https://H.example.:8443/a"), host_of("http://[")
    ('h.example', '')
    """
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def canonical(url: str) -> str:
    """One spelling of an address, so that nothing is asked for twice: no fragment, sorted query, no session id.

    >>> canonical("http://h.example/a;jsessionid=7F?b=2&a=1#top")
    'http://h.example/a?a=1&b=2'
    """
    from w3lib.url import canonicalize_url

    try:
        address: str = canonicalize_url(url)
    except ValueError:
        return url  # nothing that could be asked for, but a row of the log
    head, mark, query = address.partition("?")
    at = head.lower().find(";jsessionid=")
    return (head[:at] if at >= 0 else head) + mark + query
