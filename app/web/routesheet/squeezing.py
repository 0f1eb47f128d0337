"""Answers made smaller for networks where each kilobyte is a wait.

Nothing of these pages is worth guessing by its compressed length: they hold no token, and repeat nothing of an address.
"""

from __future__ import annotations

import gzip

from fastapi import Request, Response

_SMALLEST = 600
"""Bytes; below, the headers weigh more."""


def takes_gzip(request: Request) -> bool:
    offered = request.headers.get("accept-encoding", "")
    return any(part.strip().split(";")[0] == "gzip" and "q=0" not in part for part in offered.split(","))


def squeeze(request: Request, response: Response) -> None:
    """Compress the body where the browser takes that."""
    response.headers.append("Vary", "Accept-Encoding")
    if len(response.body) < _SMALLEST or not takes_gzip(request):
        return
    response.body = gzip.compress(bytes(response.body), compresslevel=9, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
