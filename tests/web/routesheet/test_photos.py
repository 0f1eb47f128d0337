"""Photos from the door: taken once, small, seen by the office alone."""

from __future__ import annotations

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.container import Container
from app.fieldwork import photos
from app.kernel.ids import new_id
from tests.factories.day import Day
from tests.web.admin.conftest import key_for
from tests.web.routesheet.conftest import MORNING, MovableClock, a_phone
from tests.web.routesheet.phone import OURS

JPEG = b"\xff\xd8\xff\xe0" + b"a bag at a gate" * 20 + b"\xff\xd9"


def send(phone: TestClient, photo_id: UUID, day: Day, jpeg: bytes) -> str:
    about = {"pickup": str(day.pickups[0]), "about": str(new_id()), "at": MORNING.isoformat()}
    answer = phone.post(
        f"/route/photos/{photo_id}",
        params=about,
        content=jpeg,
        headers={**OURS, "Content-Type": "image/jpeg"},
    )
    assert answer.status_code == 200, answer.text
    [one] = answer.json()["answers"]
    assert one["id"] == str(photo_id)
    return str(one["answer"])


def test_a_photo_is_kept_once_and_seen_by_the_office(
    container: Container, tunde: TestClient, day: Day, clock: MovableClock
) -> None:
    photo_id = new_id()
    assert [send(tunde, photo_id, day, JPEG) for _ in range(2)] == ["accepted", "duplicate"]
    assert send(tunde, photo_id, day, JPEG.replace(b"bag", b"dog")) == "conflict"
    office = a_phone(container)
    office.headers["Authorization"] = f"Bearer {key_for(container, 'photos:read')}"
    listed = office.get("/api/v1/photos", params={"pickup_id": str(day.pickups[0])}).json()["items"]
    assert [one["id"] for one in listed] == [str(photo_id)]
    seen = office.get(f"/api/v1/photos/{photo_id}", params={"format": "jpeg"})
    assert (seen.content, seen.headers["Content-Type"]) == (JPEG, "image/jpeg")
    assert tunde.get(f"/api/v1/photos/{photo_id}").status_code == 401
    with container.database.unit_of_work() as session:
        clock.pass_(days=91)
        assert photos.forget_old(session, container.settings.visit_photo_days, clock.now()) == 1


@pytest.mark.parametrize(
    "jpeg", [b"", b"<html>", JPEG[:-1], JPEG[:4] + bytes(photos.PHOTO_MAX_BYTES) + JPEG[-2:]]
)
def test_what_is_no_small_photo_is_refused(tunde: TestClient, day: Day, jpeg: bytes) -> None:
    assert send(tunde, new_id(), day, jpeg) == "refused"
