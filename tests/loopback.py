"""No test reaches beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_NAME_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname")
_installed = False


def keep_sockets_here() -> None:
    """Refuse, for the rest of this process, every connection and every look-up of a name but loopback's."""
    global _installed  # noqa: PLW0603 - an audit hook cannot be taken off again
    if not _installed:
        sys.addaudithook(_refuse)
        _installed = True


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        connection, address = arguments
        if connection.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise RuntimeError(f"a test tried to connect to {address[0]}")
    elif event in _NAME_LOOKUPS and arguments[0] and not _is_here(arguments[0]):
        raise RuntimeError(f"a test tried to look up {arguments[0]}")


def _is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return False
