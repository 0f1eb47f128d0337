"""The tests themselves: they stay on this machine."""

from __future__ import annotations

import socket

import pytest


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as outgoing, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        outgoing.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match=r"weighback\.example"):
        socket.getaddrinfo("weighback.example", 80)


def test_this_machine_itself_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
