"""M-Pesa B2C by Safaricom's Daraja: mobile money to a phone in Kenya, in whole shillings.

What is relied on (developer.safaricom.co.ke: "Authorization", "Business To Customer (B2C)" version 3, "Transaction
Status", with their tables of error and result codes):

* A token by Basic authentication, good for an hour.
* `POST /mpesa/b2c/v3/paymentrequest` under our own `OriginatorConversationID`, which guards against paying twice.
  `ResponseCode` 0 means that it was taken, nothing more. The same id again is `500.002.1001` "Duplicate …".
* What became of it comes by callback to the `ResultURL`: our id, Safaricom's `ConversationID`, and a `ResultCode`
  from the table. `QueueTimeOutURL` hears that Safaricom gave up waiting, which is no result.
* `POST /mpesa/transactionstatus/v1/query` by our id; it too only acknowledges, with an `OriginatorConversationID` of
  Safaricom's own, and the answer comes by callback. A `ResultCode` other than 0 there is about the question.
* Nothing signs a callback. The `ConversationID` of an acknowledgement is Safaricom's, random, and told on our own
  connection: the callback that bears it answers that very call (`Capabilities.answers_by_callback`, and
  `app.payouts.asking` for why). Every other callback only has us ask.
* What is left of our float comes with the result of each payment (`B2CUtilityAccountAvailableFunds`), so it is known as of the
  last one. The "Account Balance" API also only acknowledges and answers by callback, under no id of ours: it is not asked.
* It states no time after which a payment that it cannot find never arrived, so that is never final.
* It turns away addresses with words like M-Pesa in them: hence this provider's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final
from uuid import UUID

import httpx
import structlog

from app.adapters.payments.tokens import Tokens
from app.adapters.payments.wire import (
    PHASES,
    Answer,
    NoAnswer,
    Wire,
    inner,
    not_sent,
    text,
    to_minor,
    unclear,
    unread,
    without_answer,
)
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
from app.payouts.reasons import Because

CURRENCY, EXPONENT, CALLING_CODE = "KES", 2, "+254"
REFERENCE: Final = re.compile("[0-9a-f]{32}")
"""Ours; Safaricom's own look like `16740-34861180-1`."""
_TAKEN: Final = "0"
_PAID: Final = "0"
_SHORT: Final = "1"
_DECLINED: Final = frozenset(
    {
        _SHORT,  # our utility account holds too little
        "2",  # below the minimum
        "3",  # above the maximum
        "4",  # above our limit of the day
        "8",  # the customer would hold too much
        "11",  # our account is not active
        "21",  # the initiator may not do this
        "2001",  # the initiator's name or password is wrong
        "2006",  # our account is not active
        "2028",  # the shortcode may not pay customers
        "2040",  # the customer is not registered
        "8006",  # the initiator's password is locked
        "SFC_IC0003",  # there is no such phone
    }
)
"""Result codes of a payment that was not made. Any other is logged, and unclear."""
_BECAUSE: Final = {
    "2": Because.AMOUNT,
    "3": Because.AMOUNT,
    "4": Because.AMOUNT,
    "8": Because.AMOUNT,
    "2040": Because.PHONE,
    "SFC_IC0003": Because.PHONE,
}
"""All else is ours or theirs to mend."""
_COMPLETED: Final = "Completed"
"""The one status that Safaricom documents. What a question brings beyond that is logged, and for a person to read."""
_INVALID: Final = "400.002.02"
"""The gateway refused the request's form: M-Pesa never saw it."""
_DUPLICATE: Final = "500.002.1001"

log = structlog.get_logger()


class Daraja:
    """A `PaymentProvider`."""

    def __init__(
        self,
        *,
        consumer_key: str,
        consumer_secret: str,
        shortcode: str,
        initiator_name: str,
        security_credential: str,
        callback_url: str,
        allowed_addresses: Sequence[IPv4Network | IPv6Network] = (),
        programme_name: str,
        api_url: str,
        timeout_seconds: float = 20,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._credentials = (consumer_key, consumer_secret)
        self._shortcode = shortcode
        self._initiator_name = initiator_name
        self._security_credential = security_credential
        self._callbacks = {"ResultURL": callback_url, "QueueTimeOutURL": f"{callback_url}/timeout"}
        self._allowed_addresses = tuple(allowed_addresses)
        self._remarks = programme_name[:100]
        self._wire = Wire(api_url, timeout_seconds, transport)
        self._tokens = Tokens(self._fetch_token)
        self.capabilities = Capabilities(
            currency=CURRENCY,
            currency_exponent=EXPONENT,
            minimum_minor=1_000,
            maximum_minor=25_000_000,
            step_minor=100,
            reference_pattern=REFERENCE.pattern,
            duplicates=Duplicates.REFUSED,
            queryable_by_reference=True,
            callbacks=AuthLevel.SECRET,
            not_found_final_after=None,
            timeout=timedelta(seconds=2 * PHASES * timeout_seconds),
            answers_by_callback=True,
        )

    def plan(self, instruction: Instruction, attempt_id: UUID) -> WireRequest:
        """Without the initiator's credential and our callback's address, which are not for the database."""
        self.capabilities.check(instruction)
        if not instruction.payee_phone.startswith(CALLING_CODE):
            raise CannotPay(f"pays phones that start {CALLING_CODE} only", Because.PHONE)
        reference = attempt_id.hex
        body = {
            "OriginatorConversationID": reference,
            "CommandID": "BusinessPayment",
            "Amount": str(instruction.amount_minor // 10**EXPONENT),
            "PartyA": self._shortcode,
            "PartyB": instruction.payee_phone.removeprefix("+"),
            "Remarks": self._remarks,
        }
        return WireRequest(reference, json.dumps(body))

    async def submit(self, request: WireRequest) -> SubmitResult:
        token = await self._tokens.get()
        if isinstance(token, NoAnswer):
            return without_answer(token)
        initiator = {"InitiatorName": self._initiator_name, "SecurityCredential": self._security_credential}
        body = {**json.loads(request.body), **initiator, **self._callbacks}
        answer = await self._post("/mpesa/b2c/v3/paymentrequest", token, body)
        if isinstance(answer, NoAnswer):
            return without_answer(answer)
        if answer.status == httpx.codes.UNAUTHORIZED:
            return not_sent("http_401")
        question = _acknowledged(answer)
        if question is not None and text(answer.said.get("OriginatorConversationID")) == request.reference:
            seen = Observation(
                ObservedStatus.PROCESSING, request.reference, code="acknowledged", question=question
            )
            return SubmitResult(SubmitOutcome.ACCEPTED, seen)
        return _refusal(request, answer)

    async def query(self, request: WireRequest, provider_reference: str | None) -> Observation:  # noqa: ARG002 - the port's; ours is known there
        """Only whether the question was taken: the answer comes by callback."""
        token = await self._tokens.get()
        if isinstance(token, NoAnswer):
            return unread(token.code)
        body = {
            "Initiator": self._initiator_name,
            "SecurityCredential": self._security_credential,
            "CommandID": "TransactionStatusQuery",
            "OriginalConversationID": request.reference,
            "PartyA": self._shortcode,
            "IdentifierType": "4",
            "Remarks": self._remarks,
            **self._callbacks,
        }
        answer = await self._post("/mpesa/transactionstatus/v1/query", token, body)
        if isinstance(answer, NoAnswer):
            return unread(answer.code)
        question = _acknowledged(answer)
        if question is None:
            return unread(text(answer.said.get("errorCode")) or f"http_{answer.status}")
        return Observation(ObservedStatus.UNCLEAR, request.reference, code="asked", question=question)

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes, peer_ip: str | None) -> AuthLevel:  # noqa: ARG002 - nothing is signed
        if not self._allowed_addresses:
            return AuthLevel.SECRET
        try:
            address = ip_address(peer_ip or "")
        except ValueError:
            return AuthLevel.NONE
        allowed = any(address in network for network in self._allowed_addresses)
        return AuthLevel.SECRET if allowed else AuthLevel.NONE

    def parse_callback(self, raw_body: bytes) -> list[Observation]:
        result = inner(inner(json.loads(raw_body)).get("Result"))
        originator, conversation = text(result.get("OriginatorConversationID")), result.get("ConversationID")
        if originator is None or text(conversation) is None:
            raise ValueError("a result names both conversations")
        question = _question(originator, conversation)
        code, told = str(result.get("ResultCode"))[:40], _parameters(result)
        if REFERENCE.fullmatch(originator):
            return [_of_payment(originator, question, code, told)]
        return [_of_question(question, code, told)]

    async def _fetch_token(self) -> Answer | NoAnswer:
        return await self._wire.call(
            "GET",
            "/oauth/v1/generate",
            params={"grant_type": "client_credentials"},
            auth=self._credentials,
        )

    async def _post(self, path: str, token: str, body: Mapping[str, str]) -> Answer | NoAnswer:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._wire.call("POST", path, headers=headers, json=body)
        if isinstance(answer, Answer) and answer.status == httpx.codes.UNAUTHORIZED:
            self._tokens.drop()
        return answer


def _question(originator: object, conversation: object) -> str:
    return f"{originator}|{conversation}"


def _acknowledged(answer: Answer) -> str | None:
    """The question that the callback will answer; None where nothing was acknowledged."""
    originator = text(answer.said.get("OriginatorConversationID"))
    conversation = text(answer.said.get("ConversationID"))
    taken = answer.is_success and str(answer.said.get("ResponseCode")) == _TAKEN
    return _question(originator, conversation) if taken and originator and conversation else None


def _refusal(request: WireRequest, answer: Answer) -> SubmitResult:
    code = text(answer.said.get("errorCode")) or f"http_{answer.status}"
    message = str(answer.said.get("errorMessage", ""))
    if code == _DUPLICATE and message.startswith("Duplicate"):
        return SubmitResult(SubmitOutcome.DUPLICATE, unread(code))
    if answer.status == httpx.codes.BAD_REQUEST and code == _INVALID:
        seen = Observation(ObservedStatus.FAILED, request.reference, code=code)
        return SubmitResult(SubmitOutcome.REJECTED_FINAL, seen)
    log.error("daraja.unknown_answer", status=answer.status, code=code)
    return unclear(code)


def _of_payment(reference: str, question: str, code: str, told: Mapping[str, Any]) -> Observation:
    """What a payment's own result says."""
    if code != _PAID and code not in _DECLINED:
        log.error("daraja.unknown_result", code=code)
        return Observation(ObservedStatus.UNCLEAR, reference, code=code, question=question)
    paid = code == _PAID
    return Observation(
        ObservedStatus.SUCCEEDED if paid else ObservedStatus.FAILED,
        reference,
        text(told.get("TransactionReceipt")) if paid else None,
        amount_minor=to_minor(told.get("TransactionAmount"), EXPONENT) if paid else None,
        currency=CURRENCY if paid else None,
        payee_phone=_phone(told.get("ReceiverPartyPublicName")) if paid else None,
        code=code,
        question=question,
        short_of_float=code == _SHORT,
        because=_BECAUSE.get(code),
        balance_minor=_funds(told) if paid else None,
    )


def _of_question(question: str, code: str, told: Mapping[str, Any]) -> Observation:
    """What the answer to our own question says of the payment."""
    word = told.get("TransactionStatus")
    paid = code == _PAID and word == _COMPLETED
    if not paid:
        log.error("daraja.unknown_status", code=code, status=str(word)[:40])
    return Observation(
        ObservedStatus.SUCCEEDED if paid else ObservedStatus.UNCLEAR,
        text(told.get("OriginatorConversationID")) or text(told.get("Originator Conversation ID")),
        text(told.get("ReceiptNo")),
        amount_minor=to_minor(told.get("Amount"), EXPONENT),
        currency=CURRENCY if paid else None,
        payee_phone=_phone(told.get("CreditPartyName")),
        code=str(word)[:40] if word else code,
        question=question,
    )


def _funds(told: Mapping[str, Any]) -> int | None:
    return to_minor(told.get("B2CUtilityAccountAvailableFunds"), EXPONENT, floored=True)


def _parameters(result: Mapping[str, Any]) -> dict[str, Any]:
    """The list of keys and values as a mapping."""
    listed = inner(result.get("ResultParameters")).get("ResultParameter")
    pairs = listed if isinstance(listed, list) else [listed]
    return {str(inner(one).get("Key")): inner(one).get("Value") for one in pairs}


def _phone(party: object) -> str | None:
    """`254708374149 - A. Name` as a phone; None where its digits are hidden."""
    digits = (text(party) or "").partition(" ")[0]
    return f"+{digits}" if digits.isascii() and digits.isdigit() else None
