"""Whatever phones do to each other, none spends that is not yet, or no longer, certain to be the household's."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.flows.numbers import NumberChange
from app.households import invitations
from tests.factories.street import a_household, give_credit
from tests.flows.phones import Phone, Town

PIN = "4821"
TALKS = {
    "spend": ["REDEEM 500", "1"],
    "spend with the PIN": ["REDEEM 500", "1", PIN],
    "spend with a guess": ["REDEEM 500", "1", "9999"],
    "add": ["PHONES", "1", "friend"],
    "change": ["PHONES", "2", "friend"],
    "accept": ["ACCEPT"],
    "claim": ["claim"],
    "remove": ["PHONES", "4", "2", "1"],
    "set the PIN": [f"PIN {PIN}"],
    "unlock": ["BALANCE", PIN],
}
PEOPLE = ("owner", "friend", "claimant")
STEPS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(list(TALKS)))
    | st.sampled_from([("friend", "accept"), ("owner", "add"), ("owner", "change"), ("claimant", "claim")])
    | st.tuples(st.just("clock"), st.sampled_from(["1", "12", "25", str(24 * 151)]))
    | st.just(("door", "")),
    max_size=16,
)
_numbers = iter(range(3_000, 3_900, 3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, with_pin=st.booleans())
def test_no_new_silent_or_unknown_phone_spends_without_the_pin(
    town: Town, steps: list[tuple[str, str]], with_pin: bool
) -> None:
    first = next(_numbers)
    people = {name: town.phone(first + each) for each, name in enumerate(PEOPLE)}
    with town.database.unit_of_work() as session:
        home = a_household(session, town.street.zone_id, people["owner"].number, town.now)
        give_credit(session, home, 500_000, town.now)
    since: dict[str, datetime] = {"owner": town.now - timedelta(days=2)}
    heard = {"owner": town.now}
    if with_pin:
        people["owner"].says(f"PIN {PIN}")
    for who, what in steps:
        if who == "clock":
            town.later(hours=float(what))
        elif who == "door":
            with town.database.unit_of_work() as session:
                for claim in invitations.open_claims(session, home, town.now):
                    NumberChange.of(town.talk.settings, town.post).accept(session, claim.id, town.now)
                    since["claimant"] = town.now
        else:
            for said in TALKS[what]:
                _says(town, people, who, said, since=since, heard=heard)


def _says(
    town: Town,
    people: dict[str, Phone],
    who: str,
    what: str,
    *,
    since: dict[str, datetime],
    heard: dict[str, datetime],
) -> None:
    written = {"friend": people["friend"].number, "claim": f"NEW NUMBER {people['owner'].number}"}
    before, now = len(town.redemptions()), town.now
    reply = people[who].says(written.get(what, what)).heard or ""
    if "now speaks for" in reply:
        since[who] = now
    spent = len(town.redemptions()) > before
    if "it is you" in reply:
        heard[who] = now
    if spent:
        assert who in since, "a phone that nobody agreed to has spent"
        known_by_pin = what == PIN
        assert known_by_pin or now - since[who] >= timedelta(hours=24), f"{who} was too new to spend"
        assert now - heard.get(who, since[who]) <= timedelta(days=150), f"{who} was silent for long"
    if who in since and now - heard.get(who, since[who]) <= timedelta(days=150):
        heard[who] = now
