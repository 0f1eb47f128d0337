"""One process: the web faces in front, the worker behind them, both ended by one signal."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from typing import Any, Final, Protocol

import uvicorn

from app.errors import ConfigurationError

GRACE_SECONDS: Final = 5


class Worker(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


def reserve(host: str, port: int) -> socket.socket:
    """A socket bound to the port, so that nobody takes it while the demo sets up.

    Raises `ConfigurationError` with a sentence where somebody has it already.
    """
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((host, port))
        # Two sockets may be bound to one port as long as neither listens: only this claims it.
        reserved.listen()
    except (OSError, OverflowError) as error:
        reserved.close()
        raise ConfigurationError(
            f"port {port} is taken or may not be used; stop what runs there, or choose another with --port"
        ) from error
    return reserved


def serve(
    app: Callable[..., Any], reserved: socket.socket, worker: Worker, when_ready: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT, then end the worker while it can still reach the web faces, then those."""
    # The server raises the signal again once it has ended; then this process still has to tidy up.
    before = {number: signal.signal(number, _ignore) for number in (signal.SIGTERM, signal.SIGINT)}
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_SECONDS
    )
    try:
        _Server(config, worker, when_ready).run(sockets=[reserved])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, worker: Worker, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._worker = worker
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        await asyncio.to_thread(self._worker.start)
        self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # It may be sending a text to our own stand-in for Twilio, so it goes first.
        await asyncio.to_thread(self._worker.stop)
        await super().shutdown(sockets)


def _ignore(_number: int, _frame: object) -> None:
    pass
