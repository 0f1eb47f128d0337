"""BALANCE AND NEXT: more than one command in one text, which gets at most one text back.

The first is done. Where it and the next ones only tell something and all of it fits, they are told together, in
shorter wordings where need be; otherwise the answer says how to ask for the second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from app.conversation.states import Reply, line
from app.conversation.values import Command

TELLING: Final = frozenset({"BALANCE", "NEXT", "RATES", "HISTORY"})
"""Commands that change nothing and ask nothing, once it is clear which home is meant."""


def with_others(
    reply: Reply,
    first: str,
    others: Sequence[str],
    *,
    answer: Callable[[str], Reply | None],
    fits: Callable[[Reply], bool],
) -> Reply:
    """`reply` to `first`, with what `others` have to say, as far as one text holds.

    `answer` gives the reply to another command, None where that would ask something first.
    """
    if first in TELLING:
        while others and others[0] in TELLING:
            told = answer(others[0])
            lines = (*reply.lines, *told.lines) if told else ()
            fitting = [
                both
                for both in (Reply(lines, brief=short) for short in (False, True))
                if lines and fits(both)
            ]
            if not fitting:
                break
            reply, others = fitting[0], others[1:]
    if others:
        hint = line("also.one", command=Command(others[0]))
        hinting = replace(reply, lines=(*reply.lines, hint))
        reply = hinting if fits(hinting) else reply
    return reply
