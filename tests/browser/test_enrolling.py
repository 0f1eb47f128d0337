"""A new household at its door, with no network at all: enrolled, weighed, and sent when there is some."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect
from sqlalchemy import select

from app.fieldwork import texts
from app.fieldwork.models import Enrolment
from app.fieldwork.records import Enrolment as Enrolled
from app.fieldwork.records import Position
from app.households.models import Household
from app.ledger import service as ledger
from app.messaging.models import OutboxMessage
from tests.browser.offline import NewPhone, Phone, Town, weighed
from tests.browser.test_routesheet import check
from tests.conftest import NOON

PHONE = "+2348000000777"


def to_the_form(phone: Phone) -> None:
    phone.page.goto("/route/enrol")
    expect(phone.page.get_by_role("button", name="take this place")).to_be_visible()


def test_a_home_joins_and_is_weighed_without_network_and_both_count_once(  # noqa: PLR0915 - a walk is long
    new_phone: NewPhone, town: Town, phone_context: BrowserContext
) -> None:
    rider = town.rider()
    phone = new_phone()
    phone_context.grant_permissions(["geolocation"])
    phone_context.set_geolocation({"latitude": 6.5021, "longitude": 3.3591, "accuracy": 14})
    phone.sign_in(rider)
    phone.holds("() => caches.match('/route/enrol')")
    phone_context.set_offline(True)
    to_the_form(phone)
    check(phone.page)
    expect(phone.page.get_by_label("Area")).to_have_value("SUR-01")

    # Everything that is missing is said at once; what was typed stays, through a flat battery too.
    phone.page.get_by_label("Their phone number").fill("0800 000 0777")
    phone.page.get_by_label("House number, street").fill("Yellow house behind the borehole")
    phone.tap("button", "Enrol")
    expect(phone.page.get_by_role("alert")).to_contain_text("Write their name in letters.")
    expect(phone.page.get_by_role("alert")).to_contain_text("They must say yes first.")
    check(phone.page)
    phone.holds("async () => (await read('drafts', 'enrol'))?.typed.phone")
    phone.page.reload()
    expect(phone.page.get_by_label("Their phone number")).to_have_value("0800 000 0777")
    phone.page.get_by_label("Name to greet").fill("Baba Sule")
    phone.page.get_by_label("Their language").select_option("pcm")
    phone.page.get_by_role("button", name="take this place").tap()
    expect(phone.page.get_by_text("within 14 m")).to_be_visible()
    phone.page.get_by_label("They say yes").check()
    phone.tap("button", "Enrol")

    expect(phone.page.get_by_role("heading", name="Baba Sule")).to_be_visible()
    check(phone.page)
    phone.weigh("2.5")
    phone.unsent(2)
    phone.wait()
    may_go = phone.page.evaluate("async () => (await frozen(20)).map(one => one.kind)")
    assert may_go == ["enrolment"], "its weights wait until there is such a stop"
    phone.page.goto("/route#")
    expect(phone.page.get_by_text("1 of 3 done")).to_be_visible()
    rescued = phone.page.evaluate("async () => smsText((await all('records')).find(one => one.text))")
    read = texts.read(rescued)
    assert read is not None
    assert read.record is not None
    place = Position(6.5021, 3.3591, 14)
    landmark = "Yellow house behind the borehole"
    assert read.record.what == Enrolled("08000000777", "Baba Sule", "pcm", "SUR-01", landmark, place)
    assert read.record.id == read.record.pickup_id

    # The same phone a second time is found out on the spot.
    to_the_form(phone)
    phone.page.get_by_label("Their phone number").fill("0800 000 0777")
    phone.tap("button", "Enrol")
    expect(phone.page.get_by_role("alert")).to_contain_text("Already with us")

    phone_context.set_offline(False)
    phone.page.goto("/route")
    phone.all_sent()
    phone.page.reload()
    expect(phone.page.get_by_text("Baba Sule")).to_be_visible()
    with town.container.database.unit_of_work() as session:
        enrolled = session.scalars(select(Enrolment).where(Enrolment.collector_id == rider.id)).one()
        home = session.get_one(Household, enrolled.household_id)
        balance = ledger.balance(session, home.id)
        told = session.scalars(
            select(OutboxMessage.template)
            .where(OutboxMessage.phone == PHONE)
            .order_by(OutboxMessage.created_at, OutboxMessage.id)
        ).all()
    assert (home.name, home.language, home.latitude) == ("Baba Sule", "pcm", 6.5021)
    assert balance == 30_000
    assert told[0] == "door.welcome.undated"
    assert enrolled.pickup_id is not None
    assert weighed(town.container, (enrolled.pickup_id,)) == {0: [2_500]}
    assert enrolled.made_at.date() == NOON.date()


def test_the_collector_is_told_that_a_phone_is_known_and_nothing_of_its_home(
    new_phone: NewPhone, town: Town
) -> None:
    rider, other = town.rider(), town.rider(stops=1)
    phone = new_phone()
    phone.sign_in(rider)
    to_the_form(phone)
    phone.page.get_by_label("Their phone number").fill(f"0800 000 {2_000 + 50 * town.riders}")
    phone.page.get_by_label("Name to greet").fill("Musa")
    phone.page.get_by_label("House number, street").fill("Upstairs, by the tree")
    phone.page.get_by_label("They say yes").check()
    phone.tap("button", "Enrol")
    phone.weigh("1")
    phone.all_sent()
    phone.page.goto("/route#q")
    told = phone.page.get_by_role("listitem").filter(has_text="Musa")
    expect(told).to_contain_text("Already with us: this phone has a home.")
    assert weighed(town.container, other.pickups) == {0: [1_000]}, "what they gave is theirs"
