"""Paying money out through somebody else's machines."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable
from uuid import UUID

from sqlalchemy.orm import Session

from app.payouts.models import Payout
from app.payouts.reasons import Because


class AuthLevel(enum.IntEnum):
    """How sure we are that a callback comes from the provider; higher is surer."""

    NONE = 0
    IP_ONLY = 1
    SECRET = 2
    SIGNED = 3
    """The body is signed with a key that only the provider and we hold: it counts as an answer."""


class Duplicates(enum.StrEnum):
    """What a provider does with a reference that it has seen."""

    SAME_ANSWER = "same_answer"
    REFUSED = "refused"


@dataclass(frozen=True)
class Capabilities:
    currency: str
    currency_exponent: int
    """Digits of the minor unit on the wire: 2 for kobo."""
    minimum_minor: int
    maximum_minor: int
    reference_pattern: str
    """A regular expression that every reference matches."""
    duplicates: Duplicates
    queryable_by_reference: bool
    """False where only the provider's own reference finds a payment."""
    callbacks: AuthLevel
    not_found_final_after: timedelta | None
    """Once a payment is unknown that long after it was sent, it never arrived. None = never final."""
    timeout: timedelta
    """No call takes longer than this."""
    step_minor: int = 1
    """Amounts are whole multiples of this; nothing is ever rounded."""
    resendable: bool = False
    """A payment that cannot be found may be sent once more under its own reference, before its credit is given back.

    Only where a reference that was taken is never taken again, however long ago that was: then whichever of the two
    arrives is the only one.
    """
    answers_by_callback: bool = False
    """A callback that bears the `question` of a call of ours is an answer to it, though nothing signs it.

    Only where the id under which the answer comes is the provider's own, hard to guess, and told to nobody but us,
    in the answer to that call. We keep its hash, it is good once, and no API of ours shows it.
    """
    names_payee_in_callbacks: bool = False
    """Its callbacks tell phone, amount and currency but not our reference: where exactly one open attempt whose
    answer was lost matches all three, we learn the provider's reference from them and ask with it.
    """

    def check(self, instruction: Instruction) -> None:
        """Raises `CannotPay` for another currency or an amount beyond the limits."""
        if instruction.currency != self.currency:
            raise CannotPay(f"pays in {self.currency} only")
        if not self.minimum_minor <= instruction.amount_minor <= self.maximum_minor:
            raise CannotPay(f"pays from {self.minimum_minor} to {self.maximum_minor} only", Because.AMOUNT)
        if instruction.amount_minor % self.step_minor:
            raise CannotPay(f"pays multiples of {self.step_minor} only", Because.AMOUNT)


@dataclass(frozen=True)
class Instruction:
    payee_phone: str
    """E.164."""
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class WireRequest:
    """Exactly what goes over the wire; stored before it does."""

    reference: str
    body: str


class CannotPay(Exception):
    """The provider cannot make this payment at all; nothing was sent."""

    def __init__(self, detail: str, because: Because = Because.COMPANY) -> None:
        super().__init__(detail)
        self.because = because


class SubmitOutcome(enum.StrEnum):
    NOT_SENT = "not_sent"
    """Provably nothing was taken: the connection was never made, or the answer was 401, which says that the
    request "has not been applied" (RFC 9110, 15.5.2). It is tried again under a new reference."""
    ACCEPTED = "accepted"
    SETTLED = "settled"
    REJECTED_FINAL = "rejected_final"
    """Refused with a code that is on the adapter's list of final ones."""
    DUPLICATE = "duplicate"
    INDETERMINATE = "indeterminate"
    """Everything else: time-outs, 5xx, codes that nobody has met."""


class ObservedStatus(enum.StrEnum):
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVERSED = "reversed"
    NOT_FOUND = "not_found"
    UNCLEAR = "unclear"
    """The default: the answer could not be read as any of the others."""


@dataclass(frozen=True)
class Observation:
    """What a provider said of one payment. What it did not say is None."""

    status: ObservedStatus
    reference: str | None = None
    provider_reference: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    payee_phone: str | None = None
    code: str | None = None
    """The provider's own word, for people to look up."""
    question: str | None = None
    """In an answer to a call of ours: the id under which a callback will tell more. In a callback: that id."""
    short_of_float: bool = False
    """Not paid because our own account with the provider holds too little: others go first for a while."""
    fee_minor: int | None = None
    """What the provider kept for its work beside the amount, where it says so; below zero for a discount."""
    because: Because | None = None
    """Of a refusal, where the provider's word says why; None = the company could not do it."""
    balance_minor: int | None = None
    """What our own account with the provider holds after it, where its answer says so."""


@dataclass(frozen=True)
class SubmitResult:
    outcome: SubmitOutcome = SubmitOutcome.INDETERMINATE
    observation: Observation = Observation(ObservedStatus.UNCLEAR)


class PaymentProvider(Protocol):
    """One company that pays. Every adapter passes tests/contracts/test_payment_providers.py."""

    @property
    def capabilities(self) -> Capabilities: ...

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        """Pure: limits, rounding and the reference. Raises `CannotPay`."""
        ...

    async def submit(self, request: WireRequest) -> SubmitResult:
        """One POST, no retry inside. Never raises for what the provider or the network does."""
        ...

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:
        """Ask what became of a payment. Never raises for what the provider or the network does."""
        ...

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:
        """How far a callback can be believed."""
        ...

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        """Raises `ValueError` for a body that is no callback of this provider."""
        ...


@dataclass(frozen=True)
class Approval:
    """A provider's question, before it pays, whether a payment is really ours."""

    request_id: str
    """The provider's own for this payment: the same question again has the same."""
    amount_minor: int
    currency: str
    reference: str | None = None
    payee_phone: str | None = None


@runtime_checkable
class Approver(Protocol):
    """A provider that asks before it pays."""

    def parse_approval(self, raw_body: bytes) -> list[Approval]:
        """Raises `ValueError` for a body that does not tell everything that must match."""
        ...


class PayoutListener(Protocol):
    """Whoever asked for payouts and wants to hear, in the same transaction, what becomes of them."""

    def moved(self, session: Session, payout: Payout, now: datetime) -> None:
        """`payout.status` is new."""
        ...
