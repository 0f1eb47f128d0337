"""The sheet before the worst of networks, phones and mornings: nothing typed is lost, nothing counts twice."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from app.collectors import sessions
from app.web.routesheet import assets
from tests.browser.offline import HELD_MILLISECONDS, LIKE_A_PHONE, NewPhone, Phone, Town, weighed
from tests.conftest import NOON

ROOM_BYTES = 400_000
IN_2019 = datetime(2019, 1, 1, 0, 0, tzinfo=UTC)


def test_an_answer_that_is_lost_counts_nothing_twice(new_phone: NewPhone, town: Town) -> None:
    rider = town.rider()
    phone = new_phone()
    phone.sign_in(rider)
    phone.next_stop()
    phone.weigh("3")
    town.network.trouble = "lost"
    phone.sent(lambda: len(town.visits(rider)) == 1)
    phone.unsent(1)
    town.network.trouble = "none"
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [3_000]}

    # It was on its way, so a change is a record of its own.
    phone.page.goto(f"/route#s/{rider.pickups[0]}")
    phone.tap("button", "Correct it")
    phone.tap("button", ".")
    phone.tap("button", "5")
    phone.save()
    phone.unsent(1)
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [3_000]}
    assert phone.page.evaluate("async () => (await myRecords()).map(one => one.answer)") == [
        "duplicate",
        "accepted",
    ]


def test_a_captive_portal_takes_nothing_and_hides_nothing(new_phone: NewPhone, town: Town) -> None:
    rider = town.rider()
    phone = new_phone()
    phone.sign_in(rider)
    town.network.trouble = "portal"
    phone.page.reload()
    phone.next_stop()
    phone.tap("link", "Plastic bottles")
    phone.tap("button", "4")
    phone.page.get_by_role("button", name="Save weights").evaluate(
        "button => { button.click(); button.click(); }"
    )
    for _ in range(3):
        phone.wait()
        phone.unsent(1)
    assert town.visits(rider) == []
    town.network.trouble = "none"
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [4_000]}


def test_who_is_signed_out_midway_loses_nothing(new_phone: NewPhone, town: Town) -> None:
    rider = town.rider()
    phone = new_phone()
    phone.sign_in(rider)
    phone.next_stop()
    phone.weigh("5")
    with town.container.database.unit_of_work() as session:
        sessions.revoke_all(session, rider.id, NOON)
    phone.sent(lambda: phone.page.get_by_text("You are signed out").is_visible())
    phone.unsent(1)
    phone.tap("link", "Could not collect")  # the day goes on
    phone.tap("button", "Nothing to give")
    phone.unsent(2)
    phone.tap("link", "Sign in")
    expect(phone.page.get_by_text("Not sent yet: 2")).to_be_visible()
    expect(phone.page.get_by_role("link", name="Back to today's sheet")).to_be_visible()
    phone.sign_in(rider)
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [5_000], 1: []}


def test_two_riders_on_one_phone_never_send_as_each_other(
    new_phone: NewPhone, town: Town, phone_context: BrowserContext
) -> None:
    first, second = town.rider(), town.rider()
    phone = new_phone()
    phone.sign_in(first)
    phone.next_stop()
    town.network.trouble = "portal"
    phone.weigh("6")
    phone.tap("link", "Today")
    phone.tap("button", "Sign out")
    expect(phone.page.get_by_text("Signing out waits until all is sent")).to_be_visible()
    phone.unsent(1)
    town.network.trouble = "none"
    phone_context.clear_cookies()

    phone.sign_in(second)
    for _ in range(3):
        phone.wait()
    phone.unsent(1)
    kept = phone.page.evaluate("async () => JSON.stringify(await all('day'))")
    assert "Home" in kept
    assert f"Home {town.riders - 1}-" not in kept, "the other one's homes are none of hers"
    phone.page.goto("/route#")
    phone.tap("button", "Sign out")
    expect(phone.page.get_by_label("Your PIN")).to_be_visible()
    assert phone.page.evaluate("async () => [(await all('day')).length, await caches.has('sheet')]") == [
        0,
        False,
    ]
    assert town.visits(first) == []

    phone.sign_in(first)
    phone.all_sent()
    assert [visit.collector_id for visit in town.visits(first)] == [first.id]


def test_a_phone_in_2019_is_set_right(new_phone: NewPhone, town: Town) -> None:
    rider = town.rider()
    phone = new_phone(IN_2019)
    phone.sign_in(rider)
    phone.next_stop()
    phone.weigh("7")
    phone.all_sent()
    [visit] = town.visits(rider)
    assert visit.device_at is not None
    assert visit.device_at - IN_2019 < timedelta(hours=1)
    assert NOON - timedelta(minutes=30) < visit.visited_at <= NOON


def test_a_new_version_midway_keeps_the_queue(
    new_phone: NewPhone, town: Town, phone_context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    rider = town.rider()
    phone = new_phone()
    phone.sign_in(rider)
    phone_context.set_offline(True)
    phone.next_stop()
    phone.weigh("8")
    newer = assets.Asset(assets.script().content + b"\nself.newer = true;", "text/javascript", "js")
    monkeypatch.setattr(assets, "script", lambda: newer)
    # The newer version has changed what it keeps: an older page that is still open reads on.
    phone.page.evaluate(
        """() => new Promise(done => {
            const asked = indexedDB.open('sheet', 2);
            asked.onupgradeneeded = () => asked.result.createObjectStore('more');
            asked.onsuccess = () => { asked.result.close(); done(); };
        })"""
    )
    phone.page.reload()
    phone.unsent(1)
    assert not phone.page.evaluate("self.newer")
    phone_context.set_offline(False)
    phone.page.reload()
    phone.page.wait_for_function("() => self.newer")
    phone.holds("address => caches.match(address)", newer.address)
    phone_context.set_offline(True)
    phone.page.reload()
    phone.page.wait_for_function("() => self.newer")
    phone_context.set_offline(False)
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [8_000]}


def test_a_full_phone_says_so_and_keeps_what_was_typed_on_the_screen(
    new_phone: NewPhone, town: Town, phone_context: BrowserContext
) -> None:
    rider = town.rider()
    phone = new_phone()
    chromium = phone_context.new_cdp_session(phone.page)
    chromium.send("Storage.overrideQuotaForOrigin", {"origin": town.address, "quotaSize": ROOM_BYTES})
    phone.sign_in(rider)
    phone.next_stop()
    phone.tap("link", "Plastic bottles")
    # The browser asks how much room is left only where what it last heard does not suffice: to the last byte, then.
    phone.page.evaluate(
        """async room => { for (let size = room; size >= 1; size = Math.floor(size / 4)) try {
            for (;;) await put('kept', { id: newId(), filler: 'x'.repeat(size) });
        } catch (error) { if (error.name !== 'QuotaExceededError') throw error; } }""",
        ROOM_BYTES,
    )
    phone.tap("button", "9")
    phone.tap("button", "Save weights")
    expect(phone.page.get_by_text("this is not saved")).to_be_visible()
    expect(phone.page.get_by_role("heading")).to_have_text("Plastic bottles: 9 kg")
    phone.unsent(0)
    chromium.send("Storage.overrideQuotaForOrigin", {"origin": town.address})
    phone.save()
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [9_000]}


def test_a_browser_that_is_killed_with_a_full_queue(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], town: Town, tmp_path: Path
) -> None:
    rider = town.rider()

    def opened() -> tuple[BrowserContext, Phone]:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, **browser_type_launch_args, **LIKE_A_PHONE, base_url=town.address
        )
        return context, Phone.of(context, town.container, town.day)

    context, phone = opened()
    phone.page.clock.install(time=NOON)
    phone.sign_in(rider)
    context.set_offline(True)
    phone.next_stop()
    phone.weigh("2")
    phone.weigh("3")
    phone.unsent(2)
    _kill_browser_of(tmp_path)
    context, phone = opened()
    context.set_offline(True)
    phone.page.clock.install(time=NOON + timedelta(milliseconds=HELD_MILLISECONDS))
    phone.page.goto("/route")
    phone.unsent(2)
    context.set_offline(False)
    context.clear_cookies()  # a browser that is killed may have lost them
    phone.sign_in(rider)
    phone.all_sent()
    assert weighed(town.container, rider.pickups) == {0: [2_000], 1: [3_000]}
    context.close()


def _kill_browser_of(profile: Path) -> None:
    """SIGKILL to every process of the browser that keeps its files in `profile`: no goodbye, nothing flushed."""
    mark = f"--user-data-dir={profile}"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in command:
            os.kill(int(process.name), signal.SIGKILL)
