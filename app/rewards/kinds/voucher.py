"""Goods or food from a merchant: a voucher, whose code is texted to the phone that asked for it."""

from __future__ import annotations

from app.households import service as households
from app.kernel.money import Money
from app.rewards.kinds.going import Going
from app.rewards.vouchers import codes, issuing


def start(going: Going) -> None:
    """The credit is on hold until a merchant takes the voucher."""
    session, redemption, rules = going.session, going.redemption, going.rules.vouchers
    voucher = issuing.issue(
        session,
        redemption_id=redemption.id,
        household_id=redemption.household_id,
        amount_minor=redemption.worth_minor,
        what=going.reward.name,
        rules=rules,
        only_at_id=going.reward.merchant_id,
        now=going.now,
    )
    spoken = {phone.phone: phone.language for phone in households.phones(session, redemption.household_id)}
    going.post.text(
        session,
        phone=redemption.payee_phone,
        language=spoken.get(redemption.payee_phone)
        or households.get(session, redemption.household_id).language,
        key="voucher.issued",
        values={
            "voucher": codes.spoken(voucher.code),
            "amount": Money(voucher.amount_minor, voucher.currency),
            "date": voucher.last_day,
        },
        now=going.now,
        household_id=redemption.household_id,
        dedupe_key=f"voucher:{voucher.id}:issued",
    )
