"""What is kept at a door besides weights, by night and without network; and the queue as a file."""

from __future__ import annotations

import json
import random
import struct
import zlib
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, expect
from sqlalchemy import select

from app.fieldwork.models import FieldPhoto, FieldRecord, FieldRecordKind, Verdict
from app.fieldwork.photos import PHOTO_MAX_BYTES
from app.households.models import Household, HouseholdPhone
from app.pickups import handover
from app.pickups.models import Pickup
from app.routing.models import RouteStop
from tests.browser.offline import NewPhone, Town, weighed
from tests.browser.test_routesheet import check
from tests.conftest import NOON

SIDE_PIXELS = 1_400


def a_large_picture() -> bytes:
    """A PNG of noise: what no camera's picture is worse to shrink than."""
    dice = random.Random(1)
    rows = b"".join(b"\0" + dice.randbytes(3 * SIDE_PIXELS) for _ in range(SIDE_PIXELS))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", SIDE_PIXELS, SIDE_PIXELS, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_code_place_and_photo_are_kept_at_night_and_sent_with_the_photo_last(  # noqa: PLR0915 - a walk is long
    new_phone: NewPhone, town: Town, phone_context: BrowserContext, tmp_path: Path
) -> None:
    rider = town.rider()
    with town.container.database.unit_of_work() as session:
        homes = [session.get_one(Pickup, one).household_id for one in rider.pickups]
        second = session.scalars(select(RouteStop).where(RouteStop.pickup_id == rider.pickups[1])).one()
        second.trip, second.arrives_at = 2, NOON + timedelta(minutes=30)
        number = session.scalars(
            select(HouseholdPhone.phone).where(HouseholdPhone.household_id == homes[0])
        ).one()
    right = handover.code_of("t" * 32, number, NOON.date())
    fits = handover.digest(rider.pickups[0], right)
    codes = (f"{(int(right) + more) % 10_000:04}" for more in range(1, 99))
    wrong = next(code for code in codes if handover.digest(rider.pickups[0], code) != fits)

    phone = new_phone()
    page = phone.page
    page.emulate_media(color_scheme="dark")
    phone_context.grant_permissions(["geolocation"])
    phone_context.set_geolocation({"latitude": 6.5031, "longitude": 3.3572, "accuracy": 9})
    phone.sign_in(rider)
    phone_context.set_offline(True)
    check(page)

    phone.tap("link", "Next stop")
    check(page)
    page.get_by_label("Their code of today").fill(wrong)
    expect(page.get_by_role("status").filter(has_text="Not today's code")).to_be_visible()
    page.get_by_label("Their code of today").fill(right)
    expect(page.get_by_role("status").filter(has_text="The code is right")).to_be_visible()
    phone.tap("button", "I am at their door: keep this place")
    phone.unsent(1)
    phone.tap("link", "Plastic bottles")
    check(page)
    phone.tap("button", "2")
    phone.save()

    expect(page.get_by_text("First empty your box at the hub")).to_be_visible()
    expect(page.get_by_text("about 1:30pm")).to_be_visible()
    phone.tap("link", "Could not collect")
    picture = {"name": "gate.png", "mimeType": "image/png", "buffer": a_large_picture()}
    page.locator("#photo").set_input_files(picture)  # type: ignore[arg-type]  # a typed dictionary
    expect(page.get_by_text("✓")).to_be_visible()
    check(page)
    phone.tap("button", "Nobody home")
    phone.unsent(4)
    phone.wait()

    page.goto("/route#q")
    expect(page.get_by_text("Not sent yet: 5")).to_be_visible()
    check(page)
    with page.expect_download() as download:
        phone.tap("button", "Save as a file")
    download.value.save_as(tmp_path / "queue.json")
    exported = json.loads((tmp_path / "queue.json").read_text("utf-8"))
    assert exported["collector"] == str(rider.id)
    kinds = [record["kind"] for record in exported["records"]]
    assert kinds == ["position", "weighing", "handover", "missed"]

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    phone_context.set_offline(False)
    phone.all_sent()
    phone.sent(lambda: page.evaluate("async () => !(await all('photos')).length"))
    ways = [url.split("?")[0] for url in asked if "/route/sync" in url or "/route/photos/" in url]
    assert "/route/photos/" in ways[-1]
    assert sum("/route/photos/" in url for url in ways) == 1

    assert weighed(town.container, rider.pickups) == {0: [2_000], 1: []}
    with town.container.database.unit_of_work() as session:
        photo = session.scalars(select(FieldPhoto).where(FieldPhoto.collector_id == rider.id)).one()
        code = session.scalars(
            select(FieldRecord.verdict).where(
                FieldRecord.pickup_id == rider.pickups[0], FieldRecord.kind == FieldRecordKind.HANDOVER
            )
        ).one()
        home = session.get_one(Household, homes[0])
    assert photo.jpeg.startswith(b"\xff\xd8")
    assert len(photo.jpeg) <= PHOTO_MAX_BYTES
    assert str(photo.about_id) == exported["records"][-1]["id"]
    assert code is Verdict.RIGHT
    assert (home.latitude, home.location_source, home.location_uncertainty_metres) == (6.5031, "pin", 9)
