"""A company that listens on a socket of loopback for as long as it is entered."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Server(ThreadingHTTPServer):
    daemon_threads = True
    standin: Any
    """Whose requests these are; handlers find it as `self.server.standin`."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that was killed has hung up
            super().handle_error(request, client_address)


class Listening:
    def listen(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        """Take the port (0 = any that is free); requests are answered once it is entered."""
        self._server = Server(("127.0.0.1", port), handler)
        self._server.standin = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
