"""What stands between the review page and everybody else: the only door of the server, before any route is looked at.

The server holds a researcher's data and takes decisions, so a page of another site that is open in the same browser
must be able neither to read nor to write (DNS rebinding, CSRF), and neither must another user of the machine.

- *Host* must be the loopback address that was bound: a foreign name that resolves to 127.0.0.1 is refused.
- The *token* is the first part of every address. It is not a cookie: browsers send cookies of 127.0.0.1 to every port
  of it, whoever listens there, and along with requests that other sites start.
- *Origin* must be our own where it is sent, and must be sent with every POST.
- Bodies are bounded while they are read, and every answer carries a strict content security policy.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a request's body: a note of 10,000 characters and all fields of a correction fit several times.
LARGEST_BODY = 256 * 1024
#: Bytes of a longer body that are received and dropped; beyond that the connection is cut.
_DISCARDED = 1 << 30
_READ, _WRITE = ("GET", "HEAD"), ("POST",)

HEADERS = {
    # No inline script, no inline style, nothing from elsewhere; strings never become markup (Trusted Types).
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # the address holds the token
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


def new_token() -> str:
    """256 random bits, in signs that need no quoting in an address."""
    return secrets.token_urlsafe(32)


class Refused(Exception):
    """A request that goes no further: HTTP status and the reason in one line."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Guard:
    """ASGI application around the real one. Takes the token off the path; the routes never see it."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self._token = token.encode()
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._origins = frozenset(f"http://{host}" for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return

        async def guarded_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.encode(): value.encode() for name, value in HEADERS.items()}
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in own]
                message = {**message, "headers": [*kept, *own.items()]}
            await send(message)

        try:
            inner = self._admitted(scope)
            body = await self._body(scope, receive) if scope["method"] in _WRITE else b""
        except Refused as refusal:
            await _answer(guarded_send, refusal)
            return

        async def bounded_receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(inner, bounded_receive, guarded_send)

    def _admitted(self, scope: Scope) -> Scope:
        """The scope for the routes. Raises :class:`Refused`."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if _values(headers, b"host") != 1 or _value(headers, b"host") not in self._hosts:
            raise Refused(403, "This server answers on its loopback address only.")
        method = scope["method"]
        if method not in (*_READ, *_WRITE):
            raise Refused(405, "Method not allowed.")
        origin = _value(headers, b"origin")
        if (origin or method in _WRITE) and (origin not in self._origins or _values(headers, b"origin") != 1):
            raise Refused(403, "Requests of other sites are not answered.")
        self._same_site(headers, method)
        given, _, rest = str(scope["path"]).removeprefix("/").partition("/")
        # Both sides are bytes of any length: compare_digest tells nothing about where they differ.
        if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._token):
            raise Refused(403, "The address lacks its token. Open the one that 'extractor review' printed.")
        path = f"/{rest}"
        return {**scope, "path": path, "raw_path": path.encode("utf-8", "surrogatepass"), "root_path": ""}

    @staticmethod
    def _same_site(headers: Iterable[tuple[bytes, bytes]], method: str) -> None:
        """What browsers say about who asks. A link in a notebook or a terminal may lead here; nothing else may."""
        site = _value(headers, b"sec-fetch-site")
        if site in ("", "same-origin", "none"):
            return
        opened = _value(headers, b"sec-fetch-mode") == "navigate" and _value(headers, b"sec-fetch-dest") == "document"
        if method not in _READ or not opened:
            raise Refused(403, "Requests of other sites are not answered.")

    @staticmethod
    async def _body(scope: Scope, receive: Receive) -> bytes:
        """The body; of one that is too long nothing is kept. Raises :class:`Refused`."""
        headers = scope["headers"]
        if _value(headers, b"content-type").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "Only application/json is read.")
        declared = _value(headers, b"content-length")
        if len(declared) > len(str(_DISCARDED)):
            raise Refused(413, f"The request is larger than {LARGEST_BODY:,} bytes.")
        found, size, more = bytearray(), 0, True
        while more and size <= _DISCARDED:
            message = await receive()
            if message["type"] != "http.request":
                raise Refused(400, "The request broke off.")
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size <= LARGEST_BODY:
                found += chunk
            else:
                found.clear()  # what is left is taken off the line, so that the sender gets to read the refusal
        if size > LARGEST_BODY:
            raise Refused(413, f"The request is larger than {LARGEST_BODY:,} bytes.")
        return bytes(found)


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> int:
    return sum(key == name for key, _ in headers)


def _value(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


async def _answer(send: Send, refusal: Refused) -> None:
    """The refusal as plain text. The connection is closed: what is left of the body is not read."""
    body = (refusal.reason + "\n").encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()),
               (b"connection", b"close")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
