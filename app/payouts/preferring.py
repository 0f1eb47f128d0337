"""Who may pay a phone, and in which order, as the settings have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def candidates(
    phone: str, providers: Sequence[str], by_prefix: Mapping[str, Sequence[str]], only: str | None = None
) -> list[str]:
    """`providers` in order of preference, or those of the longest prefix of `by_prefix` that `phone` starts with.

    Where one is named as the `only` one, that one, if it is there at all.
    """
    if only is not None:
        return [only] if only in providers else []
    prefixes = [prefix for prefix in by_prefix if phone.startswith(prefix)]
    return list(by_prefix[max(prefixes, key=len)] if prefixes else providers)
