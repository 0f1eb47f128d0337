"""How large photos may be."""

from __future__ import annotations

from typing import Final

PHOTO_MAX_BYTES: Final = 48 * 1024
"""The sheet shrinks them to this; a request's body is 64 KiB at most."""
