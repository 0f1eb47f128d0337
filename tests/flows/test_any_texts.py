"""Whatever is typed, in whatever order."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.conversation.fit import measure
from tests.factories.street import a_household, give_credit
from tests.flows.phones import Town

WORDS = [
    *("JOIN", "JOIN NEW", "PICKUP", "SKIP", "NEXT", "READY", "BALANCE", "RATES", "REDEEM", "REDEEM 500"),
    *("WRONG", "wrong it was 5kg", "LANG", "LANG 2", "LEAVE", "MENU", "STOP", "START", "HELP", "thanks"),
    *("0", "1", "2", "3", "9", "50", "100", "BACK", "no", "ok", "yes", "Ade Bello", "Yaba", "green gate", ""),
]
YES = {"1", "ok", "yes"}
MONEY = ["REDEEM", "REDEEM 500", "500", "1", "no", "maybe", "600"]
TEXTS = st.lists(st.sampled_from(MONEY) | st.sampled_from(WORDS) | st.text(max_size=40), max_size=14)
_numbers = itertools.count(4000)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, known=st.booleans())
def test_any_texts_get_at_most_one_part_each_and_move_no_money_unasked(
    town: Town,
    texts: list[str],
    known: bool,
) -> None:
    phone = town.phone(next(_numbers))
    if known:
        with town.database.unit_of_work() as session:
            home = a_household(session, town.street.zone_id, phone.number, town.now)
            give_credit(session, home, 150_000, town.now)
    for text in texts:
        before, asked = town.redemptions(), phone.heard or ""
        phone.says(text)
        if phone.heard is not None:
            assert phone.heard
            assert measure(phone.heard).parts <= 2
        if town.redemptions() != before:
            assert "Send Airtime" in asked or "Make we send" in asked
            assert text.strip().lower() in YES
