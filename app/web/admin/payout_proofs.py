"""Payments made by hand: the proof of each, and the second person's word on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from app.access.keys import Caller
from app.container import Container
from app.payouts import manual
from app.payouts.models import PayoutProof
from app.payouts.seconding import DecisionStatus
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.payout_desk import desk_of
from app.web.admin.shapes import Input, Line, Output, example
from app.web.deps import Here

router = APIRouter(prefix="/payouts/{payout_id}", tags=["payouts"])
Reader = Annotated[Caller, Depends(needs("payouts:read"))]
Writer = Annotated[Caller, Depends(needs("payouts:write"))]

_RECEIPT: dict[str, Any] = {
    "method": "mobile_money",
    "receipt_number": "QK7481XB2",
    "paid_by": "Ngozi at the Surulere desk",
    "paid_at": "2026-12-01T11:05:00Z",
}
_PROOF: dict[str, Any] = {
    "id": "0193572a-6b00-7000-8000-000000000031",
    "payout_id": "0193572a-6b00-7000-8000-000000000021",
    **_RECEIPT,
    "status": "waiting",
    "recorded_by": "dispatch desk 0193572a-6b00-7000-8000-000000000002",
    "recorded_at": "2026-12-01T11:10:00Z",
    "decided_by": None,
    "decided_at": None,
    "reason": None,
}


class NewProof(Input):
    model_config = example(**_RECEIPT)

    method: manual.Method = Field(description="How it was paid.")
    receipt_number: Line = Field(
        max_length=64, description="The provider's own; no receipt can prove two payouts."
    )
    paid_by: Line = Field(max_length=80, description="Who paid it.")
    paid_at: AwareDatetime = Field(ge=datetime(2000, 1, 1, tzinfo=UTC))


class Rejection(Input):
    model_config = example(reason="The receipt is for another phone.")

    reason: Line = Field(max_length=150)


class ProofOut(Output):
    model_config = example(**_PROOF)

    id: UUID
    payout_id: UUID
    method: manual.Method
    receipt_number: str
    paid_by: str
    paid_at: datetime
    status: DecisionStatus = Field(description="`waiting` for the second person, `accepted` or `rejected`.")
    recorded_by: str
    recorded_at: datetime
    decided_by: str | None = Field(description="The second person, or whoever rejected it.")
    decided_at: datetime | None
    reason: str | None


class ProofsOut(Output):
    model_config = example(items=[_PROOF])

    items: list[ProofOut] = Field(description="In the order in which they were recorded.")


@router.get("/proofs", summary="List a payout's proofs")
def list_proofs(payout_id: UUID, caller: Reader, container: Here) -> ProofsOut:
    """Every proof that was recorded for it, rejected ones too."""
    with container.database.unit_of_work() as session:
        trail.read(session, caller, "payout", payout_id, now=container.clock.now())
        found = manual.proofs(session, payout_id)
        return ProofsOut(items=[ProofOut.model_validate(row) for row in found])


@router.post("/proofs", status_code=201, summary="Record a payment made by hand")
def record_proof(payout_id: UUID, new: NewProof, caller: Writer, container: Here) -> ProofOut:
    """Say that you paid it, how and with which receipt; the household is told.

    Above `WEIGHBACK_PAYOUT_SECOND_PERSON_ABOVE_MINOR` it counts only when another person has confirmed it.
    The same receipt again changes nothing. A payout that is not waiting to be paid by hand, has another proof, or
    a receipt that proved another payout gets 409.
    """
    receipt = manual.Receipt(new.method, new.receipt_number, new.paid_by, new.paid_at)
    with container.database.unit_of_work() as session:
        proof = manual.record_proof(session, payout_id, receipt, desk_of(container, caller))
        return _told(session, caller, "proof-recorded", proof, container)


@router.post("/proofs/confirm", summary="Confirm a payment made by hand")
def confirm_proof(payout_id: UUID, caller: Writer, container: Here) -> ProofOut:
    """The second person's word, with a key of their own: the payout is paid and the household is told."""
    with container.database.unit_of_work() as session:
        proof = manual.confirm_proof(session, payout_id, desk_of(container, caller))
        return _told(session, caller, "proof-confirmed", proof, container)


@router.post("/proofs/reject", summary="Reject the proof of a payment made by hand")
def reject_proof(payout_id: UUID, rejection: Rejection, caller: Writer, container: Here) -> ProofOut:
    """Strike a proof that waits for the second person; the payout waits for another one."""
    with container.database.unit_of_work() as session:
        proof = manual.reject_proof(session, payout_id, rejection.reason, desk_of(container, caller))
        return _told(session, caller, "proof-rejected", proof, container)


def _told(session: Session, caller: Caller, did: str, proof: PayoutProof, container: Container) -> ProofOut:
    trail.wrote(
        session,
        caller,
        did,
        "payout",
        proof.payout_id,
        now=container.clock.now(),
        proof_id=str(proof.id),
        status=proof.status,
    )
    return ProofOut.model_validate(proof)
