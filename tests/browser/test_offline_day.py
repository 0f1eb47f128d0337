"""A collector's whole day without network, tap by tap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from playwright.sync_api import BrowserContext, expect

from app.fieldwork import texts
from app.fieldwork.clocks import Stamp
from app.fieldwork.records import Record, Weighed
from app.kernel.ids import new_id
from app.kernel.money import Money
from app.weighing.models import Via
from tests.browser.cases import CREDITS, EXPECTED_CREDITS, EXPECTED_GRAMS, TYPED
from tests.browser.offline import NewPhone, Town, weighed
from tests.browser.test_routesheet import check
from tests.conftest import NOON

MOST_TAPS = 6


def test_a_whole_day_without_network(  # noqa: PLR0915 - a day is long
    new_phone: NewPhone, town: Town, phone_context: BrowserContext
) -> None:
    rider = town.rider(stops=4)
    phone = new_phone()
    phone.sign_in(rider)
    phone_context.set_offline(True)
    phone.page.reload()
    check(phone.page)

    phone.tap("link", "Next stop")
    check(phone.page)
    before = phone.taps
    phone.weigh("2.5")
    assert phone.taps - before <= MOST_TAPS
    phone.tap("button", "Undo")
    phone.tap("link", "Plastic bottles")
    check(phone.page)
    expect(phone.page.get_by_role("heading")).to_have_text("Plastic bottles: 2.5 kg")
    phone.tap("button", "5")
    expect(phone.page.get_by_role("status").filter(has_text="Total")).to_have_text("Total 2.55kg · N306")
    phone.tap("button", "Save weights")

    phone.tap("link", "Could not collect")
    check(phone.page)
    phone.page.get_by_label("Note, if you like").fill("Gate locked")
    phone.tap("button", "Nobody home")

    # A slip of ten times as much is asked about once; more than nothing is needed.
    phone.tap("link", "Plastic bottles")
    for key in "92.5":
        phone.tap("button", key)
    phone.tap("button", "Save weights")
    expect(phone.page.get_by_role("alert").filter(has_text="Is that right?")).to_contain_text("92.5kg")
    check(phone.page)
    phone.tap("button", "No, change it")
    for _ in range(4):
        phone.tap("button", "Erase")
    phone.tap("button", "Save weights")
    expect(phone.page.get_by_text("You typed no weight")).to_be_visible()
    phone.tap("button", "9")
    phone.holds("async id => (await read('drafts', id))?.typed.PET === '9'", str(rider.pickups[2]))
    phone.page.close()  # the battery is flat; what was typed is kept too

    phone = new_phone()
    phone.page.goto(f"/route#w/{rider.pickups[2]}/PET")
    expect(phone.page.get_by_role("heading")).to_have_text("Plastic bottles: 9 kg")
    phone.tap("button", "Save weights")
    phone.weigh("1", "Cardboard")
    expect(phone.page.get_by_text("All stops are done")).to_be_visible()
    phone.page.goto(f"/route#s/{rider.pickups[3]}")
    phone.tap("button", "Correct it")
    phone.tap("button", "0")
    phone.save()
    phone.unsent(4)
    phone.wait()
    phone.page.goto("/route#q")
    check(phone.page)
    assert town.visits(rider) == []

    phone_context.set_offline(False)
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [2_550], 1: [], 2: [9_000], 3: [10_000]}
    assert {visit.via for visit in town.visits(rider)} == {Via.SYNC}


def test_the_script_weighs_and_counts_as_the_service_does(new_phone: NewPhone, town: Town) -> None:
    """And a record as a text is read as the record that it is."""
    rider = town.rider()
    phone = new_phone()
    phone.sign_in(rider)
    page = phone.page
    assert page.evaluate("typed => typed.map(parseKilograms)", list(TYPED)) == EXPECTED_GRAMS
    assert (
        page.evaluate("cases => cases.map(([grams, rate]) => creditMinor(grams, rate))", CREDITS)
        == EXPECTED_CREDITS
    )
    amounts = [0, 5, 48_000, 123_456_789]
    written = [town.container.catalogue.on_screens.write(Money(amount, "NGN"), "en") for amount in amounts]
    assert page.evaluate("amounts => amounts.map(moneyText)", amounts) == written

    record: dict[str, Any] = {
        "id": str(new_id()),
        "pickup": str(rider.pickups[0]),
        "at": "2026-03-03T11:00:00.000Z",
        "offset": -60_000,
        "kind": "weighing",
        "what": {"grams": {"PET": 2_500, "CAN": 300}},
    }
    sent = texts.read(page.evaluate("record => smsText(record)", record))
    assert sent is not None
    assert sent.record == Record(
        UUID(record["id"]),
        rider.pickups[0],
        Stamp(datetime(2026, 3, 3, 10, 59, tzinfo=UTC)),
        Weighed({"PET": 2_500, "CAN": 300}),
    )
    assert sent.key == texts.key_of("t" * 32, rider.id, NOON.date())
