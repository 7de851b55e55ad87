"""The review server: bound to the loopback interface, one run, one reviewer, until Ctrl-C."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from extractor.errors import UsageError
from extractor.review.security import Guard, new_token

if TYPE_CHECKING:
    from extractor.review.session import Session

HOST = "127.0.0.1"
#: Requests at once: one browser asks for a few; a flood is turned away instead of filling the memory.
_AT_ONCE = 64


class Server:
    """A bound socket and the application behind it. ``address`` is what the browser opens, token and all."""

    def __init__(self, session: Session, *, port: int = 0, lang: str = "") -> None:
        """``port`` 0 takes a free one. Raises :class:`UsageError` where the port is taken."""
        from extractor.review.routes import Routes

        self.session = session
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        token = new_token()
        self.address = f"http://{HOST}:{self.port}/{token}/"
        self.app = Guard(Routes(session, f"/{token}", lang).app(), token, self.port)

    def serve(self) -> None:
        """Answer until Ctrl-C or SIGTERM."""
        import uvicorn

        config = uvicorn.Config(
            self.app, log_config=None, access_log=False, server_header=False, date_header=False, lifespan="off",
            ws="none", proxy_headers=False, limit_concurrency=_AT_ONCE, timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
        )
        threading.Thread(target=self.session.warm, daemon=True).start()
        uvicorn.Server(config).run(sockets=[self._socket])

    def close(self) -> None:
        self._socket.close()
        self.session.close()


def _bound(port: int) -> socket.socket:
    """A socket of the loopback interface, and of no other."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen(_AT_ONCE)  # whoever opens the address at once waits for the server instead of being refused
    except (OSError, OverflowError) as error:
        found.close()
        raise UsageError(f"port {port} cannot be used: {error}", hint="leave --port away, or name another") from None
    return found
