"""A payment provider whose answers a test writes beforehand."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.payouts.ports import (
    AuthLevel,
    CannotPay,
    Capabilities,
    Duplicates,
    Instruction,
    Observation,
    ObservedStatus,
    SubmitOutcome,
    SubmitResult,
    WireRequest,
)
from app.settings import Settings

NOT_SENT = SubmitResult(SubmitOutcome.NOT_SENT)
UNCLEAR = SubmitResult()
SHORT = SubmitResult(SubmitOutcome.REJECTED_FINAL, Observation(ObservedStatus.FAILED, short_of_float=True))
REFUSED = SubmitResult(SubmitOutcome.REJECTED_FINAL, Observation(ObservedStatus.FAILED, code="refused"))
PAID = SubmitResult(SubmitOutcome.SETTLED, Observation(ObservedStatus.SUCCEEDED))


@dataclass
class FakeProvider:
    """Pays at once, unless `answers` holds another answer for its turn."""

    maximum_minor: int = 1_000_000
    answers: deque[SubmitResult] = field(default_factory=deque)
    queried: Observation = UNCLEAR.observation
    asked: list[str] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            currency="NGN",
            currency_exponent=2,
            minimum_minor=1,
            maximum_minor=self.maximum_minor,
            reference_pattern="[0-9a-f]{32}",
            duplicates=Duplicates.SAME_ANSWER,
            queryable_by_reference=True,
            callbacks=AuthLevel.NONE,
            not_found_final_after=None,
            timeout=timedelta(seconds=1),
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        if instruction.amount_minor > self.maximum_minor:
            raise CannotPay("that is too much")
        return WireRequest(attempt_id.hex, json.dumps({"amount_minor": instruction.amount_minor}))

    async def submit(self, request: WireRequest) -> SubmitResult:
        self.asked.append(request.reference)
        return self.answers.popleft() if self.answers else PAID

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:
        return self.queried

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:
        return AuthLevel.NONE

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        raise ValueError("nobody calls back")


def make(settings: Settings) -> FakeProvider:
    """As a package of somebody else's would offer it."""
    return FakeProvider()
