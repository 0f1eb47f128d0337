from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.factories.day import Day
from tests.web.routesheet.conftest import form_in

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OTHER = "https://evil.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": OTHER},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
@pytest.mark.parametrize("path", ["/route/sign-in", "/route/sign-out", "/route/stops/{stop}"])
def test_forms_of_other_sites_are_refused(
    tunde: TestClient, day: Day, path: str, headers: dict[str, str]
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    fields = {**form_in(tunde.get(stop)), "kg-PET": "1"}
    answer = tunde.post(path.format(stop=day.pickups[0]), data=fields, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert "0 of 5 done" in tunde.get("/route").text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, {"Origin": "http://testserver"}, {}],
)
def test_our_own_forms_are_taken_from_new_and_old_browsers(
    tunde: TestClient, day: Day, headers: dict[str, str]
) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    answer = tunde.post(stop, data={**form_in(tunde.get(stop)), "kg-PET": "1"}, headers=headers)
    assert answer.status_code == 303


def test_every_answer_forbids_strange_scripts_frames_and_keeping(tunde: TestClient, day: Day) -> None:
    stop = f"/route/stops/{day.pickups[0]}"
    for answer in (
        tunde.get("/route"),
        tunde.get(stop),
        tunde.post(stop, data={"kg-PET": "x"}),
        tunde.get("/route/stops/nothing"),
        tunde.post("/route/sign-out"),
        tunde.get("/route/sign-in"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_style_sheet_is_kept_until_it_changes(phone: TestClient) -> None:
    page = phone.get("/route/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = phone.get(address)
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert phone.get("/route/sheet-000000000000.css").headers["Cache-Control"] == "no-store"


FORM = "application/x-www-form-urlencoded"


def test_what_is_no_form_gets_a_clear_no(tunde: TestClient, day: Day) -> None:
    for body, kind, status in (
        (b"{}", "application/json", 422),
        (b"a=1&" * 500, FORM, 422),
        (b"kg-PET=%ff%fe&%00=%00", FORM, 422),
        (b"\xff\xfe\x00=\x00", FORM, 422),
        (b"a=" + b"1" * 70_000, FORM, 413),
        (b"", "", 422),
    ):
        answer = tunde.post(f"/route/stops/{day.pickups[0]}", content=body, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert "Traceback" not in answer.text
