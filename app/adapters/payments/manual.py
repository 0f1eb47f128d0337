"""Paying by hand: nothing goes over any wire; a person pays and records the proof.

The payout waits as PENDING until `app.payouts.manual` has the proof. It is never asked after and never called back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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

_WAITING = "waits_for_a_person"


class Manual:
    """A `PaymentProvider`."""

    def __init__(self, *, currency: str, currency_exponent: int) -> None:
        self.capabilities = Capabilities(
            currency=currency,
            currency_exponent=currency_exponent,
            minimum_minor=1,
            maximum_minor=2**53,
            reference_pattern="[0-9a-f]{32}",
            duplicates=Duplicates.SAME_ANSWER,
            queryable_by_reference=True,
            callbacks=AuthLevel.NONE,
            not_found_final_after=None,
            timeout=timedelta(seconds=1),
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        self.capabilities.check(instruction)
        body = {"amount_minor": instruction.amount_minor, "phone": instruction.payee_phone}
        return WireRequest(attempt_id.hex, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        return SubmitResult(SubmitOutcome.ACCEPTED, self._waiting(request))

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:  # noqa: ARG002 - the port's
        return self._waiting(request)

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - nobody calls back
        return AuthLevel.NONE

    def parse_callback(self, raw_body: bytes) -> list[Observation]:  # noqa: ARG002 - nobody calls back
        raise ValueError("nobody calls back about what is paid by hand")

    def _waiting(self, request: WireRequest) -> Observation:
        return Observation(ObservedStatus.PROCESSING, request.reference, code=_WAITING)
