from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app import bootstrap
from app.collectors import service as collectors
from app.collectors.models import Collector, CollectorSession
from app.container import Container
from app.settings import load_settings
from tests.factories.day import PIN, Day
from tests.web.routesheet.conftest import MovableClock, a_phone, form_in, sign_in
from workers.forgetting import forget_old

WRONG = "1357"
UNKNOWN = "0800 000 9999"


def test_a_collector_signs_in_however_he_spells_his_number(phone: TestClient) -> None:
    for number in ("08000009001", "0800 000 9001", "+234 800 000 9001", "234-800-0009001"):
        answer = sign_in(phone, number)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/route"
    assert "Iya Basira" in phone.get("/route").text


def test_nobody_sees_the_list_without_signing_in(phone: TestClient) -> None:
    answer = phone.get("/route")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/route/sign-in"


def test_a_wrong_pin_keeps_the_number_and_never_the_pin(phone: TestClient) -> None:
    answer = sign_in(phone, pin=WRONG)
    assert answer.status_code == 401
    assert form_in(answer)["phone"] == "0800 000 9001"
    assert WRONG not in answer.text


def test_what_is_no_number_or_no_pin_is_named(phone: TestClient) -> None:
    for number, pin, field in (
        ("12", PIN, "phone"),
        ("\0", PIN, "phone"),
        ("0800 000 9001", "12", "pin"),
        ("0800 000 9001", "٢٤٦٨", "pin"),
    ):
        answer = sign_in(phone, number, pin)
        assert answer.status_code == 422
        assert f'id="{field}-mistake"' in answer.text


def test_after_five_wrong_pins_even_the_right_one_must_wait(phone: TestClient, clock: MovableClock) -> None:
    """The count survives although each of the five requests was refused."""
    assert [sign_in(phone, pin=WRONG).status_code for _ in range(5)] == [401] * 5
    answer = sign_in(phone)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(15 * 60 + 1)
    clock.pass_(minutes=15)
    assert sign_in(phone).status_code == 303


def test_each_further_lockout_lasts_twice_as_long(phone: TestClient, clock: MovableClock) -> None:
    for minutes in (15, 30, 60):
        assert [sign_in(phone, pin=WRONG).status_code for _ in range(5)] == [401] * 5
        clock.pass_(minutes=minutes - 1)
        assert sign_in(phone).status_code == 429
        clock.pass_(minutes=1)
    assert sign_in(phone).status_code == 303


def test_a_right_pin_wipes_the_slate(phone: TestClient) -> None:
    for _ in range(3):
        assert [sign_in(phone, pin=WRONG).status_code for _ in range(4)] == [401] * 4
        assert sign_in(phone).status_code == 303


def test_a_stranger_cannot_tell_which_phones_are_collectors(container: Container, phone: TestClient) -> None:
    """Same answers, same work: for a number nobody has a hash is computed as well, and it locks as well."""

    def answers(number: str) -> list[tuple[int, str]]:
        found = [sign_in(phone, number, WRONG) for _ in range(6)]
        return [(answer.status_code, re.sub(r"0800 000 \d+", "", answer.text)) for answer in found]

    with mock.patch.object(
        PasswordHasher, "verify", autospec=True, side_effect=PasswordHasher.verify
    ) as work:
        known = answers("0800 000 9001")
        done_for_known = work.call_count
        unknown = answers(UNKNOWN)
    assert known == unknown
    assert work.call_count == 2 * done_for_known == 10
    costs = {call.args[1].rsplit("$", 2)[0] for call in work.call_args_list}
    assert len(costs) == 1, "the made-up hash costs as much as a real one"


def test_guesses_at_once_are_counted_one_by_one(phone: TestClient) -> None:
    phone.get(
        "/route/sign-in"
    )  # FastAPI puts an application together at its first request, in one thread only
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: sign_in(phone, pin=WRONG).status_code, range(16)))
    assert sorted(statuses) == [401] * 5 + [429] * 11


def test_one_address_cannot_try_its_way_through_many_phones(container: Container, phone: TestClient) -> None:
    allowed = container.settings.sign_in_tries_per_address
    with mock.patch("app.kernel.pins.verify", return_value=False):
        for number in range(allowed):
            assert sign_in(phone, f"0800 000 {number:04}", WRONG).status_code == 401
    assert sign_in(phone).status_code == 429


def test_those_who_know_their_pin_do_not_wear_out_their_carriers_address(
    container: Container, phone: TestClient
) -> None:
    allowed = container.settings.sign_in_tries_per_address
    with mock.patch("app.kernel.pins.verify", return_value=True):
        assert {sign_in(phone).status_code for _ in range(allowed + 5)} == {303}


def test_old_tries_and_ended_sessions_are_forgotten_and_nothing_else(
    container: Container, tunde: TestClient, clock: MovableClock
) -> None:
    sign_in(a_phone(container), UNKNOWN, WRONG)
    tunde.post("/route/sign-out")
    assert forget_old(container) == 0
    clock.pass_(days=91)
    sign_in(tunde)
    assert forget_old(container) == 2  # the stranger's tries, and the session
    assert forget_old(container) == 0
    assert tunde.get("/route").status_code == 200
    with container.database.unit_of_work() as session:
        assert session.scalars(select(func.count()).select_from(CollectorSession)).one() == 1


def test_a_session_lasts_while_it_is_used_once_a_month(tunde: TestClient, clock: MovableClock) -> None:
    for _ in range(3):
        clock.pass_(days=29)
        answer = tunde.get("/route")
        assert answer.status_code == 200
        assert f"Max-Age={30 * 86400}" in answer.headers["Set-Cookie"]
    clock.pass_(days=30)
    assert tunde.get("/route").status_code == 303


def test_signing_out_ends_the_session_even_for_who_kept_the_cookie(
    container: Container, tunde: TestClient
) -> None:
    cookie = tunde.cookies["collector"]
    assert tunde.post("/route/sign-out").headers["Location"] == "/route/sign-in"
    assert "collector" not in tunde.cookies
    thief = a_phone(container)
    thief.cookies.set("collector", cookie)
    assert thief.get("/route").status_code == 303


def test_a_new_pin_signs_a_lost_phone_out_and_ends_the_lockout(
    container: Container, day: Day, tunde: TestClient, clock: MovableClock
) -> None:
    for _ in range(5):
        sign_in(a_phone(container), pin=WRONG)
    with container.database.unit_of_work() as session:
        collectors.set_pin(session, day.collector, " 864209 ", clock.now())
    assert tunde.get("/route").status_code == 303
    assert sign_in(tunde, pin="864209").status_code == 303


def test_a_collector_who_left_is_signed_out_and_cannot_come_back(
    container: Container, day: Day, tunde: TestClient
) -> None:
    with container.database.unit_of_work() as session:
        session.execute(update(Collector).where(Collector.id == day.collector).values(active=False))
    assert tunde.get("/route").status_code == 303
    assert sign_in(tunde).status_code == 401


def test_neither_token_nor_pin_is_kept(container: Container, tunde: TestClient) -> None:
    token = tunde.cookies["collector"]
    assert len(token) >= 43  # 256 bits in base64
    with container.database.unit_of_work() as session:
        (kept,) = session.scalars(select(CollectorSession.token_hash))
        hashes = session.scalars(select(Collector.pin_hash)).all()
    assert token not in kept
    assert all(kept_hash and kept_hash.startswith("$argon2id$") for kept_hash in hashes)


def test_over_tls_the_cookie_is_bound_to_this_host(
    container: Container, day: Day, clock: MovableClock
) -> None:
    settings = load_settings(
        environment="test",
        database_url=container.settings.database_url,
        secret_key="t" * 32,
        public_url="https://weighback.example",
    )
    secure = bootstrap.build(settings, clock=clock)
    cookie = sign_in(a_phone(secure)).headers["Set-Cookie"]
    secure.close()
    assert cookie.startswith("__Host-collector=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_page_speaks_pidgin_to_who_asks_for_it(phone: TestClient) -> None:
    page = phone.get("/route/sign-in?language=pcm")
    assert '<html lang="pcm">' in page.text
    again = phone.post("/route/sign-in", data={**form_in(page), "phone": "12", "pin": PIN})
    assert "PIN" in again.text
    assert '<html lang="pcm">' in again.text
    assert '<html lang="en">' in phone.get("/route/sign-in?language=xx").text


def test_the_lockout_never_lasts_longer_than_a_day(phone: TestClient, clock: MovableClock) -> None:
    for _ in range(9):
        for _ in range(5):
            answer = sign_in(phone, pin=WRONG)
        assert answer.status_code == 401
        wait = int(sign_in(phone).headers["Retry-After"])
        clock.pass_(seconds=wait)
    assert timedelta(hours=23) < timedelta(seconds=wait) <= timedelta(days=1, seconds=1)
