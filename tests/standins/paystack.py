"""Paystack's Transfers, as its documentation describes them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, ClassVar

from tests.standins.company import Callback, Company, Payment, Reply, Request

KEY = "sk_test_of_no_one"
NOT_FOUND = {
    "status": False,
    "message": "Transfer not found",
    "type": "api_error",
    "code": "transfer_not_found",
}
SHORT = {
    "status": False,
    "message": "Your balance is not enough to fulfil this request",
    "type": "api_error",
    "code": "insufficient_balance",
}
DUPLICATE = {
    "status": False,
    "message": "Please provide a unique reference. Reference already exists on a transfer",
    "type": "validation_error",
    "code": "duplicate_transfer_reference",
}
_WORDS = {"processing": "pending", "succeeded": "success", "failed": "failed", "reversed": "reversed"}


class PaystackCompany(Company):
    name: ClassVar[str] = "paystack"
    takes_back: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.recipients: dict[str, dict[str, Any]] = {}
        self.asks_first = False
        """Whether an approval URL is set."""

    def is_payment(self, request: Request) -> bool:
        return (request.method, request.path) == ("POST", "/transfer")

    def answer(self, request: Request) -> Reply:  # noqa: PLR0911 - one for each address
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return self.unauthorized()
        if request.path == "/transferrecipient":
            return self._recipient(request.said)
        if self.is_payment(request):
            return self._transfer(request.said)
        if request.path == "/transfer":
            listed = [self._data(one) for one in self.made(request.query["from"], request.query["to"])]
            return Reply(200, {"status": True, "data": listed, "meta": {"page": 1, "pageCount": 1}})
        if request.path == "/balance":
            held = [{"currency": "USD", "balance": 5}, {"currency": "NGN", "balance": self.float_minor}]
            return Reply(200, {"status": True, "message": "Balances retrieved", "data": held})
        payment = self.payments.get(request.path.removeprefix("/transfer/verify/"))
        if payment is None or self.mood.query == "not_found":
            return Reply(404, NOT_FOUND)
        return Reply(200, {"status": True, "message": "Transfer retrieved", "data": self._data(payment)})

    def callback(self, payment: Payment) -> Callback:
        event = f"transfer.{_WORDS[payment.status]}"
        raw = json.dumps({"event": event, "data": self._data(payment)}).encode()
        return Callback(raw, signed(raw))

    def forged(self, callback: Callback) -> Callback:
        """From somebody who knows the address, but not the key."""
        return Callback(callback.body)

    def approval(self, payment: Payment) -> Callback:
        body = {"reference": payment.reference, "amount": payment.amount_minor, "currency": payment.currency}
        data = {"transfers": [self._data(payment)], "details": {"body": body}}
        raw = json.dumps({"event": "transferrequest.approval-required", "data": data}).encode()
        return Callback(raw, path="approval")

    def unauthorized(self) -> Reply:
        return Reply(401, {"status": False, "message": "Invalid key", "code": "invalid_Key"})

    def unknown_word(self) -> Reply:
        return Reply(200, {"status": True, "message": "?", "data": {"status": "levitating"}})

    def _recipient(self, said: dict[str, Any]) -> Reply:
        if said["account_number"].endswith("666"):
            return Reply(400, {"status": False, "message": "Cannot resolve account", "code": "invalid_bank"})
        code = f"RCP_{said['account_number']}"
        self.recipients[code] = said
        return Reply(201, {"status": True, "data": {"recipient_code": code, "details": said}})

    def _transfer(self, said: dict[str, Any]) -> Reply:
        known = self.payments.get(said["reference"])
        if known is not None:
            known.requests += 1
            return Reply(400, DUPLICATE)
        if self.mood.outcome == "short":
            return Reply(400, SHORT)
        account = self.recipients[said["recipient"]]["account_number"]
        payment = self.take(said["reference"], account, said["amount"], said["currency"])
        if self.asks_first and self.send and self.send(self.approval(payment)) != 200:
            payment.status = "failed"
            payment.more["word"] = "rejected"
        return Reply(200, {"status": True, "message": "Transfer queued", "data": self._data(payment)})

    def _data(self, payment: Payment) -> dict[str, Any]:
        return {
            "reference": payment.reference,
            "transfer_code": f"TRF_{payment.provider_id}",
            "amount": self.told_amount(payment),
            "currency": payment.currency,
            "createdAt": payment.at.isoformat(),
            "status": payment.more.get("word", _WORDS[payment.status]),
            "recipient": {"details": {"account_number": self.told_phone(payment)}},
        }


def signed(raw: bytes) -> dict[str, str]:
    return {"x-paystack-signature": hmac.new(KEY.encode(), raw, hashlib.sha512).hexdigest()}
