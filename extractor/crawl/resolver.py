"""Names to addresses, without the private ones: what is filtered here is what the connection is made to.

A check of the name before the request would not do: its owner can answer the check with one address and the
connection with another.
"""

from __future__ import annotations

from typing import Any

from scrapy.resolver import HostResolution
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from extractor.crawl.addresses import is_public

#: Names of this process whose every address was private -> one of them; the log says so instead of "not found".
refused: dict[str, str] = {}


@implementer(IHostnameResolver)
class PublicResolver:
    """The system's resolver; private, loopback and other special addresses are dropped unless told otherwise.

    Answers are kept for the length of a crawl.
    """

    def __init__(self, reactor: Any, allow_private: bool) -> None:
        self.reactor = reactor
        self.original = reactor.nameResolver
        self.allow_private = allow_private
        self.known: dict[str, list[Any]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        return cls(reactor, crawler.settings.getbool("CRAWL_ALLOW_PRIVATE"))

    def install_on_reactor(self) -> None:
        self.reactor.installNameResolver(self)

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, portNumber: int = 0,
                        addressTypes: Any = None, transportSemantics: str = "TCP") -> Any:
        if hostName in self.known:
            resolution = HostResolution(hostName)
            resolutionReceiver.resolutionBegan(resolution)
            for kind, host in self.known[hostName]:
                resolutionReceiver.addressResolved(kind("TCP", host, portNumber))
            resolutionReceiver.resolutionComplete()
            return resolution
        receiver = _Filter(resolutionReceiver, hostName, self)
        return self.original.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _Filter:
    def __init__(self, receiver: Any, name: str, resolver: PublicResolver) -> None:
        self.receiver = receiver
        self.name = name
        self.resolver = resolver
        self.good: list[Any] = []
        self.private = ""

    def resolutionBegan(self, resolutionInProgress: Any) -> None:
        self.receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:
        if self.resolver.allow_private or is_public(address.host):
            self.good.append((type(address), address.host))
            self.receiver.addressResolved(address)
        else:
            self.private = address.host

    def resolutionComplete(self) -> None:
        if self.good:
            self.resolver.known[self.name] = self.good
        elif self.private:
            refused[self.name.rstrip(".").lower()] = self.private
        self.receiver.resolutionComplete()
