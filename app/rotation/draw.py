"""Drawing lots so that anybody can draw them again: a seed promised beforehand, and shown afterwards.

The promise is SHA-256 of the seed (commit and reveal; Blum, "Coin flipping by telephone", 1981). The order is
Durstenfeld's version of the Fisher-Yates shuffle (CACM 7(7), 1964, algorithm 235) over numbers out of SHA-256,
without bias: docs/fairness.md has a few lines of Python that do the same with no part of this service.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from typing import Final

METHOD: Final = "sha256-fisher-yates-1"
_SEED_BYTES: Final = 16
_SPAN: Final = 1 << 256


def new_seed() -> str:
    """32 hexadecimal digits that nobody can guess."""
    return secrets.token_hex(_SEED_BYTES)


def promise(seed: str) -> str:
    """What is published before the draw: it fixes the seed and tells nothing of it."""
    return hashlib.sha256(seed.encode()).hexdigest()


def shuffled(names: Sequence[str], seed: str, word: str) -> list[str]:
    """`names` in the order drawn. The order in which they are given does not count.

    `word` is what the people present said at the draw, so that whoever chose the seed could not choose the
    outcome; it may be empty.
    """
    order = sorted(names)
    numbers = _numbers(seed, word)
    for last in range(len(order) - 1, 0, -1):
        other = _below(last + 1, numbers)
        order[last], order[other] = order[other], order[last]
    return order


def _numbers(seed: str, word: str) -> Iterator[int]:
    """SHA-256 of `seed:word:0`, `seed:word:1` and so on in UTF-8, each read as one big-endian number."""
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(f"{seed}:{word}:{counter}".encode()).digest())
        counter += 1


def _below(bound: int, numbers: Iterator[int]) -> int:
    """An even chance for each of 0 … `bound` - 1: what would favour the small ones is passed over."""
    fair = _SPAN - _SPAN % bound
    return next(number for number in numbers if number < fair) % bound
