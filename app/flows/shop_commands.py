"""Does what a merchant's phone asked for, and says what came of it."""

from __future__ import annotations

from app.conversation.states import Reply, say
from app.flows import actions
from app.flows.doing import Doing, Refusal
from app.rewards.vouchers import paying
from app.rewards.vouchers.rules import VoucherRules
from app.rewards.vouchers.telling import told


def take_voucher(doing: Doing, action: actions.TakeVoucher) -> Reply | Refusal:
    """A refusal is kept, not undone: a wrong guess is counted."""
    shop, facts = doing.facts.shop, doing.facts
    assert shop is not None, "only a shop takes vouchers"
    answer = paying.take(
        doing.session,
        paying.Counter(doing.post, VoucherRules.of(doing.settings)),
        action.merchant_id,
        phone=facts.phone,
        typed=action.code,
        told_by_reply=not facts.on_screen,
        now=doing.now,
    )
    key, values = told(answer, programme=facts.programme, timezone=shop.timezone)
    return say(key, **values) if answer.credited else Refusal(say(key, **values))
