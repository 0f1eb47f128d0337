"""Whom a campaign reaches, in which words, and what that costs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.campaigns import preview as previews
from app.campaigns import service
from app.campaigns.preview import Preview, PricePerPart
from app.campaigns.segment import Segment
from app.conversation.fit import Encoding
from app.errors import InvalidInput
from app.households import service as households
from app.households.models import HouseholdStatus
from app.kernel.ids import new_id
from app.messaging import contacts
from app.places.models import Zone
from app.weighing.models import Visit, VisitOutcome, Weighing, WeighingLine
from tests.campaigns.press import TUESDAY, Press
from tests.factories import street

NAIRA_4 = 4_000_000


def look(press: Press, price_per_part: PricePerPart = lambda _: NAIRA_4, **given: Any) -> Preview:
    campaign = press.campaign(start=False, **given)
    with press.database.unit_of_work() as session:
        row = service.get(session, campaign)
        members = previews.members(session, row, "Africa/Lagos")
    return previews.preview(
        row,
        members,
        catalogue=press.container.catalogue,
        programme="Weighback",
        price_per_part=price_per_part,
    )


def test_a_preview_counts_people_phones_and_parts_and_says_who_is_left_out(press: Press) -> None:
    first, second, *_ = press.homes(1, 2, 3)
    press.homes(4, language="pcm")
    with press.database.unit_of_work() as session:
        home = households.for_phone(session, first)[0]
        households.add_phone(session, home.id, phone="+2348000000005", language="en", now=TUESDAY)
        contacts.opt_out(session, second, "text", TUESDAY)
    found = look(press, fallback_language=None)
    assert (found.people, found.phones, found.opted_out_phones, found.left_out_phones) == (2, 3, 1, 1)
    assert (found.parts, found.cost_micros) == (3, 3 * NAIRA_4)
    with_fallback = look(press)
    assert (with_fallback.people, with_fallback.left_out_phones) == (3, 0)
    assert with_fallback.languages["en"].fallback_phones == 1
    assert look(press, lambda phone: None if phone == first else NAIRA_4).cost_micros is None


def test_a_preview_is_what_a_start_then_sends(press: Press) -> None:
    press.homes(1)
    press.homes(2, 1, language="pcm")
    press.homes(3, 3)
    texts = {"en": "Hello {name} of {zone}.", "pcm": "How far {name}."}
    found = look(press, texts=texts)
    press.campaign(texts=texts)
    press.work()
    assert sum(text.parts for text in press.outbox()) == found.parts
    assert sum(press.sent().values()) == found.phones == 3
    assert {text.language: text.body for text in press.outbox()} == {
        "en": "Hello Amaka of Yaba.",
        "pcm": "How far Amaka.",
    }


def test_one_curly_quote_doubles_the_bill_and_the_preview_says_so(press: Press) -> None:
    press.homes(1, 2)
    long = "We\u2019ll come on Friday. Please have your bottles rinsed, your cans crushed and your paper dry."
    found = look(press, texts={"en": long})
    english = found.languages["en"]
    assert (english.size.encoding, english.size.parts, found.parts) == (Encoding.UCS2, 2, 4)
    assert english.costly_characters == "\u2019"
    assert english.warning is not None
    assert "2 parts instead of 1" in english.warning
    plain = look(press, texts={"en": long.replace("\u2019", "'")})
    assert (plain.parts, plain.languages["en"].warning) == (2, None)


def test_a_name_outside_the_alphabet_does_not_double_the_bill_of_a_plain_text(press: Press) -> None:
    (phone,) = press.homes(1)
    with press.database.unit_of_work() as session:
        households.rename(session, households.for_phone(session, phone)[0].id, "Ṣadé Ọlá", TUESDAY)
    text = {"en": "Dear {name}, " + "x" * 100}
    assert look(press, texts=text).languages["en"].size.encoding is Encoding.GSM7
    press.campaign(texts=text)
    press.work()
    (sent,) = press.outbox()
    assert (sent.parts, sent.body[:14]) == (1, "Dear Sadé Ola,")


def test_parts_are_counted_with_everybodys_real_name(press: Press) -> None:
    long_name, _ = press.homes(1, 2)
    with press.database.unit_of_work() as session:
        households.rename(session, households.for_phone(session, long_name)[0].id, "N" * 30, TUESDAY)
    found = look(press, texts={"en": "{name}" + "x" * 140})
    assert (found.parts, found.languages["en"].size.parts) == (3, 2)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"texts": {"en": "Hello {nmae}"}}, "texts.en"),
    ({"texts": {"en": "Hello {"}}, "texts.en"),
    ({"texts": {"en": "Hello {name.x}"}}, "texts.en"),
    ({"texts": {"xx": "Hello"}}, "texts"),
    ({"texts": {"pcm": "How far"}}, "fallback_language"),
    ({"segment": Segment(zone_ids=(new_id(),))}, "segment.zone_ids"),
    ({"segment": Segment(material="GOLD")}, "segment.material"),
    (
        {"segment": Segment(never_collected=True, collected_since=date(2026, 1, 1))},
        "segment.never_collected",
    ),
    ({"ends_at": TUESDAY}, "ends_at"),
]


def test_a_mistake_is_said_of_its_field(press: Press) -> None:
    for given, field in MISTAKES:
        with pytest.raises(InvalidInput) as refused:
            press.campaign(start=False, **given)
        assert refused.value.field == field


def a_weighing(session: Session, place: street.Street, household_id: UUID, at: datetime, code: str) -> None:
    visit = Visit(
        id=new_id(),
        pickup_id=street.a_pickup(session, household_id, place.zone_id, at.date()),
        collector_id=place.collector_id,
        outcome=VisitOutcome.COLLECTED,
        content_digest="x",
        visited_at=at,
        received_at=at,
    )
    session.add(visit)
    session.flush()
    session.add(
        Weighing(
            id=visit.id,
            pickup_id=visit.pickup_id,
            household_id=household_id,
            collector_id=place.collector_id,
            weighed_at=at,
            credit_minor=0,
            created_at=at,
        )
    )
    session.flush()
    material = street.material_id(session, code)
    session.add(
        WeighingLine(
            weighing_id=visit.id, material_id=material, grams=1, rate_minor_per_kilogram=1, amount_minor=0
        )
    )


def test_a_segment_is_cut_by_what_is_known_of_the_household(press: Press) -> None:
    press.clock.at = TUESDAY - timedelta(days=60)
    place = street.a_street(press.database, press.clock.at)
    with press.database.unit_of_work() as session:
        homes = {place.phone: place.household_id}
        for number in (2, 3):
            phone = f"+234800000000{number}"
            homes[phone] = street.a_household(session, place.zone_id, phone, press.clock.at)
        once, lately, _never = homes.values()
        a_weighing(session, place, once, TUESDAY - timedelta(days=50), "PET")
        a_weighing(session, place, lately, TUESDAY - timedelta(days=50), "PET")
        a_weighing(session, place, lately, TUESDAY - timedelta(days=5), "CAN")
        zone_id = session.get_one(Zone, place.zone_id).id
    press.clock.at = TUESDAY
    press.homes(4)
    month_ago = (TUESDAY - timedelta(days=30)).date()

    def reached(**conditions: Any) -> set[int]:
        press.campaign(segment=Segment(**conditions), texts={"en": "Hello."})
        before = press.sent()
        press.work(minutes=1)
        return {int(phone[-1]) for phone in press.sent() - before}

    assert reached() == {1, 2, 3, 4}
    assert reached(zone_ids=(zone_id,)) == {1, 2, 3}
    assert reached(collected_since=month_ago) == {2}
    assert reached(not_collected_since=month_ago) == {1}
    assert reached(never_collected=True) == {3, 4}
    assert reached(material="CAN") == {2}
    assert reached(material="PET", not_collected_since=month_ago) == {1}
    assert reached(joined_since=month_ago) == {4}
    with press.database.unit_of_work() as session:
        households.pause(session, lately, until=None, now=TUESDAY)
        session.flush()
    assert reached(zone_ids=(zone_id,)) == {1, 3}
    assert reached(statuses=(HouseholdStatus.PAUSED,)) == {2}
    assert reached(languages=("pcm",)) == set()
