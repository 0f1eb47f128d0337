"""The real application behind a real socket on loopback, in this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from app.container import Container
from app.main import create_app
from tests.waiting import wait_until


@contextmanager
def serving(container: Container, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[str]:
    """The address, e.g. `http://127.0.0.1:40123`, at which `container` is served until the block ends.

    `around` puts something between the socket and the application, such as a bad network.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(around(create_app(container)), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started or not thread.is_alive(), "the server starts")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
