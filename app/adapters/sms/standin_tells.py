"""How a stand-in says what went over the wire, for whoever wants to show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Tell(Protocol):
    def __call__(
        self,
        *,
        phone: str,
        path: str,
        headers: Mapping[str, str],
        form: Mapping[str, str],
        status: int,
        answer: str,
    ) -> None:
        """A form was posted to `path` on behalf of `phone`, and answered; a `status` of 0 = not reached."""
        ...


def to_nobody(
    *,
    phone: str,
    path: str,
    headers: Mapping[str, str],
    form: Mapping[str, str],
    status: int,
    answer: str,
) -> None:
    """A `Tell` that keeps nothing."""
