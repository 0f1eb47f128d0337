"""A stand-in of a payment company behind a real socket on loopback."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from tests.standins.company import Callback, Company, Cut, Reply, Request, Send

TICK_SECONDS = 0.2


@contextmanager
def listening(company: Company, port: int = 0, callback_url: str | None = None) -> Iterator[str]:
    """Its address. It settles and reports to `callback_url` by itself."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                reply = _answer(company, Request(self.command, parts.path, query, headers, body))
            except Cut:
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply.raw)))
            self.end_headers()
            self.wfile.write(reply.raw)

        do_GET = do_POST = do_PUT = _any  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Keep quiet."""

    if callback_url is not None:
        company.send = _sender(callback_url)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    closing = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=_live, args=(company, closing), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    closing.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


def _answer(company: Company, request: Request) -> Reply:
    """Raises `Cut`."""
    if request.path == "/control":
        company.mood = replace(company.mood, **request.said)
        return Reply(200, asdict(company.mood))
    if request.path == "/credits":
        return Reply(200, company.credits())
    return company.handle(request)


def _live(company: Company, closing: threading.Event) -> None:
    while not closing.wait(TICK_SECONDS):
        company.settle()
        company.call_back()


def _sender(url: str) -> Send:
    def send(callback: Callback) -> int:
        """0 where nobody answers."""
        path = callback.path or ""
        to = urljoin(url, path) if path.startswith("/") or not path else f"{url}/{path}"
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.request(
                callback.method, to, content=callback.body, headers=callback.headers, trust_env=False
            )
            return answer.status_code
        return 0

    return send
