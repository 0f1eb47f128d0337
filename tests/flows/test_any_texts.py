"""Whatever is typed, in whatever order."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.conversation.fit import measure
from tests.flows.phones import Town

WORDS = [
    *("JOIN", "JOIN NEW", "PICKUP", "SKIP", "NEXT", "READY", "BALANCE", "RATES", "REDEEM", "REDEEM 500"),
    *("WRONG", "wrong it was 5kg", "LANG", "LANG 2", "LEAVE", "MENU", "STOP", "START", "HELP", "thanks"),
    *("0", "1", "2", "3", "9", "50", "100", "BACK", "no", "ok", "yes", "Ade Bello", "Yaba", "green gate", ""),
]
YES = {"1", "ok", "yes"}
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=40), max_size=14)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, known=st.booleans())
def test_any_texts_get_at_most_one_part_each_and_move_no_money_unasked(
    town: Town,
    texts: list[str],
    known: bool,
) -> None:
    town.later(days=2)
    if known:
        town.credit(50_000)
    phone = town.amina if known else town.phone(4000 + len(town.redemptions()))
    for text in texts:
        before, asked = town.redemptions(), phone.heard or ""
        phone.says(text)
        if phone.heard is not None:
            assert phone.heard
            assert measure(phone.heard).parts <= 2
        if town.redemptions() != before:
            assert "Send Airtime" in asked or "Make we send" in asked
            assert text.strip().lower() in YES
