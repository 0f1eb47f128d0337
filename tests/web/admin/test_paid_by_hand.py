"""Payouts that a person makes: a proof counts once, and a second person stands behind the large ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access.models import AuditEvent
from app.payouts.statuses import PayoutStatus
from tests.factories.till import EARNED_MINOR, Customer, Till, a_till

DAY = timedelta(days=1)


def waiting(till: Till, amount_minor: int = 50_000) -> tuple[Customer, UUID]:
    customer = till.customer()
    payout_id = till.redeem(customer, amount_minor)
    till.work()
    assert till.status(payout_id) is PayoutStatus.PENDING
    return customer, payout_id


def post(till: Till, who: dict[str, str], payout_id: UUID, what: str, **body: Any) -> tuple[int, Any]:
    answer = till.web.post(f"/api/v1/payouts/{payout_id}/{what}", headers=who, json=body or None)
    return answer.status_code, answer.json()


def proof(till: Till, number: str = "QK7481XB2", **more: Any) -> dict[str, Any]:
    paid_at = till.clock.now().isoformat()
    said = {"method": "airtime", "receipt_number": number, "paid_by": "Ngozi", "paid_at": paid_at}
    return {**said, **more}


def test_a_receipt_pays_a_small_payout_once_however_often_it_is_recorded(database_url: str) -> None:
    with a_till(database_url) as till:
        desk = till.key("desk")
        customer, payout_id = waiting(till)
        for number in ("QK7481XB2", "qk7481xb2 "):
            status, said = post(till, desk, payout_id, "proofs", **proof(till, number))
            assert (status, said["status"]) == (201, "accepted")
        assert till.status(payout_id) is PayoutStatus.PAID
        assert till.standing(customer) == (EARNED_MINOR - 50_000, 0)
        assert till.texts(customer) == ["payout.paid"]
        assert till.float_of("manual") == 50_000
        till.check_book()
        _, another = waiting(till)
        assert post(till, desk, another, "proofs", **proof(till))[0] == 409, "it proved the first"
        assert post(till, desk, another, "proofs", **proof(till, method="cash"))[0] == 201


def test_a_large_one_takes_two_people_and_leaves_a_trail(database_url: str) -> None:
    with a_till(database_url, payout_second_person_above_minor=49_999) as till:
        ngozi, bola = till.key("Ngozi"), till.key("Bola")
        customer, payout_id = waiting(till)
        assert post(till, ngozi, payout_id, "proofs/confirm")[0] == 404, "there is nothing to confirm yet"
        assert post(till, ngozi, payout_id, "proofs", **proof(till))[1]["status"] == "waiting"
        status, said = post(till, ngozi, payout_id, "proofs/confirm")
        assert (status, said["type"]) == (409, "/docs#problem-refused")
        assert till.status(payout_id) is PayoutStatus.PENDING
        assert till.standing(customer) == (EARNED_MINOR - 50_000, 50_000)
        for _ in range(2):
            assert post(till, bola, payout_id, "proofs/confirm")[1]["status"] == "accepted"
        assert till.status(payout_id) is PayoutStatus.PAID
        assert till.texts(customer) == ["payout.paid"]
        with till.container.database.unit_of_work() as session:
            trail = session.execute(
                select(AuditEvent.actor, AuditEvent.action)
                .where(AuditEvent.object_id == str(payout_id))
                .order_by(AuditEvent.id)
            ).all()
        did = [(actor.split()[0], action) for actor, action in trail]
        assert did == [("Ngozi", "proof-recorded"), *[("Bola", "proof-confirmed")] * 2]


def test_a_struck_proof_leaves_room_for_the_right_one(database_url: str) -> None:
    with a_till(database_url, payout_second_person_above_minor=0) as till:
        ngozi, bola = till.key("Ngozi"), till.key("Bola")
        _, payout_id = waiting(till)
        post(till, ngozi, payout_id, "proofs", **proof(till, "WRONG-1"))
        assert post(till, ngozi, payout_id, "proofs", **proof(till, "RIGHT-1"))[0] == 409
        assert post(till, bola, payout_id, "proofs/reject", reason="for another phone")[0] == 200
        assert post(till, bola, payout_id, "proofs", **proof(till, "RIGHT-1"))[0] == 201
        assert post(till, ngozi, payout_id, "proofs/confirm")[0] == 200
        assert post(till, bola, payout_id, "proofs/reject", reason="too late")[0] == 409
        listed = till.web.get(f"/api/v1/payouts/{payout_id}/proofs", headers=bola).json()["items"]
        assert [one["status"] for one in listed] == ["rejected", "accepted"]


def test_what_cannot_be_paid_is_given_back_but_never_behind_a_proofs_back(database_url: str) -> None:
    with a_till(database_url, payout_second_person_above_minor=0) as till:
        desk = till.key("desk")
        customer, payout_id = waiting(till)
        assert post(till, desk, payout_id, "resolve", paid=True, reason="I say so")[0] == 409
        post(till, desk, payout_id, "proofs", **proof(till))
        assert post(till, desk, payout_id, "resolve", paid=False, reason="changed my mind")[0] == 409
        post(till, desk, payout_id, "proofs/reject", reason="never happened")
        assert post(till, desk, payout_id, "resolve", paid=False, reason="the network is down")[0] == 200
        assert till.status(payout_id) is PayoutStatus.PENDING, "a second person has not agreed yet"
        assert post(till, till.key("second"), payout_id, "decisions/confirm")[0] == 200
        assert till.status(payout_id) is PayoutStatus.FAILED
        assert till.standing(customer) == (EARNED_MINOR, 0)
        assert post(till, desk, payout_id, "proofs", **proof(till, "LATE-1"))[0] == 409


def test_after_three_days_it_is_in_review_and_a_proof_still_pays_it(database_url: str) -> None:
    with a_till(database_url) as till:
        customer, payout_id = waiting(till)
        till.work(3 * DAY)
        assert till.status(payout_id) is PayoutStatus.NEEDS_REVIEW
        tomorrow = (till.clock.now() + DAY).isoformat()
        assert post(till, till.key("desk"), payout_id, "proofs", **proof(till, paid_at=tomorrow))[0] == 422
        assert post(till, till.key("desk"), payout_id, "proofs", **proof(till))[0] == 201
        assert till.texts(customer) == ["payout.in_review", "payout.paid"]
        till.check_book()
