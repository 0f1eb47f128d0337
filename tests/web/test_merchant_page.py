"""The merchants' page: signing in, taking vouchers, the statement; and nobody else's business."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import bootstrap
from app.container import Container
from app.kernel.clock import FixedClock
from app.kernel.phone import Phone
from app.main import create_app
from app.merchants import service as merchants
from app.messaging.models import OutboxMessage
from app.rewards.vouchers import codes
from app.settings import load_settings
from tests.merchants.stall import PIN, Stall, a_stall

BUDGET_BYTES = 15 * 1024

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What these pages do is tried on both databases in tests/merchants."""


@pytest.fixture
def container(database_url: str, clock: FixedClock) -> Iterator[Container]:
    settings = load_settings(environment="test", database_url=database_url, secret_key="t" * 32)
    container = bootstrap.build(settings, clock=clock)
    yield container
    container.close()


@pytest.fixture
def stall(container: Container) -> Stall:
    return a_stall(container)


@pytest.fixture
def phone(container: Container, stall: Stall) -> TestClient:
    """That nobody has signed in with."""
    return TestClient(create_app(container), raise_server_exceptions=False, follow_redirects=False)


def enters(phone: TestClient, stall: Stall, pin: str = PIN) -> httpx.Response:
    answer: httpx.Response = phone.post("/merchant/sign-in", data={"phone": stall.shop.phone, "pin": pin})
    return answer


def test_who_is_not_signed_in_sees_the_form_and_wrong_pins_are_limited(
    phone: TestClient, stall: Stall
) -> None:
    for path in ("/merchant", "/merchant/statement"):
        assert phone.get(path).headers["location"] == "/merchant/sign-in"
    assert phone.post("/merchant", data={"code": "1"}).headers["location"] == "/merchant/sign-in"
    page = phone.get("/merchant/sign-in?language=fr")
    assert "pour les magasins" in page.text
    for _ in range(5):
        assert enters(phone, stall, "9999").status_code == 401
    assert enters(phone, stall).status_code == 429
    assert phone.get("/merchant").status_code == 303


def test_a_voucher_is_taken_once_and_both_sides_are_texted(
    phone: TestClient, stall: Stall, container: Container
) -> None:
    assert enters(phone, stall).headers["location"] == "/merchant"
    code = stall.vouchers[0].code
    slip = phone.post("/merchant", data={"code": code[:-1] + str((int(code[-1]) + 1) % 10)})
    assert slip.status_code == 422
    assert "There is a slip in that code" in slip.text
    assert f'value="{code[:-1]}' in slip.text, "what was typed is still there"
    taken = phone.post("/merchant", data={"code": codes.spoken(code)})
    assert taken.status_code == 200
    assert f"Voucher ending {code[-4:]}: N500" in taken.text
    again = phone.post("/merchant", data={"code": code})
    assert "credited already" in again.text
    assert stall.market.owed(stall.shop) == 50_000
    with container.database.unit_of_work() as session:
        sent = session.scalars(select(OutboxMessage.template).order_by(OutboxMessage.template)).all()
    assert sent == ["paid.taken", "voucher.taken"]


def test_the_statement_shows_the_month(phone: TestClient, stall: Stall) -> None:
    enters(phone, stall)
    for voucher in stall.vouchers[:2]:
        phone.post("/merchant", data={"code": voucher.code})
    page = phone.get("/merchant/statement").text
    for shown in ("Mama Nkechi", stall.vouchers[1].code[-4:], "N750", "N1,250", "month=2026-02"):
        assert shown in page
    assert "Nothing in this month" in phone.get("/merchant/statement?month=2026-01").text
    assert phone.get("/merchant/statement?month=2026-13").status_code == 404
    assert stall.vouchers[0].code not in page


def test_every_page_is_small_strict_and_not_kept(phone: TestClient, stall: Stall) -> None:
    enters(phone, stall)
    style = len(phone.get("/merchant/shop.css").content)
    for path in ("/merchant", "/merchant/statement", "/merchant/sign-in"):
        answer = phone.get(path, follow_redirects=True)
        assert len(answer.content) + style <= BUDGET_BYTES
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text


def test_another_sites_form_is_refused(phone: TestClient, stall: Stall) -> None:
    enters(phone, stall)
    sent = phone.post(
        "/merchant", data={"code": stall.vouchers[0].code}, headers={"sec-fetch-site": "cross-site"}
    )
    assert sent.status_code == 403
    assert stall.market.owed(stall.shop) == 0


def test_a_phone_that_speaks_for_the_shop_no_more_is_signed_out(
    phone: TestClient, stall: Stall, container: Container
) -> None:
    enters(phone, stall)
    with container.database.unit_of_work() as session:
        row = merchants.lock(session, stall.shop.id)
        merchants.set_phones(session, row, [Phone("+2348000005999")], container.clock.now())
    assert phone.get("/merchant").status_code == 303


def test_who_is_closed_takes_nothing_but_sees_what_it_is_owed(
    phone: TestClient, stall: Stall, container: Container
) -> None:
    enters(phone, stall)
    phone.post("/merchant", data={"code": stall.vouchers[0].code})
    stall.market.close(stall.shop)
    refused = phone.post("/merchant", data={"code": stall.vouchers[1].code})
    assert "does not take Weighback vouchers" in refused.text
    assert "N500" in phone.get("/merchant").text


def test_signing_out_ends_it_here_and_everywhere_the_cookie_went(phone: TestClient, stall: Stall) -> None:
    enters(phone, stall)
    cookie = dict(phone.cookies)
    assert phone.post("/merchant/sign-out").headers["location"] == "/merchant/sign-in"
    phone.cookies.update(cookie)
    assert phone.get("/merchant").status_code == 303
