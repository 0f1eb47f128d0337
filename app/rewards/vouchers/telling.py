"""What a merchant is told of a code it sent, as a key of the catalogue with its values."""

from __future__ import annotations

from app.conversation.values import Value
from app.kernel.clock import local_date
from app.kernel.money import Money
from app.rewards.vouchers import codes
from app.rewards.vouchers.paying import Answer, Verdict

_KEYS = {Verdict.EMPTY: "paid.length"}
_DATED = frozenset({Verdict.TAKEN_BEFORE, Verdict.SPENT})


def told(answer: Answer, *, programme: str, timezone: str) -> tuple[str, dict[str, Value]]:
    """Dates are those of `timezone`."""
    key = _KEYS.get(answer.verdict, f"paid.{answer.verdict}")
    values: dict[str, Value] = {}
    if answer.verdict is Verdict.INACTIVE:
        values["programme"] = programme
    voucher = answer.voucher
    if voucher is None:
        return key, values
    values["digits"] = codes.tail(voucher.code)
    if answer.credited:
        values["amount"] = Money(voucher.amount_minor, voucher.currency)
        values["owed"] = Money(answer.owed_minor, voucher.currency)
    if answer.verdict in _DATED and voucher.closed_at is not None:
        values["date"] = local_date(voucher.closed_at, timezone)
    if answer.verdict is Verdict.EXPIRED:
        values["date"] = voucher.last_day
    if answer.verdict is Verdict.ELSEWHERE:
        values["shop"] = answer.only_at
    return key, values
