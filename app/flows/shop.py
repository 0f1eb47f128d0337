"""PAID and STATEMENT: what a merchant's phone can do; anybody else is told plainly that it cannot."""

from __future__ import annotations

from app.conversation.keywords import Said
from app.conversation.states import MENU, Data, Entry, Line, Open, Outcome, Reply, State, Step, line, say
from app.flows.actions import TakeVoucher
from app.flows.snapshot import SHOP_ACCOUNT, Snapshot
from app.kernel.phone import national
from app.rewards.vouchers.codes import Slip, read

CODE = "shop.code"
_SLIPS = {Slip.LENGTH: "paid.length", Slip.CHECK: "paid.slip"}


def _paid(said: Said, facts: Snapshot) -> Outcome:
    if facts.shop is None:
        return Step(reply=say("paid.stranger", programme=facts.programme))
    return _judge(said.text, facts)


def _judge(typed: str, facts: Snapshot) -> Outcome:
    """A slip costs nothing, so it is asked about at once, and the next text may be the bare code."""
    code = read(typed)
    if code is Slip.NONE_GIVEN:
        return Step(CODE)
    if isinstance(code, Slip):
        return Step(CODE, say(_SLIPS[code]))
    assert facts.shop is not None, "only a shop is asked for a code"
    return Step(action=TakeVoucher(facts.shop.id, code))


def is_code(said: Said) -> bool:
    """Whether a text is a voucher's code and nothing else, as from a merchant who leaves out PAID."""
    return isinstance(read(said.text), str)


def _ask(_facts: Snapshot, _data: Data) -> Reply:
    return say("paid.ask")


def _hear(said: Said, facts: Snapshot, _data: Data) -> Outcome:
    if facts.shop is None:  # it speaks for that shop no more
        return Step(reply=say("paid.stranger", programme=facts.programme))
    return _judge(said.text, facts)


def _statement(said: Said, facts: Snapshot) -> Outcome:
    """To a household it is another word for its history."""
    if facts.shop is None or facts.shop_account is None:
        return Open("HISTORY", said.text)
    return Step(reply=Reply(tuple(_lines(facts))))


def _lines(facts: Snapshot) -> list[Line]:
    shop, account = facts.shop, facts.shop_account
    assert shop is not None
    assert account is not None
    lines = [
        Line(
            "statement.is",
            {
                "shop": shop.name,
                "from": account.since,
                "amount": facts.money(account.taken_minor),
                "count": account.vouchers,
                "paid": facts.money(account.paid_minor),
                "owed": facts.money(account.owed_minor),
            },
        )
    ]
    if account.paying_minor:
        lines.append(
            line(
                "statement.paying",
                amount=facts.money(account.paying_minor),
                phone=national(shop.payee_phone, facts.region),
            )
        )
    return lines


STATES = (State(CODE, _ask, _hear, targets=frozenset({MENU})),)
ENTRIES = (
    Entry("PAID", _paid, targets=frozenset({CODE}), takes_rest=True),
    Entry("STATEMENT", _statement, needs=frozenset({SHOP_ACCOUNT}), opens=frozenset({"HISTORY"})),
)
