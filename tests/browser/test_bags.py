"""Codes of bags on the sheet: typed or brought by the phone's camera, without network, and never in a weighing's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.bags import runs
from app.bags.models import BagReading
from tests.browser.offline import NewPhone, Phone, Town, weighed
from tests.conftest import NOON


@dataclass(frozen=True)
class Run:
    codes: tuple[str, ...]


@pytest.fixture
def run(town: Town) -> Iterator[Run]:
    with town.container.database.unit_of_work() as session:
        made = runs.make(session, bags=2, note="", by="office", now=NOON)
        codes = tuple(runs.codes_of(session, made.id))
    yield Run(codes)
    with town.container.database.unit_of_work() as session:
        runs.void(session, made.id, NOON)


def ready_with_bags(phone: Phone) -> None:
    """Until the bags' script is kept too: it came with the second page, once there were bags."""
    phone.holds(
        "async () => (await (await caches.open('sheet')).keys()).some(one => one.url.includes('/sheet-bags'))"
    )


def test_a_bag_is_typed_and_another_opened_by_its_link_without_network_and_both_arrive(
    new_phone: NewPhone, town: Town, run: Run
) -> None:
    rider = town.rider()
    first, second = run.codes
    phone = new_phone()
    phone.sign_in(rider)
    ready_with_bags(phone)
    phone.page.context.set_offline(True)
    phone.next_stop()
    field = phone.page.get_by_label("Bag's code")
    slip = first[:-1] + str((int(first[-1]) + 1) % 10)
    field.fill(slip)
    expect(phone.page.get_by_text("That code is not right")).to_be_visible()
    field.fill(first)
    expect(phone.page.get_by_text(f"{first[:4]} {first[4:]}")).to_be_visible()
    phone.weigh("3")
    phone.page.goto(f"/route?bag={second}")
    expect(phone.page.get_by_role("heading", name=f"Whose bag is {second[:4]} {second[4:]}?")).to_be_visible()
    phone.page.locator(f"[data-act='bagged/{rider.pickups[0]}']").tap()
    expect(phone.page.get_by_text(f"{second[:4]} {second[4:]}")).to_be_visible()
    phone.page.context.set_offline(False)
    phone.all_sent()
    with town.container.database.unit_of_work() as session:
        read = session.execute(
            select(BagReading.code, BagReading.pickup_id).where(BagReading.code.in_(run.codes))
        ).all()
    assert {tuple(one) for one in read} == {(code, rider.pickups[0]) for code in run.codes}
    assert weighed(town.container, rider.pickups) == {0: [3_000]}
