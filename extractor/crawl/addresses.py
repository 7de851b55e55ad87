"""Which hosts and addresses may be asked: the named hosts only, and no private address unless the user says so."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_URL_LENGTH = 2000


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet: not loopback, private, link-local, shared, multicast or
    reserved (IANA special-purpose registries), nor an IPv6 form that carries such an IPv4 address.

    >>> [is_public(a) for a in ("8.8.8.8", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1")]
    [True, False, False, False, False, False]
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        return all(v4 is None or is_public(str(v4)) for v4 in inner)
    return True


def is_ip(host: str) -> bool:
    """Whether a host is written as an IP address. (``127.1`` and the like are names: they go through the resolver.)"""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def refusal(url: str, hosts: Sequence[str]) -> str:
    """Why ``url`` may not be asked for, or ''.

    >>> refusal("https://www.wangxi.example/a.html", ["www.wangxi.example"])
    ''
    >>> refusal("https://www.wangxi.example.evil.example/", ["www.wangxi.example", "*.wangxi.example"])
    'host www.wangxi.example.evil.example is not one of the source'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not a web address"
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return "not a web address"
    if "@" in parts.netloc:
        return "address with a user name"
    if len(url) > _URL_LENGTH:
        return "address is too long"
    if any(_matches(host, parts, port) for host in hosts):
        return ""
    shown = parts.hostname if port is None else f"{parts.hostname}:{port}"
    return f"host {shown} is not one of the source"


def _matches(entry: str, parts: SplitResult, port: int | None) -> bool:
    """An entry without a port stands for the default ports only, so that a page cannot send us to scan others."""
    wanted = urlsplit(f"//{entry}")
    name = (parts.hostname or "").rstrip(".")
    default = _DEFAULT_PORTS[parts.scheme]
    if wanted.port is not None:
        if (port or default) != wanted.port:
            return False
    elif (port or default) not in _DEFAULT_PORTS.values():
        return False
    host = wanted.hostname or ""
    if host.startswith("*."):
        return name.endswith(host[1:]) or name == host[2:]
    return name == host
