"""What a handler may ask for. Units of work are *not* among it.

FastAPI runs what follows a dependency's `yield` after the response has gone out, so a commit there could
fail behind a 200. Handlers open `container.database.unit_of_work()` in their own body instead.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from app.container import Container


def container_of(request: Request) -> Container:
    return cast("Container", request.app.state.container)


async def get_container(request: Request) -> Container:
    """As a dependency; not a plain function, which FastAPI would send through a thread for every request."""
    return container_of(request)


Here = Annotated[Container, Depends(get_container)]
