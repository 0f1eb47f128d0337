"""A payment company in memory, in whatever mood a test puts it, that counts what it credits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.payouts.ports import (
    AuthLevel,
    Capabilities,
    Duplicates,
    Instruction,
    Observation,
    ObservedStatus,
    SubmitOutcome,
    SubmitResult,
    WireRequest,
)

SUBMIT_MOODS = (
    *("settles", "accepts", "refuses", "unreachable", "loses_request", "loses_answer", "breaks"),
    "calls_it_duplicate",
)
QUERY_MOODS = ("truth", "truth", "not_found", "error", "wrong_amount", "breaks")
_S = ObservedStatus
_NOTHING_TAKEN = {
    "unreachable": SubmitResult(SubmitOutcome.NOT_SENT),
    "refuses": SubmitResult(SubmitOutcome.REJECTED_FINAL, Observation(_S.FAILED, code="refused")),
    "loses_request": SubmitResult(),
}
_AFTER_PAYING = {
    "loses_answer": SubmitResult(),
    "calls_it_duplicate": SubmitResult(SubmitOutcome.DUPLICATE),
}


@dataclass
class Payment:
    reference: str
    phone: str
    amount_minor: int
    status: ObservedStatus = _S.PROCESSING
    credits: int = 0

    def settle(self, *, succeeds: bool) -> None:
        self.status = _S.SUCCEEDED if succeeds else _S.FAILED
        self.credits += succeeds

    @property
    def holds_money(self) -> bool:
        return self.status is _S.SUCCEEDED


@dataclass
class Company:
    """A `PaymentProvider` that would pay a reference again, were it ever sent again without having said `resendable`."""

    submits: str = "settles"
    answers: str = "truth"
    resendable: bool = False
    """It pays each reference once, however often it is sent."""
    sent: list[str] = field(default_factory=list)
    """The references that paying calls of ours bore, also of those that were lost."""
    payments: dict[str, Payment] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            currency="NGN",
            currency_exponent=2,
            minimum_minor=1,
            maximum_minor=1_000_000,
            reference_pattern="[0-9a-f]{32}",
            duplicates=Duplicates.SAME_ANSWER,
            queryable_by_reference=True,
            callbacks=AuthLevel.SIGNED,
            not_found_final_after=timedelta(minutes=10),
            timeout=timedelta(seconds=1),
            resendable=self.resendable,
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        body = {"phone": instruction.payee_phone, "amount_minor": instruction.amount_minor}
        return WireRequest(attempt_id.hex, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        self.sent.append(request.reference)
        if self.submits in _NOTHING_TAKEN:
            return _NOTHING_TAKEN[self.submits]
        if self.resendable and request.reference in self.payments:
            return SubmitResult(SubmitOutcome.DUPLICATE)
        said = json.loads(request.body)
        payment = self.payments.setdefault(
            request.reference, Payment(request.reference, said["phone"], said["amount_minor"])
        )
        if self.submits == "accepts":
            return SubmitResult(SubmitOutcome.ACCEPTED, self.told(payment))
        payment.settle(succeeds=True)
        if self.submits == "breaks":
            raise RuntimeError("a mistake in an adapter")
        settled = SubmitResult(SubmitOutcome.SETTLED, self.told(payment))
        return _AFTER_PAYING.get(self.submits, settled)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:
        payment = self.payments.get(request.reference)
        if self.answers == "breaks":
            raise RuntimeError("a mistake in an adapter")
        if self.answers == "error":
            return Observation(_S.UNCLEAR)
        if payment is None or self.answers == "not_found":
            return Observation(_S.NOT_FOUND)
        return self.told(payment, off_by=int(self.answers == "wrong_amount"))

    def told(self, payment: Payment, off_by: int = 0) -> Observation:
        return Observation(
            payment.status,
            payment.reference,
            provider_reference=f"P{payment.reference[-8:]}",
            amount_minor=payment.amount_minor - off_by,
            currency="NGN",
            payee_phone=payment.phone,
        )

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:
        return AuthLevel.NONE

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        raise ValueError("tests hand what it says over themselves")
