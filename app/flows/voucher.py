"""VOUCHER: the codes that can still be spent, told again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.conversation.keywords import Said
from app.conversation.states import Line, Outcome, Reply, Step, line, say
from app.conversation.values import Value
from app.flows.cooling import may_not_spend
from app.flows.home import about_a_home
from app.flows.snapshot import BALANCE, HeldVoucher, Home, Snapshot

LINES_IN_A_TEXT: Final = 2
"""What one text holds, in any language, unless a line names a shop; a screen shows all, on as many pages as that takes."""


def _voucher(_said: Said, facts: Snapshot, home: Home) -> Outcome:
    """A code is as good as money, so a phone that may not spend does not hear it."""
    if home.cooling_until is not None:
        return Step(reply=may_not_spend(facts, home))
    if not facts.vouchers:
        return Step(reply=say("voucher.none"))
    shown = facts.vouchers if facts.on_screen else _in_a_text(facts.vouchers)
    return Step(reply=Reply((line("voucher.title"), *(_line(each, facts) for each in shown))))


def _in_a_text(vouchers: Sequence[HeldVoucher]) -> Sequence[HeldVoucher]:
    first = vouchers[:LINES_IN_A_TEXT]
    return first[:1] if any(each.shop for each in first) else first


def _line(each: HeldVoucher, facts: Snapshot) -> Line:
    told: dict[str, Value] = {
        "voucher": each.code,
        "amount": facts.money(each.amount_minor),
        "date": each.last_day,
    }
    if each.shop:
        return line("voucher.line.shop", shop=each.shop, **told)
    return line("voucher.line", **told)


ENTRIES = (about_a_home("VOUCHER", _voucher, needs=frozenset({BALANCE}), left_too=True, private=True),)
